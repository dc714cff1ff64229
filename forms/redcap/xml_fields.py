"""The fields of a project's XML: what the data dictionary would say of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from forms.odm13.definitions import defined
from forms.odm13.xml import ODM_13, attribute, children
from forms.redcap.fields import Field, status_of
from forms.redcap.setup import GROUP

REDCAP = "{https://projectredcap.org}"
_TYPES = {"select": "dropdown", "textarea": "notes"}
_VALIDATIONS = {"int": "integer", "float": "number"}
_PLAIN: Mapping[str, str] = {
    "section": "SectionHeader", "note": "FieldNote", "identifier": "Identifier", "branching": "BranchingLogic",
    "required": "RequiredField", "alignment": "CustomAlignment", "number": "QuestionNumber", "matrix": "MatrixGroupName",
    "ranking": "MatrixRanking", "annotation": "FieldAnnotation",
}  # fmt: skip


def fields_in(version: Element) -> Iterator[Field]:
    """Every field of every form, in order. Raises OdmProblem for what refers to nothing."""
    groups = {attribute(group, "OID"): group for group in children(version, "ItemGroupDef")}
    items: dict[str, Element] = {}
    for item in children(version, "ItemDef"):
        items.setdefault(item.get(f"{REDCAP}Variable") or attribute(item, "OID"), item)
    lists = {attribute(codes, "OID"): codes for codes in children(version, "CodeList")}
    for form in children(version, "FormDef"):
        name = form.get(f"{REDCAP}FormName") or attribute(form, "OID").removeprefix("Form.")
        for variable in _variables(form, groups):
            if variable not in (status_of(name), GROUP):
                yield _field(name, variable, defined(items, variable), lists)


def _variables(form: Element, groups: Mapping[str, Element]) -> Iterator[str]:
    """Every variable once: a checkbox has an item for each box."""
    refs = [
        ref
        for group in children(form, "ItemGroupRef")
        for ref in children(defined(groups, attribute(group, "ItemGroupOID")), "ItemRef")
    ]
    yield from dict.fromkeys(ref.get(f"{REDCAP}Variable") or attribute(ref, "ItemOID") for ref in refs)


def _field(form: str, variable: str, item: Element, lists: Mapping[str, Element]) -> Field:
    kind = item.get(f"{REDCAP}FieldType", "text")
    validation = item.get(f"{REDCAP}TextValidationType", "")
    low, high = (_end(item, comparator) for comparator in ("GE", "LE"))
    return Field(
        variable,
        form,
        type=_TYPES.get(kind, kind),
        label=item.findtext(f"{ODM_13}Question/{ODM_13}TranslatedText") or "",
        choices=_choices(kind, item, lists),
        validation=_VALIDATIONS.get(validation, validation),
        low=low,
        high=high,
        **{ours: item.get(f"{REDCAP}{theirs}", "") for ours, theirs in _PLAIN.items()},  # type: ignore[arg-type]  # all of them text
    )


def _end(item: Element, comparator: str) -> str:
    checks = (check for check in children(item, "RangeCheck") if check.get("Comparator") == comparator)
    return next((check.findtext(f"{ODM_13}CheckValue") or "" for check in checks), "")


def _choices(kind: str, item: Element, lists: Mapping[str, Element]) -> str:
    for name in ("Calculation", "SliderLabels", "OntologySearch"):
        if (text := item.get(f"{REDCAP}{name}")) is not None:
            return text
    ref = item.find(f"{ODM_13}CodeListRef")
    codes = None if ref is None else lists.get(attribute(ref, "CodeListOID"))
    if codes is None or kind in ("yesno", "truefalse"):
        return ""
    return codes.get(f"{REDCAP}CheckboxChoices") or " | ".join(
        _choice(each) for each in children(codes, "CodeListItem")
    )


def _choice(entry: Element) -> str:
    label = entry.findtext(f"{ODM_13}Decode/{ODM_13}TranslatedText") or ""
    return f"{attribute(entry, 'CodedValue')}, {label}"
