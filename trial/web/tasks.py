"""What is due, for whom: the work list of the first page, in the order a person would take it up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from forms.catalogue import definitions
from trial import roles, safety, schedule
from trial.actions import delegation
from trial.actions.case import load
from trial.actions.entry import Entry
from trial.safety import ClockState
from trial.schedule import Status
from trial.store import office, worklist
from trial.store.reading import Reader, Row
from trial.web.house import actor, house, reading
from trial.web.words import event_words, form_words

SOON = timedelta(days=14)
"""How far ahead the first page looks."""


@dataclass(frozen=True)
class Task:
    """One thing to do. `state`: overdue, due, soon, open; `days`: to the end of its window, negative once it has passed."""

    participant: str
    words: str
    url: str
    state: str
    when: str
    days: int | None = None
    visit: str = ""


@dataclass(frozen=True)
class Visit:
    """What one participant owes at one visit, by the window of its first form."""

    first: Task
    tasks: tuple[Task, ...]


def by_visit(tasks: list[Task]) -> list[Visit]:
    """Forms of one participant at one visit and state together, in the order given."""
    groups: dict[tuple[str, str, str], list[Task]] = {}
    for task in tasks:
        groups.setdefault((task.participant, task.visit, task.state), []).append(task)
    return [Visit(group[0], tuple(group)) for group in groups.values()]


def due_forms(reader: Reader, today: date) -> list[Task]:
    """Forms owed now or within two weeks, that the role can enter (or read, for who enters nothing)."""
    rows = worklist.open_forms(reader, actor().sites, today=today, ahead=SOON, forms=_concerned())
    return sorted((_form_task(row, today) for row in rows), key=lambda t: _ORDER[t.state])


def count_due(reader: Reader, today: date) -> int:
    """How many forms `due_forms` would list, were its list without end."""
    return worklist.count_open(reader, actor().sites, today=today, ahead=SOON, forms=_concerned())


def _concerned() -> frozenset[str]:
    able = roles.may_write_form if roles.may(actor().role, "crf.write") else roles.may_read_form
    return frozenset(oid for oid, _version in definitions() if able(actor().role, oid))


_ORDER = {"overdue": 0, "due": 1, "open": 2, "soon": 3}


def _form_task(row: Row, today: date) -> Task:
    status = schedule.on_day(row["due_from"], row["due_to"], row["given_up_from"], today)
    state = {Status.OVERDUE: "overdue", Status.NOT_YET: "soon"}.get(status, "due" if row["due_to"] else "open")
    left = (row["due_to"] - today).days if row["due_to"] else None
    return Task(
        row["participant"], form_words(row["form"]), crf_url(row), state, _window(row), left, event_words(row["event"])
    )


def _window(row: Row) -> str:
    if row["due_from"] is None:
        return _("at once")
    return (
        f"{row['due_from']:%Y-%m-%d} – {row['due_to']:%Y-%m-%d}"
        if row["due_to"]
        else _("since %(day)s", day=row["due_from"])
    )


def crf_url(row: Any) -> str:
    """The page of a form instance."""
    return url_for(
        "crf.show", participant=row["participant"], event=row["event"], form=row["form"], occurrence=row["occurrence"]
    )


def incomplete(reader: Reader) -> list[Task]:
    """Entered forms with open answers."""
    rows = worklist.incomplete_forms(reader, actor().sites)
    return [Task(r["participant"], form_words(r["form"]), crf_url(r), "open", "", None, event_words(r["event"]))
            for r in rows if roles.may_write_form(actor().role, r["form"])]  # fmt: skip


def to_sign(reader: Reader) -> list[Task]:
    """Complete forms that wait for a signature."""
    if not roles.may(actor().role, "crf.sign"):
        return []
    signed = sorted({oid for (oid, _version), form in definitions().items() if form.signed})
    rows = worklist.unsigned_forms(reader, actor().sites, signed)
    return [
        Task(r["participant"], form_words(r["form"]), _sign_url(r), "due", "", None, event_words(r["event"]))
        for r in rows
    ]


def _sign_url(row: Row) -> str:
    return url_for(
        "signing.show",
        participant=row["participant"],
        event=row["event"],
        form=row["form"],
        occurrence=row["occurrence"],
    )


def queries(reader: Reader) -> tuple[str, int] | None:
    """How many queries wait for this role, and the state they wait in: open ones for the site, answered ones for who asks."""
    role = actor().role
    if not roles.may(role, "query.read"):
        return None
    state = "answered" if roles.may(role, "query.raise") else "open"
    forms = roles.ROLES[role].forms
    return state, office.count_queries(reader, actor().sites, states={state}, forms=forms)


def to_verify(reader: Reader) -> int:
    """How many forms hold values that a monitor has still to compare with their source."""
    return office.count_to_verify(reader, actor().sites) if roles.may(actor().role, "data.verify") else 0


def to_delegate(reader: Reader, today: date) -> int:
    """How many delegations wait for this person's signature as principal investigator."""
    if not roles.may(actor().role, "delegation.sign"):
        return 0
    return len(delegation.waiting(reader, actor(), today))


def safety_clocks(reader: Reader) -> list[Task]:
    """Clocks of serious events that run or have run out."""
    if not roles.may(actor().role, "safety.read"):
        return []
    found = [task for row in worklist.with_form(reader, actor().sites, "SAE") for task in _clocks(reader, row)]
    return sorted(found, key=lambda t: (t.state != "overdue", t.when))


def _clocks(reader: Reader, participant: Row) -> Iterator[Task]:
    case = load(reader, participant, house().clock)
    record = case.record()
    for sae in record.all("SAE"):
        for clock in safety.clocks(case.protocol, record, sae, case.now, house().settings.zone):
            if clock.state in (ClockState.RUNNING, ClockState.OVERDUE) and clock.due:
                place = {"participant": case.id, "event": sae.event, "form": "SAE", "occurrence": sae.occurrence}
                state = "overdue" if clock.state is ClockState.OVERDUE else "due"
                words = f"{form_words('SAE')} {sae.occurrence}"
                yield Task(
                    case.id, _(clock.label), crf_url(place), state, f"{clock.due:%Y-%m-%d %H:%M} UTC", None, words
                )


def next_form(participant: str, after: Entry) -> str | None:
    """The page of the next form this participant owes now, after the one just saved; None when nothing is owed."""
    today = house().clock.today()
    rows = reading().all("due", participant=participant)
    states = {
        (r["event"], r["form"], r["occurrence"]) for r in reading().all("crf", participant=participant) if r["revision"]
    }
    order = [f for f, _version in definitions()]
    owed = [
        r
        for r in rows
        if (r["event"], r["form"], r["occurrence"]) not in states
        and roles.may_write_form(actor().role, r["form"])
        and (r["due_from"] is None or r["due_from"] <= today)
    ]
    same = [r for r in owed if r["event"] == after.event] or owed
    chosen = min(same, key=lambda r: (r["due_on"] or today, _paper(r["form"]), order.index(r["form"])), default=None)
    return crf_url(chosen) if chosen else None


def _paper(form: str) -> int:
    from trial import soa

    names = soa.forms()
    return names.index(form) if form in names else len(names)
