"""When accrual and events will be complete: each number against R or the arithmetic, and what is said where nothing can be told."""

from __future__ import annotations

from datetime import date, timedelta
from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.course_row import CourseRow
from analysis.flow_outputs import OUTPUTS
from analysis.forecast import (
    HORIZON,
    Intake,
    Rate,
    Risk,
    days_to,
    days_to_events,
    expected_events,
    gamma_rates,
    number_by,
    recruitment,
)
from analysis.outlook import outlook
from analysis.outlook_tables import outlook_table
from analysis.steps import Estimate
from forms.dates import PartialDate
from tests.flow.people import enrolled, person, taken
from trial.protocol import Design

COUNTS, EXPOSED = [30, 4, 12, 1, 25, 8], [700.0, 650, 600, 300, 500, 420]
CUT, OPENED = date(2027, 1, 1), date(2026, 1, 1)

# R: 120 * 700 / 80.5 * qf(q, 240, 161); qnbinom(q, 80.5, 700 / 1065); optim on dnbinom: tests/flow/reference.R.


def test_the_time_to_the_last_one_is_that_of_r():
    found = days_to(120, Rate(80.5, 700))
    assert (found.value, found.lower, found.upper) == pytest.approx(
        (1044.904461039331, 789.252830525809, 1390.676433430936), rel=1e-9
    )


def test_the_number_to_come_is_that_of_r():
    assert number_by(365, Rate(80.5, 700)) == Estimate(42.0, 27.0, 59.0)
    assert number_by(0, Rate(80.5, 700)) == Estimate(0.0, 0.0, 0.0)


def test_the_rates_of_sites_are_those_of_r():
    fitted = gamma_rates(np.array(COUNTS, float), np.array(EXPOSED))
    assert fitted == pytest.approx((1.83526651820705, 76.84935646), rel=1e-5)
    found = recruitment(COUNTS, EXPOSED)
    assert found.by_site and (found.shape, found.rate) == pytest.approx((87.5736455629956, 611.1717570372131), rel=1e-6)


def test_sites_that_are_alike_have_one_rate():
    # 20 in 400 days of two sites: the two together 0.1025 a day: (20 + 1/2) / (400 / 2).
    assert recruitment([10, 10], [200.0, 200.0]) == Rate(20.5, 200.0)
    assert recruitment([20], [400.0]) == Rate(20.5, 400.0)


def test_a_site_that_has_just_opened_will_recruit_like_the_others():
    two, three = recruitment([10, 10], [200.0, 200.0]), recruitment([10, 10, 0], [200.0, 200.0, 0.0])
    assert three.mean == pytest.approx(1.5 * two.mean)
    assert recruitment([*COUNTS, 0], [*EXPOSED, 0.0]).mean > recruitment(COUNTS, EXPOSED).mean


@pytest.mark.parametrize(("counts", "exposed"), [([], []), ([0], [100.0]), ([0, 0], [0.0, 0.0])])
def test_while_nobody_came_there_is_no_rate(counts, exposed):
    assert recruitment(counts, exposed) is None


@pytest.mark.parametrize(("counts", "exposed"), [([-1], [10.0]), ([1], [-5.0]), ([2], [0.0])])
def test_an_impossible_count_is_refused(counts, exposed):
    with pytest.raises(ValueError, match="not possible"):
        recruitment(counts, exposed)


def test_nobody_missing_is_reached_today():
    assert days_to(0, Rate(3.5, 10)) == days_to(-4, Rate(3.5, 10)) == Estimate(0.0, 0.0, 0.0)


@given(st.integers(1, 400), st.floats(0.5, 500), st.floats(1, 5000))
def test_limits_hold_the_median_and_more_people_take_longer(more, shape, rate):
    found, longer = days_to(more, Rate(shape, rate)), days_to(more + 1, Rate(shape, rate))
    assert 0 < found.lower < found.value < found.upper and longer.value > found.value


@given(st.integers(1, 60), st.floats(5, 300), st.floats(100, 2000))
def test_time_and_number_say_the_same(more, shape, rate):
    """By the median time to the k-th, the chance of k or more is a half: the two are one distribution."""
    from scipy.stats import nbinom

    t = days_to(more, Rate(shape, rate)).value
    assert nbinom.sf(more - 1, shape, rate / (rate + t)) == pytest.approx(0.5, abs=1e-6)


# Events.


def test_expected_events_by_hand():
    h = 0.001
    assert expected_events(100, h, 50, Intake(0, 0)) == pytest.approx(50 * (1 - exp(-0.1)))
    # One a day for 10 days, seen after 30: the k-th waits 30 - u: integral of 1 - exp(-h (30 - u)) over u from 0 to 10.
    whole = 10 - (exp(-h * 20) - exp(-h * 30)) / h
    assert expected_events(30, h, 0, Intake(1, 10)) == pytest.approx(whole)
    assert expected_events(30, 0.0, 50, Intake(1, 10)) == 0.0
    assert expected_events(0, h, 50, Intake(1, 10)) == pytest.approx(0.0, abs=1e-12)


