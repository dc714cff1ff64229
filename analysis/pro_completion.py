"""How many questionnaires came of those that could come: by visit, before any score is shown.

A visit is expected of somebody alive and in the study whose window has closed by the cut, or who handed in the QLQ-C30 there. The four
questionnaires are asked at the same visits of everybody, so the QLQ-C30 speaks for all: whether the others were entered may follow from
the arm, and what is expected must not (PROTOCOL 10). For the same reason received and expected are counted each for itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from analysis.pro_answers import NOT_DONE, STOMA, Questionnaire
from analysis.pro_scores import C30, FORMS, LARS, WEX
from forms.answers import Crf
from forms.record import Record
from forms.text import _l
from trial import soa
from trial.blinding import HIDDEN_FORMS
from trial.course import in_course_order
from trial.protocol import PROTOCOL
from trial.schedule import DEATH, Due, Status, due
from trial.store.extract import Extract, Extracted

VISITS: tuple[str, ...] = tuple(event for event in soa.events() if soa.cell(C30, event))
"""Where quality of life is asked, in the order of the course."""

EXPECTED, DIED, LEFT = "expected", "died", "left"


@dataclass(frozen=True)
class Standing:
    """One participant at one visit that has fallen due: EXPECTED, DIED before it, or LEFT the study before it."""

    participant: str
    event: str
    state: str


@dataclass(frozen=True)
class Completion:
    """One questionnaire at one visit. `left`: withdrawn, screening failed or study ended.

    `stoma`: received from people with a stoma, of whom no score is expected; `evaluable`: received and scored; `reasons`: why it was
    set aside as not done, with how many; `no_form`: expected, and nothing was entered.
    """

    form: str
    event: str
    died: int
    left: int
    expected: int
    received: int
    stoma: int
    evaluable: int
    reasons: tuple[tuple[str, int], ...]

    @property
    def not_done(self) -> int:
        """How many were set aside."""
        return sum(n for _, n in self.reasons)

    @property
    def no_form(self) -> int:
        """Expected and neither received nor set aside; never below 0 where one came before its visit fell due."""
        return max(self.expected - self.received - self.not_done, 0)

    @property
    def scorable(self) -> int:
        """Expected less those who answered that they have a stoma, for the questionnaires that a stoma excludes from."""
        return max(self.expected - self.stoma, 0)


def standings(extract: Extract) -> tuple[Standing, ...]:
    """Every visit that has fallen due by the cut, for everybody."""
    return tuple(found for row in extract.rows for found in standings_of(row, extract.cut_on))


def standings_of(row: Extracted, cut_on: date) -> Iterator[Standing]:
    """Those of one participant. A QLQ-C30 that was set aside, or is dated after the cut, is one that did not come."""
    whole = Record(in_course_order(row.crfs), row.record().definitions)
    record = Record(tuple(c for c in whole.crfs if c.form != C30 or _came(whole, c, cut_on)), whole.definitions)
    for each in due(PROTOCOL, record, row.allocation, cut_on):
        if each.form == C30 and each.event in VISITS and (state := _state(each, cut_on)):
            yield Standing(row.participant, each.event, state)


def _came(record: Record, crf: Crf, cut_on: date) -> bool:
    if not crf.counts or record.scope(crf).code(f"{C30}.QSMODE") == NOT_DONE:
        return False
    on = record.scope(crf).item(f"{C30}.QSDAT")
    return on is None or on <= cut_on


def completion(
    stood: Iterable[Standing], found: Iterable[Questionnaire], among: Container[str] | None = None
) -> tuple[Completion, ...]:
    """By questionnaire, then visit; visits that nobody reached are left out. `among`: only these participants."""
    wanted = [s for s in stood if among is None or s.participant in among]
    given = [q for q in found if among is None or q.participant in among]
    states = Counter((s.event, s.state) for s in wanted)
    awaited = {(s.participant, s.event) for s in wanted if s.state == EXPECTED}
    return tuple(
        _counted(form, event, states, [q for q in given if (q.form, q.event) == (form, event) and _counts(q, awaited)])
        for form in FORMS
        for event in VISITS
        if any(states[event, state] for state in (EXPECTED, DIED, LEFT))
    )


def _counts(q: Questionnaire, awaited: Container[tuple[str, str]]) -> bool:
    """Whether it is counted: set aside for somebody of whom nothing was expected (a death, a window still open), it is not.

    A hidden form is counted for itself all the same: joined to who was expected, it could tell an arm.
    """
    return q.received or q.form in HIDDEN_FORMS or (q.participant, q.event) in awaited


def _counted(form: str, event: str, states: Mapping[tuple[str, str], int], given: list[Questionnaire]) -> Completion:
    here = [q for q in given if q.received]
    reasons = Counter(q.not_done for q in given if not q.received)
    return Completion(
        form,
        event,
        states.get((event, DIED), 0),
        states.get((event, LEFT), 0),
        states.get((event, EXPECTED), 0),
        len(here),
        sum(STOMA in q.why.values() for q in here) if form in (LARS, WEX) else 0,
        sum(q.evaluable for q in here),
        tuple(sorted(reasons.items())),
    )


def _state(each: Due, cut_on: date) -> str | None:
    """How the visit stands at the cut; None: it has not fallen due."""
    if each.status is Status.ENTERED:
        return EXPECTED
    closed = each.due_to is not None and each.due_to < cut_on
    if not closed:
        return None
    if each.status is Status.CANCELLED:
        return DIED if each.reason == DEATH else LEFT
    return EXPECTED


NOTE = _l(
    "Expected: alive, in the study, and the window of the visit has closed or the QLQ-C30 was received. Evaluable: at least one score."
)
