"""Endpoints that are an answer and no time: response, salvage, timing of the operation; each an estimand of ICH E9(R1).

What a course says is read by one function an endpoint; an answer that cannot be told (yet) is None and is kept, never dropped,
so that the denominator shows it. Source: PROTOCOL 7; complete response, `trial.complete_response`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from analysis import attributes as a
from analysis.attributes import Intercurrent, Treatment
from analysis.called import outcome
from analysis.course_row import LOCAL_EXCISION, R0, CourseRow, Day, Operation
from analysis.cut import at_the_cut
from analysis.estimands import WATCHED, Population
from analysis.rules import confirmed, is_salvage
from forms.derivations.specimen import pathological_complete_response
from forms.text import _l

BINARY, SCORE, GRADE, INTERVAL = "BINARY", "SCORE", "GRADE", "INTERVAL"
SPHINCTER_SPARING = ("LAR", "ISR", LOCAL_EXCISION)
"""Procedures that keep the sphincter, of `forms.codelists.treatment.PROCEDURE`."""
KINDS = {
    BINARY: _l("yes or no"),
    SCORE: _l("a score"),
    GRADE: _l("a grade"),
    INTERVAL: _l("a length of time"),
}


@dataclass(frozen=True)
class Answered:
    """One answer. `value`: 1 or 0, a score, a grade, or a length in `unit`; None: cannot be told. `on`: the day that told it."""

    value: float | None
    on: Day | None = None


@dataclass(frozen=True)
class Response:
    """An endpoint of one answer an operation or participant. `missing`: what an unknown answer counts as, in words."""

    id: str
    title: str
    kind: str
    unit: str
    population: Population
    variable: str
    of: Callable[[CourseRow], Iterator[Answered]]
    missing: str
    treatment: Treatment
    intercurrent: tuple[Intercurrent, ...]
    summary: str
    source: str


@dataclass(frozen=True)
class Answer:
    """One participant's answer to an endpoint; `number` counts where there are several, as salvage operations."""

    participant: str
    site: str
    endpoint: str
    number: int
    value: float | None
    on: Day | None


def answers(row: CourseRow, endpoint: Response) -> tuple[Answer, ...]:
    """Every answer of one participant, in time; empty outside the population, or where it cannot be told."""
    row = at_the_cut(row)
    if not endpoint.population.holds(row):
        return ()
    found = enumerate(endpoint.of(row), start=1)
    return tuple(Answer(row.participant, row.site, endpoint.id, n, each.value, each.on) for n, each in found)


def answers_of(rows: Iterable[CourseRow], endpoint: Response) -> tuple[Answer, ...]:
    """Every answer of a trial by participant, whatever the order of `rows`."""
    found = [answer for row in rows for answer in answers(row, endpoint)]
    return tuple(sorted(found, key=lambda each: (each.participant, each.number)))


def primary_resections(row: CourseRow) -> tuple[Operation, ...]:
    """The first total mesorectal excision that was no salvage: nothing or one. Its specimen answers for the primary."""
    found = sorted((o for o in row.operations if o.is_tme and not o.is_salvage), key=lambda o: o.on)
    return tuple(found[:1])


def salvages(row: CourseRow) -> tuple[Operation, ...]:
    """The operations for a confirmed regrowth, in time."""
    return tuple(sorted((o for o in row.operations if is_salvage(row, o)), key=lambda o: o.on))


def _yes(value: bool | None) -> float | None:
    return None if value is None else float(value)


def _pcr(row: CourseRow) -> Iterator[Answered]:
    for o in primary_resections(row):
        said = pathological_complete_response(o.ypt, o.ypn)
        yield Answered({"Y": 1.0, "N": 0.0}.get(str(said)), o.on)


def _complete(row: CourseRow) -> Iterator[Answered]:
    yield Answered(_yes(outcome(row).complete), row.decision_on)


def _known_complete(row: CourseRow) -> Iterator[Answered]:
    """Unknown, and no decision, count as no: the rate of the treatment comparison."""
    yield Answered(_yes(bool(outcome(row).complete)), row.decision_on)


def _nar(row: CourseRow) -> Iterator[Answered]:
    yield from (Answered(o.nar, o.on) for o in primary_resections(row))


def _trg(row: CourseRow) -> Iterator[Answered]:
    yield from (Answered(None if o.trg is None else float(o.trg), o.on) for o in primary_resections(row))


def _r0(row: CourseRow) -> Iterator[Answered]:
    yield from (Answered(_free(o), o.on) for o in primary_resections(row))


def _salvage_r0(row: CourseRow) -> Iterator[Answered]:
    yield from (Answered(_free(o), o.on) for o in salvages(row))


def _free(operation: Operation) -> float | None:
    return None if operation.residual is None else float(operation.residual == R0)


def _sphincter(row: CourseRow) -> Iterator[Answered]:
    """What kept the sphincter: anything but abdominoperineal resection and Hartmann's operation; another one cannot be told."""
    for o in salvages(row):
        known = o.is_tme or o.procedure in SPHINCTER_SPARING
        yield Answered(float(o.procedure in SPHINCTER_SPARING) if known else None, o.on)


def _until_salvage(row: CourseRow) -> Iterator[Answered]:
    """Days from the first suspicion of the regrowth that the operation answers: the last confirmed one suspected until then."""
    for o in salvages(row):
        suspected = max(r.suspected_on for r in confirmed(row) if r.suspected_on <= o.on)
        yield Answered(float((o.on - suspected).days), o.on)


