"""Calls of the frozen model.

A single call to a warm worker, a call with what each modality did, many rows, and the check at a start. The integrity of weights and
manifest is checked by digest within every call that is measured. The peer is onnxruntime in this very process, without digests,
limits or a pipe: what containment costs is the difference.
"""

from statistics import median

import numpy as np
import onnxruntime

from bench.measured import Measured, quantile, seconds
from trial.frozen.runner import HERE, FrozenModel

SINGLE_MS = 5.0
BATCH_A_SECOND = 1000.0


def measure() -> list[Measured]:
    """What the released model takes, and its peer."""
    with FrozenModel() as model:
        start = seconds(model.check, 1)[0]
        manifest = model.manifest
        rows = [list(reference.inputs) for reference in manifest.references]
        values = dict(zip([each.name for each in manifest.inputs], rows[0], strict=True))
        single = seconds(lambda: model.predict(values), 2000)
        explained = seconds(lambda: model.call(values), 500)
        many = (rows * (2000 // len(rows) + 1))[:2000]
        batch = seconds(lambda: model.run(many), 5)
    alone = _alone(rows[0])
    return [
        Measured("start of a worker, with the reference rows", start, "s", most=30.0),
        Measured("a single call to a warm worker, median", 1e3 * median(single), "ms", most=SINGLE_MS),
        Measured("a single call to a warm worker, 99 of 100", 1e3 * quantile(single, 0.99), "ms"),
        Measured("a call with what each modality did, median", 1e3 * median(explained), "ms", most=SINGLE_MS),
        Measured("many rows", len(many) / median(batch), "rows/s", least=BATCH_A_SECOND),
        Measured("peer: onnxruntime in this process, a row, median", 1e3 * median(alone), "ms"),
    ]


def _alone(row: list[float | None]) -> list[float]:
    """The same row through the same file without containment."""
    session = onnxruntime.InferenceSession((HERE / "model.onnx").read_bytes(), providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    wide = np.float64 if given.type == "tensor(double)" else np.float32
    x = np.array([[np.nan if value is None else value for value in row]], dtype=wide)
    return seconds(lambda: session.run(None, {given.name: x}), 2000)
