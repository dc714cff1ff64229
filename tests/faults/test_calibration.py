"""The acceptance check on trials that were run: 2,000 and more under watch-and-wait, typed form by form through the actions.

The lives are those that `tests/truth` judges before anything is typed. Here they have passed every check of every form, the model's
call, the store, the extract and our own estimators; what comes out must still be the cohort of the published numbers.
"""

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from multiprocessing import get_context

import pytest

from analysis import components
from analysis.course_row import WW
from analysis.endpoints import derive_all
from analysis.estimands import ORGAN, REGROWTH
from analysis.incidence import aalen_johansen, one_minus_kaplan_meier
from analysis.rules import confirmed
from analysis.survival import kaplan_meier
from tests.simulate.conftest import course_rows_of, run
from tests.truth.acceptance import (
    FEWEST,
    OF_REGROWTHS_BY_2_YEARS,
    OF_REGROWTHS_BY_3_YEARS,
    SALVAGED,
    THREE_YEAR_TME_FREE,
    TWO_YEAR_REGROWTH,
    YEAR,
    inside,
)
from trial.simulate.driver import Plan

pytestmark = pytest.mark.slow
TRIALS, EACH = 42, 50
TME_FREE = replace(ORGAN, id="TME_FREE", events=(components.TME_DONE, components.DEATH))


def one_trial(folder, seed):
    """The courses of one trial of 50 whose accrual ends seven years before the cut; a small trial is quicker to read at every save."""
    plan = Plan(EACH, seed, date(2015, 1, 5), 12, date(2023, 1, 9), management=WW)
    trial = run(folder, plan)
    trial.engine.dispose()
    return course_rows_of(trial)


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """Every participant under watch-and-wait of all trials; the trials share nothing but the definitions."""
    folders = [tmp_path_factory.mktemp("calibration") for _ in range(TRIALS)]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        trials = pool.map(one_trial, folders, range(9_000, 9_000 + TRIALS))
        return [replace(row, participant=f"{n}/{row.participant}") for n, rows in enumerate(trials) for row in rows]


def test_nearly_everyone_was_watched_as_planned(watched):
    assert sum(row.arm == WW and row.strategy == WW for row in watched) >= FEWEST


def test_two_year_regrowth_is_22_to_30_per_cent(watched):
    table = derive_all(watched, REGROWTH)
    assert inside(aalen_johansen(table.days, table.status).at(2 * YEAR).value, TWO_YEAR_REGROWTH, len(table.rows))


def test_regrowth_comes_early_as_published(watched):
    times = [row.days for row in derive_all(watched, REGROWTH).rows if row.status == 1]
    assert inside(sum(days <= 2 * YEAR for days in times) / len(times), OF_REGROWTHS_BY_2_YEARS, len(times))
    assert inside(sum(days <= 3 * YEAR for days in times) / len(times), OF_REGROWTHS_BY_3_YEARS, len(times))


def test_salvage_operation_in_85_to_92_per_cent_of_regrowths(watched):
    regrown = [row for row in watched if row.arm == WW and confirmed(row)]
    operated = sum(any(operation.is_salvage for operation in row.operations) for row in regrown)
    assert inside(operated / len(regrown), SALVAGED, len(regrown))


def test_three_year_tme_free_survival_is_60_to_80_per_cent(watched):
    table = derive_all(watched, TME_FREE)
    free = kaplan_meier(table.days, table.status).at(3 * YEAR).value
    assert inside(free, THREE_YEAR_TME_FREE, len(table.rows))


def test_aalen_johansen_lies_below_one_minus_kaplan_meier(watched):
    table = derive_all(watched, REGROWTH)
    found, naive = (estimate(table.days, table.status) for estimate in (aalen_johansen, one_minus_kaplan_meier))
    assert found.at(3 * YEAR).value < naive.at(3 * YEAR).value
