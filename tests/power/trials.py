"""Virtual trials that several chapters look at: drawn once, and one made by hand."""

from functools import cache

import numpy as np

from analysis.power.law import METASTASIS
from analysis.power.people import OPERATE, WATCH, People
from analysis.power.run import simulate
from analysis.power.scenario import SCENARIOS
from analysis.power.virtual import Lives, Trial, generator, virtual_trial
from analysis.power.watching import FAR, Visits

ALTERNATIVE, NULL = SCENARIOS["alternative"], SCENARIOS["null"]
SEED = 5


@cache
def trial(number=0, name="alternative"):
    return virtual_trial(generator(SEED, number), SCENARIOS[name])


@cache
def rows(name, count=200):
    return simulate(SCENARIOS[name], count, SEED)


def by_hand(*people, scenario=ALTERNATIVE, visits=(90, 180, 270, 365, 730, 1100)):
    """One row a candidate as a dict; days after the origin but `entry`, FAR where nothing happens."""
    usual = {
        "entry": 0, "arm": WATCH, "failed": FAR, "kind": METASTASIS, "suspected": FAR, "salvaged": FAR, "cleared": True, "changed": FAR,
        "died": FAR, "lost": FAR, "near": False,
    }  # fmt: skip
    table = [usual | each for each in people]
    column = {name: np.array([each[name] for each in table]) for name in usual}
    randomised = column["arm"] >= 0
    watch = np.where(randomised, column["arm"] == WATCH, [each.get("watch", True) for each in table])
    no = np.zeros(len(table), dtype=bool)
    who = People(len(table), column["entry"], randomised, column["arm"], watch, column["near"], no, no)
    of = Lives(
        *(column[name] for name in ("failed", "kind", "suspected", "salvaged", "cleared", "changed", "died", "lost")),
        Visits(np.tile(np.array(visits), (len(table), 1))),
    )
    return Trial(scenario, who, of)


__all__ = ["ALTERNATIVE", "FAR", "NULL", "OPERATE", "SEED", "WATCH", "by_hand", "rows", "trial"]
