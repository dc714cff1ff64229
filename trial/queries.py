"""Queries: the states of ODM 2.0, who may move them, and which ones the system itself raises and resolves.

A query points at FORM/EVENT/OCCURRENCE and a path, which is the OID of an item, or GROUP/row/OID with the permanent id of a row:
it stays where it is when rows are saved again or ordered otherwise. It is closed by the role that raised it or by a data manager,
never by the site (R41).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forms.findings import Finding
from forms.language import FormDef
from forms.text import _l
from trial.proposals import proposed
from trial.roles import may
from trial.standing import Standing

LIVE = frozenset({"candidate", "open", "answered"})
STATE_WORDS: Mapping[str, str] = {
    "candidate": _l("proposed"),
    "open": _l("open"),
    "answered": _l("answered"),
    "closed": _l("closed"),
    "cancelled": _l("cancelled"),
    "resolved": _l("resolved"),
}
"""The states of ODM 2.0 (Query, State), in the order of a query's life."""

SOURCES: Mapping[str, tuple[str, str]] = {
    "system": ("System", _l("System")),
    "data": ("Data Management", _l("Data management")),
    "monitor": ("Site Monitor", _l("Site monitor")),
    "coding": ("Coding System", _l("Coding")),
    "safety": ("Safety Reviewer", _l("Safety reviewer")),
}
"""Where a query comes from: our code to the word of ODM 2.0 and the word on the page."""

SOURCE_OF_ROLE: Mapping[str, str] = {"monitor": "monitor", "data_manager": "data", "safety_officer": "safety"}
OWNER_OF_ALL = "data_manager"

ACTS: Mapping[str, Mapping[str, str]] = {
    "open": {"candidate": "open"},
    "answer": {"open": "answered"},
    "reopen": {"answered": "open"},
    "close": {"open": "closed", "answered": "closed"},
    "cancel": {"candidate": "cancelled", "open": "cancelled", "answered": "cancelled"},
    "remark": {"candidate": "candidate", "open": "open", "answered": "answered"},
    "assign": {"candidate": "candidate", "open": "open", "answered": "answered"},
    "resolve": {"candidate": "resolved", "open": "resolved", "answered": "resolved"},
}
"""Act to the state it leads to from each state it is possible in."""

ACT_WORDS: Mapping[str, str] = {
    "raise": _l("raised"),
    "propose": _l("proposed"),
    "open": _l("opened"),
    "answer": _l("answered"),
    "reopen": _l("opened again"),
    "close": _l("closed"),
    "cancel": _l("cancelled"),
    "remark": _l("remarked"),
    "assign": _l("assigned"),
    "resolve": _l("resolved by the system"),
}
NEEDS_WORDS = frozenset({"answer", "reopen", "cancel", "remark"})
"""Acts that mean nothing without a word; closing what was answered does."""


def next_state(act: str, state: str) -> str | None:
    """Where an act leads from a state; None where it is not possible."""
    return ACTS.get(act, {}).get(state)


def may_act(role: str, act: str, raised_role: str | None, state: str = "open") -> bool:
    """Whether a role may do that to a query raised in `raised_role` (None: by the system). What was only proposed is anybody's to
    take up or to drop who may ask.
    """
    if act == "resolve":
        return role == "system"
    if act == "answer":
        return may(role, "query.answer")
    if act in ("remark", "assign"):
        return may(role, "query.answer") or may(role, "query.raise")
    return may(role, "query.raise") and (state == "candidate" or role in (raised_role, OWNER_OF_ALL))


def possible(role: str, query: Mapping[str, Any]) -> tuple[str, ...]:
    """The acts a role may do to a query now, in the order a page offers them."""
    order = ("answer", "close", "reopen", "open", "remark", "cancel")
    return tuple(
        a
        for a in order
        if next_state(a, query["state"]) is not None and may_act(role, a, query["raised_role"], query["state"])
    )


# --- what the system asks --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """A query the system wants to stand: of a check that speaks and was overridden (`reason`), or that nobody was asked yet."""

    address: str
    path: str
    finding: Finding
    reason: str | None

    @property
    def key(self) -> tuple[str, str]:
        return self.address, self.finding.key

    @property
    def said(self) -> dict[str, Any]:
        """The message and what it quotes, to be translated where it is shown."""
        return {"message": self.finding.message, "args": {k: str(v) for k, v in self.finding.args.items()}}


def path_of(form: FormDef, finding: Finding) -> str:
    """The path of the item a finding speaks of; "" for the whole form."""
    if finding.item is None:
        return ""
    group = form.item(finding.item).group
    return f"{group}/{finding.row}/{finding.item}" if group and finding.row else finding.item


def wanted(standing: Standing, form: FormDef) -> Iterator[Wanted]:
    """Every soft finding of an instance, and every hard one: those can only come from a later save of another form."""
    reasons = standing.crf.answers.confirmed
    for finding in standing.spoken:
        reason = reasons.get(finding.key) if finding.level == "soft" else None
        yield Wanted(standing.crf.address, path_of(form, finding), finding, reason or None)


@dataclass(frozen=True)
class Step:
    """One thing for the system to do. `query`: the row, None to raise one; `act` as in ACTS, or "raise"; `wanted` None to resolve."""

    act: str
    query: Mapping[str, Any] | None
    wanted: Wanted | None


def steps(rows: Iterable[Mapping[str, Any]], asked: Iterable[Wanted], concerned: frozenset[str]) -> Iterator[Step]:
    """What to raise, answer or resolve so that the system's queries on the `concerned` addresses say what the checks say.

    What a person closed or cancelled is not raised again while the check says the same words.
    """
    own = [r for r in rows if _of_a_check(r) and address_of(r) in concerned]
    live = {(address_of(r), r["rule"]): r for r in own if r["state"] in LIVE}
    ended = {(address_of(r), r["rule"]): r["said"] for r in own if r["state"] in ("closed", "cancelled")}
    spoken = {w.key: w for w in asked}
    yield from (Step("resolve", row, None) for key, row in live.items() if key not in spoken)
    for key, each in spoken.items():
        if key not in live:
            if ended.get(key) != each.said:
                yield Step("raise", None, each)
        elif each.reason and live[key]["state"] == "open":
            yield Step("answer", live[key], each)


def _of_a_check(row: Mapping[str, Any]) -> bool:
    return row["rule"] is not None and row["form"] is not None and not proposed(row["rule"])


def address_of(row: Mapping[str, Any]) -> str:
    """FORM/EVENT/OCCURRENCE of a query's row that names a form."""
    return f"{row['form']}/{row['event']}/{row['occurrence']}"
