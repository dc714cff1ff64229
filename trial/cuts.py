"""Data cuts: a state of the data under a name, fixed by where the journal stood, that can be given again to the byte.

Everything here is what was locked; what is read at a cut is in `trial/store/extract.py`, which holds it against the digest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
"""A name stands in addresses and in names of files: letters, digits, full stop, hyphen, underscore; at most 60."""


@dataclass(frozen=True)
class Cut:
    """A data cut.

    `on`: the last day whose happenings count; `position` and `head`: number and hash of the last journal entry that counts.
    `digest`: SHA-256 over answers, allocations and approved codes as they stood; `calls_digest`: over the calls of the model to `on`.
    `definitions`: the protocol, its versions active at sites, form versions with their digests, dictionaries. `code`: the release of
    Vigil. `at` is when it was locked, in UTC: whatever is made from a cut says this time, so that it can be issued again.
    """

    name: str
    on: date
    position: int
    head: str
    digest: str
    calls_digest: str
    definitions: Mapping[str, Any]
    code: str
    reason: str
    by: int | None
    at: datetime


SAME, REDACTED, ALTERED = "same", "redacted", "altered"


@dataclass(frozen=True)
class Verdict:
    """What is found where a cut is worked out again.

    `state`: SAME; REDACTED, where words of people were taken out since and everything else is as it was: `digest` is another one then,
    and `redactions` (their numbers) say why; ALTERED, where nothing the record knows of explains the difference. `problems` names what
    does not hold, as codes of `PROBLEMS`.
    """

    cut: Cut
    state: str
    digest: str
    redactions: tuple[int, ...] = ()
    problems: tuple[str, ...] = ()


CONTENT, ROWS, CALLS, CHAIN = "content", "rows", "calls", "chain"
PROBLEMS = frozenset({CONTENT, ROWS, CALLS, CHAIN})
"""An answer that is not what its own digest says; the digest of all; the digest of the model calls; the journal's entry at the position."""
