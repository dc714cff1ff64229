"""What a fitted model has learned, as the plain numbers the manifest holds and the graph is built from."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from trial.frozen.fusion import LateFusion
from trial.frozen.manifest import Preparation
from trial.frozen.preparation import Prepare
from trial.frozen.specification import KIND


def preprocessing_of(model: LateFusion, names: Sequence[str]) -> tuple[Preparation, ...]:
    """How each input enters, in the order of the columns; `names` are theirs."""
    found: dict[int, Preparation] = {}
    for branch in model.branches_:
        step: Prepare = branch.pipeline.named_steps["prepare"]
        for at, column in enumerate(branch.columns):
            transform = "log1p" if step.logged[at] else "identity"
            mean, sd, gap = float(step.mean_[at]), float(step.sd_[at]), bool(at in step.gaps_)
            found[int(column)] = Preparation(names[column], transform, mean, sd, gap)
    return tuple(found[column] for column in sorted(found))


def specification_of(model: LateFusion, names: Sequence[str]) -> dict[str, Any]:
    """The learned numbers as the manifest holds them (`trial/frozen/specification.py`)."""
    branches = [_told(model, m, names) for m in range(len(model.names))]
    return {"kind": KIND, "constant": model.constant_, "slope": model.slope_, "modalities": branches}


def _told(model: LateFusion, m: int, names: Sequence[str]) -> dict[str, Any]:
    branch = model.branches_[m]
    step, logistic = branch.pipeline.named_steps["prepare"], branch.pipeline.named_steps["logistic"]
    mine = [names[column] for column in branch.columns]
    values, gaps = np.split(logistic.coef_[0], [len(mine)])
    others = {other: float(model.gaps_[m, k]) for k, other in enumerate(model.names) if k != m}
    return {
        "name": model.names[m], "penalty_C": branch.strength, "intercept": float(logistic.intercept_[0]),
        "coefficients": dict(zip(mine, map(float, values), strict=True)),
        "missing": dict(zip([mine[at] for at in step.gaps_], map(float, gaps), strict=True)),
        "slope": branch.slope, "offset": branch.offset, "centre": branch.centre,
        "weight": float(model.weights_[m]), "presence": float(model.presence_[m]), "without": others,
    }  # fmt: skip
