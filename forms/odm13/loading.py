"""A subject of another system as a record of ours: typed answers, and beside them what could not become one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from forms.answers import Answers, Crf, Row
from forms.language import FormDef, GroupDef
from forms.odm13.definitions import VERSION, Forms, form_key
from forms.odm13.subjects import FormData, GroupData, Subject
from forms.odm13.values import read_value
from forms.record import Record


@dataclass(frozen=True)
class Loaded:
    """One subject. `calculated`: (address, item) -> text the other system stored for a calculated item, which we never
    store; `unreadable`: (address, item) -> text that is no value of the item's type; `undeclared`: (address, item) of
    answers the study has no item for. An address is FORM/EVENT/OCCURRENCE.
    """

    key: str
    record: Record
    calculated: Mapping[tuple[str, str], str]
    unreadable: Mapping[tuple[str, str], str]
    undeclared: tuple[tuple[str, str], ...]


@dataclass
class _Sorted:
    """Where the texts of one form end up while it is read."""

    items: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    calculated: dict[tuple[str, str], str] = field(default_factory=dict)
    unreadable: dict[tuple[str, str], str] = field(default_factory=dict)
    undeclared: list[tuple[str, str]] = field(default_factory=list)


def load(forms: Forms, subject: Subject) -> Loaded:
    """The subject as a record of the study's forms, in the order of the file. Raises nothing for odd data."""
    crfs: list[Crf] = []
    found = _Sorted()
    for data in subject.forms:
        crf = _crf(forms, data, found)
        if crf is not None:
            crfs.append(crf)
    record = Record(tuple(crfs), forms.definitions)
    return Loaded(subject.key, record, found.calculated, found.unreadable, tuple(found.undeclared))


def _address(data: FormData) -> tuple[str, str, int]:
    event = data.event if data.event_repeat is None else f"{data.event}-{data.event_repeat}"
    occurrence = int(data.repeat) if data.repeat and data.repeat.isascii() and data.repeat.isdigit() else 1
    return form_key(data.oid), event, occurrence


def _crf(forms: Forms, data: FormData, found: _Sorted) -> Crf | None:
    form, event, occurrence = _address(data)
    address = f"{form}/{event}/{occurrence}"
    definition = forms.definitions.get((form, VERSION))
    if definition is None:
        found.undeclared.extend((address, oid) for group in data.groups for oid, _ in group.values)
        return None
    found.items, found.rows = {}, {}
    for group in data.groups:
        _sort_group(forms, definition, group, address, found)
    rows = {group: tuple(each) for group, each in found.rows.items()}
    return Crf(form, VERSION, event, occurrence, 1, Answers(found.items, groups=rows))


def _sort_group(forms: Forms, definition: FormDef, group: GroupData, address: str, found: _Sorted) -> None:
    repeating = next((g for g in definition.groups if g.oid == group.oid), None)
    answers = dict(_answers(forms, definition, repeating, group, address, found))
    if repeating is None:
        found.items.update(answers)
    else:
        rows = found.rows.setdefault(group.oid, [])
        rows.append(Row(group.repeat or str(len(rows) + 1), answers))


def _answers(
    forms: Forms, definition: FormDef, repeating: GroupDef | None, group: GroupData, address: str, found: _Sorted
) -> Iterator[tuple[str, Any]]:
    items = {item.oid: item for item in (repeating.items if repeating else definition.items)}
    for oid, text in group.values:
        if oid not in items:
            found.undeclared.append((address, oid))
        elif not items[oid].stored:
            found.calculated[address, oid] = text
        else:
            try:
                yield oid, read_value(forms.data_types[items[oid].key], text)
            except ValueError:
                # Kept as text beside the answers and counted as a violation: nothing of the file is lost.
                found.unreadable[address, oid] = text
