"""What the manual shows is what the estimators give, and each says in its docstring what it takes, gives, refuses and rests on."""

from __future__ import annotations

import doctest
import inspect
from pathlib import Path

import pytest

from analysis import (
    cox,
    differences,
    fine_gray,
    gray,
    incidence,
    landmark,
    logrank,
    multistate,
    proportionality,
    rmst,
    spells,
    survival,
    turnbull,
    weibull,
)

MANUAL = Path(survival.__file__).resolve().parents[1] / "docs" / "analysis.md"
PUBLIC = (
    survival.kaplan_meier,
    survival.follow_up,
    incidence.aalen_johansen,
    logrank.log_rank,
    cox.cox,
    fine_gray.fine_gray,
    gray.gray_test,
    rmst.restricted_mean,
    rmst.rmst_difference,
    landmark.rate_difference,
    landmark.from_landmark,
    spells.split_at_change,
    turnbull.turnbull,
    weibull.weibull,
    differences.miettinen_nurminen,
    multistate.occupancy,
    proportionality.proportionality,
)


def test_every_example_of_the_manual_gives_what_it_says():
    found = doctest.testfile(str(MANUAL), module_relative=False)
    assert found.attempted > 12 and found.failed == 0


@pytest.mark.parametrize("estimator", PUBLIC, ids=lambda f: f"{f.__module__}.{f.__name__}")
def test_an_estimator_says_what_it_takes_gives_and_rests_on(estimator):
    text = inspect.getdoc(estimator)
    for section in ("Parameters", "Returns", "References"):
        assert f"\n{section}\n{'-' * len(section)}\n" in text
    described = text[text.index("Parameters") : text.index("Returns")]
    named = [
        name.strip() for line in described.splitlines() if " : " in line for name in line.split(" : ")[0].split(",")
    ]
    assert named == list(inspect.signature(estimator).parameters)
