"""A study as a REDCap data dictionary: what our definitions say, with what was kept as written put back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from forms.foreign import Aside, ForeignStudy
from forms.language import Bound, FormDef, Item
from forms.logic import Expr
from forms.redcap.choices import TRUE_FALSE, write_choices
from forms.redcap.fields import CELLS, TITLES, Field, status_of, write_fields
from forms.redcap.logic_text import Items, Unwritable, logic_text
from forms.redcap.setup import order_of_forms

_TYPES = {"code": "radio", "multi": "checkbox", "yn": "yesno", "calc": "calc", "file": "file"}
_VALIDATIONS = {"int": "integer", "decimal": "number", "date": "date_ymd", "datetime": "datetime_seconds_ymd"}


def field_of(item: Item, before: Item | None, items: Items | None = None) -> Field:
    """The line our definition makes of an item. `before`: the item above it; `items`: what its logic may name, FORM.ITEM."""
    section = item.section if before is None or (before.form, before.section) != (item.form, item.section) else ""
    low, high = _ends(item)
    return Field(
        item.oid,
        item.form,
        section,
        "truefalse" if item.codes is TRUE_FALSE or item.codes == TRUE_FALSE else _TYPES.get(item.kind, "text"),
        item.label,
        _choices(item, items or {}),
        item.help,
        _VALIDATIONS.get(item.kind, ""),
        low,
        high,
        branching=_written(item.ask_if, items or {}),
        required="y" if item.required is True else "",
    )


def _choices(item: Item, items: Items) -> str:
    if item.derive is not None:
        return _written(item.derive, items)
    return (
        write_choices(item.codes) if item.codes and item.codes != TRUE_FALSE and item.kind in ("code", "multi") else ""
    )


def _written(expr: Expr | None, items: Items) -> str:
    """In REDCap's words, or nothing where it has none."""
    if expr is None:
        return ""
    try:
        return logic_text(expr, items)
    except Unwritable:
        return ""


def _ends(item: Item) -> tuple[str, str]:
    """The narrower range where there are two: REDCap has one, and it warns."""
    span = item.soft or item.hard
    if span is None or item.kind not in ("int", "decimal", "date"):
        return "", ""
    return _end(span.low), _end(span.high)


def _end(bound: Bound | None) -> str:
    # A bound that is itself outside, or that depends on another answer, cannot be written in the column.
    if bound is None or bound.exclusive or bound.at.op not in ("number", "date", "fact"):
        return ""
    return "" if bound.at.op == "fact" and bound.at.args != ("today",) else str(bound.at.args[0])


def fields_of(study: ForeignStudy) -> tuple[Field, ...]:
    """Every line of the dictionary, in order."""
    kept: dict[str, dict[str, str]] = {}
    for aside in study.asides:
        kept.setdefault(aside.where, {})[aside.name] = aside.text
    forms = ordered_forms(study)
    items = {item.key: item for form in forms for item in form.items}
    lines = [_with_cells(line, kept.get(line.address, {})) for line in _lines(forms, items)]
    for position, line in sorted(_without_items(kept), key=lambda found: found[0]):
        lines.insert(position, line)
    return tuple(lines)


def dictionary_csv(study: ForeignStudy) -> bytes:
    """The dictionary as REDCap's own export writes it."""
    return write_fields(fields_of(study))


def ordered_forms(study: ForeignStudy) -> tuple[FormDef, ...]:
    """The newest version of each form, in the order of the dictionary."""
    newest: dict[str, FormDef] = {form: study.definitions[form, version] for form, version in sorted(study.definitions)}
    order = order_of_forms(study.asides) or tuple(dict.fromkeys(form for form, _version in study.definitions))
    return tuple(newest[form] for form in order)


def _lines(forms: Iterable[FormDef], items: Items) -> Iterator[Field]:
    before: Item | None = None
    for form in forms:
        for item in form.items:
            if item.oid != status_of(form.oid):
                yield field_of(item, before, items)
                before = item


def _with_cells(line: Field, cells: Mapping[str, str]) -> Field:
    given = {name: cells[TITLES[name]] for name in CELLS if TITLES[name] in cells}
    return replace(line, **given)  # type: ignore[arg-type]  # the names of CELLS, all of them text


def _without_items(kept: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[int, Field]]:
    for where, cells in kept.items():
        if "Position" in cells:
            form, _, name = where.partition(".")
            yield int(cells["Position"]), _with_cells(Field(name, form, type=""), cells)


def kept_cells(asides: Iterable[Aside]) -> int:
    """How many cells of the dictionary were kept as written."""
    return sum(aside.name in TITLES.values() for aside in asides)
