"""Small models written by hand: honest ones of another shape or precision, and hostile ones. Each is a release of its own in a folder."""

import hashlib
import json

from onnx import TensorProto, helper

from tests.model.released import MANIFEST, RAW
from trial.frozen.runner import FrozenModel

WIDTH = len(MANIFEST.inputs)
NAMES = [each.name for each in MANIFEST.inputs]
FIRST = NAMES[0]
FLOAT, DOUBLE, INT, BOOL = TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.INT64, TensorProto.BOOL


def ordinary(first=1.0, **changes):
    """Inputs by name of which only the first is known; the graphs below read that one."""
    return {**dict.fromkeys(NAMES), FIRST: first, **changes}


def constant(name, kind, numbers, shape=()):
    return helper.make_node("Constant", [], [name], value=helper.make_tensor(name, kind, shape, numbers))


def model_of(nodes, *, kind=FLOAT, shape=(None, WIDTH), outputs=("probabilities",), initializers=()):
    """An ONNX file: input x, the nodes, the outputs named."""
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("x", kind, shape)],
        [helper.make_tensor_value_info(name, kind, None) for name in outputs], list(initializers),
    )  # fmt: skip
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    return made.SerializeToString()


def first_input(kind=FLOAT):
    """Nodes that leave the first input of the row, or 0 where it is missing, as the scalar `first`."""
    return [
        constant("zero", INT, [0]), constant("none", kind, [0.0]),
        helper.make_node("Flatten", ["x"], ["flat"]),
        helper.make_node("Gather", ["flat", "zero"], ["column"], axis=1),
        helper.make_node("IsNaN", ["column"], ["gone"]), helper.make_node("Where", ["gone", "none", "column"], ["known"]),
        helper.make_node("ReduceMax", ["known"], ["first"], keepdims=0),
    ]  # fmt: skip


def squashed(of, kind=FLOAT):
    """Nodes that turn a scalar into the output of two columns."""
    return [
        constant("one", kind, [1.0]), constant("two_columns", INT, [1, 1], (2,)),
        helper.make_node("Sigmoid", [of], ["p"]), helper.make_node("Sub", ["one", "p"], ["q"]),
        helper.make_node("Reshape", ["p", "two_columns"], ["p1"]), helper.make_node("Reshape", ["q", "two_columns"], ["q1"]),
        helper.make_node("Concat", ["q1", "p1"], ["probabilities"], axis=1),
    ]  # fmt: skip


def sigmoid(kind=FLOAT, shape=(None, WIDTH)):
    """1 / (1 + exp(-first)): 0.731059 for 1, 0.5 for 0 and for missing."""
    return model_of([*first_input(kind), *squashed("first", kind)], kind=kind, shape=shape)


def endless():
    """As `sigmoid` up to a first input of 1000; a loop without end beyond."""
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["still"]), helper.make_node("Identity", ["state"], ["next"])], "body",
        [helper.make_tensor_value_info("n", INT, []), helper.make_tensor_value_info("go", BOOL, []),
         helper.make_tensor_value_info("state", FLOAT, [])],
        [helper.make_tensor_value_info("still", BOOL, []), helper.make_tensor_value_info("next", FLOAT, [])],
    )  # fmt: skip
    nodes = [
        *first_input(), constant("limit", FLOAT, [1000.0]), helper.make_node("Greater", ["first", "limit"], ["forever"]),
        helper.make_node("Loop", ["", "forever", "first"], ["out"], body=body), *squashed("out"),
    ]  # fmt: skip
    return model_of(nodes)


def greedy():
    """As `sigmoid`, by way of a block of as many megabytes as the first input says."""
    nodes = [
        *first_input(), constant("megabyte", FLOAT, [262_144.0]), helper.make_node("Mul", ["first", "megabyte"], ["wanted"]),
        helper.make_node("Cast", ["wanted"], ["size"], to=INT), constant("vector", INT, [1], (1,)),
        helper.make_node("Reshape", ["size", "vector"], ["shape"]),
        helper.make_node("ConstantOfShape", ["shape"], ["block"], value=helper.make_tensor("v", FLOAT, [1], [0.0])),
        helper.make_node("ReduceSum", ["block"], ["nothing"], keepdims=0), helper.make_node("Add", ["nothing", "first"], ["out"]),
        *squashed("out"),
    ]  # fmt: skip
    return model_of(nodes)


def reading_a_file(location):
    """A model whose weights are said to stand in a file of the machine."""
    weights = helper.make_tensor("w", FLOAT, [1], [0.0])
    weights.ClearField("float_data")
    weights.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", "0"), ("length", "4")):
        entry = weights.external_data.add()
        entry.key, entry.value = key, value
    nodes = [*first_input(), helper.make_node("ReduceMax", ["w"], ["told"], keepdims=0), *squashed("told")]
    return model_of(nodes, initializers=[weights])


def released(folder, onnx, references=((1.0, 0.731059),), minimum=RAW["minimum"], **options):
    """A release of that file: the manifest of ours with its digest and these reference rows, given by their first input."""
    rows = [{"inputs": [first] + [None] * (WIDTH - 1), "probability": p} for first, p in references]
    manifest = json.dumps(
        {**RAW, "name": "by-hand", "sha256": digest(onnx), "references": rows, "minimum": minimum}
    ).encode()
    (folder / "model.onnx").write_bytes(onnx)
    (folder / "manifest.json").write_bytes(manifest)
    return FrozenModel(folder=folder, model_digest=digest(onnx), manifest_digest=digest(manifest), **options)


def digest(content):
    return hashlib.sha256(content).hexdigest()
