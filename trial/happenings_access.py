"""Tokens given and taken back, as events."""

from __future__ import annotations

from dataclasses import dataclass

from trial.events import Event


@dataclass(frozen=True)
class TokenMade(Event, tag="person:token:made"):
    """A program or a calendar may come in, in the person's name and one role, until a day."""

    token: int
    role: str
    scope: str
    expires_on: str


@dataclass(frozen=True)
class TokenRevoked(Event, tag="person:token:revoked"):
    """It may no longer."""

    token: int
