"""The recursion in blocks is the recursion step by step, for every number of steps around a full block."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.multistate import Move, occupancy
from analysis.running import diagonal_after_each, row_after_each


def by_hand(first, steps, added):
    row, covariance, rows, diagonals = first, np.zeros_like(added[0]) if len(added) else None, [], []
    for step, more in zip(steps, added, strict=True):
        row = row @ step
        covariance = step.T @ covariance @ step + more
        rows.append(row)
        diagonals.append(np.diag(covariance))
    return np.array(rows), np.array(diagonals)


def some(n, k, seed):
    draw = np.random.default_rng(seed)
    steps = draw.random((n, k, k))
    steps /= steps.sum(axis=2, keepdims=True)
    half = draw.normal(size=(n, k, k)) / 10
    return draw.dirichlet(np.ones(k)), steps, half @ half.transpose(0, 2, 1)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 8, 9, 10, 15, 16, 17, 100, 101])
@pytest.mark.parametrize("k", [1, 2, 5])
def test_blocks_give_what_single_steps_give(n, k):
    first, steps, added = some(n, k, n)
    rows, diagonals = by_hand(first, steps, added)
    assert row_after_each(first, steps) == pytest.approx(rows, abs=1e-13)
    assert diagonal_after_each(steps, added) == pytest.approx(diagonals, abs=1e-13)


@given(st.integers(1, 60), st.integers(1, 4), st.integers(0, 10_000))
def test_a_chance_stays_a_chance_and_a_variance_is_never_negative(n, k, seed):
    first, steps, added = some(n, k, seed)
    assert row_after_each(first, steps).sum(axis=1) == pytest.approx(np.ones(n), abs=1e-12)
    assert (diagonal_after_each(steps, added) >= 0).all()


def test_without_a_step_there_is_nothing():
    assert row_after_each(np.array([1.0, 0.0]), np.empty((0, 2, 2))).shape == (0, 2)
    assert diagonal_after_each(np.empty((0, 2, 2)), np.empty((0, 2, 2))).shape == (0, 2)


def test_with_nobody_moving_a_course_has_no_times():
    found = occupancy([Move("a", 0, 3, "watched", None)], ("watched", "dead"), "watched")
    assert found.times == () and found.at(2, "watched").value == 1


def test_the_place_of_the_rows_does_not_matter():
    draw = np.random.default_rng(4)
    moves = [Move(f"p{i}", 0, float(draw.integers(1, 40)), "free", draw.choice(["A", "B", None])) for i in range(200)]
    one, other = (occupancy(m, ("free", "A", "B"), "free") for m in (moves, moves[::-1]))
    assert one.times == other.times and (one.probability == other.probability).all()
    assert (one.variance == other.variance).all()
