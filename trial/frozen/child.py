"""A child process that speaks JSON lines, bounded in time: started, asked, killed."""

import json
import os
import select
import subprocess  # nosec B404 -- a process of its own can be limited and killed
import sys
import time
from pathlib import Path
from typing import Any

from trial.frozen.errors import ModelTimeout, ModelUnavailable

LARGEST_LINE = 65_536


class Child:
    """One worker. Every method raises ModelUnavailable where it has gone away, ModelTimeout where it is silent for too long;
    after either it is dead.
    """

    def __init__(self, worker: Path, *, memory: int, cpu: int) -> None:
        # An empty environment and -I: nothing of the caller's settings, path or secrets reaches the worker.
        command = [sys.executable, "-I", str(worker), str(memory), str(cpu)]
        self._process = subprocess.Popen(  # nosec B603 -- our own interpreter and a file of this package, no shell
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/",
            start_new_session=True,
        )  # fmt: skip
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
        """Send one message and wait for one line, `seconds` at most."""
        try:
            self._send(message)
            return self._receive(time.monotonic() + seconds)
        except (ModelUnavailable, ModelTimeout):
            self.kill()
            raise

    def _send(self, message: dict[str, Any]) -> None:
        pipe = self._process.stdin
        if pipe is None:
            raise ModelUnavailable("the worker has no pipe")
        try:
            pipe.write(json.dumps(message, allow_nan=False).encode() + b"\n")
            pipe.flush()
        except OSError as problem:
            raise ModelUnavailable(f"the worker went away: {problem.strerror}") from problem

    def _receive(self, deadline: float) -> dict[str, Any]:
        while b"\n" not in self._unread:
            self._unread += self._more(deadline)
            if len(self._unread) > LARGEST_LINE:
                raise ModelUnavailable("the worker said more than an answer")
        line, _, self._unread = self._unread.partition(b"\n")
        try:
            found = json.loads(line)
        except ValueError as problem:
            raise ModelUnavailable("the worker's answer is no JSON") from problem
        if not isinstance(found, dict):
            raise ModelUnavailable("the worker's answer is no object")
        return found

    def _more(self, deadline: float) -> bytes:
        pipe = self._process.stdout
        if pipe is None:
            raise ModelUnavailable("the worker has no pipe")
        if not select.select([pipe], [], [], max(deadline - time.monotonic(), 0))[0]:
            raise ModelTimeout("the worker did not answer in time")
        chunk = os.read(pipe.fileno(), LARGEST_LINE)
        if not chunk:
            raise ModelUnavailable(f"the worker ended with code {self._process.wait()}")
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
