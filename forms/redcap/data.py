"""REDCap's raw data file as subjects: every line to the forms it holds, what is no answer kept as text.

A form exists where a line has anything of it. The result of a calculation is not an answer: we calculate it, and keep theirs beside.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from forms.answers import Answers, Crf
from forms.foreign import Aside, ForeignSubject, Loss
from forms.language import FormDef, Item
from forms.redcap.cells import columns_of, missing_columns, read_cells
from forms.redcap.definitions import VERSION
from forms.redcap.event_order import order_of_events
from forms.redcap.problem import RedcapProblem
from forms.redcap.rows import COLUMN, ROW, Lines, Place, Writer
from forms.redcap.setup import CLASSIC, EVENT, GROUP, INSTANCE, INSTRUMENT, PROJECT, REASONS, Setup
from forms.redcap.sheet import Line, Sheet
from forms.text import _l

_MESSAGES: Mapping[str, str] = {
    "value": _l("Not a value of the field, kept as text: %(detail)s (first in line %(line)s)"),
    "code": _l("Not a code of the field, kept as text: %(detail)s (first in line %(line)s)"),
    "calculated-value": _l("The result REDCap calculated is kept as text beside the answers (first in line %(line)s)."),
    "missing-code": _l("A code for missing data becomes “%(detail)s”; the code itself is kept (first in line %(line)s)."),
    "unknown-column": _l("Columns that no field has are kept as text: %(detail)s"),
    "absent-column": _l("The file has no column for these fields: %(detail)s"),
    "access-group": _l("The data access group of each record is kept as text; it restricts nothing here."),
    "form-status": _l("The status of a form (incomplete, unverified, complete) is an item of the form; nothing follows from it."),
    "order": _l("The lines of the file stand in another order than REDCap's own."),
    "formula": _l("Text that a spreadsheet would take for a formula, kept as written (first in line %(line)s)."),
    "spelling": _l("Numbers or marks spelt in another way than ours, kept as written (first in line %(line)s)."),
}  # fmt: skip
_FORMULA = re.compile(r"[=@]|[+-](?![0-9.]*$)")


@dataclass(frozen=True)
class Data:
    subjects: tuple[ForeignSubject, ...]
    asides: tuple[Aside, ...]
    losses: tuple[Loss, ...]


@dataclass
class _Told:
    """What was met on the way: (where, kind) -> how often, first line, first detail."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    first: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    def note(self, where: str, kind: str, line: int = 0, detail: str = "") -> None:
        self.counts[where, kind] += 1
        self.first.setdefault((where, kind), {"line": str(line), "detail": detail[:120]})

    def losses(self) -> tuple[Loss, ...]:
        return tuple(Loss(w, k, _MESSAGES[k], self.first[w, k], n) for (w, k), n in self.counts.items())


def setup_from(sheet: Sheet, setup: Setup, record: str, forms: Sequence[str]) -> Setup:
    """The setup with what the lines themselves say of events and repeats. Raises RedcapProblem with the line."""
    if sheet.columns and record not in sheet.columns:
        raise RedcapProblem("columns_missing", record, 1)
    longitudinal = EVENT in sheet.columns if sheet.columns else setup.longitudinal
    places = [(line.number, place_of(line, longitudinal)) for line in sheet.lines]
    for number, place in places:
        if place.instrument and place.instrument not in forms:
            raise RedcapProblem("instrument", place.instrument, number)
        if setup.events and place.event not in setup.events:
            raise RedcapProblem("event", place.event, number)
    return replace(
        setup,
        longitudinal=longitudinal,
        events=setup.events or order_of_events(_courses(sheet, record, places)),
        repeating=setup.repeating | {(p.event, p.instrument) for _, p in places if p.instance},
    )


def _courses(sheet: Sheet, record: str, places: Sequence[tuple[int, Place]]) -> Iterable[list[str]]:
    """The events of each record, in the order of its lines."""
    courses: dict[str, list[str]] = {}
    for line, (_, place) in zip(sheet.lines, places, strict=True):
        courses.setdefault(line.cells[record], []).append(place.event)
    return courses.values()


def place_of(line: Line, longitudinal: bool) -> Place:
    """Which line of its record this is. Raises RedcapProblem with the line."""
    cells = line.cells
    instrument, instance = cells.get(INSTRUMENT, ""), cells.get(INSTANCE, "")
    if (instrument or instance) and not re.fullmatch(r"[1-9][0-9]{0,5}", instance, re.ASCII):
        raise RedcapProblem("instance", instance, line.number)
    event = cells[EVENT] if longitudinal else CLASSIC
    if not event or "/" in event or " " in event:
        raise RedcapProblem("event", event, line.number)
    return Place(event, instrument, instance)


def data_of(sheet: Sheet, writer: Writer) -> Data:
    """Every subject of the file. Raises RedcapProblem with the line: no_record, row_twice."""
    told = _Told()
    records = _records(sheet, writer)
    subjects = tuple(_subject(key, lines, writer, told) for key, lines in records.items())
    groups = any(aside.name == GROUP for subject in subjects for aside in subject.asides)
    asides = _columns(sheet, writer, told, groups=groups)
    if [line.cells[writer.record_field] for line in sheet.lines] != [k for k, lines in records.items() for _ in lines]:
        told.note(PROJECT, "order")
    return Data(subjects, asides, told.losses())


Numbered = dict[Place, Line]


