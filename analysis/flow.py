"""The flow of participants after CONSORT 2025 (items 22a and 22b) with the preference branches of PROTOCOL 1, arms together.

Everybody goes down one path, so a box is the sum of the boxes and exits below it whatever the data are. Who reached a step
passed the steps before it, dated or not: a gap in the forms is no exit. One main reason a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analysis.course_row import PREFERENCE, RANDOMISED, STANDARD
from analysis.flow_boxes import Box, Flow, Part, Split, split
from analysis.flow_ends import WHY_GONE, branch, why_not_enrolled
from analysis.flow_rows import FlowRow
from forms.text import _l
from trial.protocol import PROTOCOL, Protocol
from trial.screening_log import REASONS, SMALL, guarded
from trial.screening_log import flow as before_consent

SEEN, CONSENTED, DECIDED, CANDIDATES, AWAITING, UNTOLD, FOLLOWED = (
    "SEEN", "CONSENTED", "DECIDED", "CANDIDATES", "AWAITING", "UNTOLD", "FOLLOWED",
)  # fmt: skip
STEPS: Mapping[str, str] = {
    CONSENTED: _l("Consented"),
    "ENROLLED": _l("Enrolled: eligibility signed"),
    "TREATED": _l("Began neoadjuvant therapy"),
    "RESTAGED": _l("Restaged"),
    DECIDED: _l("Decision recorded"),
}
"""The trunk, in order."""
EXITS: Mapping[str, str] = {
    CONSENTED: _l("Not enrolled"),
    "ENROLLED": _l("No neoadjuvant therapy"),
    "TREATED": _l("Not restaged"),
    "RESTAGED": _l("No decision"),
}
"""What leaves the trunk below each of its boxes but the last."""
COHORTS: Mapping[str, str] = {
    RANDOMISED: _l("Randomised"),
    PREFERENCE: _l("Declined randomisation: preference cohort"),
    STANDARD: _l("Not candidates: standard surgery cohort"),
}
Log = Iterable[Mapping[str, Any]]
"""Rows of the pre-consent log with `reason` and `n`."""


def flow(rows: Iterable[FlowRow], log: Log | None = None, protocol: Protocol = PROTOCOL) -> Flow:
    """Boxes with arms and choices pooled. `log` None: the pre-consent log is not at hand, the flow begins with consent."""
    people = [row for row in rows if stage(row)]
    boxes = [*_top(people, log), *_trunk(people, protocol, None if log is None else SEEN), *_decided(people)]
    gaps = sum(not all(_dated(row)[: stage(row)]) for row in people)
    return Flow(tuple(boxes), gaps, log is not None)


def _dated(row: FlowRow) -> tuple[bool, ...]:
    """Which steps of the trunk have their date."""
    c = row.course
    days = (c.consent_on, c.eligible_on, c.therapy_start_on, c.restaged_on, c.decision_on)
    return tuple(day is not None for day in days)


def stage(row: FlowRow) -> int:
    """How many steps of the trunk somebody passed, up to the last that is dated. Who failed screening passed the first alone.

    0: nothing has happened by the cut.
    """
    if row.failed:
        return 1
    if row.course.randomised_on is not None:
        return len(STEPS)
    return max((place for place, reached in enumerate(_dated(row), start=1) if reached), default=0)


def _top(people: Sequence[FlowRow], log: Log | None) -> list[Box]:
    """Who was seen, and who was not approached or declined; small counts are withheld as everywhere (`trial.screening_log`)."""
    if log is None:
        return []
    counts: Counter[str] = Counter()
    for line in log:
        counts[line["reason"]] += line["n"]
    found, total = before_consent(counts), guarded(counts).total
    seen = Box(SEEN, _l("Assessed for the trial"), None if total is None else total + len(people), None)
    halves = (
        ("NOT_APPROACHED", _l("Not approached"), found.not_approached),
        ("DECLINED", _l("Declined to take part"), found.declined),
    )
    # One half that is withheld could be told from the total and the other half: then neither is shown.
    if any(0 < sum(half.values()) < SMALL for _, _, half in halves):
        return [seen, Box("LOGGED", _l("Not approached, or declined"), total, SEEN, exit=True)]
    return [seen, *(_logged(code, text, half) for code, text, half in halves)]


def _logged(code: str, text: str, counts: Mapping[str, int]) -> Box:
    seen = guarded(counts)
    parts = tuple(Part(reason, REASONS[reason], n) for reason, n in seen.cells.items() if n != 0)
    return Box(code, text, seen.total, SEEN, exit=True, splits=(Split("reason", WHY_GONE.text, parts),))


def _trunk(people: Sequence[FlowRow], protocol: Protocol, above: str | None) -> list[Box]:
    boxes: list[Box] = []
    for place, (code, text) in enumerate(STEPS.items(), start=1):
        here = [row for row in people if stage(row) >= place]
        boxes.append(Box(code, text, len(here), above))
        if code in EXITS:
            gone = [row for row in here if stage(row) == place]
            why = split("reason", gone, why_not_enrolled(protocol) if code == CONSENTED else WHY_GONE)
            boxes.append(Box(f"NO_{code}", EXITS[code], len(gone), code, exit=True, splits=(why,)))
        above = code
    return boxes


def ways(people: Iterable[FlowRow]) -> dict[str, list[FlowRow]]:
    """Everybody with a decision by the branch they went into."""
    found: dict[str, list[FlowRow]] = {code: [] for code in (*COHORTS, AWAITING, UNTOLD)}
    for row in people:
        if stage(row) == len(STEPS):
            found[_way(row)].append(row)
    return found


def _way(row: FlowRow) -> str:
    c = row.course
    if c.cohort in (RANDOMISED, PREFERENCE):
        return str(c.cohort)
    return {True: AWAITING, False: STANDARD, None: UNTOLD}[c.candidate]


def _decided(people: Sequence[FlowRow]) -> list[Box]:
    """Candidates and not, the three cohorts, and how all of them stand.

    What became of people is told over all cohorts: each of them but the randomised is nearly an arm (PROTOCOL 1 and 10).
    """
    way = ways(people)
    candidates = sum(len(way[code]) for code in (RANDOMISED, PREFERENCE, AWAITING))
    followed = [row for code in COHORTS for row in way[code]]
    return [
        Box(UNTOLD, _l("Candidate or not: not recorded"), len(way[UNTOLD]), DECIDED, exit=True),
        Box(CANDIDATES, _l("Candidates for organ preservation"), candidates, DECIDED),
        Box(AWAITING, _l("Neither randomised nor a choice recorded"), len(way[AWAITING]), CANDIDATES, exit=True),
        Box(RANDOMISED, COHORTS[RANDOMISED], len(way[RANDOMISED]), CANDIDATES),
        Box(PREFERENCE, COHORTS[PREFERENCE], len(way[PREFERENCE]), CANDIDATES),
        Box(STANDARD, COHORTS[STANDARD], len(way[STANDARD]), DECIDED),
        branch(FOLLOWED, _l("Followed, cohorts and arms together"), None, followed, tuple(COHORTS)),
    ]
