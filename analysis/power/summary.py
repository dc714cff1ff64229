"""What many virtual trials say of the design: shares and means with Monte Carlo standard errors, and whether intervals hold the truth.

Every sum runs over the replicates in order, so that it is the same whoever computed the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, nan, sqrt

import numpy as np

from analysis.power.measures import COLUMNS, INTERVALS
from analysis.power.scenario import Scenario
from analysis.power.truth import truths
from analysis.samples import Floats
from forms.text import _l

RATIOS = ("hr", "hr_at_stop", "hr_repeated", "metastasis_shr")
"""Judged on the log scale: their mean is geometric."""


@dataclass(frozen=True)
class Figure:
    """A share (`unit` "") or a mean, over the `n` replicates in which it exists, with its Monte Carlo standard error."""

    name: str
    label: str
    value: float
    error: float
    n: int
    unit: str = ""


@dataclass(frozen=True)
class Coverage:
    """One interval: truth, mean estimate, how often the interval holds the truth, in the `n` replicates that had one."""

    name: str
    label: str
    truth: float
    mean: float
    covered: float
    error: float
    n: int


@dataclass(frozen=True)
class Characteristics:
    """Operating characteristics of the design in one scenario."""

    scenario: Scenario
    seed: int
    replicates: int
    figures: tuple[Figure, ...]
    intervals: tuple[Coverage, ...]

    def __getitem__(self, name: str) -> Figure:
        return next(each for each in self.figures if each.name == name)

    def interval(self, name: str) -> Coverage:
        """The coverage of one interval by name."""
        return next(each for each in self.intervals if each.name == name)


SHARES = (
    ("declared", _l("Non-inferiority declared")),
    ("stop_1", _l("Stopped for efficacy at the first interim analysis")),
    ("stop_2", _l("Stopped for efficacy at the second interim analysis")),
    ("declared_final", _l("Declared at the final analysis")),
    ("futile_1", _l("Futility met at the first interim analysis")),
    ("futile_2", _l("Futility met at the second interim analysis")),
    ("declared_binding", _l("Declared if futility were obeyed")),
    ("regrowth_rule", _l("Stopping rule on regrowth met, somebody being at risk at two years")),
    ("regrowth_rule_literal", _l("The same, also where the curve ended before two years")),
    ("r0_rule", _l("Stopping rule on R0 of salvage operations met")),
    ("short_of_events", _l("Final analysis with fewer events than planned")),
)
MEANS = (
    ("enrolled", _l("Enrolled"), _l("participants")),
    ("accrual_months", _l("Accrual"), _l("months")),
    ("randomised_stop", _l("Randomised when the trial stopped"), _l("participants")),
    ("events_stop", _l("Events when the trial stopped"), _l("events")),
    ("month_stop", _l("Duration, stopping for efficacy"), _l("months")),
    ("month_binding", _l("Duration if futility were obeyed"), _l("months")),
    ("events_final", _l("Events at the final analysis"), _l("events")),
    ("month_final", _l("Duration to the final analysis"), _l("months")),
)
LABELS = {
    "hr": _l("Hazard ratio of NR-DFS, final analysis"),
    "hr_at_stop": _l("Hazard ratio when the trial stopped"),
    "hr_repeated": _l("Hazard ratio when it stopped, repeated interval"),
    "failure_free_ww": _l("NR-DFS at 3 years, WW (Kaplan-Meier)"),
    "failure_free_tme": _l("NR-DFS at 3 years, TME (Kaplan-Meier)"),
    "alive_ww": _l("Survival at 3 years, WW (Kaplan-Meier)"),
    "alive_tme": _l("Survival at 3 years, TME (Kaplan-Meier)"),
    "regrowth_1": _l("Regrowth by 1 year (Aalen-Johansen)"),
    "regrowth_2": _l("Regrowth by 2 years (Aalen-Johansen)"),
    "regrowth_3": _l("Regrowth by 3 years (Aalen-Johansen)"),
    "metastasis_ww": _l("Metastasis by 3 years, WW (Aalen-Johansen)"),
    "metastasis_tme": _l("Metastasis by 3 years, TME (Aalen-Johansen)"),
    "rmst": _l("Restricted mean NR-DFS to 3 years, WW less TME, days"),
    "metastasis_shr": _l("Subdistribution hazard ratio of metastasis (Fine-Gray)"),
    "salvage_r0": _l("R0 of salvage operations (Clopper-Pearson)"),
}
EVERY = "every_repeated"
EVERY_LABEL = _l("Hazard ratio, repeated intervals of all looks together")


def characteristics(scenario: Scenario, seed: int, rows: Floats) -> Characteristics:
    """From the rows of `run.simulate`. Raises ValueError without a row, or where one is of another shape."""
    if rows.ndim != 2 or rows.shape[1] != len(COLUMNS) or not len(rows):
        raise ValueError("no replicates, or rows of another release")
    column = dict(zip(COLUMNS, rows.T, strict=True))
    found = _shares(scenario, column)
    figures = [_share(name, label, found[name]) for name, label in SHARES]
    figures += [_mean(name, label, column[name], unit) for name, label, unit in MEANS]
    truth = truths(scenario)
    intervals = [_coverage(name, column, truth[name]) for name in INTERVALS]
    return Characteristics(scenario, seed, len(rows), tuple(figures), (*intervals, _every(column, truth["hr"])))


def _shares(scenario: Scenario, column: dict[str, Floats]) -> dict[str, Floats]:
    """1 where it came to pass, 0 where not, not a number where it could not be asked (a look that was not made)."""
    won, at = column["efficacy"], column["stopped_at"]
    return {
        "declared": won,
        "stop_1": won * (at == 1),
        "stop_2": won * (at == 2),
        "declared_final": won * (at == 3),
        "futile_1": column["futile_1"],
        "futile_2": column["futile_2"],
        "declared_binding": column["efficacy_binding"],
        **{rule: np.isfinite(column[rule]) * 1.0 for rule in ("regrowth_rule", "regrowth_rule_literal", "r0_rule")},
        "short_of_events": (column["events_final"] < scenario.design.events) * 1.0,
    }


def _share(name: str, label: str, happened: Floats) -> Figure:
    known = happened[~np.isnan(happened)]
    share, n = (float(known.mean()) if known.size else nan), known.size
    return Figure(name, label, share, _error(share, n), n)


def _error(share: float, n: int) -> float:
    """Monte Carlo standard error of a share."""
    return sqrt(share * (1 - share) / n) if n else nan


def _mean(name: str, label: str, values: Floats, unit: str) -> Figure:
    error = float(values.std(ddof=1) / sqrt(values.size)) if values.size > 1 else nan
    return Figure(name, label, float(values.mean()), error, values.size, unit)


def _coverage(name: str, column: dict[str, Floats], truth: float) -> Coverage:
    value, lower, upper = (column[f"{name}.{part}"] for part in ("value", "lower", "upper"))
    known = ~(np.isnan(lower) | np.isnan(upper))
    held = (lower[known] <= truth) & (truth <= upper[known])
    covered, n = (float(held.mean()) if held.size else nan), held.size
    return Coverage(name, LABELS[name], truth, _average(name, value[known]), covered, _error(covered, n), n)


def _average(name: str, values: Floats) -> float:
    if not values.size:
        return nan
    return exp(float(np.log(values).mean())) if name in RATIOS else float(values.mean())


def _every(column: dict[str, Floats], truth: float) -> Coverage:
    """How often the repeated intervals of all looks hold the truth at once: what they promise, whichever look stops the trial."""
    low, high = column["every_repeated_low"], column["every_repeated_high"]
    known = ~(np.isnan(low) | np.isnan(high))
    covered = float(((low <= truth) & (truth <= high))[known].mean()) if known.any() else nan
    n = int(known.sum())
    return Coverage(EVERY, EVERY_LABEL, truth, nan, covered, _error(covered, n), n)
