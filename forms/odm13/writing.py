"""A study as ODM 1.3.2: metadata, and clinical data with the audit record of every value, written one subject after another.

What an aside kept is put back where it stood; extensions of other vendors only when asked for, because the schema has no place
for them. The same study and the same instant give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import IO, Any

from lxml import etree

from forms.answers import encode
from forms.foreign import Aside, ForeignStudy, ForeignSubject, SourceAudit
from forms.language import FormDef
from forms.odm13.asides import is_vendors
from forms.odm13.clinical import OVERWRITTEN, VALUE
from forms.odm13.definitions import form_key
from forms.odm13.metadata import Study, study_in
from forms.odm13.notes import MISSING, NOT_DONE, Note, flagged, flags_into
from forms.odm13.places import Place, event_of_key, parts_of, place_of, quoted
from forms.odm13.reading import study_root
from forms.odm13.study_writing import form_oid, group_oid, item_oid, study_element
from forms.odm13.xml import ODM_13

NAMESPACES = {None: ODM_13[1:-1]}
FIRST = (
    "AuditRecord",
    "Signature",
    "InvestigatorRef",
    "SiteRef",
    "MeasurementUnitRef",
    "ArchiveLayoutRef",
    "Annotation",
)
"""Elements that the schema wants before all others, in its order."""


def write(study: ForeignStudy, file: IO[bytes], *, at: datetime, release: str, vendors: bool = False) -> None:
    """Write the whole study. `at`: when, in UTC; `release`: our version; `vendors`: put other vendors' extensions back too."""
    root = study_root(study.asides)
    names: Names | None = None
    if root is None:
        root, names = element("ODM"), OurNames({form.oid: form for form in study.definitions.values()})
        root.append(study_element(study.name, study.definitions.values(), _events(study)))
        flags_into(root[0])
    told = study_in(root)
    names = names or Names(told)
    if vendors:
        _put_back_extensions(root[0], study.asides)
    with etree.xmlfile(file, encoding="UTF-8") as out:
        out.write_declaration()
        with out.element(f"{ODM_13}ODM", heading(told.oid, at, release), nsmap=NAMESPACES):
            for part in (root[0], *_administrative(study, told, at)):
                _line(out, part)
            if len(study.subjects):
                with out.element(f"{ODM_13}ClinicalData", StudyOID=told.oid, MetaDataVersionOID=told.version):
                    for subject in study.subjects:
                        _line(out, _Subject(study.definitions, names, vendors).written(subject))


def heading(oid: str, at: datetime, release: str, kind: str = "Snapshot") -> dict[str, str]:
    """Attributes of the ODM element."""
    instant = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "FileType": kind, "FileOID": f"{oid}.{at:%Y%m%dT%H%M%SZ}", "CreationDateTime": instant, "ODMVersion": "1.3.2",
        "SourceSystem": "Vigil", "SourceSystemVersion": release,
    }  # fmt: skip


def element(name: str, text: str | None = None, /, **attributes: str) -> Any:
    """An element of ODM."""
    made = etree.Element(f"{ODM_13}{name}", attributes, nsmap=NAMESPACES)
    made.text = text
    return made


def audit_record(user: str, location: str, at: str, reason: str | None, source: str | None) -> Any:
    """An AuditRecord, its parts in the order of the schema."""
    record = element("AuditRecord")
    record.append(element("UserRef", UserOID=user or "-"))
    record.append(element("LocationRef", LocationOID=location or "-"))
    record.append(element("DateTimeStamp", at))
    record.extend(element(n, t) for n, t in (("ReasonForChange", reason), ("SourceID", source)) if t is not None)
    return record


def _line(out: Any, part: Any) -> None:
    part.tail = "\n"
    out.write(part)


def _events(study: ForeignStudy) -> dict[str, list[str]]:
    """Each event's forms, as they occur: for a system that has no study events of its own to tell."""
    found: dict[str, dict[str, None]] = {}
    for subject in study.subjects:
        for crf in subject.crfs:
            found.setdefault(crf.event, {})[crf.form] = None
    return {event: list(forms) for event, forms in found.items()}


