"""What a version of the protocol would say of a participant's record as it stands: read before it is activated, and changing nothing.

Forms keep the version they were entered under, so none of this happens by itself. It is what a person would find who corrected the old
forms under the new version, and what would be due from the day of the new consent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from forms.answers import Crf
from forms.checks import calculated, everything, visible
from forms.decoded import decoded, shown
from forms.findings import Finding
from forms.language import FormDef
from forms.record import Record
from forms.text import _l
from trial import schedule
from trial.amendments import Followed
from trial.course import Allocation
from trial.schedule import Due
from trial.standing import concerns, told

OUTSIDE, RETIRED, MISSING, QUERY, UNASKED, DERIVED, DUE = (
    "outside", "retired", "missing", "query", "unasked", "derived", "due"
)  # fmt: skip
KIND_WORDS: Mapping[str, str] = {
    OUTSIDE: _l("Value outside the new range"),
    RETIRED: _l("Code no longer offered"),
    MISSING: _l("Required item without an answer"),
    QUERY: _l("Check that would newly ask"),
    UNASKED: _l("Answer that would no longer be asked"),
    DERIVED: _l("Calculated value that would change"),
    DUE: _l("Form due at another time"),
}
"""Every kind of effect, in words and in the order of a list."""

Facts = Callable[[Record, str, Followed], Record]
"""The record with the facts of one event, under what is followed."""


@dataclass(frozen=True)
class Effect:
    """One thing that would be otherwise. `path` is ITEM or GROUP/row/ITEM, "" for a whole form; `message` a msgid with `args`."""

    kind: str
    address: str
    path: str = ""
    was: str = ""
    would_be: str = ""
    message: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)

    @property
    def form(self) -> str:
        """The form it concerns."""
        return self.address.partition("/")[0]

    @property
    def event(self) -> str:
        """The event of that form."""
        return self.address.split("/")[1]

    @property
    def item(self) -> str:
        """The item it concerns; "" for a whole form."""
        return self.path.rpartition("/")[2]

    def words(self) -> str:
        """In English; pages translate."""
        return self.message % self.args if self.args else self.message


def effects(
    record: Record, now: Followed, then: Followed, *, facts: Facts, allocation: Allocation | None
) -> tuple[Effect, ...]:
    """What would be otherwise for one participant under `then` instead of `now`."""
    moved = _moved(record, then)
    changed = tuple(new for old, new in zip(record.crfs, moved.crfs, strict=True) if old.version != new.version)
    judged = now.protocol.criteria is not then.protocol.criteria
    pairs: dict[str, tuple[Record, Record]] = {}
    found: list[Effect] = []
    for crf in record.crfs:
        if crf.event not in pairs:
            pairs[crf.event] = facts(record, crf.event, now), facts(moved, crf.event, then)
        before, after = pairs[crf.event]
        if crf.counts and _may_differ(before, after, crf, changed, judged=judged):
            found += _of_form(before, after, crf)
    return (*found, *_due(facts(record, "ANY", now), facts(moved, "ANY", then), now, then, allocation))


def _may_differ(before: Record, after: Record, crf: Crf, changed: tuple[Crf, ...], *, judged: bool) -> bool:
    """Whether an instance may be judged otherwise: it, or a form it reads, has another version, or it is told something else."""
    if judged and "eligible" in before.definitions[crf.form, crf.version].facts:
        return True
    return any(concerns(each, crf) for each in changed) or told(before, crf) != told(after, crf)


def _moved(record: Record, then: Followed) -> Record:
    """The record with every form read under the versions of `then`; answers as they are."""
    crfs = tuple(_as_read_under(crf, then) for crf in record.crfs)
    return Record(crfs, record.definitions, record.facts, then.forms)


def _as_read_under(crf: Crf, then: Followed) -> Crf:
    """The instance under the version it could be moved to. One that stands under a later version already is left there."""
    return replace(crf, version=max(crf.version, then.forms.get(crf.form, crf.version)))


def _of_form(before: Record, after: Record, crf: Crf) -> Iterator[Effect]:
    read = after.at(crf.form, crf.event, crf.occurrence)
    assert read is not None
    form = after.definitions[read.form, read.version]
    known = {f.key for f in everything(before, crf)} | set(crf.answers.confirmed)
    for finding in everything(after, read):
        if finding.key not in known:
            yield _said(finding, form, read)
    yield from _unasked(before, after, crf, read)
    yield from _derived(before, after, crf, read)


def _said(finding: Finding, form: FormDef, crf: Crf) -> Effect:
    item = form.get(finding.item or "")
    group = item.group if item is not None and item.group else ""
    path = f"{group}/{finding.row}/{finding.item}" if finding.row else finding.item or ""
    was = "" if item is None else decoded(item, _value(crf, path)) if finding.level != "missing" else ""
    return Effect(_kind(finding), crf.address, path, was, "", finding.message, finding.args)


def _kind(finding: Finding) -> str:
    end = finding.id.rpartition(":")[2]
    if finding.level == "missing":
        return MISSING
    return RETIRED if end == "retired" else OUTSIDE if end in ("hard", "soft") else QUERY


def _value(crf: Crf, path: str) -> Any:
    group, _, rest = path.partition("/")
    if not rest:
        return crf.answers.items.get(path)
    row, _, oid = rest.partition("/")
    held = crf.answers.row(group, row)
    return None if held is None else held.items.get(oid)


def _unasked(before: Record, after: Record, crf: Crf, read: Crf) -> Iterator[Effect]:
    """Answers whose condition no longer holds: a correction under the new version would leave them out, and would ask why."""
    form = after.definitions[read.form, read.version]
    for item in form.every_item():
        old = before.definitions[crf.form, crf.version].get(item.oid)
        for row in crf.answers.groups.get(item.group, ()) if item.group else (None,):
            value = (crf.answers if row is None else row).items.get(item.oid)
            if value is None or old is None or visible(item, after.scope(read, row)) is not False:
                continue
            if visible(old, before.scope(crf, row)) is not False:
                path = item.oid if row is None else f"{item.group}/{row.id}/{item.oid}"
                yield Effect(UNASKED, crf.address, path, decoded(old, value), "", LEFT_OUT, {"label": item.label})


LEFT_OUT = _l("“%(label)s” would no longer be asked here.")


def _derived(before: Record, after: Record, crf: Crf, read: Crf) -> Iterator[Effect]:
    was, would_be = calculated(before, crf), calculated(after, read)
    form = after.definitions[read.form, read.version]
    for path, value in would_be.items():
        if was.get(path) != value:
            item = form.item(path.rpartition("/")[2])
            yield Effect(
                DERIVED,
                crf.address,
                path,
                decoded(item, was.get(path)),
                decoded(item, value),
                CHANGES,
                {"label": item.label},
            )


CHANGES = _l("“%(label)s” would be calculated otherwise.")
MOVES = _l("The window would be another one.")
COMES = _l("The form would be due.")
GOES = _l("The form would no longer be due.")


def _due(
    before: Record, after: Record, now: Followed, then: Followed, allocation: Allocation | None
) -> Iterator[Effect]:
    """Forms not entered yet whose window would be another one, that would come, or go."""
    was = {d.address: d for d in schedule.expected(now.protocol, before, allocation)}
    would = {d.address: d for d in schedule.expected(then.protocol, after, allocation)}
    for address in dict.fromkeys((*was, *would)):
        old, new = was.get(address), would.get(address)
        if _window(old) != _window(new) and before.at(*_place(address)) is None:
            message = COMES if old is None else GOES if new is None else MOVES
            yield Effect(DUE, address, "", _window(old), _window(new), message)


def _place(address: str) -> tuple[str, str, int]:
    form, event, occurrence = address.split("/")
    return form, event, int(occurrence)


def _window(due: Due | None) -> str:
    if due is None:
        return ""
    ends: list[date] = [day for day in (due.due_from, due.due_to) if day is not None]
    return " – ".join(map(shown, ends)) if ends else "—"
