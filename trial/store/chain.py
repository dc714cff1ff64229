"""The journal against itself: entries edited, removed, added or moved, and a head that does not fit."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from trial.store.broken import Finding
from trial.store.journal import link
from trial.store.reading import Reader, Row
from trial.store.replay import Replay
from trial.store.rows import raw
from trial.store.tables_journal import GENESIS, journal, journal_head

KEYS = {"v", "at", "actor", "name", "role", "tag", "participant", "event", "writes"}
WRITE_KEYS = {"table", "key", "row", "was"}
COLUMNS = ("at", "actor", "role", "tag", "participant")


def chain(reader: Reader, replay: Replay, redacted: Mapping[str, str]) -> Iterator[Finding]:
    """Every entry that does not follow from the one before it, in order; each is passed on to the replay.

    `redacted`: place to the digest it has since personal data were taken out there; the entry's own hash still binds the next one to it.
    """
    seq, previous = 0, GENESIS
    for row in reader.stream(raw(journal, reader).order_by(journal.c.seq)):
        if row["seq"] != seq + 1:
            yield Finding("chain", f"journal {seq + 1}", f"missing, up to entry {row['seq'] - 1}", seq + 1)
        elif row["previous"] != previous:
            yield Finding("chain", f"journal {row['seq']}", "does not follow the entry before it", row["seq"])
        heard = _heard(row, replay)
        if detail := _broken(row, redacted) or heard:
            yield Finding("chain", f"journal {row['seq']}", detail, row["seq"])
        seq, previous = row["seq"], row["hash"]
    replay.settle()
    yield from _head(reader, seq, previous)


def _broken(row: Row, redacted: Mapping[str, str]) -> str | None:
    """Why the entry's own hash does not hold."""
    try:
        after = redacted.get(f"journal {row['seq']}")
        if after is not None:
            holds = hashlib.sha256(row["body"].encode()).hexdigest() == after
        else:
            holds = link(row["seq"], row["previous"], row["body"]) == row["hash"]
    except (ValueError, AttributeError, TypeError, OverflowError):  # what stands there is not even of the right form
        holds = False
    return None if holds else "its content does not match its hash"


def _heard(row: Row, replay: Replay) -> str | None:
    """Pass an entry on to the replay; say why one is not of the journal's form, whatever its hash."""
    body = _read(row["body"])
    if body is None:
        return "is not of the form of an entry"
    replay.hear(row["seq"], body["writes"])
    differing = [name for name in COLUMNS if row[name] != body[name]]
    return f"its columns do not match its content: {', '.join(differing)}" if differing else None


def _read(text: Any) -> dict[str, Any] | None:
    try:
        body = json.loads(text)
        sound = set(body) == KEYS and all(set(write) == WRITE_KEYS for write in body["writes"])
    except (ValueError, TypeError):
        return None
    return body if sound else None


def _head(reader: Reader, seq: int, previous: str) -> Iterator[Finding]:
    found = reader.all(journal_head)
    if [(head["seq"], head["hash"]) for head in found] != [(seq, previous)]:
        said = ", ".join(str(head["seq"]) for head in found) or "nothing"
        yield Finding("chain", "journal head", f"says {said}; the last entry is {seq}, or its hash differs", seq)


def witness(reader: Reader, witnessed: Sequence[tuple[int, str]]) -> Iterator[Finding]:
    """Entries that somebody outside wrote down and that are not there, or are others."""
    for seq, known in witnessed:
        row = reader.one(select(journal.c.hash).where(journal.c.seq == seq))
        if row is None:
            yield Finding("witness", f"journal {seq}", "was witnessed and is not there", seq)
        elif row["hash"] != known:
            yield Finding("witness", f"journal {seq}", "is not the entry that was witnessed", seq)
