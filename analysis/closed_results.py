"""From an extract that holds the arms to the numbers of the closed page and the closed report. No open module imports it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.closed import STRATA, ByArm, Factors, IncidenceByGroup, frame_by_arm, regrowth_by_way, survival_by_arm
from analysis.courses import course_rows
from analysis.cut import DataCut
from analysis.endpoints import derive_all
from analysis.estimands import NRDFS
from analysis.results import cut_of
from trial.protocol import PROTOCOL
from trial.store.extract import Extract

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ClosedData:
    """Outcomes by arm at a cut. `notes`: footnotes of NR-DFS with how many participants each concerns."""

    study: str
    cut: DataCut
    nrdfs: ByArm
    notes: tuple[tuple[str, int], ...]
    regrowth: IncidenceByGroup


def closed_results(extract: Extract) -> ClosedData:
    """Everything by arm. Raises ArmUnknown where somebody randomised has none."""
    compared, notes = nrdfs_by_arm(extract)
    return ClosedData(PROTOCOL.study_id, cut_of(extract), compared, notes, regrowth_by_way(course_rows(extract)))


def nrdfs_by_arm(extract: Extract) -> tuple[ByArm, tuple[tuple[str, int], ...]]:
    """The primary comparison, and its footnotes with how many participants each concerns. Raises ArmUnknown.

    Stratified: it is this z that `analysis.power` held against the bounds, and the stratified one is primary (0022).
    """
    frame, notes = nrdfs_frame(extract)
    margin = PROTOCOL.design.margin_hazard_ratio
    return survival_by_arm(frame, title=NRDFS.title, margin=margin, strata=STRATA), notes


def nrdfs_frame(extract: Extract) -> tuple[pd.DataFrame, tuple[tuple[str, int], ...]]:
    """The rows of NR-DFS with arm and strata, and the footnotes. Raises ArmUnknown."""
    rows = course_rows(extract)
    table = derive_all(rows, NRDFS)
    return frame_by_arm(table, {row.participant: row.arm for row in rows if row.arm}, factors(extract)), table.notes


def factors(extract: Extract) -> Factors:
    """What each participant of the extract was allocated by; nobody without an allocation."""
    return {row.participant: row.allocation["factors"] for row in extract.rows if row.allocation}
