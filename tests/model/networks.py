"""A small network on volumes, made by hand with seeded weights: convolution, rectifier, pooling, one linear layer, sigmoid.

It stands for any deep network that somebody trained elsewhere and exported to ONNX. Nothing here knows a training library.
"""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from trial.frozen.graph import finished

FILTERS = 4


def weights(seed=11):
    rng = np.random.default_rng(seed)
    return {
        "kernel": rng.normal(0, 0.3, (FILTERS, 1, 3, 3, 3)).astype(np.float32),
        "bias": rng.normal(0, 0.1, FILTERS).astype(np.float32),
        "linear": rng.normal(0, 2.0, (FILTERS, 1)).astype(np.float32),
        "offset": np.array([-0.4], dtype=np.float32),
    }


def network(side=8, seed=11):
    """The ONNX file for volumes of `side` voxels along each axis."""
    nodes = [
        helper.make_node("Conv", ["volume", "kernel", "bias"], ["maps"], kernel_shape=[3, 3, 3], pads=[1] * 6),
        helper.make_node("Relu", ["maps"], ["lit"]),
        helper.make_node("GlobalAveragePool", ["lit"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("Gemm", ["flat", "linear", "offset"], ["odds"]),
        helper.make_node("Sigmoid", ["odds"], ["probabilities"]),
    ]
    graph = helper.make_graph(
        nodes, "volume-network",
        [helper.make_tensor_value_info("volume", TensorProto.FLOAT, ["n", 1, side, side, side])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 1])],
        [numpy_helper.from_array(value, name) for name, value in weights(seed).items()],
    )  # fmt: skip
    return finished(graph)


def by_hand(volume, seed=11):
    """The same in numpy, without any library of networks: each voxel's neighbourhood times the kernel."""
    w = weights(seed)
    padded = np.pad(volume.astype(np.float64), 1)
    around = np.lib.stride_tricks.sliding_window_view(padded, (3, 3, 3))
    maps = np.einsum("xyzabc,fabc->fxyz", around, w["kernel"][:, 0].astype(np.float64)) + w["bias"][:, None, None, None]
    pooled = np.maximum(maps, 0).mean(axis=(1, 2, 3))
    return 1 / (1 + np.exp(-(pooled @ w["linear"][:, 0] + w["offset"][0])))


def volumes(side=8, count=20, seed=5):
    """Volumes with a note each: nothing, the brightest, and noise of growing strength."""
    rng = np.random.default_rng(seed)
    extremes = [("empty", np.zeros((side,) * 3)), ("brightest", np.full((side,) * 3, 4.0))]
    noise = [(f"noise {i}", rng.normal(0, 0.2 * (i + 1), (side,) * 3).round(3)) for i in range(count - len(extremes))]
    return [*extremes, *noise]


def description(side=8, **changes):
    """What whoever trained it says of it."""
    return {
        "name": "volume-network", "version": "1.0.0", "predicts": "complete response, from the restaging T2 volume alone",
        "intended_use": "A test that a network on images plugs in.", "out_of_scope": ["Everything: its weights are drawn by lot."],
        "threshold": 0.5, "rule": "Positive when the probability, rounded to 6 digits, is at least 0.5.", "minimum": {}, "opset": 18,
        "inputs": {
            "name": "t2_restaging", "modality": "imaging", "source": "MRI.VOLUME@RESTAGING", "unit": None, "range": [-4.0, 4.0],
            "shape": [1, side, side, side], "spacing_mm": [1.0, 1.0, 3.0],
        },
        "training": {"cohort": "none: the weights are drawn from a seed", "seed": 11},
        "references": [{"note": note, "inputs": volume[None].tolist()} for note, volume in volumes(side)],
        **changes,
    }  # fmt: skip
