"""Safety, shown to everybody who sees pooled results: all arms together, and made from answers without whatever tells an arm."""

from __future__ import annotations

from analysis.adverse_events import tabulate
from analysis.output import Made, Output
from analysis.safety import figures, listing_laboratory, listings, tables, tables_laboratory, tables_time
from analysis.safety.blind import without_arm
from analysis.safety.deaths import by_cause, death_lines
from analysis.safety.events import Rule, SafetyEvent, Selection
from analysis.safety.first_event import first_event
from analysis.safety.immune import immune_events, steroids_of
from analysis.safety.laboratory import Measured, above_without_grade, measured, shifts
from analysis.safety.liver import liver
from analysis.safety.overview import immune, severe
from analysis.safety.periods import DECISION, FOLLOW_UP, NEOADJUVANT
from analysis.safety.reading import from_immunotherapy, openly
from analysis.safety.serious_reports import serious_reports
from analysis.table import Translate
from forms.text import _l
from trial.store.extract import Extract

PERIODS = (NEOADJUVANT, DECISION, FOLLOW_UP)
"""An operation begins no period in an open table: whose events fall into it would tell who had one."""
ORIGIN = _l("first dose")
IMMUNE_ORIGIN = _l("first dose of immunotherapy")
FREQUENT = 10


def overview(extract: Extract, tr: Translate) -> Made:
    """Denominators and exposure by period, and the overview."""
    columns = tables.columns_of(openly(extract), PERIODS, tr)
    return Made((tables.denominators_table(columns, tr), tables.overview_table(columns, tr)))


def terms(extract: Extract, tr: Translate) -> Made:
    """Class and term at the worst grade, in all periods and in each, and the most frequent terms drawn."""
    columns = tables.columns_of(openly(extract), PERIODS, tr)
    made = tuple(
        tables.by_term(label, s, f"safety-terms-{i}" if i else "safety-terms", tr)
        for i, (label, s) in enumerate(columns)
    )
    every = columns[0][1]
    return Made(made, (figures.terms_figure(tabulate(every.sure(), (m.participant for m in every.members)), tr),))


def rates(extract: Extract, tr: Translate) -> Made:
    """First events by exposure, in all periods and in each, and the most frequent terms in all."""
    columns = tables.columns_of(openly(extract), PERIODS, tr)
    every = columns[0]
    frequent = figures.most_frequent(tabulate(every[1].sure(), (m.participant for m in every[1].members)))[:FREQUENT]
    title = _l("First adverse events by exposure: the most frequent terms")
    sorts = [(str(line.term), of_term(str(line.term))) for line in frequent]
    by_term = tables_time.rates_table([every], tr, id="safety-rates-terms", title=title, sorts=sorts)
    return Made((tables_time.rates_table(columns, tr), by_term))


def of_term(term: str) -> Rule:
    """Whether an event stands under that term."""

    def rule(event: SafetyEvent) -> bool:
        return event.what.term == term

    return rule


def first_events(extract: Extract, tr: Translate) -> Made:
    """Time to the first event of grade 3 or more, and to the first immune-related one of those who had immunotherapy."""
    people = openly(extract)
    severe_title = tr(_l("Time to the first adverse event of grade 3 or higher"))
    immune_title = tr(_l("Time to the first immune-related adverse event"))
    found = (
        ("safety-first-severe", severe_title, ORIGIN, first_event(Selection.of(people), severe)),
        (
            "safety-first-immune",
            immune_title,
            IMMUNE_ORIGIN,
            first_event(Selection.of(from_immunotherapy(people)), immune),
        ),
    )
    made = tuple(tables_time.first_event_table(each, title, id, tr(origin), tr) for id, title, origin, each in found)
    drawn = tuple(
        figures.first_event_figure(each, identity=id, title=title, origin=origin, tr=tr)
        for id, title, origin, each in found
    )
    return Made(made, drawn)


def immune_related(extract: Extract, tr: Translate) -> Made:
    """Immune-related events by term."""
    rows = {row.participant: without_arm(row) for row in extract.rows}
    people = openly(extract)
    found = [e for p in people for e in immune_events(p, steroids_of(rows[p.participant]))]
    return Made((tables_time.immune_table(found, sum(bool(p.person.immunotherapy) for p in people), tr),))


def deaths(extract: Extract, tr: Translate) -> Made:
    """Deaths by when they came and by cause, and each of them."""
    people = [p.person for p in openly(extract)]
    return Made(
        (
            tables_laboratory.deaths_table(death_lines(people), tr),
            tables_laboratory.causes_table(by_cause(people), tr),
            listings.deaths_listing(people, tr),
        )
    )


def serious_events(extract: Extract, tr: Translate) -> Made:
    """Serious events to the decision, with SUSAR and clocks."""
    rows = {row.participant: without_arm(row) for row in extract.rows}
    found = [(p, serious_reports(rows[p.participant], p.events, extract.cut_on)) for p in openly(extract)]
    return Made((listings.serious_listing(found, listings.before_the_decision, tr),))


def event_listing(extract: Extract, tr: Translate) -> Made:
    """Adverse events to the decision."""
    return Made((listings.events_listing(openly(extract), listings.before_the_decision, tr),))


def laboratory(extract: Extract, tr: Translate) -> Made:
    """Shift of grades."""
    people = _measured(extract)
    return Made((tables_laboratory.shift_table(shifts(people), above_without_grade(people), tr),))


def liver_injury(extract: Extract, tr: Translate) -> Made:
    """The eDISH plot with its quadrants counted, and possible cases of Hy's law."""
    people = _measured(extract)
    found = liver(people)
    days = {p.person.participant: p.person.first_dose_on for p in people}
    made = (tables_laboratory.quadrants_table(found, tr), tables_laboratory.candidates_table(found, days, tr))
    return Made(made, (figures.edish_figure(found, tr),))


def laboratory_listing(extract: Extract, tr: Translate) -> Made:
    """Abnormal values to the decision."""
    listed = listing_laboratory.laboratory_listing(_measured(extract), tr)
    return Made((listed,))


def _measured(extract: Extract) -> tuple[Measured, ...]:
    """Everybody with their laboratory results, of the same answers an open table is made from."""
    return measured((without_arm(row) for row in extract.rows), (p.person for p in openly(extract)), extract)


OUTPUTS: tuple[Output, ...] = (
    Output("safety-overview", _l("Adverse events: overview by period"), overview, "14.3.1.1"),
    Output("safety-terms", _l("Adverse events by class and term"), terms, "14.3.1.2"),
    Output("safety-rates", _l("Adverse events by exposure"), rates, "14.3.1.3"),
    Output("safety-first-event", _l("Time to the first adverse event"), first_events, "14.3.1.4"),
    Output("safety-immune", _l("Immune-related adverse events"), immune_related, "14.3.1.5"),
    Output("safety-deaths", _l("Deaths"), deaths, "14.3.2.1"),
    Output("safety-serious", _l("Serious adverse events"), serious_events, "14.3.2.2"),
    Output("safety-laboratory", _l("Laboratory: shift of grades"), laboratory, "14.3.4.1"),
    Output("safety-liver", _l("Liver: eDISH and Hy's law"), liver_injury, "14.3.4.2"),
    Output("safety-listing", _l("Listing of adverse events"), event_listing, "16.2.7.1"),
    Output("safety-laboratory-listing", _l("Listing of abnormal laboratory values"), laboratory_listing, "16.2.8.1"),
)
