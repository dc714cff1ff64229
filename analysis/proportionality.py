"""Are hazards proportional? The score test of a coefficient that changes with a function of time, one by one and all together.

Source: the test of theta = 0 in beta + theta g(t) (Grambsch & Therneau 1994) from the whole score and information, as `cox.zph` in R's
survival from 3.0 on; the older approximation by scaled Schoenfeld residuals is off by 5 % to several-fold.
g(t) = 1 - S(t-) with S the Kaplan-Meier curve of all rows, R's default.
"""

from dataclasses import dataclass

import numpy as np

from analysis.cox import CoxFit
from analysis.effects import Chi2, chi2_test
from analysis.efron import information, steps
from analysis.newton import solved
from analysis.samples import Floats
from analysis.sums import down
from forms.text import _l

DEFINITION = _l("Score test of a coefficient that changes with 1 - S(t-); each covariate, and all together.")


@dataclass(frozen=True)
class Proportionality:
    """`each` in the order of the coefficients; `together` has one degree of freedom for each of them."""

    each: tuple[tuple[str, Chi2], ...]
    together: Chi2


def proportionality(fit: CoxFit) -> Proportionality:
    """Are the hazards of a fit proportional?

    Parameters
    ----------
    fit : CoxFit
        What `analysis.cox.cox` gave.

    Returns
    -------
    Proportionality
        A test a covariate, and one of all together.

    Raises
    ------
    NotEstimable
        All events fell on one time, or too few to tell.

    References
    ----------
    Grambsch & Therneau 1994, by the whole score as in R's survival from 3.0 on.
    """
    f = fit.fitted
    p = len(f.plan.names)
    here = steps(f.sets, f.plan.x, f.at)
    g = _transform(fit)[f.sets.at]
    g = g - np.average(g, weights=f.sets.mean_weight)
    score = down(f.sets.weight[f.sets.dead] * g, f.plan.x[f.sets.dead]) - down(f.sets.mean_weight * g, here.centre)
    plain, once, twice = (information(f.sets, f.plan.x, here, g**power) for power in range(3))
    whole = np.block([[plain, once], [once, twice]])
    each = (_test(whole, score, p, [j]) for j in range(p))
    return Proportionality(tuple(zip(f.plan.names, each, strict=True)), _test(whole, score, p, list(range(p))))


def _test(whole: Floats, score: Floats, p: int, asked: list[int]) -> Chi2:
    kept = [*range(p), *(p + j for j in asked)]
    u = np.concatenate([np.zeros(p), score[asked]])
    return chi2_test(float(u @ solved(whole[np.ix_(kept, kept)], u)), len(asked))


def _transform(fit: CoxFit) -> Floats:
    """1 - S(t-) at each event time, of all rows whatever their stratum."""
    f = fit.fitted
    times, died = np.unique(f.days[f.event == 1], return_counts=True)
    at_risk = f.days.size - np.searchsorted(np.sort(f.days), times)
    if f.entry is not None:
        at_risk = at_risk - (f.days.size - np.searchsorted(np.sort(f.entry), times))
    after = np.cumprod(1 - died / at_risk)
    before = np.concatenate(([1.0], after[:-1]))
    return np.asarray(1 - before[np.searchsorted(times, f.sets.event_times)])
