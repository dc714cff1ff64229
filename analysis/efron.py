"""Risk sets of the Cox model with Efron's ties: likelihood, residuals and cumulative hazard by running sums.

Source: Therneau & Grambsch 2000, chapter 3. Where d rows have the event at one time there are d steps; at step k (0 to d-1) each
of the d stands in the risk set with 1 - k/d of itself, and the step carries their mean weight. A row is at risk in
(start, stop]. Strata do not see one another. Cost: sorting once, then sums over rows; nothing is squared in their number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.newton import Likelihood
from analysis.samples import Floats, Ints
from analysis.sums import along, down, products


@dataclass(frozen=True)
class RiskSets:
    """What times, strata and weights determine. Event times are numbered through all strata; a row is at risk at since..until-1."""

    weight: Floats
    dead: Ints
    since: Ints
    until: Ints
    event_times: Floats
    stratum_of: Ints
    at: Ints
    """Event time of each row in `dead`, and so of each step."""
    part: Floats
    """k/d of each step."""
    mean_weight: Floats
    """Of each step."""

    def total(self, of: Floats) -> Floats:
        """Sum over the risk set at each event time; from the last one back, so that small late sets keep their digits."""
        size = self.event_times.size + 1
        joined = np.bincount(self.until, of, size)
        if self.since.any():
            joined -= np.bincount(self.since, of, size)
        return np.asarray(np.cumsum(joined[::-1])[::-1][1:])

    def of_dead(self, of: Floats) -> Floats:
        """Sum over the rows that have the event at each event time."""
        return np.bincount(self.at, of[self.dead], self.event_times.size).astype(float)

    def felt(self, step: Floats) -> Floats:
        """What each row feels of an amount given by step: all of it while at risk, and at its own event 1 - k/d."""
        return self.felt_of(step[:, None])[:, 0]

    def felt_of(self, steps: Floats) -> Floats:
        """The same by column."""
        size = self.event_times.size
        summed = np.column_stack([np.bincount(self.at, column, size) for column in steps.T])
        spared = np.column_stack([np.bincount(self.at, column * self.part, size) for column in steps.T])
        running = np.concatenate([np.zeros((1, steps.shape[1])), np.cumsum(summed, axis=0)])
        felt = running[self.until] - running[self.since]
        felt[self.dead] -= spared[self.at]
        return np.asarray(felt)


@dataclass(frozen=True)
class Steps:
    """At one set of coefficients: the relative hazard of each row, and by step hazard and mean covariates of who is at risk."""

    linear: Floats
    relative: Floats
    denominator: Floats
    hazard: Floats
    centre: Floats


def risk_sets(start: Floats | None, stop: Floats, event: Ints, stratum: Ints, weight: Floats) -> RiskSets:
    """From columns; somebody has the event. `start` None: at risk from the beginning."""
    both = stop if start is None else np.concatenate([start, stop])
    distinct, rank = np.unique(both, return_inverse=True)
    base = stratum * (distinct.size + 1)
    ends = base + rank[-stop.size :] + 1
    begins = base if start is None else base + rank[: stop.size] + 1
    dead = np.flatnonzero(event)
    keys, at, tied = np.unique(ends[dead], return_inverse=True, return_counts=True)
    order = np.argsort(at, kind="stable")
    dead, at = dead[order], at[order]
    place = np.arange(dead.size) - np.repeat(np.cumsum(tied) - tied, tied)
    return RiskSets(
        weight,
        dead,
        np.searchsorted(keys, begins, side="right"),
        np.searchsorted(keys, ends, side="right"),
        distinct[keys % (distinct.size + 1) - 1],
        keys // (distinct.size + 1),
        at,
        place / tied[at],
        (np.bincount(at, weight[dead]) / tied)[at],
    )


def steps(sets: RiskSets, x: Floats, beta: Floats) -> Steps:
    """The risk sets as these coefficients weigh them."""
    linear = along(x, beta)
    relative = np.exp(linear)
    mass = sets.weight * relative
    denominator = (sets.total(mass))[sets.at] - sets.part * sets.of_dead(mass)[sets.at]
    centre = np.column_stack(
        [sets.total(m)[sets.at] - sets.part * sets.of_dead(m)[sets.at] for m in (x * mass[:, None]).T]
    )
    return Steps(linear, relative, denominator, sets.mean_weight / denominator, centre / denominator[:, None])


def likelihood(sets: RiskSets, x: Floats, beta: Floats) -> Likelihood:
    """Efron's partial likelihood."""
    here = steps(sets, x, beta)
    own = sets.weight[sets.dead]
    value = (own * here.linear[sets.dead]).sum() - (sets.mean_weight * np.log(here.denominator)).sum()
    score = down(own, x[sets.dead]) - down(sets.weight * here.relative * sets.felt(here.hazard), x)
    return Likelihood(float(value), score, information(sets, x, here, np.ones(sets.dead.size)))


def information(sets: RiskSets, x: Floats, here: Steps, by: Floats) -> Floats:
    """Sum over steps of `by` times the covariance of the covariates in the risk set."""
    mass = sets.weight * here.relative * sets.felt(here.hazard * by)
    return products(mass, x) - products(sets.mean_weight * by, here.centre)


def score_residuals(sets: RiskSets, x: Floats, here: Steps) -> Floats:
    """One row each, unweighted; their weighted sum is the score (Therneau & Grambsch 2000, section 4.6, with Efron's weights)."""
    size = sets.event_times.size
    count = np.bincount(sets.at, minlength=size)
    mean = np.column_stack([np.bincount(sets.at, column, size) / count for column in here.centre.T])
    felt = sets.felt_of(np.column_stack([here.hazard, here.centre * here.hazard[:, None]]))
    found = -here.relative[:, None] * (x * felt[:, :1] - felt[:, 1:])
    found[sets.dead] += x[sets.dead] - mean[sets.at]
    return np.asarray(found)
