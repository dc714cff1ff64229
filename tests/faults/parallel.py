"""Running many at once: threads that start together, and the outcome of each, exceptions too."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def together(actions: Sequence[Callable[[], Any]]) -> list[Any]:
    """Call all of them at the same moment; returns what each returned or raised, in order."""
    start = threading.Barrier(len(actions))

    def one(action: Callable[[], Any]) -> Any:
        start.wait(timeout=30)
        try:
            return action()
        except Exception as problem:  # noqa: BLE001  the outcome of a request, to be looked at by the test
            return problem

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(one, actions))


def failures(outcomes: Sequence[Any]) -> list[Exception]:
    """Those that raised."""
    return [each for each in outcomes if isinstance(each, Exception)]
