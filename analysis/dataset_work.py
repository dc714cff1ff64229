"""The datasets taken by somebody: made from what the role may have, in a format, and told to the journal with the digest of the cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analysis.adam.made import Made, datasets
from analysis.cut import DataCut
from trial import roles
from trial.happenings import DataTaken
from trial.protocol import PROTOCOL
from trial.store import extract
from trial.store.unit_of_work import UnitOfWork

BLINDED_VERBS = ("export.blinded", "results.pooled")
"""What a blinded role needs: rows without arm, and the pooled times of the primary endpoint."""
UNBLINDED_VERB = "export.unblinded"


@dataclass(frozen=True)
class Taken:
    """The files by name in the order of the zip, as made at a cut."""

    name: str
    cut: DataCut
    blinded: bool
    files: dict[str, bytes]


def may_take(role: str) -> bool:
    """Whether a role may take datasets, with or without arms."""
    return roles.may(role, UNBLINDED_VERB) or all(roles.may(role, verb) for verb in BLINDED_VERBS)


def taken_datasets(form: str, *, study_days: bool, release: str, uow: UnitOfWork, cut: str | None = None) -> Taken:
    """The files in one of `analysis.taken.bundle.FORMATS`, at a locked cut or as the data stand.

    Raises NotAllowed, NotFound and CutAltered for the cut, KeyError for another format.
    """
    from analysis.taken.bundle import files_of

    with uow:
        made = read(uow, uow.actor, study_days=study_days, cut=cut)
        files = files_of(made, form, release)
        uow.record(DataTaken(f"datasets as {form}{', study days' if study_days else ''}", made.cut.digest))
        uow.commit()
    arm = "blinded" if made.blinded else "unblinded"
    return Taken(f"vigil-datasets-{form}-{arm}-{made.cut.slug}", made.cut, made.blinded, files)


def read(reader: Any, viewer: Any, *, study_days: bool = False, cut: str | None = None) -> Made:
    """The datasets as the viewer may have them. Raises NotAllowed, NotFound, CutAltered."""
    at = {"cut_on": reader.clock.today(), "now": reader.clock.now(), "cut": cut}
    listing = extract.listing(reader, viewer, **at)
    pooled = None if roles.may(viewer.role, UNBLINDED_VERB) else extract.pooled(reader, viewer, **at)
    return datasets(PROTOCOL.study_id, listing, pooled, study_days=study_days)
