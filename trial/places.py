"""Where a form can stand: an event of the schedule, its number where the event repeats, and which instance.

What is entered at an address the protocol does not have would be in no visit, no work list and no order of the course.
"""

from __future__ import annotations

import re

from forms.catalogue import current, definitions
from trial import soa

REPEATING = frozenset({"NAT", "SUR", "PO30", "PO90", "UNS", "RGW", "SLV"})
"""Events that can happen again and carry a number: SUR-2 (PROTOCOL 3)."""
MOST = 999
_EVENT = re.compile(r"[A-Z0-9]{2,4}(-[1-9][0-9]{0,2})?")


def is_event(event: str) -> bool:
    """Whether the schedule has the event: SCR, FU06, NAT-3. A number belongs to events that repeat, and only to them."""
    if not _EVENT.fullmatch(event) or soa.series(event) not in soa.events():
        return False
    return ("-" in event) == (soa.series(event) in REPEATING)


def is_place(form: str, event: str, occurrence: int) -> bool:
    """Whether the form is scheduled at the event for anybody, and has that instance: only forms that repeat have a second."""
    if not is_event(event) or all(name != form for name, _ in definitions()) or not soa.cell(form, event):
        return False
    return 1 <= occurrence <= (MOST if current(form).repeats else 1)
