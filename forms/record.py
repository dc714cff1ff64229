"""One participant's answers as values, and how a form sees itself and the rest of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from forms.answers import Crf, Row
from forms.language import STANDING_FACTS, FormDef
from forms.logic import LogicError, Scope

Definitions = Mapping[tuple[str, int], FormDef]
"""Every released form version: (form, version) to definition."""


@dataclass(frozen=True)
class Record:
    """The current revision of each CRF of one participant, **in the order of the course**, and facts.

    Where a form exists more than once, `value` reads the last instance that counts: RST2 before RST.
    """

    crfs: tuple[Crf, ...]
    definitions: Definitions
    facts: Mapping[str, Any] = field(default_factory=dict)
    _memo: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def all(self, form: str) -> tuple[Crf, ...]:
        """Instances of a form that count, in the order of the course."""
        return tuple(c for c in self.crfs if c.form == form and c.counts)

    def latest(self, form: str) -> Crf | None:
        """The last instance of a form that counts."""
        return next(iter(reversed(self.all(form))), None)

    def at(self, form: str, event: str, occurrence: int = 1) -> Crf | None:
        """The instance at that address, whatever its state."""
        return next((c for c in self.crfs if (c.form, c.event, c.occurrence) == (form, event, occurrence)), None)

    def value(self, key: str) -> Any:
        """The logical value of FORM.ITEM in the last instance that counts; None if unanswered or not known."""
        if key not in self._memo:
            crf = self.latest(key.partition(".")[0])
            self._memo[key] = None if crf is None else self.scope(crf).item(key)
        return self._memo[key]

    def code(self, key: str) -> Any:
        """The answer as recorded in the last instance that counts."""
        crf = self.latest(key.partition(".")[0])
        return None if crf is None else self.scope(crf).code(key)

    def scope(self, crf: Crf, row: Row | None = None) -> InstanceScope:
        """How that instance, or one row of it, sees the record."""
        return InstanceScope(self, self.definitions[crf.form, crf.version], crf, row)

    def rows(self, crf: Crf, group: str) -> tuple[InstanceScope, ...]:
        """A scope for each row of a group of that instance."""
        return tuple(self.scope(crf, row) for row in crf.answers.groups.get(group, ()))

    def with_crf(self, crf: Crf) -> Record:
        """The record as it would be with this revision in place of the instance at its address, or added at the end."""
        others = tuple(c for c in self.crfs if c.address != crf.address)
        at = next((i for i, c in enumerate(self.crfs) if c.address == crf.address), len(others))
        return Record((*others[:at], crf, *others[at:]), self.definitions, self.facts)

    def with_facts(self, **facts: Any) -> Record:
        """The same record told more."""
        return Record(self.crfs, self.definitions, {**self.facts, **facts})


@dataclass(frozen=True)
class InstanceScope(Scope):
    """The own form (and row) first, then the rest of the record. Calculated items are evaluated here."""

    record: Record
    definition: FormDef
    crf: Crf
    row: Row | None = None

    def item(self, key: str) -> Any:
        found = self._find(key)
        if found is None:
            return self.record.value(key)
        item = self.definition.item(found)
        if item.derive is not None:
            return item.derive.value(self)
        answer = self._answer(found)
        return None if item.kind == "code" and answer in item.unknown_codes() else answer

    def code(self, key: str) -> Any:
        found = self._find(key)
        if found is None:
            return self.record.code(key)
        item = self.definition.item(found)
        return item.derive.value(self) if item.derive is not None else self._answer(found)

    def fact(self, name: str) -> Any:
        if name not in self.definition.facts | STANDING_FACTS:
            raise LogicError(f"{self.definition.oid} does not declare the fact {name!r}")
        return self.record.facts.get(name)

    def instances(self, source: tuple[str, ...]) -> tuple[Scope, ...]:
        kind, name, *group = source
        if kind == "rows":
            return self.record.rows(self.crf, name.rpartition(".")[2])
        chosen = [self.record.scope(c) for c in self._chosen(kind, name)]
        if group:
            return tuple(row for s in chosen for row in self.record.rows(s.crf, group[0].rpartition(".")[2]))
        return tuple(chosen)

    def _chosen(self, kind: str, name: str) -> tuple[Crf, ...]:
        if kind == "form":
            return self.record.all(name)
        if kind == "event":
            return tuple(c for c in self.record.all(name) if c.event == self.crf.event)
        if kind == "linked":
            target = self.code(name)
            return tuple(c for c in self.record.crfs if c.address == target and c.counts)
        raise LogicError(f"no source {kind!r}")

    def _find(self, key: str) -> str | None:
        form, _, oid = key.partition(".")
        return oid if form == self.definition.oid else None

    def _answer(self, oid: str) -> Any:
        if self.row is not None and oid in self.row.items:
            return self.row.items[oid]
        return self.crf.answers.items.get(oid)

    @property
    def shared(self) -> dict[Any, Any]:
        """Where results that depend on the record alone, and not on who asks, are kept while the record lives."""
        return self.record._memo
