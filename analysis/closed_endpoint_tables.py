"""A comparison of two groups set into tables and a figure. Closed: no open module imports it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from analysis import closed_tables, cox, fine_gray, incidence, proportionality, rmst, survival
from analysis import landmark as landmarks
from analysis.closed import WAYS
from analysis.closed_comparisons import DOUBT, Compared, Competed, Group, Missing, Survived
from analysis.closed_tables import UNDRAWN, difference, p_value, signed
from analysis.effects import Coefficient
from analysis.estimands import ALL_RANDOMISED
from analysis.figure import Figure
from analysis.landmark import YEARS, RateDifference
from analysis.plots import Line, curves
from analysis.reports.status_tables import landmark, years_words
from analysis.reports.wording import note_lines
from analysis.rmst import RmstDifference
from analysis.steps import Estimate, observed_at
from analysis.table import Column, Table, Translate, explained, months, percent_in_words
from forms.dates import DAYS_PER_MONTH, DAYS_PER_YEAR
from forms.text import _l

T = TypeVar("T")
NOT_ESTIMABLE = closed_tables.NOT_ESTIMABLE
_THREE_YEARS = 3 * DAYS_PER_YEAR


def groups_table(found: Compared, tr: Translate) -> Table:
    """Participants, events, rates, median, follow-up: group beside group."""
    groups = found.groups
    rows = [
        _counts(_l("Participants"), [g.curve.n for g in groups], tr),
        _counts(_l("Events"), [g.curve.n_events for g in groups], tr),
        *([_counts(_l("Competing events"), [_competing(g) for g in groups], tr)] if found.estimand.competing else []),
        *(
            (years_words(year, tr), *(cell for g in groups for cell in landmark(g.curve, year * DAYS_PER_YEAR, tr)))
            for year in YEARS
        ),
        *_medians(found, tr),
    ]
    title = tr(_l("{endpoint}: estimates")).format(endpoint=tr(found.estimand.title))
    estimator = incidence.DEFINITION if found.estimand.competing else survival.DEFINITION
    table = Table(f"{found.estimand.id.lower()}-groups", title, _columns(found, tr), tuple(rows), _whom(found, tr))
    return explained(table, tr).with_footnotes(tr(estimator), *note_lines(found.notes, tr))


def comparison_table(found: Compared, tr: Translate) -> Table:
    """Ratios and tests, each a number with limits or the reason why there is none."""
    c = found.comparison
    rows = _survived(c, tr) if isinstance(c, Survived) else _competed(c, tr)
    notes = _notes(c, tr)
    first, second = (group.label for group in found.groups)
    versus = tr(
        _l("{first} against {second}: a ratio below 1 favours {first}, a difference is {first} less {second}.")
    ).format(first=first, second=second)
    table = Table(
        f"{found.estimand.id.lower()}-comparison",
        tr(_l("{first} against {second}")).format(first=first, second=second),
        (Column(tr(_l("Measure"))), Column(tr(_l("Value")), numeric=True)),
        tuple(rows),
        f"{_whom(found, tr)} {versus}",
        notes,
    )
    return explained(table, tr)


def events_table(found: Compared, tr: Translate) -> Table:
    """Numbers at risk by year in each group, beneath the figure in words."""
    last = max((g.curve.times[-1] for g in found.groups if g.curve.n), default=0.0)
    years = range(int(last / DAYS_PER_YEAR) + 1)
    rows = tuple(
        (
            str(12 * year),
            *(
                str(n)
                for g in found.groups
                for n in (g.curve.at_risk_at(year * DAYS_PER_YEAR), g.curve.events_by(year * DAYS_PER_YEAR))
            ),
        )
        for year in years
    )
    pairs = [
        text
        for g in found.groups
        for text in (f"{g.label}: {tr(_l('At risk'))}", f"{g.label}: {tr(_l('Events so far'))}")
    ]
    return Table(
        f"{found.estimand.id.lower()}-at-risk",
        tr(_l("Numbers at risk")),
        (Column(tr(_l("Months"))), *(Column(text, numeric=True) for text in pairs)),
        rows,
        _whom(found, tr),
    )


def draw(found: Compared, tr: Translate) -> Figure:
    """Both curves with bands and numbers at risk."""
    estimand = found.estimand
    randomised = estimand.population is ALL_RANDOMISED
    by = _l("{title} by arm") if randomised else _l("{title} by way into watch-and-wait")
    rates = "; ".join(f"{g.label} {percent_in_words(observed_at(g.curve, _THREE_YEARS), tr)}" for g in found.groups)
    said = (
        _l("Cumulative incidence; at 3 years: {rates}.")
        if estimand.competing
        else _l("Kaplan-Meier curves; at 3 years: {rates}.")
    )
    return curves(
        [Line(g.label, g.label, g.curve) for g in found.groups],
        identity=f"{estimand.id.lower()}-groups",
        title=tr(by).format(title=tr(estimand.title)),
        y_label=tr(_l("Cumulative incidence")) if estimand.competing else tr(_l("Without event")),
        origin=estimand.origin.text,
        alt=tr(said).format(rates=rates),
        tr=tr,
    )


def _competing(group: Group) -> int:
    return group.competing.n_events if group.competing else 0


def _counts(text: str, numbers: list[int], tr: Translate) -> tuple[str, ...]:
    return (tr(text), *(cell for n in numbers for cell in (str(n), "")))


def _medians(found: Compared, tr: Translate) -> list[tuple[str, ...]]:
    seen = [
        (tr(_l("Median follow-up, months (reverse Kaplan-Meier)")), *_spread([g.follow_up for g in found.groups], tr))
    ]
    if found.estimand.competing:
        return seen
    medians = [g.curve.median for g in found.groups if isinstance(g.curve, survival.Curve)]
    return [(tr(_l("Median, months")), *_spread(medians, tr)), *seen]


def _spread(estimates: Sequence[Estimate], tr: Translate) -> list[str]:
    return [cell for each in estimates for cell in (months(each, DAYS_PER_MONTH, tr), "")]


def _columns(found: Compared, tr: Translate) -> tuple[Column, ...]:
    pairs = [
        Column(text, numeric=True)
        for g in found.groups
        for text in (tr(_l("{group} (95 % CI)")).format(group=g.label), f"{g.label}: {tr(_l('At risk'))}")
    ]
    return (Column(tr(_l("At"))), *pairs)


def _whom(found: Compared, tr: Translate) -> str:
    n = sum(g.curve.n for g in found.groups)
    if found.estimand.population is ALL_RANDOMISED:
        return tr(_l("All {n} randomised, as allocated.")).format(n=n)
    ways = "; ".join(f"{label}: {tr(text)}" for _, label, text in WAYS)
    return tr(_l("All {n} watched. {ways}.")).format(n=n, ways=ways)


def _survived(c: Survived, tr: Translate) -> list[tuple[str, str]]:
    stratified = (tr(_l("Hazard ratio, stratified (95 % CI)")), _said(c.hazard, ratio, tr))
    means = tr(_l("Difference of restricted means to 3 years, months (95 % CI)"))
    return [
        *([stratified] if c.strata else []),
        (tr(_l("Hazard ratio, not stratified (95 % CI)")), _said(c.plain, ratio, tr)),
        (tr(_l("Log-rank test, two-sided p")), _said(c.test, lambda test: p_value(test.p), tr)),
        (tr(_l("Proportional hazards, p")), _said(c.proportional, p_value, tr)),
        *([] if c.restricted is None else [(means, _said(c.restricted, _means, tr))]),
        *_differences(c.landmarks, tr(_l("Difference at {when} (95 % CI)")), tr),
    ]


def _competed(c: Competed, tr: Translate) -> list[tuple[str, str]]:
    return [
        (tr(_l("Cause-specific hazard ratio (95 % CI)")), _said(c.cause, ratio, tr)),
        (tr(_l("Subdistribution hazard ratio, Fine-Gray (95 % CI)")), _said(c.subdistribution, ratio, tr)),
        (tr(_l("Cause-specific hazard ratio of competing events (95 % CI)")), _said(c.competing, ratio, tr)),
        (
            tr(_l("Subdistribution hazard ratio of competing events, Fine-Gray (95 % CI)")),
            _said(c.competing_subdistribution, ratio, tr),
        ),
        (tr(_l("Gray's test, two-sided p")), _said(c.gray, lambda test: p_value(test.p), tr)),
        *_differences(c.landmarks, tr(_l("Difference of incidence at {when} (95 % CI)")), tr),
    ]


def _differences(found: Sequence[RateDifference | Missing], label: str, tr: Translate) -> list[tuple[str, str]]:
    """A row a landmark."""
    return [
        (label.format(when=years_words(year, tr)), difference(each, tr))
        for year, each in zip(YEARS, found, strict=True)
    ]


def _notes(c: Survived | Competed, tr: Translate) -> tuple[str, ...]:
    if isinstance(c, Competed):
        return (
            tr(cox.DEFINITION),
            tr(fine_gray.DEFINITION),
            tr(landmarks.COMPETING),
            tr(UNDRAWN),
        )
    strata = ", ".join(c.strata) or tr(_l("none"))
    told = (
        tr(cox.DEFINITION),
        tr(_l("Strata: {strata}.")).format(strata=strata),
        tr(proportionality.DEFINITION),
        tr(landmarks.DEFINITION),
    )
    means = tr(_l("Restricted means are shown where proportionality is in doubt (p < {p})."))
    return (*told, means.format(p=DOUBT), *(() if c.restricted is None else (tr(rmst.DEFINITION),)))


def _said(found: T | Missing, write: Callable[[T], str], tr: Translate) -> str:
    """The number, or why there is none."""
    return tr(NOT_ESTIMABLE).format(why=found.problem) if isinstance(found, Missing) else write(found)


def ratio(found: Coefficient) -> str:
    """A ratio with its limits."""
    return f"{found.hr:.2f} ({found.lower:.2f}–{found.upper:.2f})"


def _means(found: RmstDifference) -> str:
    return signed(1 / DAYS_PER_MONTH, found.difference, found.lower, found.upper)
