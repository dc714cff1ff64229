"""Tables and figures by arm, for the closed page and the closed report alike. No open module imports it."""

from collections.abc import Callable

from analysis.closed import ByArm, Comparison, IncidenceByGroup, figure_by_arm
from analysis.estimands import NRDFS, REGROWTH
from analysis.figure import Figure
from analysis.plots import DAYS_PER_MONTH, Line, curves
from analysis.reports.status_tables import DAYS_PER_YEAR, LANDMARK_YEARS, landmark, years_words
from analysis.steps import Stepped, observed_at
from analysis.table import Column, Table, explained, months, percent_in_words
from forms.text import _l

Translate = Callable[[str], str]
_LAST_LANDMARK = LANDMARK_YEARS[-1] * DAYS_PER_YEAR


def draw_by_arm(found: ByArm, tr: Translate = str) -> Figure:
    """NR-DFS by arm."""
    return figure_by_arm(found, identity="nrdfs-arm", y_label=tr(found.title), origin=NRDFS.origin.text, tr=tr)


def draw_regrowth(found: IncidenceByGroup, tr: Translate = str) -> Figure:
    """Cumulative incidence of regrowth by the way into watch-and-wait."""
    title = tr(_l("{title} by way into watch-and-wait")).format(title=tr(found.title))
    rates = "; ".join(f"{g.label} {percent_in_words(observed_at(g.event, _LAST_LANDMARK), tr)}" for g in found.groups)
    return curves(
        [Line(f"{g.label}: {tr(g.text)}", g.label, g.event) for g in found.groups],
        identity="regrowth-way",
        title=title,
        y_label=tr(_l("Cumulative incidence")),
        origin=REGROWTH.origin.text,
        alt=tr(_l("Cumulative incidence; at 3 years: {rates}.")).format(rates=rates),
        tr=tr,
    )


def by_arm_table(found: ByArm, tr: Translate = str) -> Table:
    """Participants, events, rates at landmarks and median, arm beside arm."""
    rows = [
        (tr(_l("Participants")), *(cell for _, c in found.curves for cell in (str(c.n), ""))),
        (tr(_l("Events")), *(cell for _, c in found.curves for cell in (str(c.n_events), ""))),
        *_landmarks([c for _, c in found.curves], tr),
        (
            tr(_l("Median, months")),
            *(cell for _, c in found.curves for cell in (months(c.median, DAYS_PER_MONTH, tr), "")),
        ),
    ]
    title = tr(_l("{endpoint}: estimates")).format(endpoint=tr(found.title))
    return _table(
        "nrdfs-arm", title, [arm for arm, _ in found.curves], rows, tr(_l("All randomised, as allocated.")), tr
    )


def regrowth_table(found: IncidenceByGroup, tr: Translate = str) -> Table:
    """Participants, events and incidence at landmarks, allocation beside choice."""
    counted = (
        (_l("Participants"), [g.event.n for g in found.groups]),
        (_l("Events"), [g.event.n_events for g in found.groups]),
        (_l("Competing events"), [g.event.n_competing for g in found.groups]),
    )
    rows = [(tr(text), *(cell for n in numbers for cell in (str(n), ""))) for text, numbers in counted]
    rows += _landmarks([g.event for g in found.groups], tr)
    title = tr(_l("{endpoint}: estimates")).format(endpoint=tr(found.title))
    said = "; ".join(f"{g.label}: {tr(g.text)}" for g in found.groups) + "."
    return _table("regrowth-way", title, [g.label for g in found.groups], rows, said, tr)


def comparison_table(found: Comparison, tr: Translate = str) -> Table:
    """Hazard ratio, non-inferiority and log-rank test; before both arms had an event only that there is none yet."""
    strata = ", ".join(found.strata) or tr(_l("none"))
    return Table(
        "comparison",
        tr(_l("Watch-and-wait against surgery")),
        (Column(tr(_l("Measure"))), Column(tr(_l("Value")), numeric=True)),
        tuple(_measures(found, tr)),
        tr(_l("Strata: {strata}. A hazard ratio below 1 favours watch-and-wait.")).format(strata=strata),
        (tr(_l("z = (ln margin - ln hazard ratio) / standard error: positive favours watch-and-wait.")),),
    )


def _measures(found: Comparison, tr: Translate) -> list[tuple[str, str]]:
    margin = (tr(_l("Margin of non-inferiority, hazard ratio")), f"{found.margin:.2f}")
    if found.hazard is None or found.log_rank is None or found.z is None:
        return [(tr(_l("No comparison until both arms had an event")), ""), margin]
    h, test = found.hazard, found.log_rank
    return [
        (tr(_l("Hazard ratio (95 % confidence interval)")), f"{h.hr:.2f} ({h.lower:.2f}–{h.upper:.2f})"),
        margin,
        (tr(_l("z for non-inferiority")), f"{found.z:.2f}"),
        (tr(_l("Log-rank test, chi-squared (degrees of freedom)")), f"{test.chi2:.2f} ({test.df})"),
        (tr(_l("Log-rank test, two-sided p")), p_value(test.p)),
    ]


def p_value(p: float | None) -> str:
    """Three decimals, and never 0.000; a dash where nothing could be compared."""
    if p is None:
        return "–"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _landmarks(found: list[Stepped], tr: Translate) -> list[tuple[str, ...]]:
    return [
        (years_words(y, tr), *(cell for each in found for cell in landmark(each, y * DAYS_PER_YEAR, tr)))
        for y in LANDMARK_YEARS
    ]


def _table(
    identity: str, title: str, groups: list[str], rows: list[tuple[str, ...]], denominator: str, tr: Translate
) -> Table:
    at_risk = tr(_l("At risk"))
    pairs = [
        Column(text, numeric=True)
        for g in groups
        for text in (tr(_l("{group} (95 % CI)")).format(group=g), f"{g}: {at_risk}")
    ]
    return explained(Table(identity, title, (Column(tr(_l("At"))), *pairs), tuple(rows), denominator), tr)
