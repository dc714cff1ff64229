"""Every rule of a form version, applied to one instance inside the participant's record.

The same definitions run in the browser (`static/js/logic.js`); this is the server's word, which counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from forms.answers import Answers, Crf, Row
from forms.decoded import decoded, in_units
from forms.findings import Finding
from forms.language import Bound, Check, FormDef, GroupDef, Item, Range
from forms.logic import Expr, key_of
from forms.mirrors import answered_elsewhere
from forms.record import InstanceScope, Record
from forms.text import _l

_NAMED = re.compile(r"\{([A-Z0-9_]+\.[A-Z0-9_]+)\}")


def findings(record: Record, crf: Crf, typed: frozenset[str] = frozenset()) -> tuple[Finding, ...]:
    """Return what is missing, impossible or unlikely in `crf`, which must be part of `record`.

    A form that was not done, or was removed, has nothing to say. Soft findings that carry a confirmation are left out, here or on the form
    that asks the same (`forms/mirrors.py`), unless one of the `typed` values (FORM.ITEM) makes it a new question.
    """
    return tuple(
        f
        for f in everything(record, crf)
        if f.level != "soft" or not (crf.answers.confirmed.get(f.key) or answered_elsewhere(record, crf, f, typed))
    )


def confirmed(record: Record, crf: Crf) -> tuple[Finding, ...]:
    """Return the soft findings somebody confirmed with a reason: they stand in the record as deviations or remarks."""
    if not crf.answers.confirmed:
        return ()
    return tuple(f for f in everything(record, crf) if f.level == "soft" and crf.answers.confirmed.get(f.key))


def everything(record: Record, crf: Crf) -> tuple[Finding, ...]:
    """Return all a form version has to say of `crf`, confirmed or not; nothing of one that was removed or not done."""
    return tuple(_everything(record, crf)) if crf.counts else ()


def _everything(record: Record, crf: Crf) -> Iterator[Finding]:
    form = record.definitions[crf.form, crf.version]
    whole = record.scope(crf)
    for item in form.items:
        yield from _of_item(item, whole)
    for group in form.groups:
        yield from _of_group(group, whole, record, crf)
    for check in form.checks:
        for scope in record.rows(crf, check.group) if check.group else (whole,):
            yield from _of_check(check, scope)


def visible(item: Item, scope: InstanceScope) -> bool | None:
    """Whether the item is asked: True, False, or None when its condition cannot be told (shown, not required).

    A retired item is asked of nobody, and stays where an earlier version was given an answer.
    """
    if item.retired:
        return _answered(item, scope)
    truth = True if item.ask_if is None else item.ask_if.value(scope)
    return truth if truth is None else bool(truth)


def _required(item: Item, scope: InstanceScope) -> bool:
    rule = item.required
    return not item.retired and (rule.value(scope) is True if isinstance(rule, Expr) else rule)


def _answered(item: Item, scope: InstanceScope) -> bool:
    reasons = scope.row.missing if scope.row else scope.crf.answers.missing
    return scope.code(item.key) is not None or item.oid in reasons


def _of_item(item: Item, scope: InstanceScope) -> Iterator[Finding]:
    row = scope.row.id if scope.row else None
    asked = visible(item, scope)
    if asked is True and item.stored and not _answered(item, scope) and _required(item, scope):
        yield Finding(
            "missing", f"{item.key}:missing", _l("“%(label)s” has no answer yet."), item.oid, row, {"label": item.label}
        )
    if asked is False:
        return
    for level, span, rule in item.ranges:
        if rule.value(scope) is False:
            yield _out_of_range(level, span, item, scope)
            break  # outside the possible range the usual range says nothing new
    yield from _retired(item, scope)
    if item.kind == "link" and scope.code(item.key) is not None and not scope.instances(("linked", item.key)):
        message = _l("“%(label)s” points to %(target)s, which does not exist or was removed.")
        args = {"label": item.label, "target": scope.code(item.key)}
        yield Finding("hard", f"{item.key}:link", message, item.oid, row, args)


def _retired(item: Item, scope: InstanceScope) -> Iterator[Finding]:
    """A code that this version no longer offers is asked about, never taken away: it was an answer when it was given."""
    if gone := chosen(item, scope.code(item.key)) & retired_codes(item):
        message = _l("“%(label)s” is %(value)s, which is no longer offered. Correct it, or say why it stays.")
        args = {"label": item.label, "value": decoded(item, tuple(sorted(gone)))}
        yield Finding("soft", f"{item.key}:retired", message, item.oid, scope.row.id if scope.row else None, args)


def retired_codes(item: Item) -> frozenset[str]:
    """The codes that an item holds for what was answered before, and offers no longer."""
    return item.codes.retired_codes if item.codes and item.kind in ("code", "multi") else frozenset()


def chosen(item: Item, value: Any) -> frozenset[Any]:
    """The codes of an answer, one or several; none for a blank and for what is typed."""
    if item.kind not in ("code", "multi") or value is None:
        return frozenset()
    return frozenset(value) if isinstance(value, tuple) else frozenset({value})


_RANGE_WORDS = {
    ("hard", True, True): _l(
        "“%(label)s” is %(value)s. Only %(low)s to %(high)s is possible. Check the value and its unit.%(hint)s"
    ),
    ("hard", True, False): _l("“%(label)s” is %(value)s. It cannot be below or before %(low)s.%(hint)s"),
    ("hard", False, True): _l("“%(label)s” is %(value)s. It cannot be above or after %(high)s.%(hint)s"),
    ("soft", True, True): _l(
        "“%(label)s” is %(value)s, usually %(low)s to %(high)s. Correct it, or say why it is right.%(hint)s"
    ),
    ("soft", True, False): _l(
        "“%(label)s” is %(value)s, usually not below or before %(low)s. Correct it, or say why it is right.%(hint)s"
    ),
    ("soft", False, True): _l(
        "“%(label)s” is %(value)s, usually not above or after %(high)s. Correct it, or say why it is right.%(hint)s"
    ),
}


def _out_of_range(level: str, span: Range, item: Item, scope: InstanceScope) -> Finding:
    words = _RANGE_WORDS[level, span.low is not None, span.high is not None]
    args = {
        "label": item.label,
        "value": in_units(item, scope.code(item.key)),
        "low": _end(span.low, item, scope),
        "high": _end(span.high, item, scope),
        "hint": _unit_hint(span, item, scope),
    }
    return Finding(level, f"{item.key}:{level}", words, item.oid, scope.row.id if scope.row else None, args)


def _end(bound: Bound | None, item: Item, scope: InstanceScope) -> str:
    return "" if bound is None else in_units(item, bound.at.value(scope))


_MISTAKEN = {"mm": ("cm", Decimal(10)), "cm": ("mm", Decimal("0.1"))}


def _unit_hint(span: Range, item: Item, scope: InstanceScope) -> str:
    """A centimetre typed for a millimetre, or the reverse, is the commonest slip of all."""
    other, factor = _MISTAKEN.get(item.unit, ("", Decimal(0)))
    value = scope.item(item.key)
    if not other or value is None or item.kind not in ("decimal", "int"):
        return ""
    meant = (Decimal(value) * factor).normalize()
    lowest, highest = (b.at.value(scope) if b else None for b in (span.low, span.high))
    fits = (lowest is None or meant >= lowest) and (highest is None or meant <= highest)
    return f" ({value} {other} = {meant:f} {item.unit}?)" if fits else ""


def _of_group(group: GroupDef, whole: InstanceScope, record: Record, crf: Crf) -> Iterator[Finding]:
    asked = True if group.ask_if is None else group.ask_if.value(whole)
    rows = record.rows(crf, group.oid)
    if asked is True and len(rows) < group.at_least:
        message = _l("“%(label)s” needs at least %(least)d row.")
        yield Finding("missing", f"{group.oid}:rows", message, args={"label": group.label, "least": group.at_least})
    for scope in rows:
        for item in group.items:
            yield from _of_item(item, scope)


def _of_check(check: Check, scope: InstanceScope) -> Iterator[Finding]:
    if check.rule.value(scope) is not False:
        return
    message, args = filled(check.message, scope)
    yield Finding(
        check.level,
        check.id,
        message,
        check.on[0].oid if check.on else None,
        scope.row.id if scope.row else None,
        args,
        check.deviation,
    )


def placeholders(message: str) -> str:
    """Turn {FORM.ITEM} into a gettext placeholder; a per cent sign in the text stays one."""
    return _NAMED.sub(lambda m: f"%({m[1]})s", message.replace("%", "%%"))


def quoted(form: FormDef) -> frozenset[str]:
    """FORM.ITEM of every value that a check of this form quotes."""
    return frozenset(name for check in form.checks for name in _NAMED.findall(check.message))


def filled(message: str, scope: InstanceScope) -> tuple[str, dict[str, str]]:
    """The msgid of a check's message, and what it quotes, in words."""
    names = _NAMED.findall(message)
    if not names:
        return message, {}
    return placeholders(message), {n: decoded(scope.definition_of(n), scope.code(n)) for n in names}


