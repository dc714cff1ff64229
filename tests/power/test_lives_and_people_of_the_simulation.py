"""Chapter: shares of the candidates are those of the simulated lives, and the virtual cohort passes the acceptance check of the lives."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.incidence import aalen_johansen, one_minus_kaplan_meier
from analysis.power.known import regrowths
from analysis.power.law import STERILE
from analysis.power.people import WATCH, People
from analysis.power.virtual import Trial, generator, lives
from analysis.power.watching import FAR
from tests.power.trials import ALTERNATIVE
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
from tests.truth.lives import candidates, decided

N = 2_500


@pytest.fixture(scope="module")
def cohort():
    """People under watch and wait, followed for five years as the lives are."""
    rng, all_ = generator(21, 0), np.ones(N, dtype=bool)
    arm = np.full(N, WATCH)
    who = People(
        N, np.zeros(N, dtype=np.int64), all_, arm, all_, rng.random(N) < ALTERNATIVE.near_complete, ~all_, ~all_
    )
    return Trial(ALTERNATIVE, who, lives(rng, ALTERNATIVE, who))


@pytest.fixture(scope="module")
def followed(cohort):
    return regrowths(cohort, round(5 * YEAR))


def test_the_cohort_is_large_enough():
    assert N >= FEWEST


def test_two_year_regrowth_is_22_to_30_per_cent(followed):
    assert inside(aalen_johansen(followed.days, followed.status).at(2 * YEAR).value, TWO_YEAR_REGROWTH, N)


def test_regrowth_comes_early_as_published(followed):
    times = followed.days[followed.status == 1]
    assert inside((times <= 2 * YEAR).mean(), OF_REGROWTHS_BY_2_YEARS, times.size)
    assert inside((times <= 3 * YEAR).mean(), OF_REGROWTHS_BY_3_YEARS, times.size)


def test_salvage_operation_in_85_to_92_per_cent_of_regrowths(cohort):
    grown = (cohort.lives.suspected < 5 * YEAR) & (cohort.lives.suspected <= cohort.lives.died)
    assert inside((cohort.lives.salvaged[grown] < FAR).mean(), SALVAGED, int(grown.sum()))


def test_three_year_tme_free_survival_is_60_to_80_per_cent(cohort):
    first = np.minimum(np.minimum(cohort.lives.salvaged, cohort.lives.changed), cohort.lives.died)
    assert inside((first > 3 * YEAR).mean(), THREE_YEAR_TME_FREE, N)


def test_aalen_johansen_lies_below_one_minus_kaplan_meier(followed):
    right = aalen_johansen(followed.days, followed.status).at(3 * YEAR).value
    assert right < 1 - one_minus_kaplan_meier(followed.days, followed.status).at(3 * YEAR).value


def test_the_check_would_see_a_third_too_few_regrowths(cohort):
    few = replace(ALTERNATIVE, regrows=0.18)
    made = Trial(few, cohort.people, lives(generator(21, 0), few, cohort.people))
    found = regrowths(made, round(5 * YEAR))
    assert not inside(aalen_johansen(found.days, found.status).at(2 * YEAR).value, TWO_YEAR_REGROWTH, N)


@pytest.mark.slow
def test_shares_of_the_candidates_are_those_of_the_lives():
    """Within four standard errors of some 740 candidates."""
    found = candidates(decided(2_200))
    n = len(found)
    declined = [t for t in found if t.choice.accepts == "N"]
    for share, stated, of in (
        (sum(t.response == "NCR" for t in found), ALTERNATIVE.near_complete, n),
        (sum(t.mri.ct == "cT4a" for t in found), ALTERNATIVE.deep, n),
        (sum(t.plan.regimen.endswith("IO") for t in found), ALTERNATIVE.immunotherapy, n),
        (sum(t.fate.regrows is not None for t in found), ALTERNATIVE.regrows, n),
        (sum(t.biology.sterile for t in found), STERILE, n),
        (sum(t.choice.chosen == "WW" for t in declined), ALTERNATIVE.prefer_watching, len(declined)),
    ):
        assert share / of == pytest.approx(stated, abs=4 * (stated * (1 - stated) / of) ** 0.5)
