"""A project's XML (ODM 1.3.1 with REDCap's own attributes): dictionary, events, repeats and, where included, data.

It becomes the same fields and lines the CSV files hold, and is read on as they are. Survey, randomisation, roles, reports and the like
are kept as written and said in the report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from forms.foreign import Aside, ForeignStudy, Loss
from forms.odm13.xml import ODM_13, OdmProblem, as_text, attribute, children, odm_root
from forms.redcap.fields import check_fields
from forms.redcap.problem import RedcapProblem
from forms.redcap.project import study_of
from forms.redcap.setup import CLASSIC, PROJECT, Setup, read_missing
from forms.redcap.xml_fields import REDCAP, fields_in
from forms.redcap.xml_lines import Lines
from forms.text import _l

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
    fields = tuple(fields_in(version))
    check_fields(fields)
    further, losses = _settings(settings)
    setup = _setup(version, settings, further)
    lines = Lines(fields, setup, root)
    name = study.findtext(f"{ODM_13}GlobalVariables/{ODM_13}StudyName") or attribute(study, "OID")
    return study_of(name, fields, lines.sheet(), setup, losses)


def _setup(version: Element, settings: Element | None, further: tuple[Aside, ...]) -> Setup:
    events = {attribute(event, "OID"): event for event in children(version, "StudyEventDef")}
    names = {oid: event.get(f"{REDCAP}UniqueEventName") or oid for oid, event in events.items()}
    designated = (
        (names[oid], ref.get(f"{REDCAP}FormName") or attribute(ref, "FormOID").removeprefix("Form."))
        for oid, event in events.items()
        for ref in children(event, "FormRef")
    )
    codes = "" if settings is None else settings.findtext(f"{REDCAP}MissingDataCodes") or ""
    titles = {
        form.get(f"{REDCAP}FormName") or attribute(form, "OID"): form.get("Name", "")
        for form in children(version, "FormDef")
    }
    return Setup(
        bool(events), tuple(names.values()), frozenset(_repeating(settings)), tuple(designated), read_missing(codes),
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


def _settings(settings: Element | None) -> tuple[tuple[Aside, ...], tuple[Loss, ...]]:
    """What REDCap says of the project itself: every setting that is neither blank nor off."""
    asides, losses = [], []
    for each in () if settings is None else settings:
        name = each.tag.removeprefix(REDCAP)
        text = as_text(each) if len(each) else (each.text or "").strip()
        if not each.tag.startswith(REDCAP) or text in ("", "0"):
            continue
        asides.append(Aside("setting", name, text))
        kind, message = _ENABLED.get(name, ("setting", _SETTINGS))
        losses.append(Loss(PROJECT, kind, message, {"detail": name}))
    return tuple(asides), tuple(losses)
