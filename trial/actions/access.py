"""What lets a role that was given come into force: the approval of the access and the training for it (R06, R75)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from trial import roles
from trial.actions.delegation import Tasks, proposed_within
from trial.actions.people import granted_within
from trial.actions.permission import permit
from trial.errors import AlreadyExists, Refused
from trial.happenings_people import AccessApproved, TrainingRecorded
from trial.store.reading import Row
from trial.store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Approval:
    """Who answered for it that a person has this access, and when."""

    by: str
    on: date


@dataclass(frozen=True)
class Course:
    """A training: its title and version, and the day it was taken."""

    title: str
    version: str
    on: date


def admit(
    username: str,
    role: str,
    site: str | None,
    *,
    uow: UnitOfWork,
    approval: Approval | None = None,
    course: Course | None = None,
    tasks: Tasks | None = None,
) -> int:
    """Give a role and record, in one go, whatever of approval, training and delegation is there; returns the assignment's id.

    A role that is held already is not given twice. Raises Refused, NotFound.
    """
    with uow:
        permit(uow.actor, "users.manage")
        holder = uow.the("person", username=username.lower())
        held = uow.all("assignment", person_id=holder["id"], role=role, site_code=site, revoked_at=None)
        row = held[0] if held else granted_within(uow, holder, role, site)
        if approval is not None and uow.one("access_approval", assignment=row["id"]) is None:
            _approved(uow, holder, row, approval)
        if course is not None:
            _trained(uow, holder, role, course)
        if tasks is not None:
            proposed_within(uow, holder, role, site, tasks)
        uow.commit()
    return int(row["id"])


def approve(assignment: int, approval: Approval, *, uow: UnitOfWork) -> None:
    """Record who approved an access. Raises AlreadyExists, Refused, NotFound."""
    with uow:
        permit(uow.actor, "users.manage")
        row = uow.the("assignment", id=assignment)
        _approved(uow, uow.the("person", id=row["person_id"]), row, approval)
        uow.commit()


def train(username: str, role: str, course: Course, *, uow: UnitOfWork) -> None:
    """Record a training for a role. Raises Refused, NotFound."""
    with uow:
        permit(uow.actor, "users.manage")
        _trained(uow, uow.the("person", username=username.lower()), role, course)
        uow.commit()


def _approved(uow: UnitOfWork, holder: Row, assignment: Row, approval: Approval) -> None:
    if uow.one("access_approval", assignment=assignment["id"]) is not None:
        raise AlreadyExists("access_approval", str(assignment["id"]))
    if not approval.by.strip() or approval.on > uow.clock.today():
        raise Refused(("approval",))
    told = {"approved_on": approval.on, "approved_by": approval.by.strip()}
    uow.insert("access_approval", assignment=assignment["id"], **told, by=uow.actor.person_id, at=uow.clock.now())
    uow.record(AccessApproved(holder["username"], assignment["role"], assignment["site_code"], approval.by.strip()))


def _trained(uow: UnitOfWork, holder: Row, role: str, course: Course) -> None:
    if role not in roles.ROLES or not course.title.strip() or course.on > uow.clock.today():
        raise Refused(("training",))
    told = {"title": course.title.strip(), "version": course.version.strip(), "taken_on": course.on}
    uow.insert("training", person_id=holder["id"], role=role, **told, by=uow.actor.person_id, at=uow.clock.now())
    uow.record(TrainingRecorded(holder["username"], role, course.title.strip(), course.version.strip()))
