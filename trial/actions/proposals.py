"""The system proposes a query, or takes a proposal back, in the transaction of what gave it the doubt."""

from __future__ import annotations

from collections.abc import Iterable

from forms.answers import Crf
from trial.actions.case import Case
from trial.actions.queries import move, put_question
from trial.happenings_office import QueryRaised
from trial.proposals import Proposal, no_longer_stands, odd_results, steps
from trial.store.reading import Row
from trial.store.unit_of_work import UnitOfWork

GONE = "The doubt is gone."
BREACH, ODD = "breach:", "same:"


def settle(case: Case, after: tuple[Crf, ...], raised: Iterable[Row], standing: frozenset[str], uow: UnitOfWork) -> int:
    """Propose to ask about deviations that the data no longer show; resolve proposals that nobody took up and that are settled."""
    return _follow(case, after, list(no_longer_stands(raised, standing, after)), (BREACH,), uow)


def look_for_oddities(case: Case, after: tuple[Crf, ...], uow: UnitOfWork) -> int:
    """Propose to ask about results that repeat themselves; returns how many proposals were made."""
    return _follow(case, after, list(odd_results(case.record("ANY", after))), (ODD,), uow)


def _follow(case: Case, after: tuple[Crf, ...], wanted: list[Proposal], kinds: tuple[str, ...], uow: UnitOfWork) -> int:
    numbers, made = {c.address: c.number for c in after}, 0
    for step in steps(case.queries, wanted, kinds):
        if step.proposal is not None:
            _propose(case, step.proposal, numbers.get(step.proposal.address), uow)
            made += 1
        elif step.query is not None:
            move(step.query, "resolve", GONE, uow, by_system=True)
    return made


def _propose(case: Case, proposal: Proposal, revision: int | None, uow: UnitOfWork) -> None:
    form, event, occurrence = proposal.address.split("/")
    place = {"event": event, "form": form, "occurrence": int(occurrence), "path": proposal.path}
    row = put_question(
        uow, case.id, place, proposal.text(), source="system", rule=proposal.rule, said=proposal.said, revision=revision,
        state="candidate",
    )  # fmt: skip
    uow.record(QueryRaised(row["id"], proposal.address, proposal.path, proposal.rule, participant=case.id))
