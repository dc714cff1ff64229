"""Chapter: one call tells the probability and what each modality did to it; many rows are many calls, whatever stands beside them."""

import json
import math
import struct

import onnx
import pytest

from tests.model import graphs
from tests.model.released import FOLDER, MANIFEST, copied, values
from trial.frozen.answers import row_of, taken_away
from trial.frozen.errors import InputsInvalid, ModelCorrupt
from trial.frozen.runner import FrozenModel

ROWS = [list(reference.inputs) for reference in MANIFEST.references]
MODALITIES = [each.modality for each in MANIFEST.inputs]


@pytest.fixture(scope="module")
def model():
    with FrozenModel() as released:
        yield released


def without(modality, asked):
    """The inputs with one modality missing, written the long way."""
    return {each.name: None if each.modality == modality else asked[each.name] for each in MANIFEST.inputs}


def test_a_call_gives_the_probability_a_prediction_gives(model):
    assert model.call(values(0)).probability == model.predict(values(0)) == MANIFEST.references[0].probability


def test_without_a_modality_is_the_models_own_answer_to_the_inputs_without_it(model):
    found = model.call(values(0)).without
    assert list(found) == list(MANIFEST.modalities)
    for modality, p in found.items():
        assert p == model.predict(without(modality, values(0)))


def test_a_modality_that_is_missing_did_nothing(model):
    asked = without("radiomics", values(0))
    assert model.call(asked).without["radiomics"] is None


def test_nothing_known_is_answered_and_nothing_did_anything(model):
    answer = model.call(dict.fromkeys(values()))
    assert 0 <= answer.probability <= 1
    assert set(answer.without.values()) == {None}


def test_a_call_names_what_computed_it_and_when_the_reference_rows_agreed(model):
    answer = model.call(values(0))
    assert set(answer.versions) == {"onnxruntime", "numpy"}
    assert answer.versions["onnxruntime"] == MANIFEST.onnxruntime
    assert answer.references == len(MANIFEST.references) >= 20
    assert 0 <= answer.tested < 600


def test_the_rows_without_are_rows_of_the_same_inputs():
    row = row_of(MANIFEST, values(0))
    for modality, other in taken_away(MANIFEST, row).items():
        for its, before, after in zip(MODALITIES, row, other, strict=True):
            assert after == (None if its == modality else before)


def test_inputs_of_another_manifest_are_no_row():
    with pytest.raises(InputsInvalid, match="shoe_size"):
        row_of(MANIFEST, {**values(0), "shoe_size": 42.0})


def test_many_rows_give_what_each_gives_alone(model):
    many = (ROWS * 40)[:777]
    found = model.run(many)
    assert found == [MANIFEST.references[n % len(ROWS)].probability for n in range(777)]


def test_no_rows_give_no_answers(model):
    assert model.run([]) == []


def test_a_check_says_how_close_the_reference_rows_came(model):
    found = model.check()
    assert (found.name, found.version, found.references) == (MANIFEST.name, MANIFEST.version, len(ROWS))
    assert 0 <= found.difference <= 1e-6


def test_a_contribution_by_hand(tmp_path):
    # The model is 1 / (1 + exp(-distance)): 0.731059 for 1; without the clinical values 0.5; the log odds differ by 1.
    with graphs.released(tmp_path, graphs.sigmoid()) as small:
        answer = small.call(graphs.ordinary())
    assert (answer.probability, answer.without["clinical"], answer.without["radiomics"]) == (0.731059, 0.5, None)
    assert math.log(0.731059 / (1 - 0.731059)) == pytest.approx(1, abs=1e-5)


# --- one byte -----------------------------------------------------------------------------------------------------------


def numbers_of(content):
    """Name and bytes of each block of numbers in an ONNX file. Means and scales are numbers like weights."""
    graph = onnx.load_from_string(content).graph
    for each in graph.initializer:
        yield each.name, each.raw_data or _packed("<f", each.float_data) or _packed("<d", each.double_data)
    for node in graph.node:
        for attribute in node.attribute:
            yield f"{node.op_type} {attribute.name}", _packed("<f", attribute.floats) or attribute.t.raw_data


def _packed(code, numbers):
    return b"".join(struct.pack(code, number) for number in numbers)


def blocks():
    """Where in the file those of some length stand; one that cannot be found as it is packed is left to the others."""
    content = (FOLDER / "model.onnx").read_bytes()
    for name, block in numbers_of(content):
        # A block of floats that each bear a tag is not written in one piece: its first number is.
        at = content.find(block) if len(block) >= 16 else -1
        at = content.find(block[:4]) if at < 0 and len(block) >= 16 else at
        if at >= 0:
            yield pytest.param("model.onnx", at, id=f"numbers of {name}")


TEXT = (FOLDER / "manifest.json").read_text("utf-8")


def named(what, text):
    """The place of the last character of `text` in the manifest, in bytes."""
    return pytest.param("manifest.json", len(TEXT[: TEXT.index(text)].encode()) + len(text.encode()) - 1, id=what)


def written(value):
    return json.dumps(value)


PLACES = [
    *blocks(),
    named("threshold", f'"threshold": {written(MANIFEST.threshold)}'),
    named("name of the first input", f'"name": "{MANIFEST.inputs[0].name}'),
    named("name of the last input", f'"name": "{MANIFEST.inputs[-1].name}'),
    named("source of an input", f'"source": "{MANIFEST.inputs[3].source}'),
    named("digest of the weights", f'"sha256": "{MANIFEST.sha256}'),
    named("minimum", '"minimum": {'),
]


def test_the_places_are_more_than_the_manifest_alone():
    assert len([each for each in PLACES if each.values[0] == "model.onnx"]) >= 2


@pytest.mark.parametrize(("name", "at"), PLACES)
@pytest.mark.parametrize("bit", [0, 6])
def test_one_bit_of_weights_preprocessing_threshold_or_features_refuses_the_call(tmp_path, name, at, bit):
    path = copied(tmp_path) / name
    content = bytearray(path.read_bytes())
    content[at] ^= 1 << bit
    path.write_bytes(content)
    with FrozenModel(folder=tmp_path) as spoilt:
        with pytest.raises(ModelCorrupt, match=f"{name} has SHA-256 [0-9a-f]{{64}}, released was"):
            spoilt.call(values(0))
        assert spoilt.pid is None, "nothing of it was run"


def test_the_order_of_two_features_refuses_the_call(tmp_path):
    first, second = MANIFEST.inputs[0].name, MANIFEST.inputs[1].name
    swapped = TEXT.replace(f'"name": "{first}"', "\0").replace(f'"name": "{second}"', f'"name": "{first}"')
    copied(tmp_path).joinpath("manifest.json").write_text(swapped.replace("\0", f'"name": "{second}"'), "utf-8")
    with FrozenModel(folder=tmp_path) as spoilt, pytest.raises(ModelCorrupt, match=r"manifest\.json"):
        spoilt.call(values(0))


def test_another_order_under_a_digest_of_its_own_fails_the_reference_rows(tmp_path):
    """Should somebody release the manifest again with the features in another order, the model itself contradicts."""
    raw = json.loads(TEXT)
    for reference in raw["references"]:
        reference["inputs"] = reference["inputs"][1:] + reference["inputs"][:1]
    content = json.dumps(raw).encode()
    copied(tmp_path).joinpath("manifest.json").write_bytes(content)
    with (
        FrozenModel(folder=tmp_path, manifest_digest=graphs.digest(content)) as other,
        pytest.raises(ModelCorrupt, match="reference row"),
    ):
        other.call(values(0))
