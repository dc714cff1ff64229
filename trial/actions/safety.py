"""The safety officer's own verbs: the reference safety information, by product and date; and the list of serious events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, tzinfo

from forms.answers import Crf
from forms.catalogue import current
from forms.findings import Finding
from forms.reading import Unreadable, read_words
from forms.record import Record
from forms.text import _l
from trial import roles
from trial.actions.case import Case, load
from trial.actions.permission import participant_for, permit
from trial.actor import Actor
from trial.clock import Clock
from trial.errors import NotFound, Refused
from trial.happenings_safety import ReferenceAdded
from trial.narrative import READ, Section, narrative
from trial.safety_desk import Serious, in_order, serious
from trial.store import crfs, worklist
from trial.store.reading import Reader, Row
from trial.store.unit_of_work import UnitOfWork


def products() -> dict[str, str]:
    """Code to decode of every product a report can suspect."""
    codes = current("SAE").item("SAEDRUG").codes
    assert codes is not None
    return {code.code: code.decode for code in codes.codes}


def add_reference(product: str, document: str, version: str, valid_from: date, *, uow: UnitOfWork) -> int:
    """Make a version of the reference safety information known. Raises Refused, AlreadyExists, NotAllowed."""
    with uow:
        permit(uow.actor, "safety.assess")
        if product not in products():
            raise Refused((Finding("problem", "reference:product", _l("Choose a product.")),))
        words = {"document": _words(document), "version": _words(version)}
        row = uow.insert(
            "safety_reference",
            product=product,
            **words,
            valid_from=valid_from,
            by=uow.actor.person_id,
            at=uow.clock.now(),
        )
        uow.record(ReferenceAdded(product, words["document"], words["version"]))
        uow.commit()
    return int(row["id"])


def _words(text: str) -> str:
    try:
        words = read_words(text) or ""
    except Unreadable as problem:
        raise Refused((Finding("problem", "reference:words", problem.message, args=dict(problem.args_)),)) from problem
    if not words:
        raise Refused((Finding("problem", "reference:words", _l("Name the document and its version.")),))
    return words


def desk(reader: Reader, sites: worklist.Sites, clock: Clock, zone: tzinfo) -> list[Serious]:
    """Every serious report of the sites, what is overdue first."""
    references = reader.all("safety_reference", order_by="id")
    found = []
    for row in worklist.with_form(reader, sites, "SAE"):
        case = load(reader, row, clock)
        record = case.record()
        found += [_line(case, record, sae, zone, references) for sae in record.all("SAE")]
    return in_order(found)


def _line(case: Case, record: Record, sae: Crf, zone: tzinfo, references: list[Row]) -> Serious:
    valid = any(_on(sae, s) and s["voided_at"] is None for s in case.signatures)
    return serious(case.protocol, case.id, record, sae, case.now, zone, signed=valid, references=references)


@dataclass(frozen=True)
class Told:
    """One serious event told: how it stands, the sections of its narrative, every revision of its report, oldest first."""

    line: Serious
    sections: tuple[Section, ...]
    revisions: tuple[Row, ...]


def tell(
    reader: Reader,
    actor: Actor,
    participant: str,
    occurrence: int,
    clock: Clock,
    zone: tzinfo,
    say: Callable[[str], str],
) -> Told:
    """The narrative of one report. Raises NotFound (another site's, or no such report), NotAllowed.

    What is hidden from the role is not read into it. Nothing is journalled: it shows what its forms show, and takes nothing out.
    """
    case = load(reader, participant_for(reader, actor, participant, "safety.read"), clock)
    seen = tuple(c for c in case.crfs if not roles.hides(actor.role, c.form, event=c.event))
    record = case.record(crfs=seen)
    sae = record.at("SAE", "ANY", occurrence)
    if sae is None:
        raise NotFound("crf", {"participant": participant, "form": "SAE", "occurrence": str(occurrence)})
    place = {"participant": participant, "event": "ANY", "form": "SAE", "occurrence": occurrence}
    line = _line(case, record, sae, zone, reader.all("safety_reference", order_by="id"))
    judged = reader.all("expectedness", **place, order_by="revision")
    hidden = frozenset(form for form in READ if roles.hides(actor.role, form))
    sections = narrative(record, line, judged[-1] if judged else None, hidden, say)
    return Told(line, sections, tuple(crfs.history(reader, participant, "ANY", "SAE", occurrence)))


def _on(sae: Crf, signature: Row) -> bool:
    """Whether a signature stands on that report. What the sponsor added since is a later revision and was never under it."""
    return (signature["form"], signature["event"], signature["occurrence"]) == (sae.form, sae.event, sae.occurrence)
