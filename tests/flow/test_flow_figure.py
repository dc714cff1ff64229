"""The flow as drawn: every number stands in it as text, nothing lies on anything else, it fits a page."""

from __future__ import annotations

import re
from html import unescape
from itertools import combinations, pairwise

import pytest

from analysis.closed_flow import flow_by_arm
from analysis.closed_flow_outputs import OUTPUTS as CLOSED
from analysis.flow import flow
from analysis.flow_boxes import Flow
from analysis.flow_layout import WIDTH, Placed, arranged
from analysis.flow_outputs import OUTPUTS as OPEN
from analysis.flow_rows import FlowRow
from forms.dates import PartialDate
from tests.analysis.courses import course, day
from tests.flow.people import decided, logged, person, taken

A4_RATIO = 247 / 170
"""Height to width of what a page holds beside its heading."""


def width(text: str, bold: bool) -> float:
    """A plain measure: 4 points a letter."""
    return 4.2 * len(text) * (1.1 if bold else 1.0)


def people() -> list[FlowRow]:
    """Somebody at every end."""
    reasons = ["IN1", "IN2", "IN3", "IN4", "IN5", "EX1", "EX2"]
    failed = [FlowRow(course(), failed=True, criteria=(reason,)) for reason in reasons]
    ended = [("LOST", None), ("WITHDRAWN", None), ("INVESTIGATOR", None), (None, PartialDate(2027))]
    branches = [
        FlowRow(course(cohort=c, arm=arm, candidate=c != "STANDARD", randomised_on=day(0) if c == "RANDOMISED" else None,
                       ended_on=reason and day(90), end_reason=reason, died_on=died), began=began, began_why=why)
        for c, arm in (("RANDOMISED", "WW"), ("RANDOMISED", "TME"), ("PREFERENCE", "WW"), ("PREFERENCE", "TME"), ("STANDARD", None))
        for reason, died in ended
        for began, why in ((arm or "TME", None), ("OTHER", "REFUSED"), ("OTHER", "PHYSICIAN"), (None, None))
    ]  # fmt: skip
    early = dict.fromkeys(("decision_on", "randomised_on", "restaged_on", "cohort", "arm"), None)
    gone = [FlowRow(course(**(early | {"ended_on": day(-50), "end_reason": "LOST"} | more)))
            for more in ({}, {"therapy_start_on": None}, {"restaged_on": day(-30)})]  # fmt: skip
    return [*failed, *branches, *gone]


LOG = logged(NOTELIG=40, CLINICIAN=12, CAPACITY=9, MISSED=2, DECLINED=20, WANTSTME=6, DISTANCE=5)
FLOWS = [flow(people(), LOG), flow_by_arm(people(), LOG), flow([]), flow_by_arm([]), flow(people())]


def overlapping(one: Placed, other: Placed) -> bool:
    return (
        one.x < other.x + other.width and other.x < one.x + one.width and one.y < other.bottom and other.y < one.bottom
    )


@pytest.mark.parametrize("found", FLOWS)
def test_no_box_lies_on_another_and_none_leaves_the_page(found: Flow):
    layout = arranged(found, width)
    assert not [(a.box.id, b.box.id) for a, b in combinations(layout.boxes, 2) if overlapping(a, b)]
    assert all(p.x >= 0 and p.x + p.width <= WIDTH + 1e-9 and p.bottom <= layout.height for p in layout.boxes)


@pytest.mark.parametrize("found", FLOWS)
def test_every_box_but_an_exit_nobody_took_is_drawn_once_and_reached_by_one_arrow(found: Flow):
    layout = arranged(found, width)
    assert sorted(p.box.id for p in layout.boxes) == sorted(b.id for b in found.boxes if not b.exit or b.n != 0)
    heads = [corners[-1] for corners in layout.arrows]
    for placed in layout.boxes:
        reached = [h for h in heads if placed.x <= h[0] <= placed.x + placed.width and placed.y <= h[1] < placed.bottom]
        assert len(reached) == (len(placed.box.sums) or placed.box.of is not None), placed.box.id


@pytest.mark.parametrize("found", FLOWS)
def test_no_arrow_crosses_a_box(found: Flow):
    layout = arranged(found, width)
    for corners in layout.arrows:
        for (x, y), (to_x, to_y) in pairwise(corners):
            for placed in layout.boxes:
                inside_x = max(min(x, to_x), placed.x) < min(max(x, to_x), placed.x + placed.width) or (
                    x == to_x and placed.x < x < placed.x + placed.width)  # fmt: skip
                inside_y = max(min(y, to_y), placed.y) < min(max(y, to_y), placed.bottom) or (
                    y == to_y and placed.y < y < placed.bottom)  # fmt: skip
                starts_within = placed.y <= y <= placed.bottom and placed.x <= x <= placed.x + placed.width
                assert not (inside_x and inside_y) or starts_within, (placed.box.id, corners)


def test_no_line_of_a_box_is_wider_than_the_box():
    for placed in arranged(FLOWS[1], width).boxes:
        assert all(width(line.text, line.bold) <= placed.width for line in placed.lines), placed.box.id


def test_a_sentence_without_blanks_is_broken_where_the_box_ends():
    layout = arranged(FLOWS[1], width, lambda text: "随机分配观察等待策略的参与者人数" * 3)
    for placed in layout.boxes:
        assert all(width(line.text, line.bold) <= placed.width for line in placed.lines)


@pytest.mark.parametrize(("outputs", "identity"), [(OPEN, "flow"), (CLOSED, "flow-arm")])
def test_the_figure_is_text_fits_a_page_and_is_the_same_each_time(outputs, identity):
    rows = [
        person(i, *decided(STRATEGY="CAND", **({} if arm else {"PREFARM": "SURGERY"})), arm=arm)
        for i, arm in enumerate(("WW", "TME", None), start=1)
    ]
    (output,) = [each for each in outputs if each.id == identity]
    made = output.make(taken(*rows, log=LOG), str)
    (figure,), (table,) = made.figures, made.tables
    words = [unescape(t.decode()).replace("\u00a0", " ") for t in re.findall(rb"<text[^>]*>([^<]*)</text>", figure.svg)]
    assert "Consented (n = 3)" in words and any(w.startswith("Randomised (n = 2)") for w in words)
    assert figure.height / figure.width < A4_RATIO
    assert output.number == "14.1.1" and output.title == figure.title == table.title
    assert ("Randomised", "2", "66.7 %") in table.rows and "Randomised: 2" in figure.alt
    assert output.make(taken(*rows, log=LOG), str).figures[0] == figure
    assert ("Allocated to surgery (TME)" in figure.alt) is (identity == "flow-arm")
