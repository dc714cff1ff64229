"""Earlier looks as the record gives them: information and z worked out anew from the locked cut at which each look was made.

Nobody types them. What stood at a cut comes with the extract (`Extract.before`), verified by the store; what is typed is a look that
was made outside this system, and says so wherever it is shown. By arm: never open.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from analysis.closed import ByArm
from analysis.closed_results import nrdfs_by_arm
from analysis.interim import Earlier, events_of
from analysis.results import cut_of
from trial.errors import CutNotEarlier
from trial.protocol import Design
from trial.store.extract import Extract


def earlier_looks(
    extract: Extract, found: ByArm, typed: Sequence[Earlier] | None, design: Design
) -> Sequence[Earlier] | None:
    """The looks before this extract, of which `found` is the comparison: those of its cuts, and those typed. None: nobody says.

    Raises CutNotEarlier for a cut that was not locked before, and for one after which no event has come.
    """
    if not extract.before:
        return typed
    made = [look_at(each, extract, design) for each in sorted(extract.before, key=_order)]
    shares = [*(look.fraction for look in made), events_of(found) / design.events]
    for look, (then, after) in zip(made, pairwise(shares), strict=True):
        if look.cut is not None and not 0 < then < after:
            raise CutNotEarlier(look.cut.name, CutNotEarlier.INFORMATION)
    return tuple(sorted((*made, *(typed or ())), key=lambda look: look.fraction))


def look_at(then: Extract, now: Extract, design: Design) -> Earlier:
    """The look that was made at a locked cut: its events over those planned, and its z. Raises CutNotEarlier."""
    cut = cut_of(then)
    if not _lies_before(then, now):
        raise CutNotEarlier(cut.name, CutNotEarlier.LATER)
    found, _notes = nrdfs_by_arm(then)
    return Earlier(events_of(found) / design.events, found.comparison.z, cut)


def _lies_before(then: Extract, now: Extract) -> bool:
    """Entered before and happened no later, or entered by the same entry and happened before."""
    return then.cut_on <= now.cut_on and (now.cut is None or _order(then) < _order(now))


def _order(extract: Extract) -> tuple[int, date]:
    return (extract.cut.position if extract.cut else -1), extract.cut_on
