"""What the model dossier says, before a word of it is set: the manifest, the reference vectors run now, the trial at the cut."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from analysis.cut import DataCut
from analysis.figure import Figure
from analysis.table import Table
from trial.frozen.manifest import Manifest
from trial.prediction import is_positive, rounded
from trial.protocol import Protocol


@dataclass(frozen=True)
class VectorResult:
    """One reference vector: the probability in the manifest, and what the model gives now, both rounded to six digits."""

    number: int
    note: str
    known: int
    of: int
    released: float
    found: float
    positive: bool

    @property
    def difference(self) -> float:
        """How far the two are apart."""
        return abs(self.found - self.released)


@dataclass(frozen=True)
class Setting:
    """The trial at the cut. `sites` are their codes; `called`, `refused`: calls stored; `with_outcome`: those whose outcome is known."""

    sites: tuple[str, ...]
    first_consent_on: date | None
    consented: int
    called: int
    refused: int
    with_outcome: int


@dataclass(frozen=True)
class DossierData:
    """Everything in the dossier. `manifest_digest` is that of the file, `approved` whether two people approved this very content.

    `tables`, `figures`: the prospective performance, as the analysis made them.
    """

    manifest: Manifest
    manifest_digest: str
    card: str
    approved: bool
    vectors: tuple[VectorResult, ...]
    protocol: Protocol
    setting: Setting
    cut: DataCut
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()

    @property
    def worst(self) -> float:
        """The largest difference of a reference vector; 0 where there is none."""
        return max((each.difference for each in self.vectors), default=0.0)


def vector_results(manifest: Manifest, ask: Callable[[Sequence[float | None]], float]) -> tuple[VectorResult, ...]:
    """Every reference vector of the manifest given to the model again. `ask` takes a row; it raises ModelError."""
    found = []
    for number, reference in enumerate(manifest.references, start=1):
        p = float(rounded(ask(reference.inputs)))
        known = sum(value is not None for value in reference.inputs)
        found.append(
            VectorResult(
                number,
                reference.note,
                known,
                len(reference.inputs),
                reference.probability,
                p,
                is_positive(p, manifest.threshold),
            )
        )
    return tuple(found)


def approved_by_two(manifest: Manifest, content: str) -> bool:
    """Whether two different people approved the content of that digest."""
    return len({_who(each.name) for each in manifest.approvals if each.digest == content}) >= 2


def _who(name: str) -> str:
    return " ".join(name.split()).casefold()
