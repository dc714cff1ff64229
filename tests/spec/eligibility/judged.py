"""How one criterion stands for one record."""

from __future__ import annotations

from forms.record import Record
from trial.eligibility import Line, assess
from trial.protocol import PROTOCOL

MET, NOT_MET, ABSENT, PRESENT, CANNOT_TELL = "met", "not met", "absent", "present", "cannot tell"


def line(name: str, record: Record) -> Line:
    """The line of a criterion of protocol 1.0."""
    return assess(PROTOCOL, record).line(name)


def verdict(name: str, record: Record) -> str:
    """Its verdict as text."""
    return str(line(name, record).verdict)


def absent(name: str, record: Record) -> list[str]:
    """The items it lacks."""
    return [source.key for source in line(name, record).missing]
