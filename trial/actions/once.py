"""Idempotent posts: a double click, a retry after a lost answer, a back button do the thing once and get the first answer."""

from __future__ import annotations

from typing import Any

from trial.errors import AlreadyExists
from trial.store.unit_of_work import UnitOfWork


def earlier_answer(uow: UnitOfWork, key: str | None, action: str) -> Any:
    """What this person's request with that key got the first time; None if it is new.

    Raises AlreadyExists when the key was used for another action.
    """
    row = uow.one("idempotency", key=key, person=uow.actor.person_id) if key else None
    if row is not None and row["action"] != action:
        raise AlreadyExists("idempotency", action)
    return row["result"] if row else None


def remember(uow: UnitOfWork, key: str | None, action: str, result: Any) -> None:
    """Keep the answer, in the same transaction as what it reports."""
    if key:
        uow.put("idempotency", key=key, person=uow.actor.person_id, action=action, result=result, at=uow.clock.now())
