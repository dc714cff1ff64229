"""Safety by arm set into tables: the closed report's alone. Randomised participants as treated, from the day of randomisation on.

Differences of proportions carry score limits and no p-value: a list of terms is no list of hypotheses. No open module imports this one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from analysis.adverse_events import DEFINITION as COUNTED
from analysis.adverse_events import AdverseEvents, TermLine, tabulate
from analysis.closed_safety_population import ARMS, AS_ALLOCATED, AS_TREATED, POPULATION
from analysis.differences import DEFINITION as DIFFERENCE
from analysis.differences import miettinen_nurminen
from analysis.not_estimable import NotEstimable
from analysis.rate_difference import DEFINITION as RATES
from analysis.rate_difference import score_difference
from analysis.rates import DEFINITION as EXACT
from analysis.rates import Counted, rate_ratio
from analysis.safety.events import Rule, Selection
from analysis.safety.exposure import exposure_rate
from analysis.safety.overview import lines
from analysis.safety.tables import MAY, counted, heading
from analysis.safety.tables_time import NOT_ESTIMABLE, PER, RATED, rate_words
from analysis.table import Column, Table, Translate, share
from forms.text import _l

WW_LESS_TME = _l("Difference, WW less TME, percentage points (95 % limits)")
Pair = tuple[Selection, Selection]
"""WW and TME, over the same periods."""


def overview_by_arm(pair: Pair, period: str, id: str, tr: Translate = str, *, allocated: bool = False) -> Table:
    """One line a sort of event, with the difference; `allocated`: the arms of the pair are those allocated, not those begun."""
    ww, tme = pair
    made = zip(lines(ww, operation=True), lines(tme, operation=True), strict=True)
    rows = tuple(
        (
            tr(a.text),
            counted(a.participants, a.unknown, ww.n),
            counted(b.participants, b.unknown, tme.n),
            difference((a.participants, ww.n), (b.participants, tme.n), tr),
        )
        for a, b in made
    )
    said = _l("Adverse events by arm as allocated: {period}") if allocated else _l("Adverse events by arm: {period}")
    columns = (
        Column(tr(_l("Participants with at least one"))),
        *(Column(heading(arm, s.n), numeric=True) for arm, s in zip(ARMS, pair, strict=True)),
        Column(tr(WW_LESS_TME), numeric=True),
    )
    population, who = (AS_ALLOCATED, ()) if allocated else (POPULATION, (tr(AS_TREATED),))
    notes = (*who, tr(COUNTED), tr(DIFFERENCE), tr(MAY))
    return Table(id, tr(said).format(period=period), columns, rows, tr(population), notes)


def terms_by_arm(pair: Pair, period: str, id: str, tr: Translate = str) -> Table:
    """Class and term at the worst grade: any, and grade 3 or more, with the difference of any; by how many had it in both arms."""
    ww, tme = (tabulate(s.sure(), (m.participant for m in s.members)) for s in pair)
    keys = _in_order(ww, tme)
    rows = tuple(_term_row(key, ww, tme, tr) for key in keys)
    undated = tr(_l("Events of unclear period, in no line: WW {ww}, TME {tme}.")).format(
        ww=pair[0].undated, tme=pair[1].undated
    )
    return Table(
        id,
        tr(_l("Adverse events by class, term and arm: {period}")).format(period=period),
        (
            Column(tr(_l("Class and term"))),
            *(
                Column(heading(arm, n), numeric=True)
                for arm, n in (("WW", ww.denominator), (_severe_of("WW", tr), ww.denominator))
            ),
            *(
                Column(heading(arm, n), numeric=True)
                for arm, n in (("TME", tme.denominator), (_severe_of("TME", tr), tme.denominator))
            ),
            Column(tr(WW_LESS_TME), numeric=True),
        ),
        rows,
        tr(POPULATION),
        (tr(AS_TREATED), tr(COUNTED), tr(DIFFERENCE), undated),
        frozenset(i for i, (_, term) in enumerate(keys) if term),
    )


def _severe_of(arm: str, tr: Translate) -> str:
    return tr(_l("{arm} grade 3 to 5")).format(arm=arm)


Key = tuple[str, str | None]


def _in_order(ww: AdverseEvents, tme: AdverseEvents) -> list[Key]:
    """Classes by how many had one in both arms together, and within each its terms, then by name."""
    total: dict[Key, int] = {}
    for line in (*ww.lines, *tme.lines):
        total[line.soc, line.term] = total.get((line.soc, line.term), 0) + line.any_grade

    def place(key: Key) -> tuple[int, str, bool, int, str]:
        soc, term = key
        return -total[soc, None], soc, term is not None, -total[key], term or ""

    return sorted(total, key=place)


def _term_row(key: Key, ww: AdverseEvents, tme: AdverseEvents, tr: Translate) -> tuple[str, ...]:
    cells: list[str] = []
    anyone = []
    for found in (ww, tme):
        line = _line_of(found, key)
        any_grade, severe = (line.any_grade, line.severe) if line else (0, 0)
        anyone.append((any_grade, found.denominator))
        cells += [share(any_grade, found.denominator), share(severe, found.denominator)]
    return (key[1] or key[0], *cells, difference(anyone[0], anyone[1], tr))


def _line_of(found: AdverseEvents, key: Key) -> TermLine | None:
    return next((line for line in found.lines if (line.soc, line.term) == key), None)


def difference(ww: tuple[int, int], tme: tuple[int, int], tr: Translate = str) -> str:
    """WW less TME in percentage points with score limits, or that there is none."""
    try:
        found = miettinen_nurminen(ww, tme)
    except NotEstimable:
        return tr(NOT_ESTIMABLE)
    return f"{100 * found.difference:.1f} ({100 * found.lower:.1f} to {100 * found.upper:.1f})"


def rates_by_arm(pairs: Sequence[tuple[str, Pair]], tr: Translate = str) -> Table:
    """First events by exposure, the difference and the ratio of the rates, under a heading for each period."""
    rows: list[tuple[str, ...]] = []
    indented: set[int] = set()
    for period, (ww, tme) in pairs:
        rows.append((period, f"n = {ww.n}", f"n = {tme.n}", "", ""))
        for text, rule in RATED:
            indented.add(len(rows))
            rows.append((tr(text), *_rates(ww, tme, rule, tr)))
    heads = (
        _l("WW, per 100 person-years (95 % limits)"),
        _l("TME, per 100 person-years (95 % limits)"),
        _l("Difference, WW less TME, per 100 person-years (95 % limits)"),
        _l("Ratio, WW over TME"),
    )
    return Table(
        "safety-rates-arm",
        tr(_l("First adverse events by exposure and arm")),
        (Column(tr(_l("Sort"))), *(Column(tr(text), numeric=True) for text in heads)),
        tuple(rows),
        tr(POPULATION),
        (tr(AS_TREATED), tr(EXACT), tr(RATES), tr(_l("Person-years up to and with the day of the first event."))),
        frozenset(indented),
    )


def _rates(ww: Selection, tme: Selection, rule: Rule, tr: Translate) -> tuple[str, ...]:
    a, b = exposure_rate(ww, rule), exposure_rate(tme, rule)
    watched, resected = (a.participants, a.years), (b.participants, b.years)
    return rate_words(a, tr), rate_words(b, tr), _less(watched, resected, tr), _ratio(resected, watched, tr)


def _less(first: Counted, second: Counted, tr: Translate) -> str:
    try:
        found = score_difference(first, second)
    except NotEstimable:
        return tr(NOT_ESTIMABLE)
    value, lower, upper = (PER * each for each in (found.value, found.lower, found.upper))
    return f"{value:.1f} ({lower:.1f} to {upper:.1f})"


def _ratio(first: Counted, second: Counted, tr: Translate) -> str:
    try:
        found = rate_ratio(first, second)
    except NotEstimable:
        return tr(NOT_ESTIMABLE)
    value, upper = ("∞" if each is None else f"{each:.2f}" for each in (found.value, found.upper))
    return f"{value} ({found.lower:.2f}–{upper})"


def with_arm(table: Table, group: Mapping[str, str], tr: Translate = str) -> Table:
    """A listing with the arm of each participant beside the number."""
    first, *rest = table.columns
    rows = tuple((row[0], group.get(row[0], ""), *row[1:]) for row in table.rows)
    return replace(table, id=f"{table.id}-arm", columns=(first, Column(tr(_l("Arm"))), *rest), rows=rows)
