"""Outcomes by arm: the numbers are right, and no open module can reach them."""

import ast
import dataclasses
import math
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from pypdf import PdfReader

from analysis import closed
from analysis.closed import ArmUnknown, figure_by_arm, frame_by_arm, regrowth_by_way, survival_by_arm
from analysis.closed_results import ClosedData
from analysis.closed_tables import by_arm_table, comparison_table, p_value, regrowth_table
from analysis.endpoints import derive_all
from analysis.estimands import NRDFS, REGROWTH
from analysis.incidence import aalen_johansen
from analysis.interim_outputs import AtLook, state
from analysis.logrank import log_rank
from analysis.reports.closed import closed_report
from analysis.stopping_rules import stopping_rules
from analysis.survival import kaplan_meier
from analysis.table import percent
from tests.analysis import report_data
from tests.analysis.colon import colon
from tests.shared_data import needs_shared
from trial.protocol import PROTOCOL

ROOT = Path(closed.__file__).resolve().parents[1]
CLOSED = {
    "analysis.closed": "analysis/closed.py",
    "analysis.closed_results": "analysis/closed_results.py",
    "analysis.closed_tables": "analysis/closed_tables.py",
    "analysis.closed_performance": "analysis/closed_performance.py",
    "analysis.closed_pages": "analysis/closed_pages.py",
    "analysis.closed_outputs": "analysis/closed_outputs.py",
    "analysis.closed_output_pages": "analysis/closed_output_pages.py",
    "analysis.commands.closed_outputs": "analysis/commands/closed_outputs.py",
    "analysis.closed_watching": "analysis/closed_watching.py",
    "analysis.closed_watching_outputs": "analysis/closed_watching_outputs.py",
    "analysis.closed_metastasis": "analysis/closed_metastasis.py",
    "analysis.closed_between_visits": "analysis/closed_between_visits.py",
    "analysis.closed_regrowth_outputs": "analysis/closed_regrowth_outputs.py",
    "analysis.closed_comparisons": "analysis/closed_comparisons.py",
    "analysis.closed_endpoint_tables": "analysis/closed_endpoint_tables.py",
    "analysis.closed_endpoint_outputs": "analysis/closed_endpoint_outputs.py",
    "analysis.closed_sensitivity": "analysis/closed_sensitivity.py",
    "analysis.interim": "analysis/interim.py",
    "analysis.interim_looks": "analysis/interim_looks.py",
    "analysis.interim_tables": "analysis/interim_tables.py",
    "analysis.interim_figure": "analysis/interim_figure.py",
    "analysis.interim_outputs": "analysis/interim_outputs.py",
    "analysis.interim_pages": "analysis/interim_pages.py",
    "analysis.commands.interim": "analysis/commands/interim.py",
    "analysis.closed_safety_outputs": "analysis/closed_safety_outputs.py",
    "analysis.closed_safety_tables": "analysis/closed_safety_tables.py",
    "analysis.closed_flow": "analysis/closed_flow.py",
    "analysis.closed_choosers": "analysis/closed_choosers.py",
    "analysis.closed_preference": "analysis/closed_preference.py",
    "analysis.closed_preference_tables": "analysis/closed_preference_tables.py",
    "analysis.closed_timing": "analysis/closed_timing.py",
    "analysis.closed_timing_tables": "analysis/closed_timing_tables.py",
    "analysis.closed_flow_outputs": "analysis/closed_flow_outputs.py",
    "analysis.closed_safety_population": "analysis/closed_safety_population.py",
    "analysis.closed_safety_laboratory": "analysis/closed_safety_laboratory.py",
    "analysis.closed_surgery_table": "analysis/closed_surgery_table.py",
    "analysis.closed_pro": "analysis/closed_pro.py",
    "analysis.closed_pro_tables": "analysis/closed_pro_tables.py",
    "analysis.closed_pro_outputs": "analysis/closed_pro_outputs.py",
    "analysis.closed_tipping": "analysis/closed_tipping.py",
    "analysis.closed_tipping_tables": "analysis/closed_tipping_tables.py",
    "analysis.closed_tipping_figure": "analysis/closed_tipping_figure.py",
    "analysis.reports.closed": "analysis/reports/closed.py",
}


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
    frame = frame_by_arm(table, arms, {})
    assert tuple(frame.columns) == closed.COLUMNS and len(frame) == len(table.rows)
    assert all(arms[row.participant] == row.arm for row in frame.itertuples())
    missing = table.rows[0].participant
    with pytest.raises(ArmUnknown, match=missing):
        frame_by_arm(table, {k: v for k, v in arms.items() if k != missing}, {})


def test_the_figure_names_both_arms():
    people = report_data.rows()
    frame = frame_by_arm(derive_all(people, NRDFS), {row.participant: row.arm for row in people if row.arm}, {})
    figure = figure_by_arm(
        survival_by_arm(frame, title="NR-DFS", margin=1.77), identity="closed", y_label="NR-DFS", origin="randomisation"
    )
    assert figure.title == "NR-DFS by arm"
    assert b">WW: At risk<" in figure.svg and b">TME: Events<" in figure.svg and "WW" in figure.alt


PEOPLE = tuple(report_data.rows(200))


@pytest.fixture(scope="module")
def closed_data() -> ClosedData:
    table = derive_all(PEOPLE, NRDFS)
    frame = frame_by_arm(table, {row.participant: row.arm for row in PEOPLE if row.arm}, {})
    compared = survival_by_arm(frame, title=NRDFS.title, margin=1.77)
    return ClosedData("VIGIL-01", report_data.CUT, compared, table.notes, regrowth_by_way(PEOPLE))


