"""Operating characteristics as tables, and as a document for machines. Incidences are Aalen-Johansen's, nothing else."""

from __future__ import annotations

from math import isnan
from typing import Any

from analysis.power.scenario import Scenario
from analysis.power.summary import Characteristics, Coverage, Figure
from analysis.table import DASH, Column, Table, Translate
from forms.text import _l

TYPE_ONE = _l(
    "Watch and wait is truly worse by the margin here: declaring non-inferiority is the error of type I, planned at {alpha} %."
)
POWER = _l(
    "Watch and wait is truly not worse by the margin here: declaring non-inferiority is the power, planned at {power} %."
)
LOOKS = _l(
    "Looks at {shares} of {events} events and at the last one or the end of the trial, Lan-DeMets bounds of the O'Brien-Fleming type at "
    "the actual information; futility does not bind; Cox model stratified by response and regimen, ties by Efron."
)
ERRORS = _l("Standard errors are those of the simulation (Monte Carlo); seed {seed}, one stream a replicate.")
INTERVALS_AT = _l(
    "95 % intervals at the final analysis unless said otherwise; ratios by geometric mean; truths from the scenario's law, or from "
    "populations of {n} participants."
)


def tables(found: Characteristics, tr: Translate = str) -> tuple[Table, Table]:
    """What the design does, and whether the intervals hold."""
    return design_table(found, tr), interval_table(found, tr)


def design_table(found: Characteristics, tr: Translate = str) -> Table:
    """Shares in per cent, means in their unit, each with its Monte Carlo error."""
    return Table(
        "operating-characteristics",
        tr(_l("Operating characteristics: {scenario}")).format(scenario=tr(found.scenario.label)),
        (Column(tr(_l("Characteristic"))), *(Column(tr(h), True) for h in (_l("Value"), _l("Standard error"), _l("Trials")))),
        tuple(_figure(each, tr) for each in found.figures),
        _trials(found, tr),
        (_meaning(found.scenario, tr), _looks(found.scenario, tr), tr(ERRORS).format(seed=found.seed)),
    )  # fmt: skip


def interval_table(found: Characteristics, tr: Translate = str) -> Table:
    """Each interval with its truth."""
    from analysis.power.truth import POPULATION, POPULATIONS

    heads = (_l("Truth"), _l("Mean estimate"), _l("Coverage"), _l("Standard error"), _l("Trials"))
    return Table(
        "operating-coverage",
        tr(_l("Coverage of the 95 % intervals: {scenario}")).format(scenario=tr(found.scenario.label)),
        (Column(tr(_l("Interval"))), *(Column(tr(head), True) for head in heads)),
        tuple(_interval(each, tr) for each in found.intervals),
        _trials(found, tr),
        (tr(INTERVALS_AT).format(n=f"{POPULATION * POPULATIONS:,}"), tr(ERRORS).format(seed=found.seed)),
    )


def document(found: Characteristics) -> dict[str, Any]:
    """The same numbers, unrounded; null for what no trial had."""
    return {
        "scenario": found.scenario.name,
        "seed": found.seed,
        "replicates": found.replicates,
        "non_inferior_in_truth": not found.scenario.inferior,
        "characteristics": {
            each.name: {"value": _known(each.value), "error": _known(each.error), "n": each.n} for each in found.figures
        },
        "intervals": {
            each.name: {
                "truth": each.truth,
                "mean": _known(each.mean),
                "coverage": _known(each.covered),
                "error": _known(each.error),
                "n": each.n,
            }
            for each in found.intervals
        },
    }


def _known(value: float) -> float | None:
    return None if isnan(value) else value


def _figure(each: Figure, tr: Translate) -> tuple[str, ...]:
    label = f"{tr(each.label)}, {tr(each.unit)}" if each.unit else f"{tr(each.label)}, %"
    scale, places = (1.0, 1) if each.unit else (100.0, 2)
    return label, _number(scale * each.value, places), _number(scale * each.error, places + 1), str(each.n)


def _interval(each: Coverage, tr: Translate) -> tuple[str, ...]:
    numbers = (
        _number(each.truth, 4),
        _number(each.mean, 4),
        _number(100 * each.covered, 2, " %"),
        _number(100 * each.error, 2, " %"),
    )
    return tr(each.label), *numbers, str(each.n)


def _number(value: float, places: int, unit: str = "") -> str:
    return DASH if isnan(value) else f"{value:.{places}f}{unit}"


def _trials(found: Characteristics, tr: Translate) -> str:
    said = tr(_l("Virtual trials: {n}; {randomised} randomised in each."))
    return said.format(n=found.replicates, randomised=found.scenario.design.randomised)


def _meaning(scenario: Scenario, tr: Translate) -> str:
    design = scenario.design
    if scenario.inferior:
        return tr(TYPE_ONE).format(alpha=f"{100 * design.alpha_one_sided:g}")
    return tr(POWER).format(power=f"{100 * design.power:g}")


def _looks(scenario: Scenario, tr: Translate) -> str:
    shares = ", ".join(f"{100 * share:g} %" for share in scenario.design.looks)
    return tr(LOOKS).format(shares=shares, events=scenario.design.events)
