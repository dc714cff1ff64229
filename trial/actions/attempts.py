"""Attempts to sign in and to sign, counted in the database, so that a restart forgives nobody (requirement R11; 21 CFR 11.300(d))."""

from __future__ import annotations

from datetime import timedelta

from trial.errors import TooManyAttempts
from trial.events import Event
from trial.happenings_people import AttemptsAlerted
from trial.store.reading import Row
from trial.store.unit_of_work import UnitOfWork

MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
"""Requirement R11: slow down, then lock for at most 15 minutes."""


def refuse_if_locked(uow: UnitOfWork, name: str) -> None:
    """Raise TooManyAttempts while the last failures of that name, unbroken by a success, are too many and too recent."""
    failures = _failures(uow, name)
    if len(failures) >= MOST_FAILURES:
        raise TooManyAttempts(name, failures[-1]["at"] + LOCKED_FOR)


def failed(uow: UnitOfWork, name: str, refused: Event, purpose: str, address: str | None = None) -> None:
    """Write a failed attempt and its event; the one that closes the name raises an alert too."""
    _noted(uow, name, False, address)
    uow.record(refused)
    failures = _failures(uow, name)
    if len(failures) == MOST_FAILURES:
        uow.record(AttemptsAlerted(name, purpose, len(failures)))


def succeeded(uow: UnitOfWork, name: str, address: str | None = None) -> None:
    """Write an attempt that succeeded: the failures before it no longer count."""
    _noted(uow, name, True, address)


def _noted(uow: UnitOfWork, name: str, success: bool, address: str | None) -> None:
    uow.put("login_attempt", username=name, at=uow.clock.now(), success=success, address=address)


def _failures(uow: UnitOfWork, name: str) -> list[Row]:
    since = uow.clock.now() - LOCKED_FOR
    failures: list[Row] = []
    for attempt in uow.all("login_attempt", order_by=("at", "id"), username=name):
        if attempt["at"] > since:
            failures = [] if attempt["success"] else [*failures, attempt]
    return failures
