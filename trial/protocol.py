"""Protocol 1.0 as frozen values: every parameter of the trial once, with the section of the protocol it comes from.

An amendment is another `Protocol` value with another version; nothing here is read from a setting. All windows are in
calendar days with both ends included, unless a name says weeks, months or hours.
"""

# ruff: noqa: RUF009  -- the defaults called for are frozen values, safe to share

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from forms.text import _l
from trial.allocation import Factor, Minimisation, PermutedBlocks, Plan, PlanInvalid
from trial.criteria import Criterion, Limits, registered


@dataclass(frozen=True)
class Window:
    """Days after time zero: `low` to `high`, both included; `due` is the planned day. Section 3."""

    low: int
    due: int
    high: int

    def contains(self, days: int | None) -> bool | None:
        """Whether that day lies in the window; None where the day is unknown."""
        return None if days is None else self.low <= days <= self.high


def weeks(low: int, high: int, due: int | None = None) -> Window:
    """A window given in weeks. Without a planned week the first day is the planned one."""
    return Window(low * 7, (low if due is None else due) * 7, high * 7)


def within(days: int) -> Window:
    """At most so many days after time zero; the last day is the planned one."""
    return Window(0, days, days)


def around(due: int, tolerance: int) -> Window:
    """A day and a tolerance on both sides."""
    return Window(due - tolerance, due, due + tolerance)


@dataclass(frozen=True)
class Regimen:
    """A neoadjuvant regimen: planned days of radiotherapy, planned cycles and their length in days; with or without IO.

    The protocol leaves cycles to the regimen; these match practice (LCRT 28 fractions; SCRT 5 fractions; consolidation
    CAPOX every 3 weeks as in RAPIDO, Bahadoer 2021, and UNION, Lin 2024). They plan visits, and judge nobody.
    """

    label: str
    radiotherapy_days: int
    cycles: int
    cycle_days: int
    immunotherapy: bool

    @property
    def days(self) -> int:
        """Planned days from the start of therapy to its end."""
        return max(self.radiotherapy_days, self.cycles * self.cycle_days)


REGIMENS: Mapping[str, Regimen] = {
    "LCRT": Regimen("LCRT", 38, 2, 21, False),
    "LCRT_IO": Regimen("LCRT+IO", 38, 3, 21, True),
    "SCRT_TNT": Regimen("SCRT-TNT", 5, 6, 21, False),
    "SCRT_TNT_IO": Regimen("SCRT-TNT+IO", 5, 6, 21, True),
    "LCRT_TNT": Regimen("LCRT-TNT", 38, 6, 21, False),
    "LCRT_TNT_IO": Regimen("LCRT-TNT+IO", 38, 6, 21, True),
}


@dataclass(frozen=True)
class Windows:
    """Visits and their windows, by time zero. Section 3."""

    screening: Window = within(28)
    cycle: Window = around(0, 3)
    end_of_therapy: Window = Window(0, 0, 7)
    restaging_after_radiotherapy: Window = weeks(8, 12)
    restaging_after_drugs: Window = weeks(3, 5)
    reassessment: Window = weeks(6, 12, due=8)
    decision: Window = within(14)
    operation: Window = within(56)
    pathology: Window = within(30)
    """Operation to pathology report; the protocol sets none, this keeps YP before PO30."""
    salvage: Window = within(84)
    postoperative: Mapping[str, Window] = field(default_factory=lambda: {"PO30": around(30, 7), "PO90": around(90, 14)})
    near_complete: Mapping[str, Window] = field(default_factory=lambda: {"NC07": around(49, 7), "NC20": around(140, 7)})
    management: Window = Window(56, 56, 70)
    """Strategy actually begun, due 8 weeks after the decision; 14 days to enter it, as for the visits of that year."""
    follow_up_months: tuple[int, ...] = (3, 6, 9, 12, 15, 18, 21, 24, 30, 36, 42, 48, 54, 60)
    early_months: int = 24
    early_tolerance: int = 14
    late_tolerance: int = 28
    planned_decision_days: int = 112
    """Last dose (or consent, where no therapy began) to the planned decision of who never reaches it."""
    mri_before_therapy: int = 42

    def follow_up_tolerance(self, months: int) -> int:
        """Days on either side of a follow-up visit."""
        return self.early_tolerance if months <= self.early_months else self.late_tolerance


