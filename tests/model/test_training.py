"""Chapter: training. The same cohort gives the same bytes, the bytes give scikit-learn's probabilities, and no fold sees its site."""

from importlib.metadata import version

import numpy as np
import onnxruntime
import pytest
import skl2onnx
from hypothesis import given, settings
from hypothesis import strategies as st
from skl2onnx.common.data_types import DoubleTensorType
from sklearn.base import clone

from tests.model.released import FOLDER, MANIFEST, RAW
from trial.frozen.cohort import NAMES, SITES, as_matrix, inputs_of, simulate
from trial.frozen.errors import TrainingUnfit
from trial.frozen.fusion import folds, outside
from trial.frozen.inputs import INPUTS
from trial.frozen.numbers import preprocessing_of, specification_of
from trial.frozen.preparation import Prepare
from trial.frozen.train import (
    LIBRARIES,
    asked,
    check_fit,
    draft,
    exported,
    released,
    run,
    train,
    unfitted,
    write,
)
from trial.frozen.validation import calibration, measures, nested, threshold
from trial.simulate.truth import draw

COHORT = simulate(5, 300)
OTHER = simulate(6, 150)
MODEL = train(COHORT)
ONNX = exported(MODEL)
ASK = asked(ONNX)
QUICK = unfitted().set_params(strengths=(0.05,), copies=1)
"""A model with nothing to choose: where validation itself is looked at, and is run again and again."""
MODALITY = np.array([each.modality for each in INPUTS])
RELEASED = asked((FOLDER / "model.onnx").read_bytes())


def shuffled(cohort, seed=0):
    return cohort.only(np.random.default_rng(seed).permutation(len(cohort.y)))


def random_rows(count, seed):
    """Rows as no cohort has them: uniform in and beyond the ranges, codes among the declared, single gaps and whole modalities gone."""
    rng = np.random.default_rng(seed)
    low, high = np.array([each.low for each in INPUTS]), np.array([each.high for each in INPUTS])
    x = low + (high - low) * rng.uniform(-0.2, 1.2, (count, len(INPUTS)))
    for i, spec in enumerate(INPUTS):
        if spec.codes is not None:
            x[:, i] = rng.choice(sorted(set(spec.codes.values())), count)
    x[rng.random(x.shape) < rng.uniform(0, 0.6, (count, 1))] = np.nan
    for name in MANIFEST.modalities:
        x[np.ix_(rng.random(count) < 0.2, MODALITY == name)] = np.nan
    return x


def test_the_same_cohort_gives_the_same_bytes_twice():
    assert exported(train(simulate(5, 300))) == ONNX  # every step anew, the drawing of the lives too


def test_the_order_of_the_rows_changes_no_byte():
    assert exported(train(shuffled(COHORT))) == ONNX
    assert shuffled(COHORT).digest() == COHORT.digest()


def test_another_cohort_gives_other_bytes_and_another_digest():
    assert exported(train(OTHER)) != ONNX
    assert OTHER.digest() != COHORT.digest()


@pytest.mark.parametrize("what", ["value", "gap", "outcome", "site", "person"])
def test_the_digest_of_the_cut_sees_every_change_of_a_row(what):
    changed = simulate(6, 150)
    if what == "person":
        changed = changed.only(np.arange(149))
    elif what in ("value", "gap"):
        changed.x[7, 0] = np.nan if what == "gap" else changed.x[7, 0] + 1
    else:
        where = changed.y if what == "outcome" else changed.site
        where[7] = 1 - where[7] if what == "outcome" else next(s for s in SITES if s != where[7])
    assert changed.digest() != OTHER.digest()


def test_frozen_and_scikit_learn_agree_on_ten_thousand_random_rows_with_gaps():
    x = random_rows(10_000, 1)
    difference = np.abs(ASK(x) - MODEL.predict_proba(x)[:, 1])
    assert np.isnan(x).any(axis=1).mean() > 0.9
    assert difference.max() < 1e-12  # the requirement is 1e-6; a graph in double precision keeps far more


def test_the_class_agrees_wherever_the_probability_is_not_at_the_threshold():
    x = random_rows(10_000, 2)
    frozen, learned = ASK(x), MODEL.predict_proba(x)[:, 1]
    for cut in (0.1, MANIFEST.threshold, 0.9):
        apart = np.abs(learned - cut) > 1e-6
        assert apart.sum() > 9_900
        assert ((np.round(frozen, 6) >= cut) == (learned >= cut))[apart].all()


