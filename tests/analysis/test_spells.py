"""Rows cut where a covariate changes: at the day, and never counting the past twice."""

import numpy as np
import pandas as pd
import pytest

from analysis.samples import NotTimeToEvent, Repeated
from analysis.spells import apart, split_at_change


def split(days, event, change):
    frame = pd.DataFrame({"id": ["p"], "days": [days], "event": [event], "change": [change]})
    found = split_at_change(frame, identity="id", days="days", event="event", change="change", name="on")
    return list(found[["start", "days", "event", "on"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("change", "spells"),
    [
        (None, [(0, 10, 1, 0)]),
        (4, [(0, 4, 0, 0), (4, 10, 1, 1)]),
        (0, [(0, 10, 1, 1)]),
        (9, [(0, 9, 0, 0), (9, 10, 1, 1)]),
        (10, [(0, 10, 1, 0)]),  # a change on the last day comes too late to matter
        (12, [(0, 10, 1, 0)]),
    ],
)
def test_a_row_is_cut_where_the_covariate_changes(change, spells):
    assert split(10, 1, change) == spells


def test_time_and_events_are_neither_lost_nor_doubled():
    draw = np.random.default_rng(1)
    frame = pd.DataFrame({"id": range(50), "days": draw.integers(1, 30, 50), "event": draw.integers(0, 2, 50)})
    frame["change"] = np.where(draw.random(50) < 0.3, np.nan, draw.integers(0, 40, 50))
    found = split_at_change(frame, identity="id", days="days", event="event", change="change", name="on")
    assert (found["days"] - found["start"]).sum() == frame["days"].sum() and found["event"].sum() == frame[
        "event"
    ].sum()
    apart(found["id"].tolist(), found["start"].to_numpy(), found["days"].to_numpy(dtype=float))


def test_a_change_before_the_origin_and_a_second_row_are_refused():
    with pytest.raises(NotTimeToEvent, match="before the origin"):
        split(10, 1, -1)
    frame = pd.DataFrame({"id": ["p", "p"], "days": 3, "event": 0, "change": 1})
    with pytest.raises(Repeated):
        split_at_change(frame, identity="id", days="days", event="event", change="change", name="on")


def test_spells_may_touch_and_may_not_overlap():
    apart(["a", "a", "b"], np.array([0.0, 4, 0]), np.array([4.0, 9, 9]))
    with pytest.raises(Repeated) as refused:
        apart(["a", "a", "b"], np.array([0.0, 3, 0]), np.array([4.0, 9, 9]))
    assert refused.value.participants == ("a",)
