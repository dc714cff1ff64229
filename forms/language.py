"""The words CRFs are written in: items, groups, checks, forms.

A form is written as a class that reads like the paper form; the class body is turned into a frozen `FormDef`, and everything
else (pages, checks, storage, exports, simulation) works from the `FormDef`, which is also what is frozen to JSON
with each released version. Import order in `forms/`: logic, then this, then codelists and crfs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar

from forms.codelist import Codelist
from forms.logic import Expr, Operand, fact, lift

TODAY = fact("today")
"""The date at the server, in UTC."""
NOW = fact("now")
"""The instant at the server."""
STANDING_FACTS = frozenset({"today", "now"})
"""Facts every form may use without declaring them."""


class DefinitionError(Exception):
    """A form that contradicts itself. Raised when the module is imported, so that the build fails."""


@dataclass(frozen=True)
class Bound:
    """One end of a range: an expression, and whether the end itself is outside."""

    at: Expr
    exclusive: bool = False


def above(value: object) -> Bound:
    """A lower bound that is itself not allowed (METDAT > ICDAT)."""
    return Bound(lift(value), exclusive=True)


def below(value: object) -> Bound:
    """An upper bound that is itself not allowed."""
    return Bound(lift(value), exclusive=True)


@dataclass(frozen=True)
class Range:
    """Lowest and highest value, ends included unless `exclusive`; an end may be absent or an expression."""

    low: Bound | None = None
    high: Bound | None = None

    @classmethod
    def of(cls, ends: tuple[Any, Any] | None) -> Range | None:
        """Build from a pair of constants, expressions, bounds or None."""
        return None if ends is None else cls(*(_bound(end) for end in ends))

    def rule(self, operand: Operand) -> Expr:
        """Return the expression that must hold for `operand`; both ends apply."""
        rules = [*self._low(operand), *self._high(operand)]
        return rules[0] if len(rules) == 1 else rules[0] & rules[1]

    def _low(self, operand: Operand) -> Iterator[Expr]:
        if self.low:
            yield operand > self.low.at if self.low.exclusive else operand >= self.low.at

    def _high(self, operand: Operand) -> Iterator[Expr]:
        if self.high:
            yield operand < self.high.at if self.high.exclusive else operand <= self.high.at


def _bound(end: Any) -> Bound | None:
    return end if end is None or isinstance(end, Bound) else Bound(lift(end))


@dataclass(frozen=True, eq=False)
class Item(Operand):
    """One question. `kind` fixes how it is typed, stored and shown; see docs/decisions/0001.

    `required`: True, False, or a condition. `ask_if`: the condition under which it is shown; an unknown condition
    shows it without requiring it. `hard` must hold for the answer to be possible; outside `soft` a reason is asked.
    `places`: decimals kept. `unit` is UCUM-like text. `source`: where the definition comes from. `retired`: an earlier
    version asked it; answers given then are kept and shown, a new form does not ask it.
    """

    kind: str
    label: str
    unit: str = ""
    places: int | None = None
    codes: Codelist | None = None
    hard: Range | None = None
    soft: Range | None = None
    required: bool | Expr = True
    ask_if: Expr | None = None
    help: str = ""
    section: str = ""
    source: str = ""
    unique: bool = False
    exclusive: str | None = None
    target: str | None = None
    accept: str = ""
    derive: Expr | None = None
    sdtm: str = ""
    retired: bool = False
    oid: str = ""
    form: str = ""
    group: str | None = None

    def __set_name__(self, owner: type, name: str) -> None:
        object.__setattr__(self, "oid", name)

    @property
    def key(self) -> str:
        """FORM.ITEM, the name by which the rest of the trial knows it."""
        if not self.form:
            raise DefinitionError(f"item {self.oid or self.label!r} belongs to no form yet")
        return f"{self.form}.{self.oid}"

    def expr(self) -> Expr:
        return Expr("item", (self,))

    def raw(self) -> Expr:
        return Expr("code", (self,))

    def unknown_codes(self) -> frozenset[str]:
        return self.codes.unknown_codes if self.codes and self.kind == "code" else frozenset()

    @cached_property
    def ranges(self) -> tuple[tuple[str, Range, Expr], ...]:
        """Level, range, and the rule it makes of this item: the hard one first.

        A calculated item has no hard one: nobody typed it, so there is nothing to refuse. What it can be, the tests of its
        derivation hold.
        """
        spans = (("hard", self.hard if self.stored else None), ("soft", self.soft))
        return tuple((level, span, span.rule(self)) for level, span in spans if span)

    @property
    def stored(self) -> bool:
        """Whether an answer is kept; calculated items are evaluated on reading."""
        return self.kind != "calc"


def _item(kind: str, label: str, options: Mapping[str, Any]) -> Item:
    given = dict(options)
    for name in ("hard", "soft"):
        given[name] = Range.of(given.get(name))
    for name in ("ask_if", "required"):
        if isinstance(given.get(name), Operand):
            given[name] = given[name].expr()
    return Item(kind, label, **given)


def Text(label: str, **options: Any) -> Item:
    """Free text, at most 4,000 characters."""
    return _item("text", label, options)


def Coded(label: str, codes: Codelist | None, **options: Any) -> Item:
    """One code of a codelist; None where the site brings the list (consent versions, its MedDRA)."""
    return _item("code", label, {"codes": codes, **options})


def Multi(label: str, codes: Codelist | None = None, **options: Any) -> Item:
    """Any number of codes. `exclusive` names a code that excludes the others ("none")."""
    return _item("multi", label, {"codes": codes, **options})


def YesNo(label: str, **options: Any) -> Item:
    """Y or N."""
    return _item("yn", label, options)


def Integer(label: str, **options: Any) -> Item:
    """A whole number. Zero is an answer."""
    return _item("int", label, options)


def Decimal(label: str, **options: Any) -> Item:
    """A decimal number kept with the places it was entered with, at most `places`."""
    return _item("decimal", label, options)


def Date(label: str, **options: Any) -> Item:
    """A complete calendar date."""
    return _item("date", label, options)


def Partial(label: str, **options: Any) -> Item:
    """A date of which the day, or day and month, may be unknown."""
    return _item("pdate", label, options)


def DateTime(label: str, **options: Any) -> Item:
    """An instant, kept in UTC."""
    return _item("datetime", label, options)


def Upload(label: str, accept: str, **options: Any) -> Item:
    """A file, referred to by its SHA-256. `accept` names the kind: csv-features, csv-taxa, image, dicom-zip, mask."""
    return _item("file", label, {"accept": accept, **options})


def Link(label: str, target: str, **options: Any) -> Item:
    """A reference to another form instance of the same participant: FORM/EVENT/OCCURRENCE."""
    return _item("link", label, {"target": target, **options})


def Calculated(label: str, derive: Operand, **options: Any) -> Item:
    """Evaluated on reading from its declared inputs; never typed, never stored with the answers."""
    return _item("calc", label, {"required": False, "derive": derive.expr(), **options})


@dataclass(frozen=True, eq=False)
class Check:
    """A rule that should hold. It speaks only when the rule is False: an unknown never accuses anyone.

    `level` "hard" refuses what cannot be true; "soft" asks for a confirmation with a reason. `deviation` is
    (category, importance) when a confirmed breach is a protocol deviation. `on`: the items it concerns, first one first.
    A check of a `group` is evaluated for each row.
    """

    id: str
    level: str
    rule: Expr
    message: str
    on: tuple[Item, ...] = ()
    group: str | None = None
    deviation: tuple[str, str] | None = None
    source: str = ""


def hard(id: str, rule: Operand, message: str, *, on: Any = (), group: Any = None, source: str = "") -> Check:
    """What cannot be true is refused. `message` may name values as {FORM.ITEM}."""
    return Check(id, "hard", rule.expr(), message, _items(on), _group_name(group), None, source)


def soft(
    id: str,
    rule: Operand,
    message: str,
    *,
    on: Any = (),
    group: Any = None,
    deviation: tuple[str, str] | None = None,
    source: str = "",
) -> Check:
    """What is unlikely, or breaks the protocol but can have happened, is stored with a reason."""
    return Check(id, "soft", rule.expr(), message, _items(on), _group_name(group), deviation, source)


def _items(on: Any) -> tuple[Item, ...]:
    return (on,) if isinstance(on, Item) else tuple(on)


def _group_name(group: Any) -> str | None:
    return group if group is None or isinstance(group, str) else group.__name__


@dataclass(frozen=True)
class GroupDef:
    """A repeating group: its rows have permanent ids. `at_least` rows are required where `ask_if` holds."""

    oid: str
    label: str
    items: tuple[Item, ...]
    ask_if: Expr | None = None
    at_least: int = 0


@dataclass(frozen=True)
class FormDef:
    """One version of one CRF, complete: what a page, a check, an export needs to know."""

    oid: str
    version: int
    title: str
    source: str = ""
    repeats: bool = False
    signed: bool = False
    due_if: Expr | None = None
    items: tuple[Item, ...] = ()
    groups: tuple[GroupDef, ...] = ()
    checks: tuple[Check, ...] = ()
    facts: frozenset[str] = frozenset()
    instructions: str = ""
    layout: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        names = [i.oid for i in self.every_item()]
        if len(names) != len(set(names)):
            raise DefinitionError(f"{self.oid}: an item name is used twice")
        ids = [c.id for c in self.checks]
        if len(ids) != len(set(ids)):
            raise DefinitionError(f"{self.oid}: a check id is used twice")

    def every_item(self) -> tuple[Item, ...]:
        """Items of the form and of its groups, in order."""
        return self.items + tuple(i for g in self.groups for i in g.items)

    @cached_property
    def _by_oid(self) -> dict[str, Item]:
        return {item.oid: item for item in self.every_item()}

    def item(self, oid: str) -> Item:
        """Return the item; KeyError if the form has none of that name."""
        if oid not in self._by_oid:
            raise KeyError(f"{self.oid} has no item {oid}")
        return self._by_oid[oid]

    def get(self, oid: str) -> Item | None:
        """Return the item, None if the form has none of that name."""
        return self._by_oid.get(oid)

    def group(self, oid: str) -> GroupDef:
        """Return the group; KeyError if the form has none of that name."""
        for group in self.groups:
            if group.oid == oid:
                return group
        raise KeyError(f"{self.oid} has no group {oid}")

    def kinds(self) -> dict[str, str]:
        """Item name to kind, as the codecs of answers need it."""
        return {i.oid: i.kind for i in self.every_item()}


class Group:
    """Base of a repeating group, written as a class inside a form."""

    label: ClassVar[str] = ""
    key: ClassVar[str] = ""


class Form:
    """Base of every CRF class. `class RST(Form, version=1, title=..., source=...)`; items, groups, `checks` in the body.

    The class name is the form's OID. `facts` names what the form must be told besides today and now.
    """

    definition: ClassVar[FormDef]
    checks: ClassVar[tuple[Check, ...]] = ()
    key: ClassVar[str] = ""

    def __init_subclass__(cls, *, title: str, version: int = 1, facts: tuple[str, ...] = (), **options: Any) -> None:
        cls.key = cls.__name__
        items, groups, layout = [], [], []
        for name, value in list(vars(cls).items()):
            if isinstance(value, Item):
                object.__setattr__(value, "form", cls.__name__)
                items.append(value)
                layout.append(name)
            elif isinstance(value, type) and issubclass(value, Group):
                groups.append(_group(cls.__name__, value))
                layout.append(name)
        cls.definition = FormDef(
            cls.__name__,
            version,
            title,
            items=tuple(items),
            groups=tuple(groups),
            checks=tuple(vars(cls).get("checks", ())),
            facts=frozenset(facts),
            layout=tuple(layout),
            **_plain(options),
        )
        _refuse_undeclared_facts(cls.definition)


def _plain(options: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v.expr() if isinstance(v, Operand) else v for k, v in options.items()}


def _group(form: str, cls: type[Group]) -> GroupDef:
    items = [v for v in vars(cls).values() if isinstance(v, Item)]
    for item in items:
        object.__setattr__(item, "form", form)
        object.__setattr__(item, "group", cls.__name__)
    cls.key = f"{form}.{cls.__name__}"
    asked = vars(cls).get("ask_if")
    return GroupDef(
        cls.__name__,
        cls.label,
        tuple(items),
        asked.expr() if isinstance(asked, Operand) else None,
        vars(cls).get("at_least", 0),
    )


def expressions(form: FormDef) -> Iterator[Expr]:
    """Every expression a form version holds."""
    yield from (item.derive for item in form.every_item() if item.derive is not None)
    yield from rules(form)


def rules(form: FormDef) -> Iterator[Expr]:
    """Every expression that says what is asked or what is wrong; a calculated item counts where one of these reads it."""
    for item in form.every_item():
        yield from (part for part in (item.ask_if, item.required) if isinstance(part, Expr))
        yield from (rule for _, _, rule in item.ranges)
    yield from (c.rule for c in form.checks)
    yield from (e for e in (form.due_if, *(g.ask_if for g in form.groups)) if e is not None)


def _refuse_undeclared_facts(form: FormDef) -> None:
    used = frozenset().union(*(e.facts() for e in expressions(form)))
    if undeclared := used - form.facts - STANDING_FACTS:
        raise DefinitionError(f"{form.oid} uses facts it does not declare: {', '.join(sorted(undeclared))}")


def several(count: range | list[int], make: Any, prefix: str) -> dict[str, Item]:
    """Items that differ by number only (Q1..Q30): name to item, to be placed with `locals().update(...)`."""
    return {f"{prefix}{n}": replace(make(n)) for n in count}


# --- where to look, for any_of, collect, last and the like --------------------------------------------------------


def forms_of(form: Any) -> tuple[Any, ...]:
    """Every instance of a form in the participant's record."""
    return ("form", form)


def same_event(form: Any) -> tuple[Any, ...]:
    """Every instance of a form at the event of the own form."""
    return ("event", form)


def rows_of(group: Any, within: tuple[Any, ...] | None = None) -> tuple[Any, ...]:
    """Rows of a group: of the own form, or of each instance that `within` names."""
    return ("rows", group) if within is None else (*within, group)


def linked(item: Item) -> tuple[Any, ...]:
    """The one form instance a link item points at; none while it is blank or the target was removed."""
    return ("linked", item)
