"""A small language of conditions and calculations, read into expressions of `forms.logic`; nothing is executed.

    either  = both { ("||" | "or") both }            sum     = product { ("+" | "-") product }
    both    = compare { ("&&" | "and") compare }     product = unary { ("*" | "/") unary }
    compare = sum [ ("==" | "!=" | "<" | "<=" | ">" | ">=") sum ]
    unary   = ("!" | "not" | "-") unary | power      power   = atom [ "^" unary ]
    atom    = number | "text" | name | "(" either ")"

Truth and values do not mix: !, && and || take comparisons, everything else takes values.

A name is an item OID or a path of OIDs (`GROUP-ITEM`). OIDs may hold dots and dashes, so a name is the longest one that
is known: `WHO.Q-WHO.1` is one item where that path exists, and a difference of two where both of its halves are items.
"""

import datetime
import re
from collections.abc import Callable, Mapping

from forms.logic import Expr

MAX_LENGTH = 4_000
# Reading and evaluating recurse: 13 frames a bracket, 2 a term of a chain, of the interpreter's 1,000.
MAX_DEPTH = 30
MAX_TOKENS = 400

_TOKEN = re.compile(
    r"(?P<number>[0-9]+(?:\.[0-9]+)?)"
    r"|\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'"
    r"|(?P<sign>\|\||&&|[=!<>]=|[<>!^*/+()-])"
)
_WORDS = {"or": "||", "and": "&&", "not": "!"}
_COMPARE = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_TRUTHS = frozenset({*_COMPARE.values(), "and", "or", "not"})
_WORD_CHARACTER = re.compile(r"[\w.]")


class ExpressionProblem(ValueError):
    """An expression that cannot be read. `at`: the character where reading stopped, from 0."""

    def __init__(self, text: str, at: int, reason: str) -> None:
        super().__init__(f"{reason} at character {at} of {text[:80]!r}")
        self.text = text
        self.at = at


