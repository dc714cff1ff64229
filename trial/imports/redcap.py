"""Lines of a REDCap file in Vigil's own layout (`trial.exports.redcap_layout`): what would be typed on which form.

A line of a participant at an event holds all forms that do not repeat, or one instance of one that does, or one row of a
group. A blank cell says nothing: what is saved stays. A missing data code (VG_ND ...) says why there is no answer.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from forms.answers import Crf, FileRef
from forms.document import as_typed
from forms.language import FormDef, Item
from forms.redcap.cells import columns_of, missing_columns
from forms.redcap.rows import Writer
from forms.redcap.setup import EVENT, INSTANCE, INSTRUMENT, MISSING, REASONS
from forms.text import _l
from trial.exports.redcap import study_of
from trial.exports.redcap_layout import RECORD, Instrument, event_of, instruments
from trial.imports.laboratory import Unusable
from trial.imports.tabular import Line
from trial.places import is_place

NEEDED = (RECORD, EVENT)
_NUMBER = re.compile(r"(?:VG|RG)-[0-9A-Z]{1,8}-[0-9]{4,}")
_INSTANCE = re.compile(r"[1-9][0-9]{0,2}")
_ROW_ID = re.compile(r"[A-Za-z0-9-]{1,40}")
_INSTANT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2})")
_YES_NO = {"1": "Y", "0": "N"}


@dataclass(frozen=True)
class Part:
    """What one line says of one form, or of one row of it, as it would be typed. `form` "": the line says nothing."""

    line: int
    participant: str
    event: str = ""
    form: str = ""
    occurrence: int = 1
    group: str | None = None
    row: str = ""
    items: Mapping[str, Any] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    not_done: Mapping[str, str] | None = None

    @property
    def place(self) -> tuple[str, str, str, int]:
        """What makes parts one form."""
        return self.participant, self.event, self.form, self.occurrence


@cache
def columns() -> tuple[str, ...]:
    """Every column of the layout."""
    return Writer.of(study_of("", (), None)).columns(groups=True)


def optional() -> frozenset[str]:
    """All but those that say whose line it is and of which event: a file may hold a part of the trial."""
    return frozenset(columns()) - set(NEEDED)


def parts_of(line: Line) -> tuple[Part | Unusable, ...] | Unusable:
    """One line as parts, or why it is none. Whether the values can be true is for the forms' own checks."""
    cells = line.cells
    participant, named, instance = cells[RECORD].upper(), cells.get(INSTRUMENT, ""), cells.get(INSTANCE, "")
    event = event_of(cells[EVENT])
    if not _NUMBER.fullmatch(participant):
        return _unusable(line, _l("“%(typed)s” is no participant number."), participant)
    if event is None:
        return _unusable(line, _l("The schedule has no event “%(typed)s”."), cells[EVENT])
    if (named or instance) and not _INSTANCE.fullmatch(instance):
        return _unusable(line, _l("“%(typed)s” is no number of an instance."), instance)
    if named:
        found = next((each for each in instruments(None) if each.name == named), None)
        if found is None or not found.repeats:
            return _unusable(line, _l("No form that repeats is called “%(typed)s”."), named)
        return (_part(line, participant, event, found, int(instance)),)
    return _whole(line, participant, event) or (Part(line.number, participant),)


def _unusable(line: Line, message: str, typed: str) -> Unusable:
    return Unusable(line.number, line.cells[RECORD].upper(), message, {"typed": typed[:40]})


def _whole(line: Line, participant: str, event: str) -> tuple[Part | Unusable, ...]:
    """Every form the line says something of; one that repeats has a line of its own."""
    said = [each for each in instruments(None) if any(line.cells.get(c) for c in _columns(each))]
    return tuple(
        _unusable(line, _l("“%(typed)s” repeats: each instance stands in a line of its own."), each.name)
        if each.repeats
        else _part(line, participant, event, each, 1)
        for each in said
    )


@cache
def _columns(instrument: Instrument) -> tuple[str, ...]:
    """The columns that hold answers of an instrument; its status says nothing, it follows from what is saved."""
    own = (
        i
        for i in instrument.definition.items
        if i.kind != "calc" and i.oid not in (RECORD, f"{instrument.name}_complete")
    )
    return tuple(column for item in own for column in (*columns_of(item), *missing_columns(item, MISSING)))


def _part(line: Line, participant: str, event: str, instrument: Instrument, instance: int) -> Part | Unusable:
    occurrence, row = instance, ""
    if instrument.group is not None:
        of = line.cells.get(instrument.of, "") or "1"
        if not _INSTANCE.fullmatch(of):
            return _unusable(line, _l("“%(typed)s” is no number of an instance."), of)
        occurrence, row = int(of), _row(line, instrument, event, instance)
    if not is_place(instrument.form, event, occurrence):
        return _unusable(line, _l("The schedule has no form “%(typed)s” there."), instrument.form)
    items, missing, files = _read(line.cells, instrument)
    return Part(
        line.number, participant, event, instrument.form, occurrence, instrument.group, row, items, missing, files,
        _not_done(line.cells, instrument),
    )  # fmt: skip


