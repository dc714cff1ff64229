"""Measures of one participant before and after neoadjuvant therapy, side by side: screening, each restaging, and what changed.

A value that is not there says why: not done (with the reason that was given), not yet, or not asked for at that time. Changes are only
worked out between two numbers that were both measured; a result beyond a limit of detection is shown and never subtracted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from forms.answers import Crf, FileRef
from forms.checks import visible
from forms.decoded import decoded, shown
from forms.laboratory import TESTS, to_si
from forms.language import Item
from forms.record import InstanceScope, Record
from forms.text import _l
from trial.schedule import asked

Say = Callable[[str], str]
"""Translates a msgid."""
Tables = Mapping[str, Mapping[str, float]]
"""Parsed feature tables by the SHA-256 of the file; one that cannot be read is not there."""
BASELINE, RESTAGING, REASSESSMENT = "SCR", "RST", "RST2"
WHY_MISSING = {"ND": _l("not done"), "UNK": _l("not known"), "NA": _l("not applicable")}
"""Codes of `Answers.missing` in words."""
NOT_YET = _l("not yet")
NOT_DONE = _l("not done")


class Standing(StrEnum):
    """Whether there is a value, and if not, why."""

    VALUE = "value"
    NOT_DONE = "not-done"
    NOT_YET = "not-yet"
    NOT_ASKED = "not-asked"


@dataclass(frozen=True)
class Cell:
    """One value at one time in words, without its unit.

    `number` where it can be subtracted; `address` FORM/EVENT/OCCURRENCE of its form.
    """

    standing: Standing
    text: str
    number: Decimal | None = None
    address: str | None = None


@dataclass(frozen=True)
class Change:
    """Restaging minus baseline, in the unit of the measure, and in per cent of the baseline; None where that is 0."""

    absolute: Decimal
    percent: Decimal | None


@dataclass(frozen=True)
class Measure:
    """One line: a cell a time, and a change a restaging (None where there is none to tell). `unit` "" for words and pure numbers."""

    name: str
    label: str
    unit: str
    cells: tuple[Cell, ...]
    changes: tuple[Change | None, ...]


@dataclass(frozen=True)
class Section:
    """Measures under a heading."""

    heading: str
    measures: tuple[Measure, ...]


PAIRS: tuple[tuple[str, tuple[tuple[str, str | None, str | None], ...]], ...] = (
    (
        _l("MRI"),
        (
            (_l("Distance from the anal verge"), "MRI0.DISTAV", None),
            (_l("Length of the tumour"), "MRI0.LENGTH", None),
            (_l("Volume of the tumour"), "MRI0.VOLUME", None),
            (_l("T category"), "MRI0.CTCAT", "RST.YCT"),
            (_l("N category"), "MRI0.CNCAT", "RST.YCN"),
            (_l("Mesorectal fascia involved"), "MRI0.MRF", None),
            (_l("Extramural venous invasion"), "MRI0.EMVI", None),
            (_l("MRI response"), None, "RST.MRIRESP"),
            (_l("mrTRG"), None, "RST.MRTRG"),
            (_l("High DWI signal"), None, "RST.DWI"),
        ),
    ),
    (_l("Examination"), ((_l("Digital rectal examination"), None, "RST.DRE"), (_l("Endoscopy"), None, "RST.ENDO"))),
    (
        _l("Pathology"),
        (
            (_l("Histology"), "PATH.HISTO", None),
            (_l("Differentiation"), "PATH.GRADE", None),
            (_l("Biopsy at restaging"), None, "RST.BX"),
        ),
    ),
    (
        _l("ctDNA"),
        ((_l("ctDNA"), "LBX.CDNARES", "LBX.CDNARES"), (_l("Variant allele fraction"), "LBX.CDNAVAF", "LBX.CDNAVAF")),
    ),
)
"""Headings, and under each a label with the item read at screening and the one read at a restaging; None: not asked for then."""


def times(record: Record) -> tuple[str, ...]:
    """Screening, restaging, and the re-assessment once it is due (near-complete response at the first) or was begun."""
    first = record.at("RST", RESTAGING)
    near = first is not None and first.counts and record.scope(first).item("RST.RESP") == "NCR"
    begun = any(crf.event == REASSESSMENT and crf.answers.removed is None for crf in record.crfs)
    return (BASELINE, RESTAGING, REASSESSMENT) if near or begun else (BASELINE, RESTAGING)


def sections(record: Record, tables: Tables, features: Mapping[str, str | None], say: Say = str) -> tuple[Section, ...]:
    """Every measure. `features`: the radiomic features to show and the unit of each, as the model's manifest declares them."""
    at = times(record)
    told = [Section(say(heading), tuple(_pair(record, at, say, *line) for line in lines)) for heading, lines in PAIRS]
    told.insert(2, Section(say(_l("Blood")), (_cea(record, at, say),)))
    radiomics = tuple(_feature(record, at, tables, name, unit, say) for name, unit in features.items())
    return (*told, Section(say(_l("Radiomics")), radiomics)) if radiomics else tuple(told)


def change(before: Decimal | None, after: Decimal | None) -> Change | None:
    """What changed between two numbers; None where either is missing."""
    if before is None or after is None:
        return None
    difference = after - before
    return Change(difference, None if before == 0 else difference / abs(before) * 100)


def _measure(name: str, label: str, unit: str | None, cells: tuple[Cell, ...]) -> Measure:
    first, *later = cells
    return Measure(name, label, unit or "", cells, tuple(change(first.number, c.number) for c in later))


