"""One whole simulated trial of 36 people, run once through the same actions people use, and read by every test here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from analysis.course_row import CourseRow
from analysis.courses import course_rows
from trial.actor import Actor
from trial.frozen.runner import FrozenModel
from trial.simulate.driver import Plan, Simulated, simulate
from trial.store import extract
from trial.store.engine import Engine, make_engine, migrate
from trial.store.files import Files
from trial.store.reading import Reading

KEY = bytes(range(32))
PLAN = Plan(36, 15, date(2021, 1, 4), 12, date(2025, 6, 30))
STATISTICIAN = Actor(None, "Statistician", "statistician", None)


@dataclass(frozen=True)
class Trial:
    """A simulated trial and where it lies."""

    engine: Engine
    files: Files
    plan: Plan
    done: Simulated

    @property
    def reader(self) -> Reading:
        return Reading(self.engine)


def run(folder: Path, plan: Plan, **options: Any) -> Trial:
    """Simulate a trial in a SQLite file in that folder."""
    engine, files = make_engine(f"sqlite:///{folder / 'trial.sqlite3'}"), Files(folder / "files")
    migrate(engine)
    model = FrozenModel()
    try:
        return Trial(engine, files, plan, simulate(plan, engine=engine, files=files, model=model, key=KEY, **options))
    finally:
        model.close()


def course_rows_of(trial: Trial) -> tuple[CourseRow, ...]:
    """The courses as a pooled analysis reads them, cut on the last day of the plan."""
    now = datetime.combine(trial.plan.until, time(20, tzinfo=UTC))
    return course_rows(extract.pooled(trial.reader, STATISTICIAN, cut_on=trial.plan.until, now=now))


@pytest.fixture(scope="package")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """The trial of 36."""
    made = run(tmp_path_factory.mktemp("simulated"), PLAN)
    yield made
    made.engine.dispose()
