"""Accrual against the plan of PROTOCOL 8, and the pooled counts of the flow."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.accrual import AccrualPlan, accrual
from analysis.course_row import CourseRow
from analysis.disposition import disposition
from forms.codelists.events import END_OF_STUDY
from forms.dates import PartialDate
from trial.protocol import Design

OPENED = datetime.date(2026, 1, 1)
PLAN = AccrualPlan.of(Design(), OPENED)


def date(text):
    return datetime.date.fromisoformat(text)


def enrolled(participant, on, randomised=None, *, site="01", cut="2026-12-31"):
    cohort = "RANDOMISED" if randomised else None
    return CourseRow(
        participant,
        site,
        date(cut),
        cohort,
        consent_on=date(on),
        eligible_on=date(on),
        randomised_on=randomised and date(randomised),
    )


def test_the_plan_is_that_of_the_protocol():
    assert (
        (PLAN.enrolled, PLAN.randomised, PLAN.months)
        == (Design().enrolled, Design().randomised, Design().accrual_months)
        == (2200, 440, 48)
    )


@pytest.mark.parametrize(
    ("on", "share"),
    [("2025-12-31", 0.0), ("2026-01-01", 0.0), ("2028-01-01", 730 / 1461), ("2030-01-01", 1.0), ("2033-01-01", 1.0)],
)
def test_the_plan_is_uniform_over_48_months_and_flat_afterwards(on, share):
    assert PLAN.share(date(on)) == pytest.approx(share, abs=1e-12)


def test_months_count_the_new_and_all_so_far_beside_the_plan():
    rows = [enrolled("A", "2026-01-01"), enrolled("B", "2026-01-31"), enrolled("C", "2026-02-01", "2026-03-10")]
    found = accrual(rows, PLAN, cut_on=date("2026-03-15"))
    assert [(m.starts_on.month, m.enrolled, m.all_enrolled, m.randomised, m.all_randomised) for m in found.months] == [
        (1, 2, 2, 0, 0),
        (2, 1, 3, 0, 0),
        (3, 0, 3, 1, 1),
    ]
    assert found.months[-1].ends_on == date("2026-03-15")
    assert found.months[0].planned_enrolled == pytest.approx(2200 * 30 / 1461)
    assert found.planned_randomised == pytest.approx(440 * 73 / 1461)


def test_a_trial_opened_on_the_31st_counts_every_day_once():
    plan = AccrualPlan.of(Design(), date("2026-01-31"))
    found = accrual([], plan, cut_on=date("2026-04-15"))
    starts = [m.starts_on.isoformat() for m in found.months]
    assert starts == ["2026-01-31", "2026-02-28", "2026-03-31"]
    for month, following in zip(found.months, found.months[1:], strict=False):
        assert following.starts_on - month.ends_on == datetime.timedelta(days=1)


def test_sites_are_counted_apart_with_their_screen_failures():
    rows = [
        enrolled("A", "2026-01-05", site="02"),
        enrolled("B", "2026-01-06", "2026-08-01", site="01"),
        CourseRow("C", "02", date("2026-12-31"), consent_on=date("2026-02-01"), screen_failed_on=date("2026-02-20")),
    ]
    found = accrual(rows, PLAN, cut_on=date("2026-12-31")).sites
    assert [(s.site, s.consented, s.enrolled, s.screen_failures, s.randomised) for s in found] == [
        ("01", 1, 1, 0, 1),
        ("02", 2, 1, 1, 0),
    ]


def test_what_comes_after_the_cut_is_not_counted():
    rows = [enrolled("A", "2026-01-05", "2026-06-01", cut="2026-05-31")]
    found = accrual(rows, PLAN, cut_on=date("2026-05-31"))
    assert (found.enrolled_on, found.randomised_on) == ((date("2026-01-05"),), ())


def test_before_the_opening_there_are_no_months():
    assert accrual([], PLAN, cut_on=date("2025-12-01")).months == ()


@given(st.lists(st.integers(0, 1500), max_size=40), st.integers(0, 1600))
def test_months_add_up_to_all_who_are_in(offsets, cut):
    cut_on = OPENED + datetime.timedelta(days=cut)
    rows = [
        CourseRow(f"P{i}", "01", cut_on, consent_on=OPENED, eligible_on=OPENED + datetime.timedelta(days=d))
        for i, d in enumerate(offsets)
    ]
    found = accrual(rows, PLAN, cut_on=cut_on)
    inside = sum(d <= cut for d in offsets)
    assert sum(m.enrolled for m in found.months) == found.months[-1].all_enrolled == inside == len(found.enrolled_on)
    assert sum(site.enrolled for site in found.sites) == inside


CUT = date("2028-12-31")


def person(participant, **given):
    plain = {"consent_on": OPENED, "eligible_on": OPENED, "therapy_start_on": OPENED, "decision_on": date("2026-09-01")}
    return CourseRow(participant, "01", CUT, **(plain | given))


def test_the_flow_counts_every_step_and_names_no_arm():
    rows = [
        person("A", cohort="RANDOMISED", arm="WW", randomised_on=date("2026-09-05"), candidate=True),
        person(
            "B",
            cohort="RANDOMISED",
            arm="TME",
            randomised_on=date("2026-09-05"),
            candidate=True,
            died_on=PartialDate(2027),
            ended_on=date("2027-08-01"),
            end_reason="DEATH",
        ),
        person(
            "C",
            cohort="PREFERENCE",
            arm="WW",
            candidate=True,
            withdrawn_on=date("2027-01-01"),
            ended_on=date("2027-01-01"),
            end_reason="WITHDRAWN",
        ),
        person("D", cohort="STANDARD", candidate=False, restaged_on=date("2026-08-20")),
        person("E", decision_on=None),
        person(
            "F",
            eligible_on=None,
            therapy_start_on=None,
            decision_on=None,
            screen_failed_on=date("2026-02-01"),
            ended_on=date("2026-02-01"),
            end_reason="SCREENFAIL",
        ),
    ]
    found = disposition(rows)
    assert {step.id: step.n for step in found.steps} == {
        "CONSENTED": 6,
        "FAILED": 1,
        "ENROLLED": 5,
        "TREATED": 5,
        "RESTAGED": 1,
        "DECIDED": 4,
        "CANDIDATES": 3,
        "RANDOMISED": 2,
        "PREFERENCE": 1,
        "STANDARD": 1,
        "WITHDRAWN": 1,
        "DIED": 1,
        "ENDED": 2,
    }
    assert found.left == (("DEATH", 1), ("WITHDRAWN", 1))
    assert found["RANDOMISED"] == 2


def test_an_unknown_reason_for_leaving_is_counted_as_unknown():
    assert disposition([person("A", ended_on=date("2027-01-01"))]).left == (("UNKNOWN", 1),)
    assert "UNKNOWN" not in END_OF_STUDY.values


def test_every_step_is_part_of_an_earlier_one_and_never_larger():
    found = disposition([person("A"), person("B", eligible_on=None)])
    seen = {}
    for step in found.steps:
        assert step.of is None or step.n <= seen[step.of]
        seen[step.id] = step.n
