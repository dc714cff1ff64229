"""Chapter: the course under watch and wait by arrays is the one of the simulated lives, one at a time.

Two samples are compared by Kolmogorov and Smirnov's distance; seeds are fixed, 0.1 % is passed by chance in one of a thousand seeds.
"""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import ks_2samp

from analysis.power import watching
from analysis.power.scenario import MONTH, SCENARIOS
from analysis.power.virtual import generator
from analysis.power.watching import FAR, changes_of_mind, changes_of_mind_by, regrown, visible_at, visits
from tests.power.trials import ALTERNATIVE
from trial.simulate.biology import Biology
from trial.simulate.chance import Dice
from trial.simulate.course import Setting, watched
from trial.simulate.disease import CHANGE_OF_MIND_A_YEAR, draw_fate
from trial.simulate.visits import FOLLOW_UP

N = 3_000
PERSON = SimpleNamespace(age=60.0)


def lives():
    """Courses of lives that all have living tumour and stay: nobody dies, moves away or changes their mind before a regrowth."""
    for i in range(N):
        biology = Biology("PMMR", 0.0, 0.0, 3.0, False, 1.0)
        fate = draw_fate(Dice(1, i, 0), PERSON, biology)
        yield fate, watched(Dice(1, i, 1), Setting(0, "CCR", 60, biology, fate))


@pytest.fixture(scope="module")
def one_at_a_time():
    return list(lives())


@pytest.fixture(scope="module")
def grown(one_at_a_time):
    return [course for _, course in one_at_a_time if course.regrowth]


@pytest.fixture(scope="module")
def arrays():
    rng = generator(2, 0)
    visible, near = visible_at(rng.random(N)), np.zeros(N, dtype=bool)
    return visible, regrown(rng, visible, near, ALTERNATIVE)


def alike(one, two):
    return ks_2samp(one, two).pvalue > 0.001


def test_a_regrowth_becomes_visible_when_it_does_in_the_lives(one_at_a_time, arrays):
    times = [round(fate.regrows) for fate, _ in one_at_a_time if fate.regrows is not None]
    assert alike(times, arrays[0])


def test_it_is_seen_confirmed_decided_on_and_operated_as_late_as_in_the_lives(grown, arrays):
    visible, steps = arrays
    early = visible < 1500  # later ones meet the end of the lives' follow-up
    found = [c.regrowth for c in grown if c.regrowth.visible < 1500]
    assert alike([r.suspected - r.visible for r in found], (steps.suspected - visible)[early])
    assert alike([r.confirmed - r.suspected for r in found], steps.confirmed - steps.suspected)
    assert alike([r.salvage_day - r.confirmed for r in found], steps.decided - steps.confirmed)
    waits = [c.operations[0].day - c.regrowth.salvage_day for c in grown if c.operations]
    assert alike(waits, steps.operated - steps.decided)


def test_the_comparison_would_see_a_week(arrays):
    visible, steps = arrays
    assert not alike(steps.suspected - visible, steps.suspected - visible + 7)


def test_salvage_and_its_margin_are_as_frequent_as_in_the_lives(grown):
    operated = [c.operations[0].specimen.residual for c in grown if c.operations]
    done = sum(c.regrowth.salvage == "DONE" for c in grown) / len(grown)
    assert done == pytest.approx(ALTERNATIVE.salvaged, abs=0.03)
    assert operated.count("R0") / len(operated) == pytest.approx(ALTERNATIVE.r0, abs=0.02)


def test_visits_fall_and_fail_as_in_the_lives(one_at_a_time):
    made = visits(generator(2, 1), np.zeros(N, dtype=bool)).days
    for place in (0, 7, 13):
        name = FOLLOW_UP[place][0]
        days = [v.day for _, c in one_at_a_time for v in c.visits if v.event == name and v.mode == "VISIT"]
        came = made[:, place][made[:, place] < FAR]
        assert alike(days, came)
        assert came.size / N == pytest.approx(0.955, abs=0.012)


def test_only_a_near_complete_response_has_the_two_early_visits():
    near = np.arange(N) % 2 == 0
    made = visits(generator(2, 2), near).days
    extra = made[:, len(FOLLOW_UP) :]
    assert (extra[~near] == FAR).all()
    assert (extra[near] < FAR).mean() == pytest.approx(0.955, abs=0.012)
    assert extra[near][extra[near] < FAR].max() < 160


@pytest.mark.parametrize(
    ("day", "first", "last"), [(0, 90, 0), (89, 90, 0), (90, 90, 90), (91, 180, 90), (180, 180, 180), (181, FAR, 180)]
)
def test_the_visits_around_a_day(day, first, last):
    seen = watching.Visits(np.array([[180, 90, FAR]]))
    assert (seen.first_from(np.array([day]))[0], seen.last_by(np.array([day]))[0]) == (first, last)


def test_nothing_is_seen_before_it_can_be(arrays):
    visible, steps = arrays
    assert (steps.suspected >= visible).all()
    assert (np.diff([steps.suspected, steps.confirmed, steps.decided, steps.operated], axis=0) > 0).all()
    assert visible.min() >= 20


def test_an_examination_that_overlooks_delays(arrays):
    visible, steps = arrays
    poor = regrown(generator(2, 0), visible, np.zeros(N, dtype=bool), SCENARIOS["misclassified"])
    assert (poor.suspected - visible).mean() > (steps.suspected - visible).mean() + 5


def test_a_late_regrowth_is_found_by_symptoms_when_no_visit_comes_any_more():
    far = np.full(50, 3000)
    found = regrown(generator(2, 3), far, np.zeros(50, dtype=bool), ALTERNATIVE)
    assert ((found.suspected > 3000) & (found.suspected <= 3040)).all()


def test_changes_of_mind_have_the_law_that_is_counted_with():
    days = changes_of_mind(generator(2, 4), 200_000)
    for day in (30, 365, 1095):
        assert (days <= day).mean() == pytest.approx(float(changes_of_mind_by(np.array(day))), abs=0.001)
    assert (days <= 3653).mean() == pytest.approx(1 - np.exp(-10 * CHANGE_OF_MIND_A_YEAR), abs=0.003)


def test_the_quantiles_of_the_time_to_regrowth():
    """Weibull, shape 1.4, scale 13.2 months, less half a visit interval: median 10.2 months, 90 % by 24 (statistics, a3)."""
    months = (visible_at(np.array([0.5, 0.9, 0.983])) + 45) / MONTH
    assert months == pytest.approx([10.2, 24, 36], abs=0.2)
