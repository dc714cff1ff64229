"""Taking personal data out of the record: only like this, by two persons, with a reason (ICH E6(R3) 4.2.2(b); R25).

A data manager says what and why, an investigator of the participant's site agrees with name and password. The text itself is written
nowhere: the redaction keeps its reason, the places, and the digest of each before and after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forms.catalogue import definitions
from forms.findings import Finding
from forms.reading import Unreadable, read_words
from forms.text import _l
from trial import passwords, roles
from trial.actions import attempts, coding_follow
from trial.actions.people import person
from trial.actions.permission import participant_for
from trial.errors import NotAllowed, NotOpen, Refused, WrongPassword
from trial.happenings import SignatureRefused
from trial.happenings_trail import PersonalDataRemoved
from trial.redaction import problem_of
from trial.store import crfs
from trial.store import redaction as store
from trial.store.reading import Row
from trial.store.redaction import Place
from trial.store.unit_of_work import UnitOfWork

REDACT = "trail.redact"
AGREEING = "agreeing"
"""The role that a refusal names when it is the other person who may not."""
NOWHERE = _l("This text stands nowhere in what is stored of the participant.")
NO_REASON = _l("Say why, without the text itself.")
CORRECT_FIRST = _l(
    "%(crf)s holds it as an answer that is no free text (%(items)s). Correct the form first; then the former value can be taken out."
)


@dataclass(frozen=True)
class Removed:
    """What was taken out: the redaction's number, and how many rows of each table."""

    number: int
    places: dict[str, int]


@dataclass(frozen=True)
class Order:
    """What to take out of the record of whom, why, and who of the site agrees."""

    participant: str
    text: str
    reason: str
    agreeing: str
    password: str


def redact(order: Order, *, uow: UnitOfWork) -> Removed:
    """Take a text out of everything stored of one participant.

    Raises Refused (no reason, a text the trial itself uses, nowhere found, a current answer that must be corrected first), WrongPassword
    (recorded), NotOpen (the same person twice), NotAllowed, NotFound. Then nothing is changed.
    """
    agreeing = _agreement(order, uow)
    with uow:
        row = participant_for(uow, uow.actor, order.participant, REDACT)
        uow.lock("participant", {"id": row["id"]})
        reason = _reason(order)
        found = store.places(uow, row["id"], order.text)
        _refuse_unfit(order, found)
        number = _recorded(order, reason, agreeing, found, uow)
        uow.commit()
    return Removed(number, {t: sum(p.table == t for p in found) for t in dict.fromkeys(p.table for p in found)})


def _agreement(order: Order, uow: UnitOfWork) -> Row:
    """The investigator of the site who agrees; a wrong password counts as one at sign-in does."""
    name = order.agreeing.strip().lower()[:150]
    with uow:
        site = participant_for(uow, uow.actor, order.participant, REDACT)["site_code"]
        attempts.refuse_if_locked(uow, name)
        found = uow.one("person", username=name)
    if not (passwords.matches(found["password_hash"] if found else None, order.password) and found and found["active"]):
        with uow:
            attempts.failed(uow, name, SignatureRefused("redaction", participant=order.participant), "redaction")
            uow.commit()
        raise WrongPassword(name)
    with uow:
        held = person(uow, found["id"], on=uow.clock.today()).roles
    if not any(roles.may(role, "crf.sign", site, None if at is None else frozenset({at})) for role, at in held):
        raise NotAllowed(AGREEING, REDACT, site)
    if found["id"] == uow.actor.person_id:
        raise NotOpen("redact", ("two-persons",))
    return found


def _reason(order: Order) -> str:
    try:
        reason = read_words(order.reason)
    except Unreadable as problem:
        raise Refused((Finding("problem", "redact:reason", problem.message, args=dict(problem.args_)),)) from problem
    if not reason or order.text in reason:
        raise Refused((Finding("problem", "redact:reason", NO_REASON),))
    return reason


def _refuse_unfit(order: Order, found: Sequence[Place]) -> None:
    codes = frozenset(form for form, _version in definitions()) | frozenset(roles.ROLES)
    if problem := problem_of(order.text, order.participant, codes):
        raise Refused((Finding("problem", "redact:text", problem),))
    if not found:
        raise Refused((Finding("problem", "redact:text", NOWHERE),))
    if kept := [place for place in found if place.keeps]:
        said = [{"crf": place.name.partition(" ")[2], "items": ", ".join(place.keeps)} for place in kept]
        raise Refused(tuple(Finding("problem", "redact:text", CORRECT_FIRST, args=args) for args in said))


def _recorded(order: Order, reason: str, agreeing: Row, found: Sequence[Place], uow: UnitOfWork) -> int:
    who = {"by": uow.actor.person_id, "agreed": agreeing["id"], "at": uow.clock.now()}
    row = uow.insert("redaction", participant=order.participant, reason=reason, **who)
    number = int(row["id"])
    for place in found:
        uow.insert("redaction_place", redaction=number, place=place.name, before=place.before, after=place.after)
    for place in found:
        uow.redact(place.table, place.key, **place.becomes)
    # What somebody typed and did not save is not part of the record: it goes.
    uow.drop("draft", {"participant": order.participant})
    uow.record(PersonalDataRemoved(number, len(found), agreeing["full_name"], participant=order.participant))
    for crf in crfs.current(uow, order.participant):  # a term that was coded is another one now
        coding_follow.follow(order.participant, crf, uow)
    return number
