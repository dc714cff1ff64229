"""What holds for all samples, whatever is in them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.incidence import aalen_johansen, one_minus_kaplan_meier
from analysis.samples import at_risk
from analysis.survival import follow_up, kaplan_meier

sample = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), min_size=1, max_size=60)


def columns(rows):
    return [day for day, _ in rows], [status for _, status in rows]


@given(sample)
def test_incidences_of_all_causes_and_the_event_free_part_make_one(rows):
    days, status = columns(rows)
    parts = [aalen_johansen(days, status, cause) for cause in (1, 2, 3)]
    total = np.sum([p.incidence for p in parts], axis=0) + parts[0].event_free
    assert total == pytest.approx(np.ones(len(parts[0].times)), abs=1e-12)


@given(sample)
def test_the_incidence_is_never_above_one_minus_kaplan_meier(rows):
    days, status = columns(rows)
    naive = 1 - np.array(one_minus_kaplan_meier(days, status, 1).survival)
    assert (np.array(aalen_johansen(days, status, 1).incidence) <= naive + 1e-12).all()


@given(sample)
def test_the_incidence_never_falls_and_stays_a_chance(rows):
    found = aalen_johansen(*columns(rows), 1)
    assert (np.diff(found.incidence) >= -1e-15).all()
    assert 0 <= found.incidence[-1] <= 1 + 1e-12 and min(found.variance) >= 0


@given(sample)
def test_a_band_holds_its_curve(rows):
    days, status = columns(rows)
    for heights, found in (
        (lambda c: c.survival, kaplan_meier(days, [int(s > 0) for s in status])),
        (lambda c: c.incidence, aalen_johansen(days, status, 1)),
    ):
        for height, lower, upper in zip(heights(found), found.lower, found.upper, strict=True):
            assert (lower is None) == (upper is None)
            assert lower is None or (0 <= lower <= height + 1e-12 and height <= upper + 1e-12 and upper <= 1)


@given(sample)
def test_numbers_at_risk_never_grow_and_start_with_everybody(rows):
    curve = kaplan_meier(columns(rows)[0], [int(s > 0) for _, s in rows])
    assert curve.at_risk[0] == curve.n == len(rows)
    assert all(a > b for a, b in zip(curve.at_risk, curve.at_risk[1:], strict=False))
    for n, d, c, following in zip(curve.at_risk, curve.events, curve.censored, (*curve.at_risk[1:], 0), strict=True):
        assert n - d - c == following


@given(sample, st.lists(st.floats(0, 15), max_size=5))
def test_both_ways_of_counting_at_risk_agree(rows, ticks):
    days, status = columns(rows)
    curve = kaplan_meier(days, [int(s > 0) for s in status])
    assert at_risk(days, ticks) == tuple(curve.at_risk_at(tick) for tick in ticks)


@given(sample, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing_to_the_last_bit(rows, chance):
    shuffled = list(rows)
    chance.shuffle(shuffled)
    events = [[int(s > 0) for _, s in each] for each in (rows, shuffled)]
    assert kaplan_meier(columns(rows)[0], events[0]) == kaplan_meier(columns(shuffled)[0], events[1])
    for cause in (1, 2):
        assert aalen_johansen(*columns(rows), cause) == aalen_johansen(*columns(shuffled), cause)


@given(sample)
def test_swapping_the_names_of_two_causes_swaps_their_incidences(rows):
    days, status = columns(rows)
    swapped = [{1: 2, 2: 1}.get(s, s) for s in status]
    assert aalen_johansen(days, status, 1).incidence == aalen_johansen(days, swapped, 2).incidence


@given(sample)
def test_events_and_censorings_split_between_survival_and_follow_up(rows):
    days, event = columns(rows)[0], [int(s > 0) for _, s in rows]
    one, other = kaplan_meier(days, event), follow_up(days, event)
    assert (one.events, one.censored) == (other.censored, other.events)


@settings(max_examples=30)
@given(sample)
def test_twice_the_people_give_the_same_curve_and_half_the_variance(rows):
    days, event = columns(rows)[0], [int(s > 0) for _, s in rows]
    once, twice = kaplan_meier(days, event), kaplan_meier(days * 2, event * 2)
    assert twice.survival == pytest.approx(once.survival, abs=1e-12)
    for single, double in zip(once.variance, twice.variance, strict=True):
        assert single is None or double == pytest.approx(single / 2, abs=1e-12)
