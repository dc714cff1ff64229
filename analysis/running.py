"""A recursion of small matrices through time, in blocks: a thousand steps cost two passes of thirty, not a thousand.

Within all blocks at once the recursion runs from a neutral start; a second pass carries the state from block to block and is joined to
it, which matrix products allow: x P(0, t] = (x P(0, s]) P(s, t], and the same for what is added on the way.
"""

from __future__ import annotations

import numpy as np

from analysis.samples import Floats


def row_after_each(first: Floats, steps: Floats) -> Floats:
    """`first` @ steps[0] @ ... @ steps[i] for every i; `first` has k numbers, `steps` is n x k x k."""
    within = _products(_blocks(steps, np.eye(len(first))))
    starts = np.empty((within.shape[1], len(first)))
    now = first
    for b, last in enumerate(within[-1]):
        starts[b], now = now, now @ last
    return _unblocked(np.einsum("bi,sbij->sbj", starts, within), len(steps))


def diagonal_after_each(steps: Floats, added: Floats) -> Floats:
    """The diagonal of C(i) = steps[i]' C(i-1) steps[i] + added[i], from C = 0; both n x k x k, `added` symmetric."""
    k = steps.shape[1]
    step, more = _blocks(steps, np.eye(k)), _blocks(added, np.zeros((k, k)))
    within, own = _products(step), more.copy()
    for s in range(1, len(step)):
        own[s] += step[s].transpose(0, 2, 1) @ own[s - 1] @ step[s]
    starts = np.empty((step.shape[1], k, k))
    now = np.zeros((k, k))
    for b, last in enumerate(within[-1]):
        starts[b], now = now, last.T @ now @ last + own[-1, b]
    carried = np.einsum("sbij,sbij->sbj", within, starts @ within)
    return _unblocked(carried + np.einsum("sbjj->sbj", own), len(steps))


def _products(step: Floats) -> Floats:
    """Running products within each block."""
    found = step.copy()
    for s in range(1, len(step)):
        found[s] = found[s - 1] @ step[s]
    return found


def _blocks(steps: Floats, neutral: Floats) -> Floats:
    """Size of a block x blocks x k x k; the last block is filled up with what changes nothing."""
    n, k = len(steps), neutral.shape[0]
    size = max(int(np.ceil(np.sqrt(n))), 1)
    blocks = max(-(-n // size), 1)
    whole = np.empty((blocks * size, k, k))
    whole[:n], whole[n:] = steps, neutral
    return np.ascontiguousarray(whole.reshape(blocks, size, k, k).transpose(1, 0, 2, 3))


def _unblocked(values: Floats, n: int) -> Floats:
    return np.asarray(values.transpose(1, 0, 2).reshape(-1, values.shape[2])[:n])
