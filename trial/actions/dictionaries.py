"""Dictionaries: importing the licence holder's own copy, what a new version would change, and putting it in use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from forms.text import _l
from trial.actions.coding import Choice, propose_again, suggest_again
from trial.actions.coding_follow import rebuild, settle
from trial.actions.permission import participant_for, permit
from trial.coding import APPROVED
from trial.dictionaries import meddra, whodrug
from trial.dictionaries.folding import loose, words_of
from trial.dictionaries.impact import GONE, NOT_CURRENT, SAME, change
from trial.dictionaries.terms import CODED_AT, MEDDRA, Broken, Source, Term
from trial.errors import AlreadyExists, NotFound, NotOpen
from trial.happenings_coding import (
    CodesCarried,
    DictionaryAdopted,
    DictionaryBegun,
    DictionaryImported,
    DictionaryRefused,
)
from trial.holds import held
from trial.store import coding, office
from trial.store.cohort import in_trial
from trial.store.reading import Reader, Row
from trial.store.unit_of_work import UnitOfWork

BATCH = 2000
"""Terms written in one transaction: others wait no longer than for these."""
MOST_PROBLEMS = 200
FILES: Mapping[str, Sequence[str]] = {"meddra": meddra.FILES, "whodrug": whodrug.FILES}
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Imported:
    """What became of an import. `state`: current (the first of its kind), ready (to be adopted), refused; the first of the `problems`."""

    dictionary: int
    state: str
    terms: int
    problems: tuple[Broken, ...]
    found: int


def import_dictionary(
    kind: str,
    path: Path,
    version: str,
    *,
    uow: UnitOfWork,
    language: str = "en",
    layout: whodrug.Layout = whodrug.LAYOUT,
    progress: Progress = lambda terms: None,
) -> Imported:
    """Read a folder or a zip. All of it is kept, or none: one line that is not what it should be refuses the whole.

    Raises NotAllowed, AlreadyExists for a version that is there, NotFound where a file of the dictionary is missing.
    """
    source = Source(path)
    try:
        row = _begin(kind, source, version, language, uow)
        found: list[Broken] = []
        read = meddra.read(source, found.append) if kind == MEDDRA else whodrug.read(source, found.append, layout)
        count = _load(row, read, found, uow, progress)
        return _refuse(row, found, uow) if found else _end(row, count, uow)
    finally:
        source.close()


def _begin(kind: str, source: Source, version: str, language: str, uow: UnitOfWork) -> Row:
    with uow:
        permit(uow.actor, "code.terms")
        if missing := [name for name in FILES[kind] if name not in source]:
            raise NotFound("file", {"name": ", ".join(missing)})
        same = uow.all("dictionary", kind=kind, version=version, language=language)
        if any(row["terms_sha256"] for row in same):
            raise AlreadyExists("dictionary", f"{kind} {version}")
        who = {"by": uow.actor.person_id, "role": uow.actor.role, "at": uow.clock.now()}
        files = {name: source.digest(name) for name in FILES[kind]}
        row = uow.insert(
            "dictionary", kind=kind, version=version, language=language, state="loading", files=files, **who
        )
        uow.record(DictionaryBegun(row["id"], kind, version))
        uow.commit()
    return row


def _load(row: Row, read: Iterator[Term], found: list[Broken], uow: UnitOfWork, progress: Progress) -> int:
    """Write the terms, a batch a transaction; once something is wrong the rest is only looked through."""
    count, batch = 0, list[Term]()
    for term in read:
        if found:
            continue
        batch.append(term)
        if len(batch) == BATCH:
            count += _write(row, batch, uow)
            batch = []
            progress(count)
    return count if found else count + _write(row, batch, uow)


def _write(row: Row, batch: Sequence[Term], uow: UnitOfWork) -> int:
    level, number = CODED_AT[row["kind"]], row["id"]
    rows = [_term_row(number, term) for term in batch]
    named = {(word, row["code"]) for row in rows if row["level"] == level for word in words_of(row["folded"])}
    with uow:
        uow.put_all("dictionary_term", rows)
        uow.put_all("dictionary_word", [{"dictionary": number, "word": w, "code": c} for w, c in sorted(named)])
        uow.commit()
    return len(batch)


def _term_row(number: int, term: Term) -> dict[str, Any]:
    paths = [list(p) if isinstance(p, tuple) else p for p in term.paths] or None
    return {
        "dictionary": number, "level": term.level, "code": term.code, "text": term.text, "folded": loose(term.text),
        "parent": term.parent, "current": term.current, "paths": paths,
    }  # fmt: skip


def _refuse(row: Row, found: list[Broken], uow: UnitOfWork) -> Imported:
    with uow:
        uow.drop("dictionary_term", {"dictionary": row["id"]})
        uow.drop("dictionary_word", {"dictionary": row["id"]})
        said = [problem.words() for problem in found[:MOST_PROBLEMS]]
        uow.update("dictionary", {"id": row["id"]}, state="refused", problems=said, ended_at=uow.clock.now())
        uow.record(DictionaryRefused(row["id"], len(found)))
        uow.commit()
    return Imported(row["id"], "refused", 0, tuple(found[:MOST_PROBLEMS]), len(found))


def _end(row: Row, count: int, uow: UnitOfWork) -> Imported:
    """The first of its kind is in use at once: nothing was coded with another one."""
    with uow:
        stored, sha256 = coding.digest(uow, row["id"])
        if stored == count:
            state = _ready(row, stored, sha256, uow)
            uow.commit()
            return Imported(row["id"], state, count, (), 0)
    return _refuse(row, [Broken(FILES[row["kind"]][-1], 0, _l("A code stands twice."))], uow)


def _ready(row: Row, stored: int, sha256: str, uow: UnitOfWork) -> str:
    state = "ready" if coding.in_use(uow, row["kind"]) else "current"
    what = {"terms": stored, "terms_sha256": sha256, "ended_at": uow.clock.now()}
    uow.update("dictionary", {"id": row["id"]}, state=state, **what)
    uow.record(DictionaryImported(row["id"], stored, sha256))
    if state == "current":
        rebuild(uow)
        uow.record(DictionaryAdopted(row["id"], row["kind"], row["version"]))
    return state


# --- another version ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Impact:
    """A code that does not mean the same in another version. `what`: as in `trial.dictionaries.impact`; `now`: what it would be."""

    coding: Row
    what: str
    now: tuple[Mapping[str, str], ...] | None


@dataclass(frozen=True)
class Report:
    """What a version would change: codes that mean something else, how many mean the same, synonyms whose code is gone."""

    changed: tuple[Impact, ...]
    same: int
    synonyms: tuple[Row, ...]


def dictionary(reader: Reader, kind: str, version: str) -> Row:
    """The imported dictionary of that version. Raises NotFound."""
    rows = [r for r in reader.all("dictionary", order_by="id", kind=kind, version=version) if r["terms_sha256"]]
    if not rows:
        raise NotFound("dictionary", {"kind": kind, "version": version})
    return rows[-1]


def impact(reader: Reader, of: Row, sites: frozenset[str] | None = None) -> Report:
    """What putting that version in use would change; nothing is written."""
    found = [_impact(reader, of, row) for row in _standing(reader, of["kind"], sites)]
    gone = [
        s
        for s in reader.all("synonym", order_by="id", kind=of["kind"], removed_at=None)
        if not _is_current(reader, of, s)
    ]
    changed = tuple(each for each in found if each.what != SAME)
    return Report(changed, len(found) - len(changed), tuple(gone))


def _standing(reader: Reader, kind: str, sites: frozenset[str] | None) -> list[Row]:
    rows = reader.all("coding", order_by=("participant", "id"), kind=kind, state=APPROVED)
    if sites is None:
        return rows
    there = {row["id"] for site in sites for row in in_trial(reader, site)}
    return [row for row in rows if row["participant"] in there]


def _is_current(reader: Reader, of: Row, synonym: Row) -> bool:
    row = coding.term(reader, of["id"], CODED_AT[of["kind"]], synonym["code"])
    return row is not None and bool(row["current"])


def _impact(reader: Reader, of: Row, row: Row) -> Impact:
    term = coding.term(reader, of["id"], CODED_AT[of["kind"]], row["code"])
    now = coding.codes_of(reader, of, term) if term else None
    what = change(row["codes"], now, current=bool(term and term["current"]))
    return Impact(row, what, tuple(now) if now else None)


@dataclass(frozen=True)
class Adopted:
    """What putting a version in use did: codes that mean the same and were carried, new proposals, terms left to a person, held ones."""

    carried: int = 0
    proposed: int = 0
    left: int = 0
    held: int = 0


def adopt(number: int, *, uow: UnitOfWork, progress: Progress = lambda codes: None) -> Adopted:
    """Code with this version from now on. Codes that mean the same are carried; for others a proposal waits for approval.

    A code of an earlier version stands until another one is approved. What is frozen or locked keeps its code and its version.
    Called again after it was cut off, it goes on. Raises NotAllowed, NotFound, NotOpen (not whole, or given up for a later one).
    """
    with uow:
        permit(uow.actor, "code.terms")
        of = uow.the("dictionary", id=number)
        _switch(of, uow)
        uow.commit()
    done: Counter[str] = Counter()
    with uow:
        waiting = [row for row in _standing(uow, of["kind"], None) if row["valid_in"] != number]
    for name, rows in groupby(waiting, lambda row: str(row["participant"])):
        with uow:
            done += _follow(name, list(rows), of, uow)
            uow.commit()
        progress(sum(done.values()))
    return Adopted(**done)


def _switch(of: Row, uow: UnitOfWork) -> None:
    if of["state"] == "current":
        return
    if of["state"] != "ready":
        raise NotOpen("adopt", (f"dictionary-{of['state']}",))
    for row in uow.all("dictionary", kind=of["kind"], state="current"):
        uow.update("dictionary", {"id": row["id"]}, state="retired")
    uow.update("dictionary", {"id": of["id"]}, state="current")
    uow.record(DictionaryAdopted(of["id"], of["kind"], of["version"]))


def _follow(name: str, rows: Sequence[Row], of: Row, uow: UnitOfWork) -> Counter[str]:
    person = participant_for(uow, uow.actor, name, "code.terms")
    uow.lock("participant", {"id": name})
    holds = office.holds_over(uow, person["site_code"], name)
    now = [row for given in rows if (row := uow.the("coding", id=given["id"]))["state"] == APPROVED]
    free = [
        row for row in now if not held(holds, person["site_code"], name, (row["form"], row["event"], row["occurrence"]))
    ]
    found = [_impact(uow, of, row) for row in free]
    same = [each.coding for each in found if each.what == SAME]
    for row in same:
        uow.update("coding", {"id": row["id"]}, valid_in=of["id"])
        settle(uow.the("verbatim", **coding.place_of(row)), of["id"], uow)
    if same:
        uow.record(CodesCarried(of["id"], len(same), participant=name))
    rest = Counter(_ask(each, of, uow) for each in found if each.what != SAME)
    return rest + Counter(carried=len(same), held=len(now) - len(free))


def _ask(found: Impact, of: Row, uow: UnitOfWork) -> str:
    """Propose another code for one term, if there is one; says whether: a name of `Adopted`."""
    place = uow.the("verbatim", **coding.place_of(found.coding))
    chosen = _another(place, found, of, uow)
    if chosen:
        propose_again(place, chosen, uow)
    settle(place, of["id"], uow)
    return "proposed" if chosen else "left"


def _another(place: Row, found: Impact, of: Row, uow: UnitOfWork) -> Choice | None:
    if found.what in (GONE, NOT_CURRENT):
        return suggest_again(place, of, uow)
    return Choice(of, found.now or (), reason=f"version {of['version']}: {found.what}", how="auto")
