"""Saving lines of a file on a form: as many as can be; what stands in the way is said of the line it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from forms.findings import Finding
from forms.text import _l
from trial.actions.enter import Saved, saved_within
from trial.actions.entry import Entry
from trial.actions.import_order import Order
from trial.actions.import_run import REJECTED, Verdict
from trial.errors import ConfirmationNeeded, CrfLocked, NotAllowed, NotFound, NotOpen, ReasonNeeded, Refused
from trial.store.unit_of_work import UnitOfWork

UNEXPLAINED = _l("A saved value would change, and no reason was given for the import.")

WHOLE = (NotFound, NotAllowed, NotOpen, CrfLocked)
"""Refusals of a form as a whole."""


def saved_lines(group: Sequence[Any], attempt: Callable[[Sequence[Any]], list[Verdict]]) -> list[Verdict]:
    """Save one form with as many of its lines as can be: a line that cannot be is rejected by its own words, the others go on."""
    lost: list[Verdict] = []
    sample = list(group)
    while sample:
        try:
            return [*lost, *attempt(sample)]
        except (Refused, ConfirmationNeeded) as refusal:
            bad = _by_line(sample, refusal)
            lost += [
                Verdict(e.line, e.participant, REJECTED, bad[e.line].message, bad[e.line].args)
                for e in sample
                if e.line in bad
            ]
            sample = [each for each in sample if each.line not in bad]
        except WHOLE as refusal:
            why = refusal_words(refusal)
            return [*lost, *(Verdict(each.line, each.participant, REJECTED, why) for each in sample)]
    return lost


def refusal_words(refusal: Exception) -> str:
    """Such a refusal, as a msgid."""
    match refusal:
        case NotFound() | NotAllowed():
            return _l("There is no such participant, or you may not import for its site.")
        case CrfLocked(kind="freeze"):
            return _l("The form is frozen.")
        case CrfLocked():
            return _l("The form is locked.")
        case _:
            return _l("The form may not be written now.")


def saved_confirmed(entry: Entry, order: Order, uow: UnitOfWork) -> Saved:
    """Save; what a soft check asks is answered with the reason of the run, where there is one."""
    try:
        return saved_within(entry, uow)
    except ConfirmationNeeded as asked:
        if not order.reason:
            raise
        reasons = {f.key: order.reason for f in asked.findings}
        confirmed = {**entry.raw.get("confirmed", {}), **reasons}
        return saved_within(replace(entry, raw={**entry.raw, "confirmed": confirmed}), uow)


def unexplained(refusal: ReasonNeeded) -> Refused:
    """A change without a reason, said of the row it would change."""
    rows = dict.fromkeys(change.path.split("/")[1] if "/" in change.path else None for change in refusal.changes)
    return Refused(tuple(Finding("problem", "import:reason", UNEXPLAINED, row=row) for row in rows))


def located(refusal: Refused | ConfirmationNeeded, placed: Mapping[int, str]) -> Refused | ConfirmationNeeded:
    """The same refusal, its findings naming lines of the file in place of rows of the form."""
    line_of = {row: str(line) for line, row in placed.items()}
    return type(refusal)(tuple(replace(f, row=line_of.get(f.row or "")) for f in refusal.findings))


def saved_in_place(entry: Entry, placed: Mapping[int, str], order: Order, uow: UnitOfWork) -> Saved:
    """Save a form whose rows came from the lines `placed` names; what is refused names the line."""
    try:
        return saved_confirmed(entry, order, uow)
    except (Refused, ConfirmationNeeded) as refusal:
        raise located(refusal, placed) from refusal
    except ReasonNeeded as refusal:
        raise located(unexplained(refusal), placed) from refusal


def _by_line(sample: Sequence[Any], refusal: Refused | ConfirmationNeeded) -> dict[int, Finding]:
    """The lines a refusal speaks of, each with the first thing said; every line where it speaks of the form as a whole."""
    named = {f.row: f for f in reversed(refusal.findings) if f.row is not None}
    bad = {each.line: named[str(each.line)] for each in sample if str(each.line) in named}
    return bad or dict.fromkeys((each.line for each in sample), refusal.findings[0])
