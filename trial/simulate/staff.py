"""Who works in a simulated trial: sites, a coordinator and an investigator at each, the sealed seed. What is there already stays."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta

from trial.actions import people, setup
from trial.actions.access import Approval, Course, admit
from trial.actions.credentials import set_password
from trial.actions.delegation import Tasks
from trial.actions.people import Person
from trial.actions.signer import signing_right
from trial.actions.signing_rights import certify, verify_identity
from trial.actor import Actor
from trial.rights import delegated
from trial.signing_rights import VERSION
from trial.simulate.hands import PASSWORD
from trial.store.reading import Reading
from trial.store.unit_of_work import UnitOfWork

SITES = (
    ("01", "Site 01, coast", False), ("02", "Site 02, river", False), ("03", "Site 03, mountain", True),
    ("04", "Site 04, plain", False),
)  # fmt: skip
"""Invented sites; the third keeps the year of birth only."""
SIGNS = frozenset({"investigator", "data_manager", "administrator"})
"""Roles whose holders sign: their identity is verified and they certify their signature."""
PREPARATION = timedelta(days=30)
"""Sites open so long before the first participant may come."""


def open_trial(start: date, participants: int, seed: int, key: bytes, uow: UnitOfWork) -> None:
    """Release the forms, open the sites, seal the seed of the randomisation."""
    opened = start - PREPARATION
    setup.release_definitions(uow=uow)
    consent = ({"version": "1.0", "valid_from": opened.isoformat(), "valid_to": None},)
    for code, name, year_only in SITES:
        if _reader(uow).one("site", code=code) is None:
            setup.open_site(
                code,
                name,
                uow=uow,
                opened_on=opened,
                consent_versions=consent,
                birth_year_only=year_only,
                target=participants // len(SITES),
            )
    if not _reader(uow).all("randomisation"):
        setup.open_randomisation(key, uow=uow, seed=hashlib.sha256(f"simulated {seed}".encode()).digest())


def one_a_site(role: str, uow: UnitOfWork) -> Mapping[str, Actor]:
    """A person of that role at each site, by site."""
    return {
        code: employed(f"{role}{code}", f"{role.capitalize()} {code}", role, code, uow).actor(role)
        for code, _, _ in SITES
    }


def employed(
    username: str, name: str, role: str, site: str | None, uow: UnitOfWork, *, password: str | None = None
) -> Person:
    """That person with that role: made, or given the role, where an earlier run was cut off before. Without a password of their own: the
    one of all simulated people, hashed quickly.
    """
    row = _reader(uow).one("person", username=username)
    if row is None:
        added, _ = people.add_person(username, name, uow=uow, password=password or PASSWORD, quick=password is None)
        row = {"id": added.id}
    elif password is not None:
        set_password(username, password, uow=uow)
    if (role, site) not in _person(row["id"], uow).roles:
        _admitted(username, role, site, uow)
    found = _person(row["id"], uow)
    if role in SIGNS:
        _may_sign(found, role, password or PASSWORD, uow)
    return found


def _may_sign(found: Person, role: str, password: str, uow: UnitOfWork) -> None:
    """Verify identity and certify, each unless an earlier run did."""
    right = signing_right(_reader(uow), found.id)
    if right.identity is None:
        verify_identity(found.username, "in-person", "passport", uow.clock.today(), uow=uow)
    if right.certification is None:
        certify(VERSION, password, uow=UnitOfWork(uow.engine, uow.clock, found.actor(role)))


def _person(person_id: int, uow: UnitOfWork) -> Person:
    return people.person(_reader(uow), person_id, on=uow.clock.today())


def _admitted(username: str, role: str, site: str | None, uow: UnitOfWork) -> None:
    """Approve, train and delegate: investigators are principal investigators of their sites."""
    today = uow.clock.today()
    tasks = Tasks("All tasks of the role", today, None, role == "investigator", today)
    admit(
        username,
        role,
        site,
        uow=uow,
        approval=Approval("Sponsor of the simulated trial", today),
        course=Course("Protocol, GCP and this system", "1.0", today),
        tasks=tasks if delegated(role) and site else None,
    )


def _reader(uow: UnitOfWork) -> Reading:
    return Reading(uow.engine)
