"""What can still happen: regrowth, metastasis, recurrence, second cancer, death. Hazards and the times they give.

Calibrated to the published cohorts named in `tests/truth`: regrowth is a mixture with Weibull times (shape 1.4, scale
13.2 months); the hazard of metastasis rises about fourfold with a regrowth; five-year survival is 85 to 88 %.
"""

from dataclasses import dataclass
from math import log

from forms.dates import DAYS_PER_YEAR
from trial.simulate.biology import Biology
from trial.simulate.chance import Dice
from trial.simulate.person import Person

YEAR = DAYS_PER_YEAR
MONTH = YEAR / 12


@dataclass(frozen=True)
class Fate:
    """Drawn once and used under either management, so that the two differ only by what management does.

    Units: days from the decision, except the `_risk` fields, which are unit exponentials spent against a hazard.
    """

    regrows: float | None
    metastasis_risk: float
    metastasis_sites: tuple[str, ...]
    metastasis_treatment: str
    survival_with_metastasis: float
    recurrence_risk: float
    recurrence_site: str
    other_death: float
    second_cancer: float
    second_is_colorectal: bool
    changes_mind: float
    lost: float | None
    withdrawn: float | None


REGROWTH_SHAPE, REGROWTH_SCALE = 1.4, 13.2
REGROWTH_WITH_TUMOUR, REGROWTH_WHEN_STERILE = 0.95, 0.05
SEEN_EARLIER = 45
"""Days: published times are times of detection; at three-monthly visits a regrowth has been visible half an interval."""

METASTASIS_A_YEAR = {"sterile": 0.0115, "living": 0.021, "incomplete": 0.045}
METASTASIS_AFTER_REGROWTH = 4.0
"""Hazard ratio of a regrowth, as a state entered when it becomes visible (Fernandez 2023, 2025; DCR 2024)."""

RECURRENCE_A_YEAR = {"R0-complete": 0.006, "R0": 0.035, "R1": 0.15, "R2": 0.5}
OTHER_DEATH_AT_60, OTHER_DEATH_RISE = 0.0072, 0.085
SECOND_CANCER_A_YEAR, SECOND_IS_COLORECTAL = 0.007, 0.3
CHANGE_OF_MIND_A_YEAR = 0.013
LOST_SHARE, WITHDRAWN_SHARE = 0.05, 0.015
LOST_BETWEEN = (0.25, 4.9)
"""Years after the decision."""
SOONEST_REGROWTH = 20
"""Days from the decision until anything can be seen."""
SURVIVAL_SHAPE, SURVIVAL_SCALE = 1.2, 44.0
"""Weibull, months from metastasis to death."""


def draw_fate(dice: Dice, person: Person, biology: Biology) -> Fate:
    """All that chance decides about the years after the decision."""
    regrows = dice.chance(REGROWTH_WHEN_STERILE if biology.sterile else REGROWTH_WITH_TUMOUR)
    seen = max(dice.weibull(REGROWTH_SHAPE, REGROWTH_SCALE * MONTH) - SEEN_EARLIER, SOONEST_REGROWTH)
    lost, withdrawn = dice.chance(LOST_SHARE), dice.chance(WITHDRAWN_SHARE)
    return Fate(
        regrows=seen if regrows else None,
        metastasis_risk=dice.exponential(),
        metastasis_sites=dice.pick(
            {("LIVER",): 5, ("LUNG",): 5, ("LIVER", "LUNG"): 1, ("PERITONEUM",): 1, ("NODE",): 1, ("BONE",): 0.5}
        ),
        metastasis_treatment=dice.pick({"RESECTION": 2, "SYSTEMIC": 4, "BOTH": 3, "BSC": 1}),
        survival_with_metastasis=dice.weibull(SURVIVAL_SHAPE, SURVIVAL_SCALE * MONTH),
        recurrence_risk=dice.exponential(),
        recurrence_site=dice.pick({"ANASTOMOSIS": 3, "PRESACRAL": 4, "LATERAL": 4, "PERINEAL": 1}),
        other_death=_gompertz(dice.exponential(), person.age),
        second_cancer=dice.exponential() / SECOND_CANCER_A_YEAR * YEAR,
        second_is_colorectal=dice.chance(SECOND_IS_COLORECTAL),
        changes_mind=dice.exponential() / CHANGE_OF_MIND_A_YEAR * YEAR,
        lost=dice.uniform(*LOST_BETWEEN) * YEAR if lost else None,
        withdrawn=dice.uniform(0.1, 3) * YEAR if withdrawn and not lost else None,
    )


def _gompertz(risk: float, age: float) -> float:
    """Days until the cumulative hazard of dying of something else reaches `risk`: Gompertz, rising 8.9 % a year of age."""
    at_entry = OTHER_DEATH_AT_60 * 2.718281828 ** (OTHER_DEATH_RISE * (age - 60))
    return log(1 + OTHER_DEATH_RISE * risk / at_entry) / OTHER_DEATH_RISE * YEAR


def metastasis_day(fate: Fate, biology: Biology, *, incomplete: bool, regrowth: float | None) -> float:
    """Days from the decision to metastasis, the hazard multiplied once a regrowth is visible (`regrowth`, days or None)."""
    a_year = METASTASIS_A_YEAR["sterile" if biology.sterile else "incomplete" if incomplete else "living"]
    alone = fate.metastasis_risk / a_year * YEAR
    if regrowth is None or alone <= regrowth:
        return alone
    return regrowth + (alone - regrowth) / METASTASIS_AFTER_REGROWTH


def recurrence_day(fate: Fate, residual: str, ypt: str) -> float:
    """Days from the operation to a pelvic recurrence; R2 is left tumour and no recurrence."""
    kind = "R0-complete" if (residual, ypt) == ("R0", "ypT0") else residual
    return fate.recurrence_risk / RECURRENCE_A_YEAR[kind] * YEAR
