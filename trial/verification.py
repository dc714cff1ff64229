"""Source data verification: which values a plan asks for, which stand verified, and what a change takes back (ICH E6(R3) 3.11.4).

A value is verified at the revision that was compared; `paths` of the table map each path to that revision, by whom and when.
Any change of a value takes its verification away, whoever makes the change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from forms.answers import Answers, Crf
from forms.text import _l
from trial.changes import changes
from trial.critical import critical_items

KIND_WORDS: Mapping[str, str] = {
    "all": _l("every value"),
    "critical": _l("critical items only"),
    "sample": _l("critical items, and every value of a random sample of forms"),
}


@dataclass(frozen=True)
class Plan:
    """Which values are verified. `percent` of the form instances, drawn by `seed`, are verified whole under "sample"."""

    number: int = 0
    kind: str = "critical"
    percent: int | None = None
    seed: str | None = None


def plan_of(row: Mapping[str, Any] | None) -> Plan:
    """The plan of a row; before one was set, critical items only."""
    return Plan(row["number"], row["kind"], row["percent"], row["seed"]) if row else Plan()


def paths_of(answers: Answers) -> tuple[str, ...]:
    """Every path that holds a value, or a reason for having none: what can be compared with a source."""
    return tuple(change.path for change in changes(None, answers) if answers.removed is None)


def required(plan: Plan, participant: str, crf: Crf) -> frozenset[str]:
    """The paths of an instance that the plan wants verified."""
    paths = paths_of(crf.answers)
    if plan.kind == "all" or (plan.kind == "sample" and drawn(plan, participant, crf.address)):
        return frozenset(paths)
    return frozenset(p for p in paths if p == "" or f"{crf.form}.{p.rpartition('/')[2]}" in critical_items())


def drawn(plan: Plan, participant: str, address: str) -> bool:
    """Whether a form instance is in the sample: the same for everyone who holds the seed, and for nobody who does not."""
    said = f"{plan.seed}\n{participant}\n{address}".encode()
    return int.from_bytes(hashlib.sha256(said).digest()[:8], "big") * 100 < (plan.percent or 0) << 64


def left(wanted: Collection[str], verified: Mapping[str, Any]) -> int:
    """How many wanted paths are not verified yet."""
    return sum(path not in verified for path in wanted)


def still_verified(verified: Mapping[str, Any], changed: Collection[str], crf: Crf) -> dict[str, Any]:
    """What stays verified after a save: neither changed, nor gone."""
    there = frozenset(paths_of(crf.answers))
    return {path: how for path, how in verified.items() if path not in changed and path in there}
