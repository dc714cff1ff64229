"""What stands by group: the estimators' own numbers, or the reason why there is none; and why some estimands are never shown pooled."""

from __future__ import annotations

import dataclasses
import math

import pandas as pd
import pytest

from analysis import closed_endpoint_outputs, endpoint_outputs
from analysis.closed import ArmUnknown
from analysis.closed_comparisons import DOUBT, YEARS, Competed, Missing, Survived, compared
from analysis.closed_endpoint_tables import comparison_table, draw, groups_table
from analysis.closed_watching import STATES, moves, salvage
from analysis.closed_watching_outputs import occupancy_table, salvage_table
from analysis.course_row import PREFERENCE, RANDOMISED, STANDARD, TME, WW
from analysis.cox import cox
from analysis.endpoints import derive_all
from analysis.estimands import (
    DFS,
    DFS_OPERATED,
    ESTIMANDS,
    LRFS,
    NRDFS,
    NRDFS_R1,
    NRDFS_REFUSAL,
    ORGAN_LOSS,
    OS,
    REGROWTH,
)
from analysis.fine_gray import fine_gray
from analysis.gray import gray_test
from analysis.logrank import log_rank
from analysis.multistate import occupancy
from analysis.reports.status_tables import years_words
from analysis.steps import position
from analysis.survival import kaplan_meier
from forms.dates import PartialDate
from tests.analysis import report_data
from tests.analysis.courses import course, day, operation, regrowth

PEOPLE = tuple(report_data.rows(240))
FACTORS = {
    row.participant: {"response": "CCR" if int(row.participant[-1]) % 2 else "NCR", "regimen": "IO" if row.site == "01" else "NO_IO"}
    for row in PEOPLE
}  # fmt: skip


def near(value: float):
    """The last digit of an iterative fit depends on the order of rows that are tied."""
    return pytest.approx(value, rel=1e-12)


@pytest.fixture(scope="module")
def nrdfs():
    return compared(PEOPLE, NRDFS, FACTORS)


def frame_of(estimand) -> pd.DataFrame:
    rows = derive_all(PEOPLE, estimand).rows
    of = {row.participant: row for row in PEOPLE}
    return pd.DataFrame(
        [
            (
                r.participant,
                r.days,
                r.status,
                of[r.participant].arm,
                of[r.participant].cohort,
                *FACTORS[r.participant].values(),
            )
            for r in rows
        ],
        columns=["participant", "days", "status", "arm", "cohort", "response", "regimen"],
    )


def test_the_hazard_ratio_is_that_of_a_cox_model_stratified_by_response_and_regimen(nrdfs):
    frame = frame_of(NRDFS).assign(ww=lambda f: (f["arm"] == WW).astype(float))
    asked = {"days": "days", "event": "status", "covariates": ["ww"]}
    assert nrdfs.comparison.hazard.hr == near(cox(frame, **asked, strata=["response", "regimen"])["ww"].hr)
    assert nrdfs.comparison.plain.hr == near(cox(frame, **asked)["ww"].hr)
    assert nrdfs.comparison.hazard.hr != nrdfs.comparison.plain.hr


def test_the_log_rank_test_is_stratified_alike(nrdfs):
    frame = frame_of(NRDFS)
    strata = list(zip(frame["response"], frame["regimen"], strict=True))
    wanted = log_rank(frame["days"].to_numpy(), frame["status"].to_numpy(), frame["arm"].tolist(), strata)
    assert nrdfs.comparison.test == wanted


def test_each_arm_has_its_own_curve_and_the_difference_is_watching_less_surgery(nrdfs):
    frame = frame_of(NRDFS)
    assert [group.label for group in nrdfs.groups] == [WW, TME]
    for group in nrdfs.groups:
        own = frame[frame["arm"] == group.label]
        assert group.curve == kaplan_meier(own["days"].to_numpy(), own["status"].to_numpy())
    first = nrdfs.comparison.landmarks[0]
    assert first.difference == pytest.approx(
        nrdfs.groups[0].curve.at(365.25).value - nrdfs.groups[1].curve.at(365.25).value
    )


def test_a_landmark_nobody_reached_has_a_reason_and_no_number(nrdfs):
    assert isinstance(nrdfs.comparison.landmarks[-1], Missing)
    assert dict(comparison_table(nrdfs, str).rows)["Difference at 5 years (95 % CI)"].startswith(
        "not estimable: nobody was at risk"
    )


