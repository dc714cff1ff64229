"""Risk sets that keep who failed otherwise, weighted for the censoring they escaped; and the sandwich over them.

For `analysis.fine_gray` (Fine & Gray 1999, section 3 and equations 7 and 8). Rows ascend in time; s are the distinct times of the
event of interest. A row counts 1 up to its own time and, after a competing event at T, G(s-)/G(T-).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.samples import Floats, Ints
from analysis.sums import along, products


@dataclass(frozen=True)
class Risk:
    """What the times alone determine. `passed` of a row: how many event times are at or before its own."""

    times: Floats
    own: Ints
    competing: Ints
    censored: Ints
    event_times: Floats
    events: Floats
    passed: Ints
    free: Floats
    """G(s-) at the event times: the chance not to be censored yet."""
    inverse_free: Floats
    """1/G(T-) of the rows with a competing event, in their order."""

    def total(self, of: Floats) -> Floats:
        """Sum of `of`, one number a row, over the weighted risk set of each event time."""
        size = self.events.size + 1
        still = np.cumsum(np.bincount(self.passed, of, size)[::-1])[::-1][1:]
        kept = np.bincount(self.passed[self.competing], of[self.competing] * self.inverse_free, size)
        return np.asarray(still + self.free * np.cumsum(kept)[:-1])

    def total_of(self, x: Floats, weight: Floats) -> Floats:
        """The same for each column of x times the weight."""
        return np.column_stack([self.total(column * weight) for column in x.T])

    def felt(self, hazard: Floats) -> Floats:
        """What each row feels of a hazard given at the event times: the integral of its own weight."""
        plain, reduced = _from_zero(hazard), _from_zero(hazard * self.free)
        out = plain[self.passed]
        out[self.competing] += self.inverse_free * (reduced[-1] - reduced[self.passed[self.competing]])
        return out


def risk(times: Floats, codes: Ints, cause: int) -> Risk:
    """From columns in ascending order of time; somebody has the cause."""
    own, competing = np.flatnonzero(codes == cause), np.flatnonzero((codes > 0) & (codes != cause))
    event_times, events = np.unique(times[own], return_counts=True)
    lost, gone = np.unique(times[codes == 0], return_counts=True)
    free = np.concatenate(([1.0], np.cumprod(1 - gone / (times.size - np.searchsorted(times, lost)))))
    return Risk(
        times,
        own,
        competing,
        np.flatnonzero(codes == 0),
        event_times,
        events.astype(float),
        np.searchsorted(event_times, times, side="right"),
        free[np.searchsorted(lost, event_times)],
        1 / free[np.searchsorted(lost, times[competing])],
    )


def sandwich(at: Risk, x: Floats, beta: Floats) -> Floats:
    """Sum over rows of (eta + psi)(eta + psi)': the martingale part, and what estimating G adds."""
    relative = np.exp(along(x, beta))
    total = at.total(relative)
    hazard, centre = at.events / total, at.total_of(x, relative) / total[:, None]
    steps = centre * hazard[:, None]
    eta = -relative[:, None] * (x * at.felt(hazard)[:, None] - np.column_stack([at.felt(step) for step in steps.T]))
    eta[at.own] += x[at.own] - centre[at.passed[at.own] - 1]
    whole = eta + _censoring(at, x, relative, hazard * at.free, steps * at.free[:, None])
    return products(np.ones(len(whole)), whole)


def _censoring(at: Risk, x: Floats, relative: Floats, hazard: Floats, steps: Floats) -> Floats:
    """psi: q(u)/pi(u) at the row's own censoring, less its sum against the hazard of censoring while at risk.

    q(u) sums, over competing events before u, what their weights feel from u on; pi(u) counts who is at risk at u.
    """
    lost, gone = np.unique(at.times[at.censored], return_counts=True)
    at_risk = at.times.size - np.searchsorted(at.times, lost)
    weight = relative[at.competing] * at.inverse_free
    before = np.searchsorted(at.times[at.competing], lost)
    kept = _from_zero(weight)[before][:, None]
    kept_of = _from_zero(x[at.competing] * weight[:, None])[before]
    since = np.searchsorted(at.event_times, lost)
    later, later_of = _from_zero(hazard), _from_zero(steps)
    q = kept_of * (later[-1] - later[since])[:, None] - kept * (later_of[-1] - later_of[since])
    drift = _from_zero(q * (gone / at_risk**2)[:, None])
    psi = -drift[np.searchsorted(lost, at.times, side="right")]
    psi[at.censored] += (q / at_risk[:, None])[np.searchsorted(lost, at.times[at.censored])]
    return np.asarray(psi)


def _from_zero(values: Floats) -> Floats:
    """Running sums down the rows, with 0 before the first."""
    return np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])
