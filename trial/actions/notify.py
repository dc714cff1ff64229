"""Following the journal: notices for people on their pages, and mails that tell of them without a word about a participant.

Derived after the fact, so that no save waits for it. The position is held while entries are followed, so two processes that do so at
once tell nobody twice; notices and position are one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from trial.notices import Holder, again_at, counted, due_for_mail, told_by
from trial.store import journal
from trial.store import notices as store
from trial.store.reading import Row
from trial.store.unit_of_work import UnitOfWork

BATCH = 500


@dataclass(frozen=True)
class Letter:
    """A mail as it leaves."""

    address: str
    subject: str
    text: str


def follow(*, uow: UnitOfWork) -> int:
    """Make notices of the entries since the last time; returns how many entries were followed."""
    with uow:
        if uow.one("followed", one=1) is None:
            uow.put("followed", one=1, seq=0)
        seq = uow.lock("followed", {"one": 1})["seq"]
        entries = journal.entries(uow, after=seq, limit=BATCH)
        if entries:
            _noted(entries, uow)
            uow.put("followed", one=1, seq=entries[-1]["seq"])
        uow.commit()
    return len(entries)


def _noted(entries: list[Row], uow: UnitOfWork) -> None:
    holders = [Holder(a["person_id"], a["role"], a["site_code"]) for a in uow.all("assignment", revoked_at=None)]
    sites = store.sites_of(uow, {e["participant"] for e in entries if e["participant"]})
    for entry in entries:
        for person, kind in told_by(entry, sites.get(entry["participant"]), holders):
            told = {"participant": entry["participant"], "at": entry["at"], "seen_at": None, "mail": None}
            uow.put("notice", person=person, kind=kind, seq=entry["seq"], **told)


def seen(person: int, *, uow: UnitOfWork, numbers: Iterable[int] | None = None) -> int:
    """Mark a person's own notices as seen: those numbers, or all. Returns how many."""
    with uow:
        wanted = None if numbers is None else set(numbers)
        rows = [n for n in uow.all("notice", person=person, seen_at=None) if wanted is None or n["id"] in wanted]
        for row in rows:
            uow.put("notice", **row | {"seen_at": uow.clock.now()})
        uow.commit()
    return len(rows)


def write_mails(words: Callable[[list[tuple[str, int]]], tuple[str, str]], *, uow: UnitOfWork) -> int:
    """Put a mail in the outbox for each person who should have one now. `words`: counts to subject and text. Returns how many."""
    with uow:
        now, made = uow.clock.now(), 0
        for person, waiting in store.waiting(uow).items():
            row = uow.the("person", id=person)
            if row["active"] and row["email"] and due_for_mail(waiting, store.last_mail(uow, person), now):
                _written(row, waiting, words(counted(waiting)), now, uow)
                made += 1
        uow.commit()
    return made


def _written(person: Row, waiting: list[Row], words: tuple[str, str], now: datetime, uow: UnitOfWork) -> None:
    subject, text = words
    address = {"person": person["id"], "address": person["email"]}
    state = {"sent_at": None, "tries": 0, "next_at": now, "problem": None, "given_up": False}
    mail = uow.put("outbox", **address, subject=subject, text=text, created_at=now, **state)
    for row in waiting:
        uow.put("notice", **row | {"mail": mail["id"]})


def send_mails(send: Callable[[Letter], None], *, uow: UnitOfWork) -> tuple[int, int]:
    """Send what is in the outbox and due; returns how many left and how many failed. `send` raises OSError for a failure.

    One transaction a mail: a crash between sending and noting sends that one twice, never none.
    """
    sent = failed = 0
    with uow:
        due = [row["id"] for row in store.due_mails(uow, uow.clock.now())]
    for number in due:
        problem = _sent(number, send, uow)
        sent, failed = sent + (problem == ""), failed + bool(problem)
    return sent, failed


def _sent(number: int, send: Callable[[Letter], None], uow: UnitOfWork) -> str | None:
    """The problem of a mail that did not leave, "" for one that did, None for one that another process sent meanwhile."""
    with uow:
        row = uow.lock("outbox", {"id": number})
        if row["sent_at"] is not None:
            return None
        problem, now, tries = "", uow.clock.now(), row["tries"] + 1
        try:
            send(Letter(row["address"], row["subject"], row["text"]))
        except OSError as failure:
            problem = f"{type(failure).__name__}: {failure}"[:400]
        later = again_at(tries, now) if problem else None
        after = {"sent_at": None if problem else now, "tries": tries, "next_at": later, "problem": problem or None}
        uow.put("outbox", **row | after | {"given_up": bool(problem) and later is None})
        uow.commit()
    return problem
