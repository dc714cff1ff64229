"""The bins that drift is measured in: made from the training people, kept with the model's digest, read back exactly."""

import json

import numpy as np
import pytest

from analysis import training_reference
from analysis.model_drift import psi, shifts
from analysis.training_reference import as_json, bins_of, from_training, load, reference
from tests.model.released import FOLDER, MANIFEST


def test_a_coded_input_has_a_bin_a_value():
    found = bins_of("ct", "clinical", np.array([1, 2, 3, 3.25, np.nan, 3]))
    assert found.edges == (1.5, 2.5, 3.125)
    assert found.counts == (1, 1, 2, 1, 1)


def test_another_input_has_ten_bins_of_about_a_tenth():
    found = bins_of("volume", "radiomics", np.arange(1000.0))
    assert len(found.edges) == 9 and found.counts[-1] == 0
    assert set(found.counts[:-1]) <= {100, 101, 99}


def test_what_lies_beyond_training_falls_in_the_outer_bins_and_what_is_missing_in_its_own():
    found = bins_of("volume", "radiomics", np.arange(1000.0))
    assert found.count([-5.0, 5000.0, None, None])[0] == 1
    assert found.count([-5.0, 5000.0, None, None])[-2:] == (1, 2)


def test_a_number_asked_in_double_precision_falls_where_it_was_trained_in_single():
    """2.3 in single precision is 2.29999995: a bound that lay on it would move everybody with 2.3 one bin up."""
    tenths = np.tile(np.arange(5, 45) / 10, 25)
    single = bins_of("cea_restaging", "clinical", tenths.astype(np.float32).astype(float))
    assert single.count(tenths.tolist()) == single.counts


def test_many_equal_values_make_fewer_bins_and_lose_nobody():
    column = np.concatenate((np.zeros(900), np.arange(1, 101)))
    found = bins_of("cea", "clinical", column)
    assert sum(found.counts) == 1000 and list(found.edges) == sorted(set(found.edges))


def test_psi_by_hand():
    """Counts 9, 9 and 19, 9, half a person added: e = (.5, .5), a = 19.5/29, 9.5/29: sum (a - e) ln(a / e)."""
    e, a = 0.5, np.array([19.5, 9.5]) / 29
    assert psi([9, 9], [19, 9]) == pytest.approx(float(np.sum((a - e) * np.log(a / e))))
    assert psi([10, 0], [0, 10]) < 10  # an empty bin stays finite
    assert psi([5, 5], [50, 50]) == pytest.approx(0)


def test_the_file_reads_back_as_it_was_written(tmp_path):
    chance = np.random.default_rng(2)
    x = np.column_stack((chance.normal(0, 1, 200), chance.integers(0, 2, 200)))
    x[:20, 0] = np.nan
    made = reference("ef" * 32, (("a", "clinical"), ("b", "ctDNA")), x)
    (tmp_path / f"training-{'ef' * 8}.json").write_text(as_json(made), "utf-8")
    assert load("ef" * 32, tmp_path) == made
    assert load("00" * 32, tmp_path) is None


def test_a_file_of_another_model_is_refused(tmp_path):
    made = reference("ef" * 32, (("a", "clinical"),), np.ones((5, 1)))
    (tmp_path / f"training-{'ef' * 8}.json").write_text(as_json(made), "utf-8")
    with pytest.raises(ValueError, match="another model"):
        load("ef" * 8 + "00" * 24, tmp_path)


def test_every_file_kept_names_its_model_and_its_counts_add_up():
    files = list(training_reference.FOLDER.glob("training-*.json"))
    assert files
    for path in files:
        raw = json.loads(path.read_text("utf-8"))
        assert path.name == f"training-{raw['digest'][:16]}.json"
        assert {sum(each["counts"]) for each in raw["inputs"]} == {raw["n"]}
        assert all(len(each["counts"]) == len(each["edges"]) + 2 for each in raw["inputs"])


def test_the_released_model_has_its_reference_and_its_training_people_have_not_moved():
    """Three hundred of the training cohort drawn again: same inputs, same order, no alarm.

    Where a release was made without `python -m analysis.training_reference`, this is the test that says so.
    """
    kept = load(MANIFEST.sha256)
    assert kept is not None
    assert [(b.name, b.modality) for b in kept.inputs] == [(i.name, i.modality) for i in MANIFEST.inputs]
    from trial.frozen.cohort import simulate

    drawn = simulate(int(MANIFEST.training["seed"]) + 1, 300).x
    names = [i.name for i in MANIFEST.inputs]
    people = [{n: None if np.isnan(v) else float(v) for n, v in zip(names, row, strict=True)} for row in drawn]
    assert [s.name for s in shifts(kept, people, simulations=4000) if s.moved] == []
    aged = [person | {"distance": None if person["distance"] is None else person["distance"] + 15} for person in people]
    assert [s.name for s in shifts(kept, aged, simulations=4000) if s.moved] == ["distance"]


@pytest.mark.slow
def test_the_file_kept_is_made_again_from_the_manifest_to_the_byte():
    manifest = json.loads((FOLDER / "manifest.json").read_text("utf-8"))
    path = training_reference.FOLDER / f"training-{MANIFEST.sha256[:16]}.json"
    assert as_json(from_training(manifest)) == path.read_text("utf-8")