def _administrative(study: ForeignStudy, told: Study, at: datetime) -> Iterator[Any]:
    kept = [_read(a.text) for a in study.asides if a.where == "" and a.name in _ADMINISTRATIVE]
    if not any(each.tag == f"{ODM_13}AdminData" for each in kept):
        audit = [a for subject in study.subjects for a in _who(subject)]
        if audit:
            yield admin_data(told, {u: u for u, _ in audit}, {w: w for _, w in audit}, at)
    yield from kept


_ADMINISTRATIVE = frozenset(f"{ODM_13}{n}" for n in ("AdminData", "ReferenceData"))


def _who(subject: ForeignSubject) -> set[tuple[str, str]]:
    return {(a.user or "-", a.location or "-") for a in subject.audit}


def admin_data(told: Study, users: dict[str, str], places: dict[str, str], at: datetime) -> Any:
    """Whom and where audit records speak of: OID to name."""
    data = element("AdminData", StudyOID=told.oid)
    for oid in sorted(users):
        user = element("User", OID=oid)
        user.append(element("FullName", users[oid]))
        data.append(user)
    for oid in sorted(places):
        place = element("Location", OID=oid, Name=places[oid])
        version = {"StudyOID": told.oid, "MetaDataVersionOID": told.version, "EffectiveDate": f"{at:%Y-%m-%d}"}
        place.append(element("MetaDataVersionRef", **version))
        data.append(place)
    return data


