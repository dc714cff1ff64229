"""Form definitions of ours as the Study of an ODM 1.3.2 file: questions, codelists, units, ranges, conditions, calculations.

Rules are written as the JSON of `forms.logic` under a Context of our own: no language of rules is common to ODM tools. A
condition of ODM says when an item is *not* collected, so it is the opposite of ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from forms.codelist import Codelist
from forms.language import Bound, FormDef, Item
from forms.logic import Expr
from forms.odm13.xml import ODM_13

CONTEXT = "Vigil"
DATA_TYPES: Mapping[str, str] = {
    "int": "integer",
    "decimal": "float",
    "date": "date",
    "pdate": "partialDate",
    "datetime": "datetime",
}
"""Data type of an item kind; every other kind is text."""
VERSION = "MDV.1"


@dataclass(frozen=True)
class Event:
    """A study event: its OID, name, whether it repeats, and the forms asked there."""

    oid: str
    name: str
    repeats: bool
    forms: tuple[str, ...]


def form_oid(form: FormDef) -> str:
    """FORM.vN: two versions of a form are two definitions."""
    return f"{form.oid}.v{form.version}"


def item_oid(form: FormDef, item: str) -> str:
    """FORM.vN.ITEM: an item of two versions may be asked in two ways."""
    return f"{form_oid(form)}.{item}"


def group_oid(form: FormDef, group: str | None) -> str:
    """FORM.vN.GROUP; what stands in no group of ours stands in one of ODM's all the same."""
    return f"{form_oid(form)}.{group or 'MAIN'}"


def study_element(
    name: str, forms: Iterable[FormDef], events: Mapping[str, Sequence[str]] | Sequence[Event], *, oid: str = ""
) -> Any:
    """The Study. `events`: those of a protocol, or event to the names of its forms."""
    return _Study(tuple(forms)).element(name, oid or name, _known(events))


def _known(events: Mapping[str, Sequence[str]] | Sequence[Event]) -> Sequence[Event]:
    if isinstance(events, Mapping):
        return [Event(oid, oid, False, tuple(forms)) for oid, forms in events.items()]
    return events


def made(name: str, text: str | None = None, /, *children: Any, **attributes: str) -> Any:
    """An element of ODM."""
    element = etree.Element(f"{ODM_13}{name}", attributes, nsmap={None: ODM_13[1:-1]})
    element.text = text
    element.extend(children)
    return element


def _words(name: str, text: str) -> Any:
    translated = made("TranslatedText", text)
    translated.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
    return made(name, None, translated)


def _formula(expr: Expr) -> Any:
    return made(
        "FormalExpression", json.dumps(expr.to_json(), ensure_ascii=False, separators=(",", ":")), Context=CONTEXT
    )