def _pair(
    record: Record, at: tuple[str, ...], say: Say, label: str, baseline: str | None, restaging: str | None
) -> Measure:
    cells = tuple(item_at(record, baseline if event == BASELINE else restaging, event, say) for event in at)
    key = baseline or restaging or ""
    return _measure(key, say(label), record.definition_of(key).unit, cells)


def last_at(record: Record, form: str, event: str) -> Crf | None:
    """The last instance of a form at an event, one that counts before one marked "not done"; None where nothing was entered."""
    here = [c for c in record.crfs if (c.form, c.event) == (form, event) and c.answers.removed is None]
    return next((c for c in reversed(here) if c.counts), here[-1] if here else None)


def item_at(record: Record, key: str | None, event: str, say: Say) -> Cell:
    """FORM.ITEM at an event; a key of None was not asked for there."""
    if key is None:
        return Cell(Standing.NOT_ASKED, "")
    form = key.partition(".")[0]
    crf = last_at(record, form, event)
    if absent := _absent(record, form, crf, say):
        return absent
    assert crf is not None
    scope = record.scope(crf)
    return _answer(scope, scope.definition_of(key), key, crf, say)


def _absent(record: Record, form: str, crf: Crf | None, say: Say) -> Cell | None:
    """Why a form says nothing; None where it was entered. A form nobody asks for (samples were not consented to) is no gap."""
    if crf is None:
        return Cell(Standing.NOT_YET, say(NOT_YET)) if asked(form, record) else Cell(Standing.NOT_ASKED, "")
    off = crf.answers.not_done
    if off is not None:
        return Cell(Standing.NOT_DONE, f"{say(NOT_DONE)} ({off.reason})", address=crf.address)
    return None


def _answer(scope: InstanceScope, item: Item, key: str, crf: Crf, say: Say) -> Cell:
    value = scope.code(key)
    if value is None:
        return _blank(scope, item, crf, say)
    words = decoded(item, value, say)
    # "Not assessable", "failed", "not done" are answers of a person, and no measurement.
    if item.kind == "code" and value in item.unknown_codes():
        return Cell(Standing.NOT_DONE, words, address=crf.address)
    number = Decimal(value) if isinstance(value, Decimal | int) else None
    return Cell(Standing.VALUE, words, number, crf.address)


def _blank(scope: InstanceScope, item: Item, crf: Crf, say: Say) -> Cell:
    if reason := crf.answers.missing.get(item.oid):
        return Cell(Standing.NOT_DONE, say(WHY_MISSING[reason]), address=crf.address)
    if visible(item, scope) is False:
        return Cell(Standing.NOT_ASKED, "", address=crf.address)
    return Cell(Standing.NOT_YET, say(NOT_YET), address=crf.address)


def _cea(record: Record, at: tuple[str, ...], say: Say) -> Measure:
    return _measure("LB.CEA", say(_l("CEA")), TESTS["CEA"].si, tuple(_cea_at(record, event, say) for event in at))


def _cea_at(record: Record, event: str, say: Say) -> Cell:
    """The last CEA of a visit in the SI unit."""
    for crf in reversed([c for c in record.all("LB") if c.event == event]):
        for row in reversed(record.rows(crf, "R")):
            value = to_si("CEA", row.item("LB.LBORRES"), row.item("LB.LBORRESU"))
            if row.item("LB.LBTEST") == "CEA" and value is not None:
                return _result(value, row.item("LB.LBOPER"), crf)
    found = last_at(record, "LB", event)
    return _absent(record, "LB", found, say) or Cell(
        Standing.NOT_YET, say(NOT_YET), address=found.address if found else None
    )


def _result(value: Decimal, operator: Any, crf: Crf) -> Cell:
    beyond = operator in ("<", ">")
    words = shown(value)
    return Cell(Standing.VALUE, f"{operator} {words}" if beyond else words, None if beyond else value, crf.address)


def _feature(record: Record, at: tuple[str, ...], tables: Tables, name: str, unit: str | None, say: Say) -> Measure:
    cells = tuple(_feature_at(record, event, tables, name, say) for event in at)
    return _measure(f"RAD.{name}", name, unit, cells)


def _feature_at(record: Record, event: str, tables: Tables, name: str, say: Say) -> Cell:
    crf = last_at(record, "RAD", event)
    if absent := _absent(record, "RAD", crf, say):
        return absent
    assert crf is not None
    problem, value = next(_unusable(record.scope(crf), tables, name), None), None
    if problem is None:
        value = tables[record.scope(crf).item("RAD.RADFILE").sha256].get(name)
        problem = _l("not in the table") if value is None else None
    if problem is not None or value is None:
        return Cell(Standing.NOT_DONE, say(problem or NOT_DONE), address=crf.address)
    number = Decimal(str(value))
    return Cell(Standing.VALUE, significant(number).replace("-", "\N{MINUS SIGN}"), number, crf.address)


def _unusable(scope: InstanceScope, tables: Tables, name: str) -> Iterator[str]:
    """Why the table of an instance says nothing: the rules by which the model takes it for missing (PROTOCOL 5)."""
    table = scope.item("RAD.RADFILE")
    if scope.item("RAD.RADQC") != "PASS":
        yield _l("quality failed")
    if not isinstance(table, FileRef):
        yield NOT_YET
    elif table.sha256 not in tables:
        yield _l("the table cannot be read")


def significant(number: Decimal) -> str:
    """Four significant digits, never in powers of ten: 1234.567 is 1235, 0.0123456 is 0.01235."""
    return f"{Decimal(f'{number:.4g}'):f}"
