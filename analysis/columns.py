"""Columns of a curve: kept as arrays, read as tuples of plain numbers in which unknown is None.

Turning 30,000 rows into Python numbers costs more than estimating them, so it is done for the columns somebody reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")


class Columns:
    """A frozen dataclass whose field `arrays` holds its columns by name, all of one length. Two are equal if all their values are."""

    arrays: Mapping[str, NDArray[Any]]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Columns) or type(other) is not type(self):
            return NotImplemented
        return self._plain() == other._plain() and all(
            np.array_equal(mine, other.arrays[name], equal_nan=True) for name, mine in self.arrays.items()
        )

    def __hash__(self) -> int:
        return hash(self._plain())

    def _plain(self) -> tuple[object, ...]:
        return tuple(getattr(self, each.name) for each in fields(self) if each.name != "arrays")  # type: ignore[arg-type]


class Column(Generic[T]):
    """One of them, by the name it is given in the class; made once."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, curve: Columns, owner: type) -> tuple[T, ...]:
        made: tuple[T, ...] = known(curve.arrays[self.name])
        curve.__dict__[self.name] = made
        return made


def known(values: NDArray[Any]) -> tuple[Any, ...]:
    """Not-a-number as None: unknown is None outside the arithmetic."""
    found = values.tolist()
    if values.dtype.kind == "f":
        for where in np.flatnonzero(np.isnan(values)).tolist():
            found[where] = None
    return tuple(found)
