"""One form as it was typed, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

IMPORTED = "import:"


@dataclass(frozen=True)
class Entry:
    """One form as typed. `based_on` is the revision that was on the screen, None when there was none.

    `version` is the form version that was on the screen; None for the usual one, see `in_force`.

    `raw` is the raw document of `forms.document`; `reasons` maps the path of each changed value to why, and the path ""
    to a reason for all of them. `key` makes the post idempotent.
    """

    participant: str
    event: str
    form: str
    occurrence: int = 1
    based_on: int | None = None
    version: int | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None
    source: str = "screen"


def from_file(source: str) -> bool:
    """Whether answers come from a file: `source` is then import:kind:SHA-256 of the file."""
    return source.startswith(IMPORTED)
