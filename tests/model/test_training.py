"""Chapter: training and freezing. The same cohort gives the same bytes, and the bytes give the pipeline's probabilities."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from tests.model.released import FOLDER, MANIFEST, RAW
from trial.frozen.cohort import Cohort, as_matrix, inputs_of, simulate
from trial.frozen.inputs import INPUTS
from trial.frozen.preparation import Prepare
from trial.frozen.train import (
    TESTING_SEED,
    TESTING_SIZE,
    TRAINING_SEED,
    TRAINING_SIZE,
    freeze,
    run,
    threshold,
    to_onnx,
    train,
    write,
)
from trial.simulate.truth import draw

COHORT = simulate(5, 250)
OTHER = simulate(6, 150)
PIPELINE = train(COHORT)
ONNX = to_onnx(PIPELINE)


def test_the_same_cohort_gives_the_same_bytes_twice():
    assert to_onnx(train(simulate(5, 250))) == ONNX == to_onnx(clone(PIPELINE).fit(COHORT.x, COHORT.y))


def test_another_cohort_gives_other_bytes():
    assert to_onnx(train(OTHER)) != ONNX


def test_the_frozen_file_agrees_with_scikit_learn_within_one_in_a_million():
    assert np.abs(run(ONNX, OTHER.x) - PIPELINE.predict_proba(OTHER.x)[:, 1]).max() < 1.5e-6


def test_no_class_differs_between_the_frozen_file_and_scikit_learn():
    frozen = run(ONNX, OTHER.x)
    for cut in np.linspace(0.05, 0.95, 19):
        assert ((frozen >= cut) == (np.round(PIPELINE.predict_proba(OTHER.x)[:, 1], 6) >= cut)).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 149), st.sets(st.integers(0, len(INPUTS) - 1)))
def test_they_agree_whatever_is_missing(row, gaps):
    x = OTHER.x[row : row + 1].copy()
    x[0, list(gaps)] = np.nan
    assert abs(run(ONNX, x)[0] - PIPELINE.predict_proba(x)[0, 1]) < 1.5e-6


def test_a_missing_value_counts_as_the_mean_and_raises_its_indicator():
    prepared = Prepare((False, False)).fit(np.array([[1.0, 5.0], [3.0, np.nan]], dtype=np.float32))
    found = prepared.transform(np.array([[np.nan, np.nan], [3.0, 5.0]], dtype=np.float32))
    # Columns: first in standard units, second (no spread: its unit is 1), indicator of the second, the only one with gaps.
    assert found.tolist() == [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]


def test_the_logarithm_is_taken_of_one_plus_the_value_and_never_of_less():
    prepared = Prepare((True,)).fit(np.array([[0.0], [np.e**2 - 1]], dtype=np.float64))
    assert prepared.transform(np.array([[np.e - 1], [-5.0]])).ravel() == pytest.approx([0.0, -1.0])


def test_the_threshold_leaves_four_fifths_of_good_responders_positive():
    p, good = np.arange(100) / 100, np.ones(100, dtype=bool)
    assert threshold(p, good) == 0.19
    assert (p >= threshold(p, good)).mean() >= 0.8


def test_the_threshold_does_not_look_at_anyone_else():
    p, good = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.01, 0.02]), np.array([True] * 5 + [False] * 2)
    assert threshold(p, good) == 0.58


def test_a_release_written_elsewhere_is_complete(tmp_path):
    frozen = freeze(COHORT, OTHER)
    write(frozen, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"model.onnx", "manifest.json", "card.md", "pin.py"}
    assert frozen.manifest["sha256"] in (tmp_path / "pin.py").read_text("utf-8")
    assert frozen.manifest["training"]["n"] == 250


def test_reference_rows_are_what_the_file_answers():
    rows = np.array(
        [[np.nan if v is None else v for v in each.inputs] for each in MANIFEST.references], dtype=np.float32
    )
    assert run((FOLDER / "model.onnx").read_bytes(), rows).tolist() == [
        each.probability for each in MANIFEST.references
    ]


def test_the_held_out_rows_are_real_participants_of_the_written_seed():
    first = next(t for t in (draw(TESTING_SEED, i) for i in range(50)) if t.eligible and t.restagings)
    wanted = as_matrix([inputs_of(first)])[0]
    found = np.array([np.nan if v is None else v for v in RAW["references"][0]["inputs"]], dtype=np.float32)
    np.testing.assert_allclose(found, wanted, rtol=1e-6, equal_nan=True)


def test_a_cohort_holds_known_outcomes_only_and_counts_whom_it_looked_at():
    assert isinstance(COHORT, Cohort)
    assert set(COHORT.y) == {0, 1}
    assert COHORT.drawn > len(COHORT.y) == 250
    assert COHORT.x.dtype == np.float32


@pytest.mark.slow
def test_the_script_writes_the_released_bytes_again(tmp_path):
    write(freeze(simulate(TRAINING_SEED, TRAINING_SIZE), simulate(TESTING_SEED, TESTING_SIZE)), tmp_path)
    for name in ("model.onnx", "manifest.json", "card.md", "pin.py"):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name
