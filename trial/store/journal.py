"""The journal: one entry an event, each bound to the one before it by SHA-256.

    hash = SHA-256(0x00 || seq as 8 bytes, big-endian || previous hash as 32 bytes || body as UTF-8)

The first entry's previous hash is 64 zeros. The body is canonical JSON with exactly these keys: `v` (1, the form of the entry),
`at`, `actor`, `name`, `role`, `tag`, `participant`, `event` (the event's own fields) and `writes`: for each row the table, its
key, the row as it is afterwards and `was`, the former values of the columns that changed (null when the row is new).
A verifier needs nothing else; `trial/store/verify.py` is one.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, func, select

from trial.actor import Actor
from trial.errors import NotMigrated
from trial.events import Event, plain
from trial.store.reading import Reader, Row
from trial.store.tables import key_names, participant
from trial.store.tables_journal import journal, journal_head
from trial.store.types import canonical

VERSION = 1
HIDDEN = {"secret": True}


@dataclass(frozen=True)
class Write:
    """One row as written: `row` afterwards, `was` the former values of changed columns, None for a new row."""

    table: Table
    row: Row
    was: Row | None

    def told(self) -> dict[str, Any]:
        """The write as the journal tells it."""
        key = {name: plain(self.row[name]) for name in key_names(self.table)}
        return {"table": self.table.name, "key": key, "row": journalled(self.table, self.row), "was": self._former()}

    def _former(self) -> dict[str, Any] | None:
        if self.was is None:
            return None
        return {
            name: HIDDEN if _treatment(self.table, name) == "secret" else plain(value)
            for name, value in self.was.items()
        }


def _treatment(table: Table, name: str) -> str:
    return str(table.c[name].info.get("journal", "full"))


def journalled(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row's values as they enter the journal: secrets salted, columns covered by a digest left out."""
    return {
        name: _commitment(value) if _treatment(table, name) == "secret" else plain(value)
        for name, value in row.items()
        if _treatment(table, name) != "covered"
    }


def _commitment(value: Any) -> dict[str, str] | None:
    return None if value is None else salted(plain(value), secrets.token_hex(16))


def salted(value: Any, salt: str) -> dict[str, str]:
    """A commitment to a secret value: without the salt, the hash of a guess would show whether the guess is right."""
    return {"salt": salt, "sha256": hashlib.sha256(bytes.fromhex(salt) + canonical(value).encode()).hexdigest()}


def body_of(event: Event, writes: Sequence[Write], actor: Actor, at: datetime) -> dict[str, Any]:
    """The body of the entry for `event`."""
    return {
        "v": VERSION,
        "at": plain(at),
        "actor": actor.person_id,
        "name": actor.name,
        "role": plain(actor.role),
        "tag": event.tag,
        "participant": event.participant,
        "event": event.payload(),
        "writes": [w.told() for w in writes],
    }


def link(seq: int, previous: str, body: str) -> str:
    """The hash of entry `seq` with text `body` after the entry whose hash is `previous`."""
    return hashlib.sha256(b"\x00" + seq.to_bytes(8, "big") + bytes.fromhex(previous) + body.encode()).hexdigest()


_HEAD = select(journal_head.c.seq, journal_head.c.hash).with_for_update()
_ENTRY = journal.insert()
_NEW_HEAD = journal_head.update().values(seq=bindparam("seq"), hash=bindparam("hash"))


def append(connection: Connection, bodies: Sequence[dict[str, Any]]) -> None:
    """Bind the bodies to the chain. The head's lock is taken here, last of all: it is the one row every writer needs."""
    found = connection.execute(_HEAD).one_or_none()
    if found is None:
        raise NotMigrated(None, "a journal head")
    previous, rows = found.hash, []
    for seq, body in enumerate(bodies, start=found.seq + 1):
        rows.append(_row(seq, previous, body))
        previous = rows[-1]["hash"]
    connection.execute(_ENTRY, rows)
    connection.execute(_NEW_HEAD, {"seq": found.seq + len(rows), "hash": previous})


def _row(seq: int, previous: str, body: dict[str, Any]) -> Row:
    text, at = canonical(body), datetime.fromisoformat(body["at"])
    columns = {name: body[name] for name in ("actor", "role", "tag", "participant")}
    return columns | {"seq": seq, "at": at, "body": text, "previous": previous, "hash": link(seq, previous, text)}


def head(reader: Reader) -> tuple[int, str]:
    """Sequence number and hash of the last entry: what a witness outside the system should be given."""
    row = reader.the(journal_head, one=1)
    return row["seq"], row["hash"]


@dataclass(frozen=True)
class Sought:
    """Which entries of the trail are meant. `sites`: of participants there, None for all and for what concerns no participant.

    `kind` is the beginning of a tag ("site:crf"); `since` and `until` are instants, the second one excluded.
    """

    sites: frozenset[str] | None = None
    participant: str = ""
    kind: str = ""
    person: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def found(reader: Reader, sought: Sought, *, before: int | None = None, limit: int | None = None) -> list[Row]:
    """Entries with the body read, newest first, below entry `before`."""
    rows = reader.all(_narrowed(select(journal), sought, before).order_by(journal.c.seq.desc()).limit(limit))
    return [row | {"body": json.loads(row["body"])} for row in rows]


def extent(reader: Reader, sought: Sought) -> tuple[int, int, int]:
    """First and last number, and how many; zeros where there is none."""
    numbers = select(func.min(journal.c.seq).label("a"), func.max(journal.c.seq).label("b"), func.count().label("n"))
    row = reader.the(_narrowed(numbers.select_from(journal), sought, None))
    return row["a"] or 0, row["b"] or 0, row["n"]


def _narrowed(query: Any, sought: Sought, before: int | None) -> Any:
    where: list[ColumnElement[bool]] = []
    if sought.sites is not None:
        there = select(participant.c.id).where(participant.c.site_code.in_(sorted(sought.sites)))
        where.append(journal.c.participant.in_(there))
    if sought.participant:
        where.append(journal.c.participant == sought.participant)
    if sought.kind:
        where.append(journal.c.tag.startswith(sought.kind, autoescape=True))
    if sought.person is not None:
        where.append(journal.c.actor == sought.person)
    if sought.since is not None:
        where.append(journal.c.at >= sought.since)
    if sought.until is not None:
        where.append(journal.c.at < sought.until)
    if before is not None:
        where.append(journal.c.seq < before)
    return query.where(*where)


def entries(
    reader: Reader,
    *,
    tag: str | None = None,
    participant: str | None = None,
    after: int = 0,
    before: int | None = None,
    newest_first: bool = False,
    limit: int | None = None,
) -> list[Row]:
    """Journal entries between two numbers as rows with the body read, in order; narrowed by tag and participant."""
    query = select(journal).where(journal.c.seq > after).limit(limit)
    query = query if before is None else query.where(journal.c.seq < before)
    query = query.order_by(journal.c.seq.desc() if newest_first else journal.c.seq)
    wanted = {"tag": tag, "participant": participant}
    rows = reader.all(query, **{name: value for name, value in wanted.items() if value is not None})
    return [row | {"body": json.loads(row["body"])} for row in rows]
