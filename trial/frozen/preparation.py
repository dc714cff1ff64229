"""The first step of the model: logarithms, standard units, and missingness made explicit; and the same as ONNX.

For each input: its value in standard deviations from the training mean (0 where missing), then, for each input that was
ever missing in training, a 1 where it is missing. Nothing is imputed outside the model.
"""

import numpy as np
from onnx import TensorProto
from skl2onnx import update_registered_converter
from skl2onnx.algebra.onnx_ops import (
    OnnxAdd,
    OnnxCast,
    OnnxConcat,
    OnnxDiv,
    OnnxGather,
    OnnxIdentity,
    OnnxIsNaN,
    OnnxLog,
    OnnxMax,
    OnnxSub,
    OnnxWhere,
)
from skl2onnx.common.data_types import FloatTensorType
from sklearn.base import BaseEstimator, TransformerMixin


class Prepare(TransformerMixin, BaseEstimator):
    """`logged`: truth for each column whose logarithm (of 1 + x) is taken. Expects float32 with NaN where missing."""

    def __init__(self, logged: tuple[bool, ...]) -> None:
        self.logged = logged

    def fit(self, x: np.ndarray, y: np.ndarray | None = None) -> "Prepare":
        """Learn mean, standard deviation, and which columns can be missing."""
        scaled = self._logs(x)
        spread = np.nanstd(scaled, axis=0)
        self.mean_ = np.nanmean(scaled, axis=0)
        self.sd_ = np.where(spread > 0, spread, 1.0)
        self.gaps_ = np.flatnonzero(np.isnan(x).any(axis=0))
        self.n_features_in_ = x.shape[1]
        return self

    def transform(self, x: np.ndarray) -> np.ndarray:
        """Standard units with 0 for missing, then the indicators of missingness."""
        standard = np.where(np.isnan(x), 0.0, (self._logs(x) - self.mean_) / self.sd_)
        return np.hstack([standard, np.isnan(x)[:, self.gaps_].astype(float)])

    def _logs(self, x: np.ndarray) -> np.ndarray:
        x = np.asarray(x, dtype=np.float64)
        return np.where(np.array(self.logged), np.log(1.0 + np.maximum(x, 0.0)), x)


def _shape(operator: object) -> None:
    model = operator.raw_operator  # type: ignore[attr-defined]
    rows = operator.inputs[0].get_first_dimension()  # type: ignore[attr-defined]
    columns = len(model.mean_) + len(model.gaps_)
    operator.outputs[0].type = FloatTensorType([rows, columns])  # type: ignore[attr-defined]


def _convert(scope: object, operator: object, container: object) -> None:
    model, opset = operator.raw_operator, container.target_opset  # type: ignore[attr-defined]
    x, out = operator.inputs[0], operator.outputs  # type: ignore[attr-defined]
    zero, one = np.zeros(1, dtype=np.float32), np.ones(1, dtype=np.float32)
    missing = OnnxIsNaN(x, op_version=opset)
    # Missing values leave the arithmetic before it starts, so that no operator has to agree on what NaN does.
    known = OnnxWhere(missing, zero, x, op_version=opset)
    logs = OnnxLog(OnnxAdd(OnnxMax(known, zero, op_version=opset), one, op_version=opset), op_version=opset)
    scaled = OnnxWhere(np.array([model.logged]), logs, known, op_version=opset)
    mean, sd = model.mean_.astype(np.float32), model.sd_.astype(np.float32)
    standard = OnnxDiv(OnnxSub(scaled, mean, op_version=opset), sd, op_version=opset)
    gaps = OnnxGather(OnnxCast(missing, to=TensorProto.FLOAT, op_version=opset), model.gaps_, axis=1, op_version=opset)
    both = OnnxConcat(OnnxWhere(missing, zero, standard, op_version=opset), gaps, axis=1, op_version=opset)
    OnnxIdentity(both, op_version=opset, output_names=out[:1]).add_to(scope, container)


update_registered_converter(Prepare, "VigilPrepare", _shape, _convert)
