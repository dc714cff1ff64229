"""Tables and figures by arm, for the closed page and the closed report alike. No open module imports it."""

from collections.abc import Callable

from analysis.closed import ByArm, Comparison, IncidenceByGroup, figure_by_arm, no_comparison
from analysis.closed_comparisons import Missing, landmarks
from analysis.estimands import NRDFS, REGROWTH
from analysis.figure import Figure
from analysis.landmark import COMPETING, RateDifference
from analysis.logrank import LogRank
from analysis.plots import Line, curves
from analysis.reports.status_tables import LANDMARK_YEARS, landmark, years_words
from analysis.steps import Stepped, observed_at
from analysis.table import DASH, Column, Table, explained, months, percent_in_words
from forms.dates import DAYS_PER_MONTH, DAYS_PER_YEAR
from forms.text import _l

Translate = Callable[[str], str]
NOT_ESTIMABLE = _l("not estimable: {why}")
UNDRAWN = _l("The way into watch-and-wait was not drawn: differences describe, they prove no effect.")
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
    table = _table("regrowth-way", title, [g.label for g in found.groups], rows, said, tr)
    return table.with_footnotes(*_by_way(found, tr))


def _by_way(found: IncidenceByGroup, tr: Translate) -> tuple[str, ...]:
    """The difference of both incidences at each landmark, as a sentence, and where its limits are from."""
    if len(found.groups) != 2:
        return ()
    first, second = found.groups
    gaps = zip(LANDMARK_YEARS, landmarks(first.event, second.event, LANDMARK_YEARS), strict=True)
    told = "; ".join(f"{years_words(year, tr)} {difference(gap, tr)}" for year, gap in gaps)
    said = tr(_l("{first} less {second} (95 % CI): {told}.")).format(first=first.label, second=second.label, told=told)
    return said, tr(COMPETING), tr(UNDRAWN)


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
    tested = [] if found.log_rank is None else _tested(found.log_rank, tr)
    if found.hazard is None or found.z is None:
        return [(no_comparison(found, tr), ""), margin, *tested]
    h = found.hazard
    return [
        (tr(_l("Hazard ratio (95 % confidence interval)")), f"{h.hr:.2f} ({h.lower:.2f}–{h.upper:.2f})"),
        margin,
        (tr(_l("z for non-inferiority")), f"{found.z:.2f}"),
        *tested,
    ]


def _tested(test: LogRank, tr: Translate) -> list[tuple[str, str]]:
    return [
        (tr(_l("Log-rank test, chi-squared (degrees of freedom)")), f"{test.chi2:.2f} ({test.df})"),
        (tr(_l("Log-rank test, two-sided p")), p_value(test.p)),
    ]


def difference(found: RateDifference | Missing, tr: Translate = str) -> str:
    """Percentage points with limits; without them where the data give none; or why there is no difference."""
    if isinstance(found, Missing):
        return tr(NOT_ESTIMABLE).format(why=found.problem)
    return signed(100, found.difference, found.lower, found.upper)


def signed(scale: float, value: float, lower: float | None, upper: float | None) -> str:
    """A difference with its limits, each with its sign; a dash for limits that the data do not give."""
    if lower is None or upper is None:
        return f"{scale * value:+.1f} ({DASH})"
    return f"{scale * value:+.1f} ({scale * lower:+.1f} to {scale * upper:+.1f})"


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
