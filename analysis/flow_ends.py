"""How somebody's part in the study ended, and the ends of the branches of a flow: begun, status, analysed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis.course_row import STANDARD, TME
from analysis.endpoints import EVENT, derive
from analysis.estimands import COHORT, NRDFS, seen_from
from analysis.flow_boxes import Box, Question, split
from analysis.flow_rows import FlowRow
from forms.codelists.events import END_OF_STUDY
from forms.codelists.treatment import STRATEGY_DIFFERS
from forms.text import _l
from trial.protocol import Protocol

ONGOING, DEATH, WITHDRAWN, LOST, OTHER = "ONGOING", "DEATH", "WITHDRAWN", "LOST", "OTHER"
AS_DUE, NO_REASON, NOT_RECORDED = "AS_DUE", "NO_REASON", "NOT_RECORDED"
ENDINGS: Mapping[str, str] = {ONGOING: _l("in the study at the cut"), **{c.code: c.decode for c in END_OF_STUDY}}


def ending(row: FlowRow) -> str:
    """How somebody's study stands at the cut: ONGOING, or why it ended. Death goes before any other reason."""
    c = row.course
    if c.died_on is not None:
        return DEATH
    if c.ended_on is not None:
        return c.end_reason or OTHER
    return WITHDRAWN if c.withdrawn_on is not None else ONGOING


WHY_GONE = Question(_l("Reason"), ending, ENDINGS)


def why_not_enrolled(protocol: Protocol) -> Question:
    """The first criterion that fails, in the order of the protocol; failure without one; who is still being screened."""

    def reason(row: FlowRow) -> str:
        return next(iter(row.criteria), "NO_CRITERION") if row.failed else ending(row)

    criteria = {c.id: c.text for c in protocol.criteria}
    words = {**criteria, "NO_CRITERION": _l("screen failure, no criterion known to fail"), **ENDINGS}
    return Question(_l("Reason"), reason, {**words, ONGOING: _l("in screening at the cut")}, named=frozenset(criteria))


def begun(row: FlowRow) -> str:
    """As allocated, chosen, or due (not a candidate: surgery), or why not."""
    due = TME if row.course.cohort == STANDARD else row.course.arm
    if row.began is None or due is None:
        return NOT_RECORDED
    return AS_DUE if row.began == due else row.began_why or NO_REASON


def analysed(row: FlowRow) -> str:
    """Whether somebody is in the primary analysis, or its like from the decision in the other cohorts."""
    found = derive(row.course, seen_from(NRDFS, COHORT))
    if found is None:
        return "EXCLUDED"
    return "ANALYSED" if found.days > 0 or found.status == EVENT else "AT_ORIGIN"


BEGUN = Question(
    _l("Strategy begun, or why another"),
    begun,
    {
        AS_DUE: _l("as allocated, chosen or due"),
        **{c.code: c.decode for c in STRATEGY_DIFFERS},
        NO_REASON: _l("another one, no reason given"),
        NOT_RECORDED: _l("not recorded"),
    },
    frozenset({AS_DUE}),
)
STATUS = Question(
    _l("At the cut"), ending, {**ENDINGS, ONGOING: _l("in follow-up")}, frozenset({ONGOING, LOST, WITHDRAWN})
)
ANALYSED = Question(
    _l("Non-regrowth disease-free survival"),
    analysed,
    {
        "ANALYSED": _l("analysed"),
        "AT_ORIGIN": _l("analysed, no assessment after the origin"),
        "EXCLUDED": _l("not analysed"),
    },
    frozenset({"ANALYSED"}),
)


def branch(code: str, text: str, of: str | None, people: Sequence[FlowRow], sums: tuple[str, ...] = ()) -> Box:
    """The end of a branch, or of several brought together."""
    questions = (("begun", BEGUN), ("status", STATUS), ("analysed", ANALYSED))
    return Box(code, text, len(people), of, splits=tuple(split(name, people, q) for name, q in questions), sums=sums)
