"""One participant's answers as values, and how a form sees itself and the rest of them."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from forms.answers import Crf, Row
from forms.language import STANDING_FACTS, FormDef, Item
from forms.logic import LogicError, Scope

T = TypeVar("T")


class PerInstance:
    """A fact that says something else to each form: the limits of a laboratory depend on the day of the sample."""

    def of(self, scope: InstanceScope) -> Any:
        """What that instance is told."""
        raise NotImplementedError


Definitions = Mapping[tuple[str, int], FormDef]
"""Every released form version: (form, version) to definition."""


@dataclass(frozen=True)
class Record:
    """The current revision of each CRF of one participant, **in the order of the course**, and facts.

    Where a form exists more than once, `value` reads the last instance that counts: RST2 before RST. `versions`: the version of each
    form that the participant is on; None where nobody said, and the last one is meant.
    """

    crfs: tuple[Crf, ...]
    definitions: Definitions
    facts: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, int] | None = None
    _memo: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)
    _scopes: dict[tuple[int, int], InstanceScope] = field(default_factory=dict, repr=False, compare=False)

    def all(self, form: str) -> tuple[Crf, ...]:
        """Instances of a form that count, in the order of the course."""
        return self._by_form.get(form, ())

    @cached_property
    def _by_form(self) -> dict[str, tuple[Crf, ...]]:
        found: dict[str, list[Crf]] = {}
        for crf in self.crfs:
            if crf.counts:
                found.setdefault(crf.form, []).append(crf)
        return {form: tuple(crfs) for form, crfs in found.items()}

    @cached_property
    def newest(self) -> dict[str, FormDef]:
        """The version of each form that the participant is on, or the last one."""
        if self.versions is not None:
            return {form: self.definitions[form, version] for form, version in self.versions.items()}
        return {form: self.definitions[form, version] for form, version in sorted(self.definitions)}

    @cached_property
    def _by_place(self) -> dict[tuple[str, str, int], Crf]:
        return {(c.form, c.event, c.occurrence): c for c in self.crfs}

    def once(self, key: Any, work: Callable[[], T]) -> T:
        """What is concluded from the record alone and `key` names, worked out once while the record lives."""
        if key not in self._memo:
            self._memo[key] = work()
        found: T = self._memo[key]
        return found

    def latest(self, form: str) -> Crf | None:
        """The last instance of a form that counts."""
        found = self.all(form)
        return found[-1] if found else None

    def at(self, form: str, event: str, occurrence: int = 1) -> Crf | None:
        """The instance at that address, whatever its state."""
        return self._by_place.get((form, event, occurrence))

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

    def definition_of(self, key: str) -> Item:
        """The item FORM.ITEM as the last instance was asked it, else as the participant's version asks it. Raises KeyError."""
        form, _, oid = key.partition(".")
        answered = self.latest(form)
        item = None if answered is None else self.definitions[form, answered.version].get(oid)
        return self.newest[form].item(oid) if item is None else item

    def asked_elsewhere(self, form: str, oid: str) -> bool:
        """Whether some other version of the form has an item of that name."""
        return any(each.get(oid) is not None for (name, _), each in self.definitions.items() if name == form)

    def scope(self, crf: Crf, row: Row | None = None) -> InstanceScope:
        """How that instance, or one row of it, sees the record."""
        key = id(crf), id(row)  # both live as long as the scope that holds them
        if key not in self._scopes:
            self._scopes[key] = InstanceScope(self, self.definitions[crf.form, crf.version], crf, row)
        return self._scopes[key]

    def rows(self, crf: Crf, group: str) -> tuple[InstanceScope, ...]:
        """A scope for each row of a group of that instance."""
        return tuple(self.scope(crf, row) for row in crf.answers.groups.get(group, ()))

    def with_crf(self, crf: Crf) -> Record:
        """The record as it would be with this revision in place of the instance at its address, or added at the end."""
        former = self.at(crf.form, crf.event, crf.occurrence)
        if former is crf:
            return self
        others = tuple(c for c in self.crfs if c is not former)
        at = next((i for i, c in enumerate(self.crfs) if c is former), len(others))
        return Record((*others[:at], crf, *others[at:]), self.definitions, self.facts, self.versions)

    def with_facts(self, **facts: Any) -> Record:
        """The same record told more."""
        told = ChainMap(facts, self.facts)  # type: ignore[arg-type]  # only read
        return Record(self.crfs, self.definitions, told, self.versions)


@dataclass(frozen=True)
class InstanceScope(Scope):
    """The own form (and row) first, then the rest of the record. Calculated items are evaluated here."""

    record: Record
    definition: FormDef
    crf: Crf
    row: Row | None = None
    _values: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def item(self, key: str) -> Any:
        if key not in self._values:
            self._values[key] = self._logical(key)
        return self._values[key]

    def _logical(self, key: str) -> Any:
        found = self._find(key)
        if found is None:
            return self.record.value(key)
        item = self._own(found)
        if item is None:
            return None
        if item.derive is not None:
            return item.derive.value(self)
        answer = self._answer(found)
        return None if item.kind == "code" and answer in item.unknown_codes() else answer

    def code(self, key: str) -> Any:
        found = self._find(key)
        if found is None:
            return self.record.code(key)
        item = self._own(found)
        if item is None:
            return None
        return self.item(key) if item.derive is not None else self._answer(found)

    def definition_of(self, key: str) -> Item:
        """The item FORM.ITEM: of this very version for the own form, else as the record has it. Raises KeyError."""
        form, _, oid = key.partition(".")
        return self.definition.item(oid) if form == self.definition.oid else self.record.definition_of(key)

    def fact(self, name: str) -> Any:
        if name not in self.definition.facts and name not in STANDING_FACTS:
            raise LogicError(f"{self.definition.oid} does not declare the fact {name!r}")
        found = self.record.facts.get(name)
        if isinstance(found, PerInstance):
            told = found
            return self.record.once((name, id(self.crf)), lambda: told.of(self))
        return found

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

    def _own(self, oid: str) -> Item | None:
        """The item of this form; None where only another version asks it: then it has no answer here. Raises KeyError."""
        item = self.definition.get(oid)
        if item is None and not self.record.asked_elsewhere(self.definition.oid, oid):
            return self.definition.item(oid)  # raises
        return item

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