def _read(text: str) -> Any:
    return etree.fromstring(text, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


def _put_back_extensions(study: Any, asides: Iterable[Aside]) -> None:
    for aside in asides:
        found = study.find(aside.where) if aside.where.startswith((".", "{")) else None
        if found is not None and aside.name.startswith("@"):
            found.set(aside.name[1:], aside.text)
        elif found is not None:
            found.append(_read(aside.text))


class Names:
    """What our forms, items and events are called in a study that came as ODM."""

    def __init__(self, told: Study) -> None:
        self._events = told.events
        self._forms = {form_key(form.oid): form.oid for form in told.forms.values()}
        self._groups = {
            (form_key(form.oid), ref.oid): group
            for form in told.forms.values()
            for group in form.groups
            for ref in told.groups[group].items
        }

    def event(self, key: str) -> tuple[str, str | None]:
        """OID and repeat key."""
        return event_of_key(key, self._events)

    def form(self, form: str) -> str | None:
        """OID; None where the study has no such form."""
        return self._forms.get(form)

    def item(self, form: str, item: str) -> str:
        """OID."""
        return item

    def group(self, form: str, group: str | None, item: str) -> str:
        """OID of a group, or of the one that an item stands in."""
        return group if group is not None else self._groups.get((form, item), form)


class OurNames(Names):
    """What they are called in a study whose metadata we write. `forms`: by name, each in the version that is written."""

    def __init__(self, forms: Mapping[str, FormDef]) -> None:
        self._own = forms

    def event(self, key: str) -> tuple[str, str | None]:
        return key, None

    def form(self, form: str) -> str | None:
        return form_oid(self._own[form]) if form in self._own else None

    def item(self, form: str, item: str) -> str:
        return item_oid(self._own[form], item) if form in self._own else item

    def group(self, form: str, group: str | None, item: str) -> str:
        return group_oid(self._own[form], group) if form in self._own else group or form


class _Subject:
    """One SubjectData element, grown from places: whatever has a place has its element, in the order it is first spoken of."""

    def __init__(self, definitions: Mapping[tuple[str, int], FormDef], names: Names, vendors: bool) -> None:
        self._definitions, self._names, self._vendors = definitions, names, vendors
        self._nodes: dict[tuple[str, ...], Any] = {}
        self._last: dict[Place, Any] = {}
        self._asides: dict[Place, dict[str, str]] = {}

    def written(self, subject: ForeignSubject) -> Any:
        top = self._nodes[()] = element("SubjectData", SubjectKey=subject.key)
        beside = [(place, a) for a in subject.asides if (place := place_of(a.where)) is not None]
        for place, aside in beside:
            if aside.name.startswith("@") or aside.name == VALUE:
                self._asides.setdefault(place, {})[aside.name] = aside.text
        texts, audit = self._texts(subject), _by_place(subject.audit)
        for place in dict.fromkeys(
            (*self._places(subject), *texts, *audit, *(place for place, aside in beside if aside.name != OVERWRITTEN))
        ):
            self._place(place, texts.get(place), audit.get(place, []))
        for place, note in _notes(subject):
            self._noted(place, note)
        for place, aside in beside:
            self._put_back(place, aside)
        for node in top.iter(etree.Element):
            node[:] = sorted(node, key=_rank)
        return top

    def _places(self, subject: ForeignSubject) -> Iterator[Place]:
        """Every row and value of the forms, in their order."""
        for crf in subject.crfs:
            for path, _text in _answers(self._definitions[crf.form, crf.version], crf.answers):
                yield Place(crf.form, crf.event, crf.occurrence, path)

    def _texts(self, subject: ForeignSubject) -> dict[Place, str]:
        """Every value with the text it is written as."""
        found = {
            Place(crf.form, crf.event, crf.occurrence, path): text
            for crf in subject.crfs
            for path, text in _answers(self._definitions[crf.form, crf.version], crf.answers)
            if text is not None
        }
        for (address, path), text in subject.unreadable.items():
            place = place_of(f"{address}#{path}")
            assert place is not None
            found[place] = text
        return found | {place: kept[VALUE] for place, kept in self._asides.items() if VALUE in kept}

    def _place(self, place: Place, text: str | None, audit: list[SourceAudit]) -> None:
        item = parts_of(place.path)[2] if place.form else None
        if item is None:
            node = self._node(place)
            for each in audit[-1:]:
                node.insert(0, _record(each))
                _transaction(node, each)
            return
        group = self._group(place)
        for each in audit:
            self._value(group, item, each.value, place).append(_record(each))
            _transaction(self._last[place], each)
        if not audit or (text is not None and audit[-1].value != text):
            self._value(group, item, text, place)

    def _value(self, group: Any, item: str, text: str | None, place: Place) -> Any:
        node = self._last[place] = element("ItemData", ItemOID=self._names.item(place.form, item))
        if text is not None:
            node.set("Value", text)
        group.append(node)
        return node

    def _node(self, place: Place) -> Any:
        """The element of a place that is no value."""
        if place.path:
            return self._group(place)
        if place.form:
            return self._form(place)
        return self._event(place) if place.event else self._nodes[()]

    def _event(self, place: Place) -> Any:
        if (place.event,) not in self._nodes:
            kept = self._asides.get(Place("", place.event), {})
            oid, repeat = self._names.event(place.event)
            if "@StudyEventOID" in kept:
                oid, repeat = kept["@StudyEventOID"], kept.get("@StudyEventRepeatKey")
            self._new((), (place.event,), element("StudyEventData", StudyEventOID=oid), "StudyEventRepeatKey", repeat)
        return self._nodes[place.event,]

    def _form(self, place: Place) -> Any:
        key = (place.event, place.form, str(place.occurrence))
        if key not in self._nodes:
            self._event(place)
            kept = self._asides.get(Place(place.form, place.event, place.occurrence), {})
            oid = self._names.form(place.form) or kept.get("@FormOID", place.form)
            repeat = kept.get("@FormRepeatKey") or (str(place.occurrence) if place.occurrence != 1 else None)
            self._new((place.event,), key, element("FormData", FormOID=oid), "FormRepeatKey", repeat)
        return self._nodes[key]

    def _group(self, place: Place) -> Any:
        group, row, item = parts_of(place.path)
        oid = self._names.group(place.form, group, item or "")
        key = (place.event, place.form, str(place.occurrence), oid, row or "")
        if key not in self._nodes:
            self._form(place)
            where = Place(place.form, place.event, place.occurrence, f"{quoted(group or oid)}/")
            repeat = row or self._asides.get(where, {}).get("@ItemGroupRepeatKey")
            self._new(key[:3], key, element("ItemGroupData", ItemGroupOID=oid), "ItemGroupRepeatKey", repeat)
        return self._nodes[key]

    def _new(self, parent: tuple[str, ...], key: tuple[str, ...], node: Any, repeat: str, value: str | None) -> None:
        if value is not None:
            node.set(repeat, value)
        self._nodes[parent].append(node)
        self._nodes[key] = node

    def _noted(self, place: Place, note: Note) -> None:
        """Say why a value or a form is not there."""
        item = parts_of(place.path)[2]
        node = self._node(place)
        if item is not None:
            node = self._value(node, item, None, place)
            node.set("IsNull", "Yes")
        node.extend(flagged((note,)))

    def _put_back(self, place: Place, aside: Aside) -> None:
        name = aside.name.removeprefix("@")
        if aside.name in (VALUE, OVERWRITTEN) or name.startswith("AuditRecord@") or name in _KEYS:
            return
        if not self._vendors and (is_vendors(name) or not (aside.name.startswith("@") or name.startswith(ODM_13))):
            return
        node = self._last[place] if place in self._last else self._node(place)
        if aside.name.startswith("@"):
            node.set(name, aside.text)
        else:
            node.append(_read(aside.text))


_KEYS = frozenset({"StudyEventOID", "StudyEventRepeatKey", "FormOID", "FormRepeatKey", "ItemGroupRepeatKey"})


def _answers(form: FormDef, answers: Any) -> Iterator[tuple[str, str | None]]:
    """Path and text of each value, in order; each row first, without a text, so that rows keep their order whatever is in them."""
    for oid, value in answers.items.items():
        yield quoted(oid), as_text(form.item(oid).kind, value)
    for group, rows in answers.groups.items():
        for row in rows:
            yield f"{quoted(group)}/{quoted(row.id)}/", None
            for oid, value in row.items.items():
                yield f"{quoted(group)}/{quoted(row.id)}/{quoted(oid)}", as_text(form.item(oid).kind, value)


def _notes(subject: ForeignSubject) -> Iterator[tuple[Place, Note]]:
    for crf in subject.crfs:
        answers, at = crf.answers, (crf.form, crf.event, crf.occurrence)
        if answers.not_done is not None:
            day = answers.not_done.on
            yield Place(*at), Note(NOT_DONE, day.isoformat() if day else "", answers.not_done.reason)
        for oid, reason in answers.missing.items():
            yield Place(*at, quoted(oid)), Note(MISSING, reason)
        for group, rows in answers.groups.items():
            for row in rows:
                for oid, reason in row.missing.items():
                    yield Place(*at, f"{quoted(group)}/{quoted(row.id)}/{quoted(oid)}"), Note(MISSING, reason)


def as_text(kind: str, value: Any) -> str:
    """An answer as the one text that ODM has for it; several codes are divided by commas, a file is its digest, name and size."""
    if kind == "multi":
        return ",".join(value)
    found = encode(kind, value)
    return json.dumps(found, ensure_ascii=False, sort_keys=True) if kind == "file" else str(found)


def _by_place(audit: Iterable[SourceAudit]) -> dict[Place, list[SourceAudit]]:
    found: dict[Place, list[SourceAudit]] = {}
    for each in audit:
        found.setdefault(Place(each.form, each.event, each.occurrence, each.path), []).append(each)
    return found


def _record(audit: SourceAudit) -> Any:
    return audit_record(audit.user, audit.location, audit.at, audit.reason, audit.source)


def _transaction(node: Any, audit: SourceAudit) -> None:
    if audit.action is not None:
        node.set("TransactionType", audit.action)


def _rank(node: Any) -> int:
    name = etree.QName(node).localname
    if is_vendors(node.tag):
        return len(FIRST) + 1
    return FIRST.index(name) if name in FIRST else len(FIRST)
