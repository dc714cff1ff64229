"""Chapter: the looks of a virtual trial. When they fall, what z is, what stops it."""

from dataclasses import replace
from math import isnan, log

import numpy as np
import pandas as pd
import pytest

from analysis.cox import cox
from analysis.incidence import aalen_johansen
from analysis.power.known import Rows, failures, regrowths
from analysis.power.looking import (
    Seen,
    falling,
    final_bound,
    hazard_ratio,
    looks,
    r0_too_seldom,
    regrows_too_often,
    repeated,
    stopping_rules,
)
from analysis.power.scenario import MONTH
from analysis.sequential import boundaries
from tests.power.trials import ALTERNATIVE, FAR, OPERATE, by_hand, trial
from trial.protocol import PROTOCOL

DESIGN = PROTOCOL.design
SMALL = replace(ALTERNATIVE, design=replace(DESIGN, events=4, further_months=12))
"""Looks at two and three events, the final one at four or a year after the last randomisation."""


def small(*days, last=0, **more):
    """A trial whose failures come to be known on these days; the last participant came on `last`."""
    lives = [{"failed": day, "arm": i % 2} for i, day in enumerate(days)]
    return by_hand(*lives, {"entry": last}, {"entry": last, "arm": OPERATE}, scenario=replace(SMALL, **more))


@pytest.mark.parametrize(
    ("days", "looks"),
    [
        ((10, 20, 30, 40), [20, 30, 40]),
        ((10, 20, 30, 40, 50), [20, 30, 40]),
        ((10, 20, 30), [20, 365]),  # the look at 30 would be the final one: nothing more happens
        ((10, 20), [365]),
        ((10,), [365]),
        ((), [365]),
        ((10, 20, 30, 366), [20, 365]),
        ((10, 20, 30, 364), [20, 30, 364]),
        ((10, 20, 20, 40), [20, 40]),  # both looks on one day are one
        ((10, 10, 10, 10), [10]),
    ],
)
def test_looks_fall_on_the_day_their_events_are_known_and_the_final_one_at_the_latest_when_the_trial_ends(days, looks):
    assert falling(small(*days)) == looks


def test_the_trial_ends_so_many_months_after_the_last_was_randomised():
    assert falling(small(10, last=100)) == [100 + round(12 * MONTH)]


def test_a_trial_that_waits_for_its_events_ends_with_the_last_one():
    assert falling(small(10, 20, 30, 900, to_the_last_event=True)) == [20, 30, 900]


@pytest.mark.parametrize("number", range(6))
def test_looks_of_a_whole_trial_have_the_events_and_the_bounds_of_the_protocol(number):
    seen = looks(trial(number))
    assert [look.events for look in seen[:-1]] == pytest.approx([50, 75][: len(seen) - 1], abs=1)
    assert seen[-1].events <= DESIGN.events + 1
    assert [look.fraction for look in seen] == [look.events / DESIGN.events for look in seen]
    assert [look.bound for look in seen] == [b.z for b in boundaries([look.fraction for look in seen])]
    assert [look.day for look in seen] == sorted({look.day for look in seen})


@pytest.mark.parametrize("number", range(4))
def test_the_hazard_ratio_is_that_of_the_cox_model(number):
    """To the last digits: the data frame is left out, not the model."""
    rows = failures(trial(number), 2000)
    frame = pd.DataFrame(
        {"days": rows.days, "status": rows.status, "watched": rows.watched.astype(float), "stratum": rows.stratum}
    )
    found = cox(frame, days="days", event="status", covariates=["watched"], strata=["stratum"])["watched"]
    assert hazard_ratio(rows) == pytest.approx((found.log_hr, found.se), rel=1e-9)


def test_z_is_the_distance_from_the_margin_and_positive_in_favour_of_watching():
    look = looks(trial(0))[0]
    assert look.z == pytest.approx((log(1.77) - look.log_hr) / look.se)
    assert (look.z > 0) is (look.log_hr < log(1.77))


@pytest.mark.parametrize("arms", [(1, 1, 1), (0, 0, 0)])
def test_events_in_one_arm_only_give_no_hazard_ratio(arms):
    rows = Rows(
        np.array([5, 6, 7, 9, 9]), np.array([1, 1, 1, 0, 0]), np.array([*arms, 0, 1]), np.zeros(5, dtype=np.int64)
    )
    assert all(map(isnan, hazard_ratio(rows)))