def test_restricted_means_stand_beside_the_ratio_only_where_proportionality_is_in_doubt(nrdfs):
    assert (nrdfs.comparison.restricted is not None) == (nrdfs.comparison.proportional < DOUBT)
    labels = {row[0] for row in comparison_table(nrdfs, str).rows}
    shown = dataclasses.replace(
        nrdfs, comparison=dataclasses.replace(nrdfs.comparison, restricted=Missing("too short"))
    )
    more = dict(comparison_table(shown, str).rows)
    assert more["Difference of restricted means to 3 years, months (95 % CI)"] == "not estimable: too short"
    assert labels <= more.keys()


def test_hazards_that_cross_bring_the_restricted_means():
    """Early events in one arm, late ones in the other."""
    rows = [
        course(participant=f"VG-01-{n:04d}", arm=WW if n % 2 else TME, metastases_on=(day(20 + n if n % 2 else 700 + n),) if n % 3 else (),
               cut_on=day(1300), assessed_on=(day(1250),))
        for n in range(1, 121)
    ]  # fmt: skip
    found = compared(rows, NRDFS, {}).comparison
    assert found.proportional < DOUBT
    assert found.restricted.groups == (TME, WW) and found.restricted.difference < 0


def test_competing_events_compete_by_way_and_are_never_censoring():
    found = compared(PEOPLE, REGROWTH, FACTORS)
    frame = frame_of(REGROWTH).assign(first=lambda f: (f["cohort"] == RANDOMISED).astype(float))
    way = ["WW" if c == RANDOMISED else "WW-P" for c in frame["cohort"]]
    assert isinstance(found.comparison, Competed)
    assert found.comparison.gray == gray_test(frame["days"].to_numpy(), frame["status"].to_numpy(), way)
    wanted = fine_gray(frame, days="days", status="status", covariates=["first"])["first"].hr
    assert found.comparison.subdistribution.hr == near(wanted)
    own = frame.assign(own=(frame["status"] == 1).astype(int))
    assert found.comparison.cause.hr == near(cox(own, days="days", event="own", covariates=["first"])["first"].hr)
    assert "Cumulative incidence" in draw(found, str).alt
    assert groups_table(found, str).rows[2][0] == "Competing events"


def test_incidences_by_way_differ_at_landmarks_by_those_allocated_less_those_who_chose():
    found = compared(PEOPLE, REGROWTH, FACTORS)
    curves = [group.curve for group in found.groups]
    cells = dict(comparison_table(found, str).rows)
    for year, each in zip(YEARS, found.comparison.landmarks, strict=True):
        cell = cells[f"Difference of incidence at {years_words(year, str)} (95 % CI)"]
        if isinstance(each, Missing):
            assert cell.startswith("not estimable: nobody was at risk") and not all(
                c.at_risk_at(each_day(year)) for c in curves
            )
            continue
        one, two = (curve.at(each_day(year)).value for curve in curves)
        half = 1.959963984540054 * math.hypot(*(sd_at(curve, each_day(year)) for curve in curves))
        assert (each.difference, each.lower, each.upper) == near((one - two, one - two - half, one - two + half))
        assert cell == f"{100 * (one - two):+.1f} ({100 * (one - two - half):+.1f} to {100 * (one - two + half):+.1f})"
    assert not isinstance(found.comparison.landmarks[0], Missing)


def each_day(year: int) -> float:
    return year * 365.25


def sd_at(curve, day: float) -> float:
    return math.sqrt(curve.variance[position(curve.times, day)])


def test_the_incidence_of_competing_events_is_compared_as_well():
    found = compared(PEOPLE, REGROWTH, FACTORS).comparison
    frame = frame_of(REGROWTH).assign(first=lambda f: (f["cohort"] == RANDOMISED).astype(float))
    wanted = fine_gray(frame, days="days", status="status", covariates=["first"], cause=2)["first"].hr
    assert found.competing_subdistribution.hr == near(wanted)


