"""A child process that speaks JSON lines, limited (`trial/confine.py`) and bounded in time: started, asked, killed."""

import json
import os
import select
import subprocess  # nosec B404 -- a process of its own can be limited and killed
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trial import confine
from trial.confine import Limits
from trial.errors import VigilError

LARGEST_LINE = 65_536


@dataclass(eq=False)
class ChildGone(VigilError):
    """The child ended, or said what is no answer. `code` is its exit code, negative for a signal; None where it was not asked for."""

    detail: str
    code: int | None = None


@dataclass(eq=False)
class ChildSilent(VigilError):
    """The child did not answer in time, and was killed."""

    detail: str


class Child:
    """One worker. `ask` raises ChildGone where it has gone away, ChildSilent where it is silent for too long; after either it is dead."""

    def __init__(self, worker: Path, limits: Limits) -> None:
        # An empty environment and -I: nothing of the caller's settings, path or secrets reaches the worker.
        command = [sys.executable, "-I", str(confine.__file__), limits.told(), str(worker)]
        self._process = subprocess.Popen(  # nosec B603 -- our own interpreter and a file of this package, no shell
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/",
            start_new_session=True, bufsize=0,
        )  # fmt: skip
        if self._process.stdin is not None:
            # A child that does not listen must not hold up who speaks: what the pipe does not take is waited for, up to the deadline.
            os.set_blocking(self._process.stdin.fileno(), False)
        self._unread = b""

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid

    def ask(self, message: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Send one message and wait for one line, `seconds` at most for both."""
        deadline = time.monotonic() + seconds
        try:
            self._send(json.dumps(message, allow_nan=False).encode() + b"\n", deadline)
            return self._receive(deadline)
        except (ChildGone, ChildSilent):
            self.kill()
            raise

    def _send(self, line: bytes, deadline: float) -> None:
        pipe, left = self._process.stdin, memoryview(line)
        if pipe is None:
            raise ChildGone("the worker has no pipe")
        while left:
            if not select.select([], [pipe], [], max(deadline - time.monotonic(), 0))[1]:
                raise ChildSilent("the worker did not listen in time")
            try:
                left = left[os.write(pipe.fileno(), left) :]
            except BlockingIOError:  # filled between the two lines
                continue
            except OSError as problem:
                raise ChildGone(f"the worker went away: {problem.strerror}") from problem

    def _receive(self, deadline: float) -> dict[str, Any]:
        while b"\n" not in self._unread:
            self._unread += self._more(deadline)
            if len(self._unread) > LARGEST_LINE:
                raise ChildGone("the worker said more than an answer")
        line, _, self._unread = self._unread.partition(b"\n")
        try:
            found = json.loads(line)
        except ValueError as problem:
            raise ChildGone("the worker's answer is no JSON") from problem
        if not isinstance(found, dict):
            raise ChildGone("the worker's answer is no object")
        return found

    def _more(self, deadline: float) -> bytes:
        pipe = self._process.stdout
        if pipe is None:
            raise ChildGone("the worker has no pipe")
        if not select.select([pipe], [], [], max(deadline - time.monotonic(), 0))[0]:
            raise ChildSilent("the worker did not answer in time")
        chunk = os.read(pipe.fileno(), LARGEST_LINE)
        if not chunk:
            code = self._process.wait()
            raise ChildGone(f"the worker ended with code {code}", code)
        return chunk

    def kill(self) -> None:
        """End it at once and release its pipes; no harm if it has ended."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                _close(pipe)


def _close(pipe: Any) -> None:
    try:
        pipe.close()
    except BrokenPipeError:
        # What was still to be written was meant for a process that is gone.
        return
