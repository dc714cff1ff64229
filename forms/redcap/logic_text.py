"""An expression of ours in REDCap's words, where REDCap has words for it.

REDCap knows true and false only: "not equal" there holds of a blank, here it is unknown. What is written is asked at least where ours
is True; what has no words (other instances, our own functions, partial dates) raises Unwritable and is said in the report.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from forms.language import Item
from forms.logic import Expr

Items = Mapping[str, Item]
"""FORM.ITEM to the item."""
_SIGNS = {
    "eq": "=",
    "ne": "<>",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "add": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
}
_NAMES = {"redcap_round": "round", "redcap_rounddown": "rounddown", "redcap_roundup": "roundup", "redcap_sqrt": "sqrt",
          "redcap_sum": "sum", "redcap_mean": "mean", "redcap_median": "median", "redcap_min": "min", "redcap_max": "max"}  # fmt: skip


class Unwritable(ValueError):
    """An expression REDCap has no words for; the text names the part."""


def logic_text(expr: Expr, items: Items) -> str:
    """The expression as REDCap would read it. Raises Unwritable."""
    return _text(expr, items, outermost=True)


def _text(expr: Any, items: Items, *, outermost: bool = False) -> str:
    if not isinstance(expr, Expr):
        raise Unwritable(str(expr))
    op, args = expr.op, expr.args
    if op in ("and", "or"):
        inner = f" {op} ".join(_text(each, items) for each in args)
        return inner if outermost else f"({inner})"
    if op in _SIGNS:
        return _between(op, args, items, outermost)
    if op not in _WRITE:
        raise Unwritable(op)
    return _WRITE[op](args, items)


def _between(op: str, args: Any, items: Items, outermost: bool) -> str:
    read = (a.args[1] if a.op == "last" else a for a in args if isinstance(a, Expr))
    of = next((items.get(_key(a)) for a in read if isinstance(a, Expr) and a.op in ("item", "code")), None)
    left, right = (_operand(each, of, items) for each in args)
    text = f"{left} {_SIGNS[op]} {right}"
    return text if outermost or op in ("eq", "ne", "lt", "le", "gt", "ge") else f"({text})"


def _operand(expr: Any, beside: Item | None, items: Items) -> str:
    if isinstance(expr, Expr) and expr.op == "const":
        return _quoted(
            {"Y": "1", "N": "0"}.get(expr.args[0], "") if beside is not None and beside.kind == "yn" else expr.args[0]
        )
    return _text(expr, items)


def _quoted(text: str) -> str:
    if "'" in text or '"' in text:
        raise Unwritable(text)
    return f"'{text}'"


def _key(expr: Expr) -> str:
    reference = expr.args[0]
    return reference if isinstance(reference, str) else str(reference.key)


def _field(args: Any, items: Items) -> str:
    key = _key(Expr("item", args))
    if key not in items:
        raise Unwritable(key)
    return f"[{items[key].oid}]"


def _has(args: Any, items: Items) -> str:
    field = _text(args[0], items)
    code = args[1].args[0]
    return f"{field[:-1]}({code})] = '1'"


def _in(args: Any, items: Items) -> str:
    field, codes = args
    if not codes.args:
        raise Unwritable("in")
    return "(" + " or ".join(_text(Expr("eq", (field, code)), items) for code in codes.args) + ")"


def _not(args: Any, items: Items) -> str:
    (inner,) = args
    if inner.op == "present":
        return f"{_text(inner.args[0], items)} = ''"
    if inner.op == "has":
        return _has(inner.args, items).replace("= '1'", "= '0'")
    return f"!({_text(inner, items, outermost=True)})"


def _call(args: Any, items: Items) -> str:
    name, *inputs = args
    if name == "redcap_number":
        return _text(inputs[0], items)
    if name == "redcap_power":
        return f"({_text(inputs[0], items)})^({_text(inputs[1], items)})"
    if name not in _NAMES:
        raise Unwritable(name)
    return f"{_NAMES[name]}({', '.join(_text(each, items, outermost=True) for each in inputs)})"


def _days(args: Any, items: Items) -> str:
    first, second = (f"'{t}'" if t == "today" else t for t in (_text(each, items) for each in args))
    return f"datediff({first}, {second}, 'd', true)"


def _last(args: Any, items: Items) -> str:
    # A field of another form, in REDCap, is that form at the same event.
    source, each = args
    if source[0] != "event" or len(source) != 2:
        raise Unwritable("last")
    return _text(each, items)


def _fact(args: Any, items: Items) -> str:
    if args[0] != "today":
        raise Unwritable(args[0])
    return "today"


_WRITE: Mapping[str, Callable[[Any, Items], str]] = {
    "item": _field,
    "code": _field,
    "has": _has,
    "in": _in,
    "not": _not,
    "call": _call,
    "days": _days,
    "last": _last,
    "fact": _fact,
    "present": lambda args, items: f"{_text(args[0], items)} <> ''",
    "known": lambda args, items: f"{_text(args[0], items)} <> ''",
    "number": lambda args, items: str(args[0]),
    "const": lambda args, items: _quoted(args[0]),
    "date": lambda args, items: _quoted(args[0]),
    "abs": lambda args, items: f"abs({_text(args[0], items, outermost=True)})",
    "if": lambda args, items: f"if({', '.join(_text(each, items, outermost=True) for each in args)})",
    "truth": lambda args, items: "''" if args[0] is None else str(int(args[0])),
}
