"""Data cuts: name and lock one, see them, work one out again.

A cut is one row: where the journal stood, the digests of what then stood, and what was in force. No data are copied; the record itself
gives them again (`trial/store/past.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from forms.findings import Finding
from forms.reading import Unreadable, read_words
from forms.text import _l
from trial.actions.permission import permit
from trial.actor import Actor
from trial.cuts import NAME, Cut, Verdict
from trial.errors import Refused
from trial.happenings_cuts import CutMade, CutVerified
from trial.protocol import PROTOCOL
from trial.release import release
from trial.store import cut_kept
from trial.store import cuts as store
from trial.store.cut_check import state
from trial.store.journal import head
from trial.store.past import Past
from trial.store.reading import Reader
from trial.store.unit_of_work import UnitOfWork

READ, MAKE = "cut.read", "cut.make"
LONGEST_REASON = 500
SHAPE = _l(
    "A name has letters, digits, full stops, hyphens and underscores, begins with a letter or a digit, and is at most 60 long."
)
TAKEN = _l("There is a data cut named %(name)s already. A cut is never changed: choose another name.")
AHEAD = _l("The date of a cut cannot lie ahead of today, %(today)s: what happens until then is not known.")
NO_REASON = _l("Say what the cut is for, in at most %(most)s characters.")


@dataclass(frozen=True)
class Wanted:
    """A cut as somebody asks for it: everything dated after `on` will be left out."""

    name: str
    on: date
    reason: str


def make_cut(wanted: Wanted, *, uow: UnitOfWork) -> Cut:
    """Lock the data as they stand. Raises NotAllowed, Refused (the name's shape or a name that is taken, a date ahead, no reason)."""
    with uow:
        permit(uow.actor, MAKE)
        asked = Wanted(wanted.name.strip(), wanted.on, _reason(wanted.reason))
        if found := tuple(_refused(asked, uow)):
            raise Refused(found)
        made = store.cut_of(uow.insert("data_cut", **_content(asked, uow), role=uow.actor.role))
        uow.record(CutMade(made.name, made.on.isoformat(), made.position, made.digest))
        uow.commit()
    return made


def _content(asked: Wanted, uow: UnitOfWork) -> dict[str, object]:
    position, entry = head(uow)
    past = Past(uow, position)
    found = state(uow, past, asked.on)
    return {
        "name": asked.name,
        "cut_on": asked.on,
        "position": position,
        "head": entry,
        "digest": found.then[0],
        "calls_digest": found.calls.digest,
        "definitions": {"protocol": PROTOCOL.version, **store.definitions_then(uow, past)},
        "code": release(),
        "reason": asked.reason,
        "by": uow.actor.person_id,
        "at": uow.clock.now(),
    }


def _reason(text: str) -> str:
    try:
        return read_words(text) or ""
    except Unreadable as problem:
        raise Refused((Finding("problem", "cut:reason", problem.message, args=dict(problem.args_)),)) from problem


def _refused(asked: Wanted, uow: UnitOfWork) -> Iterator[Finding]:
    today = uow.clock.today()
    if not NAME.fullmatch(asked.name):
        yield Finding("problem", "cut:name", SHAPE)
    elif uow.one("data_cut", name=asked.name) is not None:
        yield Finding("problem", "cut:name", TAKEN, args={"name": asked.name})
    if asked.on > today:
        yield Finding("problem", "cut:on", AHEAD, args={"today": today.isoformat()})
    if not asked.reason or len(asked.reason) > LONGEST_REASON:
        yield Finding("problem", "cut:reason", NO_REASON, args={"most": LONGEST_REASON})


def cuts(reader: Reader, actor: Actor) -> list[tuple[Cut, str]]:
    """Every cut with who made it, the last first. Raises NotAllowed."""
    permit(actor, READ)
    return store.every(reader)


def cut_named(reader: Reader, actor: Actor, name: str) -> Cut:
    """One cut. Raises NotAllowed, NotFound."""
    permit(actor, READ)
    return store.named(reader, name)


def verify_cut(name: str, *, uow: UnitOfWork) -> Verdict:
    """Work a cut out again from the record and say whether it is what was locked. Raises NotAllowed, NotFound.

    An altered cut is a finding, not an error: it is recorded like any other, and who asks decides what it means.
    """
    with uow:
        permit(uow.actor, READ)
        verdict = cut_kept.anew(uow, store.named(uow, name)).verdict
        uow.record(CutVerified(name, verdict.state, verdict.digest))
        uow.commit()
    return verdict
