"""How the trial is run, arms together: screen failures, protocol deviations, how far follow-up reaches.

Deviations are counted and never shown: their words may name the arm (PROTOCOL 10; `trial.blinding`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis.course_row import RANDOMISED, Day
from analysis.cut import last_alive
from analysis.endpoints import derive_all
from analysis.estimands import COHORT, OS, seen_from
from analysis.flow_boxes import Split, split
from analysis.flow_ends import ONGOING, ending, why_not_enrolled
from analysis.flow_rows import FlowRow
from analysis.steps import Estimate
from analysis.survival import follow_up
from trial.protocol import PROTOCOL, Protocol
from trial.store.extract import Extract

RECENT = 183
"""Days before the cut that count as the last 6 months."""
FROM_DECISION = seen_from(OS, COHORT)
"""Overall survival from randomisation where randomised, else from the decision: whoever is followed is in it."""


@dataclass(frozen=True)
class Screening:
    """Consented, and of them not enrolled for failure, by main reason; `site` "" for all sites."""

    site: str
    consented: int
    failed: int
    reasons: Split


def screening(rows: Iterable[FlowRow], protocol: Protocol = PROTOCOL) -> tuple[Screening, ...]:
    """All sites together, then each in order of its code."""
    people = [row for row in rows if row.failed or row.course.consent_on is not None]
    sites = sorted({row.course.site for row in people})
    groups = [("", people), *((site, [row for row in people if row.course.site == site]) for site in sites)]
    return tuple(_screened(site, group, protocol) for site, group in groups)


def _screened(site: str, people: Sequence[FlowRow], protocol: Protocol) -> Screening:
    failed = [row for row in people if row.failed]
    return Screening(site, len(people), len(failed), split("reason", failed, why_not_enrolled(protocol)))


@dataclass(frozen=True)
class Deviations:
    """How many by category and importance, None for a blank; how many participants have one, and one that is major."""

    counts: Mapping[tuple[str | None, str | None], int]
    participants: int
    with_major: int
    enrolled: int

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def deviations(extract: Extract, enrolled: int) -> Deviations:
    """Every deviation dated by the cut, or without a date."""
    counts: Counter[tuple[str | None, str | None]] = Counter()
    anyone, major = set(), set()
    for row in extract.rows:
        record = row.record()
        for crf in record.all("DV"):
            scope = record.scope(crf)
            on, kind = scope.item("DV.DVDAT"), (scope.item("DV.DVCAT"), scope.item("DV.DVSEV"))
            if on is not None and on > extract.cut_on:
                continue
            counts[kind] += 1
            anyone.add(row.participant)
            if kind[1] == "MAJOR":
                major.add(row.participant)
    return Deviations(counts, len(anyone), len(major), enrolled)


@dataclass(frozen=True)
class Maturity:
    """How long a group has been followed: median by reverse Kaplan-Meier in days, with limits.

    `ongoing`: still in the study; `recent`: of them known alive within the last 6 months before the cut.
    """

    group: str
    n: int
    median: Estimate
    ongoing: int
    recent: int


def maturity(rows: Iterable[FlowRow], cut_on: Day) -> tuple[Maturity, ...]:
    """Everybody with a decision (group ""), the randomised, then each site."""
    people = [row for row in rows if COHORT.on(row.course) is not None and not row.failed]
    sites = sorted({row.course.site for row in people})
    groups = [
        ("", people),
        (RANDOMISED, [row for row in people if row.course.cohort == RANDOMISED]),
        *((site, [row for row in people if row.course.site == site]) for site in sites),
    ]
    return tuple(_followed(name, group, cut_on) for name, group in groups)


def _followed(name: str, people: Sequence[FlowRow], cut_on: Day) -> Maturity:
    table = derive_all([row.course for row in people], FROM_DECISION)
    ongoing = [row for row in people if ending(row) == ONGOING]
    recent = [row for row in ongoing if (last := last_alive(row.course)) and (cut_on - last).days <= RECENT]
    median = follow_up(table.days, table.status).median if table.rows else Estimate(None)
    return Maturity(name, len(people), median, len(ongoing), len(recent))
