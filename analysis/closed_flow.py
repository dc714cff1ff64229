"""The flow with its arms: what stands under "randomised" and under the preference cohort, for the closed outputs alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from analysis.closed import ArmUnknown
from analysis.course_row import PREFERENCE, RANDOMISED, STANDARD, TME, WW
from analysis.flow import DECIDED, Log, flow, stage, ways
from analysis.flow_boxes import Box, Flow
from analysis.flow_ends import branch
from analysis.flow_rows import FlowRow
from forms.text import _l
from trial.protocol import PROTOCOL, Protocol

ARM_WORDS = {
    (RANDOMISED, WW): ("WW", _l("Allocated to watch-and-wait (WW)")),
    (RANDOMISED, TME): ("TME", _l("Allocated to surgery (TME)")),
    (PREFERENCE, WW): ("WW-P", _l("Chose watch-and-wait (WW-P)")),
    (PREFERENCE, TME): ("TME-P", _l("Chose surgery (TME-P)")),
}


def flow_by_arm(rows: Iterable[FlowRow], log: Log | None = None, protocol: Protocol = PROTOCOL) -> Flow:
    """The pooled flow with a branch an arm. Raises ArmUnknown where somebody of the two cohorts has none."""
    people = [row for row in rows if stage(row)]
    pooled = flow(people, log, protocol)
    way = ways(people)
    unknown = sorted(
        r.course.participant for c in (RANDOMISED, PREFERENCE) for r in way[c] if r.course.arm not in (WW, TME)
    )
    if unknown:
        raise ArmUnknown(tuple(unknown))
    boxes: list[Box] = []
    for box in pooled.boxes:
        if box.id == STANDARD:
            boxes.append(branch(box.id, box.text, DECIDED, way[STANDARD]))
        elif not box.sums:
            boxes.append(box)
        boxes += [
            branch(code, text, cohort, [row for row in way[cohort] if row.course.arm == arm])
            for (cohort, arm), (code, text) in ARM_WORDS.items()
            if cohort == box.id
        ]
    return replace(pooled, boxes=tuple(boxes))
