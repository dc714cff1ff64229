"""Sessions: a random token in the browser, its hash in the database, an idle and an absolute limit, ended from either side.

The signed cookie holds the token, the role chosen and the form token. The form token outlives an expired session, so that a
page that was open can be sent once its owner signed in again in another tab.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import g
from flask import session as cookie

from trial.actions import people
from trial.actions.people import Person
from trial.actor import SYSTEM, Actor
from trial.errors import CodeNeeded, NotFound
from trial.store.reading import Row
from trial.web.house import House

CODE_WAITS = timedelta(minutes=5)
"""How long a code may be looked for once the password was right."""
NOTED_EVERY = timedelta(seconds=30)
"""How stale `seen_at` may get: not every page view is worth a write."""


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def begin(house: House, person: Person) -> None:
    """Open a session for someone whose password was just checked. A token from before is never taken over."""
    end(house)
    token, now = secrets.token_urlsafe(32), house.clock.now()
    with house.writing(SYSTEM) as uow:
        uow.put(
            "session",
            id=_hash(token),
            person_id=person.id,
            created_at=now,
            seen_at=now,
            password_at=now,
            revoked_at=None,
            signed_at=None,
        )
        uow.commit()
    cookie.pop("waits", None)
    cookie["token"] = token
    cookie["role"] = person.roles[0][0] if len({role for role, _ in person.roles}) == 1 else None


def wait_for_code(house: House, asked: CodeNeeded) -> None:
    """Remember in the signed cookie that name and password were right; it opens nothing, and lasts `CODE_WAITS`."""
    end(house)
    cookie["waits"] = [asked.person_id, asked.username, asked.password, house.clock.now().isoformat()]


def waiting(house: House) -> CodeNeeded | None:
    """Whose code is waited for in this browser; None for nobody, or when it took too long."""
    kept = cookie.get("waits")
    if not kept or house.clock.now() - datetime.fromisoformat(kept[3]) > CODE_WAITS:
        cookie.pop("waits", None)
        return None
    return CodeNeeded(kept[0], kept[1], kept[2])


def end(house: House) -> None:
    """End this browser's session, here and in the database."""
    token = cookie.pop("token", None)
    cookie.pop("role", None)
    if token:
        with house.writing(SYSTEM) as uow:
            uow.drop("session", {"id": _hash(token)})
            uow.commit()


def resume(house: House) -> Person | None:
    """The person behind this request, or None: no session, an expired or a revoked one, a closed account."""
    token = cookie.get("token")
    reader = house.reading()
    row = reader.one("session", id=_hash(token)) if isinstance(token, str) else None
    now = house.clock.now()
    if row is None or not _alive(row, now, house):
        return None
    try:
        account = reader.the("person", id=row["person_id"])
    except NotFound:
        return None
    if not account["active"]:
        return None
    if now - row["seen_at"] >= NOTED_EVERY:
        _note(house, row, now)
    g.session_id = row["id"]
    return people.person(reader, row["person_id"], on=house.clock.today(), gated=house.gated)


def _alive(row: Row, now: datetime, house: House) -> bool:
    limits = house.settings
    return row["revoked_at"] is None and now - row["seen_at"] < limits.idle and now - row["created_at"] < limits.longest


def _note(house: House, row: dict[str, Any], now: datetime) -> None:
    with house.writing(SYSTEM) as uow:
        if uow.one("session", id=row["id"]) is not None:  # ended meanwhile: it must not come back
            uow.put("session", **row | {"seen_at": now})
            uow.commit()


def chosen(person: Person) -> Actor | None:
    """The person in the role chosen for this session; None while several are held and none is chosen."""
    held = {role for role, _ in person.roles}
    role = cookie.get("role")
    if role is None and len(held) == 1:
        role = next(iter(held))
    # A role that was chosen and is held no more is not quietly replaced by another one.
    return person.actor(role, session=g.get("session_id")) if role in held else None


def choose(person: Person, role: str) -> bool:
    """Act in another of the roles held. False for one that is not."""
    if role not in {held for held, _ in person.roles}:
        return False
    cookie["role"] = role
    return True