@dataclass(frozen=True)
class Randomisation:
    """Section 6. `method` is "minimisation" or "blocks"; `days_after_decision` is the last day an allocation may be made."""

    method: str = "minimisation"
    arms: tuple[str, str] = ("WW", "TME")
    bias: float = 0.80
    block_sizes: tuple[int, ...] = (4, 6)
    block_length: int = 300
    response_levels: tuple[str, ...] = ("CCR", "NCR")
    ct_levels: tuple[str, ...] = ("T1-3", "T4a")
    regimen_levels: tuple[str, ...] = ("IO", "NO-IO")
    days_after_decision: int = 14


@dataclass(frozen=True)
class Design:
    """Sample size and interim analyses. Section 8; proportions, hazard ratios, months."""

    enrolled: int = 2200
    randomised: int = 440
    accrual_months: int = 48
    further_months: int = 36
    lost: float = 0.05
    control_at_3_years: float = 0.85
    margin: float = 0.10
    margin_hazard_ratio: float = 1.77
    alpha_one_sided: float = 0.025
    power: float = 0.80
    events_fixed: int = 97
    events: int = 99
    inflation: float = 1.020
    looks: tuple[float, ...] = (0.5, 0.75)
    futility_conditional_power: float = 0.15
    responders: float = 0.50
    model_positive: float = 0.80
    accepting: float = 0.50
    stop_regrowth_2_years: float = 0.40
    stop_r0: float = 0.80
    stop_r0_from_operations: int = 10
    response_months: int = 12
    response_clear_day: int = 351

    def planned_randomised(self, months: float) -> float:
        """Participants randomised by plan after so many months of accrual: uniform, then flat."""
        return self.randomised * min(max(months, 0.0), self.accrual_months) / self.accrual_months

    def planned_enrolled(self, months: float) -> float:
        """Participants enrolled by plan after so many months of accrual: uniform, then flat."""
        return self.enrolled * min(max(months, 0.0), self.accrual_months) / self.accrual_months


@dataclass(frozen=True)
class Safety:
    """Section 9. Hours and calendar days; `after_*` are the ends of the periods in which every AE is reported."""

    site_hours: int = 24
    urgent_days: int = 7
    urgent_follow_up_days: int = 8
    other_days: int = 15
    after_chemoradiotherapy: int = 30
    after_immunotherapy: int = 90
    after_decision: int = 90
    after_operation: int = 90
    later_grade: int = 3


@dataclass(frozen=True)
class Protocol:
    """One version of the protocol. `criteria` judge whoever was consented under it; see `trial/eligibility.py`.

    As it applies to a participant who was on an earlier version, it says so (`trial/amendments.py`): `criteria_of` is the version that
    eligibility was confirmed under, `formerly` what held before, each with the day that ended it, in order.
    """

    version: str
    study_id: str
    title: str
    criteria: tuple[Criterion, ...]
    limits: Limits = Limits()
    windows: Windows = Windows()
    randomisation: Randomisation = Randomisation()
    design: Design = Design()
    safety: Safety = Safety()
    regimens: Mapping[str, Regimen] = field(default_factory=lambda: dict(REGIMENS))
    permanent_stoma_months: int = 18
    criteria_of: str = ""
    formerly: tuple[tuple[date, Protocol], ...] = ()

    def randomisation_parameters(self) -> dict[str, Any]:
        """What `plan_for` needs besides the method, as JSON values; stored when randomisation opens."""
        return {
            "study": self.study_id,
            **{
                k: list(v) if isinstance(v, tuple) else v
                for k, v in asdict(self.randomisation).items()
                if k != "method"
            },
        }


def plan_for(method: str, parameters: Mapping[str, Any]) -> Plan:
    """The allocation plan of stored parameters. Raises PlanInvalid for a method nobody knows."""
    p = parameters
    response = Factor("response", tuple(p["response_levels"]))
    regimen = Factor("regimen", tuple(p["regimen_levels"]))
    arms = (p["arms"][0], p["arms"][1])
    if method == "minimisation":
        factors = (Factor("site"), response, Factor("ct", tuple(p["ct_levels"])), regimen)
        return Minimisation(p["study"], arms, factors, p["bias"])
    if method == "blocks":
        return PermutedBlocks(p["study"], arms, (response, regimen), tuple(p["block_sizes"]), p["block_length"])
    raise PlanInvalid(f"no method is called {method!r}")


LIMITS = Limits()
PROTOCOL = Protocol(
    version="1.0",
    study_id="VIGIL-1",
    title=_l("Watch-and-wait after neoadjuvant therapy for rectal cancer"),
    criteria=registered(LIMITS),
    limits=LIMITS,
)
"""Protocol 1.0."""
