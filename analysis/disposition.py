"""How many participants reached each step, pooled: the numbers of a CONSORT flow that name no arm.

Every enrolled participant stays in the denominator (PROTOCOL 1). Source: CONSORT 2025 items 22a and 22b, pooled.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from analysis.course_row import PREFERENCE, RANDOMISED, STANDARD, CourseRow
from analysis.cut import at_the_cut
from forms.text import _l


@dataclass(frozen=True)
class Step:
    """A number of participants; `of` is the code of the step it is a part of, None for the first."""

    id: str
    text: str
    n: int
    of: str | None


@dataclass(frozen=True)
class Disposition:
    """The steps in the order of the course, and reasons for leaving the study with their numbers, by code."""

    steps: tuple[Step, ...]
    left: tuple[tuple[str, int], ...]

    def __getitem__(self, code: str) -> int:
        return next(step.n for step in self.steps if step.id == code)


def disposition(rows: Iterable[CourseRow]) -> Disposition:
    """Count the rows at their cut. Somebody who left no date for a step has not reached it."""
    courses = tuple(at_the_cut(row) for row in rows)
    enrolled = tuple(row for row in courses if row.eligible_on)
    decided = tuple(row for row in enrolled if row.decision_on)
    steps = (
        Step("CONSENTED", _l("Consented"), sum(row.consent_on is not None for row in courses), None),
        Step("FAILED", _l("Screen failures"), sum(row.screen_failed_on is not None for row in courses), "CONSENTED"),
        Step("ENROLLED", _l("Enrolled (eligibility signed)"), len(enrolled), "CONSENTED"),
        Step(
            "TREATED",
            _l("Began neoadjuvant therapy"),
            sum(row.therapy_start_on is not None for row in enrolled),
            "ENROLLED",
        ),
        Step("RESTAGED", _l("Restaged"), sum(row.restaged_on is not None for row in enrolled), "ENROLLED"),
        Step("DECIDED", _l("Decision recorded"), len(decided), "ENROLLED"),
        Step(
            "CANDIDATES",
            _l("Candidates for organ preservation"),
            sum(row.candidate is True for row in decided),
            "DECIDED",
        ),
        Step("RANDOMISED", _l("Randomised"), _cohort(enrolled, RANDOMISED), "ENROLLED"),
        Step("PREFERENCE", _l("Preference cohort"), _cohort(enrolled, PREFERENCE), "ENROLLED"),
        Step("STANDARD", _l("Standard cohort"), _cohort(enrolled, STANDARD), "ENROLLED"),
        Step("WITHDRAWN", _l("Consent withdrawn"), sum(row.withdrawn_on is not None for row in enrolled), "ENROLLED"),
        Step("DIED", _l("Died"), sum(row.died_on is not None for row in enrolled), "ENROLLED"),
        Step("ENDED", _l("Ended the study"), sum(row.ended_on is not None for row in enrolled), "ENROLLED"),
    )
    reasons = Counter(row.end_reason or "UNKNOWN" for row in enrolled if row.ended_on)
    return Disposition(steps, tuple(sorted(reasons.items())))


def _cohort(rows: Iterable[CourseRow], cohort: str) -> int:
    return sum(row.cohort == cohort for row in rows)
