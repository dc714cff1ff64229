"""Asking about data, and answering: one question at a time, or many moved at once. Nothing is ever taken back; every act is a remark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from forms.catalogue import current, definitions
from forms.findings import Finding
from forms.reading import Unreadable, read_words
from forms.text import _l
from trial.actions.case import load
from trial.actions.once import earlier_answer, remember
from trial.actions.permission import participant_for
from trial.errors import CrfLocked, NotAllowed, NotFound, NotOpen, Refused
from trial.happenings_office import QueryMoved, QueryRaised
from trial.holds import LOCK
from trial.places import is_place
from trial.queries import LIVE, NEEDS_WORDS, SOURCE_OF_ROLE, may_act, next_state
from trial.roles import may, may_read_form
from trial.store.reading import Reader, Row
from trial.store.unit_of_work import UnitOfWork
from trial.verification import paths_of


@dataclass(frozen=True)
class Question:
    """What is asked, and about what: a participant; a visit (`event`); a form; an item of it (`path`)."""

    participant: str
    words: str
    event: str | None = None
    form: str | None = None
    occurrence: int | None = None
    path: str = ""
    key: str | None = None
    coding: bool = False
    """Asked in order to code a term, by who codes."""

    @property
    def place(self) -> dict[str, Any]:
        """The columns that say where."""
        return {"event": self.event, "form": self.form, "occurrence": self.occurrence, "path": self.path}


def raise_query(question: Question, *, uow: UnitOfWork) -> int:
    """Ask; returns the query's number. Raises NotFound (no such place or item), NotAllowed, Refused (no words), CrfLocked."""
    with uow:
        participant_for(uow, uow.actor, question.participant, "query.raise")
        held = uow.lock("participant", {"id": question.participant})
        if (earlier := earlier_answer(uow, question.key, "raise_query")) is not None:
            return int(earlier)
        words = _words(question.words, wanted=True)
        case = load(uow, held, uow.clock)
        revision = _revision(question, case, uow.actor.role)
        if case.held(question.form, question.event or "", question.occurrence or 1) == LOCK:
            raise CrfLocked(case.id, question.event or "", question.form or "", question.occurrence or 1)
        source = "coding" if question.coding and may(uow.actor.role, "code.terms") else SOURCE_OF_ROLE[uow.actor.role]
        row = put_question(uow, case.id, question.place, words, source=source, revision=revision)
        uow.record(QueryRaised(row["id"], place_of(row), question.path, None, participant=case.id))
        remember(uow, question.key, "raise_query", row["id"])
        uow.commit()
    return int(row["id"])


def _revision(question: Question, case: Any, role: str) -> int | None:
    """The revision that was on the screen. Raises NotFound for a place or an item there is not, NotAllowed for a form not to be read."""
    if question.form is None:
        return None
    if not is_place(question.form, question.event or "", question.occurrence or 0):
        raise NotFound("form", {"form": question.form, "event": question.event})
    if not may_read_form(role, question.form):
        raise NotAllowed(role, f"crf.read:{question.form}")
    crf = case.bare.at(question.form, question.event, question.occurrence)
    known = crf is not None and question.path in paths_of(crf.answers)
    if not known and question.path:
        version = crf.version if crf else current(question.form).version
        _refuse_unknown(question, definitions()[question.form, version].kinds())
    return crf.number if crf else None


def _refuse_unknown(question: Question, kinds: Mapping[str, str]) -> None:
    if question.path not in kinds:
        raise NotFound("item", {"form": question.form, "path": question.path})


def _words(text: str, *, wanted: bool) -> str:
    try:
        words = read_words(text or "") or ""
    except Unreadable as problem:
        raise Refused((Finding("problem", "query:words", problem.message, args=dict(problem.args_)),)) from problem
    if wanted and not words:
        raise Refused((Finding("problem", "query:words", _l("Say it in words.")),))
    return words


