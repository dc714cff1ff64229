"""Aalen-Johansen against statsmodels and against arithmetic by hand, ties and edges included."""

import numpy as np
import pytest
from statsmodels.duration.survfunc import CumIncidenceRight

from analysis.incidence import aalen_johansen, one_minus_kaplan_meier
from analysis.samples import NotTimeToEvent
from analysis.steps import Estimate
from tests.analysis.colon import colon, competing
from tests.shared_data import needs_shared


def agreement(days, status, causes=(1, 2)):
    """Largest differences in incidence and standard error from statsmodels, over all causes."""
    with np.errstate(divide="ignore", invalid="ignore"):  # statsmodels divides by zero where everybody left fails
        peer = CumIncidenceRight(np.asarray(days), np.asarray(status))
    worst = 0.0
    for cause in causes:
        ours = aalen_johansen(days, status, cause)
        at = np.searchsorted(ours.times, peer.times)
        worst = max(
            worst,
            np.abs(np.array(ours.incidence)[at] - peer.cinc[cause - 1]).max(),
            np.nanmax(np.abs(np.sqrt(ours.variance)[at] - peer.cinc_se[cause - 1])),
        )
    return worst


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("days_apart", [1, 30, 400])
def test_incidence_and_standard_error_agree_with_statsmodels_on_tied_days(seed, days_apart):
    draw = np.random.default_rng(seed)
    days, status = draw.integers(1, 1200, 300) // days_apart * days_apart + 1, draw.integers(0, 3, 300)
    assert agreement(days, status) < 1e-12


@needs_shared
def test_recurrence_against_death_in_the_colon_trial_agrees_with_statsmodels():
    days, status = competing(colon())
    assert agreement(days, status) < 1e-12
    recurrence = aalen_johansen(days, status, 1)
    assert (recurrence.n, recurrence.n_events, recurrence.n_competing) == (929, 468, 38)


def test_five_participants_with_ties_between_causes_by_hand():
    """At each tie both causes share one risk set: 1/5; then 0.6 x 1/3; then 0.2 x 1/1."""
    found = aalen_johansen([1, 1, 2, 2, 3], [1, 2, 1, 2, 1], 1)
    assert found.at_risk == (5, 3, 1)
    assert found.incidence == pytest.approx((0.2, 0.4, 0.6), abs=1e-15)
    assert found.event_free == pytest.approx((0.6, 0.2, 0.0), abs=1e-15)
    assert found.variance[0] == pytest.approx(0.2 * 0.8 / 5, abs=1e-15)  # before any censoring: binomial


def test_without_censoring_the_incidence_is_a_share_with_binomial_variance():
    days, status = [1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 1, 1, 2, 2, 1, 1]
    found = aalen_johansen(days, status, 1)
    shares = np.cumsum([s == 1 for s in status]) / 8
    assert found.incidence == pytest.approx(shares, abs=1e-15)
    assert found.variance == pytest.approx(shares * (1 - shares) / 8, abs=1e-15)


def test_the_order_in_which_ties_are_given_changes_nothing():
    assert aalen_johansen([5, 5, 5, 9], [1, 2, 0, 1], 1) == aalen_johansen([5, 9, 5, 5], [0, 1, 2, 1], 1)


def test_without_competing_events_the_incidence_is_one_minus_kaplan_meier():
    days, status = [1, 2, 2, 4, 7], [1, 0, 1, 1, 0]
    plain = one_minus_kaplan_meier(days, status)
    assert aalen_johansen(days, status).incidence == pytest.approx([1 - s for s in plain.survival], abs=1e-15)


def test_treating_death_as_censoring_would_overstate_the_incidence():
    days, status = [1, 2, 3, 4], [2, 1, 2, 1]
    assert aalen_johansen(days, status).incidence[-1] == pytest.approx(0.5)
    assert 1 - one_minus_kaplan_meier(days, status).survival[-1] == pytest.approx(1.0)


def test_a_cause_nobody_had_is_zero_throughout_with_limits_at_zero():
    found = aalen_johansen([1, 2, 3], [1, 0, 1], 2)
    assert set(found.incidence) == {0.0} and found.at(2) == Estimate(0.0, 0.0, 0.0)


def test_incidence_before_the_first_and_after_the_last_time():
    found = aalen_johansen([1, 2, 3], [1, 2, 0], 1)
    assert found.at(0.5) == Estimate(0.0, 0.0, 0.0)
    assert found.at(3).value == pytest.approx(1 / 3)
    assert found.at(3.5) == Estimate(None)


def test_when_everybody_has_had_an_event_the_incidence_stays():
    found = aalen_johansen([1, 2], [1, 2], 1)
    assert found.at(99).value == pytest.approx(0.5)


def test_the_limits_are_pintilies_on_the_log_log_scale():
    found = aalen_johansen([1, 2, 3, 4, 5], [1, 0, 2, 1, 0], 1)
    f, se = found.incidence[-2], np.sqrt(found.variance[-2])
    half = 1.959963984540054 * se / (f * np.log(f))
    assert (found.lower[-2], found.upper[-2]) == pytest.approx((f ** np.exp(-half), f ** np.exp(half)), abs=1e-15)
    assert found.lower[-2] < f < found.upper[-2]


@pytest.mark.parametrize(
    ("days", "status"),
    [
        (
            [0, 0, 0, 1, 1, 2],
            [0, 1, 1, 1, 1, 1],
        ),  # both summed to 0.999...9 and overflowed before they were held to be 1
        ([0, 0, 1, 2, 3], [1, 1, 1, 1, 1]),
        ([1, 2, 3, 4, 5, 6, 7], [1] * 7),
    ],
)
def test_when_everybody_left_had_the_event_the_incidence_is_exactly_one(days, status):
    found = aalen_johansen(days, status, 1)
    assert found.at(days[-1]) == Estimate(1.0, None, None) and found.variance[-1] == 0.0


@pytest.mark.parametrize("n", [2, 50, 3000])
def test_one_participant_short_of_everybody_keeps_its_limits(n):
    last = aalen_johansen(range(n), [1] * (n - 1) + [2], 1).at(n)
    assert last.value == pytest.approx(1 - 1 / n) and 0 < last.lower < last.value < last.upper < 1


def test_an_incidence_of_one_has_no_limits():
    assert aalen_johansen([1, 1], [1, 1], 1).at(1) == Estimate(1.0, None, None)


def test_nobody_gives_an_empty_incidence():
    found = aalen_johansen([], [], 1)
    assert (found.n, found.times, found.at(1), found.at_risk_at(0)) == (0, (), Estimate(None), 0)


@pytest.mark.parametrize(("tick", "at_risk", "events"), [(0, 4, 0), (2, 3, 2), (2.5, 1, 2), (3, 1, 2), (4, 0, 2)])
def test_at_risk_and_events_at_a_tick(tick, at_risk, events):
    found = aalen_johansen([1, 2, 2, 3], [1, 1, 2, 0], 1)
    assert (found.at_risk_at(tick), found.events_by(tick)) == (at_risk, events)


def test_censoring_is_no_cause():
    with pytest.raises(ValueError, match="status 0"):
        aalen_johansen([1], [0], 0)


def test_unknown_status_is_refused():
    with pytest.raises(NotTimeToEvent, match="unknown"):
        aalen_johansen([1, 2], [1, None])
