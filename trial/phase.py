"""Where a participant is now, in one word: for lists, the strip on the participant's page, and counts."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from forms.text import _l
from trial.course import TME, Course


class Phase(StrEnum):
    """The stations of a course. WATCHING and SURGERY follow what was begun, else what was allocated or chosen."""

    SCREENING = "screening"
    SCREEN_FAILURE = "screen_failure"
    ELIGIBLE = "eligible"
    THERAPY = "therapy"
    RESTAGED = "restaged"
    DECIDED = "decided"
    WATCHING = "watching"
    SURGERY = "surgery"
    OPERATED = "operated"
    REGROWTH = "regrowth"
    OFF_STUDY = "off_study"
    DEAD = "dead"


PHASE_WORDS: Mapping[Phase, str] = {
    Phase.SCREENING: _l("in screening"),
    Phase.SCREEN_FAILURE: _l("screening failure"),
    Phase.ELIGIBLE: _l("eligible"),
    Phase.THERAPY: _l("on therapy"),
    Phase.RESTAGED: _l("restaged"),
    Phase.DECIDED: _l("decided"),
    Phase.WATCHING: _l("under watch-and-wait"),
    Phase.SURGERY: _l("operation planned"),
    Phase.OPERATED: _l("operated"),
    Phase.REGROWTH: _l("regrowth"),
    Phase.OFF_STUDY: _l("off study"),
    Phase.DEAD: _l("dead"),
}
"""As a person reads them. OPERATED, WATCHING, SURGERY and REGROWTH tell the arm: never shown to a blinded role."""

ARM_REVEALING = frozenset({Phase.WATCHING, Phase.SURGERY, Phase.OPERATED, Phase.REGROWTH})


def phase(c: Course) -> Phase:
    """The latest station; death and the end of the study outrank all others."""
    if c.died_on is not None:
        return Phase.DEAD
    if c.screen_failed:
        return Phase.SCREEN_FAILURE
    if c.ended_on is not None:
        return Phase.OFF_STUDY
    if c.decided_on is not None or c.tme_on is not None:
        return _after_decision(c)
    if c.restaged_on is not None:
        return Phase.RESTAGED
    if c.therapy_started_on is not None:
        return Phase.THERAPY
    return Phase.ELIGIBLE if c.eligible else Phase.SCREENING


def _after_decision(c: Course) -> Phase:
    if c.tme_on is not None:
        return Phase.OPERATED
    if any(r.outcome == "CONFIRMED" for r in c.regrowths):
        return Phase.REGROWTH
    if c.watching:
        return Phase.WATCHING
    return Phase.DECIDED if c.arm is None and c.management != TME else Phase.SURGERY


def blinded_phase(c: Course) -> Phase:
    """The same for a blinded role: after the decision it says no more than that it was made."""
    found = phase(c)
    return Phase.DECIDED if found in ARM_REVEALING else found
