"""All adverse events in the reporting periods; afterwards the related, the severe and the serious related (section 9)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.catalogue import crf
from forms.dates import PartialDate
from tests.spec.people import (
    CONSENT,
    DECIDED,
    LAST_FRACTION,
    NOT_A_CANDIDATE,
    PREFERS_WATCHING,
    allocated,
    days,
    decided,
    decision,
    eligible,
    operation,
    person,
    telling,
    therapy,
)
from trial.course import course
from trial.protocol import PROTOCOL
from trial.safety import in_period, reportable, reporting_periods

WW, TME = allocated("WW"), allocated("TME")
OPERATED = DECIDED + timedelta(200)


def reported(record, onset, *, allocation=WW, grade=1, related=("NONE",)):
    answers = {"AESTDAT": onset, "AETOXGR": grade, "AEREL": related}
    ae = crf("AE", "ANY", **{k: v for k, v in answers.items() if v is not None})
    whole = record.with_crf(ae)
    return reportable(PROTOCOL, course(whole, allocation), whole.scope(ae))


def on(day):
    return PartialDate.of(day)


@pytest.mark.parametrize(
    ("day", "expected"),
    [(CONSENT, True), (days(-1), False), (LAST_FRACTION + timedelta(30), True), (LAST_FRACTION + timedelta(31), False)],
)
def test_from_consent_to_30_days_after_the_last_dose(day, expected):
    assert reported(eligible(*therapy()), on(day), allocation=None) is expected


@pytest.mark.parametrize(("after", "expected"), [(90, True), (91, False)])
def test_90_days_after_immunotherapy(after, expected):
    record = eligible(*therapy(drug="PD1"))
    assert reported(record, on(LAST_FRACTION + timedelta(after)), allocation=None) is expected


def test_while_therapy_has_not_begun_everything_after_consent_is_reported():
    assert reported(person(), on(days(400)), allocation=None) is True


@pytest.mark.parametrize(
    ("dec", "allocation"),
    [(decision(), WW), (decision(), TME), (decision(**PREFERS_WATCHING), None), (decision(**NOT_A_CANDIDATE), None)],
)
@pytest.mark.parametrize(("after", "expected"), [(0, True), (90, True), (91, False)])
def test_90_days_from_the_decision_in_every_cohort_alike(dec, allocation, after, expected):
    assert reported(decided(dec=dec), on(DECIDED + timedelta(after)), allocation=allocation) is expected


@pytest.mark.parametrize(("after", "expected"), [(-1, False), (0, True), (90, True), (91, False)])
@pytest.mark.parametrize("procedure", ["LAR", "LE", "OTHER"])
def test_90_days_from_any_operation(procedure, after, expected):
    record = decided(operation(OPERATED, procedure))
    assert reported(record, on(OPERATED + timedelta(after))) is expected


@pytest.mark.parametrize(
    ("grade", "related", "expected"),
    [
        (2, ("NONE",), False), (3, ("NONE",), True), (5, ("NONE",), True), (1, ("OPERATION",), True), (1, ("RT", "CHEMO"), True),
        (None, ("NONE",), None), (2, None, None), (None, ("IO",), True), (3, None, True), (None, None, None),
    ],
)  # fmt: skip
def test_afterwards_related_ones_and_grade_3_or_more(grade, related, expected):
    assert reported(decided(), on(DECIDED + timedelta(150)), grade=grade, related=related) is expected


def test_before_consent_nothing_is_an_adverse_event_of_the_trial():
    assert reported(decided(), on(days(-1)), grade=5, related=("RT",)) is False


@pytest.mark.parametrize(
    ("onset", "expected"),
    [
        (PartialDate(2026, 3), None),  # 1 March was the day before consent
        (PartialDate(2026), None),
        (PartialDate(2025), False),
        (PartialDate(2027), True),
        (None, None),
    ],
)
def test_a_partial_onset(onset, expected):
    assert reported(person(), onset, allocation=None) is expected


def test_a_month_wholly_inside_a_period_is_inside():
    assert reported(person(), PartialDate(2026, 4), allocation=None) is True


def test_without_consent_there_is_no_period():
    assert reporting_periods(PROTOCOL, course(telling())) == ()
    assert in_period((), on(CONSENT)) is False


def test_periods_are_named():
    record = decided(operation(OPERATED))
    assert [p.name for p in reporting_periods(PROTOCOL, course(record, TME))] == ["therapy", "decision", "operation"]


@given(st.integers(-30, 1500), st.integers(1, 5), st.sampled_from([("NONE",), ("RT",), ("OPERATION",)]))
def test_knowing_less_never_turns_a_report_into_none(day, grade, related):
    """What must be reported with every answer known is never "no" while one is missing."""
    record, onset = decided(operation(OPERATED)), on(days(day))
    if reported(record, onset, grade=grade, related=related) is True:
        assert reported(record, onset, grade=None, related=related) is not False
        assert reported(record, onset, grade=grade, related=None) is not False
        assert reported(record, None, grade=grade, related=related) is not False
