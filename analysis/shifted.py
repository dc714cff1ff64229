"""What a comparison says when imputed scores are moved by so many points, and from how many on it says something else.

Each completed data set is compared by analysis of covariance on the baseline and pooled by Rubin's rules. A shift enters a score in a
straight line: a set is fitted once, to the scores and to who is moved, and the fit after any shift follows from the two to the last digit.
Sources: Yan, Lee & Li 2009, J Biopharm Stat 19:1085 (tipping point); Carpenter & Kenward 2013, Multiple Imputation and its Application,
chapter 10; Cro et al. 2020, Stat Med 39:2815 (delta adjustment).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from analysis.newton import inverse
from analysis.not_estimable import NotEstimable
from analysis.rubin import Pooled, pooled
from analysis.samples import Floats
from forms.text import _l

DEFINITION = _l("Difference by analysis of covariance on the baseline score.")
LIMIT = 50
"""Points to either side until which a tipping point is looked for: half of a scale, five times what matters."""
_PARAMETERS = 3  # intercept, baseline, group
_NO_SPREAD = 1e-12


@dataclass(frozen=True)
class Shifted:
    """The comparison of `n` participants as a function of the shift; arrays have one entry (of `squares`: row) a completed set.

    `estimates` and `slopes`: difference without a shift, and by how much a point moves it. `squares`: sums of squares around the fit: of
    the scores, of scores by who is moved, of who is moved. `unscaled`: variance of the difference over that of a score.
    """

    n: int
    estimates: Floats = field(repr=False, compare=False)
    slopes: Floats = field(repr=False, compare=False)
    squares: Floats = field(repr=False, compare=False)
    unscaled: Floats = field(repr=False, compare=False)

    def at(self, points: float) -> Pooled:
        """Difference, limits and p when the moved scores are `points` higher."""
        rest = self.squares @ np.array([1.0, 2.0 * points, float(points) ** 2])
        freedom = self.n - _PARAMETERS
        errors = np.sqrt(rest / freedom * self.unscaled)
        return pooled(list(self.estimates + points * self.slopes), list(errors), complete_df=freedom)


def shifted(baseline: Floats, value: Floats, other: Floats, moved: Floats) -> Shifted:
    """`baseline` and `value`: a row a completed set, a column a participant. `other`: 1 in the second group, 0 in the first.

    `moved`: by how much a point of shift moves the participant's score, 0 for who was seen. Raises NotEstimable where there are fewer
    than four participants, one group only, one baseline only, or no spread around the fit.
    """
    if value.shape[1] <= _PARAMETERS:
        raise NotEstimable("fewer than four participants")
    fits = [_fit(before, after, other, moved) for before, after in zip(baseline, value, strict=True)]
    estimates, slopes, squares, unscaled = (np.array(part) for part in zip(*fits, strict=True))
    return Shifted(value.shape[1], estimates, slopes, squares, unscaled)


def _fit(before: Floats, after: Floats, other: Floats, moved: Floats) -> tuple[float, float, Floats, float]:
    x = np.column_stack([np.ones(after.size), before - before.mean(), other])
    y = np.column_stack([after, moved])
    unscaled = inverse(x.T @ x)
    best = unscaled @ (x.T @ y)
    rest = y - x @ best
    (own, both), (_, shift) = rest.T @ rest
    if own <= _NO_SPREAD * float(((after - after.mean()) ** 2).sum()):
        raise NotEstimable("the scores do not differ beyond what baseline and arm say of them")
    return float(best[2, 0]), float(best[2, 1]), np.array([own, both, shift]), float(unscaled[2, 2])


def conclusion(found: Pooled) -> int:
    """1 or -1 where the limits exclude 0, above or below it, else 0."""
    return 1 if found.lower > 0 else -1 if found.upper < 0 else 0


def tips(found: Shifted, direction: int, limit: int = LIMIT) -> int | None:
    """The first whole number of points, going up (1) or down (-1), at which the conclusion is another; None: not until `limit`."""
    here = conclusion(found.at(0))
    far = range(direction, direction * (limit + 1), direction)
    return next((points for points in far if conclusion(found.at(points)) != here), None)
