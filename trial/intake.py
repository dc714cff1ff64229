"""What an installation lets in: the key of its pseudonyms, quotas in bytes, the virus scanner, where files wait until they are read."""

from __future__ import annotations

import hashlib
import hmac
import shutil
import subprocess  # nosec B404 -- the scanner is the installation's own command
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from trial.errors import Unread

GIGABYTE = 10**9
PREFIX = "vigil-sent-"
LEFT_BEHIND = 3600.0
"""Seconds after which a folder belongs to a process that was killed: reading is bounded far below."""


@dataclass(frozen=True)
class Intake:
    """`key`: secret, constant for the life of the trial. `scanner`: a command and its arguments, called with the path of the file.

    `folder`: where files wait, None for the system's temporary one. `scan_seconds`: how long the scanner may take.
    """

    key: bytes = field(default=b"", repr=False)
    of_participant: int = 2 * GIGABYTE
    of_site: int = 50 * GIGABYTE
    scanner: tuple[str, ...] = ()
    scan_seconds: float = 120.0
    folder: Path | None = None

    def digest(self, sha256: str) -> str:
        """The keyed digest of a file that was sent, from its SHA-256."""
        return hmac.digest(self.key, b"sent\0" + sha256.encode(), hashlib.sha256).hex()

    @contextmanager
    def room(self) -> Iterator[Path]:
        """A private folder, gone with all that is in it however this ends; what killed processes left behind goes too."""
        if self.folder is not None:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=PREFIX, dir=self.folder) as name:
            if self.folder is not None:
                _swept(self.folder, Path(name).stat().st_mtime)
            yield Path(name)

    def scan(self, path: Path) -> None:
        """Ask the scanner, if there is one. Raises Unread: "scanner" where it says anything but 0, "no-scanner" where it cannot say."""
        if not self.scanner:
            return
        try:
            done = subprocess.run(  # nosec B603 -- no shell; the command is a setting, the path our own
                [*self.scanner, str(path)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                timeout=self.scan_seconds, check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Unread("no-scanner", type(error).__name__) from error
        if done.returncode != 0:
            raise Unread("scanner", str(done.returncode))


def key_from(secret: bytes) -> bytes:
    """The key of the pseudonyms from an installation's secret: another use, another key."""
    return hmac.digest(secret, b"vigil pseudonyms of files", hashlib.sha256)


def _swept(folder: Path, now: float) -> None:
    """`now` by the clock of the disk, as a folder made a moment ago has it."""
    for left in folder.glob(f"{PREFIX}*"):
        try:
            old = now - left.stat().st_mtime > LEFT_BEHIND
        except FileNotFoundError:  # its own process has just cleared it away
            continue
        if old:
            shutil.rmtree(left, ignore_errors=True)
