"""Late fusion: one calibrated logistic regression a modality, and a second one on the log odds of the modalities that are there.

A modality of which nothing is known adds nothing: no value stands in for it. The weight of each other modality then changes by
what training learned from people who lacked it, and from modality dropout: copies of everybody from which modalities were taken
at random (Neverova 2016, ModDrop), so that every gap has been met. All folds are sites: nobody's log odds come from a model that
saw their hospital.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import BaseCrossValidator, GroupKFold, LeaveOneGroupOut, cross_val_predict
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from trial.frozen.preparation import PLACES, Prepare

MOST_FOLDS = 10


@dataclass(frozen=True)
class Branch:
    """One modality: its columns, the fitted pipeline, the chosen penalty, and what calibrates and centres its log odds."""

    columns: np.ndarray
    pipeline: Pipeline
    strength: float
    slope: float
    offset: float
    centre: float

    def log_odds(self, x: np.ndarray) -> np.ndarray:
        """Calibrated log odds by this modality alone; only meaningful where it is there."""
        return self.slope * self.pipeline.decision_function(x[:, self.columns]) + self.offset


class LateFusion(ClassifierMixin, BaseEstimator):
    """`modalities` and `logged` describe each column. `strengths`: penalties C to choose from, a modality; `strength`: of the fusion.

    `dropout`: how likely a copy loses each modality; `copies` a person; both drawn from `seed`. `fit` takes the sites as `groups`.
    """

    def __init__(
        self, modalities: tuple[str, ...], logged: tuple[bool, ...], strengths: tuple[float, ...] = (0.01, 0.05, 0.25, 1.0),
        strength: float = 0.05, dropout: float = 0.3, copies: int = 4, seed: int = 0,
    ) -> None:  # fmt: skip
        self.modalities, self.logged, self.strengths = modalities, logged, strengths
        self.strength, self.dropout, self.copies, self.seed = strength, dropout, copies, seed

    @property
    def names(self) -> tuple[str, ...]:
        """The modalities, in the order of their first column."""
        return tuple(dict.fromkeys(self.modalities))

    def fit(self, x: np.ndarray, y: np.ndarray, groups: np.ndarray) -> "LateFusion":
        """Learn branches, fusion and final calibration, everything upwards of a branch from predictions outside the site."""
        # One thread: the order of additions, and so the last digits, do not depend on the machine's cores; and small fits are faster.
        with threadpool_limits(1):
            return self._fit(x, y, groups)

    def _fit(self, x: np.ndarray, y: np.ndarray, groups: np.ndarray) -> "LateFusion":
        self.classes_, self.n_features_in_ = np.array([0, 1]), x.shape[1]
        there = self.there(x)
        learned = [self._branch(name, x, y, groups, there[:, m]) for m, name in enumerate(self.names)]
        self.branches_ = tuple(branch for branch, _ in learned)
        centred = np.column_stack([odds for _, odds in learned])
        self._fuse(centred, there, y)
        self._calibrate(centred, there, y, groups)
        return self

    def there(self, x: np.ndarray) -> np.ndarray:
        """Which modalities are there: one column a modality, true where anything of it is known."""
        order = np.array(self.modalities)
        return np.column_stack([~np.isnan(x[:, order == name]).all(axis=1) for name in self.names])

    def contributions(self, x: np.ndarray) -> np.ndarray:
        """What each modality adds to the log odds: one column each, exactly 0 where it is missing."""
        there = self.there(x)
        centred = np.column_stack([branch.log_odds(x) - branch.centre for branch in self.branches_])
        weights = self.weights_ + (~there) @ self.gaps_.T
        return np.where(there, self.slope_ * (centred * weights + self.presence_), 0.0)

    def decision_function(self, x: np.ndarray) -> np.ndarray:
        """Log odds of a complete response."""
        return self.contributions(x).sum(axis=1) + self.constant_

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """Probabilities of no and of a complete response."""
        p = 1.0 / (1.0 + np.exp(-self.decision_function(x)))
        return np.column_stack([1.0 - p, p])

    def _branch(
        self, name: str, x: np.ndarray, y: np.ndarray, groups: np.ndarray, there: np.ndarray
    ) -> tuple[Branch, np.ndarray]:
        """A branch fitted on everybody who has the modality, and its centred log odds outside the site (0 for the others)."""
        columns = np.flatnonzero(np.array(self.modalities) == name)
        logged = tuple(np.array(self.logged)[columns])
        mine, outcome, sites = x[there][:, columns], y[there], groups[there]
        tried = {c: outside(_pipeline(logged, c), mine, outcome, sites) for c in self.strengths}
        strength = min(tried, key=lambda c: (round(log_loss(outcome, _sigmoid(tried[c])), PLACES), c))
        slope, offset = sigmoid_calibration(tried[strength], outcome)
        odds = slope * tried[strength] + offset
        centre = round(float(odds.mean()), PLACES)
        fitted = _rounded(_pipeline(logged, strength).fit(mine, outcome))
        everyone = np.zeros(len(x))
        everyone[there] = odds - centre
        return Branch(columns, fitted, strength, slope, offset, centre), everyone

    def _fuse(self, centred: np.ndarray, there: np.ndarray, y: np.ndarray) -> None:
        fitted = self._fusion(centred, there, y)
        m = len(self.names)
        coefficients = np.round(fitted.coef_[0], PLACES)
        self.intercept_ = round(float(fitted.intercept_[0]), PLACES)
        self.weights_, self.presence_ = coefficients[:m], coefficients[m : 2 * m]
        self.gaps_ = coefficients[2 * m :].reshape(m, m)

    def _fusion(self, centred: np.ndarray, there: np.ndarray, y: np.ndarray) -> LogisticRegression:
        """Everybody, and copies of everybody with modalities taken away; a person counts once, however many copies."""
        masks = [there, *self._dropped(there)]
        design = np.vstack([_design(centred, mask) for mask in masks])
        each = np.full(len(design), 1.0 / len(masks))
        return _logistic(self.strength).fit(design, np.tile(y, len(masks)), sample_weight=each)

    def _dropped(self, there: np.ndarray) -> list[np.ndarray]:
        rng = np.random.Generator(np.random.PCG64(self.seed))
        masks = [there & (rng.random(there.shape) >= self.dropout) for _ in range(self.copies)]
        # A copy that lost everything teaches nothing: it stays whole.
        return [np.where(mask.any(axis=1, keepdims=True), mask, there) for mask in masks]

    def _calibrate(self, centred: np.ndarray, there: np.ndarray, y: np.ndarray, groups: np.ndarray) -> None:
        """The last sigmoid, on fused log odds of people as they are, from a fusion that did not see their site."""
        fused = np.zeros(len(y))
        for inside, left in folds(groups).split(centred, y, groups):
            fitted = self._fusion(centred[inside], there[inside], y[inside])
            fused[left] = fitted.decision_function(_design(centred[left], there[left]))
        self.slope_, offset = sigmoid_calibration(fused, y)
        self.constant_ = round(self.slope_ * self.intercept_ + offset, PLACES)


def _design(centred: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Columns of the fusion: log odds, presence, and log odds where another modality is missing; 0 for what is missing itself."""
    kept = np.where(there, centred, 0.0)
    gaps = kept[:, :, None] * (~there)[:, None, :]
    return np.hstack([kept, there.astype(float), gaps.reshape(len(centred), -1)])


