"""Drafts: what somebody typed and did not save. Not part of the record, and for that person only."""

from __future__ import annotations

from typing import Any

from trial.actions.case import load
from trial.actions.entry import Entry
from trial.actions.writable import in_force, writable
from trial.store.reading import Reader, Row
from trial.store.unit_of_work import UnitOfWork


def keep_draft(entry: Entry, *, uow: UnitOfWork) -> None:
    """Keep what was typed so far, for this person only; not part of the record."""
    with uow:
        case = load(uow, writable(uow, uow.actor, entry), uow.clock)
        uow.put(
            "draft",
            **_key(uow.actor.person_id, entry),
            form_version=entry.version or in_force(case, entry).version,
            base_revision=entry.based_on,
            raw={"document": dict(entry.raw), "reasons": dict(entry.reasons)},
            at=uow.clock.now(),
        )
        uow.commit()


def drop_draft(entry: Entry, *, uow: UnitOfWork) -> None:
    """Forget what was typed and not saved."""
    with uow:
        uow.drop("draft", _key(uow.actor.person_id, entry))
        uow.commit()


def draft(reader: Reader, person_id: int | None, entry: Entry) -> Row | None:
    """What this person typed and did not save yet."""
    found: Row | None = reader.one("draft", **_key(person_id, entry))
    return found


def _key(person_id: int | None, entry: Entry) -> dict[str, Any]:
    place = {"participant": entry.participant, "event": entry.event, "form": entry.form, "occurrence": entry.occurrence}
    return {"person": person_id, **place}
