"""Chapter: the order of events is the one every record's lines agree with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.redcap.event_order import order_of_events

CASES = [
    ([], ()),
    ([["a", "b"], ["a", "c", "b"]], ("a", "c", "b")),
    ([["b"], ["a", "b"]], ("a", "b")),
    ([["a", "c"], ["b", "d"]], ("a", "c", "b", "d")),
    ([["a", "a", "b", "a"]], ("a", "b")),
    # Records that contradict each other: as met.
    ([["a", "b"], ["b", "a"]], ("a", "b")),
    ([["b", "a"], ["a", "b"], ["c"]], ("b", "a", "c")),
]


@pytest.mark.parametrize(("records", "expected"), CASES)
def test_the_order_is_the_one_the_records_agree_with(records: list[list[str]], expected: tuple[str, ...]) -> None:
    assert order_of_events(records) == expected


@given(st.permutations("abcdef"), st.lists(st.sets(st.sampled_from("abcdef"))))
def test_lines_sorted_by_any_order_are_in_the_order_that_is_found(order: list[str], seen: list[set[str]]) -> None:
    records = [sorted(events, key=order.index) for events in seen]
    found = order_of_events(records)
    assert all(sorted(events, key=found.index) == events for events in records)


@given(st.lists(st.lists(st.sampled_from("abcd"), unique=True)))
def test_an_order_once_found_stays(records: list[list[str]]) -> None:
    found = order_of_events(records)
    again = order_of_events([sorted(events, key=found.index) for events in records])
    assert [sorted(events, key=again.index) for events in records] == [sorted(e, key=found.index) for e in records]
