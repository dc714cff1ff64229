"""Time to the first adverse event of a sort, with death and the end of observation by choice as competing events.

Aalen-Johansen: whoever died or left can have no first event any more, and one less Kaplan-Meier would count them as if they still could
(SAVVY: Stegherr et al. 2021). Loss to follow-up, completion and the cut are censoring. Origin: day 0 is the origin of the timeline.
"""

from __future__ import annotations

from dataclasses import dataclass

from analysis.incidence import Incidence, aalen_johansen
from analysis.safety.events import Observed, Rule, Selection
from analysis.safety.exposure import first_day
from analysis.safety.people import DEATH, LEFT
from forms.text import _l

EVENT, DIED, LEFT_STUDY = 1, 2, 3
_COMPETING = {DEATH: DIED, LEFT: LEFT_STUDY}
DATED = _l("An event that lacks its day counts on the earliest day it can have begun, not before the origin.")


@dataclass(frozen=True)
class FirstEvent:
    """Incidence of the first event, of death and of leaving before it. `unknown`: without one for certain, but perhaps with one."""

    event: Incidence
    died: Incidence
    left: Incidence
    unknown: int
    imputed: int


def first_event(selection: Selection, rule: Rule) -> FirstEvent:
    """Over all members of a selection that has every period at risk."""
    days, status, unknown, imputed = [], [], 0, 0
    for member, found, perhaps in selection.judged(rule):
        first = first_day(member, found, selection.wanted)
        stop = first or member.timeline.spans[-1].to
        days.append((stop - member.timeline.spans[0].since).days)
        status.append(EVENT if first else _status(member))
        unknown += first is None and perhaps
        imputed += any(e.first != e.last for e in found)
    event, died, left = (aalen_johansen(days, status, cause) for cause in (EVENT, DIED, LEFT_STUDY))
    return FirstEvent(event, died, left, unknown, imputed)


def _status(member: Observed) -> int:
    return _COMPETING.get(member.person.end, 0)
