"""Adverse events in tables: participants, not events, each once per term and per class at the highest grade.

A participant with no event is still in the denominator. A grade that is unknown is counted as such and never
as mild. Sources: PROTOCOL 7 and 9; CTCAE 5.0; ICH E3 section 14.3.1.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from forms.dates import PartialDate
from forms.text import _l

DEFINITION = _l(
    "Participants, not events: each counts once per term and once per class, at the highest grade. "
    "CTCAE 5.0. Unknown grades stand in their own column and count as none of the others."
)
SEVERE_FROM = 3
FATAL_GRADE = 5
THERAPY = ("RT", "CHEMO", "IO")
"""Codes of neoadjuvant therapy in AE.AEREL, given in every arm alike; operation and study procedure tell an arm (PROTOCOL 10)."""


@dataclass(frozen=True)
class AdverseEvent:
    """An AE form. `related` holds codes of RELATED_TO, empty for "none"; None, like None elsewhere, is unknown."""

    participant: str
    term: str
    soc: str
    grade: int | None
    onset_on: PartialDate | None = None
    serious: bool | None = None
    related: frozenset[str] | None = None
    immune_related: bool | None = None
    fatal: bool | None = None


@dataclass(frozen=True)
class OverviewLine:
    """How many participants had at least one such event, and how many more could have (a deciding item unknown)."""

    id: str
    text: str
    participants: int
    unknown: int


@dataclass(frozen=True)
class TermLine:
    """A class (`term` None) or a term: participants by highest grade 1 to 5, and those with no grade known."""

    soc: str
    term: str | None
    by_grade: tuple[int, int, int, int, int]
    grade_unknown: int

    @property
    def any_grade(self) -> int:
        return sum(self.by_grade) + self.grade_unknown

    @property
    def severe(self) -> int:
        return sum(self.by_grade[SEVERE_FROM - 1 :])


@dataclass(frozen=True)
class AdverseEvents:
    """The tables of one group: `denominator` participants in the safety set, `events` forms counted."""

    denominator: int
    events: int
    overview: tuple[OverviewLine, ...]
    lines: tuple[TermLine, ...]


class OutsideSafetySet(ValueError):
    """An event of somebody who is not in the denominator; `participants` names them."""

    def __init__(self, participants: tuple[str, ...]) -> None:
        super().__init__(f"not in the safety set: {', '.join(participants)}")
        self.participants = participants


def tabulate(events: Iterable[AdverseEvent], safety_set: Iterable[str]) -> AdverseEvents:
    """Overview and table by class and term. Raises OutsideSafetySet."""
    members, counted = frozenset(safety_set), tuple(events)
    if strangers := sorted({e.participant for e in counted} - members):
        raise OutsideSafetySet(tuple(strangers))
    return AdverseEvents(len(members), len(counted), _overview(counted), _lines(counted))


def at_least(grade: int) -> Callable[[AdverseEvent], bool | None]:
    """Whether an event has that grade or a higher one."""
    return lambda event: None if event.grade is None else event.grade >= grade


def _is_related(event: AdverseEvent) -> bool | None:
    """To neoadjuvant therapy. With operations counted in, a reader could subtract therapy and be left with who was operated on."""
    return None if event.related is None else not event.related.isdisjoint(THERAPY)


def both(a: bool | None, b: bool | None) -> bool | None:
    """Whether two things hold; what is not known decides only where the other does not settle it."""
    return False if a is False or b is False else None if a is None or b is None else True


_OVERVIEW: tuple[tuple[str, str, Callable[[AdverseEvent], bool | None]], ...] = (
    ("ANY", _l("Any adverse event"), lambda e: True),
    ("SEVERE", _l("Grade 3 or higher"), at_least(SEVERE_FROM)),
    ("SERIOUS", _l("Serious"), lambda e: e.serious),
    ("RELATED", _l("Related to neoadjuvant therapy"), _is_related),
    (
        "RELATED_SEVERE",
        _l("Related to neoadjuvant therapy, grade 3 or higher"),
        lambda e: both(_is_related(e), at_least(SEVERE_FROM)(e)),
    ),
    ("RELATED_SERIOUS", _l("Related to neoadjuvant therapy and serious"), lambda e: both(_is_related(e), e.serious)),
    ("IMMUNE", _l("Immune-related"), lambda e: e.immune_related),
    ("FATAL", _l("Fatal outcome or grade 5"), lambda e: is_fatal(e)),
)


def is_fatal(event: AdverseEvent) -> bool | None:
    """Whether an event ended in death: by its outcome, or by grade 5."""
    if event.fatal or event.grade == FATAL_GRADE:
        return True
    return None if event.fatal is None or event.grade is None else False


def _overview(events: Sequence[AdverseEvent]) -> tuple[OverviewLine, ...]:
    return tuple(
        overview_line(code, text, ((e.participant, rule(e)) for e in events)) for code, text, rule in _OVERVIEW
    )


def overview_line(code: str, text: str, verdicts: Iterable[tuple[str, bool | None]]) -> OverviewLine:
    """Participants of whom one verdict is yes; and of the others those of whom one cannot be told."""
    found = tuple(verdicts)
    yes = {participant for participant, verdict in found if verdict is True}
    perhaps = {participant for participant, verdict in found if verdict is None}
    return OverviewLine(code, text, len(yes), len(perhaps - yes))


def _lines(events: Sequence[AdverseEvent]) -> tuple[TermLine, ...]:
    """Classes by how many had one, then by name; within a class its terms, the same way."""
    classes = [_line(soc, None, [e for e in events if e.soc == soc]) for soc in {e.soc for e in events}]
    lines: list[TermLine] = []
    for line in sorted(classes, key=lambda line: (-line.any_grade, line.soc)):
        own = [e for e in events if e.soc == line.soc]
        terms = [_line(line.soc, term, [e for e in own if e.term == term]) for term in {e.term for e in own}]
        lines += [line, *sorted(terms, key=lambda each: (-each.any_grade, str(each.term)))]
    return tuple(lines)


def _line(soc: str, term: str | None, events: Sequence[AdverseEvent]) -> TermLine:
    highest: dict[str, int] = {}
    for event in events:
        highest[event.participant] = max(highest.get(event.participant, 0), event.grade or 0)
    by_grade = [sum(grade == wanted for grade in highest.values()) for wanted in range(6)]
    return TermLine(soc, term, (by_grade[1], by_grade[2], by_grade[3], by_grade[4], by_grade[5]), by_grade[0])
