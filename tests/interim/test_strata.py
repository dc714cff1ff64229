"""The primary comparison is stratified wherever it is shown: one z, the one whose error was simulated."""

import math

import numpy as np
import pytest

from analysis.closed import STRATA
from analysis.closed_comparisons import compared
from analysis.closed_results import closed_results, factors, nrdfs_by_arm
from analysis.courses import course_rows
from analysis.estimands import NRDFS
from analysis.interim_outputs import at_look
from analysis.power.known import Rows
from analysis.power.looking import hazard_ratio
from tests.datasets.house import day, death, extract, life, person, visit
from trial.protocol import PROTOCOL

# Arm, response, regimen, day of death (None: seen well on day 700).
LIVES = [
    ("WW", "CCR", "IO", 100), ("WW", "CCR", "IO", None), ("TME", "CCR", "IO", 140), ("TME", "CCR", "IO", None),
    ("WW", "NCR", "IO", 320), ("TME", "NCR", "IO", 90), ("TME", "NCR", "IO", None), ("WW", "NCR", "NO-IO", 200),
    ("WW", "NCR", "NO-IO", 380), ("WW", "NCR", "NO-IO", 60), ("TME", "NCR", "NO-IO", 250), ("TME", "NCR", "NO-IO", 410),
]  # fmt: skip


@pytest.fixture(scope="module")
def taken():
    def one(number, arm, response, regimen, died):
        end = (death(day(died).isoformat()),) if died else (visit(180), visit(360, "FU12"), visit(700, "FU24"))
        return person(f"VG-01-{number:04d}", *life(), *end, arm=arm, response=response, regimen=regimen)

    return extract(*(one(n, *each) for n, each in enumerate(LIVES, start=1)))


def test_page_report_interim_and_output_have_one_stratified_hazard_ratio(taken):
    found = nrdfs_by_arm(taken)[0].comparison
    shown = compared(course_rows(taken), NRDFS, factors(taken)).comparison
    assert found.strata == STRATA == shown.strata
    assert (found.hazard.log_hr, found.hazard.se) == (shown.hazard.log_hr, shown.hazard.se)
    assert closed_results(taken).nrdfs.comparison == found == at_look(taken).interim.comparison
    assert found.hazard.log_hr != pytest.approx(shown.plain.log_hr, abs=1e-3), "without strata it is another number"


def test_it_is_the_z_of_the_simulated_trials(taken):
    found = nrdfs_by_arm(taken)[0].comparison
    # Randomised four days after the decision.
    days = np.array([died - 4 if died else 696 for *_, died in LIVES])
    levels = sorted({each[1:3] for each in LIVES})
    rows = Rows(
        days=days,
        status=np.array([int(died is not None) for *_, died in LIVES]),
        watched=np.array([int(arm == "WW") for arm, *_ in LIVES]),
        stratum=np.array([levels.index(each[1:3]) for each in LIVES]),
    )
    log_hr, se = hazard_ratio(rows)
    assert found.z == pytest.approx((math.log(PROTOCOL.design.margin_hazard_ratio) - log_hr) / se, rel=1e-9)


def test_who_was_allocated_by_unknown_factors_is_a_stratum_of_their_own():
    people = extract(person("VG-01-0001", *life(), arm="WW"), person("VG-01-0002", *life()))
    assert {*factors(people)} == {"VG-01-0001"}
