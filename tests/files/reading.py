"""Reading a file as the server does: in the child process, in a folder of its own."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from trial import contained
from trial.errors import Unread

KEY = b"a key for the tests of files"


@dataclass(frozen=True)
class Kept:
    content: bytes
    preview: bytes | None
    flags: tuple[str, ...]
    facts: dict
    network: str


def read(folder: Path, kind: str, content: bytes, participant: str = "VG-01-0001", **options) -> Kept:
    """What the child made of it."""
    folder.mkdir(exist_ok=True)
    source, room = folder / "sent", folder / "made"
    source.write_bytes(content)
    room.mkdir(exist_ok=True)
    taken = contained.read(contained.Job(kind, source, room, participant, options.pop("key", KEY)), **options)
    preview = taken.preview.read_bytes() if taken.preview else None
    return Kept(taken.content.read_bytes(), preview, taken.flags, dict(taken.facts), taken.network)


def reason(folder: Path, kind: str, content: bytes, **options) -> str:
    """Why it is not taken."""
    with pytest.raises(Unread) as refused:
        read(folder, kind, content, **options)
    return refused.value.reason
