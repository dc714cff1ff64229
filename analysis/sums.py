"""Sums of products in one order. BLAS shares a long sum among threads, so its last digits, and its time, depend on the machine."""

import numpy as np

from analysis.samples import Floats


def along(x: Floats, beta: Floats) -> Floats:
    """A number a row: x beta."""
    return np.asarray(np.einsum("ij,j->i", x, beta))


def down(weight: Floats, x: Floats) -> Floats:
    """A number a column: the weighted sum of the rows."""
    return np.asarray(np.einsum("i,ij->j", weight, x))


def products(weight: Floats, x: Floats, y: Floats | None = None) -> Floats:
    """The weighted sum over rows of x y', or of x x'."""
    return np.asarray(np.einsum("ij,ik->jk", x * weight[:, None], x if y is None else y))
