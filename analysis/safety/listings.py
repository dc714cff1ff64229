"""Listings row by row, without dates: days of the study instead.

An open listing ends with the decision: what an event is called tells who was operated on ("anastomotic leak"), and before the decision
nobody has an arm. What comes later is counted here and listed in the closed ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from analysis.safety.events import Observed, SafetyEvent
from analysis.safety.people import Person
from analysis.safety.serious_reports import SeriousReport
from analysis.study_day import study_day
from analysis.table import DASH, Column, Table, Translate
from forms.codelists.events import CAUSE_OF_DEATH
from forms.codelists.safety import OUTCOME, RELATED_TO, SERIOUSNESS
from forms.text import _l
from trial.safety import ClockState

DAY = _l(
    "Day: study day, 1 is the day of the first dose; two days: the event began on one of them or between. {dash}: not known."
)
ENDS = _l("Events up to the decision of each participant. After it, or perhaps after it, in the closed listing: {n}.")
STATES = {
    ClockState.WAITING: _l("not started"),
    ClockState.RUNNING: _l("running"),
    ClockState.OVERDUE: _l("overdue"),
    ClockState.MET: _l("in time"),
    ClockState.LATE: _l("late"),
}
_TRUTH = {True: _l("yes"), False: _l("no"), None: DASH}
Shown = Callable[[Observed, SafetyEvent], bool]


def armless(person: Person, day: date) -> bool:
    """Whether nobody could have an arm on that day: it lies before the decision."""
    return person.decided_on is None or day < person.decided_on


def before_the_decision(member: Observed, event: SafetyEvent) -> bool:
    """Whether the event began before anybody could have an arm, on whatever day it may have begun."""
    return armless(member.person, event.last)


def always(member: Observed, event: SafetyEvent) -> bool:
    """Everything, for a closed listing."""
    return True


def events_listing(people: Iterable[Observed], shown: Shown, tr: Translate = str) -> Table:
    """Every adverse event, by participant and day; a closed one says what each is related to."""
    every = [(m, e) for m in people for e in _in_time(m.events)]
    listed = [(m, e) for m, e in every if shown(m, e)]
    related = (_l("Related to"),) if shown is always else ()
    flags = (_l("Serious"), _l("Led to delay"), _l("Led to the end of a therapy"))
    heads = (_l("Day"), _l("Term"), _l("Class"), _l("Grade"), *flags, *related, _l("Outcome"), _l("Ended, day"))
    return Table(
        "safety-listing",
        tr(_l("Listing of adverse events")),
        (Column(tr(_l("Participant"))), *(Column(tr(text)) for text in heads)),
        tuple(_event_row(m.person, e, shown is always, tr) for m, e in listed),
        tr(_l("Events listed: {n}.")).format(n=len(listed)),
        _notes(len(every) - len(listed), shown, tr),
    )


def serious_listing(
    people: Sequence[tuple[Observed, Sequence[SeriousReport]]], shown: Shown, tr: Translate = str
) -> Table:
    """Every serious event, whether it is a SUSAR, and its clocks at the cut."""
    every = [(m, r) for m, reports in people for r in reports]
    listed = [(m, r) for m, r in every if shown(m, r.event)]
    heads = (
        _l("Day"),
        _l("Term"),
        _l("Grade"),
        _l("Criteria"),
        _l("Site aware, day"),
        _l("SUSAR"),
        _l("Clocks at the cut"),
        _l("Outcome"),
    )
    susars = [r.susar for _, r in listed]
    return Table(
        "safety-serious",
        tr(_l("Listing of serious adverse events")),
        (Column(tr(_l("Participant"))), *(Column(tr(text)) for text in heads)),
        tuple(_serious_row(m.person, r, tr) for m, r in listed),
        tr(_l("Serious events listed: {n}; SUSARs: {susars}; cannot tell yet: {unknown}.")).format(
            n=len(listed), susars=susars.count(True), unknown=sum(r.susar is None for _, r in listed)
        ),
        _notes(len(every) - len(listed), shown, tr),
    )


def deaths_listing(people: Iterable[Person], tr: Translate = str) -> Table:
    """Every death: the day, days since the last dose, the cause."""
    died = [p for p in people if p.died is not None and p.first_dose_on is not None]
    heads = (_l("Day"), _l("Days after the last dose"), _l("Cause"), _l("Date of death complete"))
    return Table(
        "safety-deaths-listing",
        tr(_l("Listing of deaths")),
        (Column(tr(_l("Participant"))), *(Column(tr(text)) for text in heads)),
        tuple(_death_row(p, tr) for p in died),
        tr(_l("Deaths listed: {n}.")).format(n=len(died)),
        (tr(_l("An incomplete date of death gives no day.")), tr(DAY).format(dash=DASH)),
    )


def _notes(left_out: int, shown: Shown, tr: Translate) -> tuple[str, ...]:
    day = tr(DAY).format(dash=DASH)
    return (day,) if shown is always else (day, tr(ENDS).format(n=left_out))


def _in_time(events: Iterable[SafetyEvent]) -> list[SafetyEvent]:
    return sorted(events, key=lambda e: (e.first, e.last, e.what.term, e.address))


def _event_row(p: Person, e: SafetyEvent, whole: bool, tr: Translate) -> tuple[str, ...]:
    what = e.what
    flags = (tr(_TRUTH[flag]) for flag in (what.serious, e.delayed, e.stopped))
    related = (_related(e, tr),) if whole else ()
    ended = between(p, *e.resolved) if e.resolved else ""
    begun = (p.participant, between(p, e.first, e.last), what.term, what.soc, _grade(what.grade))
    return (*begun, *flags, *related, _outcome(e, tr), ended)


def _serious_row(p: Person, r: SeriousReport, tr: Translate) -> tuple[str, ...]:
    e = r.event
    ran = "; ".join(f"{tr(c.label)}: {tr(STATES[c.state])}" for c in r.clocks) or tr(_l("no report on file"))
    aware = _day(p, r.aware.date()) if r.aware else DASH
    criteria = ", ".join(tr(SERIOUSNESS.decode(code)) for code in r.criteria)
    what = (p.participant, between(p, e.first, e.last), e.what.term, _grade(e.what.grade))
    return (*what, criteria, aware, tr(_TRUTH[r.susar]), ran, _outcome(e, tr))


def _death_row(p: Person, tr: Translate) -> tuple[str, ...]:
    complete = p.died_on is not None and p.died_on.is_complete
    since = (p.died - p.last_dose_on).days if complete and p.died and p.last_dose_on else None
    cause = tr(CAUSE_OF_DEATH.decode(p.cause)) if p.cause else DASH
    return (
        p.participant,
        _day(p, p.died) if complete else DASH,
        DASH if since is None else str(since),
        cause,
        tr(_TRUTH[complete]),
    )


def _related(e: SafetyEvent, tr: Translate) -> str:
    """The causes in the order of the form; a dash where nobody said."""
    if e.what.related is None:
        return DASH
    return ", ".join(tr(RELATED_TO.decode(code)) for code in RELATED_TO.values if code in e.what.related) or tr(
        _l("none")
    )


def between(p: Person, first: date, last: date) -> str:
    """The study day, or the two between which it lies."""
    if first == last:
        return _day(p, first)
    return f"{DASH if first == date.min else _day(p, first)} – {_day(p, last)}"


def _day(p: Person, on: date | None) -> str:
    found = study_day(on, p.first_dose_on)
    return DASH if found is None else str(found)


def _grade(grade: int | None) -> str:
    return DASH if grade is None else str(grade)


def _outcome(e: SafetyEvent, tr: Translate) -> str:
    return tr(OUTCOME.decode(e.outcome)) if e.outcome else DASH
