"""The figures of the pooled status report, for the page and for the print alike."""

from collections.abc import Callable

from analysis.accrual import Accrual
from analysis.accrual_figure import accrual_figure
from analysis.figure import Figure
from analysis.plots import Line, curves
from analysis.reports.status_data import PooledIncidence, PooledSurvival
from analysis.steps import Stepped, observed_at
from analysis.table import percent_in_words
from forms.dates import DAYS_PER_YEAR
from forms.text import _l

Translate = Callable[[str], str]

_THREE_YEARS = 3 * DAYS_PER_YEAR


def draw_accrual(found: Accrual, tr: Translate = str) -> Figure:
    """Enrolled and randomised against plan."""
    alt = tr(
        _l("To {day}: {enrolled} enrolled of {p_enrolled} planned by then, {randomised} randomised of {p_randomised}.")
    )
    return accrual_figure(
        found,
        identity="accrual",
        title=tr(_l("Accrual against plan")),
        tr=tr,
        alt=alt.format(
            day=found.cut_on.isoformat(),
            enrolled=len(found.enrolled_on),
            p_enrolled=f"{found.planned_enrolled:.0f}",
            randomised=len(found.randomised_on),
            p_randomised=f"{found.planned_randomised:.0f}",
        ),
    )


def draw_survival(found: PooledSurvival, tr: Translate = str) -> Figure:
    """Kaplan-Meier over all arms with its band, numbers at risk and events."""
    e = found.estimand
    alt = tr(_l("Kaplan-Meier curve of {n} participants, {events} events; at 3 years {rate}."))
    return curves(
        (Line(tr(_l("All arms")), tr(_l("All")), found.curve),),
        identity=e.id.lower(),
        title=tr(e.title),
        y_label=tr(e.title),
        origin=e.origin.text,
        tr=tr,
        alt=alt.format(n=found.curve.n, events=found.curve.n_events, rate=_rate(found.curve, tr)),
    )


def draw_incidence(found: PooledIncidence, tr: Translate = str) -> Figure:
    """Cumulative incidence of the event and of competing events, with numbers at risk and events."""
    e = found.estimand
    alt = tr(_l("Cumulative incidence in {n} participants: {events} events, {competing} competing; at 3 years {rate}."))
    return curves(
        (
            Line(tr(e.title), tr(_l("Events")), found.event),
            Line(tr(_l("Competing event")), tr(_l("Competing")), found.competing),
        ),
        identity=e.id.lower(),
        title=tr(e.title),
        y_label=tr(_l("Cumulative incidence")),
        origin=e.origin.text,
        tr=tr,
        alt=alt.format(
            n=found.event.n,
            events=found.event.n_events,
            competing=found.event.n_competing,
            rate=_rate(found.event, tr),
        ),
    )


def _rate(curve: Stepped, tr: Translate) -> str:
    return percent_in_words(observed_at(curve, _THREE_YEARS), tr)
