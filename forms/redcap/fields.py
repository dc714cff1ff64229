"""The data dictionary as plain values: one Field a line, its cells as written.

Source: the 18 columns of REDCap's "Download the current Data Dictionary", REDCap 6 and later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from forms.redcap.problem import RedcapProblem
from forms.redcap.setup import EVENT, GROUP, INSTANCE, INSTRUMENT
from forms.redcap.sheet import Line, read_sheet, write_sheet

TITLES: Mapping[str, str] = {
    "name": "Variable / Field Name",
    "form": "Form Name",
    "section": "Section Header",
    "type": "Field Type",
    "label": "Field Label",
    "choices": "Choices, Calculations, OR Slider Labels",
    "note": "Field Note",
    "validation": "Text Validation Type OR Show Slider Number",
    "low": "Text Validation Min",
    "high": "Text Validation Max",
    "identifier": "Identifier?",
    "branching": "Branching Logic (Show field only if...)",
    "required": "Required Field?",
    "alignment": "Custom Alignment",
    "number": "Question Number (surveys only)",
    "matrix": "Matrix Group Name",
    "ranking": "Matrix Ranking?",
    "annotation": "Field Annotation",
}
"""Our name of a column, and REDCap's."""
NEEDED = ("name", "form", "type", "label", "choices")
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_FORM_NAME = re.compile(r"[A-Za-z0-9_]+", re.ASCII)


@dataclass(frozen=True)
class Field:
    """One line of the dictionary, cells as written. `line`: its number in the file, 0 where it was not read from one."""

    name: str
    form: str
    section: str = ""
    type: str = "text"
    label: str = ""
    choices: str = ""
    note: str = ""
    validation: str = ""
    low: str = ""
    high: str = ""
    identifier: str = ""
    branching: str = ""
    required: str = ""
    alignment: str = ""
    number: str = ""
    matrix: str = ""
    ranking: str = ""
    annotation: str = ""
    line: int = 0

    @property
    def address(self) -> str:
        """FORM.FIELD, as our keys are."""
        return f"{self.form}.{self.name}"

    def cells(self) -> dict[str, str]:
        """The line again, by REDCap's titles."""
        return {title: getattr(self, name) for name, title in TITLES.items()}


CELLS = tuple(f.name for f in fields(Field) if f.name not in ("name", "form", "line"))
"""What a line says of its field."""


def read_fields(data: bytes) -> tuple[Field, ...]:
    """Every field of a dictionary, in order. Raises RedcapProblem with the line; a column REDCap added later may be absent."""
    sheet = read_sheet(data)
    if absent := [TITLES[name] for name in NEEDED if TITLES[name] not in sheet.columns]:
        raise RedcapProblem("columns_missing", ", ".join(absent))
    found = tuple(_field(line) for line in sheet.lines)
    check_fields(found)
    return found


def write_fields(found: Iterable[Field]) -> bytes:
    """The dictionary as REDCap writes it."""
    return write_sheet(tuple(TITLES.values()), (field.cells() for field in found))


def status_of(form: str) -> str:
    """The field REDCap adds to every form: 0 incomplete, 1 unverified, 2 complete."""
    return f"{form}_complete"


def check_fields(found: tuple[Field, ...]) -> None:
    """Raises RedcapProblem where a name is none or stands twice, or a form's fields do not stand together."""
    names: set[str] = set()
    forms: list[str] = []
    for field in found:
        if not _FIELD_NAME.fullmatch(field.name):
            raise RedcapProblem("field_name", field.name, field.line)
        if not _FORM_NAME.fullmatch(field.form):
            raise RedcapProblem("form_name", field.form, field.line)
        if field.name in names:
            raise RedcapProblem("field_twice", field.name, field.line)
        if field.form in forms[:-1]:
            raise RedcapProblem("form_apart", field.form, field.line)
        names.add(field.name)
        forms += [field.form] if field.form not in forms else []
    reserved = {status_of(form) for form in forms} | {EVENT, INSTRUMENT, INSTANCE, GROUP}
    for field in found:
        if field.name in reserved:
            raise RedcapProblem("field_reserved", field.name, field.line)
    if not found:
        raise RedcapProblem("empty")
    if found[0].type != "text":
        raise RedcapProblem("record_field", found[0].name, found[0].line)


def _field(line: Line) -> Field:
    return Field(**{name: line.cells.get(title, "") for name, title in TITLES.items()}, line=line.number)
