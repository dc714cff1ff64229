"""The two stopping rules for watch-and-wait, WW and WW-P together, with everything they rest on (PROTOCOL 8).

A rule is met (True), not met (False), or cannot be told (None): unknown is neither, and a report that is still missing is not counted
for or against. Both limits are strict: a limit that lies on the threshold does not meet the rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from analysis.course_row import R0, CourseRow
from analysis.cut import at_the_cut
from analysis.endpoints import EVENT, derive_all
from analysis.estimands import REGROWTH
from analysis.incidence import aalen_johansen
from analysis.rates import proportion
from analysis.rules import confirmed, is_salvage, salvages_of
from analysis.steps import Estimate, observed_at
from forms.dates import DAYS_PER_YEAR
from trial.protocol import Design

LEVEL = 0.95
"""Two-sided: each limit alone is one-sided 97.5 %."""
TWO_YEARS = 2 * DAYS_PER_YEAR


@dataclass(frozen=True)
class RegrowthRule:
    """Too many regrowths: the lower limit of the incidence at two years against `threshold`; numbers by then, and at risk then."""

    threshold: float
    participants: int
    events: int
    competing: int
    at_risk: int
    incidence: Estimate
    notes: tuple[tuple[str, int], ...] = ()

    @property
    def limit(self) -> float | None:
        """The lower limit that is judged: of the incidence; while nobody was followed to two years, of the share were nobody else to
        regrow.

        Then the curve cannot be read there: when the last one at risk regrows it jumps to almost 1 with narrow limits, in 6 to 7 % of
        simulated trials (docs/decisions/0031).
        """
        if self.at_risk:
            return self.incidence.lower
        return proportion(self.events, self.participants, level=LEVEL).lower if self.participants else None

    @property
    def met(self) -> bool | None:
        """Whether the rule is met; None where that cannot be told: nobody was followed so long, or the limit does not exist."""
        if self.limit is not None and self.limit > self.threshold:
            return True
        if not self.at_risk or self.incidence.value is None:
            return None
        # Without a limit below: an estimate no higher than the threshold cannot have one above it.
        return False if self.incidence.lower is not None or self.incidence.value <= self.threshold else None


@dataclass(frozen=True)
class SalvageRule:
    """Too few R0: the upper limit of R0 among salvage operations for regrowth against `threshold`, from so many operations on.

    `unknown`: operations without a report of residual tumour.
    """

    threshold: float
    from_operations: int
    r0: int
    not_r0: int
    unknown: int = 0

    @property
    def operations(self) -> int:
        return self.r0 + self.not_r0 + self.unknown

    @property
    def share(self) -> Estimate:
        """R0 among the operations that have a report, with limits."""
        if not self.r0 + self.not_r0:
            return Estimate(None)
        found = proportion(self.r0, self.r0 + self.not_r0, level=LEVEL)
        return Estimate(found.value, found.lower, found.upper)

    @property
    def met(self) -> bool | None:
        """Whether the rule is met whatever the missing reports say; None where it depends on them."""
        if self.operations < self.from_operations:
            return False
        worst, best = self._below(self.r0), self._below(self.r0 + self.unknown)
        return worst if worst is best else None

    def _below(self, r0: int) -> bool:
        upper = proportion(r0, self.operations, level=LEVEL).upper
        return upper is not None and upper < self.threshold


@dataclass(frozen=True)
class StoppingRules:
    """Both rules, and confirmed regrowths without a salvage operation by what was decided (None: nothing yet) beside them."""

    regrowth: RegrowthRule
    salvage: SalvageRule
    confirmed: int
    without_salvage: tuple[tuple[str | None, int], ...]


def stopping_rules(rows: Iterable[CourseRow], design: Design) -> StoppingRules:
    """The rules over everyone under watch-and-wait by allocation or by choice; the order of `rows` does not matter."""
    courses = tuple(at_the_cut(row) for row in rows)
    watched = [row for row in courses if REGROWTH.population.holds(row)]
    return StoppingRules(
        regrowth_rule(courses, design),
        salvage_rule(watched, design),
        sum(len(confirmed(row)) for row in watched),
        _without_salvage(watched),
    )


def regrowth_rule(rows: Iterable[CourseRow], design: Design) -> RegrowthRule:
    """Regrowth by two years, competing events as in the endpoint."""
    table = derive_all(rows, REGROWTH)
    curve = aalen_johansen(table.days, table.status, EVENT, level=LEVEL)
    by_then = Counter(row.status for row in table.rows if row.days <= TWO_YEARS)
    competing = sum(n for status, n in by_then.items() if status > EVENT)
    return RegrowthRule(
        design.stop_regrowth_2_years,
        curve.n,
        by_then[EVENT],
        competing,
        curve.at_risk_at(TWO_YEARS),
        observed_at(curve, TWO_YEARS),
        table.notes,
    )


def salvage_rule(rows: Iterable[CourseRow], design: Design) -> SalvageRule:
    """Every operation for a confirmed regrowth, by its residual tumour."""
    residual = [o.residual for row in rows for o in row.operations if is_salvage(row, o)]
    known = [each for each in residual if each is not None]
    r0 = known.count(R0)
    return SalvageRule(design.stop_r0, design.stop_r0_from_operations, r0, len(known) - r0, len(residual) - len(known))


def _without_salvage(rows: Iterable[CourseRow]) -> tuple[tuple[str | None, int], ...]:
    left = Counter(found.salvage for row in rows for found in confirmed(row) if not salvages_of(row, found))
    return tuple(sorted(left.items(), key=lambda pair: (pair[0] is None, pair[0] or "")))
