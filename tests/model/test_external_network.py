"""Chapter: a network on images, trained elsewhere, goes through the same door: manifest, card, approvals, child, reference vectors."""

import json

import numpy as np
import pytest

from tests.model.networks import by_hand, description, network, volumes
from trial.frozen.card import card
from trial.frozen.errors import InputsInvalid, ModelCorrupt, ModelUnavailable
from trial.frozen.external import SAID, package
from trial.frozen.freezing import findings, freeze, written
from trial.frozen.manifest import Approval, content_digest, digest_of, parse_manifest
from trial.frozen.runner import FrozenModel

ONNX = network()
RAW = package(ONNX, description())
NAME = "t2_restaging"


def frozen_in(folder):
    """The network frozen there, ready to be asked."""
    written(folder / "draft", ONNX, RAW)
    digest = content_digest(RAW)
    people = [
        Approval("A. Physicist", "imaging", "2026-11-01", digest),
        Approval("B. Statistician", "statistics", "2026-11-02", digest),
    ]
    return FrozenModel(folder / "frozen", RAW["sha256"], freeze(folder / "draft", folder / "frozen", people))


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    with frozen_in(tmp_path_factory.mktemp("network")) as made:
        yield made


def test_it_answers_in_the_child_what_is_worked_out_by_hand(model):
    for _, volume in volumes(seed=99):
        assert model.predict({NAME: volume[None].tolist()}) == pytest.approx(by_hand(volume), abs=1e-6)


def test_its_reference_volumes_span_answers_and_are_checked_like_any_rows(model):
    model.check()
    found = [each.probability for each in model.manifest.references]
    assert len(found) == 20 and max(found) - min(found) > 0.3


def test_a_flat_block_is_the_same_as_a_nested_one(model):
    volume = volumes()[5][1]
    assert model.predict({NAME: volume.ravel().tolist()}) == model.predict({NAME: volume[None].tolist()})


def test_the_order_of_the_axes_matters(model):
    volume = volumes()[19][1]
    assert model.predict({NAME: volume.tolist()}) != model.predict({NAME: volume.transpose(2, 1, 0).tolist()})


def test_the_manifest_says_shape_spacing_and_unit(model):
    tensor = model.manifest.tensor
    assert (tensor.shape, tensor.spacing_mm, tensor.unit) == ((1, 8, 8, 8), (1.0, 1.0, 3.0), None)
    assert model.manifest.inputs == () and model.manifest.modalities == ("imaging",)


def test_its_card_names_the_block_and_what_it_lacks():
    text = card(RAW)
    assert "1 x 8 x 8 x 8" in text and "1 x 1 x 3 mm" in text and "None is recorded." in text


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ([[[[0.0] * 8] * 8] * 7], "448 numbers, its shape"),
        ([0.0] * 511 + [float("nan")], "no numbers"),
        ([0.0] * 511 + [None], "no numbers"),
        ([0.0] * 511 + ["0"], "no numbers"),
    ],
)
def test_a_block_of_another_size_or_with_a_hole_is_refused(model, block, message):
    with pytest.raises(InputsInvalid, match=message):
        model.predict({NAME: block})


def test_a_block_under_another_name_is_refused(model):
    with pytest.raises(InputsInvalid, match="t1"):
        model.predict({"t1": [0.0] * 512})


def test_a_flipped_byte_of_the_network_is_refused(tmp_path):
    with frozen_in(tmp_path) as model:
        path = tmp_path / "frozen" / "model.onnx"
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        with pytest.raises(ModelCorrupt, match=r"model\.onnx has SHA-256"):
            model.predict({NAME: [0.0] * 512})
    assert "model.onnx has SHA-256" in findings(tmp_path / "frozen")[0]


def test_a_graph_that_was_changed_under_a_consistent_manifest_fails_its_references(tmp_path):
    other = network(seed=12)
    digest = written(tmp_path, other, {**RAW, "sha256": digest_of(other)})
    model = FrozenModel(tmp_path, digest_of(other), digest)
    with model, pytest.raises(ModelCorrupt, match="reference row"):
        model.check()


@pytest.mark.parametrize("key", SAID)
def test_a_description_that_is_silent_is_refused(key):
    said = {k: v for k, v in description().items() if k != key}
    with pytest.raises(ModelCorrupt, match=key):
        package(ONNX, said)


def test_what_is_no_network_gives_no_answer_and_no_manifest():
    with pytest.raises(ModelUnavailable):
        package(b"not a network", description())


def test_a_network_for_another_shape_gives_no_answer():
    with pytest.raises(ModelUnavailable):
        package(network(side=6), description(side=8))


def test_a_volume_of_32_voxels_along_each_axis_is_answered():
    side = 32
    references = [{"note": note, "inputs": v[None].tolist()} for note, v in volumes(side, count=3)]
    raw = package(network(side), description(side, references=references))
    expected = [by_hand(volume) for _, volume in volumes(side, count=3)]
    assert [each["probability"] for each in raw["references"]] == pytest.approx(expected, abs=1e-6)


def test_a_row_model_of_somebody_else_is_packaged_too():
    from tests.model.released import FOLDER, MANIFEST
    from tests.model.released import RAW as OURS

    said = {key: OURS[key] for key in SAID} | {
        "references": [{"note": each["note"], "inputs": each["inputs"]} for each in OURS["references"]]
    }
    made = package((FOLDER / "model.onnx").read_bytes(), said)
    assert [each["probability"] for each in made["references"]] == [each.probability for each in MANIFEST.references]
    assert parse_manifest(json.dumps(made).encode()).tensor is None


def test_the_network_is_what_it_says(model):
    """Every layer does something: without the rectifier, or with another kernel, the answers are others."""
    volume = volumes()[10][1]
    assert abs(by_hand(volume) - by_hand(volume, seed=12)) > 1e-4
    assert np.isfinite(model.predict({NAME: volume.tolist()}))


def test_a_description_cannot_claim_another_digest_or_approvals():
    made = package(ONNX, description(sha256="0" * 64, id="trusted", approvals=[{"name": "Nobody"}], format=1))
    assert made == RAW


def test_what_others_measured_stands_in_the_card_as_they_say_it():
    text = card({**RAW, "performance": {"auc on 40 scans": 0.71}})
    assert "- auc on 40 scans: 0.71" in text
