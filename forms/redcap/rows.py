"""Subjects as the lines of REDCap's raw data file, with what was kept as written put back.

A line is a record at an event: all its forms there, or one instance of a repeating form, or one instance of a repeating event.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from forms.answers import Crf
from forms.foreign import Aside, ForeignStudy, ForeignSubject
from forms.language import FormDef, Item
from forms.redcap.cells import columns_of, missing_columns, write_cells
from forms.redcap.choices import checkbox_column
from forms.redcap.setup import CLASSIC, EVENT, GROUP, INSTANCE, INSTRUMENT, PROJECT, Setup, setup_of
from forms.redcap.sheet import write_sheet
from forms.redcap.writing import ordered_forms

COLUMN = "Column"
"""Name of the aside, of the project, that says the columns of a file whose heading is not the usual one."""
ROW = "Line"
"""Name of the aside, of a subject, for a line that holds no answer."""


@dataclass(frozen=True, order=True)
class Place:
    """Which line of a record: event, repeating form ("" for the others together), instance ("" where nothing repeats)."""

    event: str
    instrument: str = ""
    instance: str = ""

    def __str__(self) -> str:
        return f"{self.event}/{self.instrument}/{self.instance}"

    @classmethod
    def parse(cls, text: str) -> Place:
        """The place `str` wrote; names of events and forms hold no slash."""
        return cls(*text.split("/", 2))


Lines = dict[Place, dict[str, str]]


@dataclass(frozen=True)
class Writer:
    """What is needed to write one study: its forms in order, its setup."""

    forms: tuple[FormDef, ...]
    setup: Setup

    @classmethod
    def of(cls, study: ForeignStudy) -> Writer:
        """The writer of a study."""
        return cls(ordered_forms(study), setup_of(study.asides))

    @property
    def record_field(self) -> str:
        """The first field of the dictionary names the record."""
        return self.forms[0].items[0].oid

    def place(self, crf: Crf) -> Place:
        """The line a form instance stands in."""
        if (crf.event, crf.form) in self.setup.repeating:
            return Place(crf.event, crf.form, str(crf.occurrence))
        whole = (crf.event, "") in self.setup.repeating
        return Place(crf.event, "", str(crf.occurrence) if whole else "")

    def lines(self, subject: ForeignSubject) -> Lines:
        """Every line of a subject, by place, without what was kept as written."""
        found: Lines = {}
        by_name = {form.oid: form for form in self.forms}
        for crf in subject.crfs:
            found.setdefault(self.place(crf), {}).update(_cells(by_name[crf.form], crf, subject.unreadable))
        return found

    def ordered(self, lines: Lines) -> list[tuple[Place, dict[str, str]]]:
        """By event, then the line of the forms that do not repeat, then form by form and instance by instance."""
        events = {event: n for n, event in enumerate(self.setup.events)}
        forms = {form.oid: n for n, form in enumerate(self.forms)}

        def key(found: tuple[Place, dict[str, str]]) -> tuple[int, str, int, int]:
            place = found[0]
            return (
                events.get(place.event, len(events)), place.event,
                forms.get(place.instrument, -1), int(place.instance or 0),
            )  # fmt: skip

        return sorted(lines.items(), key=key)

    def whole_line(self, key: str, place: Place, cells: Mapping[str, str]) -> dict[str, str]:
        """A line with the columns that say which one it is."""
        event = place.event if self.setup.longitudinal else ""
        named = {EVENT: event, INSTRUMENT: place.instrument, INSTANCE: place.instance}
        return {**cells, **named, self.record_field: key}

    def columns(self, *, groups: bool) -> tuple[str, ...]:
        """The heading REDCap gives a file with every field: each form's fields, then its status."""
        named = [self.record_field]
        named += [EVENT] if self.setup.longitudinal else []
        named += [INSTRUMENT, INSTANCE] if self.setup.repeating else []
        named += [GROUP] if groups else []
        items = (item for form in self.forms for item in form.items if item.oid != self.record_field)
        return (*named, *(column for item in items for column in self.cells_of(item)))

    def cells_of(self, item: Item) -> tuple[str, ...]:
        """The columns of an item, those for its missing data included."""
        return (*columns_of(item), *missing_columns(item, self.setup.missing))


def data_csv(study: ForeignStudy) -> bytes:
    """The data as REDCap's raw export writes them: codes, and one column a checkbox choice."""
    writer = Writer.of(study)
    kept = tuple(aside.text for aside in study.asides if (aside.where, aside.name) == (PROJECT, COLUMN))
    groups = any(aside.name == GROUP for subject in study.subjects for aside in subject.asides)
    columns = kept or writer.columns(groups=groups)
    return write_sheet(columns, (line for subject in study.subjects for line in lines_of(writer, subject)))


def lines_of(writer: Writer, subject: ForeignSubject) -> Iterator[dict[str, str]]:
    """Every line of a subject, in order."""
    lines = writer.lines(subject)
    _put_back(lines, subject.asides)
    group = {aside.name: aside.text for aside in subject.asides if aside.where == ""}
    for place, cells in writer.ordered(lines):
        yield writer.whole_line(subject.key, place, {**group, **cells})


def _put_back(lines: Lines, asides: Iterable[Aside]) -> None:
    for aside in asides:
        if aside.where:
            cells = lines.setdefault(Place.parse(aside.where), {})
            if aside.name != ROW:
                cells[aside.name] = aside.text


def _cells(form: FormDef, crf: Crf, unreadable: Mapping[tuple[str, str], str]) -> Iterator[tuple[str, str]]:
    if not crf.counts:
        return
    for item in form.items:
        if item.oid in crf.answers.items:
            yield from write_cells(item, crf.answers.items[item.oid])
        elif item.oid in crf.answers.missing:
            yield from _missing(item, crf.answers.missing[item.oid])
        yield from (
            (column, unreadable[crf.address, column])
            for column in columns_of(item)
            if (crf.address, column) in unreadable
        )


def _missing(item: Item, reason: str) -> Iterator[tuple[str, str]]:
    yield (checkbox_column(item.oid, reason), "1") if item.kind == "multi" else (item.oid, reason)


def events_csv(study: ForeignStudy) -> bytes:
    """The events, as REDCap's API writes and reads them; the file that was read, where there was one."""
    setup = setup_of(study.asides)
    if "Events" in setup.files:
        return setup.files["Events"].encode("utf-8")
    rows = (
        {"event_name": event.rpartition("_arm_")[0] or event, "arm_num": event.rpartition("_arm_")[2] or "1",
         "unique_event_name": event}
        for event in setup.events
    )  # fmt: skip
    return write_sheet(("event_name", "arm_num", "unique_event_name"), rows)


def mapping_csv(study: ForeignStudy) -> bytes:
    """Which form belongs to which event; where no file said so, the forms that have data there."""
    setup = setup_of(study.asides)
    if "Mapping" in setup.files:
        return setup.files["Mapping"].encode("utf-8")
    used = {(crf.event, crf.form) for subject in study.subjects for crf in subject.crfs}
    order = [(event, form.oid) for event in setup.events or (CLASSIC,) for form in ordered_forms(study)]
    pairs = setup.designated or tuple(pair for pair in order if pair in used)
    rows = (
        {"arm_num": event.rpartition("_arm_")[2], "unique_event_name": event, "form": form} for event, form in pairs
    )
    return write_sheet(("arm_num", "unique_event_name", "form"), rows)
