"""The efficacy of therapy in one participant, for one reader: what the role may read, and the model only after the own estimate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forms.answers import Crf, FileRef
from trial import roles
from trial.actions import files as filed
from trial.actions.case import Case, load
from trial.actions.permission import participant_for
from trial.efficacy import Efficacy, call_that_counts, efficacy
from trial.errors import FeatureTableUnreadable, FileDamaged, FileMissing
from trial.frozen.manifest import Manifest
from trial.happenings import PredictionSeen
from trial.side_by_side import Say
from trial.store.files import Files, feature_table
from trial.store.unit_of_work import UnitOfWork

VERB = "eligibility.read"
"""Who reads the argument of the decision point reads this page: it is what that decision rests on."""


@dataclass(frozen=True)
class Photograph:
    """An endoscopic photograph of a visit. `preview`: its digest where there is one and nobody saw a name in it."""

    event: str
    occurrence: int
    file: FileRef
    preview: str | None
    withheld: bool


@dataclass(frozen=True)
class Told:
    """What one reader sees."""

    case: Case
    found: Efficacy
    photographs: tuple[Photograph, ...]


def tell(participant: str, *, uow: UnitOfWork, files: Files, manifest: Manifest, say: Say = str) -> Told:
    """Read one participant whole; that the model's answer was looked at is recorded (R59). Raises NotFound, NotAllowed."""
    with uow:
        case = load(uow, participant_for(uow, uow.actor, participant, VERB), uow.clock)
        seen = tuple(c for c in case.crfs if _reads(uow.actor.role, c))
        record = case.record("DEC", seen)
        call = call_that_counts(case.predictions)
        found = efficacy(
            record,
            _tables(seen, files),
            _features(manifest),
            signatures=case.signatures,
            prediction=call,
            may_see_model=roles.may(uow.actor.role, "model.read"),
            say=say,
        )
        if found.added.number is not None:
            uow.record(PredictionSeen(found.added.number, participant=case.id))
        told = Told(case, found, _photographs(uow, case.id, seen, found.times))
        uow.commit()
    return told


def _reads(role: str, crf: Crf) -> bool:
    return roles.may_read_form(role, crf.form) and not roles.hides(role, crf.form, event=crf.event)


def _features(manifest: Manifest) -> dict[str, str | None]:
    """The radiomic features of the model and their units, each once."""
    declared = ((s.source.partition("@")[0], s.unit) for s in manifest.inputs)
    return {s.partition(":")[2]: unit for s, unit in declared if s.startswith("RAD.RADFILE:")}


def _tables(crfs: tuple[Crf, ...], files: Files) -> dict[str, Mapping[str, float]]:
    """Feature tables by digest. One that is gone or spoiled is left out, and the page says that it cannot be read."""
    found: dict[str, Mapping[str, float]] = {}
    for crf in crfs:
        table: Any = crf.answers.items.get("RADFILE") if crf.form == "RAD" and crf.counts else None
        if table is not None:
            try:
                found[table.sha256] = feature_table(files, table.sha256)
            except (FileMissing, FileDamaged, FeatureTableUnreadable):
                continue  # the other measures are still worth reading
    return found


def _photographs(
    uow: UnitOfWork, participant: str, crfs: tuple[Crf, ...], times: tuple[str, ...]
) -> tuple[Photograph, ...]:
    if not roles.may(uow.actor.role, "file.read"):
        return ()
    known = {f.sha256: f for f in filed.listing(uow, uow.actor, participant)}
    there = [(c, c.answers.items.get("ENDOIMG")) for c in crfs if c.form == "RST" and c.event in times and c.counts]
    return tuple(
        Photograph(c.event, c.occurrence, ref, known[ref.sha256].preview, known[ref.sha256].withheld)
        for c, ref in there
        if isinstance(ref, FileRef) and ref.sha256 in known
    )
