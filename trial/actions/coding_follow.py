"""Verbatim terms as they stand, and their codes, kept in step with the answers in the transaction of the save."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms.answers import Crf
from trial.coding import CHANGED, FORMS, Verbatim, state_of, verbatims
from trial.happenings_coding import CodesEnded
from trial.registry import historical
from trial.store import coding
from trial.store.crfs import key_of
from trial.store.reading import Row
from trial.store.unit_of_work import UnitOfWork


def follow(participant: str, crf: Crf, uow: UnitOfWork) -> None:
    """After a save or a removal: terms that are new, changed or gone; the code of what changed ends, in its history it stays."""
    if crf.form not in FORMS or historical(participant):
        return  # the registry's terms are in no table of adverse events: nobody codes them
    key = key_of(participant, crf)
    was = {row["path"]: row for row in uow.all("verbatim", **key)}
    now = {v.path: v for v in verbatims(crf)}
    changed = [path for path, row in was.items() if path not in now or now[path].text != row["text"]]
    ended = [path for path in changed if _end(key | {"path": path}, uow)]
    if ended:
        uow.record(CodesEnded(crf.address, tuple(ended), participant=participant))
    for path in changed:
        uow.drop("verbatim", key | {"path": path})
    uow.put_all("verbatim", [_row(key, v) for path, v in now.items() if path not in was or path in changed])


def _end(place: Mapping[str, Any], uow: UnitOfWork) -> bool:
    rows = coding.live(uow, place)
    for row in rows:
        end(row, "superseded", CHANGED, uow)
    return bool(rows)


def end(row: Row, state: str, because: str, uow: UnitOfWork) -> None:
    """End a coding; the caller records why as an event."""
    uow.update("coding", {"id": row["id"]}, state=state, ended_at=uow.clock.now(), ended_because=because)


def _row(key: Mapping[str, Any], found: Verbatim) -> dict[str, Any]:
    what = {"path": found.path, "kind": found.kind, "text": found.text, "folded": found.folded, "state": "uncoded"}
    return {**key, **what}


def settle(place: Row, in_use: int | None, uow: UnitOfWork) -> None:
    """Say again where a term stands, after its codings changed. `place` is the row of `verbatim`."""
    row = {name: place[name] for name in (*coding.PLACE, "kind", "text", "folded")}
    uow.put("verbatim", **row, state=state_of(coding.live(uow, place), in_use))


def rebuild(uow: UnitOfWork) -> int:
    """Derive every verbatim term from the answers again, for data that were entered before this release. Returns how many there are."""
    found = 0
    for participant, crf in [each for each in coding.coded_forms(uow, FORMS) if not historical(each[0])]:
        key = key_of(participant, crf)
        known = {row["path"] for row in uow.all("verbatim", **key)}
        rows = [_row(key, v) for v in verbatims(crf)]
        found += len(rows)
        uow.put_all("verbatim", [row for row in rows if row["path"] not in known])
    return found
