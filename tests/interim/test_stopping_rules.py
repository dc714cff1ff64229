"""The two stopping rules of watch-and-wait (PROTOCOL 8): their limits, boundaries and blanks."""

import dataclasses
import itertools

import pytest
from scipy.stats import beta

from analysis.course_row import PREFERENCE, STANDARD, TME
from analysis.incidence import aalen_johansen
from analysis.steps import Estimate
from analysis.stopping_rules import RegrowthRule, SalvageRule, regrowth_rule, salvage_rule, stopping_rules
from tests.analysis.courses import course, day, operation, regrowth
from trial.protocol import PROTOCOL

DESIGN = PROTOCOL.design


def rule(estimate: Estimate) -> RegrowthRule:
    return RegrowthRule(DESIGN.stop_regrowth_2_years, 100, 40, 5, 30, estimate)


@pytest.mark.parametrize(
    ("events", "of", "met"),
    [(1, 3, None), (40, 100, None), (51, 100, True), (50, 100, None), (0, 0, None), (3, 3, None), (6, 6, True)],
)
def test_while_nobody_was_followed_to_two_years_the_curve_does_not_decide(events, of, met):
    """The lower limit of 51 in 100 is 0.4080 and of 50 it is 0.3983; of 3 in 3 it is 0.2924, of 6 in 6 0.5407 (R 4.2.2: binom.test)."""
    jumped = Estimate(0.98, 0.90, 0.999)
    assert RegrowthRule(0.40, of, events, 0, 0, jumped).met is met
    assert RegrowthRule(0.40, of, events, 0, 1, jumped).met is True


@pytest.mark.parametrize(
    ("estimate", "met"),
    [
        (Estimate(0.60, 0.4000001, 0.75), True),
        (Estimate(0.60, 0.40, 0.75), False),  # on the threshold is not above it
        (Estimate(0.60, 0.3999999, 0.75), False),
        (Estimate(0.41, 0.25, 0.55), False),  # the estimate alone stops nothing
        (Estimate(0.0, 0.0, 0.0), False),
        (Estimate(0.0, None, None), False),
        (Estimate(0.40, None, None), False),
        (Estimate(1.0, None, None), None),
        (Estimate(None), None),
    ],
)
def test_regrowth_stops_only_with_its_lower_limit_above_40_percent(estimate, met):
    assert rule(estimate).met is met


@pytest.mark.parametrize(
    ("r0", "not_r0", "met"),
    [
        (0, 9, False),  # nine operations say nothing yet, whatever they say
        (0, 10, True),
        (4, 6, True),  # upper limit 0.738
        (5, 5, False),  # upper limit 0.813
        (10, 0, False),
        (0, 0, False),
        (12, 8, False),  # 0.809
        (11, 9, True),  # 0.769
        (70, 30, True),  # 0.788
        (71, 29, True),  # 0.796
        (72, 28, False),  # 0.805
    ],
)
def test_salvage_stops_from_ten_operations_with_its_upper_limit_below_80_percent(r0, not_r0, met):
    found = SalvageRule(DESIGN.stop_r0, DESIGN.stop_r0_from_operations, r0, not_r0)
    assert found.met is met
    if r0 + not_r0 >= 10:
        upper = beta.ppf(0.975, r0 + 1, not_r0) if not_r0 else 1.0
        assert bool(upper < 0.80) is met
        assert found.share.upper == pytest.approx(upper)


def test_an_upper_limit_on_the_threshold_does_not_meet_the_rule():
    upper = SalvageRule(0.8, 10, 4, 6).share.upper
    assert SalvageRule(upper, 10, 4, 6).met is False
    assert SalvageRule(upper + 1e-12, 10, 4, 6).met is True


@pytest.mark.parametrize(
    ("r0", "not_r0", "unknown", "met"),
    [
        (0, 9, 1, True),  # ten operations, and R0 in the tenth would change nothing
        (4, 5, 1, None),  # 4 or 5 of 10
        (3, 6, 1, True),
        (5, 4, 1, False),
        (0, 0, 10, None),
        (0, 0, 9, False),
        (0, 3, 6, False),  # nine
    ],
)
def test_a_report_that_is_missing_counts_neither_way(r0, not_r0, unknown, met):
    assert SalvageRule(0.8, 10, r0, not_r0, unknown).met is met


def test_whatever_the_missing_reports_say_a_verdict_stands():
    for r0, not_r0, unknown in itertools.product(range(8), range(8), range(4)):
        given = SalvageRule(0.8, 10, r0, not_r0, unknown)
        resolved = {SalvageRule(0.8, 10, r0 + k, not_r0 + unknown - k).met for k in range(unknown + 1)}
        assert given.met is (resolved.pop() if len(resolved) == 1 else None)


def test_the_share_of_r0_is_that_of_operations_with_a_report():
    assert SalvageRule(0.8, 10, 6, 2, 5).share.value == 0.75
    assert SalvageRule(0.8, 10, 0, 0, 5).share == Estimate(None)


def watched(number, **given):
    return course(participant=f"VG-01-{number:04d}", **given)


