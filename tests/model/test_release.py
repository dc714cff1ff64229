"""Chapter: the release itself. Model, manifest, card and pin say the same, and what the manifest asks for exists in the forms."""

import hashlib
import json
import re

import pytest

from forms.catalogue import written
from forms.laboratory import TESTS
from tests.model.released import FOLDER, MANIFEST, RAW
from trial.frozen import pin
from trial.frozen.card import card
from trial.frozen.errors import ModelCorrupt
from trial.frozen.freezing import findings
from trial.frozen.graph import to_onnx
from trial.frozen.inputs import INPUTS, MINIMUM
from trial.frozen.manifest import content_digest, parse_manifest, read_manifest
from trial.frozen.specification import probability_of
from trial.prediction import is_positive
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


NOTES = {each.note: each for each in MANIFEST.references}


def test_there_are_twenty_reference_rows_of_different_kinds():
    assert len(NOTES) == len(MANIFEST.references) == 20
    assert all(len(each.inputs) == len(MANIFEST.inputs) for each in MANIFEST.references)
    assert sum(0 < each.probability < 1 for each in MANIFEST.references) >= 15


def test_reference_rows_hold_the_extremes():
    assert NOTES["lowest of every range"].inputs == tuple(each.low for each in INPUTS)
    assert NOTES["highest of every range"].inputs == tuple(each.high for each in INPUTS)
    outside = NOTES["far outside every range"].inputs
    assert all(value > spec.high for value, spec in zip(outside, INPUTS, strict=True))


def test_reference_rows_hold_declared_codes_and_no_others():
    rows = [each.inputs for each in MANIFEST.references if not each.note.startswith("far")]
    for column, spec in zip(zip(*rows, strict=True), INPUTS, strict=True):
        assert spec.codes is None or {value for value in column if value is not None} <= set(spec.codes.values())


def test_reference_rows_hold_every_missing_modality_alone_and_nothing_at_all():
    for name in MANIFEST.modalities:
        found = NOTES[f"{name} missing"].inputs
        assert {spec.modality for value, spec in zip(found, INPUTS, strict=True) if value is None} == {name}
    assert set(NOTES["nothing known"].inputs) == {None}


def test_reference_rows_stand_on_both_sides_of_the_threshold():
    step = 0.000001
    at = {note: each.probability for note, each in NOTES.items() if note.startswith("threshold")}
    assert at == {
        "threshold - 0.000001": pytest.approx(MANIFEST.threshold - step, abs=1e-12),
        "threshold": MANIFEST.threshold,
        "threshold + 0.000001": pytest.approx(MANIFEST.threshold + step, abs=1e-12),
    }
    classes = {note: is_positive(p, MANIFEST.threshold) for note, p in at.items()}
    assert classes == {"threshold - 0.000001": False, "threshold": True, "threshold + 0.000001": True}


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


def test_the_model_discriminates_and_is_calibrated_at_every_site_it_had_not_seen():
    sites = MANIFEST.validation["sites"]
    assert sites.keys() == MANIFEST.training["sites"].keys() and len(sites) >= 3
    assert all(each["auc"] > 0.9 and 0.8 <= each["calibration_slope"] <= 1.2 for each in sites.values())


def test_the_model_stays_calibrated_where_a_modality_is_missing_for_everybody():
    without = MANIFEST.performance["without"]
    assert without.keys() == set(MANIFEST.modalities)
    assert all(0.85 <= each["calibration_slope"] <= 1.15 for each in without.values())


def test_the_manifest_says_everything_a_reader_asks():
    assert re.fullmatch(r"\d+\.\d+\.\d+", MANIFEST.version)
    assert MANIFEST.id == f"{MANIFEST.name}-{MANIFEST.sha256[:12]}"
    assert MANIFEST.libraries.keys() >= {"scikit-learn", "onnx", "onnxruntime", "numpy"}
    assert re.fullmatch(r"[0-9a-f]{64}", MANIFEST.training["cut_sha256"])
    assert MANIFEST.intended_use and MANIFEST.out_of_scope and MANIFEST.threshold_rule and MANIFEST.predicts
    assert str(MANIFEST.threshold) in MANIFEST.rule and "6 digits" in MANIFEST.rule
    assert [each.name for each in MANIFEST.preprocessing] == [each.name for each in MANIFEST.inputs]


def test_two_people_approved_what_was_released():
    assert len({each.name for each in MANIFEST.approvals}) == 2
    assert {each.digest for each in MANIFEST.approvals} == {content_digest(RAW)}
    assert findings(FOLDER, pin.MANIFEST_DIGEST) == []


def test_the_demonstration_release_says_that_nobody_real_approved_it():
    assert all("invented" in each.role for each in MANIFEST.approvals)
    assert "invented person" in card(RAW) and "It has seen no patient" in card(RAW)


def test_the_weights_are_those_the_manifest_writes_out():
    built = to_onnx(MANIFEST.name, MANIFEST.preprocessing, MANIFEST.specification)
    assert built == (FOLDER / "model.onnx").read_bytes()


@pytest.mark.parametrize("each", MANIFEST.references, ids=lambda each: each.note)
def test_a_probability_worked_out_by_hand_is_the_released_one(each):
    asked = dict(zip([spec.name for spec in INPUTS], each.inputs, strict=True))
    assert round(probability_of(MANIFEST, asked), 6) == pytest.approx(each.probability, abs=1.5e-6)


FIRST_FORMAT = (
    "name", "version", "sha256", "predicts", "inputs", "minimum", "threshold", "digits", "opset", "onnxruntime", "training",
    "performance", "references",
)  # fmt: skip


def test_a_manifest_of_the_first_format_is_read_so_that_old_calls_can_be_run_again():
    old = {key: RAW[key] for key in FIRST_FORMAT}
    old["references"] = [{key: each[key] for key in ("inputs", "probability")} for each in RAW["references"]]
    found = parse_manifest(json.dumps(old).encode())
    assert (found.inputs, found.threshold, found.approvals) == (MANIFEST.inputs, MANIFEST.threshold, ())
    assert [each.probability for each in found.references] == [each.probability for each in MANIFEST.references]


def test_a_manifest_of_another_digest_is_not_read():
    with pytest.raises(ModelCorrupt, match=re.escape("manifest.json has SHA-256")):
        read_manifest(FOLDER / "manifest.json", "0" * 64)
