"""The bench compares like with like, and its limits are the ones agreed."""

import math

import numpy as np
import pytest

from bench import estimators as bench


@pytest.fixture(scope="module")
def small():
    return bench.frame(200)


def test_every_estimator_runs_on_the_bench_s_rows(small):
    for case in bench.CASES:
        assert case.ours(small) is not None


def test_peers_of_the_curves_give_the_same_limits(small):
    for case, columns in zip(bench.CASES[:2], (("lower", "upper"),) * 2, strict=True):
        ours = case.ours(small)
        with np.errstate(all="ignore"):
            peer = np.sort(np.array(case.peers[0][2](small)), axis=0)
        kept = [i for i, d in enumerate(ours.events) if d]
        for column, theirs in zip(columns, peer, strict=True):
            mine = np.array([getattr(ours, column)[i] for i in kept], dtype=float)
            theirs = np.unique(theirs[np.isfinite(theirs)].round(10))
            assert {*mine[np.isfinite(mine)].round(10).tolist()} <= {*theirs.tolist()}


def test_a_row_is_held_by_its_limit_and_says_its_ratio():
    within, over = (bench.Row("x", 3000, s, "peer", 1.0, bench.RATIO) for s in (1.2, 1.3))
    assert within.held and not over.held and over.ratio == pytest.approx(1.3)
    assert bench.Row("x", 3000, 9.0, None, None, None).held


@pytest.mark.parametrize(
    ("name", "n", "peer", "limit"),
    [
        ("Fine-Gray", 30_000, None, 1.0),
        ("Aalen-Johansen with interval", 30_000, 0.1, 0.02),
        ("Aalen-Johansen with interval", 30_000, 0.01, 0.012),
        ("Gray's test", 300, None, 0.05),
        ("Gray's test", 3_000, None, None),
    ],
)
def test_limits(name, n, peer, limit):
    found = bench._limit(name, n, peer)
    assert found is limit or found == pytest.approx(limit)


def test_growth_is_held_against_n_log_n():
    rows = [bench.Row(case.name, n, n / 1e6, None, None, None) for case in bench.CASES for n in bench.SIZES]
    for _, factor, allowed in bench.growth(rows):
        assert factor == pytest.approx(10) and allowed == pytest.approx(15 * math.log(30_000) / math.log(3_000))


@pytest.mark.bench
def test_every_estimator_is_within_its_limit():
    found = list(bench.rows())
    assert [(row.name, row.n, row.seconds, row.limit) for row in found if not row.held] == []
    assert [name for name, factor, allowed in bench.growth(found) if factor > allowed] == []