def look_of(data: ClosedData) -> AtLook:
    """The interim analysis of the same people."""
    return AtLook(data.study, data.cut, state(data.nrdfs), stopping_rules(PEOPLE, PROTOCOL.design))


def test_regrowth_is_told_apart_by_the_way_into_watch_and_wait(closed_data):
    ways = closed_data.regrowth.groups
    assert [way.label for way in ways] == ["WW", "WW-P"]
    whole = derive_all(PEOPLE, REGROWTH)
    assert sum(way.event.n for way in ways) == len(whole.rows)
    assert sum(way.event.n_events for way in ways) == sum(row.status == 1 for row in whole.rows)
    watched = [row for row in PEOPLE if row.arm == "WW"]
    assert [way.event.n for way in ways] == [sum(r.cohort == c for r in watched) for c in ("RANDOMISED", "PREFERENCE")]


def test_the_table_by_arm_is_that_of_the_curves(closed_data):
    table = by_arm_table(closed_data.nrdfs)
    (_, ww), (_, tme) = closed_data.nrdfs.curves
    assert table.rows[0] == ("Participants", str(ww.n), "", str(tme.n), "")
    assert table.rows[1] == ("Events", str(ww.n_events), "", str(tme.n_events), "")
    assert table.rows[2] == ("1 year", percent(ww.at(365.25)), str(ww.at_risk_at(365.25)), *table.rows[2][3:])
    assert table.rows[2][3:] == (percent(tme.at(365.25)), str(tme.at_risk_at(365.25)))


def test_an_arm_without_anybody_at_risk_at_a_landmark_carries_no_number(closed_data):
    gone = dataclasses.replace(
        closed_data.nrdfs, curves=(closed_data.nrdfs.curves[0], ("TME", kaplan_meier([10, 20], [1, 1])))
    )
    assert {row[3:] for row in by_arm_table(gone).rows[2:5]} == {("—", "0")}
    way = dataclasses.replace(closed_data.regrowth.groups[0], event=aalen_johansen([10], [1]))
    table = regrowth_table(dataclasses.replace(closed_data.regrowth, groups=(way,)))
    assert {row[1:] for row in table.rows[3:]} == {("—", "0")}


def test_the_comparison_is_written_with_limits_margin_and_test(closed_data):
    found = closed_data.nrdfs.comparison
    cells = dict(comparison_table(found).rows)
    h = found.hazard
    assert cells["Hazard ratio (95 % confidence interval)"] == f"{h.hr:.2f} ({h.lower:.2f}–{h.upper:.2f})"
    assert cells["Margin of non-inferiority, hazard ratio"] == "1.77"
    assert cells["z for non-inferiority"] == f"{found.z:.2f}"
    assert cells["Log-rank test, two-sided p"] == p_value(found.log_rank.p)


def test_before_both_arms_had_an_event_no_comparison_is_written(closed_data):
    none = dataclasses.replace(closed_data.nrdfs.comparison, hazard=None, log_rank=None, z=None)
    assert [row[0] for row in comparison_table(none).rows] == [
        "No comparison until both arms had an event",
        "Margin of non-inferiority, hazard ratio",
    ]


@pytest.mark.parametrize(("p", "text"), [(0.0004, "< 0.001"), (0.001, "0.001"), (0.04567, "0.046"), (1.0, "1.000")])
def test_a_p_value_is_never_zero(p, text):
    assert p_value(p) == text


def test_the_closed_report_says_on_each_page_that_it_is_closed_with_cut_and_number(closed_data):
    made = closed_report(closed_data, look_of(closed_data), system="Vigil 0.1.0", made_at=report_data.MADE_AT)
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(made)).pages]
    for number, text in enumerate(pages, start=1):
        assert "CLOSED. Outcomes by arm." in text and f"page {number} of {len(pages)}" in text
        assert "Data cut report-test, 2029-06-30, digest 0123456789abcdef" in text
    assert made == closed_report(closed_data, look_of(closed_data), system="Vigil 0.1.0", made_at=report_data.MADE_AT)


def test_the_closed_report_holds_the_interim_analysis_and_the_stopping_rules(closed_data):
    made = closed_report(closed_data, look_of(closed_data), system="Vigil 0.1.0", made_at=report_data.MADE_AT)
    text = " ".join(" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(made)).pages)
    for words in ("3 Interim analysis of the primary comparison", "4 Stopping rules of watch-and-wait", "Bound of z at this look",
                  "Conditional power, hazard ratio 1", "Predictive power", "R0; not R0; not reported"):  # fmt: skip
        assert words in text, words


def imports_of(source: str) -> set[str]:
    """Every module a file names in an import, wherever in the file it stands."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return names


def test_no_open_module_imports_a_closed_one():
    offenders = {
        str(path.relative_to(ROOT))
        for folder in ("analysis", "trial", "forms")
        for path in (ROOT / folder).rglob("*.py")
        if CLOSED.keys() & imports_of(path.read_text("utf-8"))
    }
    assert offenders <= set(CLOSED.values())


def test_every_module_that_calls_itself_closed_is_held_closed():
    named = {
        str(p.relative_to(ROOT)) for p in (ROOT / "analysis").rglob("*.py") if p.name.startswith(("closed", "interim"))
    }
    assert named == set(CLOSED.values())


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
