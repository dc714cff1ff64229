"""A simulation that was cut off goes on where it stopped, and ends as if it had never been cut off."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from tests.simulate.conftest import PLAN, Trial, run
from trial.store.tables import allocation, crf_revision, signature

SMALL = replace(PLAN, participants=5, seed=4, until=date(2023, 6, 30))


class PowerCut(Exception):
    """What ends the first run."""


def test_a_run_cut_off_twice_ends_as_one_that_was_not(tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir()
    broken.mkdir()
    for limit in (25, 70):
        with pytest.raises(PowerCut):
            run(broken, SMALL, progress=cut_after(limit))
    assert said(run(broken, SMALL)) == said(run(whole, SMALL))


def cut_after(limit: int):
    def progress(taken: int, waiting: int, on: date) -> None:
        if taken >= limit:
            raise PowerCut

    return progress


def said(trial: Trial) -> tuple:
    """Every revision, allocation and signature, without their times."""
    reader = trial.reader
    columns = [c for c in crf_revision.c if c.name not in ("at", "digest", "author")]
    revisions = sorted(map(str, (sorted(r.items()) for r in reader.all(select(*columns)))))
    arms = sorted((r["participant"], r["arm"], r["number"]) for r in reader.all(select(allocation)))
    signed = sorted((r["participant"], r["form"], r["event"], r["revision"]) for r in reader.all(select(signature)))
    return len(revisions), [r.split("'id': ")[0] for r in revisions], arms, signed
