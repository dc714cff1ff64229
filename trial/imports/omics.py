"""Omics tables as lines: a row a participant and visit, columns that describe the sample, and a column a feature. Pure.

What the page reads, this reads: the words go through the same parse and the same checks. A code may be written as the form stores it or
as the page shows it. A core laboratory that knows the specimen and not the participant gives its id, as on the label (SPEC.SPID).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forms.answers import Crf
from forms.catalogue import current
from forms.dates import DateProblem, PartialDate
from forms.document import as_typed
from forms.language import Item
from forms.text import _l
from trial import soa
from trial.imports.features import Bad, Declared, name_and_unit, unclosed, unreadable
from trial.imports.laboratory import Unusable
from trial.imports.tabular import Line
from trial.places import is_place

_NUMBER = re.compile(r"(?:VG|RG)-[0-9A-Z]{1,8}-[0-9]{4,}")
_MANY = re.compile(r"[|+/]")
WHO = ("participant", "event", "specimen")
TIME = {"SCR": "BASELINE", "NAT": "MID", "EOT": "MID", "RST": "RESTAGING", "RST2": "RESTAGING"}
"""The time point that a visit is; every other visit is a follow-up."""


@dataclass(frozen=True)
class Table:
    """One kind of table. `items`: column to item of the form; `date`: the item that tells samples of a visit apart.

    `time`: the item that says the time point, which follows from the visit. `file`: the item that holds the features, and `heading`
    the heading of that file. `event`: where the form stands if the file does not say.
    """

    name: str
    form: str
    items: Mapping[str, str]
    optional: frozenset[str]
    date: str
    time: str | None = None
    file: str | None = None
    heading: str = ""
    event: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is not a feature."""
        return (*WHO, *self.items, *(("version",) if "extractor" in self.items else ()))