def test_regrowth_is_counted_in_both_ways_into_watch_and_wait_and_nowhere_else():
    rows = [
        watched(1, regrowths=(regrowth(200),)),
        watched(2, cohort=PREFERENCE, regrowths=(regrowth(300),)),
        watched(3, cohort=PREFERENCE, arm=TME),
        watched(4, arm=TME),
        watched(5, cohort=STANDARD, arm=None, regrowths=(regrowth(100),)),
        watched(6),
    ]
    found = regrowth_rule(rows, DESIGN)
    # Followed to day 900, beyond two years.
    assert (found.participants, found.events, found.competing, found.at_risk) == (3, 2, 0, 1)
    assert found.incidence == aalen_johansen([200, 307, 900], [1, 1, 0]).at(730.5)


def test_a_regrowth_after_two_years_is_not_counted_by_then():
    rows = [watched(1, regrowths=(regrowth(731),)), watched(2, regrowths=(regrowth(730),)), watched(3)]
    found = regrowth_rule(rows, DESIGN)
    assert (found.events, found.at_risk) == (1, 2)
    assert found.incidence.value == pytest.approx(1 / 3)


def test_operation_without_regrowth_competes():
    rows = [watched(1, operations=(operation(300),)), watched(2, regrowths=(regrowth(400),)), watched(3)]
    found = regrowth_rule(rows, DESIGN)
    assert (found.events, found.competing) == (1, 1)
    assert found.incidence.value == pytest.approx(1 / 3)


def test_before_anybody_was_followed_for_two_years_it_cannot_be_told():
    short = watched(1, cut_on=day(500), assessed_on=(day(400),), last_known_alive_on=day(450))
    found = regrowth_rule([short], DESIGN)
    assert (found.incidence.value, found.met) == (None, None)
    assert regrowth_rule([], DESIGN).met is None


def test_salvage_operations_are_those_for_a_confirmed_regrowth():
    rows = [
        watched(1, regrowths=(regrowth(200),), operations=(operation(230, salvage=True),)),
        watched(2, regrowths=(regrowth(200),), operations=(operation(230, residual="R1", reason="REGROWTH"),)),
        watched(3, regrowths=(regrowth(200),), operations=(operation(230, residual=None, reason="REGROWTH"),)),
        watched(4, regrowths=(regrowth(200, None),), operations=(operation(230, reason="REGROWTH"),)),  # pending
        watched(5, operations=(operation(230, residual="R2"),)),  # no regrowth
        watched(6, regrowths=(regrowth(200),), operations=(operation(230, residual="R2", salvage=True), operation(290, salvage=True))),
    ]  # fmt: skip
    found = salvage_rule(rows, DESIGN)
    assert (found.r0, found.not_r0, found.unknown, found.operations) == (2, 2, 1, 5)


def test_regrowth_without_salvage_is_told_by_what_was_decided():
    rows = [
        watched(1, regrowths=(regrowth(200, salvage="REFUSED", salvage_decided_on=day(220)),)),
        watched(2, regrowths=(regrowth(200, salvage="NOTRES", salvage_decided_on=day(220)),)),
        watched(3, regrowths=(regrowth(200),)),
        watched(4, regrowths=(regrowth(200, salvage="DONE"),), operations=(operation(230, salvage=True),)),
        watched(5, regrowths=(regrowth(200, None),)),
        watched(6, arm=TME, regrowths=(regrowth(200, salvage="UNFIT"),)),
    ]
    found = stopping_rules(rows, DESIGN)
    assert found.confirmed == 4
    assert found.without_salvage == (("NOTRES", 1), ("REFUSED", 1), (None, 1))


def test_nothing_after_the_cut_is_counted():
    late = watched(
        1, cut_on=day(210), regrowths=(regrowth(200, 205),), operations=(operation(230, salvage=True),),
        assessed_on=(day(90), day(180)),
    )  # fmt: skip
    found = stopping_rules([late], DESIGN)
    assert found.salvage.operations == 0
    assert found.without_salvage == ((None, 1),)


def test_the_order_of_participants_does_not_matter():
    rows = [watched(n, regrowths=(regrowth(100 + n),) if n % 3 else ()) for n in range(1, 40)]
    assert stopping_rules(rows, DESIGN) == stopping_rules(rows[::-1], DESIGN)


def test_both_rules_are_met_by_a_trial_that_goes_badly():
    rows = [
        watched(n, regrowths=(regrowth(100 + n),), operations=(operation(300, residual="R1", salvage=True),))
        for n in range(1, 30)
    ] + [watched(n) for n in range(30, 45)]
    found = stopping_rules(rows, DESIGN)
    assert found.regrowth.met is True and found.salvage.met is True
    assert found.regrowth.incidence.value == pytest.approx(29 / 44)


def test_the_thresholds_are_those_of_the_protocol():
    found = stopping_rules([], DESIGN)
    assert (found.regrowth.threshold, found.salvage.threshold, found.salvage.from_operations) == (0.40, 0.80, 10)
    other = stopping_rules([], dataclasses.replace(DESIGN, stop_regrowth_2_years=0.3, stop_r0_from_operations=12))
    assert (other.regrowth.threshold, other.salvage.from_operations) == (0.3, 12)
