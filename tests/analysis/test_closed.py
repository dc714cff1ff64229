"""Outcomes by arm: the numbers are right, and no open module can reach them."""

import ast
import math
from pathlib import Path

import pandas as pd
import pytest

from analysis import closed
from analysis.closed import ArmUnknown, figure_by_arm, frame_by_arm, survival_by_arm
from analysis.endpoints import derive_all
from analysis.estimands import NRDFS
from analysis.logrank import log_rank
from analysis.survival import kaplan_meier
from tests.analysis import report_data
from tests.analysis.colon import colon
from tests.shared_data import needs_shared

ROOT = Path(closed.__file__).resolve().parents[1]
MAY_IMPORT = {"analysis/closed_pages.py"}


def colon_frame() -> pd.DataFrame:
    """Lev+5FU stands for WW and observation for TME."""
    frame = colon().query("rx != 'Lev'")
    return pd.DataFrame(
        {
            "participant": frame["id"].astype(str),
            "arm": frame["rx"].map({"Lev+5FU": "WW", "Obs": "TME"}),
            "days": frame["rec_time"],
            "status": frame["rec_event"],
            "nodes": frame["node4"],
            "sex": frame["sex"],
        }
    )


@needs_shared
def test_the_comparison_is_that_of_the_estimators():
    frame = colon_frame()
    found = survival_by_arm(frame, title="Recurrence", margin=1.77)
    assert [arm for arm, _ in found.curves] == ["WW", "TME"]
    ww = frame.query("arm == 'WW'")
    assert found.curves[0][1] == kaplan_meier(ww["days"], ww["status"])
    test = log_rank(frame["days"], frame["status"], frame["arm"].tolist())
    assert found.comparison.log_rank.chi2 == pytest.approx(test.chi2, rel=1e-12)
    assert found.comparison.hazard.hr == pytest.approx(0.599, abs=0.005)  # R, without the third arm: 0.5993


@needs_shared
def test_z_for_non_inferiority_is_positive_in_favour_of_watching():
    found = survival_by_arm(colon_frame(), title="Recurrence", margin=1.77).comparison
    assert found.z == pytest.approx((math.log(1.77) - found.hazard.log_hr) / found.hazard.se)
    assert found.z > 1.96
    swapped = colon_frame().assign(arm=colon_frame()["arm"].map({"WW": "TME", "TME": "WW"}))
    assert survival_by_arm(swapped, title="Recurrence", margin=1.77).comparison.z < found.z


@needs_shared
def test_strata_reach_test_and_model():
    plain = survival_by_arm(colon_frame(), title="R", margin=1.77).comparison
    stratified = survival_by_arm(colon_frame(), title="R", margin=1.77, strata=["nodes", "sex"]).comparison
    assert stratified.strata == ("nodes", "sex")
    assert stratified.hazard.log_hr != plain.hazard.log_hr and stratified.log_rank.chi2 != plain.log_rank.chi2


def test_until_both_arms_have_an_event_there_is_no_comparison():
    frame = pd.DataFrame(
        {"participant": list("ABCD"), "arm": ["WW", "WW", "TME", "TME"], "days": [1, 2, 3, 4], "status": [1, 0, 0, 0]}
    )
    found = survival_by_arm(frame, title="R", margin=1.77).comparison
    assert (found.hazard, found.log_rank, found.z) == (None, None, None)


@pytest.mark.parametrize("arm", ["S", None, "", "ww"])
def test_an_arm_that_is_neither_is_refused_with_the_participant_named(arm):
    frame = pd.DataFrame({"participant": ["A", "B"], "arm": ["WW", arm], "days": [1, 2], "status": [1, 1]})
    with pytest.raises(ArmUnknown, match="B") as refused:
        survival_by_arm(frame, title="R", margin=1.77)
    assert refused.value.participants == ("B",)


def test_the_frame_pairs_each_row_with_its_arm():
    people = report_data.rows()
    table = derive_all(people, NRDFS)
    arms = {row.participant: row.arm for row in people if row.cohort == "RANDOMISED"}
    frame = frame_by_arm(table, arms)
    assert tuple(frame.columns) == closed.COLUMNS and len(frame) == len(table.rows)
    assert all(arms[row.participant] == row.arm for row in frame.itertuples())
    missing = table.rows[0].participant
    with pytest.raises(ArmUnknown, match=missing):
        frame_by_arm(table, {k: v for k, v in arms.items() if k != missing})


def test_the_figure_names_both_arms():
    people = report_data.rows()
    frame = frame_by_arm(derive_all(people, NRDFS), {row.participant: row.arm for row in people if row.arm})
    figure = figure_by_arm(
        survival_by_arm(frame, title="NR-DFS", margin=1.77), identity="closed", y_label="NR-DFS", origin="randomisation"
    )
    assert b">WW: At risk<" in figure.svg and b">TME: Events<" in figure.svg and "WW" in figure.alt


def imports_of(source: str) -> set[str]:
    """Every module a file names in an import, wherever in the file it stands."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return names


def test_no_open_module_imports_the_closed_one():
    offenders = {
        str(path.relative_to(ROOT))
        for folder in ("analysis", "trial", "forms")
        for path in (ROOT / folder).rglob("*.py")
        if "analysis.closed" in imports_of(path.read_text("utf-8"))
    }
    assert offenders <= MAY_IMPORT


@pytest.mark.parametrize(
    "source",
    [
        "import analysis.closed",
        "from analysis import closed",
        "from analysis.closed import ByArm",
        "def f():\n    from analysis import closed",
    ],
)
def test_the_search_for_imports_finds_every_way_to_import(source):
    assert "analysis.closed" in imports_of(source)
