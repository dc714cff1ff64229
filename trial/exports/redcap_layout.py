"""Vigil's forms as REDCap instruments: the names of fields, events and forms in an export, and the way back for an import.

A form is an instrument, a repeating group an instrument of its own (REDCap has no rows inside a form). REDCap wants one name for a
field in the whole project: FORM.ITEM becomes form_item. Sites are data access groups; reasons for a blank are missing data codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from forms.catalogue import current, definitions
from forms.language import FormDef, Item
from forms.logic import Expr, from_json
from forms.redcap.choices import STATUS
from forms.redcap.fields import status_of
from forms.redcap.logic_text import Unwritable, logic_text
from forms.text import _l
from trial import soa
from trial.places import is_event
from trial.roles import hides

RECORD = "record_id"
VERSION = 1
_KINDS = {"pdate": "text", "link": "text"}


@dataclass(frozen=True, eq=False)
class Instrument:
    """One instrument of the export. `group`: the repeating group it holds, None for the form itself; `ours`: field to our item.

    `unsaid`: (field, kind) of logic REDCap has no words for.
    """

    name: str
    form: str
    group: str | None
    definition: FormDef
    ours: Mapping[str, Item]
    unsaid: tuple[tuple[str, str], ...]

    @property
    def repeats(self) -> bool:
        return self.group is not None or current(self.form).repeats

    @property
    def row(self) -> str:
        """The field that holds the permanent id of a row."""
        return f"{self.name}_row"

    @property
    def of(self) -> str:
        """The field that says which instance of the form a row belongs to."""
        return f"{self.name}_of"

    @property
    def not_done(self) -> str:
        """The field with the reason why the whole form was not done."""
        return f"{self.name}_not_done"

    @property
    def not_done_on(self) -> str:
        return f"{self.name}_not_done_on"


def event_name(event: str) -> str:
    """Vigil's event as REDCap's unique event name: SUR-2 is sur_2_arm_1. One arm: which arm a participant is in is no event."""
    return f"{event.lower().replace('-', '_')}_arm_1"


def event_of(name: str) -> str | None:
    """The event of a unique event name; None for one the schedule does not have."""
    event = name.removesuffix("_arm_1").upper().replace("_", "-")
    return event if name == event_name(event) and is_event(event) else None


def in_course(events: Iterable[str]) -> list[str]:
    """Events in the order of the course."""
    return sorted(events, key=lambda event: (soa.position(event), soa.number(event)))


@cache
def instruments(role: str | None) -> tuple[Instrument, ...]:
    """Every instrument with the items that role may export, in the order of the schedule; None: with all of them."""
    order = [*soa.forms(), *(form for form, _ in definitions() if form not in soa.forms())]
    forms = [f for f in dict.fromkeys(order) if any(name == f for name, _ in definitions())]
    found = [each for form in forms if not _hidden(role, form) for each in _of_form(form, role)]
    return (replace(found[0], definition=_with_record(found[0].definition)), *found[1:]) if found else ()


def _of_form(form: str, role: str | None) -> Iterator[Instrument]:
    newest = current(form)
    yield _instrument(form, None, newest.title, _seen(form, None, role))
    for group in newest.groups:
        yield _instrument(form, group.oid, f"{newest.title}: {group.label}", _seen(form, group.oid, role))


def _seen(form: str, group: str | None, role: str | None) -> tuple[Item, ...]:
    """Items of every version, the newest one's first: what was asked once is still in the data."""
    versions = sorted((v for name, v in definitions() if name == form), reverse=True)
    items = (item for version in versions for item in definitions()[form, version].every_item() if item.group == group)
    named = {item.oid: item for item in reversed([i for i in items if not _hidden(role, form, i.oid)])}
    return tuple(reversed(named.values()))


def _hidden(role: str | None, form: str, item: str | None = None) -> bool:
    return role is not None and hides(role, form, item, aggregate=True)


