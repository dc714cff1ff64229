"""Timing of surgery: weeks from the last fraction to the operation against what came of it, allowed to bend, adjusted. Descriptive.

Nobody drew lots for the week: who waits longer may differ. Restricted cubic spline with four knots (`analysis.spline`); odds ratios by
logistic regression, hazard ratios by Cox, each week against the median. Source: PROTOCOL 7, timing of surgery.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.covariates import design
from analysis.cox import cox
from analysis.effects import Chi2, Coefficient, wald
from analysis.estimable import TOO_FEW
from analysis.estimable import NotEstimable as NoOdds
from analysis.logistic import logistic
from analysis.not_estimable import NotEstimable
from analysis.samples import Floats
from analysis.spline import Spline, spline
from forms.text import _l

PCR, R0, SEVERE, DFS = "PCR", "R0", "SEVERE", "DFS"
OUTCOMES: Mapping[str, str] = {
    PCR: _l("Pathological complete response (ypT0 ypN0)"),
    R0: _l("R0 resection"),
    SEVERE: _l("Clavien-Dindo III or higher within 90 days"),
    DFS: _l("Disease-free survival from the operation"),
}
FEWEST = 10
"""Events, and people without one, that an outcome needs before a curve is drawn through it."""
WEEKS = (4.0, 6.0, 8.0, 10.0, 12.0, 16.0, 20.0, 24.0)
"""Weeks written in the table, as far as operations reach."""


@dataclass(frozen=True)
class Operated:
    """One primary resection. `outcomes`: PCR, R0, SEVERE; None where not known. `days` and `event`: DFS from the operation."""

    participant: str
    weeks: float
    outcomes: Mapping[str, bool | None]
    days: int
    event: int
    covariates: Mapping[str, float | None]


@dataclass(frozen=True)
class Bent:
    """An outcome over the weeks. `ratios`: at `weeks` against `reference`; `curve`: the same on a fine grid. `why` where there is none.

    `bends`: Wald test that it is a straight line. `knots` in weeks.
    """

    id: str
    n: int
    events: int
    reference: float | None = None
    ratios: tuple[Coefficient, ...] = ()
    curve: tuple[Coefficient, ...] = ()
    bends: Chi2 | None = None
    knots: tuple[float, ...] = ()
    why: str = ""


def timed(people: Sequence[Operated], names: Iterable[str]) -> tuple[Bent, ...]:
    """Each outcome, adjusted for the covariates named; those whose outcome is unknown are left out of it."""
    asked = tuple(names)
    made = [_odds(code, [p for p in people if p.outcomes[code] is not None], asked) for code in (PCR, R0, SEVERE)]
    return (*made, _hazard(people, asked))


def _few(code: str, n: int, events: int) -> Bent | None:
    return Bent(code, n, events, why=TOO_FEW) if min(events, n - events) < FEWEST else None


def _odds(code: str, people: Sequence[Operated], names: tuple[str, ...]) -> Bent:
    y = np.array([float(p.outcomes[code] is True) for p in people])
    n, events = len(people), int(y.sum())
    if few := _few(code, n, events):
        return few
    weeks = np.array([p.weeks for p in people])
    try:
        line = spline("weeks", weeks)
        basis = line.basis(weeks)
        fit = logistic(np.column_stack([design(people, names)[0], _centred(basis)]), y)
    except NoOdds as problem:
        return Bent(code, n, events, why=problem.reason)
    except NotEstimable as problem:
        return Bent(code, n, events, why=problem.problem)
    last = slice(fit.beta.size - len(line.terms), None)
    beta, covariance = fit.beta[last], fit.covariance[last, last]
    return _bent(code, n, events, line, beta, covariance, weeks)


def _centred(basis: Floats) -> Floats:
    """About their means: a shift moves the intercept alone, and keeps the columns apart from it."""
    return np.asarray(basis - basis.mean(axis=0))


def _hazard(people: Sequence[Operated], names: tuple[str, ...]) -> Bent:
    import pandas as pd

    n, events = len(people), sum(p.event for p in people)
    if few := _few(DFS, n, events):
        return few
    weeks = np.array([p.weeks for p in people])
    others = design(people, names)[0][:, 1:]
    frame = pd.DataFrame(others, columns=[f"c{i}" for i in range(others.shape[1])]).assign(
        participant=[p.participant for p in people],
        days=[p.days for p in people],
        event=[p.event for p in people],
        weeks=weeks,
    )
    try:
        line = spline("weeks", weeks)
        asked = [*line.terms, *(c for c in frame.columns if c[0] == "c")]
        fit = cox(line.added(frame), days="days", event="event", covariates=asked, identity="participant")
    except NotEstimable as problem:
        return Bent(DFS, n, events, why=problem.problem)
    k = len(line.terms)
    beta = np.array([c.log_hr for c in fit.coefficients[:k]])
    return _bent(DFS, n, events, line, beta, np.array(fit.covariance)[:k, :k], weeks)


def _bent(code: str, n: int, events: int, line: Spline, beta: Floats, covariance: Floats, weeks: Floats) -> Bent:
    """Ratios along the spline, from the 2.5th to the 97.5th percentile of the weeks: beyond them nobody stands behind the curve."""
    reference = float(np.median(weeks))
    low, high = (float(q) for q in np.quantile(weeks, (0.025, 0.975)))
    written = [w for w in WEEKS if low <= w <= high]
    grid = np.linspace(low, high, 60).tolist()
    bends = wald(line.terms, beta, covariance, line.terms[1:])
    return Bent(
        code, n, events, reference, line.along(beta, covariance, written, reference), line.along(beta, covariance, grid, reference),
        bends, line.knots,
    )  # fmt: skip
