"""Safety by arm, for the unblinded statistician and the board alone. No open module imports this one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from analysis import closed_safety_laboratory
from analysis.closed_safety_laboratory import ORIGIN
from analysis.closed_safety_population import (
    ARMS,
    AS_TREATED,
    GROUPS,
    WORDS,
    groups_in_words,
    population_table,
    treated_group,
)
from analysis.closed_safety_tables import Pair, overview_by_arm, rates_by_arm, terms_by_arm, with_arm
from analysis.closed_surgery_table import surgery_table
from analysis.figure import Figure
from analysis.output import Made, Output
from analysis.plots import Line, curves
from analysis.safety import listings, tables, tables_time
from analysis.safety.deaths import by_cause, death_lines
from analysis.safety.events import Observed, Selection
from analysis.safety.first_event import FirstEvent, first_event
from analysis.safety.overview import severe
from analysis.safety.people import Person
from analysis.safety.periods import AT_RISK, DECISION, FOLLOW_UP, PERIOPERATIVE, TITLES
from analysis.safety.reading import by_arm, whole
from analysis.safety.serious_reports import serious_reports
from analysis.safety.surgery import Aftermath, aftermath
from analysis.safety.tables_laboratory import causes_table, deaths_table
from analysis.steps import observed_at
from analysis.table import Table, Translate, percent_in_words
from forms.dates import DAYS_PER_YEAR
from forms.text import _l
from trial.store.extract import Extract

PERIODS = (DECISION, PERIOPERATIVE, FOLLOW_UP)
SINCE = _l("since randomisation")


def overview(extract: Extract, tr: Translate) -> Made:
    """Who is in which arm, denominators by arm and period, the overview of each period, and once more as allocated."""
    people = by_arm(extract)
    columns = [(f"{arm}: {label}", s) for label, pair in _pairs(people, tr) for arm, s in zip(ARMS, pair, strict=True)]
    exposure = _renamed(tables.denominators_table(columns, tr), "safety-periods-arm").with_footnotes(tr(AS_TREATED))
    made = (
        overview_by_arm(pair, label, _numbered("safety-overview-arm", i), tr)
        for i, (label, pair) in enumerate(_pairs(people, tr))
    )
    ww, tme = (Selection.of(p for p in people if p.person.arm == arm) for arm in ARMS)
    allocated = overview_by_arm((ww, tme), tr(SINCE), "safety-overview-allocated", tr, allocated=True)
    return Made((population_table((p.person for p in people), tr), exposure, *made, allocated))


def terms(extract: Extract, tr: Translate) -> Made:
    """Class and term at the worst grade, arm beside arm, of each period."""
    pairs = _pairs(by_arm(extract), tr)
    return Made(
        tuple(terms_by_arm(pair, label, _numbered("safety-terms-arm", i), tr) for i, (label, pair) in enumerate(pairs))
    )


def rates(extract: Extract, tr: Translate) -> Made:
    """Rates by exposure and their ratio."""
    return Made((rates_by_arm(_pairs(by_arm(extract), tr), tr),))


def first_events(extract: Extract, tr: Translate) -> Made:
    """Time from randomisation to the first event of grade 3 or more."""
    people = by_arm(extract)
    title = tr(_l("Time to the first adverse event of grade 3 or higher"))
    found = [(arm, first_event(Selection.of(_of(people, arm)), severe)) for arm in ARMS]
    made = tuple(
        tables_time.first_event_table(
            each, f"{title}: {arm}", f"safety-first-severe-{arm.lower()}", tr(ORIGIN), tr
        ).with_footnotes(tr(AS_TREATED))
        for arm, each in found
    )
    return Made(made, (_drawn(found, title, tr),))


def _drawn(found: Sequence[tuple[str, FirstEvent]], title: str, tr: Translate) -> Figure:
    said = "; ".join(f"{arm} {percent_in_words(observed_at(each.event, DAYS_PER_YEAR), tr)}" for arm, each in found)
    alt = tr(_l("Cumulative incidence; at 12 months: {rates}.")).format(rates=said)
    drawn = [Line(arm, arm, each.event) for arm, each in found]
    identity, label = "safety-first-severe-arm", tr(_l("Cumulative incidence"))
    return curves(drawn, identity=identity, title=title, y_label=label, origin=ORIGIN, alt=alt, tr=tr)


def surgery(extract: Extract, tr: Translate) -> Made:
    """What followed operations, by the group a participant belongs to as treated."""
    rows = {row.participant: row for row in extract.rows}
    found = [each for p in whole(extract) if (each := aftermath(rows[p.participant], p.person)) is not None]
    groups: list[tuple[str, list[Aftermath]]] = [
        (tr(WORDS.get(name, name)), [a for a in found if treated_group(a.person) == name]) for name in GROUPS
    ]
    return Made((surgery_table(groups, tr),))


def deaths(extract: Extract, tr: Translate) -> Made:
    """Deaths by arm, and each death with the group of the participant."""
    randomised = [p.person for p in by_arm(extract)]
    everybody = [p.person for p in whole(extract)]
    made = [table for arm in ARMS for table in _deaths_of(arm, [p for p in randomised if p.treated_as == arm], tr)]
    return Made((*made, with_arm(listings.deaths_listing(everybody, tr), groups_in_words(everybody, tr), tr)))


def _deaths_of(arm: str, people: Sequence[Person], tr: Translate) -> Iterator[Table]:
    for table in (deaths_table(death_lines(people), tr), causes_table(by_cause(people), tr)):
        named = _renamed(table, f"{table.id}-{arm.lower()}", f"{table.title}: {arm}")
        yield named.with_footnotes(tr(AS_TREATED))


def serious_events(extract: Extract, tr: Translate) -> Made:
    """Every serious event, with SUSAR and clocks."""
    rows = {row.participant: row for row in extract.rows}
    people = whole(extract)
    found = [(p, serious_reports(rows[p.participant], p.events, extract.cut_on)) for p in people]
    listed = listings.serious_listing(found, listings.always, tr)
    return Made((with_arm(listed, groups_in_words((p.person for p in people), tr), tr),))


def event_listing(extract: Extract, tr: Translate) -> Made:
    """Every adverse event."""
    people = whole(extract)
    listed = listings.events_listing(people, listings.always, tr)
    return Made((with_arm(listed, groups_in_words((p.person for p in people), tr), tr),))


def _of(people: Iterable[Observed], arm: str) -> tuple[Observed, ...]:
    return tuple(p for p in people if p.person.treated_as == arm)


def _pairs(people: Sequence[Observed], tr: Translate) -> list[tuple[str, Pair]]:
    """WW and TME over all periods since randomisation, then over each."""
    wanted = [(tr(SINCE), AT_RISK), *((tr(TITLES[p]), frozenset({p})) for p in PERIODS)]
    ww, tme = (_of(people, arm) for arm in ARMS)
    return [(label, (Selection.of(ww, periods), Selection.of(tme, periods))) for label, periods in wanted]


def _numbered(id: str, place: int) -> str:
    return f"{id}-{place}" if place else id


def _renamed(table: Table, id: str, title: str | None = None) -> Table:
    return replace(table, id=id, title=title or table.title)


OUTPUTS: tuple[Output, ...] = (
    Output("safety-overview-arm", _l("Adverse events by arm: overview"), overview, "14.3.1.1"),
    Output("safety-terms-arm", _l("Adverse events by class, term and arm"), terms, "14.3.1.2"),
    Output("safety-rates-arm", _l("Adverse events by exposure and arm"), rates, "14.3.1.3"),
    Output("safety-first-event-arm", _l("Time to the first adverse event by arm"), first_events, "14.3.1.4"),
    Output("safety-surgery-arm", _l("After an operation: complications"), surgery, "14.3.1.6"),
    Output("safety-deaths-arm", _l("Deaths by arm"), deaths, "14.3.2.1"),
    Output("safety-serious-arm", _l("Serious adverse events with arm"), serious_events, "14.3.2.2"),
    Output(
        "safety-laboratory-arm",
        _l("Laboratory: shift of grades by arm"),
        closed_safety_laboratory.laboratory,
        "14.3.4.1",
    ),
    Output("safety-listing-arm", _l("Listing of adverse events with arm"), event_listing, "16.2.7.1"),
    Output(
        "safety-laboratory-listing-arm",
        _l("Listing of abnormal laboratory values with arm"),
        closed_safety_laboratory.listing,
        "16.2.8.1",
    ),
)
