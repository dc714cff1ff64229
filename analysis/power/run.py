"""Many replicates of a virtual trial: one after another, on the cores of this machine, or on a Dask cluster. The same numbers each way.

Replicate i draws from `SeedSequence(seed, spawn_key=(i,))` and its row goes to place i, so neither the number of workers nor the order in
which they finish can be seen in a result. Sums are made at the end, over the rows in order. (Machines whose processors compute exp and
log differently may differ in a last digit.) A replicate that fails ends the run and is named; none is left out.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from analysis.power.chunks import CHUNK, Chunk, Done, work
from analysis.power.kept import Kept
from analysis.power.measures import COLUMNS
from analysis.power.scenario import Scenario
from analysis.samples import Floats

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
Progress = Callable[[int], object]
"""Told how many replicates are done."""


class WorkersLost(RuntimeError):
    """A worker process ended by itself: killed, or out of memory. Nothing was counted that was not finished."""


def simulate(
    scenario: Scenario,
    replicates: int,
    seed: int,
    *,
    workers: int = 1,
    scheduler: str | None = None,
    keep: Path | None = None,
    progress: Progress = lambda done: None,
) -> Floats:
    """One row a replicate, in order, columns as `measures.COLUMNS`.

    `scheduler`: address of a Dask scheduler, in place of processes here. `keep`: a folder where finished chunks are put, and found
    again by a run of the same scenario, seed and release that was cut off. Raises ReplicateFailed, WorkersLost, `cluster.NoCluster`,
    `kept.KeptForOther`.
    """
    kept = Kept(keep, scenario, seed) if keep else None
    rows, done = np.full((replicates, len(COLUMNS)), np.nan), 0
    todo = []
    for first in range(0, replicates, CHUNK):
        chunk = Chunk(scenario, seed, first, min(CHUNK, replicates - first))
        found = kept.read(chunk.first, chunk.count) if kept else None
        if found is None:
            todo.append(chunk)
        else:
            rows[first : first + chunk.count], done = found, done + chunk.count
    progress(done)
    for first, made in _finished(todo, workers, scheduler):
        rows[first : first + len(made)], done = made, done + len(made)
        if kept:
            kept.write(first, made)
        progress(done)
    return rows


def _finished(todo: list[Chunk], workers: int, scheduler: str | None) -> Iterable[Done]:
    """Chunks as they are finished, in any order."""
    if not todo:
        return ()
    if scheduler is not None:
        from analysis.power.cluster import on_cluster

        return on_cluster(todo, scheduler)
    return map(work, todo) if workers == 1 else _on_cores(todo, workers)


def _on_cores(todo: list[Chunk], workers: int) -> Iterator[Done]:
    from multiprocessing import get_context

    context = get_context("spawn")
    with _one_thread_each(), ProcessPoolExecutor(workers, mp_context=context, initializer=_alone) as pool:
        try:
            yield from _as_they_come(pool, todo)
        except BrokenProcessPool as lost:
            raise WorkersLost(str(lost)) from lost
        finally:
            # After an interruption too: what has not begun does not begin, what has is waited for.
            pool.shutdown(wait=True, cancel_futures=True)


def _as_they_come(pool: Executor, todo: list[Chunk]) -> Iterator[Done]:
    for future in as_completed([pool.submit(work, chunk) for chunk in todo]):
        yield future.result()


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Processes started meanwhile give their linear algebra one thread: as many threads as cores in each would wait for one another."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)


def _alone() -> None:
    """A worker leaves an interruption to its parent, and ends when its parent does, however that ended."""
    from multiprocessing import parent_process

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    assert parent is not None
    threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    from multiprocessing.connection import wait

    wait([sentinel])
    os._exit(1)
