"""Refusals that exist only on the web: nobody is signed in, somebody else is."""

from __future__ import annotations

from dataclasses import dataclass

from trial.errors import VigilError


@dataclass(eq=False)
class SignInFirst(VigilError):
    """There is no session, or it has ended. `typed`: a page was sent that way, not only asked for."""

    typed: bool


@dataclass(eq=False)
class Elsewhere(VigilError):
    """The page belongs to another person than the one now signed in (`now`)."""

    now: str


@dataclass(eq=False)
class TokenNeeded(VigilError):
    """A program asked without a token that stands."""
