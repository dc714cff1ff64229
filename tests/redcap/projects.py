"""The public projects, and small dictionaries for the tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from forms.answers import Answers, Crf
from forms.foreign import ForeignStudy
from forms.language import Item
from forms.record import InstanceScope, Record
from forms.redcap import read_project
from forms.redcap.fields import TITLES
from forms.redcap.sheet import write_sheet
from tests.shared_data import SHARED

HERE = SHARED / "standards" / "redcap"
WITH_DATA = ("redcapr_dag", "redcapr_clinical-trial-1", "redcapr_longitudinal", "redcapr_repeating-instruments")
FIVE = (*WITH_DATA, "genomics_thailand_general")


def dictionary_file(project: str) -> bytes:
    return (HERE / f"{project}_dictionary.csv").read_bytes()


def data_file(project: str) -> bytes | None:
    path = HERE / f"{project}_data.csv"
    return path.read_bytes() if path.exists() else None


def xml_file(project: str) -> bytes:
    name = "GenomicsThailandRegistry.REDCap.xml" if project.startswith("genomics") else f"{project}_project.xml"
    return (HERE / name).read_bytes()


def dictionary(*fields: Mapping[str, str]) -> bytes:
    """A dictionary whose first field names the record; a field needs a name, the rest has defaults."""
    lines = [{"name": "record_id", "label": "Record ID"}, *fields]
    full = ({"form": "visit", "type": "text", "label": line["name"], **line} for line in lines)
    return write_sheet(tuple(TITLES.values()), ({TITLES[name]: text for name, text in line.items()} for line in full))


def sheet(columns: str, *lines: str) -> bytes:
    return ("\n".join((columns, *lines)) + "\n").encode()


def study(*fields: Mapping[str, str], data: bytes | None = None, **options: Any) -> ForeignStudy:
    return read_project("small", dictionary(*fields), data, **options)


def item(of: ForeignStudy, name: str) -> Item:
    """The item of that field, whatever form it is on."""
    return next(i for form in of.definitions.values() for i in form.items if i.oid == name)


def kinds(of: ForeignStudy, where: str | None = None) -> set[str]:
    """Kinds of what was not carried, of one field or at all."""
    return {loss.kind for loss in of.losses if where in (None, loss.where)}


def scope(of: ForeignStudy, answers: Mapping[str, Any], form: str = "visit", **facts: Any) -> InstanceScope:
    """A form with these answers, beside nothing."""
    crf = Crf(form, 1, "event_1_arm_1", 1, 1, Answers(answers))
    record = Record((crf,), of.definitions, facts)
    return record.scope(crf)


def differing(one: bytes, other: bytes) -> Iterable[tuple[str, str]]:
    """Lines that differ."""
    lines = one.decode().splitlines(), other.decode().splitlines()
    return [(a, b) for a, b in zip(*lines, strict=True) if a != b]
