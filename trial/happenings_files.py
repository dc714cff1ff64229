"""What befalls uploaded files, as events; that one was stored is told in `happenings.py`."""

from __future__ import annotations

from dataclasses import dataclass

from trial.events import Event


@dataclass(frozen=True)
class FileRefused(Event, tag="system:file:refused"):
    """The virus scanner stopped a file that was sent for an item; `sent` is its keyed digest."""

    item: str
    reason: str
    sent: str


@dataclass(frozen=True)
class FileDownloaded(Event, tag="person:file:downloaded"):
    """Somebody took a file away."""

    sha256: str
    kind: str


@dataclass(frozen=True)
class PictureLookedAt(Event, tag="person:file:looked"):
    """Somebody looked for a name burned into a picture: "clean", or "name"; then nobody is served it any more."""

    sha256: str
    finding: str
