"""Chapter: the release itself. Model, manifest, card and pin say the same, and what the manifest asks for exists in the forms."""

import hashlib
import re

import pytest

from forms.catalogue import written
from forms.laboratory import TESTS
from tests.model.released import FOLDER, MANIFEST, RAW
from trial.frozen import pin
from trial.frozen.card import card
from trial.frozen.errors import ModelCorrupt
from trial.frozen.inputs import INPUTS, MINIMUM
from trial.frozen.manifest import read_manifest
from trial.simulate.tables import RADIOMICS, SLIDE, TAXA

FORMS = {form.oid: form for form in written()}
CODED = [each for each in MANIFEST.inputs if each.codes is not None]
TABLES = {"RAD.RADFILE": RADIOMICS, "MIC.MICFILE": TAXA, "PATH.SLIDFEAT": SLIDE}


def digest(name):
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()


def test_the_pin_is_the_digest_of_model_and_manifest():
    assert digest("model.onnx") == pin.MODEL_DIGEST == MANIFEST.sha256
    assert digest("manifest.json") == pin.MANIFEST_DIGEST


def test_the_card_is_the_one_of_this_manifest():
    assert (FOLDER / "card.md").read_text("utf-8") == card(RAW)
    assert MANIFEST.sha256 in card(RAW)
    assert "simulated" in card(RAW)


def test_the_release_is_small():
    assert sum((FOLDER / name).stat().st_size for name in ("model.onnx", "manifest.json", "card.md")) < 300_000


def test_the_manifest_names_the_inputs_the_training_used():
    assert MANIFEST.inputs == INPUTS
    assert dict(MANIFEST.minimum) == MINIMUM


def test_every_modality_of_the_protocol_is_there():
    assert set(MANIFEST.modalities) == {"clinical", "radiomics", "molecular", "microbiota", "pathology", "ctDNA"}


def test_input_names_are_unique():
    assert len({each.name for each in MANIFEST.inputs}) == len(MANIFEST.inputs)


@pytest.mark.parametrize("spec", MANIFEST.inputs, ids=lambda spec: spec.name)
def test_every_source_is_an_item_of_a_form_or_a_feature_of_its_table(spec):
    key, _, feature = spec.source.partition("@")[0].partition(":")
    form, _, item = key.partition(".")
    if key == "LB.R":
        assert feature in TESTS
        assert spec.unit == TESTS[feature].si
    else:
        assert item in {each.oid for each in FORMS[form].items}
        assert bool(feature) == (key in TABLES)
        assert not feature or feature in TABLES[key]


@pytest.mark.parametrize("spec", CODED, ids=lambda spec: spec.name)
def test_every_code_that_says_something_has_a_number_and_no_other(spec):
    form, _, item = spec.source.partition("@")[0].partition(".")
    codelist = next(each for each in FORMS[form].items if each.oid == item).codes
    said = {"N", "Y"} if codelist is None else {each.code for each in codelist if not each.unknown}
    # cT4b is never eligible: the model has not seen one, and a departure is passed as missing, with a note.
    assert set(spec.codes) == said - {"cT4b"}


@pytest.mark.parametrize("spec", MANIFEST.inputs, ids=lambda spec: spec.name)
def test_ranges_run_upwards_and_hold_every_code(spec):
    assert spec.low < spec.high
    assert all(spec.low <= number <= spec.high for number in (spec.codes or {}).values())


def test_the_minimum_asks_for_no_more_than_there_is():
    for modality, needed in MANIFEST.minimum.items():
        assert 0 < needed <= sum(each.modality == modality for each in MANIFEST.inputs)


def test_there_are_twenty_reference_rows_some_with_missing_modalities():
    assert len(MANIFEST.references) == 20
    assert all(len(each.inputs) == len(MANIFEST.inputs) for each in MANIFEST.references)
    assert sum(each.inputs.count(None) > 10 for each in MANIFEST.references) >= 2
    assert len({each.probability for each in MANIFEST.references}) == 20


def test_the_threshold_lies_inside_and_probabilities_have_six_digits():
    assert 0 < MANIFEST.threshold < 1
    assert all(round(each.probability, 6) == each.probability for each in MANIFEST.references)


def test_performance_was_measured_on_another_seed_than_training():
    assert MANIFEST.performance["seed"] != MANIFEST.training["seed"]
    good = MANIFEST.performance["good_response"]
    assert good["n"] > 1000
    assert 0.78 <= good["positive"] <= 0.84
    assert good["auc"] > 0.7
    assert 0.8 <= MANIFEST.performance["all"]["calibration_slope"] <= 1.2


def test_a_manifest_of_another_digest_is_not_read():
    with pytest.raises(ModelCorrupt, match=re.escape("manifest.json has SHA-256")):
        read_manifest(FOLDER / "manifest.json", "0" * 64)
