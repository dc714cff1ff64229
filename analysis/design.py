"""The covariates of a regression, on the scale of their own standard deviation, one row per participant or interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.not_estimable import NotEstimable
from analysis.samples import Floats, once

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Design:
    """`x` has mean 0 and standard deviation 1 by column; `mean` and `spread` lead back."""

    names: tuple[str, ...]
    x: Floats
    mean: Floats
    spread: Floats

    def coefficients(self, scaled: Floats) -> Floats:
        """Coefficients of the covariates as they came."""
        return np.asarray(scaled / self.spread)

    def covariance(self, scaled: Floats) -> Floats:
        """Covariance of those coefficients."""
        return np.asarray(scaled / np.outer(self.spread, self.spread))


def design(frame: pd.DataFrame, covariates: Sequence[str]) -> Design:
    """The columns as numbers. Raises NotEstimable for a column that is the same in everybody; ValueError for none."""
    if not covariates:
        raise ValueError("a regression needs a covariate")
    raw = frame[list(covariates)].to_numpy(dtype=float)
    if not np.isfinite(raw).all():
        raise ValueError("a regression takes no unknown values")
    mean, spread = (raw.mean(axis=0), raw.std(axis=0)) if len(raw) else (raw.sum(axis=0), raw.sum(axis=0))
    if same := [name for name, low, high in _ranges(covariates, raw) if low == high]:
        raise NotEstimable(f"the same in everybody: {', '.join(same)}")
    return Design(tuple(covariates), (raw - mean) / spread, mean, spread)


def _ranges(names: Sequence[str], raw: Floats) -> list[tuple[str, float, float]]:
    if not len(raw):
        raise NotEstimable("nobody to fit to")
    return list(zip(names, raw.min(axis=0).tolist(), raw.max(axis=0).tolist(), strict=True))


def in_order(frame: pd.DataFrame, columns: Sequence[str], by: Sequence[str], identity: str | None) -> pd.DataFrame:
    """Rows in the order (time, id), or of all columns where there is no id, so that sums are the same to the last bit.

    Raises Repeated where a participant has two rows, ValueError on unknown values.
    """
    if identity is not None:
        once(frame[identity].tolist())
    wanted = list(dict.fromkeys(columns))
    ordered = frame.sort_values([*by, identity] if identity else [*by, *wanted], kind="stable")[wanted]
    if ordered.isna().to_numpy().any():
        raise ValueError("a regression takes no unknown values")
    return ordered.reset_index(drop=True)
