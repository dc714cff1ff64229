"""Trials for the interim analysis: randomised pairs with so many events in each arm, and what their comparison would be."""

import dataclasses

import numpy as np

from analysis.closed import ByArm, Comparison
from analysis.effects import coefficient
from analysis.survival import kaplan_meier
from trial.protocol import PROTOCOL

DESIGN = PROTOCOL.design


def by_arm(ww: int, tme: int, *, log_hr: float | None = 0.0) -> ByArm:
    """So many events in each arm; the hazard ratio is given, its standard error that of the events. None: no comparison yet."""
    curves = tuple(
        (arm, kaplan_meier(np.arange(1, 221), (np.arange(220) < n).astype(int)))
        for arm, n in (("WW", ww), ("TME", tme))
    )
    return ByArm("NR-DFS", curves, comparison(ww + tme, log_hr))


def comparison(events: int, log_hr: float | None) -> Comparison:
    """As from a Cox model: SE 2/sqrt(events)."""
    if log_hr is None or not events:
        return Comparison((), None, None, DESIGN.margin_hazard_ratio, None)
    hazard = coefficient("ww", log_hr, 2 / np.sqrt(events), 0.95)
    z = (np.log(DESIGN.margin_hazard_ratio) - log_hr) / hazard.se
    plain = dataclasses.replace(hazard, se=float(hazard.se))
    return Comparison((), plain, None, DESIGN.margin_hazard_ratio, float(z))
