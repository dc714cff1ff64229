"""How good a model is, and where it decides: nested cross-validation by site, calibration, and the rule of the threshold."""

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score

from trial.frozen.card import MISSING_MEASURES
from trial.frozen.cohort import Cohort
from trial.frozen.fusion import LateFusion, folds

DIGITS = 6
POSITIVE_SHARE = 0.80
"""Planning value of PROTOCOL 8: of participants with cCR or near-cCR, the share that is model positive."""
THRESHOLD_RULE = (
    "The highest threshold in hundredths at which at least 80 % of the good responders (cCR or near-cCR) of the training cohort are "
    "positive, by probabilities from models that did not see their site."
)


def nested(model: LateFusion, cohort: Cohort, progress: Callable[[int], None] = lambda done: None) -> np.ndarray:
    """Everyone's probability from a model that did not see their site in any step: penalty, calibration, fusion."""
    p = np.zeros(len(cohort.y))
    for number, (inside, left) in enumerate(folds(cohort.site).split(cohort.x, cohort.y, cohort.site)):
        progress(number)
        fitted = clone(model).fit(cohort.x[inside], cohort.y[inside], cohort.site[inside])
        p[left] = fitted.predict_proba(cohort.x[left])[:, 1]
    return np.round(p, DIGITS)


def threshold(p: np.ndarray, good: np.ndarray) -> float:
    """The threshold by THRESHOLD_RULE."""
    return float(np.floor(np.round(100 * np.quantile(p[good], 1 - POSITIVE_SHARE), DIGITS)) / 100)


def report(p: np.ndarray, cohort: Cohort, cut: float) -> dict[str, Any]:
    """The measures of cross-validated probabilities, for everyone, good responders, and each site."""
    sites = {
        str(site): measures(p[at], cohort.y[at], cut) for site in np.unique(cohort.site) for at in [cohort.site == site]
    }
    return {**performance(p, cohort, cut), "sites": sites}


def performance(p: np.ndarray, cohort: Cohort, cut: float) -> dict[str, Any]:
    """Discrimination, calibration and the confusion at the threshold; once for everyone, once for good responders."""
    return {
        name: measures(p[keep], cohort.y[keep], cut)
        for name, keep in (("all", np.ones(len(p), dtype=bool)), ("good_response", cohort.good))
    }


def without_each(model: LateFusion, cohort: Cohort) -> dict[str, dict[str, float | int | None]]:
    """Discrimination and calibration where one modality more is missing for everybody."""
    found = {}
    for name in model.names:
        x = cohort.x.copy()
        x[:, np.array(model.modalities) == name] = np.nan
        p = np.round(model.predict_proba(x)[:, 1], DIGITS)
        found[name] = {key: value for key, value in measures(p, cohort.y, 0.5).items() if key in MISSING_MEASURES}
    return found


def measures(p: np.ndarray, y: np.ndarray, cut: float) -> dict[str, float | int | None]:
    """Counts, discrimination, calibration, and the confusion at the threshold; None where it is not defined for these people."""
    positive = p >= cut
    slope, intercept = calibration(p, y)
    return {
        "n": len(y),
        "complete_responses": int(y.sum()),
        "auc": _rounded(roc_auc_score(y, p), 3) if 0 < y.sum() < len(y) else None,
        "brier": _rounded(brier_score_loss(y, p, pos_label=1), 4) if len(y) else None,
        "calibration_intercept": intercept,
        "calibration_slope": slope,
        "positive": _share(positive),
        "sensitivity": _share(positive[y == 1]),
        "specificity": _share(~positive[y == 0]),
        "ppv": _share(y[positive]),
        "npv": _share(1 - y[~positive]),
    }


def calibration(p: np.ndarray, y: np.ndarray) -> tuple[float | None, float | None]:
    """Slope and intercept of the outcome's log odds on the model's (Cox 1958); 1 and 0 are right."""
    if not 0 < y.sum() < len(y):
        return None, None
    kept = np.clip(p, 10**-DIGITS, 1 - 10**-DIGITS)
    line = LogisticRegression(C=np.inf, solver="newton-cholesky").fit(np.log(kept / (1 - kept)).reshape(-1, 1), y)
    return round(float(line.coef_[0, 0]), 3), round(float(line.intercept_[0]), 3)


def _share(these: np.ndarray) -> float | None:
    return round(float(these.mean()), 3) if len(these) else None


def _rounded(value: float, places: int) -> float:
    return round(float(value), places)
