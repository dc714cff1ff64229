"""Which source values an expression rests on, and which unanswered ones leave it unknown.

A verdict a person must sign is an argument: each statement, and the values it was derived from, with the address of
the CRF that holds them. The walk needs nothing but the expression, so criteria written for another protocol argue too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from forms.dates import PartialDate
from forms.decoded import in_units, shown
from forms.language import Item
from forms.logic import Expr, LogicError, Scope, key_of
from forms.record import InstanceScope, Record

_SOURCES = frozenset({"any", "every", "count", "collect", "first", "last", "least", "greatest"})
Reading = tuple[Scope, str]


@dataclass(frozen=True)
class WholeRecord(Scope):
    """A record seen from outside any form: items of the last instance that counts, facts as they were told."""

    record: Record

    def item(self, key: str) -> Any:
        return self.record.value(key)

    def code(self, key: str) -> Any:
        return self.record.code(key)

    def fact(self, name: str) -> Any:
        return self.record.facts.get(name)

    def instances(self, source: tuple[str, ...]) -> tuple[Scope, ...]:
        """Scopes of a form, or of rows in each instance of it. Raises LogicError for sources that need an own form."""
        kind, name, *group = source
        if kind != "form":
            raise LogicError(f"the source {source!r} needs a form to start from")
        found = [_Telling(self.record.scope(crf), self) for crf in self.record.all(name)]
        if group:
            return tuple(
                _Telling(r, self) for s in found for r in self.record.rows(s.own.crf, group[0].rpartition(".")[2])
            )
        return tuple(found)


@dataclass(frozen=True)
class _Telling(Scope):
    """A form instance inside a rule of the protocol: its own items first; facts are the rule's, not the form's."""

    own: InstanceScope
    outside: WholeRecord

    def item(self, key: str) -> Any:
        return self.own.item(key)

    def code(self, key: str) -> Any:
        return self.own.code(key)

    def fact(self, name: str) -> Any:
        return self.outside.fact(name)

    def instances(self, source: tuple[str, ...]) -> tuple[Scope, ...]:
        return self.outside.instances(source)


@dataclass(frozen=True)
class Source:
    """One source value: `key` FORM.ITEM, `label` as on the form, `shown` for a person ("—" for none).

    `address` is FORM/EVENT/OCCURRENCE, None where no such form was entered; `row` the permanent id of a row.
    `key` of a fact is its bare name.
    """

    key: str
    label: str
    shown: str
    address: str | None = None
    row: str | None = None


def sources(rule: Expr, record: Record) -> tuple[Source, ...]:
    """Every value `rule` reads, in reading order, each once. Of many form instances only those that decide."""
    whole = WholeRecord(record)
    return _distinct(as_source(record, r) for r in _read(rule, whole))


def missing(rule: Expr, record: Record) -> tuple[Source, ...]:
    """The values whose absence leaves `rule` unknown; none where it is known."""
    whole = WholeRecord(record)
    return _distinct(as_source(record, r) for r in _unknown(rule, whole))


def _distinct(found: Iterator[Source]) -> tuple[Source, ...]:
    return tuple(dict.fromkeys(found))


def as_source(record: Record, reading: Reading) -> Source:
    """A reading as a person sees it: label, decoded value, address."""
    scope, key = reading
    if "." not in key:
        return Source(key, key, shown(scope.fact(key)))
    form = key.partition(".")[0]
    own = scope.own if isinstance(scope, _Telling) and scope.own.crf.form == form else None
    crf = own.crf if own else record.latest(form)
    item = item_of(record, key)
    value = scope.code(key)
    return Source(
        key, item.label, in_units(item, value), crf.address if crf else None, own.row.id if own and own.row else None
    )


def item_of(record: Record, key: str) -> Item:
    """The item FORM.ITEM as it was asked. Raises KeyError where no form has it."""
    return record.definition_of(key)


def _args(expr: Expr) -> list[Expr]:
    return [a for a in expr.args if isinstance(a, Expr)]


def _inner(expr: Expr, scope: Scope) -> tuple[tuple[str, ...], tuple[Scope, ...]]:
    source = tuple(key_of(part) for part in expr.args[0])
    return source, scope.instances(source)


def _read(expr: Expr, scope: Scope) -> Iterator[Reading]:
    if expr.op in ("item", "code"):
        yield scope, key_of(expr.args[0])
    elif expr.op in _SOURCES:
        yield from _read_instances(expr, scope)
    elif expr.op == "if":
        truth, *branches = _args(expr)
        chosen = branches[0] if truth.value(scope) is True else branches[1]
        yield from _read(truth if chosen.op == "truth" else chosen, scope)
    else:
        for arg in _args(expr):
            yield from _read(arg, scope)


def _read_instances(expr: Expr, scope: Scope) -> Iterator[Reading]:
    rule = expr.args[1]
    source, found = _inner(expr, scope)
    decisive = [inner for inner in found if _decides(expr.op, rule.value(inner), is_row=len(source) == 3)]
    if expr.op in ("first", "last"):
        decisive = decisive[:1] if expr.op == "first" else decisive[-1:]
    if not decisive and expr.op not in ("any", "every"):
        yield from ((scope, key) for key in sorted(rule.keys()))
    for inner in decisive:
        yield from _read(rule, inner)


def _decides(op: str, value: Any, *, is_row: bool) -> bool:
    # Thirty treatment cycles that are all in order say nothing; rows of one form are few, and are the argument.
    if op in ("any", "every"):
        return is_row or value is not (op == "every")
    return value is not None


def _unknown(expr: Expr, scope: Scope) -> Iterator[Reading]:
    if expr.value(scope) is not None:
        return
    if expr.op in ("item", "code", "fact"):
        yield scope, key_of(expr.args[0])
    elif expr.op in _SOURCES:
        yield from _unknown_instances(expr, scope)
    elif expr.op == "if":
        yield from _unknown_choice(expr, scope)
    else:
        unknown = [r for arg in _args(expr) for r in _unknown(arg, scope)]
        yield from unknown or _vague(expr, scope)


def _vague(expr: Expr, scope: Scope) -> list[Reading]:
    """Every input is answered and yet nothing can be told: a partial date, or all of them."""
    read = list(_read(expr, scope))
    return [r for r in read if isinstance(r[0].item(r[1]), PartialDate)] or read


def _unknown_instances(expr: Expr, scope: Scope) -> Iterator[Reading]:
    rule = expr.args[1]
    _, found = _inner(expr, scope)
    blank = [r for inner in found for r in _unknown(rule, inner)]
    yield from blank or ((scope, key) for key in sorted(rule.keys()))


def _unknown_choice(expr: Expr, scope: Scope) -> Iterator[Reading]:
    truth, then, otherwise = _args(expr)
    holds = truth.value(scope)
    chosen = then if holds is True else otherwise
    if holds is None:
        yield from _unknown(truth, scope)
    elif chosen.op == "truth":
        yield from _blank(truth, scope)
    else:
        yield from _unknown(chosen, scope)


def _blank(expr: Expr, scope: Scope) -> Iterator[Reading]:
    """Unanswered values behind a condition that itself is never unknown, such as `known` or an `any` over no rows."""
    if expr.op in _SOURCES:
        yield from _unknown_instances(expr, scope)
    elif expr.op in ("item", "code", "fact"):
        yield from _unknown(expr, scope)
    else:
        for arg in _args(expr):
            yield from _blank(arg, scope)
