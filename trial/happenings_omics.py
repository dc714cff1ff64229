"""What happens on the omics platform, as events: aliquots made, specimens moved, assays run, batches stated."""

from __future__ import annotations

from dataclasses import dataclass

from trial.events import Event


@dataclass(frozen=True)
class AliquotMade(Event, tag="site:aliquot:made"):
    """A part was taken from a specimen and has a label of its own."""

    label: str
    specimen: str


@dataclass(frozen=True)
class SpecimenMoved(Event, tag="site:specimen:moved"):
    """A specimen or an aliquot was shipped, received, stored, thawed, used up, marked to be destroyed, or destroyed."""

    label: str
    move: str
    moved_on: str


@dataclass(frozen=True)
class AssayRun(Event, tag="site:assay:run"):
    """An assay was run on a specimen, an aliquot or an image; `table` is the digest of what it gave, `consent` what it stands on."""

    run: int
    modality: str
    source: str
    table: str | None
    consent: str


@dataclass(frozen=True)
class BatchStated(Event, tag="person:batch:stated"):
    """A batch of omics tables: with what they are made, and by which frozen parameters their values meet the reference batch."""

    batch: int
    modality: str
    name: str
    site: str | None
    method: str
    sha256: str


@dataclass(frozen=True)
class SpecimenUseRefused(Event, tag="site:specimen:refused"):
    """A specimen was not used because the consent does not cover it; kept because somebody tried."""

    label: str
    use: str
    why: str
