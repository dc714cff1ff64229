"""Key risk indicators by site: centralised monitoring (ICH E6(R3) 3.11.4.2; FDA, A Risk-Based Approach to Monitoring, 2013).

A number nobody can judge is "not estimable" and never a zero. Nothing here is by arm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from analysis.indicators import INDICATORS, Indicator
from analysis.site_measures import Measure, Site
from trial.store.oversight import Oversight


@dataclass(frozen=True)
class Judged:
    """One cell: what was measured, and what that means."""

    indicator: Indicator
    measure: Measure

    @property
    def verdict(self) -> str:
        """One of "act", "look", "fine", "unknown"."""
        return self.indicator.verdict(self.measure.value)


def judge(seen: Oversight, *, now: datetime, today: date, months: int) -> dict[str, tuple[Judged, ...]]:
    """Every indicator of every site, and under "" of all sites together. `months`: planned months of accrual."""
    sites = {s["code"]: _site(seen, s["code"], s, now, today, months) for s in seen.sites}
    whole = _site(seen, "", {"target": None, "opened_on": None}, now, today, months)
    return {
        code: tuple(Judged(each, each.measure(site, whole)) for each in INDICATORS)
        for code, site in {**sites, "": whole}.items()
    }


def _site(seen: Oversight, code: str, row: Mapping[str, object], now: datetime, today: date, months: int) -> Site:
    def here(site: object) -> bool:
        return not code or site == code

    return Site(
        code,
        row["target"],  # type: ignore[arg-type]  # a number, or none
        row["opened_on"],  # type: ignore[arg-type]  # a day, or none
        frozenset(p for p, site in seen.participants if here(site)),
        tuple(e for e in seen.entered if here(e.site)),
        tuple(q for q in seen.queries if here(q["site_code"])),
        tuple(d for d in seen.owed if here(d["site_code"])),
        now,
        today,
        months,
    )