def test_a_landmark_before_any_event_of_a_group_has_a_difference_without_limits_and_says_so():
    """Greenwood's variance is 0 there: limits of 0 to 0 would be read as certainty."""
    people = [course(participant=f"VG-01-{n:04d}", arm=WW if n % 2 else TME, metastases_on=(day(500 + n),) if n < 9 else ())
              for n in range(20)]  # fmt: skip
    table = comparison_table(compared(people, NRDFS, {}), str)
    cells = dict(table.rows)
    assert cells["Difference at 1 year (95 % CI)"] == "+0.0 (—)"
    assert any(note.startswith("(—)") for note in table.footnotes)
    assert "to" in cells["Difference at 2 years (95 % CI)"]


def test_without_an_event_the_tests_say_that_there_is_nothing_to_compare():
    people = [course(participant=f"VG-01-{n:04d}", arm=WW if n % 2 else TME) for n in range(6)]
    assert dict(comparison_table(compared(people, OS, {}), str).rows)["Log-rank test, two-sided p"] == NOTHING
    watched_only = [watched(n, cohort=RANDOMISED if n % 2 else PREFERENCE, **given(n)) for n in range(6)]
    assert dict(comparison_table(compared(watched_only, REGROWTH, {}), str).rows)["Gray's test, two-sided p"] == NOTHING


NOTHING = "not estimable: no event to compare by"


def given(n: int) -> dict[str, object]:
    """What makes a course one of choice: no draw."""
    return {} if n % 2 else {"randomised_on": None}


def test_a_model_that_is_not_found_has_its_reason_in_the_table(monkeypatch):
    monkeypatch.setattr("analysis.newton.STEPS", 1)
    cells = dict(comparison_table(compared(PEOPLE, REGROWTH, FACTORS), str).rows)
    assert cells["Subdistribution hazard ratio, Fine-Gray (95 % CI)"] == "not estimable: no convergence in 1 steps"
    assert cells["Gray's test, two-sided p"][0] in "01<"  # needs no search


def test_an_estimand_with_competing_events_is_never_drawn_as_survival():
    for _, estimand in (*endpoint_outputs.POOLED, *closed_endpoint_outputs.BY_GROUP):
        found = compared(PEOPLE, estimand, FACTORS)
        assert isinstance(found.comparison, Competed if estimand.competing else Survived)


@pytest.mark.parametrize("estimand", ESTIMANDS.values(), ids=list(ESTIMANDS))
def test_with_nobody_every_measure_says_why_there_is_none(estimand):
    table = comparison_table(compared((), estimand, {}), str)
    assert {row[1].split(":")[0] for row in table.rows} == {"not estimable"}


def test_somebody_randomised_without_an_arm_is_refused():
    with pytest.raises(ArmUnknown):
        compared([course(arm=None)], OS, {})


# Why some estimands stand by arm only.


def watched(n: int, **given):
    return course(participant=f"VG-01-{n:04d}", arm=WW, **given)


def test_pooled_disease_free_survival_less_pooled_nrdfs_would_be_the_watched_arms_own_count():
    """Three regrown and salvaged R0, all in one arm: no reader of pooled counts may learn the three."""
    salvaged = {
        "regrowths": (regrowth(salvage="DONE", salvage_decided_on=day(220)),),
        "operations": (operation(240, reason="REGROWTH"),),
    }
    people = [*(watched(n, **salvaged) for n in range(3)), *(watched(n) for n in range(3, 6)),
              *(course(participant=f"VG-02-{n:04d}", arm=TME) for n in range(6))]  # fmt: skip

    def events(estimand):
        return sum(row.status == 1 for row in derive_all(people, estimand).rows)

    assert events(DFS) - events(NRDFS) == 3
    shown = {estimand for _, estimand in endpoint_outputs.POOLED}
    assert shown.isdisjoint({DFS, LRFS, NRDFS_REFUSAL, NRDFS_R1})


def test_every_estimand_of_the_protocol_is_shown_by_group():
    """But for the disease-free survival of those operated on, which the output on the timing of surgery shows."""
    assert {e.id for _, e in closed_endpoint_outputs.BY_GROUP} == set(ESTIMANDS) - {DFS_OPERATED.id}


# Salvage, and the course of the watched.

SALVAGED = {"regrowths": (regrowth(salvage="DONE", salvage_decided_on=day(220)),)}