def test_the_day_of_the_events_is_that_of_r():
    # qgamma(c(.5, .975, .025), 25.5, rate = 90000), uniroot: tests/flow/reference.R
    found = days_to_events(60, Risk(25, 90_000, 300), Intake(0.4, 365))
    assert (found.value, found.lower, found.upper) == pytest.approx(
        (577.972254210842, 420.143615093979, 844.999258526829), rel=1e-7
    )


@pytest.mark.parametrize(
    ("more", "risk", "found"),
    [
        (0, Risk(5, 100, 10), Estimate(0.0, 0.0, 0.0)),
        (-3, Risk(5, 100, 10), Estimate(0.0, 0.0, 0.0)),
        (20, Risk(0, 0, 0), Estimate(None)),
        (20, Risk(5, 1000, 10), Estimate(None)),  # ten people cannot have twenty first events
    ],
)
def test_events_that_are_there_or_cannot_come(more, risk, found):
    assert days_to_events(more, risk, Intake(0, 0)) == found


# The outlook of a trial.


def came(number: int, on: date, randomised: date | None = None, site: str = "01", **more) -> CourseRow:
    given = {"consent_on": on, "eligible_on": on, "randomised_on": randomised, "cohort": randomised and "RANDOMISED"}
    return CourseRow(f"VG-{site}-{number:04d}", site, CUT, **(given | more))


def test_the_outlook_counts_from_the_opening_and_waits_for_the_first_randomisation():
    rows = [came(i, OPENED + timedelta(days=30 * i), OPENED + timedelta(days=30 * i + 200)) for i in range(5)]
    found = outlook(rows, {"01": OPENED}, CUT, Design(enrolled=10, randomised=8, events=5))
    assert (found.enrolled.so_far, found.randomised.so_far, found.lag, found.open_sites) == (5, 5, 200.0, 1)
    # 366 days open, the day of the cut among them; for randomisation 166 of them.
    assert found.enrolled.rate == Rate(5.5, 366.0) and found.randomised.rate == Rate(5.5, 166.0)
    assert found.enrolled.days == days_to(5, Rate(5.5, 366.0)) and found.randomised.missing == 3
    assert found.risk == Risk(0, 0.0, 5)


def test_who_left_is_no_longer_at_risk():
    rows = [came(i, OPENED, OPENED, assessed_on=(CUT,)) for i in range(4)]
    rows += [came(5, OPENED, OPENED, withdrawn_on=CUT), came(6, OPENED, OPENED, ended_on=CUT, end_reason="LOST")]
    rows += [came(7, OPENED, OPENED, died_on=PartialDate(2026, 6, 1))]
    found = outlook(rows, {"01": OPENED}, CUT, Design())
    assert (found.risk.events, found.risk.free) == (1, 4)


def test_a_site_whose_opening_is_not_known_counts_from_its_first_consent():
    rows = [came(1, date(2026, 7, 1)), came(2, date(2026, 9, 1), site="02")]
    found = outlook(rows, {"02": date(2026, 12, 1)}, CUT, Design())
    assert found.open_sites == 2 and found.enrolled.rate == Rate(2.5, (185 + 123) / 2)


def test_a_randomisation_sooner_than_the_usual_lag_still_counts():
    rows = [came(1, CUT - timedelta(days=9), CUT, site="02"), came(2, OPENED, OPENED + timedelta(days=300))]
    found = outlook(rows, {"01": OPENED, "02": CUT - timedelta(days=10)}, CUT, Design())
    assert found.randomised.so_far == 2 and found.randomised.rate is not None


def test_reached_is_said_and_so_is_that_nobody_came():
    empty = outlook([], {}, CUT, Design())
    cells = {row[0]: row[4] for row in outlook_table(empty).rows}
    assert set(cells.values()) == {"not estimable: nobody so far"}
    full = outlook(
        [came(1, OPENED, OPENED, assessed_on=(CUT,))], {"01": OPENED}, CUT, Design(enrolled=1, randomised=1, events=2)
    )
    rows = {row[0]: row for row in outlook_table(full).rows}
    assert rows["Enrolled"][4] == rows["Randomised"][4] == "reached"
    assert rows["Events of the primary endpoint, arms together"][4] == "not with those who can come"


def test_a_day_beyond_what_can_be_forecast_is_none():
    found = outlook([], {}, CUT, Design())
    assert found.date(None) is None and found.date(HORIZON + 1) is None
    assert found.date(0.0) == CUT and found.date(1.2) == CUT + timedelta(days=2)


def test_the_output_has_tables_and_a_figure_and_the_same_bytes_each_time():
    (output,) = [each for each in OUTPUTS if each.id == "accrual"]
    extract = taken(person(1, *enrolled()), person(2, *enrolled(), arm="WW"))
    made = output.make(extract, str)
    assert [table.id for table in made.tables] == ["forecast", "sites", "months"]
    assert "Enrolled: 2, expected by: " in made.figures[0].alt and b"Forecast" in made.figures[0].svg
    assert output.make(extract, str) == made
    other = taken(person(1, *enrolled()), person(2, *enrolled(), arm="TME"))
    assert output.make(other, str) == made
    assert output.make(taken(opened={}), str).tables[0].rows[0][1] == "0"