def parse(text: str, names: Mapping[str, tuple[str, str]]) -> Expr:
    """The expression `text` stands for. `names`: name -> (key FORM.ITEM, kind of the item).

    A constant takes the type of the item it is compared with: "1" is a number beside a numeric item and a day beside a
    date, and 1 is a code beside a coded item.
    Raises ExpressionProblem for unknown names and signs, and for what is too long or nested too deeply.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionProblem(text, MAX_LENGTH, "too long")
    return _Parser(text, _tokens(text, names), dict(names.values())).whole()


def condition(text: str, names: Mapping[str, tuple[str, str]]) -> Expr:
    """As `parse`, for a text that must be true, false or unknown. Raises ExpressionProblem for one that is a value."""
    found = parse(text, names)
    if found.op not in _TRUTHS:
        raise ExpressionProblem(text, 0, "no condition")
    return found


Token = tuple[str, str, int]


def _tokens(text: str, names: Mapping[str, tuple[str, str]]) -> list[Token]:
    longest_first = sorted(names, key=len, reverse=True)
    tokens: list[Token] = []
    at = 0
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        token, end = _named(text, at, longest_first, names) or _plain(text, at)
        tokens.append((*token, at))
        at = end
        if len(tokens) > MAX_TOKENS:
            raise ExpressionProblem(text, at, "too many parts")
    return [*tokens, ("end", "", len(text))]


def _named(
    text: str, at: int, longest_first: list[str], names: Mapping[str, tuple[str, str]]
) -> tuple[tuple[str, str], int] | None:
    for name in longest_first:
        end = at + len(name)
        if text.startswith(name, at) and not _WORD_CHARACTER.match(text[end : end + 1]):
            return ("item", names[name][0]), end
    return None


def _plain(text: str, at: int) -> tuple[tuple[str, str], int]:
    for word, sign in _WORDS.items():
        end = at + len(word)
        if text.startswith(word, at) and not _WORD_CHARACTER.match(text[end : end + 1]):
            return ("sign", sign), end
    found = _TOKEN.match(text, at)
    if found is None:
        raise ExpressionProblem(text, at, "unknown name or sign")
    kind = {"double": "text", "single": "text"}.get(found.lastgroup or "", found.lastgroup or "")
    return (kind, found[found.lastgroup or 0]), found.end()


class _Parser:
    def __init__(self, text: str, tokens: list[Token], kinds: Mapping[str, str]) -> None:
        self.text, self.tokens, self.kinds = text, tokens, kinds
        self.position, self.depth = 0, 0

    def whole(self) -> Expr:
        found = self.either()
        if self.tokens[self.position][0] != "end":
            raise self.problem("something is left over")
        return found

    def either(self) -> Expr:
        return self.chain({"||": "or"}, self.both)

    def both(self) -> Expr:
        return self.chain({"&&": "and"}, self.compare)

    def compare(self) -> Expr:
        left = self.sum()
        sign = self.taken(*_COMPARE)
        return self.joined(_COMPARE[sign], *self.aligned(left, self.sum())) if sign else left

    def sum(self) -> Expr:
        return self.chain({"+": "add", "-": "sub"}, self.product)

    def product(self) -> Expr:
        return self.chain({"*": "mul", "/": "div"}, self.unary)

    def unary(self) -> Expr:
        sign = self.taken("!", "-")
        if not sign:
            return self.power()
        inner = self.nested(self.unary)
        return self.joined("not", inner) if sign == "!" else self.joined("sub", Expr("number", ("0",)), inner)

    def power(self) -> Expr:
        base = self.atom()
        return self.joined("pow", base, self.nested(self.unary)) if self.taken("^") else base

    def atom(self) -> Expr:
        kind, value, _ = self.tokens[self.position]
        if kind in ("item", "number", "text"):
            self.position += 1
            return Expr({"text": "const"}.get(kind, kind), (value,))
        if not self.taken("("):
            raise self.problem("a value was expected")
        inner = self.nested(self.either)
        if not self.taken(")"):
            raise self.problem("a closing bracket was expected")
        return inner

    def chain(self, operators: Mapping[str, str], operand: Callable[[], Expr]) -> Expr:
        left = operand()
        while sign := self.taken(*operators):
            left = self.joined(operators[sign], left, operand())
        return left

    def joined(self, op: str, *operands: Expr) -> Expr:
        takes_truth = op in ("and", "or", "not")
        if any((operand.op in _TRUTHS) is not takes_truth for operand in operands):
            raise self.problem(f"{op} takes {'conditions' if takes_truth else 'values'}")
        return Expr(op, operands)

    def nested(self, rule: Callable[[], Expr]) -> Expr:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.problem("nested too deeply")
        found = rule()
        self.depth -= 1
        return found

    def taken(self, *signs: str) -> str | None:
        kind, value, _ = self.tokens[self.position]
        if kind != "sign" or value not in signs:
            return None
        self.position += 1
        return value

    def aligned(self, left: Expr, right: Expr) -> tuple[Expr, Expr]:
        return self.as_other(left, right), self.as_other(right, left)

    def as_other(self, constant: Expr, item: Expr) -> Expr:
        if item.op != "item":
            return constant
        kind = self.kinds[item.args[0]]
        wanted = {"int": "number", "decimal": "number", "calc": "number", "date": "date", "pdate": "date"}.get(
            kind, "const"
        )
        if constant.op not in ("const", "number") or constant.op == wanted:
            return constant
        return Expr(wanted, (_CHECKED[wanted](constant.args[0], self),))

    def problem(self, reason: str) -> ExpressionProblem:
        return ExpressionProblem(self.text, self.tokens[self.position][2], reason)


def _number(text: str, parser: _Parser) -> str:
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text, re.ASCII):
        raise parser.problem(f"{text!r} is compared with a number")
    return text


def _day(text: str, parser: _Parser) -> str:
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError as problem:
        raise parser.problem(f"{text!r} is compared with a date") from problem


def _code(text: str, parser: _Parser) -> str:
    return text


_CHECKED: Mapping[str, Callable[[str, _Parser], str]] = {"number": _number, "date": _day, "const": _code}
