"""REDCap's branching logic and calculations, read into expressions of `forms.logic`; nothing is executed.

    either  = both { "or" both }                     sum     = product { ("+" | "-") product }
    both    = denied { "and" denied }                product = unary { ("*" | "/") unary }
    denied  = ("!" | "not") denied | compare         unary   = "-" unary | power
    compare = sum [ ("=" | "<>" | "<" ...) sum ]     power   = atom [ "^" unary ]
    atom    = number | 'text' | [field] | [field(code)] | function "(" either { "," either } ")" | "(" either ")"

"and" binds before "or", as in the languages REDCap hands its logic to. Truth has three values here: REDCap takes a blank for
"", so a condition it holds to be false can be unknown to us, and an unknown condition asks (docs/decisions/0008).
A field of another form is that form at the same event; a field of another event or instance cannot be said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from forms.language import Item
from forms.logic import Expr, lift
from forms.redcap.functions import WORDS, applied
from forms.redcap.terms import LogicProblem, Term, as_number, as_truth, compared, constant, number, truth

MAX_LENGTH = 10_000
# Reading and evaluating recurse: 14 frames a bracket, 2 a term of a chain, of the interpreter's 1,000.
MAX_DEPTH = 25
MAX_TOKENS = 400

_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
    r"|\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'"
    r"|\[(?P<field>[^\[\]]*)\]"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign><>|!=|==|<=|>=|&&|\|\||[=<>!^*/+(),-]))",
    re.ASCII,
)
_FIELD = re.compile(r"([a-z][a-z0-9_]*)(?:\(([^()]*)\))?", re.ASCII)
_JOIN = {"and": "and", "&&": "and", "or": "or", "||": "or", "not": "!"}
_COMPARE = {"=": "eq", "==": "eq", "!=": "ne", "<>": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_KINDS = {"int": "number", "decimal": "number", "calc": "number", "date": "date", "pdate": "date"}


def condition(text: str, form: str, items: Mapping[str, Item]) -> Expr:
    """The condition `text` stands for on a form. `items`: every field of the project. Raises LogicProblem."""
    return as_truth(_Parser(text, form, items).whole())


def calculation(text: str, form: str, items: Mapping[str, Item]) -> Expr:
    """The number `text` stands for on a form. Raises LogicProblem."""
    return as_number(_Parser(text, form, items).whole())


Token = tuple[str, str]


def _tokens(text: str) -> list[Token]:
    if len(text) > MAX_LENGTH:
        raise LogicProblem("too-long", text)
    tokens: list[Token] = []
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None:
            raise LogicProblem("syntax", text[at:])
        tokens.append(_token(found))
        at = found.end()
    if len(tokens) > MAX_TOKENS:
        raise LogicProblem("too-long", text)
    return [*tokens, ("end", "")]


def _token(found: re.Match[str]) -> Token:
    kind = found.lastgroup or ""
    value = found[kind]
    if kind in ("double", "single"):
        return "text", value
    if value.lower() in _JOIN and kind != "field":
        return "sign", _JOIN[value.lower()]
    return kind, value


class _Parser:
    def __init__(self, text: str, form: str, items: Mapping[str, Item]) -> None:
        self.tokens, self.form, self.items = _tokens(text), form, items
        self.position, self.depth = 0, 0

    def whole(self) -> Term:
        found = self.either()
        if self.tokens[self.position][0] != "end":
            raise LogicProblem("syntax", self.tokens[self.position][1])
        return found

    def either(self) -> Term:
        return self.junction("or", self.both)

    def both(self) -> Term:
        return self.junction("and", self.denied)

    def junction(self, op: str, part: Callable[[], Term]) -> Term:
        parts = [part()]
        while self.taken(op):
            parts.append(part())
        return parts[0] if len(parts) == 1 else truth(Expr(op, tuple(as_truth(each) for each in parts)))

    def denied(self) -> Term:
        if not self.taken("!"):
            return self.compare()
        return truth(Expr("not", (as_truth(self.nested(self.denied)),)))

    def compare(self) -> Term:
        left = self.sum()
        sign = self.taken(*_COMPARE)
        return truth(compared(_COMPARE[sign], left, self.sum())) if sign else left

    def sum(self) -> Term:
        return self.chain({"+": "add", "-": "sub"}, self.product)

    def product(self) -> Term:
        return self.chain({"*": "mul", "/": "div"}, self.unary)

    def chain(self, operators: Mapping[str, str], operand: Callable[[], Term]) -> Term:
        left = operand()
        while sign := self.taken(*operators):
            left = number(Expr(operators[sign], (as_number(left), as_number(operand()))))
        return left

    def unary(self) -> Term:
        if not self.taken("-"):
            return self.power()
        inner = self.nested(self.unary)
        # A constant keeps its words: [field] = -1 may be a code.
        return constant(f"-{inner.constant}") if inner.constant else number(lift(0) - as_number(inner))

    def power(self) -> Term:
        base = self.atom()
        if not self.taken("^"):
            return base
        return number(Expr("call", ("redcap_power", as_number(base), as_number(self.nested(self.unary)))))

    def atom(self) -> Term:
        kind, value = self.tokens[self.position]
        self.position += 1
        match kind:
            case "number" | "text":
                return constant(value)
            case "field":
                return self.field(value)
            case "word":
                return self.word(value)
            case "sign" if value == "(":
                return self.closed(self.nested(self.either))
            case _:
                raise LogicProblem("syntax", value or "the end")

    def word(self, value: str) -> Term:
        if self.tokens[self.position] != ("sign", "("):
            if value.lower() not in WORDS:
                raise LogicProblem("syntax", value)
            return WORDS[value.lower()]
        self.position += 1
        inputs = [self.nested(self.either)]
        while self.taken(","):
            inputs.append(self.nested(self.either))
        return self.closed(applied(value, inputs))

    def field(self, text: str) -> Term:
        following = self.tokens[self.position]
        if following[0] == "field":
            raise LogicProblem("other-instance" if "instance" in following[1] else "other-event", f"[{text}]")
        if ":" in text:
            raise LogicProblem("piping", text)
        found = _FIELD.fullmatch(text.strip())
        if found is None:
            raise LogicProblem("smart-variable" if "-" in text else "syntax", text)
        if found[1] not in self.items:
            raise LogicProblem("unknown-field", text)
        return self.named(self.items[found[1]], found[2])

    def named(self, item: Item, code: str | None) -> Term:
        expr, recorded = self.reading(item.expr(), item), self.reading(item.raw(), item)
        if code is None:
            return Term(expr, _KINDS.get(item.kind, item.kind), recorded, item.codes)
        if item.kind != "multi" or item.codes is None or code not in item.codes:
            raise LogicProblem("checkbox", f"{item.oid}({code})")
        return Term(expr.has(code), "box")

    def reading(self, read: Expr, item: Item) -> Expr:
        plain = Expr(read.op, (item.key,))
        return plain if item.form == self.form else Expr("last", (("event", item.form), plain))

    def closed(self, inner: Term) -> Term:
        if not self.taken(")"):
            raise LogicProblem("syntax", "a bracket is not closed")
        return inner

    def nested(self, rule: Callable[[], Term]) -> Term:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise LogicProblem("too-long", "nested too deeply")
        found = rule()
        self.depth -= 1
        return found

    def taken(self, *signs: str) -> str | None:
        kind, value = self.tokens[self.position]
        if kind != "sign" or value not in signs:
            return None
        self.position += 1
        return value