def test_the_graph_is_in_double_precision_throughout():
    x = np.array([[float(each) if each is not None else np.nan for each in MANIFEST.references[0].inputs]])
    moved = x.copy()
    moved[0, 0] += 1e-9  # a step that single precision cannot see at 60 mm
    assert RELEASED(moved)[0] != RELEASED(x)[0]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 149), st.sets(st.integers(0, len(INPUTS) - 1)))
def test_they_agree_whatever_is_missing(row, gaps):
    x = OTHER.x[row : row + 1].copy()
    x[0, list(gaps)] = np.nan
    assert abs(ASK(x)[0] - MODEL.predict_proba(x)[0, 1]) < 1e-12


@pytest.mark.parametrize("name", MANIFEST.modalities)
def test_a_missing_modality_adds_exactly_nothing(name):
    x = OTHER.x.copy()
    x[:, MODALITY == name] = np.nan
    assert (MODEL.contributions(x)[:, MODEL.names.index(name)] == 0.0).all()


def test_contributions_and_constant_make_the_log_odds():
    x = OTHER.x
    total = MODEL.contributions(x).sum(axis=1) + MODEL.constant_
    assert 1 / (1 + np.exp(-total)) == pytest.approx(ASK(x), abs=1e-12)


@pytest.mark.parametrize("m", range(len(MODEL.names)), ids=MODEL.names)
def test_another_converter_has_the_same_opinion_of_each_modality(m):
    """skl2onnx converts the regression of the modality; calibrated and weighed by hand it is what our graph says of it alone."""
    branch, name = MODEL.branches_[m], MODEL.names[m]
    alone = np.where(MODALITY == name, OTHER.x, np.nan)
    alone = alone[~np.isnan(alone).all(axis=1)]
    prepared = branch.pipeline.named_steps["prepare"].transform(alone[:, branch.columns])
    kind = [("x", DoubleTensorType([None, prepared.shape[1]]))]
    converted = skl2onnx.convert_sklearn(branch.pipeline.named_steps["logistic"], "m", kind, options={"zipmap": False})
    p = onnxruntime.InferenceSession(converted.SerializeToString()).run(None, {"x": prepared})[1][:, 1]
    centred = branch.slope * np.log(p / (1 - p)) + branch.offset - branch.centre
    added = MODEL.slope_ * (centred * (MODEL.weights_[m] + np.delete(MODEL.gaps_[m], m).sum()) + MODEL.presence_[m])
    graph = onnxruntime.InferenceSession(ONNX)
    assert graph.run(["contributions"], {"x": alone})[0][:, m] == pytest.approx(added, abs=1e-6)


def test_what_others_weigh_depends_on_what_is_missing():
    x = OTHER.x.copy()
    x[:, MODALITY == "clinical"] = np.nan
    both = ~np.isnan(OTHER.x[:, MODALITY == "radiomics"]).all(axis=1)
    at = MODEL.names.index("radiomics")
    assert (MODEL.contributions(x)[both, at] != MODEL.contributions(OTHER.x)[both, at]).all()


def test_with_nothing_known_the_answer_is_the_constant():
    nothing = np.full((1, len(INPUTS)), np.nan)
    assert ASK(nothing)[0] == pytest.approx(1 / (1 + np.exp(-MODEL.constant_)), abs=1e-12)


def test_modality_dropout_keeps_the_log_odds_honest_where_the_strongest_modality_is_missing():
    lost = OTHER.x.copy()
    lost[:, MODALITY == "clinical"] = np.nan
    plain = unfitted().set_params(copies=0)
    kept = COHORT.sorted()
    without_dropout = plain.fit(kept.x, kept.y, kept.site)
    losses = [log_loss(m, lost) for m in (MODEL, without_dropout)]
    assert losses[0] < losses[1]


def log_loss(model, x):
    p = np.clip(model.predict_proba(x)[:, 1], 1e-12, 1 - 1e-12)
    return -np.mean(np.where(OTHER.y == 1, np.log(p), np.log(1 - p)))


def test_dropout_is_seeded_and_takes_from_nobody_everything():
    there = unfitted().there(COHORT.x)
    first, again = unfitted()._dropped(there), unfitted()._dropped(there)
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert all(mask.any(axis=1).all() and (mask <= there).all() for mask in first)
    gone = 1 - np.mean([mask[there].mean() for mask in first])
    assert gone == pytest.approx(0.3, abs=0.03)


