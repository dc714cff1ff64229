"""Follow-up visits as they take place: mostly in their window, sometimes late, by telephone, or not at all."""

from dataclasses import dataclass

from forms.dates import DAYS_PER_MONTH
from trial.simulate.chance import Dice

MONTH = DAYS_PER_MONTH
FOLLOW_UP = tuple(
    (f"FU{m:02d}", round(m * MONTH), 14 if m <= 24 else 28) for m in (*range(3, 25, 3), *range(30, 61, 6))
)
"""Code, days after the decision, and half the window in days (PROTOCOL 3)."""
NEAR = (("NC07", 49, 7), ("NC20", 140, 7))
MODES = {"VISIT": 0.955, "PHONE": 0.02, "REGISTRY": 0.005, "MISSED": 0.02}
LATE, LATE_BY = 0.025, (1, 6)
"""How often a visit is late, and by how many days after its window."""


@dataclass(frozen=True)
class Visit:
    """`mode` is VISIT, PHONE, REGISTRY, or MISSED where nothing took place; `day` is an offset from consent."""

    event: str
    day: int
    mode: str


def draw_visits(dice: Dice, decision: int, *, near: bool) -> tuple[Visit, ...]:
    """Every visit of five years in order of the schedule; `near` adds those of a near-complete response under watch and wait."""
    planned = sorted(FOLLOW_UP + (NEAR if near else ()), key=lambda visit: visit[1])
    return tuple(_visit(dice, event, decision + after, half) for event, after, half in planned)


def _visit(dice: Dice, event: str, nominal: int, half: int) -> Visit:
    late = dice.chance(LATE)
    day = nominal + (half + dice.whole(*LATE_BY) if late else round(dice.normal(-1, half / 3, -half, half)))
    mode = dice.pick(MODES)
    return Visit(event, day, mode)


def seen_at(visits: tuple[Visit, ...], visible: int) -> int | None:
    """The day of the first visit in person at which something visible since `visible` is seen; None after the last."""
    return next((visit.day for visit in visits if visit.mode == "VISIT" and visit.day >= visible), None)
