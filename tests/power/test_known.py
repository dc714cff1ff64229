"""Chapter: what is known on a day, and nothing that comes later."""

from dataclasses import fields, replace

import numpy as np
import pytest

from analysis.endpoints import CENSORED, COMPETING, EVENT
from analysis.incidence import aalen_johansen, one_minus_kaplan_meier
from analysis.power.known import failure_days, failures, metastases, regrowths, salvages, survival
from analysis.power.law import DEATH, METASTASIS, RECURRENCE
from analysis.power.people import People
from analysis.power.virtual import Lives, Trial, generator, lives
from tests.power.trials import FAR, NULL, OPERATE, WATCH, by_hand, trial

YEAR = 365.25


@pytest.mark.parametrize(
    ("life", "cut", "days", "status"),
    [
        ({}, 500, 500, CENSORED),
        ({"failed": 400}, 500, 400, EVENT),
        ({"failed": 500}, 500, 500, EVENT),
        ({"failed": 501}, 500, 500, CENSORED),
        ({"entry": 100, "failed": 400}, 500, 400, EVENT),
        ({"entry": 101, "failed": 400}, 500, 399, CENSORED),
        ({"lost": 300, "failed": 400}, 500, 300, CENSORED),
        ({"lost": 400, "failed": 400}, 500, 400, EVENT),
    ],
)
def test_failure_as_known_on_the_day_of_the_cut(life, cut, days, status):
    found = failures(by_hand(life), cut)
    assert (found.days.tolist(), found.status.tolist()) == ([days], [status])


@pytest.mark.parametrize(("entry", "there"), [(499, 1), (500, 0), (501, 0)])
def test_who_came_on_the_day_of_the_cut_or_later_is_not_there(entry, there):
    assert failures(by_hand({"entry": entry}), 500).days.size == there


def test_who_declined_randomisation_is_in_no_comparison():
    both = by_hand({"failed": 10}, {"arm": -1, "failed": 10, "suspected": 90})
    assert [of(both, 500).days.size for of in (failures, survival, metastases)] == [1, 1, 1]
    assert regrowths(both, 500).days.size == 2


def test_the_arm_of_each_row_is_told():
    found = failures(by_hand({"failed": 10}, {"arm": OPERATE, "failed": 20}), 500)
    assert [found.of(1)[0].tolist(), found.of(0)[0].tolist()] == [[10], [20]]


@pytest.mark.parametrize(("kind", "status"), [(METASTASIS, EVENT), (DEATH, COMPETING), (RECURRENCE, COMPETING)])
def test_metastasis_as_the_first_failure(kind, status):
    assert metastases(by_hand({"failed": 40, "kind": kind}), 500).status.tolist() == [status]


def test_survival_goes_on_after_a_failure():
    found = survival(by_hand({"failed": 40, "died": 300}), 500)
    assert (found.days.tolist(), found.status.tolist()) == ([300], [EVENT])


@pytest.mark.parametrize(
    ("life", "cut", "days", "status"),
    [
        ({}, 500, 365, CENSORED),  # the last visit: nothing is known of the rectum after it
        ({}, 89, 0, CENSORED),
        ({"suspected": 180}, 500, 180, EVENT),
        ({"suspected": 180}, 179, 90, CENSORED),
        ({"suspected": 180, "died": 170}, 500, 170, COMPETING),
        ({"suspected": 180, "died": 180}, 500, 180, EVENT),
        ({"suspected": 180, "died": 400}, 500, 180, EVENT),
        ({"changed": 200}, 500, 200, COMPETING),
        ({"died": 501}, 500, 365, CENSORED),
        ({"suspected": 180, "lost": 100}, 500, 90, CENSORED),
    ],
)
def test_regrowth_as_known_on_the_day_of_the_cut(life, cut, days, status):
    found = regrowths(by_hand(life), cut)
    assert (found.days.tolist(), found.status.tolist()) == ([days], [status])


