"""Groups that are compared: their labels in one order, and nobody missing unnoticed."""

from collections.abc import Hashable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.effects import Chi2, chi2_test
from analysis.not_estimable import EmptyGroup
from analysis.samples import Floats, Ints, NotTimeToEvent

Labels = Sequence[Hashable] | NDArray[Any]
"""A column of what rows belong to."""


def coded(values: Labels, wanted: Sequence[Hashable] | None = None) -> tuple[tuple[Hashable, ...], Ints]:
    """Labels in sorted order, and the place of each row's own among them. Raises EmptyGroup where a wanted one has nobody."""
    if isinstance(values, np.ndarray):
        distinct, members = np.unique(values, return_inverse=True)
        found = distinct.tolist()
    else:
        found, members = list(dict.fromkeys(values)), None
    labels = tuple(sorted(found, key=str))
    if empty := sorted(str(each) for each in set(wanted or ()) - set(labels)):
        raise EmptyGroup(tuple(empty))
    place = {label: i for i, label in enumerate(labels)}
    if members is not None:
        return labels, np.array([place[each] for each in found], dtype=np.int64)[members]
    return labels, np.fromiter(map(place.__getitem__, values), dtype=np.int64, count=len(values))


def compared(
    group: Labels, wanted: Sequence[Hashable] | None, rows: int, what: str
) -> tuple[tuple[Hashable, ...], Ints]:
    """As `coded`. Raises ValueError with fewer than two groups, NotTimeToEvent where the column is of another length."""
    labels, members = coded(group, wanted)
    if members.size != rows:
        raise NotTimeToEvent("group and time must be columns of one length")
    if len(labels) < 2:
        raise ValueError(f"{what} needs two groups")
    return labels, members


def strata_of(strata: Labels | None, rows: int) -> Iterator[Ints]:
    """The rows of each stratum; all in one where there is none."""
    if strata is None:
        yield np.arange(rows)
        return
    labels, members = coded(strata)
    if members.size != rows:
        raise NotTimeToEvent("stratum and time must be columns of one length")
    order = np.argsort(members, kind="stable")
    yield from np.split(order, np.searchsorted(members[order], np.arange(1, len(labels))))


def joint(score: Floats, covariance: Floats) -> Chi2 | None:
    """Score' V^- score over the groups but one; None where the data say nothing about any difference."""
    inner = covariance[1:, 1:]
    df = int(np.linalg.matrix_rank(inner))
    return chi2_test(float(score[1:] @ np.linalg.pinv(inner) @ score[1:]), df) if df else None
