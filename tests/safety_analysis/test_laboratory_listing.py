"""The listing of abnormal laboratory values (ICH E3, 16.2.8): what is abnormal, how it is written, and where the open one ends."""

import dataclasses
from decimal import Decimal

import pytest

from analysis import closed_safety_outputs, safety_outputs
from analysis.safety.laboratory import Result
from analysis.safety.listing_laboratory import number, reference_range
from tests.safety_analysis.people import day
from tests.safety_analysis.rows import crf, extract, lb, row, treated
from tests.safety_analysis.test_laboratory import site_range

(OPEN,) = (o for o in safety_outputs.OUTPUTS if o.id == "safety-laboratory-listing")
(CLOSED,) = (o for o in closed_safety_outputs.OUTPUTS if o.id == "safety-laboratory-listing-arm")


def listed(*samples, output=OPEN, forms=None, arm="WW", ranges=()):
    found = row("A", *(treated() if forms is None else forms), *samples, arm=arm)
    (table,) = output.make(extract(found, ranges=ranges), str).tables
    return table


def rows(*samples, **given):
    return [r[1:] for r in listed(*samples, **given).rows]


def result(test: str, value: str, operator: str = "=", low=None, high=None, baseline=None) -> Result:
    limits = (None if each is None else Decimal(each) for each in (low, high, baseline))
    return Result("A", test, day(0), operator, Decimal(value), *limits)


def test_a_row_says_test_day_result_unit_range_flag_and_grade():
    assert listed(lb(1, 30, HGB="95")).columns[0].label == "Participant"
    assert [c.label for c in listed().columns[1:]] == [
        "Test",
        "Day",
        "Result",
        "Unit",
        "Reference range",
        "Flag",
        "Grade",
    ]
    assert rows(lb(1, 30, HGB="95", ALT="40", BILI="60")) == [
        ("Haemoglobin", "31", "95", "g/L", "130–175", "LOW", "2"),
        ("Bilirubin, total", "31", "60", "umol/L", "≤ 26", "HIGH", "2"),
    ]


@pytest.mark.parametrize(
    ("asked", "abnormal"),
    [
        (result("ALT", "50", low="9", high="50"), False),  # limits themselves are normal
        (result("ALT", "50.01", low="9", high="50"), True),
        (result("ALT", "8.99", low="9", high="50"), True),  # too low is no toxicity, and abnormal
        (result("ALT", "9", low="9", high="50"), False),
        (result("ALT", "500"), None),  # without a limit
        (result("CEA", "5.1", high="5"), True),
        (result("CEA", "5", "<", high="5"), False),
        (result("CEA", "6", "<", high="5"), None),
        (result("CEA", "5", ">", high="5"), True),
        (result("CREAT", "100", low="57", high="111", baseline="60"), True),  # within the range, and 1.5 times what it was
        (result("CREAT", "89", low="57", high="111", baseline="60"), False),
        (result("WBC", "2"), True),  # a grade that needs no limit
    ],
)  # fmt: skip
def test_abnormal_is_outside_the_range_or_graded(asked, abnormal):
    assert asked.abnormal is abnormal


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [("130", "175", "130–175"), (None, "5", "≤ 5"), ("2.50", None, "≥ 2.5"), (None, None, "—")],
)
def test_the_range_names_the_limits_there_are(low, high, words):
    assert reference_range(result("ALT", "1", low=low, high=high)) == words


@pytest.mark.parametrize(
    ("value", "words"), [("95.0", "95"), ("100", "100"), ("0.50", "0.5"), ("0", "0"), ("1E+2", "100")]
)
def test_numbers_are_written_in_full(value, words):
    assert number(Decimal(value)) == words


@pytest.mark.parametrize(
    ("sample", "grade"),
    [
        ({"HGB": "180"}, "—"),  # of a rise CTCAE defines no grade by the value
        ({"HGB": "129"}, "1"),
        ({"ALT": "8"}, "—"),
        ({"CEA": "9"}, "—"),
        ({"ALT": "1001"}, "4"),
        ({"PLAT": "24"}, "4"),
    ],
)
def test_the_grade_is_that_of_the_direction(sample, grade):
    (found,) = rows(lb(1, 30, **sample))
    assert found[-1] == grade


def test_a_limit_of_detection_keeps_its_sign():
    (found,) = rows(lb(1, 30, CEA=">500"))
    assert found[2] == ">500"


def test_the_range_is_that_of_the_site():
    assert rows(lb(1, 30, ALT="90")) and not rows(lb(1, 30, ALT="90"), ranges=(site_range(site="01"),))
    (found,) = rows(lb(1, 30, ALT="101"), ranges=(site_range(site="01"),))
    assert found[4] == "5–100"


def test_values_stand_by_test_and_day_of_the_study_without_a_day_0():
    found = rows(lb(3, 0, HGB="90"), lb(1, -1, HGB="91", WBC="2"), lb(2, 12, HGB="92"))
    assert [(r[0], r[1], r[2]) for r in found] == [
        ("Haemoglobin", "-1", "91"),
        ("Haemoglobin", "1", "90"),
        ("Haemoglobin", "13", "92"),
        ("Leukocytes", "-1", "2"),
    ]


def test_who_was_never_treated_is_listed_without_a_day():
    (found,) = rows(lb(1, -3, HGB="90"), forms=(crf("DM", "SCR", SEX="M"),), arm=None)
    assert found[1] == "—"


@pytest.mark.requirement("R03")
@pytest.mark.parametrize(("n", "openly"), [(169, 1), (170, 0), (400, 0)])
def test_the_open_listing_ends_the_day_before_the_decision_and_the_closed_one_does_not(n, openly):
    assert len(rows(lb(1, n, HGB="80"))) == openly
    assert len(rows(lb(1, n, HGB="80"), output=CLOSED)) == 1
    assert f"in the closed listing: {1 - openly} abnormal values." in listed(lb(1, n, HGB="80")).footnotes[-1]


def test_an_open_listing_never_reads_a_visit_that_one_arm_alone_has():
    sample = dataclasses.replace(lb(1, 100, HGB="80"), event="PO30")
    assert rows(sample) == [] and len(rows(sample, output=CLOSED)) == 1
    assert "in the closed listing: 0 abnormal values." in listed(sample).footnotes[-1]


def test_the_closed_listing_names_the_arm():
    table = listed(lb(1, 400, HGB="80"), output=CLOSED, arm="TME")
    assert table.columns[1].label == "Arm" and table.rows[0][:3] == ("A", "TME", "Haemoglobin")


def test_what_cannot_be_told_is_counted_and_not_listed():
    table = listed(lb(1, 30, ALT="500", WBC="5"), forms=(crf("IC", "SCR", ICTYPE="INITIAL", ICDAT=day(-20)),))
    assert table.rows == () and "not listed: 1." in " ".join(table.footnotes)
    assert table.denominator == "Abnormal values listed: 0, of 0 participants."