def test_a_look_without_a_hazard_ratio_stops_nothing():
    (look,) = looks(small(10))
    assert isnan(look.z) and not look.crossed


@pytest.mark.parametrize(("z", "crossed"), [(2.35, False), (2.3590, True), (3.0, True), (float("nan"), False)])
def test_a_look_stops_at_its_bound_or_above(z, crossed):
    assert Seen(1, 75, 0.75, 0.0, 0.2, z, 2.3590, 0.5).crossed is crossed


def test_conditional_power_is_told_at_interim_analyses_and_goes_with_the_trend():
    made = [look for number in range(8) for look in looks(trial(number))]
    told = sorted((look.z, look.power) for look in made if look.events in (50, 51))
    assert [power for _, power in told] == sorted(power for _, power in told)
    assert all(isnan(looks(trial(number))[-1].power) for number in range(3))


def test_the_final_bound_of_the_plan_is_the_published_one():
    assert final_bound(ALTERNATIVE) == pytest.approx(2.0141, abs=5e-5)


def test_the_repeated_interval_leaves_the_margin_out_when_the_look_crosses():
    for number in range(10):
        for look in looks(trial(number)):
            ratio, lower, upper = repeated(look)
            assert lower < ratio < upper
            assert (upper < 1.77) is bool(look.z > look.bound)


@pytest.mark.parametrize(
    ("r0", "operations", "met"),
    [
        (0, 9, False),
        (4, 10, True),
        (5, 10, False),
        (10, 10, False),
        (69, 100, True),
        (72, 100, False),
        (80, 100, False),
    ],
)
def test_r0_is_too_seldom_when_the_upper_limit_is_below_80_per_cent_from_ten_operations_on(r0, operations, met):
    """R: binom.test(4, 10)$conf.int[2] = 0.7376, (5, 10) 0.8129, (69, 100) 0.7787, (72, 100) 0.8051."""
    lives = [{"suspected": 90, "salvaged": 120, "cleared": i < r0} for i in range(operations)]
    assert r0_too_seldom(by_hand(*lives), 500) is met


@pytest.mark.parametrize(("grown", "met"), [(40, False), (49, False), (52, True), (70, True)])
def test_regrowth_is_too_frequent_when_the_lower_limit_at_two_years_is_above_40_per_cent(grown, met):
    lives = [{"suspected": 180} if i < grown else {} for i in range(100)]
    rows = regrowths(by_hand(*lives), 1200)
    assert regrows_too_often(aalen_johansen(rows.days, rows.status), 0.40) is met


def test_the_rules_tell_when_they_are_first_met():
    lives = [{"suspected": 180, "salvaged": 220, "cleared": i < 20} if i < 70 else {} for i in range(100)]
    found = stopping_rules(by_hand(*lives, visits=(90, 180, 365, 735)), [400, 1200])
    assert (found.regrowth, found.literal) == (
        1096 / MONTH,
        1096 / MONTH,
    )  # the third yearly review: two years were seen by then
    assert found.r0 == 365 / MONTH


def test_a_curve_that_ends_before_two_years_meets_the_rule_only_to_the_letter():
    """All but three are seen for the last time on day 90, and these regrow: 'incidence' 0.99 from there on, with narrow limits."""
    made = by_hand(*({"entry": 180} for _ in range(96)), {"changed": 50}, *({"suspected": 180} for _ in range(3)))
    rows = regrowths(made, 300)
    curve = aalen_johansen(rows.days, rows.status)
    assert curve.event_free[-1] == 0 and not curve.at_risk_at(730)
    assert curve.at(730.5).lower > 0.40 and not regrows_too_often(curve, 0.99)
    found = stopping_rules(made, [300])
    assert (found.regrowth, found.literal) == (np.inf, 300 / MONTH)


def test_nothing_met_is_never():
    found = stopping_rules(by_hand({}, {}), [400])
    assert (found.regrowth, found.literal, found.r0) == (np.inf, np.inf, np.inf)
    assert FAR > 100_000
