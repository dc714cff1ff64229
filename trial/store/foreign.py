"""Studies of other systems as they are kept: written once, and read back as the value they were."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, overload

from sqlalchemy import func, select

from forms.foreign import ForeignStudy, ForeignSubject, SourceAudit
from forms.foreign_json import (
    Definitions,
    asides_from_json,
    asides_to_json,
    definitions_from_json,
    definitions_to_json,
    losses_from_json,
    losses_to_json,
    subject_from_json,
    subject_to_json,
)
from trial.events import plain
from trial.store.reading import Reader, Row
from trial.store.tables import table_named
from trial.store.tables_foreign import foreign_study, foreign_subject
from trial.store.types import canonical
from trial.store.unit_of_work import UnitOfWork

LISTED = ("id", "system", "name", "sources", "counts", "report", "by", "role", "at")
BLOCK = 20
"""Subjects read at a time: the audit trail of one may be long."""


def covered_digest(table: str, texts: Mapping[str, Any]) -> str:
    """SHA-256 over the stored texts of the columns that the journal leaves out."""
    names = [c.name for c in table_named(table).columns if c.info.get("journal") == "covered"]
    return hashlib.sha256(canonical({name: texts[name] for name in names}).encode()).hexdigest()


def _with_digest(table: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {**values, "digest": covered_digest(table, {name: canonical(value) for name, value in values.items()})}


def insert_study(uow: UnitOfWork, study: ForeignStudy, **more: Any) -> Row:
    """The study without its subjects; `more` are the other columns. Raises AlreadyExists for a name that is taken."""
    told = {
        "definitions": definitions_to_json(study.definitions),
        "asides": asides_to_json(study.asides),
        "losses": losses_to_json(study.losses),
    }
    who = {"by": uow.actor.person_id, "role": uow.actor.role, "at": uow.clock.now()}
    return uow.insert(
        "foreign_study", system=study.system, name=study.name, **_with_digest("foreign_study", told), **more, **who
    )


def insert_subject(uow: UnitOfWork, study: int, number: int, subject: ForeignSubject, definitions: Definitions) -> None:
    """One subject. Raises AlreadyExists for a key that the study has already."""
    told = _with_digest("foreign_subject", subject_to_json(subject, definitions))
    uow.insert("foreign_subject", study=study, number=number, key=subject.key, **told)


def insert_source_audit(uow: UnitOfWork, run: int, participant: str, records: Iterable[SourceAudit]) -> None:
    """What another installation's audit trail says of a participant's imported values, as it came."""
    told = _with_digest("source_audit", {"records": [plain(each) for each in records]})
    uow.insert("source_audit", run=run, participant=participant, **told)


def source_audit_of(reader: Reader, run: int, participant: str) -> tuple[SourceAudit, ...]:
    """What `insert_source_audit` kept."""
    row = reader.the("source_audit", run=run, participant=participant)
    return tuple(SourceAudit(**each) for each in row["records"])


def listed(reader: Reader) -> list[Row]:
    """Every study, newest first, without its definitions and data."""
    return reader.all(select(*(foreign_study.c[name] for name in LISTED)).order_by(foreign_study.c.id.desc()))


def foreign_study_of(reader: Reader, number: int) -> ForeignStudy:
    """The study as it was taken; its subjects are read when they are gone through. Raises NotFound."""
    row = reader.the("foreign_study", id=number)
    definitions = definitions_from_json(row["definitions"])
    return ForeignStudy(
        row["system"],
        row["name"],
        definitions,
        Subjects(reader, number, definitions),
        asides_from_json(row["asides"]),
        losses_from_json(row["losses"]),
    )


class Subjects(Sequence[ForeignSubject]):
    """The subjects of a kept study, read a block at a time."""

    def __init__(self, reader: Reader, study: int, definitions: Definitions) -> None:
        self._reader, self._study, self._definitions = reader, study, definitions

    @cached_property
    def _count(self) -> int:
        query = select(func.count()).select_from(foreign_subject).where(foreign_subject.c.study == self._study)
        return int(self._reader.scalar(query))

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[ForeignSubject]:
        query = select(foreign_subject).where(foreign_subject.c.study == self._study).order_by(foreign_subject.c.number)
        return (self._read(row) for row in self._reader.stream(query, size=BLOCK))

    @overload
    def __getitem__(self, at: int) -> ForeignSubject: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[ForeignSubject]: ...
    def __getitem__(self, at: int | slice) -> ForeignSubject | Sequence[ForeignSubject]:
        if isinstance(at, slice):
            return tuple(self[n] for n in range(*at.indices(len(self))))
        number = range(1, len(self) + 1)[at]
        return self._read(self._reader.the("foreign_subject", study=self._study, number=number))

    def _read(self, row: Row) -> ForeignSubject:
        return subject_from_json(row["key"], row, self._definitions)
