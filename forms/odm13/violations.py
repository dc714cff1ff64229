"""Which rules of a study its own data break: every range, codelist, condition and calculation of one subject."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from forms.answers import Crf
from forms.language import Item
from forms.logic import LogicError
from forms.odm13.loading import Loaded
from forms.odm13.values import read_value
from forms.record import InstanceScope


@dataclass(frozen=True)
class Violation:
    """One broken rule. `kind`:

    "type" no value of the item's type; "undeclared" no such item; "missing" mandatory and asked but blank;
    "codelist" a code the list does not hold; "range" outside a hard or soft range check; "condition" answered although
    the study says it is not collected; "calculation" the stored result differs from the one its inputs give;
    "not_calculable" a result is stored although an input is blank, so nothing can be said of it;
    "rule" the rule itself cannot be applied to the answers.
    """

    kind: str
    subject: str
    address: str
    item: str
    value: str


def check(loaded: Loaded) -> tuple[Violation, ...]:
    """Every rule one subject's data break, form by form. An unknown condition accuses nobody."""
    return tuple(_violations(loaded))


def count_by_kind(violations: Iterable[Violation]) -> dict[str, int]:
    """Number of violations of each kind that occurs, kinds in alphabetical order."""
    return dict(sorted(Counter(v.kind for v in violations).items()))


def _violations(loaded: Loaded) -> Iterator[Violation]:
    for (address, oid), text in loaded.unreadable.items():
        yield Violation("type", loaded.key, address, oid, text)
    for address, oid in loaded.undeclared:
        yield Violation("undeclared", loaded.key, address, oid, "")
    for crf in loaded.record.crfs:
        for item, scope in _asked(loaded, crf):
            for kind, value in _broken(item, scope, loaded, crf):
                yield Violation(kind, loaded.key, crf.address, item.oid, str(value))


def _asked(loaded: Loaded, crf: Crf) -> Iterator[tuple[Item, InstanceScope]]:
    """Every item of the form, with the form as its scope, and every item of each row, with the row."""
    whole = loaded.record.scope(crf)
    yield from ((item, whole) for item in whole.definition.items)
    for group in whole.definition.groups:
        for scope in loaded.record.rows(crf, group.oid):
            yield from ((item, scope) for item in group.items)


def _broken(item: Item, scope: InstanceScope, loaded: Loaded, crf: Crf) -> Iterator[tuple[str, Any]]:
    try:
        yield from _of_calculation(item, scope, loaded, crf) if item.derive is not None else _of_answer(item, scope)
    except LogicError as problem:
        yield "rule", problem


def _of_answer(item: Item, scope: InstanceScope) -> Iterator[tuple[str, Any]]:
    value = scope.code(item.key)
    asked = True if item.ask_if is None else item.ask_if.value(scope)
    if value is None:
        if item.required is True and asked is True:
            yield "missing", ""
        return
    if asked is False:
        yield "condition", value
    if item.codes is not None and str(value) not in item.codes:
        yield "codelist", value
    yield from (("range", value) for rule in _ranges(item, scope) if rule.value(scope) is False)


def _ranges(item: Item, scope: InstanceScope) -> Iterator[Any]:
    yield from (rule for _, _, rule in item.ranges)
    yield from (each.rule for each in scope.definition.checks if any(on is item for on in each.on))


def _of_calculation(item: Item, scope: InstanceScope, loaded: Loaded, crf: Crf) -> Iterator[tuple[str, Any]]:
    stored = loaded.calculated.get((crf.address, item.oid))
    if stored is None or item.derive is None:
        return
    result = item.derive.value(scope)
    if result is None:
        yield "not_calculable", stored
    elif not _agrees(stored, result):
        yield "calculation", stored


def _agrees(stored: str, result: Any) -> bool:
    """Whether a stored number is the result rounded to the places it was stored with, halves away from zero."""
    try:
        number: Decimal = read_value("float", stored)
    except ValueError:
        return False
    _, _, places = stored.partition(".")
    return bool(Decimal(result).quantize(Decimal(1).scaleb(-len(places)), ROUND_HALF_UP) == number)