def pruned(record: Record, crf: Crf) -> Crf:
    """The instance without answers to items that are not asked: what a save keeps.

    A condition that cannot be told keeps the answer. Answers that hang on other hidden answers go in the same step.
    """
    form = record.definitions[crf.form, crf.version]
    while True:
        lean = replace(crf, answers=_asked_only(form, record.with_crf(crf), crf))
        if lean == crf:
            return crf
        crf = lean


def _asked_only(form: FormDef, record: Record, crf: Crf) -> Answers:
    scope = record.scope(crf)
    hidden = {i.oid for i in form.items if visible(i, scope) is False}
    groups = {
        g.oid: _asked_rows(g, record, crf)
        for g in form.groups
        if g.oid in crf.answers.groups and (g.ask_if is None or g.ask_if.value(scope) is not False)
    }
    return replace(
        crf.answers,
        items={n: v for n, v in crf.answers.items.items() if n not in hidden},
        missing={n: v for n, v in crf.answers.missing.items() if n not in hidden},
        groups=groups,
    )


def _asked_rows(group: GroupDef, record: Record, crf: Crf) -> tuple[Row, ...]:
    def lean(scope: InstanceScope) -> Row:
        assert scope.row is not None
        hidden = {i.oid for i in group.items if visible(i, scope) is False}
        return replace(
            scope.row,
            items={n: v for n, v in scope.row.items.items() if n not in hidden},
            missing={n: v for n, v in scope.row.missing.items() if n not in hidden},
        )

    return tuple(lean(scope) for scope in record.rows(crf, group.oid))


def calculated(record: Record, crf: Crf) -> dict[str, Any]:
    """Each calculated item: OID to value, or GROUP/row/OID to value for rows. None is "not known"."""
    form = record.definitions[crf.form, crf.version]
    values = {i.oid: record.scope(crf).item(i.key) for i in form.items if not i.stored}
    for group in form.groups:
        for scope in record.rows(crf, group.oid):
            assert scope.row is not None
            values |= {f"{group.oid}/{scope.row.id}/{i.oid}": scope.item(i.key) for i in group.items if not i.stored}
    return values


def outside_items(form: FormDef) -> frozenset[str]:
    """FORM.ITEM of other forms that this form's rules read: what a page must be told."""
    from forms.language import expressions

    read = frozenset[str]().union(*(e.keys() for e in expressions(form)))
    return frozenset(k for k in read if key_of(k).partition(".")[0] != form.oid)
