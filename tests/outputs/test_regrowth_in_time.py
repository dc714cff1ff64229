"""Metastasis without and after a regrowth, regrowth between examinations: participants by hand, then the estimators' own numbers."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

from analysis.closed_between_visits import between_visits
from analysis.closed_comparisons import Missing
from analysis.closed_metastasis import LANDMARK, METASTASIS, metastasis
from analysis.closed_regrowth_outputs import free_table, known_table, landmark_table, spent_table
from analysis.course_row import PREFERENCE, TME, WW
from analysis.cox import cox
from analysis.endpoints import derive_all
from analysis.incidence import aalen_johansen
from analysis.survival import kaplan_meier
from analysis.turnbull import turnbull
from analysis.weibull import weibull
from forms.dates import PartialDate
from tests.analysis import report_data
from tests.analysis.courses import course, day, operation, regrowth

PEOPLE = tuple(dataclasses.replace(row, pelvis_clear_on=row.assessed_on) for row in report_data.rows(300))
"""Every assessment before the first suspicion was clear."""


def watched(n: int, **given):
    return course(participant=f"VG-01-{n:04d}", **{"arm": WW, "assessed_on": (day(900),), **given})


def chose(n: int, **given):
    return watched(n, cohort=PREFERENCE, randomised_on=None, decision_on=day(0), **given)


# Metastasis.


def test_time_before_a_regrowth_is_time_without_one():
    """900 days without; 200 without and 300 after, then metastasis; 100 without, then metastasis; who was operated on is not watched."""
    people = [
        watched(1),
        watched(2, regrowths=(regrowth(200),), metastases_on=(day(500),)),
        watched(3, metastases_on=(day(100),)),
        watched(4, regrowths=(regrowth(200, confirmed=None),), assessed_on=(day(400),)),  # never confirmed: none
        course(participant="VG-01-0009", arm=TME, metastases_on=(day(50),)),
    ]
    found = metastasis(people)
    without, after = found.spent
    assert (found.n, found.left_out) == (4, 0)
    assert (without.people, without.events, without.years * 365.25) == (4, 1, pytest.approx(900 + 200 + 100 + 400))
    assert (after.people, after.events, after.years * 365.25) == (1, 1, pytest.approx(300))
    assert after.per_100.value == pytest.approx(100 * 365.25 / 300)


@pytest.mark.parametrize(
    ("grown", "after"),
    [
        (499, 1),
        (500, 0),
        (501, 0),
        (-5, 1),
    ],  # on the day itself it came too late to have gone before; before the origin it was there
)
def test_a_regrowth_goes_before_a_metastasis_only_if_it_came_first(grown, after):
    found = metastasis([watched(1, regrowths=(regrowth(grown, grown + 14),), metastases_on=(day(500),)), watched(2)])
    assert [s.events for s in found.spent] == [1 - after, after]


def test_whoever_was_seen_on_no_later_day_is_left_out_and_counted():
    found = metastasis([watched(1, assessed_on=(day(0),)), watched(2)])
    assert (found.n, found.left_out, found.spent[0].people) == (2, 1, 1)
    assert "without a day at risk: 1" in spent_table(found, str).denominator


def test_death_is_no_metastasis_and_competes_with_it():
    found = metastasis([watched(1, died_on=PartialDate.of(day(300))), watched(2, metastases_on=(day(700),))])
    assert sum(s.events for s in found.spent) == 1
    dead = [row.status for row in derive_all([watched(1, died_on=PartialDate.of(day(300)))], METASTASIS).rows]
    assert dead == [2]


def since(on, origin) -> float:
    return np.nan if on is None else float(max((on - origin).days, 0))


def frame() -> pd.DataFrame:
    """The same rows by another way: from the courses themselves."""
    rows = derive_all(PEOPLE, METASTASIS).rows
    of = {row.participant: row for row in PEOPLE}
    first = {p: min((r.suspected_on for r in of[p].regrowths if r.outcome == "CONFIRMED"), default=None) for p in of}
    made = [
        (r.participant, float(r.days), r.status, since(first[r.participant], r.origin_on)) for r in rows if r.days > 0
    ]
    return pd.DataFrame(made, columns=["participant", "days", "status", "grown"])


def test_the_hazard_ratio_is_that_of_a_covariate_that_turns_on_at_the_regrowth():
    data = frame()
    spells = []
    for row in data.itertuples():
        if row.grown < row.days and row.grown > 0:
            spells.append((row.participant, 0.0, row.grown, 0, 0.0))
        after = row.grown < row.days
        spells.append((row.participant, row.grown if after else 0.0, row.days, int(row.status == 1), float(after)))
    long = pd.DataFrame(spells, columns=["who", "start", "days", "event", "after"])
    want = cox(long, days="days", event="event", covariates=["after"], entry="start", identity="who")["after"]
    found = metastasis(PEOPLE)
    assert found.hazard.hr == pytest.approx(want.hr, rel=1e-12)
    ever = cox(
        data.assign(event=(data["status"] == 1) * 1, ever=data["grown"].notna() * 1.0),
        days="days", event="event", covariates=["ever"],
    )["ever"]  # fmt: skip
    assert ever.hr != pytest.approx(want.hr, rel=0.1)  # by who ever regrew it is another number
    assert sum(s.events for s in found.spent) == int((data["status"] == 1).sum())


def test_from_the_landmark_on_groups_are_those_of_that_day_and_later_regrowths_change_nothing():
    data = frame()
    left = data[data["days"] > LANDMARK].assign(days=lambda f: f["days"] - LANDMARK)
    found = metastasis(PEOPLE).later
    for group, part in zip(
        found.groups, (left[~(left["grown"] <= LANDMARK)], left[left["grown"] <= LANDMARK]), strict=True
    ):
        assert group == aalen_johansen(part["days"].to_numpy(), part["status"].to_numpy())
    gap = found.differences[0]
    assert gap.difference == pytest.approx(found.groups[1].at(365.25).value - found.groups[0].at(365.25).value)
    cells = {row[0]: row[1:] for row in landmark_table(metastasis(PEOPLE), str).rows}
    assert cells["Participants"] == tuple(str(g.n) for g in found.groups)
    assert cells["Difference 1 year later, after less without (95 % CI)"][0] == ""


def test_without_a_regrowth_by_the_landmark_the_table_says_so():
    table = landmark_table(metastasis([watched(1), watched(2, regrowths=(regrowth(400, 414),))]), str)
    assert table.rows == (("not estimable: all or none had a regrowth by the landmark", "", ""),)


def test_of_nobody_every_number_is_missing_with_its_reason():
    found = metastasis([])
    assert isinstance(found.hazard, Missing) and isinstance(found.later, Missing)
    cells = {row[0]: row[1:] for row in spent_table(found, str).rows}
    assert cells["Metastases per 100 years (95 % CI)"] == ("not estimable: no time at risk",) * 2
    assert cells["Hazard ratio (95 % CI)"] == ("1", "not estimable: nobody had the event")
    assert landmark_table(found, str).rows[0][0].startswith("not estimable: nobody was at risk after 365.25 days")


# Regrowth between examinations.

WIDTHS = "Days from the last clear examination to the first suspicion, median (range)"


def test_each_participant_is_known_as_far_as_the_examinations_go():
    people = [
        watched(1, regrowths=(regrowth(200),), pelvis_clear_on=(day(90), day(180), day(700))),
        watched(2, regrowths=(regrowth(200),)),  # no clear examination before: since the origin
        watched(3, regrowths=(regrowth(200),), pelvis_clear_on=(day(-9),)),  # before the origin: since the origin
        watched(4, regrowths=(regrowth(0, 14),), pelvis_clear_on=(day(-9),)),
        watched(5, died_on=PartialDate.of(day(300)), pelvis_clear_on=(day(290),)),
        watched(6, operations=(operation(250),)),
        watched(7),
    ]
    known = between_visits(people).known
    assert [(k.status, k.lower, k.upper) for k in known] == [
        (1, 180, 200), (1, 0, 200), (1, 0, 200), (1, 0, 0), (2, 300, 300), (2, 250, 250), (0, 900, None),
    ]  # fmt: skip


def test_the_curves_are_turnbull_s_and_kaplan_meier_s_of_these():
    found = between_visits(PEOPLE)
    lower, upper = [k.lower for k in found.known], [k.upper for k in found.known]
    estimate = turnbull(lower, upper)
    curve = kaplan_meier(
        [low if up is None else up for low, up in zip(lower, upper, strict=True)],
        [int(k.status != 0) for k in found.known],
    )
    year = found.free[0]
    assert year.between == estimate.at(365.25) and year.between[0] <= year.between[1]
    assert year.dated == curve.at(365.25)
    assert year.between[1] <= year.dated.value + 1e-9  # seen late: as dated, too many are still free
    assert (found.free[-1].between, found.free[-1].dated.value) == (None, None)  # five years: nobody
    assert free_table(found, str).rows[-1][1:] == ("—", "—")


def test_the_hazard_is_of_regrowth_and_what_competes_ends_the_time_at_risk():
    found = between_visits(PEOPLE)
    rows = [
        (k.participant, k.lower, k.upper if k.status == 1 else None, float(k.cohort != PREFERENCE))
        for k in found.known
        if k.lower or k.upper
    ]
    data = pd.DataFrame(rows, columns=["id", "lower", "upper", "first"]).astype({"upper": float})
    alone, both = (weibull(data, lower="lower", upper="upper", covariates=asked) for asked in ((), ("first",)))
    assert (found.hazard.shape.value, found.hazard.ratio.hr) == pytest.approx((alone.shape, both["first"].hr), rel=1e-9)
    half = 1.959963984540054 * math.sqrt(alone.covariance[0][0]) / alone.shape
    assert found.hazard.shape.upper == pytest.approx(alone.shape * math.exp(half), rel=1e-9)


def test_one_way_alone_has_a_shape_and_no_ratio():
    people = [
        watched(n, regrowths=(regrowth(100 * n, 100 * n + 14),) if n < 4 else (), pelvis_clear_on=(day(100 * n - 60),))
        for n in range(1, 9)
    ]
    found = between_visits(people)
    cells = dict(known_table(found, str).rows)
    assert cells["Hazard ratio, WW against WW-P, Weibull (95 % CI)"] == "not estimable: the same in everybody: first"
    assert cells["Weibull shape, above 1 a rising hazard (95 % CI)"][0].isdigit()
    assert cells["Regrowth, between two examinations"] == "3" and cells["Neither so far"] == "5"
    assert cells[WIDTHS] == "60 (60–60)"


def test_widths_are_of_regrowths_that_had_a_clear_examination_before():
    people = [watched(n, regrowths=(regrowth(200),), pelvis_clear_on=(day(200 - 30 * n),)) for n in (1, 2, 4)]
    cells = dict(known_table(between_visits([*people, watched(9, regrowths=(regrowth(90),))]), str).rows)
    assert cells[WIDTHS] == "60 (30–120)"


def test_before_any_regrowth_and_of_nobody_there_is_no_hazard():
    for people, why in (([watched(1)], "nobody had the event"), ([], "nobody has a day at risk")):
        assert between_visits(people).hazard == Missing(why)
    assert dict(known_table(between_visits([watched(1)]), str).rows)[WIDTHS].startswith("not estimable: no regrowth")
    assert between_visits([]).free == () and known_table(between_visits([]), str).rows[0][1] == "0"


def test_the_order_of_people_changes_nothing():
    assert between_visits(PEOPLE[::-1]) == between_visits(PEOPLE)
    turned, found = metastasis(PEOPLE[::-1]), metastasis(PEOPLE)
    assert dataclasses.replace(turned, later=found.later) == found


def test_those_who_chose_are_watched_too():
    assert [k.cohort for k in between_visits([chose(1), watched(2)]).known] == [PREFERENCE, "RANDOMISED"]
    assert metastasis([chose(1), watched(2)]).n == 2