def test_every_fold_is_a_site():
    site = COHORT.site
    left = [set(site[out]) for _, out in folds(site).split(COHORT.x, COHORT.y, site)]
    assert sorted(left, key=min) == [{each} for each in sorted(set(site))]


def test_many_sites_are_left_out_in_groups():
    site = np.array([f"S{i % 25}" for i in range(100)])
    split = list(folds(site).split(site, groups=site))
    assert len(split) == 10
    assert all(not set(site[inside]) & set(site[out]) for inside, out in split)


def test_no_prediction_of_a_fold_depends_on_the_outcomes_of_its_site():
    """The site's outcomes are turned round: what is said of its people stays, what is said of others changes."""
    target = COHORT.site == "S2"
    turned = simulate(5, 300)
    turned.y[target] = 1 - turned.y[target]
    before, after = nested(QUICK, COHORT), nested(QUICK, turned)
    assert (before[target] == after[target]).all()
    assert (before[~target] != after[~target]).any()


def test_calibration_of_nested_probabilities_is_near_one_and_nought():
    slope, intercept = calibration(nested(QUICK, COHORT), COHORT.y)
    assert slope == pytest.approx(1, abs=0.3) and intercept == pytest.approx(0, abs=0.5)


def test_calibration_finds_a_planted_slope_and_intercept():
    rng = np.random.default_rng(7)
    odds = rng.normal(0, 2, 200_000)
    y = (rng.random(200_000) < 1 / (1 + np.exp(-(0.5 * odds + 0.3)))).astype(int)
    slope, intercept = calibration(1 / (1 + np.exp(-odds)), y)
    assert slope == pytest.approx(0.5, abs=0.01) and intercept == pytest.approx(0.3, abs=0.02)


def test_measures_of_a_small_table_are_those_counted_by_hand():
    # Four positives at 0.5 (0.9 0.8 0.7 0.6), of whom three respond; of the two negatives (0.4 0.2) one does. Pairs of a responder
    # and another: (.9 .8 .6 .4) x (.7 .2): 9 and 8 win both, 6 and 4 win one: 6 of 8. Brier: (.01+.04+.49+.16+.36+.04)/6.
    p, y = np.array([0.9, 0.8, 0.7, 0.6, 0.4, 0.2]), np.array([1, 1, 0, 1, 1, 0])
    found = measures(p, y, 0.5)
    assert (found["auc"], found["brier"]) == (0.75, round(1.10 / 6, 4))
    assert (found["sensitivity"], found["specificity"], found["ppv"], found["npv"]) == (0.75, 0.5, 0.75, 0.5)


def test_measures_that_are_not_defined_are_not_invented():
    found = measures(np.array([0.9, 0.8]), np.array([1, 1]), 0.5)
    assert found["auc"] is found["calibration_slope"] is found["specificity"] is found["npv"] is None


def test_a_missing_value_counts_as_the_mean_and_raises_its_indicator():
    prepared = Prepare((False, False)).fit(np.array([[1.0, 5.0], [3.0, np.nan]]))
    found = prepared.transform(np.array([[np.nan, np.nan], [3.0, 5.0]]))
    # Columns: first in standard units, second (no spread: its unit is 1), indicator of the second, the only one with gaps.
    assert found.tolist() == [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]


def test_the_logarithm_is_taken_of_one_plus_the_value_and_never_of_less():
    prepared = Prepare((True,)).fit(np.array([[0.0], [np.e**2 - 1]], dtype=np.float64))
    assert prepared.transform(np.array([[np.e - 1], [-5.0]])).ravel() == pytest.approx([0.0, -1.0])


def test_a_column_that_nobody_has_is_nothing_throughout():
    prepared = Prepare((False, True)).fit(np.array([[1.0, np.nan], [3.0, np.nan]]))
    assert prepared.transform(np.array([[1.0, np.nan]])).tolist() == [[-1.0, 0.0, 1.0]]


def test_the_threshold_leaves_four_fifths_of_good_responders_positive():
    p, good = np.arange(100) / 100, np.ones(100, dtype=bool)
    assert threshold(p, good) == 0.19
    assert (p >= threshold(p, good)).mean() >= 0.8


def test_the_threshold_does_not_look_at_anyone_else():
    p, good = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.01, 0.02]), np.array([True] * 5 + [False] * 2)
    assert threshold(p, good) == 0.58


