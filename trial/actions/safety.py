"""The safety officer's own verbs: the reference safety information, by product and date; and the list of serious events."""

from __future__ import annotations

from datetime import date, tzinfo

from forms.answers import Crf
from forms.catalogue import current
from forms.findings import Finding
from forms.reading import Unreadable, read_words
from forms.text import _l
from trial.actions.case import load
from trial.actions.permission import permit
from trial.clock import Clock
from trial.errors import Refused
from trial.happenings_safety import ReferenceAdded
from trial.safety_desk import Serious, in_order, serious
from trial.store import worklist
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
        for sae in record.all("SAE"):
            valid = any(_on(sae, s) and s["voided_at"] is None for s in case.signatures)
            line = serious(case.protocol, case.id, record, sae, case.now, zone, signed=valid, references=references)
            found.append(line)
    return in_order(found)


def _on(sae: Crf, signature: Row) -> bool:
    """Whether a signature stands on that report. What the sponsor added since is a later revision and was never under it."""
    return (signature["form"], signature["event"], signature["occurrence"]) == (sae.form, sae.event, sae.occurrence)
