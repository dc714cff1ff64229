"""Eligibility as an argument: each criterion, its verdict, and the source values it rests on (PROTOCOL 2).

The engine takes any protocol's criteria. A missing value never makes anyone eligible: only criteria that are known to be
met, and exclusions that are known to be absent, add up to "eligible". There are no waivers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from forms.logic import Expr
from forms.record import Record
from forms.text import _l
from trial.criteria import EXCLUSION, Criterion
from trial.evidence import Source, WholeRecord, missing, sources
from trial.protocol import Protocol


class Verdict(StrEnum):
    """What a criterion comes to. Inclusions are met, not met; exclusions absent, present; either may not be told yet."""

    MET = "met"
    NOT_MET = "not met"
    ABSENT = "absent"
    PRESENT = "present"
    CANNOT_TELL = "cannot tell"

    @property
    def passes(self) -> bool:
        """Whether it lets a participant in."""
        return self in (Verdict.MET, Verdict.ABSENT)

    @property
    def fails(self) -> bool:
        """Whether it keeps a participant out."""
        return self in (Verdict.NOT_MET, Verdict.PRESENT)


VERDICT_WORDS: Mapping[Verdict, str] = {
    Verdict.MET: _l("met"),
    Verdict.NOT_MET: _l("not met"),
    Verdict.ABSENT: _l("absent"),
    Verdict.PRESENT: _l("present"),
    Verdict.CANNOT_TELL: _l("cannot tell yet"),
}
"""The verdicts as a person reads them."""

FACT_WORDS: Mapping[str, str] = {"consent_validity": _l("Consent form versions valid at the site")}
"""Facts criteria are told, in words."""


@dataclass(frozen=True)
class Statement:
    """One part of a criterion: its text, whether it holds (None: cannot tell), and the values it rests on."""

    text: str
    holds: bool | None
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Line:
    """One criterion judged. `missing` names the values whose absence leaves it open; empty unless the verdict is open."""

    id: str
    kind: str
    text: str
    verdict: Verdict
    statements: tuple[Statement, ...]
    sources: tuple[Source, ...]
    missing: tuple[Source, ...]
    reference: str


@dataclass(frozen=True)
class Assessment:
    """All criteria of one protocol version, judged on one record."""

    protocol: str
    lines: tuple[Line, ...]

    @property
    def eligible(self) -> bool | None:
        """True: all inclusions met and all exclusions absent. False: something fails. None: cannot tell yet."""
        return _together([line.verdict for line in self.lines])

    @property
    def failed(self) -> tuple[Line, ...]:
        """Criteria that are known to fail."""
        return tuple(line for line in self.lines if line.verdict.fails)

    @property
    def open(self) -> tuple[Line, ...]:
        """Criteria nobody can judge yet."""
        return tuple(line for line in self.lines if line.verdict is Verdict.CANNOT_TELL)

    def line(self, name: str) -> Line:
        """The line of a criterion. Raises KeyError for one the protocol does not have."""
        for line in self.lines:
            if line.id == name:
                return line
        raise KeyError(name)


def assess(protocol: Protocol, record: Record) -> Assessment:
    """Judge every criterion of `protocol` on `record`. Facts: `consent_validity` and `zone` (see `trial/facts.py`)."""
    return Assessment(
        protocol.criteria_of or protocol.version, tuple(judge(criterion, record) for criterion in protocol.criteria)
    )


def eligible(protocol: Protocol, record: Record) -> bool | None:
    """`assess(...).eligible` without the argument for it, which a save that only needs the verdict need not pay for."""
    return _together([verdict(criterion, record) for criterion in protocol.criteria])


def failed(protocol: Protocol, record: Record) -> tuple[Line, ...]:
    """`assess(...).failed`: criteria that are known to fail, the only ones that are argued."""
    return tuple(judge(each, record) for each in protocol.criteria if verdict(each, record).fails)


def _together(verdicts: Collection[Verdict]) -> bool | None:
    if any(each.fails for each in verdicts):
        return False
    return True if verdicts and all(each.passes for each in verdicts) else None


def judge(criterion: Criterion, record: Record) -> Line:
    """One criterion, its verdict and its argument."""
    found = verdict(criterion, record)
    return Line(
        criterion.id,
        criterion.kind,
        criterion.text,
        found,
        tuple(_statement(part.text, part.rule, record) for part in criterion.parts),
        _named(sources(criterion.rule, record)),
        _named(missing(criterion.rule, record)) if found is Verdict.CANNOT_TELL else (),
        criterion.source,
    )


def _statement(text: str, rule: Expr, record: Record) -> Statement:
    return Statement(text, rule.value(WholeRecord(record)), _named(sources(rule, record)))


def _named(found: tuple[Source, ...]) -> tuple[Source, ...]:
    return tuple(Source(s.key, FACT_WORDS.get(s.key, s.label), s.shown, s.address, s.row) for s in found)


def verdict(criterion: Criterion, record: Record) -> Verdict:
    """What one criterion comes to."""
    truth = criterion.rule.value(WholeRecord(record))
    if truth is None:
        return Verdict.CANNOT_TELL
    if criterion.kind == EXCLUSION:
        return Verdict.PRESENT if truth else Verdict.ABSENT
    return Verdict.MET if truth else Verdict.NOT_MET
