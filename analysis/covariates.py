"""Covariates of people as columns of a regression: gaps filled with the mean and said to be gaps, constants and repeats left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np

from analysis.samples import Floats


class Known(Protocol):
    """Somebody with covariates by name; None: unknown."""

    @property
    def covariates(self) -> Mapping[str, float | None]: ...


def design(kept: Sequence[Known], names: Iterable[str]) -> tuple[Floats, tuple[str, ...]]:
    """Columns in standard units, a column of ones first, and the names of the covariates that are in it.

    A covariate somebody lacks is set to the mean of the others and gets a column that says so; one that does not vary, and a column that
    says the same as an earlier one, are left out.
    """
    columns: list[Floats] = [np.ones(len(kept))]
    used: list[str] = []
    for name in names:
        values, gaps = column(kept, name)
        added = [c for c in (values, gaps) if np.std(c) > 0 and not _told(c, columns)]
        columns += [(c - c.mean()) / c.std() for c in added]
        used += [name] if added else []
    return np.column_stack(columns), tuple(used)


def _told(new: Floats, columns: Sequence[Floats]) -> bool:
    """Whether a column adds nothing to those there are."""
    there = np.column_stack([*columns, (new - new.mean()) / new.std()])
    return int(np.linalg.matrix_rank(there, tol=1e-8 * len(new))) < there.shape[1]


def column(kept: Sequence[Known], name: str) -> tuple[Floats, Floats]:
    """A covariate with its gaps filled by the mean of what is known, and 1 where there was a gap."""
    known = [v for p in kept if (v := p.covariates[name]) is not None]
    middle = float(np.mean(known)) if known else 0.0
    raw = [p.covariates[name] for p in kept]
    return np.array([middle if v is None else v for v in raw], dtype=float), np.array([float(v is None) for v in raw])
