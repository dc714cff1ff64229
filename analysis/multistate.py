"""A course through states (watched, regrowth, salvaged, metastasis, dead): the chance to be in each, at every time.

Aalen-Johansen: P(s, t) is the product over event times in (s, t] of I + dA, dA_hj = moves from h to j over who was in h just before;
moves at one time share their risk sets. Source: Andersen, Borgan, Gill & Keiding 1993, section IV.4 (equation 4.4.17 and the
Greenwood-type covariance 4.4.19). States are read as they are: a state may be left again, and nobody is assumed to end in one.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

import numpy as np

from analysis.not_estimable import NotEstimable
from analysis.running import diagonal_after_each, row_after_each
from analysis.samples import Floats, Ints, NotTimeToEvent, critical
from analysis.spells import apart
from analysis.steps import Estimate, position
from forms.text import _l

DEFINITION = _l(
    "State occupancy by Aalen-Johansen; variance of the Greenwood type (Andersen et al. 1993); limits on the log(-log) scale."
)


@dataclass(frozen=True)
class Move:
    """Somebody was in state `left` from `start` to `stop` days and then entered `entered`; None: was seen no longer."""

    participant: str
    start: float
    stop: float
    left: Hashable
    entered: Hashable | None


@dataclass(frozen=True)
class Occupancy:
    """Chance to be in each of `states` after each of `times`, for who began in `begin` at day `since`.

    `probability` and `variance` have a row a time and a column a state; `moves[i][j]` counts moves from state i to j after `since`.
    """

    states: tuple[Hashable, ...]
    begin: Hashable
    since: float
    n: int
    level: float
    moves: tuple[tuple[int, ...], ...]
    times: tuple[float, ...]
    probability: Floats = field(repr=False, compare=False)
    variance: Floats = field(repr=False, compare=False)
    last: float

    def at(self, t: float, state: Hashable) -> Estimate:
        """The chance at t days with limits; unknown before `since` and after the last day anybody was seen."""
        if not self.since <= t <= self.last:
            return Estimate(None)
        row, column = position(self.times, t), self.states.index(state)
        if row < 0:
            certain = float(state == self.begin)
            return Estimate(certain, certain, certain)
        return _limits(float(self.probability[row, column]), float(self.variance[row, column]), critical(self.level))


def occupancy(
    moves: Sequence[Move],
    states: Sequence[Hashable],
    begin: Hashable,
    *,
    since: float = 0.0,
    level: float = 0.95,
) -> Occupancy:
    """The chance to be in each state, for who was in `begin` at day `since`.

    Parameters
    ----------
    moves : sequence of Move
        Stays, each with the state left and the state entered.
    states : sequence
        Every state there is, in the order of the answer.
    begin : hashable
        Where the course begins.
    since : float
        The day from which it is looked at.
    level : float
        Coverage of the confidence limits.

    Returns
    -------
    Occupancy
        Read off by `at(days, state)`.

    Raises
    ------
    NotTimeToEvent, Repeated
        A course jumps, names an unknown state, or two stays overlap.
    NotEstimable
        Nobody was in `begin` at `since`.

    References
    ----------
    Andersen, Borgan, Gill & Keiding 1993, section IV.4.
    """
    start, stop, left, entered = _columns(moves, states)
    here = list(states).index(begin)
    n = int(((start <= since) & (stop > since) & (left == here)).sum())
    if not n:
        raise NotEstimable(f"nobody was in {begin} at {since:g} days")
    after = (entered >= 0) & (stop > since)
    times, where = np.unique(stop[after], return_inverse=True)
    k = len(states)
    moved = np.zeros((times.size, k, k))
    np.add.at(moved, (where, left[after], entered[after]), 1)
    at_risk = np.column_stack([_in_state(start[left == h], stop[left == h], times) for h in range(k)])
    probability, variance = _product(moved, at_risk, here)
    return Occupancy(
        tuple(states),
        begin,
        since,
        n,
        level,
        tuple(tuple(row) for row in moved.sum(axis=0).astype(int).tolist()),
        tuple(times.tolist()),
        probability,
        variance,
        float(stop.max()),
    )


def _in_state(start: Floats, stop: Floats, times: Floats) -> Ints:
    """How many were there just before each time: start < time <= stop."""
    return np.searchsorted(np.sort(start), times) - np.searchsorted(np.sort(stop), times)


def _product(moved: Floats, at_risk: Ints, begin: int) -> tuple[Floats, Floats]:
    k = at_risk.shape[1]
    each = np.maximum(at_risk, 1)[:, :, None]
    share = moved / each
    one = np.eye(k)
    # Of one state, the multinomial covariance of where its people went, those who stayed among them.
    whole = share + (one - share.sum(axis=2)[:, :, None] * one)
    probability = row_after_each(one[begin], whole)
    before = np.concatenate((one[begin][None], probability))[: len(whole)]
    weighted = whole * (before**2 / each[:, :, 0])[:, :, None]
    spread = weighted.sum(axis=1)[:, :, None] * one - weighted.transpose(0, 2, 1) @ whole
    return probability, np.maximum(diagonal_after_each(whole, spread), 0.0)


def _columns(moves: Sequence[Move], states: Sequence[Hashable]) -> tuple[Floats, Floats, Ints, Ints]:
    place = {state: i for i, state in enumerate(states)}
    if len(place) < len(states):
        raise ValueError("a state is named twice")
    named = {m.left for m in moves} | {m.entered for m in moves} - {None}
    if unknown := sorted(str(state) for state in named - place.keys()):
        raise NotTimeToEvent(f"no such state: {', '.join(unknown)}")
    start = np.array([m.start for m in moves], dtype=float)
    stop = np.array([m.stop for m in moves], dtype=float)
    if not (np.isfinite(start).all() and np.isfinite(stop).all()):
        raise NotTimeToEvent("a time is unknown")
    if (start < 0).any() or (stop <= start).any():
        raise NotTimeToEvent("a stay is negative or of no length")
    people = [m.participant for m in moves]
    apart(people, start, stop)
    left = np.array([place[m.left] for m in moves], dtype=np.int64)
    entered = np.array([-1 if m.entered is None else place[m.entered] for m in moves], dtype=np.int64)
    _joined(people, start, stop, left, entered)
    return start, stop, left, entered


def _joined(people: Sequence[str], start: Floats, stop: Floats, left: Ints, entered: Ints) -> None:
    """Raises NotTimeToEvent where somebody's next stay does not begin where and when the one before it ended."""
    code = {who: i for i, who in enumerate(dict.fromkeys(people))}
    who = np.array([code[each] for each in people], dtype=np.int64)
    order = np.lexsort((start, who))
    one, following = order[:-1], order[1:]
    jumps = (who[one] == who[following]) & ((stop[one] != start[following]) | (entered[one] != left[following]))
    if jumps.any():
        name, day = min((people[i], stop[i]) for i in one[jumps])
        raise NotTimeToEvent(f"the course of {name} jumps at {day:g} days")


def _limits(value: float, variance: float, z: float) -> Estimate:
    if not 1e-12 < value < 1 - 1e-12:
        return Estimate(value)
    logs = float(np.log(value))
    stretch = float(np.exp(z * np.sqrt(variance) / (value * logs)))
    return Estimate(value, float(np.exp(logs / stretch)), float(np.exp(logs * stretch)))