def _row(line: Line, instrument: Instrument, event: str, instance: int) -> str:
    """The row's own id; one without an id is named after its place, so that the same line again finds it again."""
    given = line.cells.get(instrument.row, "")
    if _ROW_ID.fullmatch(given):
        return given
    return hashlib.sha256(f"{instrument.name}/{event}/{instance}".encode()).hexdigest()[:12]


def _not_done(cells: Mapping[str, str], instrument: Instrument) -> dict[str, str] | None:
    reason, on = cells.get(instrument.not_done, ""), cells.get(instrument.not_done_on, "")
    return {"reason": reason, "on": on} if instrument.group is None and (reason or on) else None


def _read(cells: Mapping[str, str], instrument: Instrument) -> tuple[dict[str, Any], dict[str, str], dict[str, str]]:
    items: dict[str, Any] = {}
    missing: dict[str, str] = {}
    files: dict[str, str] = {}
    fields = {item.oid: item for item in instrument.definition.items}
    for name, ours in instrument.ours.items():
        code = _missing(fields[name], cells)
        typed = None if code else _typed(fields[name], ours, cells)
        if code:
            missing[ours.oid] = REASONS[code]
        elif typed is not None and ours.kind == "file":
            files[ours.oid] = typed
        elif typed is not None:
            items[ours.oid] = typed
    return items, missing, files


def _missing(item: Item, cells: Mapping[str, str]) -> str:
    ticked = (code for column, code in missing_columns(item, MISSING).items() if cells.get(column) == "1")
    text = cells.get(item.oid, "")
    return text if text in MISSING else next(ticked, "")


def _typed(item: Item, ours: Item, cells: Mapping[str, str]) -> Any:
    """As the page would send it; None where the cells say nothing."""
    if item.kind == "multi" and item.codes is not None:
        shown = list(zip(item.codes.values, (cells.get(column, "") for column in columns_of(item)), strict=True))
        # A cell that is neither 0 nor 1 becomes a code nobody has, and the page's own words refuse it.
        chosen = [code if text == "1" else text for code, text in shown if text not in ("", "0")]
        return chosen if any(text for _, text in shown) else None
    text = cells.get(item.oid, "")
    if not text:
        return None
    if ours.kind == "datetime" and (instant := _INSTANT.fullmatch(text)):
        return f"{instant[1]}T{instant[2]}Z"
    return _YES_NO.get(text, text) if ours.kind == "yn" else text


def together(read: Iterable[Sequence[Part | Unusable]]) -> Iterator[tuple[tuple[Part, ...], tuple[Unusable, ...]]]:
    """Parts of one form, in the order of the file; and those that cannot be, or say a second time what another line said."""
    groups: dict[tuple[str, str, str, int], list[Part]] = {}
    odd: list[Unusable] = []
    for each in (each for parts in read for each in parts):
        if isinstance(each, Unusable):
            odd.append(each)
        else:
            groups.setdefault(each.place if each.form else (*each.place[:3], each.line), []).append(each)
    if odd:
        yield (), tuple(odd)
    for group in groups.values():
        first: dict[tuple[str | None, str], Part] = {}
        for each in group:
            first.setdefault((each.group, each.row), each)
        twice = _l("The form, or its row, stands twice; line %(line)s was taken.")
        again = tuple(
            Unusable(e.line, e.participant, twice, {"line": str(first[e.group, e.row].line)})
            for e in group
            if first[e.group, e.row] is not e
        )
        yield tuple(first.values()), again


def merged(definition: FormDef, saved: Crf | None, parts: Sequence[Part]) -> dict[str, Any]:
    """The raw document of the form as saved, with what the parts say put in."""
    raw = as_saved(definition, saved)
    for part in parts:
        target = raw if part.group is None else _row_of(raw, part)
        _put(target, part)
        if part.not_done is not None:
            raw |= {"items": {}, "missing": {}, "groups": {}, "not_done": dict(part.not_done)}
        elif part.items or part.missing:
            raw["not_done"] = None
    return raw


def as_saved(definition: FormDef, saved: Crf | None) -> dict[str, Any]:
    """The raw document of the form as saved; of a form that is not there, a blank one."""
    if saved is None or saved.answers.removed is not None:
        return {"items": {}, "missing": {}, "groups": {}, "confirmed": {}, "not_done": None}
    return as_typed(definition, saved.answers)


def _row_of(raw: dict[str, Any], part: Part) -> dict[str, Any]:
    rows = raw["groups"].setdefault(part.group, [])
    found: dict[str, Any] | None = next((row for row in rows if row["id"] == part.row), None)
    if found is None:
        found = {"id": part.row, "items": {}, "missing": {}}
        rows.append(found)
    return found


def _put(target: dict[str, Any], part: Part) -> None:
    """A value takes the place of the reason for a blank, and a reason that of a value."""
    for name, value in part.items.items():
        target["missing"].pop(name, None)
        # No box ticked is no answer to us.
        if value == []:
            target["items"].pop(name, None)
        else:
            target["items"][name] = value
    for name, reason in part.missing.items():
        target["items"].pop(name, None)
        target["missing"][name] = reason


def other_files(saved: Crf | None, part: Part) -> tuple[str, ...]:
    """Items whose cell names another file than the one that was uploaded."""
    if part.group is not None or saved is None:
        return tuple(part.files)
    held = saved.answers.items
    return tuple(n for n, name in part.files.items() if not (isinstance(held.get(n), FileRef) and held[n].name == name))
