"""Finished chunks in a folder, so that a long run that was cut off goes on where it was."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from analysis.power.measures import COLUMNS
from analysis.power.scenario import Scenario
from analysis.samples import Floats

PLAN = "plan.json"
SOURCES = (
    "analysis", "trial/simulate", "trial/allocation.py", "trial/blocks.py", "trial/draws.py", "trial/protocol.py",
)  # fmt: skip
"""Estimators, hazards and design, and what decides an arm: `analysis.power.people` draws with the trial's own functions."""


class KeptForOther(ValueError):
    """The folder holds chunks of another scenario, seed or release."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} holds replicates of another scenario, seed or release")
        self.folder = folder


class Kept:
    """Chunks of one scenario, seed and release. Raises KeptForOther."""

    def __init__(self, folder: Path, scenario: Scenario, seed: int) -> None:
        self._folder = folder
        plan = json.dumps({"scenario": asdict(scenario), "seed": seed, "code": code()}, sort_keys=True, default=str)
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / PLAN
        if not file.exists():
            file.write_text(plan, encoding="utf-8")
        elif file.read_text("utf-8") != plan:
            raise KeptForOther(folder)

    def read(self, first: int, count: int) -> Floats | None:
        """Rows of a chunk; None where it is not there whole."""
        file = self._file(first, count)
        if not file.exists():
            return None
        rows = np.load(file, allow_pickle=False)
        if rows.shape != (count, len(COLUMNS)):
            raise KeptForOther(self._folder)
        return np.asarray(rows, dtype=float)

    def write(self, first: int, rows: Floats) -> None:
        """Put a chunk there, whole or not at all."""
        file = self._file(first, len(rows))
        part = file.with_suffix(".part")
        with part.open("wb") as out:
            np.save(out, rows, allow_pickle=False)
        part.replace(file)

    def _file(self, first: int, count: int) -> Path:
        return self._folder / f"{first:08d}-{count}.npy"


def code() -> str:
    """Digest of everything that decides a row: the same on each worker of a cluster, or its numbers are others."""
    root = Path(__file__).resolve().parents[2]
    digest = hashlib.sha256()
    for source in SOURCES:
        place = root / source
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(f"{file.relative_to(root).as_posix()}\n".encode() + file.read_bytes())
    return digest.hexdigest()
