"""The first step of each modality: logarithms, standard units, and missingness made explicit.

For each input: its value in standard deviations from the training mean (0 where missing), then, for each input that was
ever missing in training, a 1 where it is missing. Nothing is imputed outside the model.
"""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

PLACES = 9
"""Decimals of every number that is learned: what two builds of the same libraries differ by lies far below them."""


class Prepare(TransformerMixin, BaseEstimator):
    """`logged`: truth for each column whose logarithm (of 1 + x) is taken. Expects NaN where missing."""

    def __init__(self, logged: tuple[bool, ...]) -> None:
        self.logged = logged

    def fit(self, x: np.ndarray, y: np.ndarray | None = None) -> "Prepare":
        """Learn mean, standard deviation, and which columns can be missing. A column nobody has is 0 throughout."""
        scaled, missing = self._logs(x), np.isnan(x)
        known = np.maximum((~missing).sum(axis=0), 1)
        mean = np.where(missing, 0.0, scaled).sum(axis=0) / known
        spread = np.sqrt((np.where(missing, 0.0, scaled - mean) ** 2).sum(axis=0) / known)
        self.mean_ = np.round(mean, PLACES)
        self.sd_ = np.where(spread > 10**-PLACES, np.round(spread, PLACES), 1.0)
        self.gaps_ = np.flatnonzero(missing.any(axis=0))
        self.n_features_in_ = x.shape[1]
        return self

    def transform(self, x: np.ndarray) -> np.ndarray:
        """Standard units with 0 for missing, then the indicators of missingness."""
        standard = np.where(np.isnan(x), 0.0, (self._logs(x) - self.mean_) / self.sd_)
        return np.hstack([standard, np.isnan(x)[:, self.gaps_].astype(float)])

    def _logs(self, x: np.ndarray) -> np.ndarray:
        x = np.asarray(x, dtype=np.float64)
        return np.where(np.array(self.logged), np.log(1.0 + np.maximum(x, 0.0)), x)
