"""One SubjectData element as a subject of ours: answers, the audit trail of each value, and beside them whatever had no place.

A value given twice in one group (a transactional file) is its history: the last one counts, each has its audit record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

from forms.answers import Answers, Crf, Row, encode
from forms.foreign import Aside, ForeignSubject, SourceAudit
from forms.language import FormDef, Item
from forms.odm13.asides import Losses, attribute_aside, element_aside
from forms.odm13.definitions import VERSION, Forms, form_key
from forms.odm13.places import SUBJECT, Place, key_of_event, quoted
from forms.odm13.values import read_value
from forms.odm13.xml import ODM_13, attribute, children

VALUE, OVERWRITTEN = "Value", "Overwritten"
"""Names of asides: the text of a value that is no answer as it was written; one that was given before it, without an audit record."""
_INSIDE = frozenset(f"{ODM_13}{n}" for n in ("StudyEventData", "FormData", "ItemGroupData", "AuditRecord"))
_AUDITED = ("UserRef", "LocationRef", "DateTimeStamp", "ReasonForChange", "SourceID")


def subject_of(element: Any, forms: Forms, losses: Losses) -> ForeignSubject:
    """Read it whole. Raises OdmProblem for what lacks a key; odd data raise nothing."""
    return _Reader(forms, losses).read(element)


@dataclass
class _Form:
    """One form while it is read. `given`: the last text of each place, to see what is given twice."""

    definition: FormDef | None
    place: Place
    items: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    groups: Counter[str] = field(default_factory=Counter)
    removed: bool = False


class _Reader:
    def __init__(self, forms: Forms, losses: Losses) -> None:
        self._forms, self._losses = forms, losses
        self._crfs: list[Crf] = []
        self._unreadable: dict[tuple[str, str], str] = {}
        self._audit: list[SourceAudit] = []
        self._asides: list[Aside] = []
        self._taken: set[Place] = set()
        self._told: Counter[Place] = Counter()

    def read(self, element: Any) -> ForeignSubject:
        key = attribute(element, "SubjectKey")
        self._beside(element, SUBJECT, ("SubjectKey",))
        for event in children(element, "StudyEventData"):
            self._event(event)
        return ForeignSubject(key, tuple(self._crfs), self._unreadable, tuple(self._audit), tuple(self._asides))

    def _event(self, element: Any) -> None:
        oid = attribute(element, "StudyEventOID")
        repeat = element.get("StudyEventRepeatKey")
        event = key_of_event(oid, repeat)
        if oid not in self._forms.study.events:
            # Whether its name ends in a repeat key cannot be told from the study: both are kept.
            self._losses.note("no-event", oid)
            kept = {"@StudyEventOID": oid} | ({} if repeat is None else {"@StudyEventRepeatKey": repeat})
            self._asides += [Aside(str(Place("", event)), name, text) for name, text in kept.items()]
        self._beside(element, Place("", event), ("StudyEventOID", "StudyEventRepeatKey"))
        for form in children(element, "FormData"):
            self._form(form, event)

    def _form(self, element: Any, event: str) -> None:
        oid = attribute(element, "FormOID")
        place = self._numbered(form_key(oid), event, element.get("FormRepeatKey"))
        form = _Form(self._forms.definitions.get((form_key(oid), VERSION)), place)
        if form.definition is None:
            # Its own identifier is all that can write it again.
            self._asides.append(Aside(str(place), "@FormOID", oid))
        form.removed = element.get("TransactionType") == "Remove"
        self._beside(element, place, ("FormOID", "FormRepeatKey"))
        for group in children(element, "ItemGroupData"):
            self._group(group, form)
        if form.definition is not None and (form.given or form.rows):
            self._crfs.append(_crf(form))

    def _numbered(self, form: str, event: str, repeat: str | None) -> Place:
        """The place of a form: its repeat key where that is a number, else the next that is free."""
        number = int(repeat) if repeat and repeat.isascii() and repeat.isdigit() and 0 < int(repeat) < 10**6 else 0
        place = Place(form, event, number or 1)
        if place in self._taken or (repeat is not None and not number):
            self._losses.note("repeat-key", form)
            while place in self._taken:
                place = Place(form, event, place.occurrence + 1)
        self._taken.add(place)
        if repeat is not None and (place.occurrence == 1 or repeat != str(place.occurrence)):
            self._asides.append(Aside(str(place), "@FormRepeatKey", repeat))
        return place

    def _group(self, element: Any, form: _Form) -> None:
        oid, key = attribute(element, "ItemGroupOID"), element.get("ItemGroupRepeatKey")
        repeating = form.definition is not None and any(g.oid == oid for g in form.definition.groups)
        once = form.definition is not None and not repeating and not form.groups[oid]
        earlier = form.groups[oid]
        row = key or (str(earlier + 1) if repeating or earlier else "")
        prefix = "" if once and self._declares(form, oid) else f"{quoted(oid)}/{quoted(row)}/"
        form.groups[oid] += 1
        path = f"{quoted(oid)}/" if prefix == "" else prefix
        place = Place(form.place.form, form.place.event, form.place.occurrence, path)
        if prefix == "" and key is not None:
            self._asides.append(Aside(str(place), "@ItemGroupRepeatKey", key))
        self._beside(element, place, ("ItemGroupOID", "ItemGroupRepeatKey"))
        removed = element.get("TransactionType") == "Remove"
        rows = form.rows.setdefault(oid, {}).setdefault(row, {}) if repeating and not removed else {}
        items = self._items(form.definition, oid) if repeating or prefix == "" else {}
        for each in _item_data(element):
            self._item(each, form, (oid, prefix), items, form.items if prefix == "" else rows, removed)

    def _declares(self, form: _Form, oid: str) -> bool:
        declared = [f for f in self._forms.study.forms.values() if form_key(f.oid) == form.place.form]
        return any(oid in f.groups for f in declared)

    def _items(self, form: FormDef | None, group: str) -> dict[str, Item]:
        if form is None or group not in self._forms.study.groups:
            return {}
        held = {ref.oid for ref in self._forms.study.groups[group].items}
        return {item.oid: item for item in form.every_item() if item.oid in held}

    def _item(
        self,
        element: Any,
        form: _Form,
        within: tuple[str, str],
        items: dict[str, Item],
        into: dict[str, Any],
        removed: bool,
    ) -> None:
        group, prefix = within
        oid = attribute(element, "ItemOID")
        # An item that its group does not hold can be put back only with the group named.
        path = prefix + quoted(oid) if prefix or oid in items else f"{quoted(group)}//{quoted(oid)}"
        place = Place(form.place.form, form.place.event, form.place.occurrence, path)
        typed = element.tag != f"{ODM_13}ItemData"
        text = (element.text or "") if typed else element.get("Value", "")
        audited = self._beside(element, place, ("ItemOID", "Value"), value=text)
        gone = removed or element.get("TransactionType") == "Remove" or text == ""
        if (former := form.given.pop(place.path, None)) is not None:
            self._said_before(place, former, self._told[place] - audited)
            self._forget(place, oid, into)
        if not gone:
            form.given[place.path] = text
            self._answer(items.get(oid), oid, text, place, into)

    def _said_before(self, place: Place, former: str, told: int) -> None:
        if not told:
            self._losses.note("overwritten", place.path)
            self._asides.append(Aside(str(place), OVERWRITTEN, former))

    def _forget(self, place: Place, oid: str, into: dict[str, Any]) -> None:
        """What was given for the place before no longer counts."""
        into.pop(oid, None)
        self._unreadable.pop((place.address, place.path), None)
        self._asides = [a for a in self._asides if not (a.where == str(place) and a.name == VALUE)]

    def _answer(self, item: Item | None, oid: str, text: str, place: Place, into: dict[str, Any]) -> None:
        if item is None or not item.stored:
            self._losses.note("undeclared" if item is None else "calculation", f"{place.form}.{oid}")
            self._asides.append(Aside(str(place), VALUE, text))
            return
        try:
            into[oid] = read_value(self._forms.data_types[item.key], text)
        except ValueError:
            self._unreadable[place.address, place.path] = text
            return
        if str(encode(item.kind, into[oid])) != text:
            self._losses.note("spelling", item.key)
            self._asides.append(Aside(str(place), VALUE, text))

    def _beside(self, element: Any, place: Place, own: tuple[str, ...], value: str | None = None) -> bool:
        """Audit record, and what we have no place for. Returns whether there was a record."""
        name = etree.QName(element).localname
        record = element.find(f"{ODM_13}AuditRecord")
        if record is not None:
            self._told[place] += 1
            self._audit.append(self._audited(record, place, element.get("TransactionType"), value))
        for key, text in element.attrib.items():
            if key not in own and not (key == "TransactionType" and record is not None):
                self._asides.append(attribute_aside(place, key, text, name, self._losses))
        for child in element.iterchildren(etree.Element):
            if child.tag not in _INSIDE and not child.tag.startswith(f"{ODM_13}ItemData"):
                self._asides.append(element_aside(place, child, self._losses))
        return record is not None

    def _audited(self, record: Any, place: Place, action: str | None, value: str | None) -> SourceAudit:
        user, location = record.find(f"{ODM_13}UserRef"), record.find(f"{ODM_13}LocationRef")
        for key, text in record.attrib.items():
            self._asides.append(
                replace(attribute_aside(place, key, text, "AuditRecord", self._losses), name=f"AuditRecord@{key}")
            )
        for child in record.iterchildren(etree.Element):
            if child.tag.removeprefix(ODM_13) not in _AUDITED:
                self._losses.note("vendor-element", etree.QName(child).localname)
        return SourceAudit(
            place.form, place.event, place.occurrence, place.path,
            "" if user is None else user.get("UserOID", ""),
            "" if location is None else location.get("LocationOID", ""),
            record.findtext(f"{ODM_13}DateTimeStamp") or "",
            action,
            value or None,
            record.findtext(f"{ODM_13}ReasonForChange"),
            record.findtext(f"{ODM_13}SourceID"),
        )  # fmt: skip


def _item_data(group: Any) -> Iterator[Any]:
    """ItemData, and the elements that name the type of their value (ItemDataInteger ...)."""
    return (each for each in group.iterchildren(etree.Element) if each.tag.startswith(f"{ODM_13}ItemData"))


def _crf(form: _Form) -> Crf:
    rows = {group: tuple(Row(key, items) for key, items in each.items()) for group, each in form.rows.items()}
    place = form.place
    removed = "removed" if form.removed else None
    return Crf(place.form, VERSION, place.event, place.occurrence, 1, Answers(form.items, groups=rows, removed=removed))