def test_regrowth_is_no_endpoint_after_an_operation_by_lot_or_by_wish():
    assert regrowths(by_hand({"arm": OPERATE}, {"arm": -1, "watch": False}), 500).days.size == 0


@pytest.mark.parametrize(
    ("life", "cut", "counted"),
    [
        ({"suspected": 90, "salvaged": 130}, 500, (1, 1)),
        ({"suspected": 90, "salvaged": 130, "cleared": False}, 500, (0, 1)),
        ({"suspected": 90, "salvaged": 130}, 129, (0, 0)),
        ({"suspected": 90}, 500, (0, 0)),
        ({"suspected": 90, "salvaged": 130, "died": 120}, 500, (0, 0)),
        ({"suspected": 90, "salvaged": 130, "arm": OPERATE}, 500, (0, 0)),
        ({"suspected": 90, "salvaged": 130, "lost": 100}, 500, (0, 0)),
    ],
)
def test_salvage_operations_known_on_the_day_of_the_cut(life, cut, counted):
    assert salvages(by_hand(life), cut) == counted


def test_days_on_which_failures_come_to_be_known():
    found = by_hand({"entry": 5, "failed": 10}, {"failed": 7}, {"failed": 8, "lost": 7}, {"arm": -1, "failed": 1}, {})
    assert failure_days(found).tolist()[:2] == [7, 15]
    assert failure_days(found).size == 2


@pytest.mark.parametrize("cut", [400, 1200, 2000])
@pytest.mark.parametrize("of", [failures, survival, metastases, regrowths, salvages])
def test_what_comes_after_the_cut_changes_nothing_that_is_known(of, cut):
    """Every life is rewritten from the cut on; who has not come yet is rewritten altogether."""
    real = trial(3)
    left = np.maximum(cut - real.people.entry, 0)
    later = {
        f.name: np.where(getattr(real.lives, f.name) > left, FAR, getattr(real.lives, f.name))
        for f in fields(Lives) if f.name not in ("kind", "cleared", "visits")
    }  # fmt: skip
    other = replace(real, lives=replace(real.lives, **later))
    one, two = of(real, cut), of(other, cut)
    if isinstance(one, tuple):
        assert one == two
    else:
        assert all(getattr(one, f.name).tobytes() == getattr(two, f.name).tobytes() for f in fields(one))


def test_regrowth_by_one_minus_kaplan_meier_is_too_high_in_every_trial():
    """Deaths and operations without a regrowth, a few per cent a year, are enough: 0.65 percentage points at three years."""
    excess = []
    for number in range(12):
        found = regrowths(trial(number), 3000)
        right = aalen_johansen(found.days, found.status).at(3 * YEAR).value
        excess.append(1 - one_minus_kaplan_meier(found.days, found.status).at(3 * YEAR).value - right)
    assert min(excess) > 0.002 and np.mean(excess) > 0.005


def test_where_many_fail_otherwise_one_minus_kaplan_meier_is_visibly_wrong_and_aalen_johansen_is_right():
    """Metastasis as the first failure by eight years, in a trial of 8,000 watched, followed for two to ten years."""
    n, at = 8_000, 8 * YEAR
    rng, all_ = generator(31, 0), np.ones(n, dtype=bool)
    who = People(n, rng.integers(0, 2922, n), all_, np.full(n, WATCH), all_, ~all_, ~all_, ~all_)
    made = Trial(NULL, who, lives(rng, NULL, who))
    truth = ((made.lives.failed <= at) & (made.lives.kind == METASTASIS)).mean()
    found = metastases(made, 3652)
    curve = aalen_johansen(found.days, found.status)
    error = (truth * (1 - truth) / n) ** 0.5
    assert abs(curve.at(at).value - truth) < 4 * error
    assert 1 - one_minus_kaplan_meier(found.days, found.status).at(at).value - truth > 8 * error
