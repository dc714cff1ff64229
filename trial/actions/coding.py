"""Coding verbatim terms: by their text, by the list of synonyms, by a person; approval; coding again. Every act names who did it.

A term is not coded in silence: the system approves only what is certain (`trial.coding.match`). A code that takes the place of another one
needs a reason, and voids the signatures that were given while the first one stood, in the same transaction (R49).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from trial.actions.coding_follow import end, settle
from trial.actions.permission import participant_for, permit
from trial.actions.voiding import void_coded
from trial.coding import APPROVED, PERSON, PROPOSED, RECODE, UNCODED, Match, match
from trial.dictionaries.folding import exact, loose
from trial.dictionaries.terms import CODED_AT, KINDS
from trial.errors import AlreadyExists, CrfLocked, NotFound, NotOpen, ReasonNeeded
from trial.happenings_coding import CodeApproved, CodeProposed, CodeRejected, SynonymKept, SynonymRemoved
from trial.holds import held
from trial.store import coding, office
from trial.store.reading import Reader, Row
from trial.store.unit_of_work import UnitOfWork

FOUND = "the term itself"
ALIKE = "a term that looks alike"
LISTED = "the list of synonyms"
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Coded:
    """What became of terms: how many got an approved code, a proposal, were coded so already, or are frozen or locked."""

    approved: int = 0
    proposed: int = 0
    unchanged: int = 0
    held: int = 0
    left: int = 0


@dataclass(frozen=True)
class Choice:
    """A term of the dictionary in use, found for a text."""

    of: Row
    codes: Sequence[Mapping[str, str]]
    how: str = PERSON
    synonym: int | None = None
    reason: str = ""

    @property
    def code(self) -> str:
        return self.codes[0]["code"]


def choice(reader: Reader, kind: str, code: str, reason: str = "") -> Choice:
    """What a person chose. Raises NotOpen without a dictionary, NotFound for a term that is not there or no longer current."""
    of = coding.in_use(reader, kind)
    if of is None:
        raise NotOpen("code", ("no-dictionary",))
    found = coding.term(reader, of["id"], CODED_AT[kind], code)
    if found is None or not found["current"]:
        raise NotFound("dictionary_term", {"code": code})
    return Choice(of, coding.codes_of(reader, of, found), reason=reason.strip())


def code_term(
    kind: str, folded: str, code: str, *, uow: UnitOfWork, reason: str = "", approve: bool = False, keep: bool = False
) -> Coded:
    """Code every term of that text that the actor reaches; those that are frozen or locked are left, and counted.

    `approve`: it stands at once, else it is proposed. `keep`: the text goes on the list of synonyms. Where another code stands a `reason`
    is needed. Raises NotAllowed, NotFound, NotOpen (no dictionary), ReasonNeeded, CrfLocked (every one is held).
    """
    with uow:
        permit(uow.actor, "code.terms")
        chosen = choice(uow, kind, code, reason)
        rows = coding.terms(uow, uow.actor.sites, kind, folded)
        if not rows:
            raise NotFound("verbatim", {"folded": folded})
        done = _code_all(rows, chosen, uow, approve=approve)
        if done["held"] == len(rows):
            first = rows[0]
            raise CrfLocked(first["participant"], first["event"], first["form"], first["occurrence"])
        if keep:
            _keep(kind, rows[0]["text"], chosen, uow)
        uow.commit()
    return Coded(**done)


def _code_all(rows: Sequence[Row], chosen: Choice, uow: UnitOfWork, *, approve: bool) -> Counter[str]:
    done: Counter[str] = Counter()
    for name, places in groupby(rows, lambda row: str(row["participant"])):
        holds = _enter(name, uow)
        for place in places:
            done["held" if _is_held(place, holds) else _code(place, chosen, uow, approve=approve)] += 1
    return done


def _enter(name: str, uow: UnitOfWork) -> tuple[str, list[Row]]:
    """Hold a participant whom the actor reaches; the site, and what is frozen or locked there."""
    row = participant_for(uow, uow.actor, name, "code.terms")
    uow.lock("participant", {"id": name})
    return row["site_code"], office.holds_over(uow, row["site_code"], name)


def _is_held(place: Row, at: tuple[str, list[Row]]) -> bool:
    where = (place["form"], place["event"], place["occurrence"])
    return held(at[1], at[0], place["participant"], where) is not None


def _code(place: Row, chosen: Choice, uow: UnitOfWork, *, approve: bool) -> str:
    """Put a code beside one term; says what became of it: a name of `Coded`."""
    rows = coding.live(uow, place)
    stands = next((r for r in rows if r["state"] == APPROVED), None)
    if stands and _same(stands, chosen):
        return "unchanged"
    if stands and not chosen.reason:
        raise ReasonNeeded(())
    row = _propose(place, chosen, uow)
    if approve:
        _approve(row, chosen.reason, uow)
    settle(place, chosen.of["id"], uow)
    return APPROVED if approve else PROPOSED


def _same(row: Row, chosen: Choice) -> bool:
    return bool(row["valid_in"] == chosen.of["id"] and row["codes"] == list(chosen.codes))


def _propose(place: Row, chosen: Choice, uow: UnitOfWork) -> Row:
    for row in coding.live(uow, place):
        if row["state"] == PROPOSED:
            end(row, "superseded", "another code was proposed", uow)
    who = {"by": uow.actor.person_id, "role": uow.actor.role, "at": uow.clock.now()}
    what = {"kind": place["kind"], "verbatim": place["text"], "code": chosen.code, "codes": list(chosen.codes)}
    version = {"dictionary": chosen.of["id"], "version": chosen.of["version"], "valid_in": chosen.of["id"]}
    how = {"how": chosen.how, "synonym": chosen.synonym, "reason": chosen.reason or None, "state": PROPOSED}
    row = uow.insert("coding", **coding.place_of(place), **what, **version, **how, **who)
    said = CodeProposed(
        _address(row), row["path"], row["code"], row["version"], row["how"], participant=row["participant"]
    )
    uow.record(said)
    return row


def _approve(row: Row, reason: str, uow: UnitOfWork) -> None:
    """Let a proposed code stand; the one before it ends, and with it the signatures given while it stood."""
    former = next((r for r in coding.live(uow, row) if r["state"] == APPROVED), None)
    if former:
        end(former, "superseded", reason, uow)
    by = {"approved_by": uow.actor.person_id, "approved_role": uow.actor.role, "approved_at": uow.clock.now()}
    uow.update("coding", {"id": row["id"]}, state=APPROVED, **by)
    replaced = former["code"] if former else None
    uow.record(CodeApproved(_address(row), row["path"], row["code"], replaced, reason, participant=row["participant"]))
    if former:
        void_coded(former, reason, uow)


def _address(row: Mapping[str, Any]) -> str:
    return f"{row['form']}/{row['event']}/{row['occurrence']}"


def approve(numbers: Collection[int], reason: str = "", *, uow: UnitOfWork) -> Coded:
    """Approve proposed codes: all, or none. Where one takes the place of another, its reason or this one is needed.

    Raises NotAllowed, NotFound, NotOpen (not proposed any more), ReasonNeeded, CrfLocked.
    """
    with uow:
        for row in _proposals(numbers, uow):
            why = reason.strip() or row["reason"] or ""
            if not why and any(r["state"] == APPROVED for r in coding.live(uow, row)):
                raise ReasonNeeded(())
            _approve(row, why, uow)
            _settle(row, uow)
        uow.commit()
    return Coded(approved=len(set(numbers)))


def reject(numbers: Collection[int], reason: str, *, uow: UnitOfWork) -> int:
    """Do not approve proposed codes, with a reason: all, or none. Raises as `approve`."""
    with uow:
        if not reason.strip():
            raise ReasonNeeded(())
        for row in _proposals(numbers, uow):
            end(row, "rejected", reason.strip(), uow)
            said = CodeRejected(_address(row), row["path"], row["code"], reason.strip(), participant=row["participant"])
            uow.record(said)
            _settle(row, uow)
        uow.commit()
    return len(set(numbers))


def _proposals(numbers: Collection[int], uow: UnitOfWork) -> Iterator[Row]:
    permit(uow.actor, "code.terms")
    found = [uow.the("coding", id=number) for number in sorted(set(numbers))]
    for given in sorted(found, key=lambda row: (row["participant"], row["id"])):
        holds = _enter(given["participant"], uow)
        row = uow.the("coding", id=given["id"])
        if row["state"] != PROPOSED:
            raise NotOpen("approve", ("code-not-proposed",))
        if _is_held(row, holds):
            raise CrfLocked(row["participant"], row["event"], row["form"], row["occurrence"])
        yield row


def _settle(row: Row, uow: UnitOfWork) -> None:
    used = coding.in_use(uow, row["kind"])
    settle(uow.the("verbatim", **coding.place_of(row)), used["id"] if used else None, uow)


# --- without a person ---------------------------------------------------------------------------------------------------


@dataclass
class _Matcher:
    """The match of each text of a kind, looked up once a run."""

    reader: Reader
    of: Row
    _known: dict[str, Choice | None] = field(default_factory=dict)
    _certain: set[str] = field(default_factory=set)

    def found(self, text: str) -> tuple[Choice | None, bool]:
        """The choice for a text, and whether it is certain."""
        key = exact(text)
        if key not in self._known:
            self._known[key] = self._look(text, key)
        return self._known[key], key in self._certain

    def _look(self, text: str, key: str) -> Choice | None:
        kind, folded = self.of["kind"], loose(text)
        listed = next(iter(self.reader.all("synonym", kind=kind, folded=folded, removed_at=None)), None)
        own = coding.term(self.reader, self.of["id"], CODED_AT[kind], listed["code"]) if listed else None
        got = match(text, coding.candidates(self.reader, self.of, folded), listed, own)
        if got is None:
            return None
        if got.certain:
            self._certain.add(key)
        return self._chosen(got)

    def _chosen(self, got: Match) -> Choice:
        codes = coding.codes_of(self.reader, self.of, dict(got.row))
        return Choice(self.of, codes, got.how, got.synonym, LISTED if got.synonym else FOUND if got.certain else ALIKE)


def autocode(
    *, uow: UnitOfWork, kinds: Collection[str] = tuple(KINDS), progress: Progress = lambda done: None
) -> Coded:
    """Look for a code for every term that has none: certain ones are approved, others proposed. A transaction a participant.

    Nothing is found where no dictionary is in use. Raises NotAllowed.
    """
    with uow:
        permit(uow.actor, "code.terms")
    total: Counter[str] = Counter()
    for kind in sorted(kinds):
        total += _autocode(kind, uow, progress)
    return Coded(**total)


def _autocode(kind: str, uow: UnitOfWork, progress: Progress) -> Counter[str]:
    done: Counter[str] = Counter()
    with uow:
        of = coding.in_use(uow, kind)
        names = dict.fromkeys(r["participant"] for r in coding.terms(uow, uow.actor.sites, kind, None, (UNCODED,)))
    if of is None:
        return done
    matcher = _Matcher(uow, of)
    for name in names:
        with uow:
            done += _one_participant(name, kind, matcher, uow)
            uow.commit()
        progress(sum(done.values()))
    return done


def _one_participant(name: str, kind: str, matcher: _Matcher, uow: UnitOfWork) -> Counter[str]:
    holds, done = _enter(name, uow), Counter[str]()
    for place in uow.all("verbatim", order_by=coding.PLACE, participant=name, kind=kind, state=UNCODED):
        chosen, certain = matcher.found(place["text"])
        if chosen is None:
            done["left"] += 1
        elif _is_held(place, holds):
            done["held"] += 1
        else:
            done[_code(place, chosen, uow, approve=certain)] += 1
    return done


def suggest_again(place: Row, of: Row, uow: UnitOfWork) -> Choice | None:
    """What a version would be asked to propose for a term whose code it no longer has: by its text, or by the synonyms."""
    return _Matcher(uow, of).found(place["text"])[0]


def propose_again(place: Row, chosen: Choice, uow: UnitOfWork) -> None:
    """Propose another code beside the one that stands; it waits for approval."""
    _propose(place, chosen, uow)


# --- synonyms -----------------------------------------------------------------------------------------------------------


def _keep(kind: str, text: str, chosen: Choice, uow: UnitOfWork) -> None:
    folded = loose(text)
    for row in uow.all("synonym", kind=kind, folded=folded, removed_at=None):
        if row["code"] == chosen.code:
            return
        _remove(row, chosen.reason or "another code was chosen", uow)
    who = {"by": uow.actor.person_id, "role": uow.actor.role, "at": uow.clock.now()}
    what = {"kind": kind, "folded": folded, "text": text, "code": chosen.code, "term": chosen.codes[0]["text"]}
    row = uow.insert("synonym", **what, **who)
    uow.record(SynonymKept(row["id"], kind, chosen.code))


def add_synonym(kind: str, text: str, code: str, *, uow: UnitOfWork) -> None:
    """Put a text on the list, whether it stands anywhere yet or not. Raises NotAllowed, NotOpen, NotFound, AlreadyExists."""
    with uow:
        permit(uow.actor, "code.terms")
        if uow.all("synonym", kind=kind, folded=loose(text), removed_at=None):
            raise AlreadyExists("synonym", text)
        _keep(kind, text, choice(uow, kind, code), uow)
        uow.commit()


def remove_synonym(number: int, reason: str, *, uow: UnitOfWork) -> None:
    """Take a text from the list, with a reason; what was coded with it stays. Raises NotAllowed, NotFound, ReasonNeeded."""
    with uow:
        permit(uow.actor, "code.terms")
        row = uow.the("synonym", id=number)
        if row["removed_at"] is not None:
            raise NotFound("synonym", {"id": number})
        if not reason.strip():
            raise ReasonNeeded(())
        _remove(row, reason.strip(), uow)
        uow.commit()


def _remove(row: Row, reason: str, uow: UnitOfWork) -> None:
    by = {"removed_at": uow.clock.now(), "removed_by": uow.actor.person_id, "removed_because": reason}
    uow.update("synonym", {"id": row["id"]}, **by)
    uow.record(SynonymRemoved(row["id"], reason))


WAITING = (UNCODED, PROPOSED, RECODE)
"""States in which something is left to do."""
