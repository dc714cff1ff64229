"""Chunks on a Dask cluster. `distributed` is an extra (`pip install 'vigil[cluster]'`) that nothing else of Vigil needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analysis.power.chunks import Chunk, Done, work
from analysis.power.kept import code

SECONDS = 10
"""To answer, before a scheduler is taken to be not there."""


class NoCluster(RuntimeError):
    """The work cannot be given to a cluster; the message says why."""


def on_cluster(todo: list[Chunk], address: str) -> Iterator[Done]:
    """Chunks as they are finished. Raises NoCluster; whatever a chunk raises; takes everything back when interrupted."""
    try:
        from distributed import Client, as_completed
    except ImportError as missing:
        raise NoCluster("the package distributed is not installed: pip install 'vigil[cluster]'") from missing
    try:
        client = Client(address, timeout=SECONDS, set_as_default=False)
    except (OSError, ValueError) as problem:
        raise NoCluster(f"no scheduler answers at {address}: {problem}") from problem
    with client:
        _same_release(client, address)
        futures = client.map(work, todo, pure=False)
        try:
            for _future, done in as_completed(futures, loop=client.loop, with_results=True):
                yield done
        finally:
            client.cancel(futures)


def _same_release(client: Any, address: str) -> None:
    found = client.run(code)
    if not found:
        raise NoCluster(f"the scheduler at {address} has no workers")
    if others := sorted(worker for worker, theirs in found.items() if theirs != code()):
        raise NoCluster(f"workers with another release of Vigil, whose numbers may differ: {', '.join(others)}")
