"""What is true in a virtual trial: hazards, regrowth, accrual, errors of measurement. A scenario is a value; the design is the protocol's.

Hazards of everything that is not the design's come from `trial/simulate`, where they are calibrated to published cohorts; shares of the
candidates that depend on biology are those of its lives, and tests hold them to that.
"""

from __future__ import annotations

from dataclasses import dataclass

from forms.dates import DAYS_PER_MONTH, DAYS_PER_YEAR
from forms.text import _l
from trial.protocol import PROTOCOL, Design
from trial.simulate.course import SALVAGE
from trial.simulate.operation import RESIDUAL_OF_A_REGROWTH

YEAR, MONTH = DAYS_PER_YEAR, DAYS_PER_MONTH
MILESTONE = 36
"""Months at which the margin is defined (PROTOCOL 8)."""


@dataclass(frozen=True)
class Scenario:
    """One truth. Every share is of candidates for organ preservation unless said otherwise.

    `hazard_ratios`: watch and wait over TME for non-regrowth disease-free survival, each from a month after randomisation on.
    `pace`: accrual, of the planned. `follow_up_months`: longest follow-up of a participant, None: to the end of the trial.
    `to_the_last_event`: the trial waits for the planned events, however long; else it ends when the protocol says.
    `overlooked`, `false_events_a_year`: failures never recorded (deaths always are), and recorded failures that are none.
    """

    name: str
    label: str
    hazard_ratios: tuple[tuple[float, float], ...] = ((0.0, 1.0),)
    regrows: float = 0.29
    salvaged: float = SALVAGE["DONE"]
    r0: float = RESIDUAL_OF_A_REGROWTH["R0"]
    pace: float = 1.0
    follow_up_months: float | None = None
    to_the_last_event: bool = False
    overlooked: float = 0.0
    false_events_a_year: float = 0.0
    near_complete: float = 0.19
    deep: float = 0.11
    """cT4a."""
    immunotherapy: float = 0.53
    prefer_watching: float = 0.78
    """Of those who decline randomisation."""
    sites: int = 12
    design: Design = PROTOCOL.design

    def __post_init__(self) -> None:
        shares = (self.regrows, self.salvaged, self.r0, self.overlooked, self.near_complete, self.deep)
        if not all(0 <= each <= 1 for each in (*shares, self.immunotherapy, self.prefer_watching)):
            raise ValueError("a share lies between 0 and 1")
        if self.pace <= 0 or self.sites < 1 or self.false_events_a_year < 0:
            raise ValueError("accrual and sites are positive, and a rate is not negative")
        starts = [month for month, _ratio in self.hazard_ratios]
        if starts != sorted({0.0, *starts}) or any(ratio <= 0 for _month, ratio in self.hazard_ratios):
            raise ValueError("hazard ratios are positive, in order of their months, the first from 0")

    @property
    def proportional(self) -> bool:
        """Whether one hazard ratio is true all along."""
        return len(self.hazard_ratios) == 1

    @property
    def inferior(self) -> bool:
        """Whether watch and wait loses the whole margin at three years, so that declaring non-inferiority is the error of type I."""
        lost = self.design.control_at_3_years - self.design.control_at_3_years ** self.average_ratio(MILESTONE)
        return lost >= self.design.margin - MARGIN_ROUNDED

    def average_ratio(self, months: float) -> float:
        """The ratio of the cumulative hazards at so many months."""
        ends = [*(month for month, _ratio in self.hazard_ratios[1:]), months]
        spans = [
            (max(0.0, min(end, months) - begin), ratio)
            for (begin, ratio), end in zip(self.hazard_ratios, ends, strict=True)
        ]
        return sum(span * ratio for span, ratio in spans) / months


MARGIN_ROUNDED = 1e-4
"""HR 1.77 stands for ln 0.75 / ln 0.85 = 1.7702."""

_MARGIN = PROTOCOL.design.margin_hazard_ratio

SCENARIOS = {
    each.name: each
    for each in (
        Scenario("alternative", _l("both managements alike, hazard ratio 1")),
        Scenario("null", _l("watch and wait worse by the whole margin"), ((0.0, _MARGIN),)),
        Scenario(
            "alternative-99", _l("both alike, the trial waits for the planned events"), to_the_last_event=True
        ),
        Scenario(
            "null-99",
            _l("worse by the whole margin, the trial waits for the planned events"),
            ((0.0, _MARGIN),),
            to_the_last_event=True,
        ),
        Scenario("five-years", _l("both alike, nobody is followed beyond five years"), follow_up_months=60),
        Scenario(
            "late-equal",
            _l("the whole margin is lost in the first 18 months, then both alike"),
            ((0.0, 2 * _MARGIN - 1), (18.0, 1.0)),
        ),
        Scenario(
            "higher-regrowth", _l("half regrow, worse by the whole margin"), ((0.0, _MARGIN),), regrows=0.55
        ),
        Scenario(
            "poor-salvage", _l("70 % of salvage operations are R0, worse by the whole margin"), ((0.0, _MARGIN),), r0=0.70
        ),
        Scenario("slow-accrual", _l("both alike, accrual at 60 % of plan"), pace=0.6),
        Scenario(
            "misclassified",
            _l("worse by the whole margin; 10 % of failures overlooked, 0.5 % a year are none"),
            ((0.0, _MARGIN),),
            overlooked=0.10,
            false_events_a_year=0.005,
        ),
    )
}  # fmt: skip
"""By name, as `vigil power --scenario` takes them."""