def test_two_sites_are_too_few():
    with pytest.raises(TrainingUnfit, match="fewer than 3 sites"):
        train(COHORT.only(np.isin(COHORT.site, ["S1", "S2"])))


def test_a_modality_that_was_measured_at_two_sites_only_cannot_be_learned():
    cohort = simulate(6, 150)
    elsewhere = ~np.isin(cohort.site, ["S1", "S2"])
    cohort.x[np.ix_(elsewhere, MODALITY == "ctDNA")] = np.nan
    with pytest.raises(TrainingUnfit, match="ctDNA is known at fewer"):
        check_fit(cohort)


def test_an_outcome_that_occurs_at_one_site_only_cannot_be_learned():
    cohort = simulate(6, 150)
    cohort.y[:] = np.where(cohort.site == "S1", cohort.y, 0)
    with pytest.raises(TrainingUnfit, match="one outcome only"):
        check_fit(cohort)


def test_the_numbers_of_the_manifest_are_the_learned_ones_and_in_order():
    prepared = preprocessing_of(MODEL, NAMES)
    assert tuple(each.name for each in prepared) == NAMES
    told = {each["name"]: each for each in specification_of(MODEL, NAMES)["modalities"]}
    assert list(told) == list(MODEL.names)
    branch = MODEL.branches_[MODEL.names.index("ctDNA")]
    assert list(told["ctDNA"]["coefficients"]) == ["ctdna_baseline", "ctdna_restaging"]
    assert told["ctDNA"]["coefficients"]["ctdna_restaging"] == branch.pipeline.named_steps["logistic"].coef_[0, 1]
    assert "ctDNA" not in told["ctDNA"]["without"] and len(told["ctDNA"]["without"]) == len(MODEL.names) - 1


def test_a_draft_says_everything_but_who_approved_it(tmp_path):
    made = draft(COHORT, OTHER, start=QUICK)
    assert made.manifest["approvals"] == []
    assert made.manifest["training"]["n"] == 300 and made.manifest["training"]["cut_sha256"] == COHORT.digest()
    assert sum(made.manifest["training"]["sites"].values()) == 300
    assert made.manifest["threshold"] == threshold(nested(QUICK, COHORT.sorted()), COHORT.sorted().good)
    assert made.manifest.keys() == RAW.keys()
    write(made, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"model.onnx", "manifest.json", "card.md", "pin.py"}
    assert "nobody has approved" in (tmp_path / "card.md").read_text("utf-8")
    assert made.manifest["sha256"] in (tmp_path / "pin.py").read_text("utf-8")


def test_reference_rows_are_what_the_file_answers():
    rows = np.array([[np.nan if v is None else v for v in each.inputs] for each in MANIFEST.references])
    assert run((FOLDER / "model.onnx").read_bytes(), rows).tolist() == [
        each.probability for each in MANIFEST.references
    ]


def test_a_cohort_holds_known_outcomes_only_and_counts_whom_it_looked_at():
    assert set(COHORT.y) == {0, 1}
    assert COHORT.drawn > len(COHORT.y) == len(set(COHORT.ids)) == 300
    assert COHORT.x.dtype == np.float64
    assert set(COHORT.site) == set(SITES)


def test_a_site_given_to_a_simulated_life_changes_nothing_in_it():
    seed, index = map(int, COHORT.ids[0].split("-"))
    np.testing.assert_array_equal(COHORT.x[0], as_matrix([inputs_of(draw(seed, index))])[0])


def test_log_odds_outside_a_site_come_from_the_other_sites():
    mine = COHORT.x[:, MODALITY == "pathology"]
    kept = ~np.isnan(mine).all(axis=1)
    branch = MODEL.branches_[MODEL.names.index("pathology")].pipeline
    found = outside(branch, mine[kept], COHORT.y[kept], COHORT.site[kept])
    out = COHORT.site[kept] == "S3"
    alone = clone(branch).fit(mine[kept][~out], COHORT.y[kept][~out])
    assert found[out] == pytest.approx(alone.decision_function(mine[kept][out]), abs=1e-9)


@pytest.mark.slow
def test_the_script_writes_the_released_bytes_again(tmp_path):
    if other := {each: version(each) for each in LIBRARIES if version(each) != RAW["libraries"][each]}:
        pytest.skip(f"the release was made with other versions than {other}")
    write(released(), tmp_path)
    for name in ("model.onnx", "manifest.json", "card.md", "pin.py"):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name
