"""The periodic review of who has access (ICH E6(R3) 4.3.8(b); R08): one line a person, and what a signature under the list is bound to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime

from forms.text import _l
from trial.events import plain

MEANING = _l("I reviewed who has access to this trial, and every account and role listed is needed.")


@dataclass(frozen=True)
class Held:
    """One role of a person: who gave it and when, why it is not in force, until when it is delegated."""

    role: str
    site: str | None
    granted_by: str
    granted_at: datetime
    why: tuple[str, ...]
    delegated_until: date | None


@dataclass(frozen=True)
class Line:
    """One account. `last_sign_in` None: never."""

    username: str
    full_name: str
    active: bool
    roles: tuple[Held, ...]
    last_sign_in: datetime | None
    second_factor: bool
    identity_checked_on: date | None
    certified: bool


def digest(lines: Iterable[Line]) -> str:
    """SHA-256 of the list but for the last sign-ins: the reviewer's own would change it between reading and signing."""
    told = [{k: plain(v) for k, v in asdict(line).items() if k != "last_sign_in"} for line in lines]
    said = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


COLUMNS = (
    "user name", "full name", "account", "role", "site", "given by", "given at", "in force", "delegated until", "last sign-in",
    "second factor", "identity verified", "signature certified",
)  # fmt: skip
"""Headings of the exported table: one row a role, or one for an account without any."""


def rows(lines: Iterable[Line]) -> Iterable[tuple[str, ...]]:
    """The list as text, one row a role."""
    for line in lines:
        whole = (line.username, line.full_name, "open" if line.active else "closed")
        rest = (
            plain(line.last_sign_in) or "never", "yes" if line.second_factor else "no", plain(line.identity_checked_on) or "no",
            "yes" if line.certified else "no",
        )  # fmt: skip
        for held in line.roles:
            yield (
                *whole, held.role, held.site or "everywhere", held.granted_by, plain(held.granted_at), ", ".join(held.why) or "yes",
                plain(held.delegated_until) or "", *rest,
            )  # fmt: skip
        if not line.roles:
            yield (*whole, "", "", "", "", "", "", *rest)
