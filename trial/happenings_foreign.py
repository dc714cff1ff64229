"""What happens to studies of other systems, as events."""

from __future__ import annotations

from dataclasses import dataclass

from trial.events import Event


@dataclass(frozen=True)
class ForeignStudyTaken(Event, tag="person:foreign_study:taken"):
    """A study of another system was read in; it stands beside the trial. `sources`: digests of its files."""

    system: str
    name: str
    sources: tuple[str, ...]
    subjects: int
    values: int


@dataclass(frozen=True)
class ForeignSubjectsKept(Event, tag="person:foreign_subjects:kept"):
    """Its subjects from `first` to `last`, in the order of the file."""

    study: int
    first: int
    last: int


@dataclass(frozen=True)
class ForeignStudyExported(Event, tag="person:foreign_study:exported"):
    """A study of another system left the house again, in that format."""

    study: int
    format: str
    sha256: str


@dataclass(frozen=True)
class TrialExported(Event, tag="person:trial:exported"):
    """Data of the trial left the house. `manifest`: SHA-256 of the manifest, which names every file with its digest."""

    format: str
    site: str | None
    participants: int
    values: int
    manifest: str


@dataclass(frozen=True)
class SourceAuditKept(Event, tag="person:source_audit:kept"):
    """The audit trail that came with a participant's imported values was kept beside the run."""

    run: int
    records: int
