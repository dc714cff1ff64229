"""The ClinicalData of a project's XML as the lines a raw data file would have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from forms.odm13.xml import attribute, children
from forms.redcap.fields import Field
from forms.redcap.setup import CLASSIC, EVENT, INSTANCE, INSTRUMENT, Setup
from forms.redcap.sheet import Line, Sheet
from forms.redcap.xml_fields import REDCAP


@dataclass(frozen=True)
class Lines:
    """The ClinicalData as the lines of a data file."""

    fields: tuple[Field, ...]
    setup: Setup
    root: Element

    def sheet(self) -> Sheet | None:
        """None where the file holds no data."""
        lines: list[dict[str, str]] = [
            line
            for clinical in children(self.root, "ClinicalData")
            for subject in children(clinical, "SubjectData")
            for line in self.of(subject)
        ]
        if not lines:
            return None
        return Sheet((), tuple(Line(n, line) for n, line in enumerate(lines, 1)))

    def of(self, subject: Element) -> list[dict[str, str]]:
        key = attribute(subject, "SubjectKey")
        found: dict[tuple[str, str, str], dict[str, str]] = {}
        for event, form, cells in _forms(subject):
            place = self.place(event, form)
            found.setdefault(place, self.named(key, *place)).update(cells)
        return list(found.values())

    def place(self, event: Element | None, form: Element) -> tuple[str, str, str]:
        name = CLASSIC if event is None else self.event_name(event)
        own = attribute(form, "FormOID").removeprefix("Form.")
        if (name, own) in self.setup.repeating:
            return name, own, form.get("FormRepeatKey", "1")
        if (name, "") in self.setup.repeating and event is not None:
            return name, "", event.get("StudyEventRepeatKey", "1")
        return name, "", ""

    def event_name(self, event: Element) -> str:
        return event.get(f"{REDCAP}UniqueEventName") or attribute(event, "StudyEventOID").removeprefix("Event.")

    def named(self, key: str, event: str, instrument: str, instance: str) -> dict[str, str]:
        line = {self.fields[0].name: key}
        line |= {EVENT: event} if self.setup.longitudinal else {}
        return line | ({INSTRUMENT: instrument, INSTANCE: instance} if self.setup.repeating else {})


def _forms(subject: Element) -> Iterator[tuple[Element | None, Element, dict[str, str]]]:
    for form in children(subject, "FormData"):
        yield None, form, dict(_cells(form))
    for event in children(subject, "StudyEventData"):
        for form in children(event, "FormData"):
            yield event, form, dict(_cells(form))


def _cells(form: Element) -> Iterator[tuple[str, str]]:
    for group in children(form, "ItemGroupData"):
        yield from ((attribute(item, "ItemOID"), item.get("Value", "")) for item in children(group, "ItemData"))
        for binary in children(group, "ItemDataBase64Binary"):
            yield attribute(binary, "ItemOID"), binary.get(f"{REDCAP}DocName", "")