TABLES = {
    each.name: each
    for each in (
        Table(
            "radiomics", "RAD",
            {"date": "RADDAT", "extractor": "RADSW", "segmentation": "RADSEG", "quality": "RADQC"},
            frozenset({"version"}), "RADDAT", "RADTP", "RADFILE", "feature,value",
        ),
        Table(
            "taxa", "MIC", {"date": "MICDAT", "method": "MICMETH", "reads": "MICREADS", "antibiotics": "MICABX"},
            frozenset({"antibiotics"}), "MICDAT", None, "MICFILE", "taxon,abundance",
        ),
        Table(
            "ctdna", "LBX", {"date": "CDNADAT", "assay": "CDNAASY", "result": "CDNARES", "vaf": "CDNAVAF"},
            frozenset({"vaf"}), "CDNADAT", "CDNATP",
        ),
        Table(
            "molecular", "MOL",
            {"date": "MOLDAT", "method": "MOLMETH", "mmr": "MMR", "ras": "RAS", "braf": "BRAF", "cms": "CMS", "tmb": "TMB"},
            frozenset({"cms", "tmb"}), "MOLDAT", event="SCR",
        ),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """One line as it would be typed. `participant` and `event` "" where only the `specimen` is named."""

    line: int
    participant: str
    event: str
    specimen: str
    day: str
    items: Mapping[str, Any]
    features: Mapping[str, str]

    @property
    def visit(self) -> tuple[str, str, str]:
        """What stands once in a file."""
        return self.participant, self.event, "" if self.participant else self.specimen


class _Wrong(Exception):
    def __init__(self, message: str, **args: str) -> None:
        super().__init__(message)
        self.message, self.args_ = message, args


def sample_of(line: Line, table: Table, declared: Declared) -> Sample | Unusable:
    """One line as a sample, or why it is none. Whether its values can be true is for the form's own checks."""
    participant = line.cells.get("participant", "").upper()
    try:
        return _sample(line, participant, table, declared)
    except _Wrong as problem:
        return Unusable(line.number, participant, problem.message, problem.args_)


def _sample(line: Line, participant: str, table: Table, declared: Declared) -> Sample:
    cells, specimen = line.cells, line.cells.get("specimen", "")
    event = cells.get("event", "").upper() or ("" if specimen and not participant else table.event)
    if participant or not specimen:
        _refuse_place(table, participant, event, cells)
    if not _is_day(cells["date"]):
        raise _Wrong(_l("“%(typed)s” is no date, written YYYY-MM-DD."), typed=cells["date"][:40])
    items = _items(cells, table)
    _refuse_extractor(items, table, declared)
    features = _features(cells, table)
    _refuse_features(features, table, items)
    return Sample(line.number, participant, event, specimen, cells["date"], items, features)


def _refuse_place(table: Table, participant: str, event: str, cells: Mapping[str, str]) -> None:
    if not _NUMBER.fullmatch(participant):
        raise _Wrong(_l("“%(typed)s” is no participant number."), typed=cells.get("participant", "")[:40])
    if not is_place(table.form, event, 1):
        raise _Wrong(_l("The form %(form)s has no visit “%(typed)s”."), form=table.form, typed=event[:40])


def _is_day(text: str) -> bool:
    try:
        return PartialDate.parse(text).day is not None
    except DateProblem:
        return False


def _items(cells: Mapping[str, str], table: Table) -> dict[str, Any]:
    form, found = current(table.form), {}
    for column, oid in table.items.items():
        if column in cells:
            found[oid] = _as_typed(form.item(oid), cells[column])
    if found.get("RADSW") and (version := cells.get("version")):
        found["RADSW"] = f"{found['RADSW']} {version}"
    return found


def _as_typed(item: Item, text: str) -> Any:
    if item.kind == "multi":
        return [_code(item, part.strip()) for part in _MANY.split(text) if part.strip()]
    return _code(item, text)


def _code(item: Item, text: str) -> str:
    """The code of an answer that is written as its code or as its words; what is neither stays, for the form to refuse."""
    if item.kind == "yn":
        return {"YES": "Y", "NO": "N"}.get(text.upper(), text.upper())
    for code in item.codes.codes if item.codes else ():
        if text.casefold() in (code.code.casefold(), code.decode.casefold()):
            return code.code
    return text


def _refuse_extractor(items: Mapping[str, Any], table: Table, declared: Declared) -> None:
    if "extractor" in table.items and declared.extractor is not None and items["RADSW"] != declared.extractor:
        message = _l("The model was made with %(declared)s; this line was extracted with “%(typed)s”.")
        raise _Wrong(message, declared=declared.extractor, typed=str(items["RADSW"])[:60])


def _features(cells: Mapping[str, str], table: Table) -> dict[str, str]:
    if table.file is None:
        return {}
    return {name_and_unit(column)[0]: text for column, text in cells.items() if column not in table.columns}


def _refuse_features(features: Mapping[str, str], table: Table, items: Mapping[str, Any]) -> None:
    if table.file is None:
        return
    # Nothing can be measured on a failed image; its features are missing for the model anyway.
    bad: Bad | None = unreadable(features, may_lack=items.get("RADQC") == "FAIL")
    if bad is None and table.name == "taxa":
        bad = unclosed(features)
    if bad is not None:
        raise _Wrong(bad.message, **bad.args)


def time_point(event: str) -> str:
    """The time point of a visit, as RADTP and CDNATP code it."""
    return TIME.get(soa.series(event), "FU")


def occurrence_of(saved: Sequence[Crf], table: Table, event: str, day: str) -> int:
    """The form at that visit that holds the sample of that day, else one that was marked as not done, else the next free one."""
    here = [c for c in saved if c.form == table.form and c.event == event]
    if not current(table.form).repeats:
        return 1
    same = (c.occurrence for c in here if c.counts and str(c.answers.items.get(table.date)) == day)
    not_done = (c.occurrence for c in here if c.answers.not_done is not None)
    return next(same, None) or next(not_done, None) or max((c.occurrence for c in here), default=0) + 1


def merged(
    table: Table, before: Crf | None, sample: Sample, event: str, file: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The raw document of the form with this sample; what the file does not say stays as it is."""
    empty: dict[str, Any] = {"items": {}, "missing": {}, "groups": {}, "confirmed": {}, "not_done": None}
    raw = as_typed(current(table.form), before.answers) if before is not None and before.counts else empty
    items = {oid: value for oid, value in sample.items.items() if value not in ("", [])}
    if table.time is not None:
        items[table.time] = time_point(event)
    if table.file is not None and file is not None:
        items[table.file] = file
    return {**raw, "items": {**raw["items"], **items}}