def test_salvage_counts_the_watched_the_regrown_the_operated_and_their_margins():
    people = [
        watched(1, **SALVAGED, operations=(operation(240, "LAR", "R0", reason="REGROWTH"),)),
        watched(2, **SALVAGED, operations=(operation(260, "APR", "R1", reason="REGROWTH"),)),
        watched(3, **SALVAGED, operations=(operation(300, None, None, reason="REGROWTH"),)),
        watched(4, regrowths=(regrowth(salvage="REFUSED", salvage_decided_on=day(230)),)),
        watched(5, regrowths=(regrowth(confirmed=None),)),
        course(participant="VG-01-0006", cohort=PREFERENCE, arm=WW, randomised_on=None),
        course(participant="VG-01-0007", arm=TME, operations=(operation(10),)),
        course(participant="VG-01-0008", cohort=STANDARD, arm=None, randomised_on=None),
    ]
    found = salvage(people)
    assert (found.watched, found.regrown, found.operated) == (6, 4, 3)
    assert (found.r0.value, found.r0_unknown) == (0.5, 1)
    assert (found.sphincter.value, found.sphincter_unknown) == (0.5, 1)
    assert (found.intervals, found.interval) == ((40, 60, 100), 60)
    cells = {row[0]: row[1] for row in salvage_table(found, str).rows}
    assert cells["Salvage operation"] == "3 (75.0 %)"
    assert cells["R0, of the operated (95 % CI)"] == "50.0 % (1.3–98.7)"  # Clopper-Pearson, binom.test(1, 2)
    assert cells["Days from first suspicion to operation, median (range)"] == "60 (40–100)"


def test_without_an_operation_no_share_is_given():
    cells = {row[0]: row[1] for row in salvage_table(salvage([watched(1)]), str).rows}
    assert cells["R0, of the operated (95 % CI)"] == "not estimable: nobody was operated"


def test_a_course_goes_through_its_states_and_is_seen_to_the_last_assessment():
    one = watched(1, **SALVAGED, operations=(operation(240, reason="REGROWTH"),), metastases_on=(day(500),),
                  died_on=PartialDate.of(day(700)), assessed_on=(day(650),))  # fmt: skip
    told = [(m.start, m.stop, m.left, m.entered) for m in moves([one])]
    assert told == [
        (0, 200, "WATCHED", "REGROWTH"),
        (200, 240, "REGROWTH", "SALVAGED"),
        (240, 500, "SALVAGED", "METASTASIS"),
        (500, 700, "METASTASIS", "DEAD"),
    ]
    alive = watched(2, assessed_on=(day(650),))
    assert [(m.start, m.stop, m.left, m.entered) for m in moves([alive])] == [(0, 650, "WATCHED", None)]


def test_of_two_states_on_one_day_the_furthest_is_entered_and_nobody_goes_back():
    both = watched(1, regrowths=(regrowth(200),), metastases_on=(day(200),), assessed_on=(day(300),))
    assert [(m.stop, m.entered) for m in moves([both])] == [(200, "METASTASIS"), (300, None)]
    late = watched(2, metastases_on=(day(100),), regrowths=(regrowth(200),), assessed_on=(day(300),))
    assert [(m.stop, m.entered) for m in moves([late])] == [(100, "METASTASIS"), (300, None)]


def test_whoever_has_no_time_as_watched_is_counted_where_the_chances_stand():
    """The denominator says all watched; the estimate begins with those who were watched without an event after the day of origin."""
    people = [watched(1), watched(2), watched(3, assessed_on=(day(0),)), watched(4, metastases_on=(day(-3),))]
    found = occupancy(moves(people), STATES, STATES[0])
    notes = occupancy_table(found, len(people), str).footnotes
    assert (
        found.n == 2 and notes[-1] == "Left out, since an event or the last assessment falls on the day of origin: 2."
    )
    assert not [note for note in occupancy_table(found, 2, str).footnotes if note.startswith("Left out")]


def test_every_course_is_one_the_estimator_takes_and_occupancies_add_up_to_one():
    found = occupancy(moves(PEOPLE), STATES, STATES[0])
    assert found.n == sum(move.start == 0 and move.left == "WATCHED" for move in moves(PEOPLE))
    assert found.probability.sum(axis=1) == pytest.approx(1.0)


def test_organ_loss_is_compared_with_death_competing():
    assert compared(PEOPLE, ORGAN_LOSS, FACTORS).groups[0].competing is not None