class _Study:
    def __init__(self, forms: tuple[FormDef, ...]) -> None:
        self._forms = forms
        self._units: dict[str, str] = {}
        self._lists: dict[Codelist, str] = {}
        self._conditions: list[Any] = []
        self._methods: list[Any] = []

    def element(self, name: str, oid: str, events: Sequence[Event]) -> Any:
        known = {event.oid: event for event in events if event.oid}
        groups = [group for form in self._forms for group in self._groups(form)]
        items = [self._item(form, item) for form in self._forms for item in form.every_item()]
        version = made("MetaDataVersion", OID=VERSION, Name=f"{name} 1")
        version.append(made("Protocol", None, *(made("StudyEventRef", StudyEventOID=e, Mandatory="No") for e in known)))
        version.extend(self._event(event) for event in known.values())
        version.extend(self._form(form) for form in self._forms)
        version.extend(groups)
        version.extend(items)
        version.extend(self._list(codes, name) for codes, name in self._lists.items())
        version.extend(self._conditions)
        version.extend(self._methods)
        about = (made("StudyName", name), made("StudyDescription", name), made("ProtocolName", name))
        units = [
            made("MeasurementUnit", None, _words("Symbol", unit), OID=oid, Name=unit)
            for unit, oid in self._units.items()
        ]
        basics = [made("BasicDefinitions", None, *units)] if units else []
        return made("Study", None, made("GlobalVariables", None, *about), *basics, version, OID=oid)

    def _event(self, event: Event) -> Any:
        refs = (
            made("FormRef", FormOID=form_oid(form), Mandatory="No") for form in self._forms if form.oid in event.forms
        )
        repeats = "Yes" if event.repeats else "No"
        return made("StudyEventDef", None, *refs, OID=event.oid, Name=event.name, Repeating=repeats, Type="Scheduled")

    def _form(self, form: FormDef) -> Any:
        groups = ([None] if form.items else []) + [g.oid for g in form.groups]
        refs = (made("ItemGroupRef", ItemGroupOID=group_oid(form, g), Mandatory="No") for g in groups)
        repeats = "Yes" if form.repeats else "No"
        return made("FormDef", None, *refs, OID=form_oid(form), Name=form.title or form.oid, Repeating=repeats)

    def _groups(self, form: FormDef) -> Iterator[Any]:
        if form.items:
            yield self._group(form, None, form.title, form.items)
        for group in form.groups:
            yield self._group(form, group.oid, group.label, group.items)

    def _group(self, form: FormDef, group: str | None, label: str, items: Sequence[Item]) -> Any:
        refs = [self._ref(form, item) for item in items]
        oid, repeats = group_oid(form, group), "Yes" if group else "No"
        return made("ItemGroupDef", None, *refs, OID=oid, Name=label or oid, Repeating=repeats)

    def _ref(self, form: FormDef, item: Item) -> Any:
        oid = item_oid(form, item.oid)
        ref = made("ItemRef", ItemOID=oid, Mandatory="Yes" if item.required is True and item.stored else "No")
        if item.ask_if is not None:
            ref.set("CollectionExceptionConditionOID", f"C.{oid}")
            words = _words("Description", f"{item.key} is not asked")
            self._conditions.append(
                made("ConditionDef", None, words, _formula(~item.ask_if), OID=f"C.{oid}", Name=item.key)
            )
        if item.derive is not None:
            ref.set("MethodOID", f"M.{oid}")
            words = _words("Description", item.label or item.key)
            method = made("MethodDef", None, words, _formula(item.derive), OID=f"M.{oid}", Name=item.key)
            method.set("Type", "Computation")
            self._methods.append(method)
        return ref

    def _item(self, form: FormDef, item: Item) -> Any:
        data_type = DATA_TYPES.get(item.kind, "text")
        element = made("ItemDef", OID=item_oid(form, item.oid), Name=item.oid, DataType=data_type)
        element.append(_words("Question", item.label or item.oid))
        if item.unit:
            oid = self._units.setdefault(item.unit, f"MU.{len(self._units) + 1}")
            element.append(made("MeasurementUnitRef", MeasurementUnitOID=oid))
        element.extend(_range_checks(item))
        if item.codes is not None:
            element.append(made("CodeListRef", CodeListOID=self._list_oid(item.codes)))
        if item.sdtm:
            element.append(made("Alias", Context="SDTM", Name=item.sdtm))
        return element

    def _list_oid(self, codes: Codelist) -> str:
        if codes not in self._lists:
            again = sum(1 for known in self._lists if known.name == codes.name)
            self._lists[codes] = f"CL.{codes.name}" + (f".{again + 1}" if again else "")
        return self._lists[codes]

    def _list(self, codes: Codelist, oid: str) -> Any:
        entries = (made("CodeListItem", None, _words("Decode", c.decode or c.code), CodedValue=c.code) for c in codes)
        return made("CodeList", None, *entries, OID=oid, Name=codes.name, DataType="text")


def _range_checks(item: Item) -> Iterator[Any]:
    for level, span, _rule in item.ranges:
        for bound, kind in ((span.low, "G"), (span.high, "L")):
            if bound is not None:
                yield _range_check(item, bound, f"{kind}{'T' if bound.exclusive else 'E'}", level.title())


def _range_check(item: Item, bound: Bound, comparator: str, level: str) -> Any:
    """A bound that is a constant, as ODM has it; one that is worked out, as a formula."""
    if bound.at.op in ("number", "date", "const"):
        return made("RangeCheck", None, made("CheckValue", bound.at.args[0]), Comparator=comparator, SoftHard=level)
    rule = Expr(comparator.lower(), (item.expr(), bound.at))
    return made("RangeCheck", None, _formula(rule), SoftHard=level)
