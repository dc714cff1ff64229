"""The forecast as a table: what is missing, at which rate it comes, and by which day it will be there."""

from __future__ import annotations

from analysis.outlook import Outlook, Target
from analysis.table import DASH, Column, Table, Translate
from forms.dates import DAYS_PER_MONTH, DAYS_PER_YEAR
from forms.text import _l

REACHED = _l("reached")
NONE_YET = _l("not estimable: nobody so far")
TOO_LATE = _l("later than can be forecast")
BEYOND = _l("not with those who can come")


def outlook_table(found: Outlook, tr: Translate = str) -> Table:
    """Enrolled, randomised and events: so far, target, rate a month, expected day with limits."""
    heads = (_l("So far"), _l("Target"), _l("A month"), _l("Expected by (95 % limits)"))
    rows = (
        (tr(_l("Enrolled")), *_cells(found, found.enrolled, tr)),
        (tr(_l("Randomised")), *_cells(found, found.randomised, tr)),
        (tr(_l("Events of the primary endpoint, arms together")), *_cells(found, found.events, tr)),
    )
    return Table(
        "forecast",
        tr(_l("Expected completion of accrual and of events")),
        (Column(tr(_l("Count"))), *(Column(tr(head), numeric=True) for head in heads)),
        rows,
        tr(_l("Sites open at the cut: {n}; no further one is assumed.")).format(n=found.open_sites),
        tuple(_notes(found, tr)),
    )


def _cells(found: Outlook, target: Target, tr: Translate) -> tuple[str, str, str, str]:
    rate = DASH if target.rate is None else f"{target.rate.mean * DAYS_PER_MONTH:.1f}"
    return str(target.so_far), str(target.target), rate, when(found, target, tr)


def when(found: Outlook, target: Target, tr: Translate = str) -> str:
    """The expected day with its limits, or why there is none."""
    if not target.missing:
        return tr(REACHED)
    if target.days.value is None:
        seen = target is not found.events or found.risk.time <= 0 or found.last_intake is None
        return tr(NONE_YET) if seen else tr(BEYOND)
    middle, low, high = (found.date(d) for d in (target.days.value, target.days.lower, target.days.upper))
    if middle is None:
        return tr(TOO_LATE)
    limits = (DASH if day is None else day.isoformat() for day in (low, high))
    return f"{middle.isoformat()} ({'–'.join(limits)})"


def _notes(found: Outlook, tr: Translate) -> list[str]:
    model = _l(
        "Recruitment: Poisson, {sites} (Anisimov and Fedorov 2007); median and limits of the time to the last one."
    )
    differ = any(t.rate and t.rate.by_site for t in (found.enrolled, found.randomised))
    sites = _l("with a gamma rate a site") if differ else _l("with one rate, as sites differ no more than by chance")
    notes = [tr(model).format(sites=tr(sites))]
    if found.lag is not None:
        lag = tr(
            _l(
                "A site counts as open to randomisation {n} days after it opened: the median from enrolment to randomisation."
            )
        )
        notes.append(lag.format(n=f"{found.lag:.0f}"))
    events = _l(
        "Events: one constant pooled rate, {events} in {years} participant-years; {free} of the randomised without one; the others come in "
        "evenly until randomisation is expected to end. Limits are of the rate alone. {dash}: later than can be forecast."
    )
    years = f"{found.risk.time / DAYS_PER_YEAR:.1f}"
    notes.append(tr(events).format(events=found.risk.events, years=years, free=found.risk.free, dash=DASH))
    return notes