def _weeks(row: CourseRow) -> Iterator[Answered]:
    for o in primary_resections(row):
        last = row.last_fraction_on
        # An operation before the last fraction is no interval: the dates are to be queried, and nothing is counted.
        waited = None if last is None or last > o.on else (o.on - last).days / 7
        yield Answered(waited, o.on)


RESECTED = Population(
    "RESECTED",
    _l("everyone with a total mesorectal excision not done for a regrowth"),
    lambda row: bool(primary_resections(row)),
)
DECIDED = Population("DECIDED", _l("everyone with a decision"), lambda row: row.decision_on is not None)
ENROLLED = Population(
    "ENROLLED", _l("everyone confirmed eligible, whatever happened then"), lambda row: row.eligible_on is not None
)
SALVAGED = Population(
    "SALVAGED",
    _l("watch-and-wait (WW and WW-P), each operation for a confirmed regrowth"),
    lambda row: WATCHED.holds(row) and bool(salvages(row)),
)

_LEFT_OUT = _l("left out and counted as unknown")
_NOT_OPERATED = (a.NO_OPERATION, a.FURTHER)
_AT_OPERATION = "PROTOCOL 7: pCR, NAR, TRG"

PCR = Response(
    "PCR", _l("Pathological complete response"), BINARY, "", RESECTED, _l("ypT0 N0 in the specimen"), _pcr, _LEFT_OUT,
    a.OPERATING, _NOT_OPERATED, a.PROPORTION, _AT_OPERATION,
)  # fmt: skip
CR = Response(
    "CR", _l("Complete response by 12 months"), BINARY, "", DECIDED,
    _l("ypT0 N0 before any regrowth, or no regrowth and endoscopy and MRI clear at day 351 or later, counted from the decision"),
    _complete, _l("left out; counted as no where it stands against the model, by verification"), a.OPERATING,
    (a.CROSSOVER, a.REGROWN, a.METASTASIS.by(a.COMPOSITE), a.DEATH), a.PROPORTION, "PROTOCOL 5 and 7",
)  # fmt: skip
CR_RATE = Response(
    "CRRATE", _l("Complete response by 12 months, unknown is no"), BINARY, "", ENROLLED,
    _l("complete response by 12 months as for CR"), _known_complete, _l("no complete response"), a.NEOADJUVANT,
    (a.CROSSOVER, a.REGROWN, a.METASTASIS.by(a.COMPOSITE), a.DEATH), a.PROPORTION, "PROTOCOL 5, last sentence, and 7",
)  # fmt: skip
NAR = Response(
    "NAR", _l("Neoadjuvant rectal score"), SCORE, _l("points"), RESECTED, _l("NAR score of the specimen, 0 to 100, low is good"), _nar,
    _LEFT_OUT, a.OPERATING, _NOT_OPERATED, a.DISTRIBUTION, _AT_OPERATION,
)  # fmt: skip
TRG = Response(
    "TRG", _l("CAP/AJCC tumour regression grade"), GRADE, "", RESECTED, _l("grade 0 (no viable cells) to 3 (poor response)"), _trg,
    _LEFT_OUT, a.OPERATING, _NOT_OPERATED, a.GRADES, _AT_OPERATION,
)  # fmt: skip
RESECTION_R0 = Response(
    "R0", _l("R0 at the primary resection"), BINARY, "", RESECTED, _l("no residual tumour (R0) at the operation"), _r0, _LEFT_OUT,
    a.OPERATING, _NOT_OPERATED, a.PROPORTION_ALONE, "PROTOCOL 7, timing of surgery",
)  # fmt: skip
SALVAGE_R0 = Response(
    "SALVR0", _l("R0 at salvage"), BINARY, "", SALVAGED, _l("no residual tumour (R0) at the salvage operation"), _salvage_r0, _LEFT_OUT,
    a.SALVAGING, (a.NO_OPERATION,), a.PROPORTION_ALONE, "PROTOCOL 7, salvage, and 8, stopping rule",
)  # fmt: skip
SALVAGE_SPHINCTER = Response(
    "SALVSPH", _l("Sphincter preserved at salvage"), BINARY, "", SALVAGED,
    _l("an operation other than abdominoperineal resection or Hartmann's"), _sphincter, _LEFT_OUT, a.SALVAGING, (a.NO_OPERATION,),
    a.PROPORTION_ALONE, "PROTOCOL 7, salvage",
)  # fmt: skip
SALVAGE_INTERVAL = Response(
    "SALVINT", _l("Interval from regrowth to salvage"), INTERVAL, _l("days"), SALVAGED,
    _l("days from the first suspicious examination to the salvage operation"), _until_salvage, _LEFT_OUT, a.SALVAGING,
    (a.NO_OPERATION,), a.DISTRIBUTION, "PROTOCOL 7, salvage",
)  # fmt: skip
WEEKS = Response(
    "RTOPWK", _l("Last fraction to operation"), INTERVAL, _l("weeks"), RESECTED, _l("weeks from the last fraction to the operation"),
    _weeks, _LEFT_OUT, a.OPERATING, (a.NO_OPERATION,), a.DISTRIBUTION, "PROTOCOL 7, timing of surgery",
)  # fmt: skip

RESPONSES = {
    r.id: r for r in (PCR, CR, CR_RATE, NAR, TRG, RESECTION_R0, SALVAGE_R0, SALVAGE_SPHINCTER, SALVAGE_INTERVAL, WEEKS)
}