def put_question(
    uow: UnitOfWork,
    participant: str,
    place: Mapping[str, Any],
    words: str,
    *,
    source: str,
    rule: str | None = None,
    said: Mapping[str, Any] | None = None,
    revision: int | None = None,
    state: str = "open",
) -> Row:
    """Write an open (or proposed) query and its first remark; the caller records the event. Of the system where there is a rule."""
    now, by = uow.clock.now(), None if rule else uow.actor
    who = {"raised_by": by.person_id if by else None, "raised_role": by.role if by else None}
    row = uow.insert(
        "query",
        participant=participant,
        **place,
        state=state,
        source=source,
        rule=rule,
        words=words,
        said=said,
        revision=revision,
        **who,
        raised_at=now,
        assigned=None,
        changed_at=now,
        ended_at=None,
    )
    act = "raise" if state == "open" else "propose"
    _remark(uow, row["id"], 1, act, state, words, by_system=rule is not None)
    return row


def _remark(
    uow: UnitOfWork, query: int, number: int, act: str, state: str, words: str, *, by_system: bool = False
) -> None:
    by = (None, None) if by_system else (uow.actor.person_id, uow.actor.role)
    uow.insert(
        "query_remark",
        query=query,
        number=number,
        act=act,
        state=state,
        words=words,
        by=by[0],
        role=by[1],
        at=uow.clock.now(),
    )


def move(row: Mapping[str, Any], act: str, words: str, uow: UnitOfWork, *, by_system: bool = False) -> str:
    """Move a query inside an open unit of work and say so in the journal; the caller has checked that it may be done."""
    state = next_state(act, row["state"])
    assert state is not None, f"{act} from {row['state']}"
    now = uow.clock.now()
    uow.update("query", {"id": row["id"]}, state=state, changed_at=now, ended_at=None if state in LIVE else now)
    said = len(uow.all("query_remark", query=row["id"]))
    _remark(uow, row["id"], said + 1, act, state, words, by_system=by_system)
    uow.record(QueryMoved(row["id"], act, state, participant=row["participant"]))
    return state


def act_on(queries: Iterable[int], act: str, words: str, *, uow: UnitOfWork, assigned: str | None = None) -> int:
    """Do one act to one query or many: all, or none. Returns how many.

    Raises NotFound, NotAllowed, NotOpen (not possible from its state), Refused (words are wanted), CrfLocked.
    """
    numbers = sorted(set(queries))
    with uow:
        text = _words(words, wanted=act in NEEDS_WORDS)
        for number in numbers:
            _act(number, act, text, uow, assigned)
        uow.commit()
    return len(numbers)


def _act(number: int, act: str, words: str, uow: UnitOfWork, assigned: str | None) -> None:
    found = uow.the("query", id=number)
    held = participant_for(uow, uow.actor, found["participant"], "participant.read")
    uow.lock("participant", {"id": held["id"]})
    row = uow.the("query", id=number)
    if not may_act(uow.actor.role, act, row["raised_role"], row["state"]):
        raise NotAllowed(uow.actor.role, f"query.{act}", held["site_code"])
    if row["form"] is not None and not may_read_form(uow.actor.role, row["form"]):
        raise NotAllowed(uow.actor.role, f"crf.read:{row['form']}")
    if next_state(act, row["state"]) is None:
        raise NotOpen("query", (f"query-{row['state']}",))
    case = load(uow, held, uow.clock)
    if case.held(row["form"], row["event"] or "", row["occurrence"] or 1) == LOCK:
        raise CrfLocked(case.id, row["event"] or "", row["form"] or "", row["occurrence"] or 1)
    if act == "assign":
        uow.update("query", {"id": number}, assigned=_person(uow, assigned, held["site_code"]))
    move(row, act, words, uow)


def _person(reader: Reader, username: str | None, site: str) -> int | None:
    """Whom a query is given to: somebody with an account who reaches the site; None takes it back."""
    if not username:
        return None
    person = reader.the("person", username=username)
    held = reader.all("assignment", person_id=person["id"], revoked_at=None)
    if not person["active"] or not any(a["site_code"] in (None, site) for a in held):
        raise NotFound("person", {"username": username})
    return int(person["id"])


def place_of(row: Mapping[str, Any]) -> str:
    """Where a query points, as the journal says it: FORM/EVENT/OCCURRENCE, EVENT, or the participant's number."""
    if row["form"] is not None:
        return f"{row['form']}/{row['event']}/{row['occurrence']}"
    return str(row["event"] or row["participant"])
