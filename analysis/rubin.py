"""Results of several imputed data sets as one: Rubin's rules with the degrees of freedom of Barnard and Rubin.

Sources: Rubin 1987, chapter 3; Barnard & Rubin 1999 (degrees of freedom that never exceed those of the complete data).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.samples import critical
from forms.text import _l

DEFINITION = _l(
    "Multiple imputation pooled by Rubin's rules, t limits with the degrees of freedom of Barnard and Rubin (1999)."
)


@dataclass(frozen=True)
class Pooled:
    """`missing`: share of the variance that missing values add; `fmi`: share of information missing. `df` may be infinite."""

    m: int
    estimate: float
    se: float
    within: float
    between: float
    df: float
    lower: float
    upper: float
    p: float
    missing: float
    fmi: float


def pooled(
    estimates: Sequence[float], errors: Sequence[float], *, complete_df: float = np.inf, level: float = 0.95
) -> Pooled:
    """One estimate with its standard error from each imputed data set; on the scale where it is normal (log hazard ratio).

    `complete_df`: degrees of freedom were nothing missing (rows less parameters). Raises ValueError for fewer than two data sets,
    unequal columns, numbers that are none.
    """
    from scipy.stats import t

    q, se = np.asarray(estimates, dtype=float), np.asarray(errors, dtype=float)
    critical(level)
    if q.size < 2 or q.shape != se.shape:
        raise ValueError("Rubin's rules need two imputed data sets, each with estimate and error")
    if not (np.isfinite(q).all() and np.isfinite(se).all() and (se > 0).all() and complete_df > 0):
        raise ValueError("an estimate or its error is no number")
    m, within, between = q.size, float((se**2).mean()), float(q.var(ddof=1))
    total = within + (1 + 1 / m) * between
    missing = (1 + 1 / m) * between / total
    df = _freedom(m, missing, complete_df)
    mean, error = float(q.mean()), float(np.sqrt(total))
    half = float(t.ppf(0.5 + level / 2, df)) * error
    increase = missing / (1 - missing)
    fmi = (increase + 2 / (df + 3)) / (increase + 1)
    p = float(2 * t.sf(abs(mean / error), df))
    return Pooled(m, mean, error, within, between, df, mean - half, mean + half, p, missing, float(fmi))


def _freedom(m: int, missing: float, complete: float) -> float:
    old = (m - 1) / missing**2 if missing > 0 else np.inf
    if np.isinf(complete):
        return float(old)
    observed = (complete + 1) / (complete + 3) * complete * (1 - missing)
    return float(observed if np.isinf(old) else old * observed / (old + observed))
