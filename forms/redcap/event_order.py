"""The order of events where no file of events says it: the one that every record's own lines agree with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise


def order_of_events(records: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Every event, each after those that stand before it in any record; among equals the one met first. `records`: the events of each
    record in the order of its lines. Where records contradict each other, the order in which events are met.
    """
    met: dict[str, int] = {}
    before: dict[str, set[str]] = {}
    for events in records:
        course = tuple(dict.fromkeys(events))
        for event in course:
            met.setdefault(event, len(met))
        for one, other in pairwise(course):
            before.setdefault(other, set()).add(one)
    return _sorted(met, before) or tuple(met)


def _sorted(met: dict[str, int], before: dict[str, set[str]]) -> tuple[str, ...]:
    sorter = TopologicalSorter({event: before.get(event, ()) for event in met})
    try:
        sorter.prepare()
    except CycleError:
        return ()
    found: list[str] = []
    ready: list[str] = []
    while sorter.is_active():
        ready = sorted([*ready, *sorter.get_ready()], key=met.__getitem__)
        found.append(ready.pop(0))
        sorter.done(found[-1])
    return tuple(found)
