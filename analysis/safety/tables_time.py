"""Rates by exposure, first events over time and immune-related events set into tables. Words only; the numbers come ready."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.rates import DEFINITION as EXACT
from analysis.reports.status_tables import landmark
from analysis.safety.events import Rule
from analysis.safety.exposure import ExposureRate, exposure_rate
from analysis.safety.first_event import DATED, FirstEvent
from analysis.safety.immune import ImmuneEvent, ImmuneLine, immune_lines
from analysis.safety.overview import immune, serious, severe
from analysis.safety.tables import Columns, heading
from analysis.steps import observed_at
from analysis.table import Column, Table, Translate, explained, percent, share
from forms.dates import DAYS_PER_MONTH
from forms.text import _l

MONTHS = (3, 6, 12, 24)
NOT_ESTIMABLE = _l("not estimable")
PER = 100
BY_EXPOSURE = _l("First adverse events by exposure")
RATED: tuple[tuple[str, Rule], ...] = (
    (_l("Any adverse event"), lambda event: True),
    (_l("Grade 3 or higher"), severe),
    (_l("Serious"), serious),
    (_l("Immune-related"), immune),
)


def rates_table(
    columns: Columns,
    tr: Translate = str,
    *,
    id: str = "safety-rates",
    title: str = BY_EXPOSURE,
    sorts: Sequence[tuple[str, Rule]] = RATED,
) -> Table:
    """First events of each sort by person-years, under a heading for each column."""
    rows: list[tuple[str, ...]] = []
    indented: set[int] = set()
    for label, s in columns:
        rows.append((heading(label, s.n), "", "", "", ""))
        for text, rule in sorts:
            indented.add(len(rows))
            rows.append((tr(text), *_rate_cells(exposure_rate(s, rule), tr)))
    heads = (
        _l("Participants"),
        _l("Person-years at risk"),
        _l("Per 100 person-years (95 % limits)"),
        _l("Cannot tell"),
    )
    return Table(
        id,
        tr(title),
        (Column(tr(_l("Sort"))), *(Column(tr(text), numeric=True) for text in heads)),
        tuple(rows),
        tr(_l("Person-years of everybody who entered the period, up to and with the day of the first event.")),
        (tr(EXACT), tr(DATED), tr(_l("Of whom it cannot be told counts as without an event."))),
        frozenset(indented),
    )


def _rate_cells(found: ExposureRate, tr: Translate) -> tuple[str, str, str, str]:
    return str(found.participants), f"{found.years:.2f}", rate_words(found, tr), str(found.unknown)


def rate_words(found: ExposureRate, tr: Translate = str) -> str:
    """The rate with its limits for 100 person-years, or that there is none."""
    if found.rate is None:
        return tr(NOT_ESTIMABLE)
    upper = "" if found.rate.upper is None else f"{PER * found.rate.upper:.1f}"
    return f"{PER * found.rate.value:.1f} ({PER * found.rate.lower:.1f}–{upper})"


def first_event_table(found: FirstEvent, title: str, id: str, origin: str, tr: Translate = str) -> Table:
    """Incidence at months, with what competes."""
    rows: list[tuple[str, ...]] = []
    for months in MONTHS:
        t = months * DAYS_PER_MONTH
        rows.append((tr(_l("{n} months")).format(n=months), *landmark(found.event, t, tr)))
        rows.append((tr(_l("died before")), percent(observed_at(found.died, t)), ""))
        rows.append((tr(_l("left the study before")), percent(observed_at(found.left, t)), ""))
    said = tr(
        _l(
            "Participants: {n}; with an event: {events}; died before: {died}; left before: {left}; cannot tell: {unknown}."
        )
    )
    table = Table(
        id,
        title,
        (
            Column(tr(_l("After {origin}")).format(origin=origin)),
            Column(tr(_l("Incidence (95 % limits)")), numeric=True),
            Column(tr(_l("At risk")), numeric=True),
        ),
        tuple(rows),
        said.format(
            n=found.event.n,
            events=found.event.n_events,
            died=found.died.n_events,
            left=found.left.n_events,
            unknown=found.unknown,
        ),
        (
            tr(DATED),
            tr(
                _l(
                    "Aalen-Johansen: death, and leaving the study by withdrawal or decision, compete; loss to follow-up is censored."
                )
            ),
        ),
        frozenset(i for i in range(len(rows)) if i % 3),
    )
    return explained(table, tr)


def immune_table(found: Sequence[ImmuneEvent], exposed: int, tr: Translate = str) -> Table:
    """Confirmed events in the window by term, and what became of them."""
    made = immune_lines(found)
    suspected = {e.event.participant for e in found if e.suspected and e.inside is not False}
    outside = sum(e.inside is False and not e.suspected for e in found)
    unclear = sum(e.inside is None and not e.suspected for e in found)
    heads = (
        _l("Participants"), _l("Grade 3 or higher"), _l("Events"), _l("Onset, day: median (range)"), _l("Lasting, days: median"),
        _l("Resolved"), _l("Corticosteroids"), _l("Therapy ended"), _l("Immunotherapy again"),
    )  # fmt: skip
    said = tr(
        _l("Participants with at least one dose of immunotherapy: {n}. Window: first dose to 90 days after the last.")
    )
    notes = (
        tr(_l("Participants once a term, at the highest grade; the columns from Events on count events.")),
        tr(_l("Onset: days since the first dose of immunotherapy; days only of events with complete dates.")),
        tr(_l("Corticosteroids: begun between onset and resolution; the medication form links to no event.")),
        tr(_l("Only suspected to be immune-related, in no line: {n} participants.")).format(n=len(suspected)),
        tr(_l("Outside the window: {outside} events; in or outside it, not known: {unclear}.")).format(
            outside=outside, unclear=unclear
        ),
    )
    return Table(
        "safety-immune",
        tr(_l("Immune-related adverse events")),
        (Column(tr(_l("Term"))), *(Column(tr(text), numeric=True) for text in heads)),
        tuple(_immune_row(line, exposed, tr) for line in made),
        said.format(n=exposed),
        notes,
        frozenset(range(1, len(made))),
    )


def _immune_row(line: ImmuneLine, exposed: int, tr: Translate) -> tuple[str, ...]:
    onset = "" if line.onset is None else f"{line.onset[0]:g} ({line.onset[1]}–{line.onset[2]})"
    return (
        line.term or tr(_l("Any")),
        share(line.participants, exposed),
        share(line.severe, exposed),
        str(line.events),
        onset,
        "" if line.lasting is None else f"{line.lasting:g}",
        *(str(n) for n in (line.resolved, line.steroids, line.stopped, line.again)),
    )
