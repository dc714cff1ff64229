"""REDCap's functions as expressions of ours; what is not here is not carried, and said so.

Source: REDCap help, "Special Functions" and "datediff": a year has 365.2425 days, a month 30.44; the result is absolute unless
the fifth argument (fourth, where the format of the date is left out) is true.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from forms.logic import Expr, call, if_, lift
from forms.redcap.terms import LogicProblem, Term, as_date, as_number, as_truth, constant, number, truth

_DAYS_OF: Mapping[str, Decimal] = {"y": Decimal("365.2425"), "M": Decimal("30.44"), "d": Decimal(1)}
_TIMES_A_DAY: Mapping[str, Decimal] = {"h": Decimal(24), "m": Decimal(1440), "s": Decimal(86_400)}
_FORMATS = ("ymd", "mdy", "dmy")


def applied(name: str, inputs: Sequence[Term]) -> Term:
    """The function of its inputs. Raises LogicProblem "function" for one we have not, or for a wrong number of inputs."""
    build, least, most = _FUNCTIONS.get(name.lower(), (None, 0, 0))
    if build is None or not least <= len(inputs) <= most:
        raise LogicProblem("function", name)
    return build(inputs)


def _datediff(inputs: Sequence[Term]) -> Term:
    """Formats say how the dates were typed; the raw data have one format, so they say nothing here."""
    first, second, unit, *rest = inputs
    flags = [each.constant.lower() for each in rest if each.constant.lower() not in _FORMATS]
    if unit.kind != "constant" or any(flag not in ("true", "false") for flag in flags) or len(flags) > 1:
        raise LogicProblem("function", "datediff")
    days = Expr("days", (as_date(first), as_date(second)))
    return number(_in_unit(days if flags == ["true"] else Expr("abs", (days,)), unit.constant))


def _in_unit(days: Expr, unit: str) -> Expr:
    if unit == "d":
        return days
    if unit in _TIMES_A_DAY:
        return days * _TIMES_A_DAY[unit]
    if unit in _DAYS_OF:
        return days / _DAYS_OF[unit]
    raise LogicProblem("function", f"datediff {unit}")


def _if(inputs: Sequence[Term]) -> Term:
    truth_of, then, otherwise = inputs
    return number(if_(as_truth(truth_of), _number_or_blank(then), _number_or_blank(otherwise)))


def _number_or_blank(term: Term) -> Expr:
    # '' as a result is REDCap's way to say that there is none.
    return lift(None) if term.blank or term.constant == "null" else as_number(term)


def _numbers(name: str) -> Callable[[Sequence[Term]], Term]:
    return lambda inputs: number(call(name, *(as_number(each) for each in inputs)))


def _missing(inputs: Sequence[Term]) -> Term:
    (term,) = inputs
    if term.recorded is None:
        raise LogicProblem("function", "isblankormissingcode")
    return truth(term.recorded.absent())


_MANY = 100
_FUNCTIONS: Mapping[str, tuple[Callable[[Sequence[Term]], Term], int, int]] = {
    "datediff": (_datediff, 3, 5),
    "if": (_if, 3, 3),
    "round": (_numbers("redcap_round"), 1, 2),
    "rounddown": (_numbers("redcap_rounddown"), 1, 2),
    "roundup": (_numbers("redcap_roundup"), 1, 2),
    "sqrt": (_numbers("redcap_sqrt"), 1, 1),
    "abs": (lambda inputs: number(Expr("abs", (as_number(inputs[0]),))), 1, 1),
    "sum": (_numbers("redcap_sum"), 1, _MANY),
    "mean": (_numbers("redcap_mean"), 1, _MANY),
    "median": (_numbers("redcap_median"), 1, _MANY),
    "min": (_numbers("redcap_min"), 1, _MANY),
    "max": (_numbers("redcap_max"), 1, _MANY),
    "isblankormissingcode": (_missing, 1, 1),
}
WORDS = {word: constant(word) for word in ("true", "false", "null")}
"""Words that are constants."""
