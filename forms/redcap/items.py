"""One field of the dictionary as one item of a form, and the words for what an item has no place for.

Ranges are soft: REDCap warns of a value outside ("This value is admissible, but you may wish to double check it") and keeps it.
The raw data write every date as YYYY-MM-DD whatever the validation shows, so all date fields are dates. A time without a zone is
no instant, so date-times stay text.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from forms.codelist import Codelist
from forms.foreign import Loss
from forms.language import TODAY, Bound, Item, Range
from forms.logic import Expr, lift
from forms.redcap.choices import TRUE_FALSE, read_choices
from forms.redcap.fields import Field
from forms.text import _l

_TYPES: Mapping[str, str] = {
    "text": "text", "notes": "text", "radio": "code", "dropdown": "code", "checkbox": "multi", "yesno": "yn",
    "truefalse": "code", "calc": "calc", "slider": "int", "file": "file", "sql": "text",
}  # fmt: skip
_VALIDATED: Mapping[str, str] = {
    "integer": "int",
    "number": "decimal",
    **{f"number_{n}dp": "decimal" for n in range(1, 5)},
    **{f"date_{order}": "date" for order in ("ymd", "mdy", "dmy")},
}
NO_ITEM = frozenset({"descriptive"})
"""Types that ask nothing."""

_MESSAGES: Mapping[str, str] = {
    "field-type": _l("The type “%(detail)s” is not known: its answers are kept as text."),
    "choices": _l("The choices cannot be a codelist, so answers are kept as text: %(detail)s"),
    "sql": _l("A field filled by a query: the query is kept as text and not run, answers are text."),
    "ontology": _l("Answers come from the ontology %(detail)s: kept as text, not looked up."),
    "file": _l("An uploaded file: its name is kept, its contents are not in the data file."),
    "validation": _l("The validation “%(detail)s” is not carried: answers are kept as text."),
    "time-zone": _l("“%(detail)s” has no time zone, so it is no instant: answers are kept as text."),
    "range": _l("An end of the range, “%(detail)s”, cannot be understood and is not carried."),
    "descriptive": _l("A text that asks nothing: kept as written, not shown."),
    "piping": _l("Words contain a value of another field (piping), which is shown as written: %(detail)s"),
    "action-tag": _l("Field annotation, kept as written without effect: %(detail)s"),
    "identifier": _l("Marked as an identifier: kept as written, it hides nothing here."),
    "layout": _l("Alignment, matrix, question number or kind of box: kept as written, shown our way."),
}


@dataclass(frozen=True)
class Reading:
    """An item, or None for a field that asks nothing, and what was not carried."""

    field: Field
    item: Item | None
    losses: tuple[Loss, ...]


def read_item(field: Field, section: str) -> Reading:
    """The field without its logic, which needs to know every field first."""
    if field.type in NO_ITEM:
        return Reading(field, None, (loss(field, "descriptive"),))
    kind, codes, problems = _kind(field)
    soft, outside = _range(field, kind)
    item = Item(
        kind,
        field.label,
        codes=codes,
        soft=soft,
        required=field.required == "y" and kind != "calc",
        help=field.note,
        section=section,
        oid=field.name,
        form=field.form,
    )
    return Reading(field, item, (*problems, *outside, *_unused(field)))


def loss(field: Field, kind: str, detail: str = "") -> Loss:
    return Loss(field.address, kind, _MESSAGES[kind], {"detail": detail[:120]})


def _kind(field: Field) -> tuple[str, Codelist | None, tuple[Loss, ...]]:
    kind = _TYPES.get(field.type)
    if kind is None:
        return "text", None, (loss(field, "field-type", field.type),)
    if field.type == "truefalse":
        return kind, TRUE_FALSE, ()
    if kind in ("code", "multi"):
        return _coded(field, kind)
    if field.type in ("sql", "file"):
        return kind, None, (loss(field, field.type),)
    return _typed(field) if field.type == "text" else (kind, None, ())


def _coded(field: Field, kind: str) -> tuple[str, Codelist | None, tuple[Loss, ...]]:
    try:
        return kind, read_choices(field.name, field.choices), ()
    except ValueError as problem:
        return "text", None, (loss(field, "choices", str(problem)),)


def _typed(field: Field) -> tuple[str, None, tuple[Loss, ...]]:
    ontology = (loss(field, "ontology", field.choices),) if field.choices else ()
    if not field.validation or field.validation in _VALIDATED:
        return _VALIDATED.get(field.validation, "text"), None, ontology
    kind = "time-zone" if field.validation.startswith("datetime") else "validation"
    return "text", None, (*ontology, loss(field, kind, field.validation))


def _range(field: Field, kind: str) -> tuple[Range | None, tuple[Loss, ...]]:
    ends: list[Bound | None] = []
    outside: list[Loss] = []
    for text in (field.low, field.high):
        bound = _bound(text.strip(), kind) if text.strip() else None
        ends.append(bound)
        outside += [loss(field, "range", text)] if text.strip() and bound is None else []
    return (Range(*ends) if any(ends) else None), tuple(outside)


def _bound(text: str, kind: str) -> Bound | None:
    read = _ENDS.get(kind)
    found = read(text) if read else None
    return None if found is None else Bound(found)


def _number_end(text: str) -> Expr | None:
    return lift(Decimal(text)) if re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,18})?", text, re.ASCII) else None


def _date_end(text: str) -> Expr | None:
    if text == "today":
        return TODAY
    try:
        return lift(datetime.date.fromisoformat(text)) if len(text) == 10 else None
    except ValueError:
        return None


_ENDS: Mapping[str, Callable[[str], Expr | None]] = {"int": _number_end, "decimal": _number_end, "date": _date_end}


def _unused(field: Field) -> Iterator[Loss]:
    for words in (field.label, field.note, field.section):
        if piped := re.search(r"\[[a-z][a-z0-9_:-]*(\([^)]*\))?\]", words):
            yield loss(field, "piping", piped[0])
    if field.annotation.strip():
        yield loss(field, "action-tag", field.annotation.strip())
    if field.identifier:
        yield loss(field, "identifier")
    if any((field.alignment, field.number, field.matrix, field.ranking)) or field.type in (
        "notes",
        "dropdown",
        "slider",
    ):
        yield loss(field, "layout")
