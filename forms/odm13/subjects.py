"""The ClinicalData of an ODM 1.3.2 snapshot as plain frozen values; texts are as written in the file."""

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from forms.odm13.xml import attribute, children, odm_root


@dataclass(frozen=True)
class GroupData:
    """One item group, or one row of a repeating one (`repeat`): item OID and value as written, in order."""

    oid: str
    repeat: str | None
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class FormData:
    oid: str
    event: str
    event_repeat: str | None
    repeat: str | None
    groups: tuple[GroupData, ...]


@dataclass(frozen=True)
class Subject:
    """Everything the file says of one subject: forms in the order of the file, those without any item left out."""

    key: str
    forms: tuple[FormData, ...]


def read_subjects(data: bytes) -> tuple[Subject, ...]:
    """Read every subject of every ClinicalData element. Raises OdmProblem."""
    clinical = children(odm_root(data), "ClinicalData")
    return tuple(_subject(subject) for part in clinical for subject in children(part, "SubjectData"))


def _subject(element: Element) -> Subject:
    forms = [
        _form(form, event) for event in children(element, "StudyEventData") for form in children(event, "FormData")
    ]
    return Subject(attribute(element, "SubjectKey"), tuple(f for f in forms if f.groups))


def _form(element: Element, event: Element) -> FormData:
    groups = [_group(group) for group in children(element, "ItemGroupData")]
    return FormData(
        attribute(element, "FormOID"),
        attribute(event, "StudyEventOID"),
        event.get("StudyEventRepeatKey"),
        element.get("FormRepeatKey"),
        tuple(g for g in groups if g.values),
    )


def _group(element: Element) -> GroupData:
    # An item without a value says "no answer": it is left out as a blank is.
    values = tuple((attribute(e, "ItemOID"), e.get("Value", "")) for e in children(element, "ItemData"))
    return GroupData(
        attribute(element, "ItemGroupOID"), element.get("ItemGroupRepeatKey"), tuple(v for v in values if v[1] != "")
    )
