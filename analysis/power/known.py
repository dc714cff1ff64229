"""What a virtual trial knows on a day: one row a participant, times in days, as the estimators take them (PROTOCOL 7).

An interim analysis must not see what happens after its cut, so every look derives its rows anew from the lives.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.endpoints import CENSORED, COMPETING, EVENT
from analysis.power.law import METASTASIS
from analysis.power.people import WATCH
from analysis.power.virtual import Trial
from analysis.power.watching import FAR
from analysis.samples import Ints


@dataclass(frozen=True)
class Rows:
    """Columns of one endpoint; `watched` 1 for watch and wait, 0 for TME."""

    days: Ints
    status: Ints
    watched: Ints
    stratum: Ints

    def of(self, watched: int) -> tuple[Ints, Ints]:
        """Times and statuses of one arm."""
        own = self.watched == watched
        return self.days[own], self.status[own]


def failures(trial: Trial, cut: int) -> Rows:
    """Non-regrowth disease-free survival of the randomised, censored at the cut or where follow-up ended."""
    who, lives = _randomised(trial, cut), trial.lives
    return _rows(trial, who, _followed(trial, cut), lives.failed, np.full(lives.failed.size, FAR))


def survival(trial: Trial, cut: int) -> Rows:
    """Overall survival of the randomised."""
    who, lives = _randomised(trial, cut), trial.lives
    return _rows(trial, who, _followed(trial, cut), lives.died, np.full(lives.died.size, FAR))


def metastases(trial: Trial, cut: int) -> Rows:
    """Distant metastasis as the first failure of the randomised; any other failure competes."""
    lives = trial.lives
    own = lives.kind == METASTASIS
    event, other = np.where(own, lives.failed, FAR), np.where(own, FAR, lives.failed)
    return _rows(trial, _randomised(trial, cut), _followed(trial, cut), event, other)


def regrowths(trial: Trial, cut: int) -> Rows:
    """Local regrowth under watch and wait, by lot or by wish; death and an operation without a regrowth compete.

    Censored at the last visit in person: a regrowth is seen at visits, so nothing is known after the last one.
    """
    lives, who = trial.lives, trial.people.watch & (trial.people.entry < cut)
    followed = _followed(trial, cut)
    competing = np.minimum(lives.died, lives.changed)
    seen = np.where((lives.suspected <= followed) & (lives.suspected <= competing), lives.suspected, FAR)
    done = np.where((competing <= followed) & (seen == FAR), competing, FAR)
    until = lives.visits.last_by(followed)
    return _rows(trial, who, np.where((seen == FAR) & (done == FAR), until, followed), seen, done)


def salvages(trial: Trial, cut: int) -> tuple[int, int]:
    """Salvage operations for regrowth known at the cut: R0, and all."""
    lives = trial.lives
    reached = trial.people.watch & (trial.people.entry < cut) & (lives.salvaged <= _followed(trial, cut))
    operated = reached & (lives.salvaged <= lives.died) & (lives.suspected <= lives.died)
    return int((operated & lives.cleared).sum()), int(operated.sum())


def failure_days(trial: Trial) -> Ints:
    """Days from the opening on which failures of the randomised come to be known, ascending."""
    people, lives = trial.people, trial.lives
    known = people.randomised & (lives.failed < FAR) & (lives.failed <= lives.lost)
    return np.sort((people.entry + lives.failed)[known])


def _randomised(trial: Trial, cut: int) -> np.ndarray:
    return trial.people.randomised & (trial.people.entry < cut)


def _followed(trial: Trial, cut: int) -> Ints:
    return np.minimum(cut - trial.people.entry, trial.lives.lost)


def _rows(trial: Trial, who: np.ndarray, followed: Ints, event: Ints, competing: Ints) -> Rows:
    first = np.minimum(event, competing)
    status = np.where(first > followed, CENSORED, np.where(event <= competing, EVENT, COMPETING))
    arm = np.where(trial.people.arm == WATCH, 1, 0)
    columns = (np.minimum(first, followed), status, arm, trial.people.stratum)
    return Rows(*(column[who] for column in columns))
