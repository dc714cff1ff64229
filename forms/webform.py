"""A form version as a WTForms class, and what a person posted with it as the raw document that `forms.reading` reads.

Nothing is converted here: what was typed stays text until `forms/reading.py` understands it or says why not, so that a page
can always give it back. Names in the post:

    RSTDAT  RSTDAT__missing         an item and the reason it has no value
    PM-0-id  PM-0-PMTYPE            a row of a group: its permanent id ("" for a new one) and its items
    PM-0-remove                     the row is to go
    confirm__MRI0-2  confirm__C@id  the reason given for what a soft check found
    reason__RSTDAT  reason__PM/id/PMTYPE  why a saved value was changed
    not_done  not_done__reason  not_done__on
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from wtforms import (
    BooleanField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields import SelectChoice

from forms.answers import MISSING_REASONS
from forms.decoded import options
from forms.language import FormDef, GroupDef, Item
from forms.text import _l

MISSING_WORDS = {"ND": _l("not done"), "UNK": _l("unknown"), "NA": _l("not applicable")}
"""Reason codes for an absent value in words (the codes of `forms.answers.MISSING_REASONS`)."""

SHORT = 5
"""A codelist up to this length is shown as radio buttons."""
_ITEM = re.compile(r"[A-Z][A-Z0-9_]*[A-Z0-9]")
MORE_ROWS = 200
"""Rows of one group a post may hold; more is refused before it is parsed."""


class Keyed(Field):
    """Every posted name that begins with `name__`, as a dict from the rest of the name to the text, blanks left out."""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Collect the posted texts, or take `data` when nothing was posted."""
        self.process_errors: list[str] = []
        start = f"{self.name}__"
        if formdata is None:
            self.data = dict(data) if isinstance(data, Mapping) else {}
            return
        typed = {key.removeprefix(start): formdata.get(key).strip() for key in formdata if key.startswith(start)}
        self.data = {key: text for key, text in typed.items() if text}


def shown_as(item: Item) -> str:
    """How an item is put on the page: radio, select, checks, line, area, file, link or calc."""
    match item.kind:
        case "yn":
            return "radio"
        case "code":
            # A list that only the site or the participant's record knows is offered by the page; typing stays possible.
            return ("radio" if len(options(item)) <= SHORT else "select") if item.codes else "line"
        case "multi":
            return "checks"
        case "text":
            return "area"
        case "file" | "link" | "calc":
            return item.kind
    return "line"


def _field(item: Item) -> Any:
    # Codes are not checked here: an unknown one is a finding with words, and the page must be able to show it again.
    choices = [SelectChoice(code, decode) for code, decode in options(item)]
    match shown_as(item):
        case "radio":
            return RadioField(item.label, choices=choices, validate_choice=False)
        case "select" | "link":
            return SelectField(item.label, choices=[SelectChoice("", ""), *choices], validate_choice=False)
        case "checks":
            return SelectMultipleField(item.label, choices=choices, validate_choice=False)
        case "file":
            return HiddenField(item.label)
    return StringField(item.label)


def _missing_field() -> SelectField:
    reasons = [SelectChoice(code, MISSING_WORDS[code]) for code in MISSING_REASONS]
    return SelectField(choices=[SelectChoice("", ""), *reasons], validate_choice=False)


def _item_fields(items: tuple[Item, ...]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for item in items:
        if item.stored:
            fields |= {item.oid: _field(item), f"{item.oid}__missing": _missing_field()}
    return fields


def _rows(group: GroupDef) -> FieldList:
    row = type(f"{group.oid}Row", (Form,), {"id": HiddenField(), "remove": BooleanField(), **_item_fields(group.items)})
    return FieldList(FormField(row), max_entries=MORE_ROWS)


@cache
def _class(form: FormDef) -> type[Form]:
    fields = _item_fields(form.items)
    fields |= {group.oid: _rows(group) for group in form.groups}
    fields |= {
        "confirm": Keyed(),
        "reason": Keyed(),
        "not_done": BooleanField(),
        "not_done__reason": StringField(),
        "not_done__on": StringField(),
    }
    return type(f"{form.oid}V{form.version}", (Form,), fields)


def web_class(form: FormDef) -> type[Form]:
    """The WTForms class of a form version; made once."""
    return _class(form)


def posted(form: FormDef, formdata: Any) -> Form:
    """The form as posted. `formdata` is a multi-dict with `getlist`; names of items the form does not have are kept in `stray`.

    Raises ValueError for more rows than can be meant.
    """
    for group in form.groups:
        if len({key.split("-")[1] for key in formdata if key.startswith(f"{group.oid}-")}) > MORE_ROWS:
            raise ValueError(f"more than {MORE_ROWS} rows in {group.oid}")
    webform = web_class(form)(formdata)
    webform.stray = sorted({name for name in formdata if _ITEM.fullmatch(name)} - set(webform._fields))
    return webform


def document(webform: Form, form: FormDef) -> dict[str, Any]:
    """What was typed, as text: items, missing, groups, confirmed, not_done, reasons. Blanks are left out, blank rows too."""
    off = webform["not_done"].data
    own = _part(webform, form.items)
    # An item that does not belong to the form is told, not dropped: reading the document names it.
    own["items"] |= dict.fromkeys(getattr(webform, "stray", ()), "?")
    return {
        **own,
        "groups": {group.oid: _typed_rows(webform[group.oid], group) for group in form.groups},
        "confirmed": webform["confirm"].data,
        "not_done": _not_done(webform) if off else None,
        "reasons": webform["reason"].data,
    }


def _not_done(webform: Form) -> dict[str, str]:
    return {
        "reason": (webform["not_done__reason"].data or "").strip(),
        "on": (webform["not_done__on"].data or "").strip(),
    }


def _part(fields: Any, items: tuple[Item, ...]) -> dict[str, Any]:
    stored = [item for item in items if item.stored]
    typed = {
        item.oid: _file(fields[item.oid].data) if item.kind == "file" else _typed(fields[item.oid].data)
        for item in stored
    }
    missing = {item.oid: fields[f"{item.oid}__missing"].data for item in stored}
    return {
        "items": {oid: value for oid, value in typed.items() if value not in ("", [])},
        "missing": {oid: code for oid, code in missing.items() if code},
    }


def _typed(data: Any) -> Any:
    if isinstance(data, list):
        return [text for text in data if text]
    # Line ends differ between browsers; anything else that was typed is kept as it is.
    return (data or "").replace("\r\n", "\n").strip()


def _file(data: Any) -> Any:
    """The reference a page wrote for an uploaded file; anything else stays text, and is refused when it is read."""
    try:
        return json.loads(data) if data else ""
    except ValueError:
        return data


def _typed_rows(rows: Any, group: GroupDef) -> list[dict[str, Any]]:
    found = []
    for entry in rows.entries:
        row = {"id": (entry.form["id"].data or "").strip(), **_part(entry.form, group.items)}
        if not entry.form["remove"].data and (row["id"] or row["items"] or row["missing"]):
            found.append(row)
    return found
