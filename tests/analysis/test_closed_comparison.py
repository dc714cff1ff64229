"""The comparison by arm where it has no hazard ratio, and regrowth by way with its difference at landmarks."""

import dataclasses

import pandas as pd
import pytest

from analysis.closed import regrowth_by_way, survival_by_arm
from analysis.closed_comparisons import Missing
from analysis.closed_tables import comparison_table, difference, p_value, regrowth_table
from analysis.incidence import aalen_johansen
from analysis.interim_outputs import state
from analysis.interim_tables import present_table
from analysis.landmark import RateDifference, rate_difference
from tests.analysis import report_data


def by_arm(*rows: tuple[str, float, int]):
    """Rows of (arm, days, status)."""
    frame = pd.DataFrame(rows, columns=["arm", "days", "status"])
    return survival_by_arm(frame.assign(participant=list("ABCDEFGH")[: len(rows)]), title="R", margin=1.77)


SEPARATED = (("TME", 5, 1), ("TME", 8, 0), ("WW", 20, 1), ("WW", 30, 0))
"""Both arms had an event, that of WW when nobody of TME was at risk any more: the smaller the ratio, the likelier."""


def test_events_in_both_arms_that_determine_no_ratio_give_the_reason_and_the_test():
    found = by_arm(*SEPARATED).comparison
    assert (found.hazard, found.z) == (None, None) and found.problem.startswith("separates the events")
    cells = dict(comparison_table(found).rows)
    assert "No hazard ratio: separates the events, no finite estimate: ww" in cells
    assert cells["Log-rank test, two-sided p"] == p_value(found.log_rank.p) != p_value(None)


def test_an_interim_analysis_without_a_ratio_says_why_and_gives_no_verdict():
    found = state(by_arm(*SEPARATED))
    assert [row[0] for row in present_table(found).rows][-1].startswith("No hazard ratio: separates the events")
    assert (found.crossed, found.repeated, found.futile, found.stopped) == (None, None, None, None)


def test_with_one_more_event_there_is_a_ratio_and_no_reason():
    found = by_arm(*SEPARATED, ("TME", 25, 0)).comparison
    assert found.problem is None and found.hazard is not None


REGROWTH = regrowth_by_way(report_data.rows(200))


def test_the_table_of_regrowth_says_by_how_much_both_ways_differ_at_each_landmark():
    allocated, chosen = (way.event for way in REGROWTH.groups)
    said = next(note for note in regrowth_table(REGROWTH).footnotes if note.startswith("WW less WW-P (95 % CI): "))
    for words, year in (("1 year", 1), ("2 years", 2)):
        gap = rate_difference(chosen, allocated, year * 365.25)
        assert f"{words} {difference(gap)}" in said
        assert gap.difference == allocated.at(year * 365.25).value - chosen.at(year * 365.25).value


def test_a_landmark_that_one_way_did_not_reach_has_a_reason_in_its_place():
    first, second = REGROWTH.groups
    short = dataclasses.replace(REGROWTH, groups=(first, dataclasses.replace(second, event=aalen_johansen([500], [0]))))
    notes = " ".join(regrowth_table(short).footnotes)
    assert "2 years not estimable: nobody was at risk at 730.5 days" in notes
    assert "(—)" in notes.split("2 years")[0]  # nobody of the second had it by then: a difference without limits


def test_one_way_alone_is_compared_with_nothing():
    alone = dataclasses.replace(REGROWTH, groups=REGROWTH.groups[:1])
    assert not [note for note in regrowth_table(alone).footnotes if "less" in note]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (RateDifference(365, (0.1, 0.15), 0.05, 0.02, 0.0108, 0.0892), "+5.0 (+1.1 to +8.9)"),
        (RateDifference(365, (0.1, 0.04), -0.06, 0.02, -0.0992, -0.0208), "-6.0 (-9.9 to -2.1)"),
        (RateDifference(365, (0.0, 0.04), 0.04), "+4.0 (—)"),
        (Missing("nobody was at risk at 365 days"), "not estimable: nobody was at risk at 365 days"),
    ],
)
def test_a_difference_is_written_with_its_limits_or_without_and_never_as_0_to_0(found, words):
    assert difference(found) == words
