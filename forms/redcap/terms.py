"""What REDCap's logic speaks of, with the type our logic needs: REDCap compares anything with anything, we compare like with like.

A constant has no type of its own in REDCap ("1", '1' and 1 are the same): it takes that of the field it stands beside.
"""

from __future__ import annotations

import datetime
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from forms.codelist import Codelist
from forms.derivations.redcap import redcap_number
from forms.language import TODAY
from forms.logic import Expr, call, if_, known, lift


class LogicProblem(ValueError):
    """Logic that cannot be carried. `kind`: syntax, unknown-field, smart-variable, other-event, other-instance, piping, function,
    types, checkbox, too-long; `detail`: the part that stopped it.
    """

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(f"{kind}: {detail[:80]}")
        self.kind, self.detail = kind, detail[:80]


@dataclass(frozen=True)
class Term:
    """An expression and what it is: truth, number, date, code, yn, text, multi, box (one choice of a checkbox), constant.

    `recorded` reads the answer as recorded; `codes` of a code; `constant` as written.
    """

    expr: Expr
    kind: str
    recorded: Expr | None = None
    codes: Codelist | None = None
    constant: str = ""

    @property
    def blank(self) -> bool:
        return self.kind == "constant" and self.constant == ""


_TURNED = {"eq": "eq", "ne": "ne", "lt": "gt", "gt": "lt", "le": "ge", "ge": "le"}
_ORDER: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}
_YES_NO = {"1": "Y", "0": "N"}


def constant(text: str) -> Term:
    return Term(lift(text), "constant", constant=text)


def truth(expr: Expr) -> Term:
    return Term(expr, "truth")


def number(expr: Expr) -> Term:
    return Term(expr, "number")


def as_truth(term: Term) -> Expr:
    """The condition a term is; a number counts when it is not 0. Raises LogicProblem types."""
    if term.kind in ("truth", "box"):
        return term.expr
    if term.kind == "number":
        return term.expr != 0
    raise LogicProblem("types", f"{term.kind} {term.constant}")


def as_number(term: Term) -> Expr:
    """The number a term is: a code or a text by what it spells, a condition 1 or 0. Raises LogicProblem types."""
    match term.kind:
        case "number":
            return term.expr
        case "constant":
            found = redcap_number(term.constant)
            if found is None:
                raise LogicProblem("types", term.constant)
            return lift(found)
        case "code" | "text":
            return call("redcap_number", term.expr)
        case "yn":
            return if_(term.expr == "Y", 1, 0)
        case "truth" | "box":
            return if_(term.expr, 1, 0)
        case _:
            raise LogicProblem("types", term.kind)


def as_date(term: Term) -> Expr:
    """A day: a date field, "today", or a day as written. Raises LogicProblem types."""
    if term.kind == "date":
        return term.expr
    if term.kind == "constant" and term.constant == "today":
        return TODAY
    if term.kind == "constant" and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", term.constant, re.ASCII):
        try:
            return lift(datetime.date.fromisoformat(term.constant))
        except ValueError as problem:
            raise LogicProblem("types", term.constant) from problem
    raise LogicProblem("types", term.constant or term.kind)


def compared(op: str, left: Term, right: Term) -> Expr:
    """One comparison. Raises LogicProblem where the two have nothing in common."""
    if left.kind == "constant" and right.kind != "constant":
        return compared(_TURNED[op], right, left)
    if right.blank:
        return _blank(op, left)
    if "date" in (left.kind, right.kind):
        return Expr(op, (as_date(left), as_date(right)))
    if left.kind == "multi":
        raise LogicProblem("checkbox", "without a code")
    if right.kind == "constant":
        return _with_constant(op, left, right)
    if op in ("eq", "ne") and left.kind == right.kind and left.kind in ("code", "yn", "text"):
        return Expr(op, (left.expr, right.expr))
    return Expr(op, (as_number(left), as_number(right)))


def _blank(op: str, term: Term) -> Expr:
    if op not in ("eq", "ne") or term.kind in ("constant", "box", "truth"):
        raise LogicProblem("types", "''")
    filled = term.recorded.present() if term.recorded is not None else known(term.expr)
    return filled if op == "ne" else Expr("not", (filled,))


def _with_constant(op: str, term: Term, right: Term) -> Expr:
    text = right.constant
    match term.kind:
        case "box" if op in ("eq", "ne") and text in _YES_NO:
            return term.expr if (text == "1") is (op == "eq") else Expr("not", (term.expr,))
        case "yn" if op in ("eq", "ne") and text in _YES_NO:
            return Expr(op, (term.expr, lift(_YES_NO[text])))
        case "code" if term.codes is not None:
            return _code_with(op, term, term.codes, text)
        case "text" if op in ("eq", "ne"):
            return Expr(op, (term.expr, lift(text)))
        case _:
            return Expr(op, (as_number(term), as_number(right)))


def _code_with(op: str, term: Term, codes: Codelist, text: str) -> Expr:
    """Codes are no numbers to us: an order becomes the codes that have it, and 1 is the code "01" where only that exists."""
    wanted = redcap_number(text)
    if op in ("eq", "ne"):
        same = (code for code in codes.values if wanted is not None and redcap_number(code) == wanted)
        return Expr(op, (term.expr, lift(text if text in codes else next(same, text))))
    if wanted is None:
        raise LogicProblem("types", text)
    numbers = {code: redcap_number(code) for code in codes.values}
    fitting = [code for code, value in numbers.items() if value is not None and _ORDER[op](value, wanted)]
    return Expr("in", (term.expr, Expr("list", tuple(lift(code) for code in fitting))))
