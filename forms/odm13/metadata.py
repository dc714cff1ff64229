"""The MetaDataVersion of an ODM 1.3.2 file as plain frozen values, named as ODM names them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from xml.etree.ElementTree import Element

from forms.odm13.xml import ODM_13, OdmProblem, attribute, children, odm_root, text_of

T = TypeVar("T")


@dataclass(frozen=True)
class RangeCheck:
    """One RangeCheck: comparator LT LE GT GE EQ NE IN NOTIN, its check values, "Soft" or "Hard"."""

    comparator: str
    values: tuple[str, ...]
    level: str


@dataclass(frozen=True)
class ItemDef:
    oid: str
    name: str
    data_type: str
    label: str
    unit: str | None
    code_list: str | None
    range_checks: tuple[RangeCheck, ...]


@dataclass(frozen=True)
class ItemRef:
    """An item in its group: `condition` names when it is *not* collected, `method` how it is computed."""

    oid: str
    mandatory: bool
    condition: str | None
    method: str | None


@dataclass(frozen=True)
class ItemGroupDef:
    oid: str
    label: str
    repeating: bool
    items: tuple[ItemRef, ...]


@dataclass(frozen=True)
class FormDefinition:
    oid: str
    label: str
    repeating: bool
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Study:
    """One metadata version: every definition by its OID; `code_lists` hold (coded value, decode) in order."""

    oid: str
    name: str
    version: str
    events: tuple[str, ...]
    forms: Mapping[str, FormDefinition]
    groups: Mapping[str, ItemGroupDef]
    items: Mapping[str, ItemDef]
    code_lists: Mapping[str, tuple[tuple[str, str], ...]]
    units: Mapping[str, str]
    conditions: Mapping[str, str]
    methods: Mapping[str, str]


def read_study(data: bytes) -> Study:
    """Read the one study and metadata version of an ODM 1.3 file. Raises OdmProblem."""
    return study_in(odm_root(data))


def study_in(root: Any) -> Study:
    """The same of an ODM element that was read already, by either library. Raises OdmProblem."""
    study = _only(root, "Study")
    version = _only(study, "MetaDataVersion")
    basics = children(study, "BasicDefinitions")
    return Study(
        attribute(study, "OID"),
        (study.findtext(f"{ODM_13}GlobalVariables/{ODM_13}StudyName") or "").strip(),
        attribute(version, "OID"),
        tuple(_by_oid(version, "StudyEventDef", _oid)),
        _by_oid(version, "FormDef", _form),
        _by_oid(version, "ItemGroupDef", _group),
        _by_oid(version, "ItemDef", _item),
        _by_oid(version, "CodeList", _code_list),
        _by_oid(basics[0], "MeasurementUnit", lambda e: text_of(e, "Symbol")) if basics else {},
        _by_oid(version, "ConditionDef", _expression),
        _by_oid(version, "MethodDef", _expression),
    )


def _only(parent: Element, name: str) -> Element:
    found = children(parent, name)
    if not found:
        raise OdmProblem("incomplete", name)
    if len(found) > 1:
        raise OdmProblem("several_versions", len(found))
    return found[0]


def _by_oid(parent: Element, name: str, read: Callable[[Element], T]) -> dict[str, T]:
    found: dict[str, T] = {}
    for element in children(parent, name):
        if _oid(element) in found:
            raise OdmProblem("twice", f"{name} {_oid(element)}")
        found[_oid(element)] = read(element)
    return found


def _oid(element: Element) -> str:
    return attribute(element, "OID")


def _label(element: Element) -> str:
    return text_of(element, "Question") or text_of(element, "Description") or element.get("Name") or _oid(element)


def _form(element: Element) -> FormDefinition:
    groups = tuple(attribute(ref, "ItemGroupOID") for ref in children(element, "ItemGroupRef"))
    return FormDefinition(_oid(element), _label(element), element.get("Repeating") == "Yes", groups)


def _group(element: Element) -> ItemGroupDef:
    refs = tuple(
        ItemRef(
            attribute(ref, "ItemOID"),
            ref.get("Mandatory") == "Yes",
            ref.get("CollectionExceptionConditionOID"),
            ref.get("MethodOID"),
        )
        for ref in children(element, "ItemRef")
    )
    return ItemGroupDef(_oid(element), _label(element), element.get("Repeating") == "Yes", refs)


def _item(element: Element) -> ItemDef:
    return ItemDef(
        _oid(element),
        element.get("Name") or _oid(element),
        attribute(element, "DataType"),
        _label(element),
        _reference(element, "MeasurementUnitRef", "MeasurementUnitOID"),
        _reference(element, "CodeListRef", "CodeListOID"),
        tuple(_range_check(each) for each in children(element, "RangeCheck") if each.get("Comparator")),
    )


def _reference(element: Element, name: str, key: str) -> str | None:
    found = children(element, name)
    return attribute(found[0], key) if found else None


def _range_check(element: Element) -> RangeCheck:
    values = tuple((value.text or "").strip() for value in children(element, "CheckValue"))
    return RangeCheck(attribute(element, "Comparator"), values, attribute(element, "SoftHard"))


def _code_list(element: Element) -> tuple[tuple[str, str], ...]:
    coded = [(attribute(e, "CodedValue"), text_of(e, "Decode")) for e in children(element, "CodeListItem")]
    bare = [(attribute(e, "CodedValue"), "") for e in children(element, "EnumeratedItem")]
    return tuple((code, decode or code) for code, decode in (*coded, *bare))


def _expression(element: Element) -> str:
    return (element.findtext(f"{ODM_13}FormalExpression") or "").strip()
