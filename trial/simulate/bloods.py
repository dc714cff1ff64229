"""Blood results by event, in the units of `forms/laboratory`, and the CEA of follow-up."""

import math
from dataclasses import dataclass

from trial.simulate.biology import Biology
from trial.simulate.chance import Dice
from trial.simulate.person import History, Person, Plan
from trial.simulate.restaging import Restaging
from trial.simulate.therapy import Therapy


@dataclass(frozen=True)
class LabResult:
    """`operator` EQ or LT: a result below the limit of detection keeps the limit as its value."""

    test: str
    operator: str
    value: float
    unit: str


@dataclass(frozen=True)
class LabSample:
    """The results of one blood sample at one event (SCR, NAT-1 ..., EOT, RST, RST2)."""

    event: str
    day: int
    results: tuple[LabResult, ...]


PANEL = {
    "HGB": (132, 0.1, "g/L", 0), "WBC": (6.4, 0.25, "10^9/L", 2), "NEUT": (3.9, 0.3, "10^9/L", 2), "LYM": (1.7, 0.28, "10^9/L", 2),
    "PLAT": (228, 0.24, "10^9/L", 0), "ALT": (20, 0.4, "U/L", 0), "AST": (21, 0.3, "U/L", 0), "BILI": (11.5, 0.35, "umol/L", 1),
    "CREAT": (71, 0.17, "umol/L", 0), "ALB": (42, 0.07, "g/L", 1),
}  # fmt: skip
"""Median, spread of the logarithm, unit, decimal places."""
SCREENING_ONLY = {"ALP": (78, 0.25, "U/L", 0), "LDH": (178, 0.15, "U/L", 0), "GLUC": (5.3, 0.14, "mmol/L", 1)}
IMMUNOTHERAPY = {
    "CK": (90, 0.4, "U/L", 0), "TROPONI": (6, 0.5, "ng/L", 1), "LIPASE": (32, 0.3, "U/L", 0), "CORTISOL": (340, 0.25, "nmol/L", 0),
    "TSH": (1.9, 0.45, "mIU/L", 2), "T4FR": (16, 0.12, "pmol/L", 1),
}  # fmt: skip
SUPPRESSED = {"HGB": 0.92, "WBC": 0.66, "NEUT": 0.66, "LYM": 0.45, "PLAT": 0.7}
"""What therapy leaves of the blood counts, in the median."""


def draw_labs(
    dice: Dice, person: Person, biology: Biology, plan: Plan, history: History, therapy: Therapy | None,
    restagings: tuple[Restaging, ...],
) -> tuple[LabSample, ...]:  # fmt: skip
    """Every planned sample up to the last restaging."""
    with_io = bool(plan.regimen and plan.regimen.endswith("IO"))
    own = {test: dice.lognormal(1, 0.6 * spread) for test, (_, spread, _, _) in PANEL.items()}
    pregnancy = (LabResult("HCG", "LT", 2.0, "IU/L"),) if history.childbearing == "Y" else ()
    first = _tumour_markers(dice, biology.cea) + _panel(dice, PANEL, own) + _panel(dice, SCREENING_ONLY) + pregnancy
    samples = [LabSample("SCR", dice.whole(0, 4), first + (_panel(dice, IMMUNOTHERAPY) if with_io else ()))]
    for event, day in _during(therapy):
        results = _panel(dice, PANEL, own, SUPPRESSED) + (_panel(dice, IMMUNOTHERAPY) if with_io else ())
        samples.append(LabSample(event, day, results))
    for each in restagings:
        results = _tumour_markers(dice, cea_after(biology)) + _panel(dice, PANEL, own)
        samples.append(LabSample(each.event, each.day - dice.whole(0, 6), results))
    return tuple(samples)


def _during(therapy: Therapy | None) -> list[tuple[str, int]]:
    """One sample on the first day of each cycle after the first, one at the end of treatment."""
    if therapy is None:
        return []
    starts = {cycle.visit: cycle.start for cycle in therapy.cycles if cycle.visit > 1}
    return [*((f"NAT-{visit}", day) for visit, day in sorted(starts.items())), ("EOT", therapy.last_day + 3)]


def _panel(
    dice: Dice, panel: dict[str, tuple[float, float, str, int]], own: dict[str, float] | None = None,
    factor: dict[str, float] | None = None,
) -> tuple[LabResult, ...]:  # fmt: skip
    found = []
    for test, (median, spread, unit, places) in panel.items():
        level = median * (own or {}).get(test, 1.0) * (factor or {}).get(test, 1.0)
        found.append(LabResult(test, "EQ", round(dice.lognormal(level, 0.5 * spread), places), unit))
    return tuple(found)


def _tumour_markers(dice: Dice, cea: float) -> tuple[LabResult, ...]:
    return cea_result(dice, cea), LabResult("CA19_9AG", "EQ", round(dice.lognormal(11, 0.7, 0.8, 900), 1), "kU/L")


def cea_result(dice: Dice, level: float) -> LabResult:
    """A CEA around `level` ng/mL; below 0.5 it is reported as a limit."""
    value = round(dice.lognormal(level, 0.12), 1)
    return LabResult("CEA", "LT", 0.5, "ng/mL") if value < 0.5 else LabResult("CEA", "EQ", value, "ng/mL")


def cea_after(biology: Biology) -> float:
    """CEA after therapy: near 2 ng/mL without tumour, a share of the first value with it."""
    left = 0.18 * biology.burden * math.sqrt(min(biology.cea, 40))
    return 1.2 + 0.16 * math.pow(min(biology.cea, 60), 0.7) + left