def outside(model: Pipeline, x: np.ndarray, y: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Log odds of everyone by a model that was fitted without their site."""
    return cross_val_predict(model, x, y, groups=groups, cv=folds(groups), method="decision_function")


def folds(groups: np.ndarray) -> BaseCrossValidator:
    """Each site is left out once; where there are many, in groups of sites."""
    return LeaveOneGroupOut() if len(np.unique(groups)) <= MOST_FOLDS else GroupKFold(MOST_FOLDS)


def sigmoid_calibration(odds: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Slope and offset of Platt's sigmoid (1999). It keeps the order of people, which a step function (isotonic) would not."""
    line = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10).fit(odds.reshape(-1, 1), y)
    return round(float(line.coef_[0, 0]), PLACES), round(float(line.intercept_[0]), PLACES)


def _pipeline(logged: tuple[bool, ...], strength: float) -> Pipeline:
    return Pipeline([("prepare", Prepare(logged)), ("logistic", _logistic(strength))])


def _logistic(strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, solver="newton-cholesky", tol=1e-10, max_iter=200)


def _rounded(pipeline: Pipeline) -> Pipeline:
    model = pipeline.named_steps["logistic"]
    model.coef_, model.intercept_ = np.round(model.coef_, PLACES), np.round(model.intercept_, PLACES)
    return pipeline


def _sigmoid(odds: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-odds))
