"""Files somebody sent are read in a child process: limited in memory, time, files and bytes written, without network, alone in a folder.

What the child says is plain JSON, and a file in a private folder. Whatever goes wrong is one error, `Unread`, with its reason.
"""

from __future__ import annotations

import logging
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trial.child import Child, ChildGone, ChildSilent
from trial.confine import GIBIBYTE, Limits
from trial.errors import StorageFull, Unread

WORKER = Path(__file__).parent / "imaging" / "worker.py"
LIMITS = Limits(memory=2 * GIBIBYTE, cpu=240, open_files=64, written=GIBIBYTE)
SECONDS = 300.0
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """A file to read as a kind, for a participant; `folder` is empty and nobody else's, `key` that of the pseudonyms."""

    kind: str
    source: Path
    folder: Path
    participant: str
    key: bytes = field(repr=False)


@dataclass(frozen=True)
class Taken:
    """A file that can be kept: where its content is, a preview if there is one, remarks, facts, how the network was kept away.

    `same`: a keyed digest by which a study is known again, however it was packed; None where the bytes sent are all there is.
    """

    content: Path
    preview: Path | None
    flags: tuple[str, ...]
    facts: Mapping[str, Any]
    network: str
    same: str | None = None


def read(job: Job, *, limits: Limits = LIMITS, seconds: float = SECONDS, worker: Path = WORKER) -> Taken:
    """Read a file in a child process. Raises Unread, and StorageFull where the disk is."""
    said = _asked(job, limits, seconds, worker)
    if said.get("failed") == "disk":
        raise StorageFull("the private folder for incoming files")
    if "refused" in said:
        raise Unread(str(said["refused"]), str(said["detail"]))
    network = str(said["network"])
    if network == "none":
        log.warning("the kernel allows no process without network: a file was read with it within reach")
    preview = job.folder / "preview"
    taken = said["taken"]
    return Taken(
        job.folder / "content",
        preview if preview.exists() else None,
        tuple(taken["flags"]),
        taken["facts"],
        network,
        taken.get("same"),
    )


def _asked(job: Job, limits: Limits, seconds: float, worker: Path) -> dict[str, Any]:
    child = Child(worker, limits)
    order = {"kind": job.kind, "source": str(job.source), "folder": str(job.folder)}
    try:
        return child.ask({**order, "participant": job.participant, "key": job.key.hex()}, seconds)
    except ChildSilent as silent:
        raise Unread("time", silent.detail) from silent
    except ChildGone as gone:
        raise Unread(_reason(gone.code), gone.detail) from gone
    finally:
        child.kill()


def _reason(code: int | None) -> str:
    """Of an end by signal: the CPU limit sends SIGXCPU, the kernel short of memory SIGKILL; anything else is a crash."""
    signals = {-signal.SIGXCPU: "time", -signal.SIGKILL: "memory"}
    return signals.get(code or 0, "crash")
