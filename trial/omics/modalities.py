"""Which modality is there at which time point, for one participant: what the model would be given, and why it would lack the rest. Pure.

The columns come from the manifest of the released model: each modality but the clinical one, at each time point that it reads. What counts
as there is what `trial.prediction` would pass on; a table that is kept is taken to hold what was asked of it when it was sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from forms.answers import Crf
from forms.record import Record
from forms.text import _l
from trial import consents, soa
from trial.frozen.manifest import InputSpec
from trial.limits import SAMPLES, closed_by
from trial.prediction import Input, collect

THERE, PART, FAILED, MISSING, REFUSED, PENDING, ENDED = (
    "there",
    "part",
    "failed",
    "missing",
    "refused",
    "pending",
    "ended",
)
STATES: Mapping[str, str] = {
    THERE: _l("there"),
    PART: _l("in part"),
    FAILED: _l("failed"),
    MISSING: _l("missing"),
    REFUSED: _l("refused"),
    PENDING: _l("pending"),
    ENDED: _l("ended"),
}
"""States in words, from what the model can use to what it will never have."""
REASONS: Mapping[str, str] = {
    "quality-failed": _l("quality not passed"),
    "assay-failed": _l("the assay failed"),
    "too-few-reads": _l("fewer than 10,000 reads"),
    "time-point-differs": _l("the form says another time point than its visit"),
    "no-table": _l("there is no feature table"),
    "code-not-declared": _l("an answer that the model does not know"),
    "unknown": _l("an answer is unknown"),
    "not-done": _l("marked as not done"),
    "no-form": _l("no form was entered"),
    "no-samples": _l("no consent to samples"),
    "withdrawn": _l("consent to samples was withdrawn"),
    "not-yet": _l("not due yet"),
    "over": _l("the participant's course ended before"),
    "repeated-before": _l("taken from the first restaging"),
}
"""Why something is not there, in words; a code of a missing answer (ND, NA, UNK) stands for itself."""
FAULTS = frozenset({"quality-failed", "assay-failed", "too-few-reads", "time-point-differs"})
MADE_FROM_SAMPLES = SAMPLES
READ = frozenset({"IC", "RAD", "MIC", "LBX", "MOL", "PATH", "RST", "EX", "RT", "DEC", "EOS", "DTH"})
"""Forms that the board is read from."""
BASELINE, RESTAGING = "BASELINE", "RESTAGING"


@dataclass(frozen=True)
class Column:
    """A modality at a time point, `point` None for what is taken once. `forms`: those that hold it."""

    modality: str
    point: str | None
    forms: tuple[str, ...]
    inputs: tuple[InputSpec, ...]

    @property
    def key(self) -> str:
        """As an address and a file name it: "radiomics@RESTAGING"."""
        return self.modality if self.point is None else f"{self.modality}@{self.point}"


@dataclass(frozen=True)
class Cell:
    """What stands in a column for a participant. `known` of the `asked` values are there; `why` is a key of REASONS, or a code.

    `source`: FORM/EVENT/OCCURRENCE of the newest form it was read from, None where there is none; `age_days`: as in `trial.prediction`.
    """

    state: str
    known: int
    asked: int
    why: str | None = None
    source: str | None = None
    age_days: int | None = None


class _Kept(Mapping[str, Mapping[str, float]]):
    """Stands for the tables of features: every file holds every feature. Nothing is opened to say whether a table is there."""

    def __getitem__(self, name: str) -> Any:
        return _EVERY

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __contains__(self, name: object) -> bool:
        return True


class _Every(dict[str, float]):
    def get(self, name: str, default: Any = None) -> float:
        return 1.0


_EVERY = _Every()


def columns(manifest: Any) -> tuple[Column, ...]:
    """The columns of the board, in the order of the manifest."""
    found: dict[tuple[str, str | None], list[InputSpec]] = {}
    for spec in manifest.inputs:
        if spec.modality != "clinical":
            found.setdefault((spec.modality, spec.source.partition("@")[2] or None), []).append(spec)
    return tuple(
        Column(*key, tuple(dict.fromkeys(_form(s) for s in specs)), tuple(specs)) for key, specs in found.items()
    )


def _form(spec: InputSpec) -> str:
    return spec.source.partition(".")[0]


def cells(record: Record, manifest: Any, today: date) -> dict[str, Cell]:
    """The cells of a participant by the key of the column."""
    return {column.key: _cell(record, column, today) for column in columns(manifest)}


def _cell(record: Record, column: Column, today: date) -> Cell:
    inputs = collect(record, _Part(column.inputs), _Kept()).inputs
    known = [i for i in inputs if i.value is not None]
    source = next((i.source.partition("#")[0] for i in inputs if i.source), None)
    ages = [i.age_days for i in inputs if i.age_days is not None]
    told = Cell(THERE, len(known), len(inputs), None, source, max(ages, default=None))
    if len(known) == len(inputs):
        return replace(told, why="repeated-before" if ages else None)
    return _lacking(record, column, told, [i for i in inputs if i.value is None], today)


@dataclass(frozen=True)
class _Part:
    """As much of a manifest as the reading of inputs needs."""

    inputs: tuple[InputSpec, ...]


def _lacking(record: Record, column: Column, told: Cell, lacking: list[Input], today: date) -> Cell:
    notes = [i.note or "unknown" for i in lacking]
    if fault := next((note for note in notes if note in FAULTS), None):
        return replace(told, state=PART if told.known else FAILED, why=fault)
    if told.known:
        return replace(told, state=PART, why=next((n for n in notes if n != "not-done"), "no-form"))
    if all(note == "not-done" for note in notes):
        return _absent(record, column, told, today)
    return replace(told, state=MISSING, why=next(note for note in notes if note != "not-done"))


def _absent(record: Record, column: Column, told: Cell, today: date) -> Cell:
    """No form counts there: refused, marked as not done, ended, pending or forgotten, in this order."""
    if why := _refused(record, column, today):
        return replace(told, state=REFUSED, why=why)
    if marked := _marked(record, column):
        return replace(told, state=MISSING, why="not-done", source=marked.address)
    if _over(record, column):
        return replace(told, state=MISSING, why="no-form")
    if any(record.latest(form) is not None for form in ("EOS", "DTH")):
        return replace(told, state=ENDED, why="over")
    return replace(told, state=PENDING, why="not-yet")


def _refused(record: Record, column: Column, today: date) -> str | None:
    if not set(column.forms) & MADE_FROM_SAMPLES:
        return None
    found = consents.standing(record, today)
    if found.withdrawn_on is not None and any(closed_by(found.withdrawn_from, form) for form in column.forms):
        return "withdrawn"
    return "no-samples" if found.consent is not None and found.consent.samples is False else None


def _marked(record: Record, column: Column) -> Crf | None:
    at = _events(column)
    return next(
        (
            c
            for c in record.crfs
            if c.form in column.forms and c.answers.not_done is not None and (not at or soa.series(c.event) in at)
        ),
        None,
    )


def _events(column: Column) -> tuple[str, ...]:
    return {BASELINE: ("SCR",), RESTAGING: ("RST", "RST2")}.get(column.point or "", ())


def _over(record: Record, column: Column) -> bool:
    """Whether the time has passed at which it could still come: therapy has begun, or the decision is made."""
    if column.point == RESTAGING:
        return record.latest("DEC") is not None
    return any(record.latest(form) is not None for form in ("EX", "RT", "RST", "DEC"))