def _records(sheet: Sheet, writer: Writer) -> dict[str, Numbered]:
    records: dict[str, Numbered] = {}
    for line in sheet.lines:
        key = line.cells[writer.record_field]
        if not key.strip():
            raise RedcapProblem("no_record", "", line.number)
        place = place_of(line, writer.setup.longitudinal)
        lines = records.setdefault(key, {})
        if place in lines:
            raise RedcapProblem("row_twice", f"{key} {place}", line.number)
        lines[place] = line
    return records


def _subject(key: str, lines: Numbered, writer: Writer, told: _Told) -> ForeignSubject:
    unreadable: dict[tuple[str, str], str] = {}
    crfs = [
        crf
        for place, line in lines.items()
        for form in _forms_at(place, writer)
        if (crf := _crf(form, place, line, writer, unreadable, told)) is not None
    ]
    plain = ForeignSubject(key, tuple(crfs), unreadable)
    asides = tuple(_kept(plain, lines, writer, told))
    if list(lines) != [place for place, _ in writer.ordered({place: {} for place in lines})]:
        told.note(PROJECT, "order")
    return replace(plain, asides=asides)


def _forms_at(place: Place, writer: Writer) -> Iterator[FormDef]:
    yield from (form for form in writer.forms if place.instrument in ("", form.oid))


def _crf(
    form: FormDef, place: Place, line: Line, writer: Writer, unreadable: dict[tuple[str, str], str], told: _Told
) -> Crf | None:
    own = [item for item in form.items if item.oid != writer.record_field]
    if not any(line.cells.get(column) for item in own for column in writer.cells_of(item)):
        return None
    # A form that repeats by itself has its answers in lines of its own; what else stands there is kept cell by cell.
    if not place.instrument and (place.event, form.oid) in writer.setup.repeating:
        return None
    crf = Crf(form.oid, VERSION, place.event, int(place.instance or 1), 1, Answers())
    items, missing = {}, {}
    if form is writer.forms[0]:
        items[writer.record_field] = line.cells[writer.record_field]
    for item in own:
        value, reason = _answer(item, line, crf.address, writer.setup, unreadable, told)
        items.update({item.oid: value} if value is not None else {})
        missing.update({item.oid: reason} if reason else {})
    return replace(crf, answers=Answers(items, missing))


def _answer(
    item: Item, line: Line, address: str, setup: Setup, unreadable: dict[tuple[str, str], str], told: _Told
) -> tuple[Any, str]:
    if (reason := _missing(item, line, setup)) is not None:
        told.note(item.key, "missing-code", line.number, reason)
        return None, reason
    try:
        value = read_cells(item, line.cells)
    except ValueError:
        texts = {column: line.cells.get(column, "") for column in columns_of(item)}
        unreadable.update({(address, column): cell for column, cell in texts.items() if cell})
        told.note(item.key, "code" if item.codes else "value", line.number, next(filter(None, texts.values()), ""))
        return None, ""
    if isinstance(value, str) and item.kind == "text" and _FORMULA.match(value):
        told.note(item.key, "formula", line.number)
    return value, ""


def _missing(item: Item, line: Line, setup: Setup) -> str | None:
    """Why there is no answer, in our words, where the cell holds one of the project's codes for that."""
    text = line.cells.get(item.oid, "")
    if item.codes and text in item.codes:
        return None
    ticked = (code for column, code in missing_columns(item, setup.missing).items() if line.cells.get(column) == "1")
    code = text if text in setup.missing else next(ticked, "")
    return REASONS.get(code)


def _kept(plain: ForeignSubject, lines: Numbered, writer: Writer, told: _Told) -> Iterator[Aside]:
    """Every cell our answers would not write again in the same words."""
    groups = {line.cells.get(GROUP, "") for line in lines.values()}
    group = next(iter(groups)) if len(groups) == 1 else ""
    if group:
        yield Aside("", GROUP, group)
    if any(groups):
        told.note(PROJECT, "access-group")
    ours: Lines = writer.lines(plain)
    items = {column: item for form in writer.forms for item in form.items for column in writer.cells_of(item)}
    coded = {column for item in items.values() for column in missing_columns(item, writer.setup.missing)}
    for place, line in lines.items():
        if place not in ours:
            yield Aside(str(place), ROW, "")
        written = writer.whole_line(plain.key, place, {GROUP: group, **ours.get(place, {})})
        for column, text in line.cells.items():
            if written.get(column, "") != text:
                yield Aside(str(place), column, text)
                if text not in writer.setup.missing and column not in coded:
                    _note_kept(column, items.get(column), line.number, told)


def _note_kept(column: str, item: Item | None, number: int, told: _Told) -> None:
    if item is not None:
        told.note(item.key, "calculated-value" if item.kind == "calc" else "spelling", number)


def _columns(sheet: Sheet, writer: Writer, told: _Told, *, groups: bool) -> tuple[Aside, ...]:
    if not sheet.columns:
        return ()
    usual = writer.columns(groups=groups)
    extra = [c for c in sheet.columns if c not in set(usual) | {EVENT, INSTRUMENT, INSTANCE, GROUP}]
    absent = [c for c in usual if c not in set(sheet.columns)]
    for kind, names in (("unknown-column", extra), ("absent-column", absent)):
        if names:
            told.note(PROJECT, kind, 1, f"{len(names)}: {', '.join(names[:5])}")
    if sheet.columns == usual:
        return ()
    return tuple(Aside(PROJECT, COLUMN, column) for column in sheet.columns)
