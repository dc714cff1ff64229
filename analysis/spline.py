"""Restricted cubic splines: a covariate whose effect may bend, such as the weeks from radiotherapy to surgery.

Source: Harrell 2015, Regression Modeling Strategies, section 2.4.5: cubic between the knots, linear beyond the outer two, k knots
cost k - 1 coefficients, the first of which is the line; terms are divided by (last - first knot)^2. Knots at Harrell's quantiles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.effects import Chi2, Coefficient, coefficient
from analysis.not_estimable import NotEstimable
from analysis.samples import ArrayLike, Floats

if TYPE_CHECKING:
    import pandas as pd

    from analysis.cox import CoxFit

QUANTILES = {3: (0.1, 0.5, 0.9), 4: (0.05, 0.35, 0.65, 0.95), 5: (0.05, 0.275, 0.5, 0.725, 0.95)}


@dataclass(frozen=True)
class Spline:
    """A covariate and its knots."""

    name: str
    knots: tuple[float, ...]

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of its columns; all but the first bend."""
        return (self.name, *(f"{self.name}'{i}" for i in range(1, len(self.knots) - 1)))

    def basis(self, values: ArrayLike) -> Floats:
        """A column a term."""
        x, t = np.asarray(values, dtype=float), np.array(self.knots)
        span, width = t[-1] - t[-2], (t[-1] - t[0]) ** 2
        cube = np.maximum(x[:, None] - t, 0) ** 3
        bent = cube[:, :-2] - cube[:, [-2]] * (t[-1] - t[:-2]) / span + cube[:, [-1]] * (t[-2] - t[:-2]) / span
        return np.column_stack([x, bent / width])

    def added(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame with the columns that bend beside the covariate."""
        columns = self.basis(frame[self.name].to_numpy())
        return frame.assign(**dict(zip(self.terms[1:], columns[:, 1:].T, strict=True)))

    def ratios(self, fit: CoxFit, values: Sequence[float], reference: float) -> tuple[Coefficient, ...]:
        """Hazard ratio of each value against the reference, other covariates alike; at the reference itself 1 without a test."""
        where = [[c.name for c in fit.coefficients].index(term) for term in self.terms]
        beta = np.array([fit.coefficients[i].log_hr for i in where])
        return self.along(beta, np.array(fit.covariance)[np.ix_(where, where)], values, reference, fit.level)

    def along(
        self, beta: Floats, covariance: Floats, values: Sequence[float], reference: float, level: float = 0.95
    ) -> tuple[Coefficient, ...]:
        """The same from the coefficients of its terms in any regression on a log scale."""
        moved = self.basis(values) - self.basis([reference])
        errors = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", moved, covariance, moved), 0.0))
        rows = zip(values, (moved @ beta).tolist(), errors.tolist(), strict=True)
        return tuple(
            coefficient(f"{x:g}", log, se, level) if se > 0 else Coefficient(f"{x:g}", 0.0, 0.0, 1.0, 1.0, 1.0, 1.0)
            for x, log, se in rows
        )

    def bends(self, fit: CoxFit) -> Chi2:
        """Wald test that the effect is a straight line."""
        return fit.wald(*self.terms[1:])


def spline(name: str, values: ArrayLike, knots: int = 4) -> Spline:
    """With 3, 4 or 5 knots at Harrell's quantiles. Raises NotEstimable where too few values differ to tell them apart."""
    if knots not in QUANTILES:
        raise ValueError(f"a spline has 3, 4 or 5 knots: {knots}")
    x = np.asarray(values, dtype=float)
    if not np.isfinite(x).all():
        raise ValueError("a spline takes no unknown values")
    at = np.quantile(x, QUANTILES[knots]) if x.size else np.zeros(knots)
    if (np.diff(at) <= 0).any():
        raise NotEstimable(f"too few different values of {name} for {knots} knots")
    return Spline(name, tuple(at.tolist()))
