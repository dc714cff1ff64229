"""The course as a line: nothing outside the drawing, labels in one lane never overlap."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import given
from hypothesis import strategies as st

from trial.course import Course, Operation
from trial.web.timeline import LETTER, WIDTH, timeline

TODAY = date(2026, 3, 10)
days = st.one_of(st.none(), st.dates(date(2020, 1, 1), TODAY))


@pytest.fixture(autouse=True, scope="module")
def speaking():
    app = Flask("test")
    Babel(app)
    with app.test_request_context():
        yield


def test_nothing_dated_is_no_line():
    assert timeline(Course(), TODAY) is None


def test_therapy_is_a_stretch_and_an_operation_a_point():
    drawn = timeline(Course(consented_on=date(2025, 1, 1), therapy_started_on=date(2025, 1, 10), last_dose_on=date(2025, 3, 1),
                            operations=(Operation(1, date(2025, 6, 1), "LAR", None, "SUR-1", "SUR/SUR-1/1", False),)), TODAY)  # fmt: skip
    kinds = {mark.kind: mark.width for mark in drawn.marks}
    assert kinds["therapy"] > 0
    assert kinds["operation"] == 0


@given(days, days, days, days, days)
def test_every_mark_lies_inside_and_labels_of_a_lane_do_not_overlap(consent, eligible, restaged, decided, ended):
    drawn = timeline(
        Course(
            consented_on=consent,
            eligible=True,
            eligible_on=eligible,
            restaged_on=restaged,
            decided_on=decided,
            ended_on=ended,
        ),
        TODAY,
    )
    for lane in range(drawn.lanes if drawn else 0):
        spans = sorted((m.x - len(m.words) * LETTER, m.x) if m.anchor == "end" else (m.x, m.x + len(m.words) * LETTER)
                       for m in drawn.marks if m.lane == lane)  # fmt: skip
        if len(drawn.marks) <= 4:
            assert all(a[1] <= b[0] for a, b in pairwise(spans))
    if drawn:
        assert all(0 <= m.x and m.x + m.width <= WIDTH for m in drawn.marks)
        assert all(0 <= x <= WIDTH for x, _words in drawn.ticks)
        assert 0 <= drawn.today <= WIDTH


@given(st.integers(1, 4000))
def test_ticks_stay_readable_however_long_the_course(length):
    drawn = timeline(Course(consented_on=TODAY - timedelta(days=length)), TODAY)
    assert len(drawn.ticks) <= 13
