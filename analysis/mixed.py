"""A mixed model of repeated scores: a random intercept a participant, visit as factor, baseline, group and group at each visit; by REML.

With v = s2 (I + r J) for the scores of one participant, everything but r, the ratio of the two variances, has a closed form, and the
restricted likelihood is searched in r alone: no start values, and the answer to the last digits. Own code: statsmodels' MixedLM gives the
same coefficients but standard errors off by up to 2e-4 and stops where its optimiser does; nlme's `lme` holds this one to 1e-8.
A random intercept means that any two visits of a participant are equally alike (compound symmetry). Limits are t with participants less
what is estimated between them, as nlme counts for a group; Kenward-Roger's are not made.
Sources: Laird & Ware 1982; Pinheiro & Bates 2000, sections 2.2 and 2.4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.newton import inverse
from analysis.not_estimable import NotEstimable
from analysis.samples import Floats, Ints, critical
from forms.text import _l

if TYPE_CHECKING:
    import pandas as pd

DEFINITION = _l(
    "Mixed model by restricted maximum likelihood: random intercept a participant; fixed visit, baseline score, group and group "
    "at each visit; t limits with the degrees of freedom between participants."
)
SINGULAR = _l("The variance between participants is estimated as 0, so that scores count as independent: {scores}.")
_LEAST = 1e-9


@dataclass(frozen=True)
class Contrast:
    """A weighted sum of coefficients with t limits and two-sided p."""

    estimate: float
    se: float
    df: int
    lower: float
    upper: float
    p: float


@dataclass(frozen=True)
class MixedFit:
    """`between`, `within`: variances of the intercepts and of the scores around them. `singular`: the former is 0, at its bound.

    `loglik`: the restricted log-likelihood, on the scale of nlme.
    """

    visits: tuple[str, ...]
    groups: tuple[str, str]
    names: tuple[str, ...]
    n: int
    participants: int
    between: float
    within: float
    singular: bool
    loglik: float
    df: int
    level: float
    coefficients: Floats = field(repr=False, compare=False)
    covariance: Floats = field(repr=False, compare=False)

    def contrast(self, weights: Mapping[str, float]) -> Contrast:
        """Raises KeyError for a name the model does not have."""
        from scipy.stats import t

        row = np.zeros(len(self.names))
        for name, weight in weights.items():
            row[self._place(name)] = weight
        estimate, se = float(row @ self.coefficients), float(np.sqrt(row @ self.covariance @ row))
        half = float(t.ppf(0.5 + self.level / 2, self.df)) * se
        return Contrast(
            estimate, se, self.df, estimate - half, estimate + half, float(2 * t.sf(abs(estimate / se), self.df))
        )

    def difference(self, visit: str) -> Contrast:
        """The second group less the first at a visit, at the same baseline."""
        extra = {f"group:{visit}": 1.0} if visit != self.visits[0] else {}
        return self.contrast({"group": 1.0, **extra})

    def _place(self, name: str) -> int:
        if name not in self.names:
            raise KeyError(name)
        return self.names.index(name)


def repeated(
    frame: pd.DataFrame,
    *,
    visits: Sequence[str],
    groups: tuple[str, str],
    value: str = "value",
    participant: str = "participant",
    visit: str = "visit",
    group: str = "group",
    baseline: str = "baseline",
    level: float = 0.95,
) -> MixedFit:
    """Fit one row a participant and visit; `groups` (reference, other) are subtracted the second less the first.

    Raises NotEstimable for a group without a score at a visit, for nobody seen twice, scores without any spread within participants,
    fewer participants than there is to estimate; ValueError for a blank or a participant with two rows of a visit or in two groups.
    """
    critical(level)
    _check(frame, (value, participant, visit, group, baseline), visits, groups)
    here, other = frame[visit].astype(str), (frame[group] == groups[1]).to_numpy(dtype=float)
    names, columns = ["intercept"], [np.ones(len(frame))]
    for each in visits[1:]:
        names.append(f"visit:{each}")
        columns.append((here == each).to_numpy(dtype=float))
    names += ["baseline", "group"]
    columns += [frame[baseline].to_numpy(dtype=float), other]
    for each, indicator in zip(visits[1:], columns[1 : len(visits)], strict=True):
        names.append(f"group:{each}")
        columns.append(indicator * other)
    who = _members(frame[participant].tolist())
    fit = _reml(np.column_stack(columns), frame[value].to_numpy(dtype=float), who)
    people = int(who.max()) + 1
    return MixedFit(
        tuple(visits), groups, tuple(names), len(frame), people, fit.between, fit.within, fit.singular, fit.loglik,
        people - 3, level, fit.coefficients, fit.covariance,
    )  # fmt: skip


@dataclass(frozen=True)
class _Fit:
    coefficients: Floats
    covariance: Floats
    between: float
    within: float
    loglik: float
    singular: bool


def _reml(x: Floats, y: Floats, who: Ints) -> _Fit:
    from scipy.optimize import minimize_scalar

    sums = _Sums(x, y, who)
    if sums.sizes.max(initial=0) < 2:  # one score each: the two variances are one, and any ratio is as likely
        return replace(sums.at(0.0), singular=False)

    def minus(share: float) -> float:
        return -sums.at(share / (1 - share)).loglik

    found = minimize_scalar(minus, bounds=(0.0, 1 - 1e-6), method="bounded", options={"xatol": 1e-13, "maxiter": 500})
    if not found.success:
        raise NotEstimable("the restricted likelihood has no maximum that could be found")
    if found.x > 1 - 1e-5:
        raise NotEstimable("the scores of a participant do not differ from visit to visit")
    singular = bool(found.x < _LEAST or minus(0.0) <= found.fun)
    best = sums.at(0.0 if singular else sums.settled(float(found.x / (1 - found.x))))
    return _Fit(best.coefficients, best.covariance, best.between, best.within, best.loglik, singular)


class _Sums:
    """What the likelihood needs of the rows, summed once: per participant, since V^-1 = (I - r/(1 + n r) J)/s2."""

    def __init__(self, x: Floats, y: Floats, who: Ints) -> None:
        # Centred, so that a large mean does not eat the digits of the differences; the first column is the intercept.
        self.mean = float(y.mean())
        whole = np.column_stack([x, y - self.mean])
        self.n, self.p = x.shape
        self.sizes = np.bincount(who).astype(float)
        self.cross = whole.T @ whole
        self.totals = np.column_stack([np.bincount(who, weights=column) for column in whole.T])

    def at(self, ratio: float) -> _Fit:
        """The best coefficients for a ratio of variances, and the restricted log-likelihood there."""
        weight = ratio / (1 + self.sizes * ratio)
        moments = self.cross - (self.totals * weight[:, None]).T @ self.totals
        information, known, square = moments[:-1, :-1], moments[:-1, -1], moments[-1, -1]
        unscaled = inverse(information)
        best = unscaled @ known
        rest = float(square - known @ best)
        free = self.n - self.p
        if not rest > 1e-12 * float(self.cross[-1, -1]):
            raise NotEstimable("the scores do not differ beyond what the model says of them")
        within = rest / free
        _, size = np.linalg.slogdet(information)
        loglik = -0.5 * (
            free * (np.log(2 * np.pi * within) + 1) + float(np.log1p(self.sizes * ratio).sum()) + float(size)
        )
        best[0] += self.mean
        return _Fit(best, within * unscaled, ratio * within, within, float(loglik), ratio == 0)

    def settled(self, ratio: float) -> float:
        """Where the slope of the restricted likelihood is 0, near a maximum that a search among heights found to half its digits."""
        from scipy.optimize import brentq

        low, high = ratio * (1 - 1e-3), ratio * (1 + 1e-3)
        if self.slope(low) * self.slope(high) > 0:
            return ratio
        return float(brentq(self.slope, low, high, xtol=1e-300, rtol=1e-14))

    def slope(self, ratio: float) -> float:
        """The derivative of minus twice the restricted log-likelihood in the ratio."""
        fit = self.at(ratio)
        falls = 1 / (1 + self.sizes * ratio) ** 2
        best = np.append(-fit.coefficients, 1.0)
        best[0] += self.mean
        residual = float(falls @ (self.totals @ best) ** 2)
        design = self.totals[:, :-1]
        trace = float(np.sum(fit.covariance / fit.within * ((design * falls[:, None]).T @ design)))
        return float((self.sizes / (1 + self.sizes * ratio)).sum()) - residual / fit.within - trace


def _members(participants: Sequence[object]) -> Ints:
    place = {who: i for i, who in enumerate(dict.fromkeys(participants))}
    return np.array([place[each] for each in participants], dtype=np.int64)


def _check(frame: pd.DataFrame, columns: tuple[str, ...], visits: Sequence[str], groups: tuple[str, str]) -> None:
    _, participant, visit, group, baseline = columns
    if frame[list(columns)].isna().any().any():
        raise ValueError("a blank in what the model reads")
    if frame.duplicated([participant, visit]).any():
        raise ValueError("a participant has two rows of a visit")
    if (frame.groupby(participant)[[group, baseline]].nunique() > 1).any().any():
        raise ValueError("a participant has two groups or two baselines")
    if strange := {str(v) for v in frame[visit]} - set(visits) | {str(g) for g in frame[group]} - set(groups):
        raise ValueError(f"neither visit nor group of the model: {', '.join(sorted(strange))}")
    seen = set(zip(frame[visit].astype(str), frame[group].astype(str), strict=True))
    if absent := [f"{each} at {at}" for at in visits for each in groups if (at, each) not in seen]:
        raise NotEstimable(f"no score of {', '.join(absent)}")
    _enough(frame[participant].value_counts().tolist(), len(visits), frame[baseline].nunique())


def _enough(scores: list[int], visits: int, baselines: int) -> None:
    """Raises NotEstimable where too few came, or too seldom, for what the model asks; `scores` of each participant."""
    if len(scores) < 4:
        raise NotEstimable("fewer than four participants")
    if visits > 1 and max(scores) < 2:
        raise NotEstimable("nobody has a score at two visits")
    if baselines < 2:
        raise NotEstimable("everybody has the same baseline score")
