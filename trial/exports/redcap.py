"""Participants as REDCap records: what an extract holds, in the layout of `redcap_layout`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from forms.answers import Answers, Crf, Row
from forms.foreign import Aside, ForeignStudy, ForeignSubject, Loss
from forms.language import Item
from forms.redcap.rows import ROW, Place
from forms.redcap.setup import GROUP, MISSING, REASONS, Setup, asides_of
from forms.text import _l
from trial.exports.redcap_layout import Instrument, event_name, in_course, instruments

SYSTEM = "vigil"
_CODES = {REASONS[code]: code for code in MISSING}
_UNSAID = {
    "branching": _l("REDCap has no words for the condition: the field is always shown."),
    "calculation": _l("REDCap has no words for the calculation: the item is left out, it follows from the answers."),
}
_WHOLE = (
    Loss("project", "confirmation", _l("Reasons given for unusual values are not in the layout.")),
    Loss(
        "project",
        "signature",
        _l("Signatures, queries, source verification and the audit trail are not in the layout."),
    ),
    Loss("project", "file", _l("Of uploaded files the name is written, not the contents.")),
    Loss(
        "project",
        "check",
        _l("Checks across items, and hard limits, are not in the layout: REDCap's ranges only warn."),
    ),
)


class Exported(Protocol):
    """As much of a row of an extract as is read here."""

    @property
    def participant(self) -> str: ...
    @property
    def site(self) -> str: ...
    @property
    def crfs(self) -> tuple[Crf, ...]: ...


def study_of(name: str, rows: Sequence[Exported], role: str | None) -> ForeignStudy:
    """Everything that role may export, as a REDCap project of one arm."""
    known = instruments(role)
    subjects = tuple(_subject(row, known) for row in rows)
    events = in_course({crf.event for row in rows for crf in row.crfs if crf.answers.removed is None} | {"SCR"})
    setup = Setup(
        True,
        tuple(event_name(event) for event in events),
        frozenset((event_name(event), each.name) for each in known if each.repeats for event in events),
        missing=MISSING,
    )
    losses = (Loss(f"{i.name}.{f}", kind, _UNSAID[kind]) for i in known for f, kind in i.unsaid)
    return ForeignStudy(
        SYSTEM, name, {(each.name, 1): each.definition for each in known}, subjects,
        tuple(asides_of(setup, [each.name for each in known])), (*_WHOLE, *losses),
    )  # fmt: skip


def _subject(row: Exported, known: Iterable[Instrument]) -> ForeignSubject:
    crfs = tuple(crf for each in known for crf in _crfs(row.crfs, each))
    # A participant nobody has entered anything for is still a record.
    alone = () if crfs else (Aside(str(Place(event_name("SCR"))), ROW, ""),)
    return ForeignSubject(row.participant, crfs, asides=(Aside("", GROUP, f"site_{row.site.lower()}"), *alone))


def _crfs(saved: Iterable[Crf], instrument: Instrument) -> Iterator[Crf]:
    own = [crf for crf in saved if crf.form == instrument.form and crf.answers.removed is None]
    if instrument.group is None:
        yield from (_whole(crf, instrument) for crf in own)
        return
    numbers: dict[str, int] = {}
    for crf in own:
        for row in crf.answers.groups.get(instrument.group, ()) if crf.counts else ():
            numbers[crf.event] = numbers.get(crf.event, 0) + 1
            yield _of_row(crf, row, numbers[crf.event], instrument)


def _whole(crf: Crf, instrument: Instrument) -> Crf:
    off = crf.answers.not_done
    if off is not None:
        items: dict[str, Any] = {instrument.not_done: off.reason}
        items |= {instrument.not_done_on: off.on} if off.on else {}
        return _crf(crf, instrument, crf.occurrence, Answers(items | _status(instrument, "0")))
    answers = _answers(crf.answers.items, crf.answers.missing, instrument, "2")
    return _crf(crf, instrument, crf.occurrence, answers)


def _of_row(crf: Crf, row: Row, number: int, instrument: Instrument) -> Crf:
    answers = _answers(row.items, row.missing, instrument, "2")
    named = {instrument.row: row.id, instrument.of: crf.occurrence}
    return _crf(crf, instrument, number, Answers({**named, **answers.items}, answers.missing))


def _crf(crf: Crf, instrument: Instrument, occurrence: int, answers: Answers) -> Crf:
    return Crf(instrument.name, 1, event_name(crf.event), occurrence, crf.number, answers)


def _answers(items: Mapping[str, Any], missing: Mapping[str, str], instrument: Instrument, status: str) -> Answers:
    told = {field: _value(item, items[item.oid]) for field, item in instrument.ours.items() if item.oid in items}
    blank = {field: _CODES[missing[item.oid]] for field, item in instrument.ours.items() if item.oid in missing}
    return Answers(told | _status(instrument, status), blank)


def _value(item: Item, value: Any) -> Any:
    return value.iso() if item.kind == "pdate" else value


def _status(instrument: Instrument, status: str) -> dict[str, str]:
    """Saved is complete to REDCap, "not done" is incomplete: whether answers are open is for the work list."""
    return {f"{instrument.name}_complete": status}
