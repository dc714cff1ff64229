"""A dictionary as our form definitions: fields to items, then logic and calculations, which may name any field of the project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from forms.foreign import Aside, Loss
from forms.language import FormDef, Item
from forms.logic import Expr
from forms.redcap.choices import STATUS
from forms.redcap.fields import CELLS, TITLES, Field, status_of
from forms.redcap.items import Reading, read_item
from forms.redcap.parsing import calculation, condition
from forms.redcap.setup import Setup
from forms.redcap.terms import LogicProblem
from forms.redcap.writing import field_of
from forms.text import _l

VERSION = 1
"""Number given to every imported form."""
POSITION = "Position"
"""Name of the aside that says where in the dictionary a field without an item stood."""
_NOT_CARRIED = {
    "branching": _l("The condition is not carried, so the field is always asked (%(why)s): %(detail)s"),
    "calculation": _l("The calculation is not carried, so the result is kept as text (%(why)s): %(detail)s"),
}


@dataclass(frozen=True)
class Dictionary:
    definitions: Mapping[tuple[str, int], FormDef]
    asides: tuple[Aside, ...]
    losses: tuple[Loss, ...]


def dictionary_of(fields: Sequence[Field], setup: Setup) -> Dictionary:
    """Every form of the dictionary, what was kept as written, and what was not carried. Raises nothing for odd fields."""
    readings = tuple(_readings(fields))
    items = {r.field.name: r.item for r in readings if r.item is not None}
    items.update((status_of(form), _status(form)) for form in forms_of(fields))
    items, calculated = _calculated(readings, items)
    items, branched = _branched(readings, items)
    definitions = {(form, VERSION): _form(form, fields, items, setup) for form in forms_of(fields)}
    losses = (*(each for r in readings for each in r.losses), *calculated, *branched)
    return Dictionary(definitions, tuple(_asides(fields, items)), losses)


def forms_of(fields: Iterable[Field]) -> tuple[str, ...]:
    """The forms in the order of the dictionary."""
    return tuple(dict.fromkeys(field.form for field in fields))


def _readings(fields: Iterable[Field]) -> Iterator[Reading]:
    """A section lasts until the next heading, or the end of the form."""
    form, section = "", ""
    for field in fields:
        section = field.section or (section if field.form == form else "")
        form = field.form
        yield read_item(field, section)


def _status(form: str) -> Item:
    return Item(
        "code", _l("Complete?"), codes=STATUS, required=False, section=_l("Form Status"), oid=status_of(form), form=form
    )


def _calculated(readings: Sequence[Reading], items: Mapping[str, Item]) -> tuple[dict[str, Item], tuple[Loss, ...]]:
    """Items with their calculations. One that cannot be read is text to the others, so they are read again until nothing changes."""
    found, losses = dict(items), []
    fields = {r.field.name: r.field for r in readings if r.item is not None and r.item.kind == "calc"}
    while True:
        derived, problems = {}, []
        for name in (name for name in fields if found[name].kind == "calc"):
            try:
                derived[name] = calculation(fields[name].choices, fields[name].form, found)
            except LogicProblem as found_wrong:
                problems.append((name, found_wrong))
        problems += [(name, LogicProblem("circle", name)) for name in _in_circles(derived)] if not problems else []
        for name, problem in problems:
            found[name] = replace(found[name], kind="text")
            losses.append(_not_carried(fields[name], "calculation", fields[name].choices, problem))
        if not problems:
            return {**found, **{n: replace(found[n], derive=d) for n, d in derived.items()}}, tuple(losses)


def _in_circles(derived: Mapping[str, Expr]) -> list[str]:
    """Calculations that lead back to themselves."""
    reads = {name: {key.partition(".")[2] for key in expr.keys()} & set(derived) for name, expr in derived.items()}  # noqa: SIM118
    return [name for name in derived if name in _reached(name, reads)]


def _reached(name: str, reads: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    ahead = set(reads[name])
    while ahead:
        each = ahead.pop()
        if each not in reached:
            reached.add(each)
            ahead |= reads[each]
    return reached


def _branched(readings: Sequence[Reading], items: Mapping[str, Item]) -> tuple[dict[str, Item], tuple[Loss, ...]]:
    found, losses = dict(items), []
    for field in (r.field for r in readings if r.item is not None and r.field.branching.strip()):
        try:
            found[field.name] = replace(items[field.name], ask_if=condition(field.branching, field.form, items))
        except LogicProblem as problem:
            losses.append(_not_carried(field, "branching", field.branching, problem))
    return found, tuple(losses)


def _not_carried(field: Field, kind: str, text: str, problem: LogicProblem) -> Loss:
    return Loss(field.address, kind, _NOT_CARRIED[kind], {"why": str(problem), "detail": text[:200]})


def _form(form: str, fields: Iterable[Field], items: Mapping[str, Item], setup: Setup) -> FormDef:
    own = tuple(items[f.name] for f in fields if f.form == form and f.name in items)
    return FormDef(
        form,
        VERSION,
        setup.titles.get(form) or form.replace("_", " ").title(),
        source="REDCap",
        repeats=any(f in (form, "") for _event, f in setup.repeating),
        items=(*own, items[status_of(form)]),
    )


def _asides(fields: Sequence[Field], items: Mapping[str, Item]) -> Iterator[Aside]:
    """Every cell our definition would not write again in the same words; of a field without an item, its place and every cell."""
    named = {item.key: item for item in items.values()}
    before: Item | None = None
    for position, field in enumerate(fields):
        item = items.get(field.name)
        if item is None:
            yield Aside(field.address, POSITION, str(position))
        ours = Field(field.name, field.form, type="") if item is None else field_of(item, before, named)
        before = before if item is None else item
        for name in CELLS:
            if getattr(ours, name) != getattr(field, name):
                yield Aside(field.address, TITLES[name], getattr(field, name))
