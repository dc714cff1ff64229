"""Queries the system raises, answers and resolves in the transaction of the save that gave the reason for them.

An overridden soft check stands as an answered query, so that somebody besides the site reads the reason (R29). A check that speaks because
another form was saved later stands as an open one: nobody was on that page to be asked.
"""

from __future__ import annotations

from collections.abc import Mapping

from forms.answers import Crf
from forms.catalogue import definitions
from trial.actions import due
from trial.actions.case import Case
from trial.actions.queries import move, put_question
from trial.happenings_office import QueryRaised
from trial.queries import Step, Wanted, steps, wanted
from trial.standing import Standing
from trial.store.unit_of_work import UnitOfWork

RESOLVED = "The check has nothing to say any more."


def look_again(
    case: Case, after: tuple[Crf, ...], uow: UnitOfWork, saved: Crf | None = None, *, every: bool = False
) -> None:
    """After a save, an allocation, a call: what is due, and what the checks ask of every form that may stand otherwise now.

    `every`: of all of them, where the rules themselves are others now.
    """
    stood = due.refresh(case, after, uow, saved, every=every)
    _follow(case, stood, frozenset({saved.address}) if saved else frozenset(), uow)


def _follow(case: Case, stood: Mapping[str, Standing], removed: frozenset[str], uow: UnitOfWork) -> None:
    asked = [w for s in stood.values() for w in wanted(s, definitions()[s.crf.form, s.crf.version])]
    for step in steps(case.queries, asked, frozenset(stood) | removed):
        _take(step, case, stood, uow)


def _take(step: Step, case: Case, stood: Mapping[str, Standing], uow: UnitOfWork) -> None:
    if step.act == "raise" and step.wanted is not None:
        _raise(step.wanted, case, stood[step.wanted.address].crf.number, uow)
    elif step.query is not None:
        words = step.wanted.reason if step.wanted else RESOLVED
        move(step.query, step.act, words or "", uow, by_system=step.act == "resolve")


def _raise(wanted: Wanted, case: Case, revision: int, uow: UnitOfWork) -> None:
    form, event, occurrence = wanted.address.split("/")
    place = {"event": event, "form": form, "occurrence": int(occurrence), "path": wanted.path}
    row = put_question(
        uow,
        case.id,
        place,
        wanted.finding.text(),
        source="system",
        rule=wanted.finding.key,
        said=wanted.said,
        revision=revision,
    )
    uow.record(QueryRaised(row["id"], wanted.address, wanted.path, wanted.finding.key, participant=case.id))
    if wanted.reason:
        move(row, "answer", wanted.reason, uow)
