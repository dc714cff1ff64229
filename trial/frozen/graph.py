"""A late-fusion model as an ONNX graph in double precision, built from the numbers of its manifest and nothing else.

Built by hand: the converter of skl2onnx knows no fusion, and teaching it would be longer than these thirty nodes, which can be
read. Input `x`: one row of inputs a participant, NaN where missing. Outputs: `contributions`, what each modality
adds to the log odds, and `probabilities`, of no and of a complete response. No time and no machine is in the bytes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from onnx import ModelProto, TensorProto, checker, helper, numpy_helper

from trial.frozen.manifest import Preparation

OPSET, IR = 18, 10
NODES = (
    ("IsNaN", "x", "missing"),
    # Missing values leave the arithmetic before it starts, so that no operator has to agree on what NaN does.
    ("Where", "missing zero x", "known"),
    ("Max", "known zero", "positive"),
    ("Add", "positive one", "above"),
    ("Log", "above", "logs"),
    ("Where", "logged logs known", "scaled"),
    ("Sub", "scaled mean", "moved"),
    ("Div", "moved sd", "units"),
    ("Where", "missing zero units", "standard"),
    ("Cast", "missing", "absent"),
    ("MatMul", "standard coefficients", "of_values"),
    ("MatMul", "absent indicators", "of_gaps"),
    ("Add", "of_values of_gaps", "of_inputs"),
    ("Add", "of_inputs intercepts", "raw"),
    ("Mul", "raw slopes", "stretched"),
    ("Add", "stretched offsets", "centred"),
    # A modality is gone when as many of its inputs are absent as it has.
    ("MatMul", "absent membership", "gaps"),
    ("GreaterOrEqual", "gaps sizes", "gone"),
    ("Cast", "gone", "without"),
    ("MatMul", "without more", "added"),
    ("Add", "added weights", "weight"),
    ("Mul", "centred weight", "weighted"),
    ("Add", "weighted presences", "together"),
    ("Mul", "together slope", "calibrated"),
    ("Where", "gone zero calibrated", "contributions"),
    ("ReduceSum", "contributions axis", "total"),
    ("Add", "total constant", "odds"),
    ("Sigmoid", "odds", "p"),
    ("Sub", "one p", "q"),
    ("Concat", "q p", "probabilities"),
)
"""Operator, inputs, output, in order. Names that no node makes are constants."""
ATTRIBUTES: Mapping[str, Mapping[str, Any]] = {
    "Cast": {"to": TensorProto.DOUBLE},
    "Concat": {"axis": 1},
    "ReduceSum": {"keepdims": 1},
}


def to_onnx(name: str, preprocessing: Sequence[Preparation], specification: Mapping[str, Any]) -> bytes:
    """The bytes of the graph; the same numbers give the same bytes."""
    constants = _constants(preprocessing, specification)
    m = len(specification["modalities"])
    nodes = [helper.make_node(op, into.split(), [out], out, **ATTRIBUTES.get(op, {})) for op, into, out in NODES]
    graph = helper.make_graph(
        nodes, name, [_double("x", len(preprocessing))], [_double("contributions", m), _double("probabilities", 2)],
        [numpy_helper.from_array(value, key) for key, value in constants.items()],
    )  # fmt: skip
    return finished(graph)


def finished(graph: Any, opset: int = OPSET) -> bytes:
    """A graph as the bytes of a checked model."""
    model: ModelProto = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=IR, producer_name="vigil"
    )
    checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


def _double(name: str, columns: int) -> Any:
    return helper.make_tensor_value_info(name, TensorProto.DOUBLE, ["n", columns])


def _constants(preprocessing: Sequence[Preparation], spec: Mapping[str, Any]) -> dict[str, np.ndarray]:
    branches, names = spec["modalities"], [each.name for each in preprocessing]
    others = [b["name"] for b in branches]
    return {
        "zero": _row([0.0]), "one": _row([1.0]), "axis": np.array([1], dtype=np.int64),
        "logged": np.array([[each.transform == "log1p" for each in preprocessing]]),
        "mean": _row([each.mean for each in preprocessing]), "sd": _row([each.sd for each in preprocessing]),
        "coefficients": _table(names, [b["coefficients"] for b in branches]),
        "indicators": _table(names, [b["missing"] for b in branches]),
        "membership": _table(names, [dict.fromkeys(b["coefficients"], 1.0) for b in branches]),
        "sizes": _row([len(b["coefficients"]) for b in branches]),
        "intercepts": _row([b["intercept"] for b in branches]), "slopes": _row([b["slope"] for b in branches]),
        "offsets": _row([b["offset"] - b["centre"] for b in branches]),
        "weights": _row([b["weight"] for b in branches]), "presences": _row([b["presence"] for b in branches]),
        "more": _table(others, [b["without"] for b in branches]),
        "slope": _row([spec["slope"]]), "constant": _row([spec["constant"]]),
    }  # fmt: skip


def _row(values: Sequence[float]) -> np.ndarray:
    return np.array([values], dtype=np.float64)


def _table(rows: Sequence[str], columns: Sequence[Mapping[str, float]]) -> np.ndarray:
    """One column a mapping, one row a name; 0 where the mapping does not hold the name."""
    return np.array([[column.get(name, 0.0) for column in columns] for name in rows], dtype=np.float64)
