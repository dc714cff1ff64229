"""`vigil demo`: a trial that looks lived in, ending today, and one invented person a role to sign in as."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from trial import passwords
from trial.actions.coding import autocode
from trial.actions.dictionaries import import_dictionary
from trial.actor import SYSTEM
from trial.clock import SystemClock
from trial.dictionaries.terms import MINI
from trial.roles import ROLES as ROLE
from trial.simulate.driver import Plan, Simulated, simulate
from trial.simulate.staff import PREPARATION, SITES, employed
from trial.store.coding import in_use
from trial.store.engine import Engine
from trial.store.files import Files
from trial.store.reading import Reading
from trial.store.unit_of_work import UnitOfWork

SEED = 20261123
ACCRUAL_MONTHS = 40
LENGTH = timedelta(days=1250)
"""Long enough for regrowths, short enough that somebody is in every phase today."""

ROLES: tuple[tuple[str, str, str | None], ...] = (
    ("coordinator", "coordinator", SITES[0][0]),
    ("investigator", "investigator", SITES[0][0]),
    ("monitor", "monitor", SITES[0][0]),
    ("datamanager", "data_manager", None),
    ("safety", "safety_officer", None),
    ("statistician", "statistician", None),
    ("unblinded", "unblinded_statistician", None),
    ("dsmb", "dsmb_member", None),
    ("laboratory", "laboratory", SITES[0][0]),
    ("auditor", "auditor", None),
    ("administrator", "administrator", None),
)
"""User name, role, site (None: every site the role reaches)."""


@dataclass(frozen=True)
class Login:
    """One invented person to sign in as."""

    username: str
    password: str
    role: str
    site: str | None


def demo_plan(today: date, participants: int = 120) -> Plan:
    """The trial of the demo: it began `LENGTH` ago and goes on until today."""
    return Plan(participants, SEED, today - LENGTH, ACCRUAL_MONTHS, today)


def prepare(
    *,
    engine: Engine,
    files: Files,
    model: Any,
    key: bytes,
    participants: int = 120,
    progress: Callable[[int, int, date], None] | None = None,
) -> tuple[Simulated, tuple[Login, ...]]:
    """Simulate the trial (or go on with it) and make the logins. Their passwords are new at every call."""
    plan = demo_plan(_first_day(engine), participants)
    done = simulate(plan, engine=engine, files=files, model=model, key=key, progress=progress)
    code(UnitOfWork(engine, SystemClock(), SYSTEM))
    return done, tuple(_login(engine, *each) for each in ROLES)


def greeting(address: str, logins: Iterable[Login], instance: Path) -> Iterator[str]:
    """What a newcomer reads when the demo is ready: where it is, who there is to be, how it ends."""
    yield f"\nOpen {address} and sign in as one of these invented people.\n"
    yield f"  {'user':16} {'password':20} role"
    for login in logins:
        where = f", site {login.site}" if login.site else ""
        yield f"  {login.username:16} {login.password:20} {ROLE[login.role].label}{where}"
    yield "\nBegin as coordinator: what is due at a site. The passwords are new at every start."
    yield f"Ctrl-C ends the server; the trial stays in {instance}, and the next start goes on with it.\n"


def code(uow: UnitOfWork) -> None:
    """Put the invented dictionaries in use, and code what is certain: some terms are left, as in any trial."""
    for kind, folder in MINI.items():
        if in_use(Reading(uow.engine), kind) is None:
            import_dictionary(kind, folder, "mini-1.0", uow=uow)
    autocode(uow=uow)


def _first_day(engine: Engine) -> date:
    """Today, or the day on which this demo was first made: a second start goes on with the same trial."""
    sites = Reading(engine).all("site")
    opened: date | None = min((s["opened_on"] for s in sites), default=None)
    return SystemClock().today() if opened is None else opened + PREPARATION + LENGTH


def _login(engine: Engine, username: str, role: str, site: str | None) -> Login:
    password = passwords.fresh()
    uow = UnitOfWork(engine, SystemClock(), SYSTEM)
    employed(username, f"Demo {username}", role, site, uow, password=password)
    return Login(username, password, role, site)
