"""A project's XML (ODM 1.3.1 with REDCap's own attributes): dictionary, events, repeats and, where included, data.

It becomes the same fields and lines the CSV files hold, and is read on as they are. Survey, randomisation, roles, reports and the like
are kept as written and said in the report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import tostring

from forms.foreign import Aside, ForeignStudy, Loss
from forms.odm13.xml import ODM_13, OdmProblem, attribute, children, odm_root
from forms.redcap.fields import Field, check_fields, status_of
from forms.redcap.problem import RedcapProblem
from forms.redcap.project import study_of
from forms.redcap.setup import CLASSIC, EVENT, GROUP, INSTANCE, INSTRUMENT, PROJECT, Setup
from forms.redcap.sheet import Line, Sheet
from forms.text import _l

REDCAP = "{https://projectredcap.org}"
_TYPES = {"select": "dropdown", "textarea": "notes"}
_VALIDATIONS = {"int": "integer", "float": "number"}
_PLAIN: Mapping[str, str] = {
    "section": "SectionHeader", "note": "FieldNote", "identifier": "Identifier", "branching": "BranchingLogic",
    "required": "RequiredField", "alignment": "CustomAlignment", "number": "QuestionNumber", "matrix": "MatrixGroupName",
    "ranking": "MatrixRanking", "annotation": "FieldAnnotation",
}  # fmt: skip
_SETTINGS = _l("A setting of the project is kept as written, without effect here: %(detail)s")
_ENABLED = {
    "SurveysEnabled": ("survey", _l("The project uses surveys: forms are carried, invitations and answers by survey are not.")),
    "RandomizationEnabled": ("randomisation", _l("The project randomises: its setup and lists are not carried.")),
}  # fmt: skip


def read_project_xml(data: bytes) -> ForeignStudy:
    """The study of a project's XML. Raises RedcapProblem."""
    try:
        root = odm_root(data)
        (study,) = children(root, "Study")
        (version,) = children(study, "MetaDataVersion")
        return _study(root, study, version)
    except (OdmProblem, ValueError) as problem:
        if isinstance(problem, RedcapProblem):
            raise
        raise RedcapProblem("not_redcap", problem) from problem


def _study(root: Element, study: Element, version: Element) -> ForeignStudy:
    settings = study.find(f"{ODM_13}GlobalVariables")
    fields = tuple(_fields(version))
    check_fields(fields)
    further, losses = _settings(settings)
    setup = _setup(version, settings, further)
    lines = _Lines(fields, setup, root)
    name = study.findtext(f"{ODM_13}GlobalVariables/{ODM_13}StudyName") or attribute(study, "OID")
    return study_of(name, fields, lines.sheet(), setup, losses)


# --- fields ------------------------------------------------------------------------------------------------------


def _fields(version: Element) -> Iterator[Field]:
    groups = {attribute(group, "OID"): group for group in children(version, "ItemGroupDef")}
    items: dict[str, Element] = {}
    for item in children(version, "ItemDef"):
        items.setdefault(item.get(f"{REDCAP}Variable") or attribute(item, "OID"), item)
    lists = {attribute(codes, "OID"): codes for codes in children(version, "CodeList")}
    for form in children(version, "FormDef"):
        name = form.get(f"{REDCAP}FormName") or attribute(form, "OID").removeprefix("Form.")
        for variable in _variables(form, groups):
            if variable not in (status_of(name), GROUP):
                if variable not in items:
                    raise RedcapProblem("not_redcap", variable)
                yield _field(name, variable, items[variable], lists)


def _variables(form: Element, groups: Mapping[str, Element]) -> Iterator[str]:
    """Every variable once: a checkbox has an item for each box."""
    refs = [
        ref
        for group in children(form, "ItemGroupRef")
        for ref in children(groups[attribute(group, "ItemGroupOID")], "ItemRef")
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


# --- setup -------------------------------------------------------------------------------------------------------


def _setup(version: Element, settings: Element | None, further: tuple[Aside, ...]) -> Setup:
    events = {attribute(event, "OID"): event for event in children(version, "StudyEventDef")}
    names = {oid: event.get(f"{REDCAP}UniqueEventName") or oid for oid, event in events.items()}
    designated = (
        (names[oid], ref.get(f"{REDCAP}FormName") or attribute(ref, "FormOID").removeprefix("Form."))
        for oid, event in events.items()
        for ref in children(event, "FormRef")
    )
    titles = {
        form.get(f"{REDCAP}FormName") or attribute(form, "OID"): form.get("Name", "")
        for form in children(version, "FormDef")
    }
    return Setup(
        bool(events), tuple(names.values()), frozenset(_repeating(settings)), tuple(designated), _missing(settings),
        titles, further=(*further, *_events_as_written(events.values())),
    )  # fmt: skip


def _events_as_written(events: Iterable[Element]) -> Iterator[Aside]:
    for event in events:
        for name, text in sorted(event.attrib.items()):
            if name.startswith(REDCAP) and text:
                yield Aside(f"event.{event.get(f'{REDCAP}UniqueEventName')}", name.removeprefix(REDCAP), text)


def _repeating(settings: Element | None) -> Iterator[tuple[str, str]]:
    for each in () if settings is None else settings.iter(f"{REDCAP}RepeatingInstrument"):
        yield each.get(f"{REDCAP}UniqueEventName", CLASSIC), each.get(f"{REDCAP}RepeatInstrument", "")
    for each in () if settings is None else settings.iter(f"{REDCAP}RepeatingEvent"):
        yield each.get(f"{REDCAP}UniqueEventName", CLASSIC), ""


def _missing(settings: Element | None) -> dict[str, str]:
    text = "" if settings is None else settings.findtext(f"{REDCAP}MissingDataCodes") or ""
    pairs = (part.partition(",") for part in text.replace("\n", "|").split("|") if part.strip())
    return {code.strip(): label.strip() for code, _, label in pairs}


def _settings(settings: Element | None) -> tuple[tuple[Aside, ...], tuple[Loss, ...]]:
    """What REDCap says of the project itself: every setting that is neither blank nor off."""
    asides, losses = [], []
    for each in () if settings is None else settings:
        name = each.tag.removeprefix(REDCAP)
        text = tostring(each, encoding="unicode").strip() if len(each) else (each.text or "").strip()
        if not each.tag.startswith(REDCAP) or text in ("", "0"):
            continue
        asides.append(Aside("setting", name, text))
        kind, message = _ENABLED.get(name, ("setting", _SETTINGS))
        losses.append(Loss(PROJECT, kind, message, {"detail": name}))
    return tuple(asides), tuple(losses)


# --- data --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Lines:
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
