"""The key risk indicators: what each counts and of how many, and the two bounds at which somebody should look, or act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from analysis.site_measures import (
    Measure,
    Site,
    accrual,
    corrected,
    critical,
    deviations,
    digits,
    entry_lag,
    event_rate,
    overdue,
    query_age,
)  # fmt: skip
from forms.text import _l


@dataclass(frozen=True)
class Indicator:
    """One key risk indicator. `low`: small values are the worrying ones. `look` and `act` are the two bounds, reached counts."""

    id: str
    label: str
    unit: str
    meaning: str
    look: float
    act: float
    measure: Callable[[Site, Site], Measure]
    low: bool = False
    digits: int = 0

    def verdict(self, value: float | None) -> str:
        """One of "act", "look", "fine", or "unknown" where there is no value."""
        if value is None:
            return "unknown"
        beyond = (lambda bound: value <= bound) if self.low else (lambda bound: value >= bound)
        return "act" if beyond(self.act) else "look" if beyond(self.look) else "fine"


INDICATORS = (
    Indicator("accrual", _l("Accrual"), _l("per cent of plan"), _l("Enrolled, of those the site's target has by today"),
              80, 50, accrual, low=True),
    Indicator("lag", _l("Entry lag"), _l("days"), _l("Median from the day of a visit to the first entry of its form"), 7, 14, entry_lag),
    Indicator("overdue", _l("Overdue forms"), _l("per cent"), _l("Window over and not entered, of those and all that are in"),
              5, 10, overdue, digits=1),
    Indicator("critical", _l("Critical forms with gaps"), _l("per cent"), _l("Forms with critical values that lack a required one"),
              5, 10, critical, digits=1),
    Indicator("queries", _l("Age of queries"), _l("days"), _l("Median age of queries that wait for somebody"), 14, 30, query_age),
    Indicator("corrected", _l("Corrected forms"), _l("per cent"), _l("Forms saved more than once"), 20, 40, corrected, digits=1),
    Indicator("deviations", _l("Major deviations"), _l("for 10 participants"), _l("Major protocol deviations"),
              3, 6, deviations, digits=1),
    Indicator("events", _l("Few adverse events"), _l("chance in 100"),
              _l("Chance of so few adverse events in this time at the trial's own rate (Poisson); below: events, months"),
              5, 1, event_rate, low=True, digits=1),
    Indicator("digits", _l("Last digits"), _l("chance in 100"),
              _l("Chance of last digits as uneven as those of the measurements read off by hand; below: zeros and fives, all"),
              5, 1, digits, low=True, digits=1),
)  # fmt: skip
"""In the order of the page. The bounds are the house's own, to be agreed in the monitoring plan of a trial."""
