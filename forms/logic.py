"""Three-valued expressions over the items of a trial, held as data.

An expression is an operator name and arguments, nothing else: it can be frozen to JSON with the form version it
belongs to, shown to a person, run here and run in the browser (`static/js/logic.js` knows the same operators).
Truth is True, False or None, None meaning "cannot tell" (Kleene 1952, strong three-valued logic). An unknown never
becomes False: `unknown or True` is True, `unknown and False` is False, everything else with an unknown is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Protocol

from forms import dates
from forms.dates import PartialDate

__all__ = [
    "FUNCTIONS",
    "Derivation",
    "Expr",
    "LogicError",
    "Operand",
    "Scope",
    "derivation",
    "fact",
    "from_json",
    "lift",
]


class LogicError(Exception):
    """A rule that cannot be evaluated: a mistake in a definition, never an answer. Someone must see it."""


class Scope(Protocol):
    """Where an expression finds its values: one form instance or one row of it, and through it the whole record."""

    def item(self, key: str) -> Any:
        """Return the logical value: None where unanswered or answered with a code that means "not known"."""

    def code(self, key: str) -> Any:
        """Return the answer as recorded, codes such as "not done" included."""

    def fact(self, name: str) -> Any:
        """Return a named fact, None where the caller does not know it. An undeclared name is an error."""

    def instances(self, source: tuple[str, ...]) -> tuple[Scope, ...]:
        """Return the scopes a source names: `("form", "EX")`, `("event", "LB")`, `("linked", "YP.YPSUR")`, or rows:
        `("rows", "MH.PM")` of the own form, `("form", "LB", "R")` and so on of other instances.
        """


Run = Callable[[Scope], Any]
"""An expression ready to be evaluated."""


class Operand:
    """Anything that can stand in an expression. Operators build expressions; nothing is evaluated."""

    def expr(self) -> Expr:
        """Return this operand as an expression."""
        raise NotImplementedError

    def unknown_codes(self) -> frozenset[str]:
        """Codes of this operand that are answers but mean "not known"."""
        return frozenset()

    def raw(self) -> Expr:
        """Return the expression that reads the code as recorded."""
        return self.expr()

    def _for(self, codes: Iterable[Any]) -> Expr:
        # "not done" is unknown to logic, but a rule that names it asks about the code itself.
        return self.raw() if set(map(str, codes)) & self.unknown_codes() else self.expr()

    def __eq__(self, other: object) -> Expr:  # type: ignore[override]
        return Expr("eq", (self._for([other]), lift(other)))

    def __ne__(self, other: object) -> Expr:  # type: ignore[override]
        return Expr("ne", (self._for([other]), lift(other)))

    __hash__ = object.__hash__

    def __lt__(self, other: object) -> Expr:
        return Expr("lt", (self.expr(), lift(other)))

    def __le__(self, other: object) -> Expr:
        return Expr("le", (self.expr(), lift(other)))

    def __gt__(self, other: object) -> Expr:
        return Expr("gt", (self.expr(), lift(other)))

    def __ge__(self, other: object) -> Expr:
        return Expr("ge", (self.expr(), lift(other)))

    def __and__(self, other: Operand) -> Expr:
        return Expr("and", (self.expr(), lift(other)))

    def __or__(self, other: Operand) -> Expr:
        return Expr("or", (self.expr(), lift(other)))

    def __invert__(self) -> Expr:
        return Expr("not", (self.expr(),))

    def __add__(self, other: object) -> Expr:
        return Expr("add", (self.expr(), lift(other)))

    def __sub__(self, other: object) -> Expr:
        return Expr("sub", (self.expr(), lift(other)))

    def __mul__(self, other: object) -> Expr:
        return Expr("mul", (self.expr(), lift(other)))

    def __truediv__(self, other: object) -> Expr:
        return Expr("div", (self.expr(), lift(other)))

    def __bool__(self) -> bool:
        raise LogicError("an expression has no truth of its own; use & | ~ instead of and, or, not")

    def is_in(self, *codes: object) -> Expr:
        """Whether the answer is one of `codes`."""
        return Expr("in", (self._for(codes), Expr("list", tuple(lift(c) for c in codes))))

    def has(self, code: str) -> Expr:
        """Whether a multi-choice answer contains `code`."""
        return Expr("has", (self.expr(), lift(code)))

    def present(self) -> Expr:
        """Whether anything is recorded; never unknown."""
        return Expr("present", (self.raw(),))

    def absent(self) -> Expr:
        """Whether nothing is recorded; never unknown."""
        return Expr("not", (self.present(),))

    def days_after(self, other: object) -> Expr:
        """Signed days from `other` to this date; unknown for partial dates."""
        return Expr("days", (lift(other), self.expr()))


@dataclass(frozen=True, eq=False)
class Expr(Operand):
    """An operator and its arguments. `args` holds expressions, keys (text or objects with a `.key`) or constants."""

    op: str
    args: tuple[Any, ...]

    def expr(self) -> Expr:
        return self

    def value(self, scope: Scope) -> Any:
        """Evaluate in `scope`. Raises LogicError for a rule that makes no sense of what it was given."""
        return self._run(scope)

    @cached_property
    def _run(self) -> Run:
        """The operator bound to its arguments, once: a save evaluates ten thousand expressions, a definition has a few hundred.

        What is inside is bound first, so that a chain of any length is bound without going deep.
        """
        for each in reversed(self._nested()):
            if "_run" not in vars(each):
                vars(each)["_run"] = each._bound()
        return self._bound()

    def _nested(self) -> list[Expr]:
        """Every expression inside this one, each once, what holds another before it."""
        found = {id(self): self}
        for each in (todo := [self]):
            for arg in each.args:
                if isinstance(arg, Expr) and id(arg) not in found:
                    found[id(arg)] = arg
                    todo.append(arg)
        return todo[1:]

    def _bound(self) -> Run:
        if self.op in _SPECIAL:
            return _SPECIAL[self.op](self.args)
        if self.op in _STRICT:
            return _strict(self.op, self.args)
        raise LogicError(f"no operator {self.op!r}")

    def to_json(self) -> list[Any]:
        """Return nested lists: operator first, then arguments."""
        return [self.op, *(_arg_json(a) for a in self.args)]

    def keys(self) -> frozenset[str]:
        """Items this expression reads, as FORM.ITEM."""
        own = {key_of(self.args[0])} if self.op in ("item", "code") else set()
        return frozenset(own.union(*(a.keys() for a in self.args if isinstance(a, Expr))))

    def facts(self) -> frozenset[str]:
        """Facts this expression needs from the caller."""
        own = {self.args[0]} if self.op == "fact" else set()
        return frozenset(own.union(*(a.facts() for a in self.args if isinstance(a, Expr))))


def key_of(ref: Any) -> str:
    """Return FORM.ITEM of a reference that may have been written before its form was complete."""
    return ref if isinstance(ref, str) else ref.key


def fact(name: str) -> Expr:
    """A named thing the form must be told: arm, site range, today."""
    return Expr("fact", (name,))


def lift(value: Any) -> Expr:
    """Return `value` as an expression; constants become data."""
    if isinstance(value, Operand):
        return value.expr()
    if isinstance(value, (list, tuple, set, frozenset)):
        return Expr("list", tuple(lift(v) for v in value))
    if isinstance(value, date) and not isinstance(value, datetime):
        return Expr("date", (value.isoformat(),))
    if isinstance(value, bool) or value is None:
        return Expr("truth", (value,))
    if isinstance(value, (int, float, Decimal)):
        return Expr("number", (str(value),))
    if isinstance(value, str):
        return Expr("const", (value,))
    raise LogicError(f"{value!r} cannot stand in an expression")


def _arg_json(arg: Any) -> Any:
    if isinstance(arg, Expr):
        return arg.to_json()
    if isinstance(arg, tuple):
        return {"source": [key_of(part) for part in arg]}
    return arg if isinstance(arg, (str, bool, type(None))) else key_of(arg)


def from_json(data: Any) -> Any:
    """Return the expression that `to_json` wrote."""
    if isinstance(data, list):
        return Expr(data[0], tuple(from_json(a) for a in data[1:]))
    return tuple(data["source"]) if isinstance(data, dict) else data


# --- functions that calculated items use -------------------------------------------------------------------------


@dataclass(frozen=True)
class Derivation:
    """A named, versioned pure function behind a calculated item."""

    name: str
    version: int
    function: Callable[..., Any]
    takes_unknown: bool

    def __call__(self, *values: Any) -> Any:
        if not self.takes_unknown and any(v is None for v in values):
            return None
        return self.function(*values)


FUNCTIONS: dict[str, Derivation] = {}


def derivation(
    name: str, version: int = 1, *, takes_unknown: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a pure function for calculated items. Without `takes_unknown` a missing input gives None."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        if name in FUNCTIONS:
            raise LogicError(f"two derivations are called {name!r}")
        FUNCTIONS[name] = Derivation(name, version, function, takes_unknown)
        return function

    return register


# --- operators ---------------------------------------------------------------------------------------------------


def _is_date(value: Any) -> bool:
    return isinstance(value, (date, PartialDate))


def _number(value: Any) -> Any:
    return Decimal(str(value)) if isinstance(value, float) else value


def _day(value: Any) -> Any:
    return value.date() if isinstance(value, datetime) else value


def _less(a: Any, b: Any) -> bool | None:
    if isinstance(a, datetime) and isinstance(b, datetime):
        return a < b
    if _is_date(a) and _is_date(b):
        return dates.before(_day(a), _day(b))
    a, b = _number(a), _number(b)
    if isinstance(a, (int, Decimal)) and isinstance(b, (int, Decimal)):
        return bool(a < b)
    raise LogicError(f"{a!r} and {b!r} have no order")


def _same(a: Any, b: Any) -> bool | None:
    if isinstance(a, datetime) and isinstance(b, datetime):
        return a == b
    if _is_date(a) and _is_date(b):
        return dates.same(_day(a), _day(b))
    a, b = _number(a), _number(b)
    # A code "1" and a number 1 are not the same thing: comparing them is a mistake in the rule.
    if isinstance(a, str) != isinstance(b, str):
        raise LogicError(f"{a!r} and {b!r} cannot be equal: one is text")
    return bool(a == b)


def _negate(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


def _days(a: Any, b: Any) -> int | None:
    return dates.days_between(_day(a), _day(b))


def _age_at_least(born: Any, on: Any, years: Any) -> bool | None:
    lowest, highest = dates.completed_years(born, _day(on))
    return True if lowest >= years else False if highest < years else None


def _divide(a: Any, b: Any) -> Any:
    return None if b == 0 else Decimal(_number(a)) / Decimal(_number(b))


_STRICT: Mapping[str, Callable[..., Any]] = {
    "eq": _same,
    "ne": lambda a, b: _negate(_same(a, b)),
    "lt": _less,
    "ge": lambda a, b: _negate(_less(a, b)),
    "gt": lambda a, b: _less(b, a),
    "le": lambda a, b: _negate(_less(b, a)),
    "in": lambda a, codes: a in codes,
    "has": lambda chosen, code: code in chosen,
    "add": lambda a, b: _number(a) + _number(b),
    "sub": lambda a, b: _number(a) - _number(b),
    "mul": lambda a, b: _number(a) * _number(b),
    "div": _divide,
    "pow": lambda a, b: Decimal(_number(a)) ** b,
    "abs": abs,
    "days": _days,
    "age_at_least": _age_at_least,
    "size": len,
}


def _strict(op: str, args: tuple[Expr, ...]) -> Run:
    """An operator that an unknown argument makes unknown."""
    work, runs = _STRICT[op], _runs(args)

    def run(scope: Scope) -> Any:
        values = [read(scope) for read in runs]
        if None in values:
            return None
        try:
            return work(*values)
        except (TypeError, ArithmeticError) as problem:
            raise LogicError(f"{op} cannot be applied to {values!r}") from problem

    return run


def _runs(args: Iterable[Expr]) -> list[Run]:
    """The arguments bound in turn, so that evaluating them is one call each."""
    return [each._run for each in args]


def _all_of(truths: Iterable[bool | None]) -> bool | None:
    found = set(truths)
    return False if False in found else None if None in found else True


def _one_of(truths: Iterable[bool | None]) -> bool | None:
    found = set(truths)
    return True if True in found else None if None in found else False


def _constant(value: Any) -> Run:
    return lambda scope: value


def _item(args: tuple[Any, ...]) -> Run:
    key = key_of(args[0])
    return lambda scope: scope.item(key)


def _code(args: tuple[Any, ...]) -> Run:
    key = key_of(args[0])
    return lambda scope: scope.code(key)


def _junction(decisive: bool) -> Callable[[tuple[Expr, ...]], Run]:
    """`and`, which one False decides, or `or`, which one True decides; nothing behind the decisive argument is asked."""

    def bind(args: tuple[Expr, ...]) -> Run:
        runs = _runs(args)

        def run(scope: Scope) -> bool | None:
            unknown = False
            for read in runs:
                truth: bool | None = read(scope)
                if truth is decisive:
                    return decisive
                unknown = unknown or truth is None
            return None if unknown else not decisive

        return run

    return bind


def _list(args: tuple[Expr, ...]) -> Run:
    runs = _runs(args)
    return lambda scope: tuple([read(scope) for read in runs])


def _gathered(conclude: Callable[[list[Any]], Any]) -> Callable[[tuple[Any, ...]], Run]:
    """An operator over what every instance of a source says."""

    def bind(args: tuple[Any, ...]) -> Run:
        source, read = tuple(key_of(part) for part in args[0]), args[1]._run

        def run(scope: Scope) -> Any:
            return conclude([read(inner) for inner in scope.instances(source)])

        return _once_a_record(run) if source[0] == "form" else run

    return bind


def _once_a_record(run: Run) -> Run:
    """What every instance of a form says is the same for all who ask: worked out once while the record lives."""

    def once(scope: Scope) -> Any:
        shared = getattr(scope, "shared", None)
        if shared is None:
            return run(scope)
        if run not in shared:
            shared[run] = run(scope)
        return shared[run]

    return once


def _only_known(values: list[Any]) -> list[Any]:
    return [v for v in values if v is not None]


def _extreme(better: Callable[[Any, Any], bool | None]) -> Callable[[list[Any]], Any]:
    def best(values: list[Any]) -> Any:
        known = _only_known(values)
        found = known[0] if known else None
        for value in known[1:]:
            found = value if better(value, found) else found
        return found

    return best


def _call(args: tuple[Any, ...]) -> Run:
    if args[0] not in FUNCTIONS:
        raise LogicError(f"no derivation is called {args[0]!r}")
    function, runs = FUNCTIONS[args[0]], _runs(args[1:])
    return lambda scope: function(*[read(scope) for read in runs])


def _if(args: tuple[Expr, ...]) -> Run:
    truth, then, otherwise = _runs(args)

    def run(scope: Scope) -> Any:
        found = truth(scope)
        return None if found is None else then(scope) if found else otherwise(scope)

    return run


_SPECIAL: Mapping[str, Callable[[tuple[Any, ...]], Run]] = {
    "item": _item,
    "code": _code,
    "fact": lambda args: lambda scope: scope.fact(args[0]),
    "const": lambda args: _constant(args[0]),
    "truth": lambda args: _constant(args[0]),
    "number": lambda args: _constant(Decimal(args[0])),
    "date": lambda args: _constant(date.fromisoformat(args[0])),
    "list": _list,
    "and": _junction(False),
    "or": _junction(True),
    "not": lambda args: lambda scope: _negate(args[0].value(scope)),
    "present": lambda args: lambda scope: args[0].value(scope) not in (None, "", ()),
    "if": _if,
    "known": lambda args: lambda scope: args[0].value(scope) is not None,
    "call": _call,
    "any": _gathered(_one_of),
    "every": _gathered(_all_of),
    "count": _gathered(lambda truths: None if None in truths else truths.count(True)),
    "collect": _gathered(tuple),
    "first": _gathered(lambda values: next(iter(_only_known(values)), None)),
    "last": _gathered(lambda values: next(reversed(_only_known(values)), None)),
    "least": _gathered(_extreme(_less)),
    "greatest": _gathered(_extreme(lambda a, b: _less(b, a))),
}


def any_of(source: tuple[Any, ...], rule: Operand) -> Expr:
    """Whether `rule` holds in any instance; True needs one, False needs all known."""
    return Expr("any", (source, rule.expr()))


def every(source: tuple[Any, ...], rule: Operand) -> Expr:
    """Whether `rule` holds in every instance; of none it holds."""
    return Expr("every", (source, rule.expr()))


def count(source: tuple[Any, ...], rule: Operand) -> Expr:
    """In how many instances `rule` holds; unknown when one of them is."""
    return Expr("count", (source, rule.expr()))


def collect(source: tuple[Any, ...], value: Operand) -> Expr:
    """The value in each instance, unknowns included, in order."""
    return Expr("collect", (source, value.expr()))


def first(source: tuple[Any, ...], value: Operand) -> Expr:
    """The first known value."""
    return Expr("first", (source, value.expr()))


def last(source: tuple[Any, ...], value: Operand) -> Expr:
    """The last known value."""
    return Expr("last", (source, value.expr()))


def least(source: tuple[Any, ...], value: Operand) -> Expr:
    """The smallest known value (the earliest date)."""
    return Expr("least", (source, value.expr()))


def greatest(source: tuple[Any, ...], value: Operand) -> Expr:
    """The greatest known value (the latest date)."""
    return Expr("greatest", (source, value.expr()))


def age_at_least(born: Operand, on: Operand, years: int) -> Expr:
    """Whether `years` were completed on a date; a partial birth date that straddles it cannot tell."""
    return Expr("age_at_least", (born.expr(), on.expr(), lift(years)))


def call(name: str, *inputs: object) -> Expr:
    """The derivation `name` applied to `inputs`."""
    return Expr("call", (name, *(lift(i) for i in inputs)))


def if_(truth: Operand, then: object, otherwise: object) -> Expr:
    """`then` where `truth` holds, `otherwise` where it does not, unknown where it is unknown."""
    return Expr("if", (truth.expr(), lift(then), lift(otherwise)))


def known(operand: Operand) -> Expr:
    """Whether the logical value is known; never unknown itself."""
    return Expr("known", (operand.expr(),))