def _instrument(form: str, group: str | None, title: str, items: tuple[Item, ...]) -> Instrument:
    name = form.lower() if group is None else f"{form}_{group}".lower()
    ours = {f"{form}_{item.oid}".lower(): item for item in items}
    keys = {item.key: field for field, item in ours.items()}
    made = {field: _field(name, field, item, keys) for field, item in ours.items()}
    own = {item.key: item for item in made.values()}
    said = {field: _sayable(item, own) for field, item in made.items()}
    unsaid = [
        (field, "branching") for field, item in said.items() if ours[field].ask_if is not None and item.ask_if is None
    ]
    unsaid += [(field, "calculation") for field, item in said.items() if item.kind == "calc" and item.derive is None]
    kept = [item for item in said.values() if item.kind != "calc" or item.derive is not None]
    definition = FormDef(
        name, VERSION, title, source="Vigil", repeats=group is not None or current(form).repeats,
        items=(*_own_fields(name, group), *kept, _status(name)),
    )  # fmt: skip
    return Instrument(name, form, group, definition, {f: i for f, i in ours.items() if i.stored}, tuple(unsaid))


def _own_fields(name: str, group: str | None) -> tuple[Item, ...]:
    """What a form says besides its items."""
    if group is not None:
        return (
            _text(name, f"{name}_row", _l("Permanent id of the row")),
            replace(_text(name, f"{name}_of", _l("Row of which instance of the form")), kind="int"),
        )
    return (
        _text(name, f"{name}_not_done", _l("Why the whole form was not done")),
        replace(_text(name, f"{name}_not_done_on", _l("Date on which it was not done")), kind="date"),
    )


def _text(form: str, oid: str, label: str) -> Item:
    return Item("text", label, required=False, oid=oid, form=form)


def _status(name: str) -> Item:
    return replace(_text(name, status_of(name), _l("Complete?")), kind="code", codes=STATUS)


def _with_record(form: FormDef) -> FormDef:
    return replace(form, items=(_text(form.oid, RECORD, _l("Participant")), *form.items))


def _field(instrument: str, field: str, item: Item, keys: Mapping[str, str]) -> Item:
    kind = "text" if item.kind == "code" and item.codes is None else _KINDS.get(item.kind, item.kind)
    note = " ".join(
        filter(None, (item.help, f"[{item.unit}]" if item.unit else "", "UTC" if kind == "datetime" else ""))
    )
    return replace(
        item, kind=kind, oid=field, form=instrument, group=None, help=note.replace("[", "(").replace("]", ")"),
        ask_if=_renamed(item.ask_if, instrument, keys), derive=_renamed(item.derive, instrument, keys),
    )  # fmt: skip


def _renamed(expr: Expr | None, instrument: str, keys: Mapping[str, str]) -> Expr | None:
    """The expression over the fields of the instrument; None where it reads another form, whose latest instance REDCap cannot name."""
    if expr is None or not expr.keys() <= set(keys):
        return None
    renamed: Expr = from_json(_walked(expr.to_json(), instrument, keys))
    return renamed


def _walked(data: Any, instrument: str, keys: Mapping[str, str]) -> Any:
    if isinstance(data, list) and data[0] in ("item", "code"):
        return [data[0], f"{instrument}.{keys[data[1]]}"]
    return [_walked(each, instrument, keys) for each in data] if isinstance(data, list) else data


def _sayable(item: Item, items: Mapping[str, Item]) -> Item:
    """The item without logic REDCap has no words for."""
    said = {name: _if_sayable(getattr(item, name), items) for name in ("ask_if", "derive")}
    return replace(item, **said)  # type: ignore[arg-type]  # the two names above


def _if_sayable(expr: Expr | None, items: Mapping[str, Item]) -> Expr | None:
    try:
        return expr if expr is None or logic_text(expr, items) else None
    except Unwritable:
        return None
