"""Who is told what: from an entry of the journal to notices for people. Pure; `trial/actions/notify.py` follows the journal.

A notice names its kind and, on the pages only, the participant. A mail names neither participant, site, form nor value (PIPL, ICH E6(R3)
3.16.1): it says how many of which kind wait, and where to sign in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from forms.text import _l
from trial import roles

DAILY = timedelta(hours=24)
"""What is not urgent waits for one mail a day."""
RETRY = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
"""How long after each failure a mail is tried again; after the last one an administrator must look."""


def _always(_event: Mapping[str, Any]) -> bool:
    return True


@dataclass(frozen=True)
class Rule:
    """An event that people are told of. `roles`: at the participant's site, or wherever they act; `urgent`: by mail at once."""

    kind: str
    tag: str
    words: str
    roles: frozenset[str]
    urgent: bool = False
    when: Callable[[Mapping[str, Any]], bool] = _always


_SITE = frozenset({"coordinator", "investigator"})
RULES = (
    Rule("sae", "site:crf:saved", _l("Serious adverse event reported or followed up"), frozenset({"safety_officer", "monitor"}),
         urgent=True, when=lambda e: str(e.get("crf", "")).startswith("SAE/")),
    Rule("query", "person:query:raised", _l("Query to answer"), _SITE, when=lambda e: e.get("rule") is None),
    Rule("answer", "person:query:moved", _l("Query answered"), frozenset({"monitor", "data_manager"}),
         when=lambda e: e.get("act") == "answer"),
    Rule("signature", "system:signature:voided", _l("Signature broken by a change"), frozenset({"investigator"})),
    Rule("casebook", "system:casebook:voided", _l("Casebook signature broken by a change"), frozenset({"investigator"})),
    Rule("deviation", "system:deviation:raised", _l("Protocol deviation raised"), frozenset({"monitor"})),
    Rule("allocated", "system:participant:allocated", _l("Participant randomised"), _SITE, urgent=True),
    Rule("hold", "person:hold:placed", _l("Data frozen or locked"), _SITE),
    Rule("opened", "person:hold:lifted", _l("Data opened again"), _SITE),
    Rule("refused", "person:signature:refused", _l("Wrong password at a signature"), frozenset({"administrator"}), urgent=True),
    Rule("clock", "system:clock:drifted", _l("The clock of the system is not right"), frozenset({"administrator"}), urgent=True),
    Rule("model", "system:model:failed", _l("The frozen model cannot be used"), frozenset({"administrator"}), urgent=True),
    Rule("removed", "person:data:removed", _l("Personal data taken out of the record"), frozenset({"auditor"})),
)  # fmt: skip
"""In the order in which a mail lists them."""
BY_KIND = {rule.kind: rule for rule in RULES}


@dataclass(frozen=True)
class Holder:
    """A person in a role: at `site`, or everywhere (None)."""

    person: int
    role: str
    site: str | None


def told_by(entry: Mapping[str, Any], site: str | None, holders: Iterable[Holder]) -> list[tuple[int, str]]:
    """(person, kind) for each who is told of an entry of the journal; never who did it. `site`: of the entry's participant."""
    rules = [r for r in RULES if r.tag == entry["tag"] and r.when(entry["body"]["event"])]
    found = [(h.person, r.kind) for r in rules for h in holders if h.role in r.roles and _reaches(h, site)]
    return [(person, kind) for person, kind in dict.fromkeys(found) if person != entry["actor"]]


def _reaches(holder: Holder, site: str | None) -> bool:
    everywhere = roles.ROLES[holder.role].scope in ("all", "none")
    return site is None or holder.site is None or everywhere or holder.site == site


def due_for_mail(waiting: Iterable[Mapping[str, Any]], last: datetime | None, now: datetime) -> bool:
    """Whether a mail is sent now for notices that nobody saw and no mail told: at once for an urgent one, else once a day."""
    kinds = [BY_KIND[n["kind"]] for n in waiting if n["kind"] in BY_KIND]
    return any(rule.urgent for rule in kinds) or bool(kinds and (last is None or now - last >= DAILY))


def counted(waiting: Iterable[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """What a mail says: words of each kind, and how many, in the order of the rules."""
    counts = Counter(n["kind"] for n in waiting)
    return [(rule.words, counts[rule.kind]) for rule in RULES if counts[rule.kind]]


def again_at(tries: int, now: datetime) -> datetime | None:
    """When a mail that failed for the `tries`-th time is tried again; None: not any more."""
    return now + RETRY[tries - 1] if tries <= len(RETRY) else None
