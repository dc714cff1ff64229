"""24 hours from site to sponsor; 7 (+8) and 15 calendar days from sponsor to authority; SUSAR (section 9, ICH E2A)."""

import itertools
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.catalogue import crf
from tests.spec.people import decided
from trial.protocol import PROTOCOL
from trial.safety import (
    ClockState,
    adverse_event,
    authority_deadline,
    clock_state,
    clocks,
    follow_up_deadline,
    is_susar,
    is_urgent,
    site_deadline,
)

AWARE = datetime(2026, 8, 3, 9, 15, tzinfo=UTC)
SPONSOR = datetime(2026, 8, 4, 8, 0, tzinfo=UTC)
SHANGHAI = timezone(timedelta(hours=8))


def event(**answers):
    return crf(
        "AE",
        "ANY",
        1,
        **{k: v for k, v in {"AESER": "Y", "AESCRIT": ("HOSPITAL",), **answers}.items() if v is not None},
    )


def report(**answers):
    given_answers = {
        "SAEAENO": "AE/ANY/1", "SAEAWARE": AWARE, "SAESPON": SPONSOR, "SAEEXP": "UNEXPECTED", "SAECAUSI": "RELATED", **answers,
    }  # fmt: skip
    return crf("SAE", "ANY", 1, **{k: v for k, v in given_answers.items() if v is not None})


def running(sae, ae=None, now=SPONSOR, zone=UTC):
    return {c.name: c for c in clocks(PROTOCOL, decided(ae or event(), sae), sae, now, zone)}


# --- deadlines ----------------------------------------------------------------------------------------------------------


def test_the_site_has_24_hours():
    assert site_deadline(PROTOCOL, AWARE) == datetime(2026, 8, 4, 9, 15, tzinfo=UTC)


@pytest.mark.parametrize(("urgent", "day"), [(True, 7), (False, 15)])
def test_the_authority_hears_within_7_or_15_calendar_days_and_awareness_is_day_0(urgent, day):
    assert authority_deadline(PROTOCOL, date(2026, 8, 4), urgent=urgent) == date(2026, 8, 4) + timedelta(day)


def test_weekends_and_month_ends_count():
    assert authority_deadline(PROTOCOL, date(2026, 12, 24), urgent=True) == date(2026, 12, 31)
    assert authority_deadline(PROTOCOL, date(2026, 12, 24), urgent=False) == date(2027, 1, 8)


def test_the_follow_up_is_due_8_days_after_the_first_report():
    assert follow_up_deadline(PROTOCOL, date(2026, 8, 4), date(2026, 8, 9)) == date(2026, 8, 17)
    assert follow_up_deadline(PROTOCOL, date(2026, 8, 4), None) == date(2026, 8, 19)


STATES = [
    (None, None, 0, ClockState.WAITING), (10, None, 10, ClockState.RUNNING), (10, None, 11, ClockState.OVERDUE),
    (10, 10, 99, ClockState.MET), (10, 11, 99, ClockState.LATE), (10, 3, 5, ClockState.MET),
]  # fmt: skip


@pytest.mark.parametrize(("due", "done", "now", "expected"), STATES)
def test_a_clock_at_the_instant(due, done, now, expected):
    def at(minutes):
        return None if minutes is None else AWARE + timedelta(minutes=minutes)

    assert clock_state(at(due), at(done), at(now)) is expected


def test_every_state_occurs_here():
    assert {s[3] for s in STATES} == set(ClockState)


# --- one report -----------------------------------------------------------------------------------------------------


def test_before_awareness_every_clock_waits():
    found = running(report(SAEAWARE=None, SAESPON=None))
    assert {c.state for c in found.values()} == {ClockState.WAITING}


@pytest.mark.parametrize(
    ("sponsor", "now", "expected"),
    [
        (None, AWARE + timedelta(hours=24), ClockState.RUNNING),
        (None, AWARE + timedelta(hours=24, seconds=1), ClockState.OVERDUE),
        (AWARE + timedelta(hours=24), AWARE + timedelta(days=9), ClockState.MET),
        (AWARE + timedelta(hours=25), AWARE + timedelta(days=9), ClockState.LATE),
    ],
)
def test_the_clock_of_the_site(sponsor, now, expected):
    assert running(report(SAESPON=sponsor), now=now)["site"].state is expected


@pytest.mark.parametrize(("criteria", "day"), [(("HOSPITAL",), 15), (("LIFETHREAT",), 7), (("DEATH", "HOSPITAL"), 7)])
def test_the_clock_of_the_authority_runs_to_the_end_of_its_last_day(criteria, day):
    last = datetime(2026, 8, 4, tzinfo=UTC) + timedelta(day)
    ae = event(AESCRIT=criteria)
    on_time, too_late = last + timedelta(hours=23, minutes=59), last + timedelta(days=1)
    assert running(report(), ae, on_time)["authority"].state is ClockState.RUNNING
    assert running(report(), ae, too_late)["authority"].state is ClockState.OVERDUE
    assert running(report(SAERPTA=on_time), ae, too_late)["authority"].state is ClockState.MET
    assert running(report(SAERPTA=too_late), ae, too_late)["authority"].state is ClockState.LATE


def test_day_0_is_the_day_at_the_trials_zone():
    late_evening = datetime(2026, 8, 4, 17, 0, tzinfo=UTC)  # 01:00 on 5 August in Shanghai
    sae = report(SAESPON=late_evening)
    here, there = running(sae)["authority"].due, running(sae, zone=SHANGHAI)["authority"].due
    assert here.date() == date(2026, 8, 19)
    assert there.astimezone(SHANGHAI).date() == date(2026, 8, 20)


def test_only_an_urgent_report_has_a_follow_up_clock():
    assert "follow-up" not in running(report())
    urgent = running(report(SAERPTA=SPONSOR + timedelta(days=5)), event(AESCRIT=("DEATH",)))["follow-up"]
    assert urgent.due.date() == date(2026, 8, 17)


@pytest.mark.parametrize("answers", [{"SAEEXP": "EXPECTED"}, {"SAECAUSI": "NOTREL", "SAECAUSS": "NOTREL"}])
def test_what_is_no_susar_has_the_clock_of_the_site_only(answers):
    assert set(running(report(**answers))) == {"site"}


@pytest.mark.parametrize("answers", [{"SAEEXP": None}, {"SAECAUSI": None}, {"SAECAUSI": "NOTREL"}])
def test_while_nobody_knows_whether_it_is_a_susar_its_clock_runs(answers):
    assert "authority" in running(report(**answers))


def test_an_unknown_event_is_treated_as_urgent():
    orphan = report(SAEAENO="AE/ANY/9")
    found = {c.name: c for c in clocks(PROTOCOL, decided(event(), orphan), orphan, SPONSOR)}
    assert found["authority"].due.date() == date(2026, 8, 11)
    assert is_urgent(decided(event(), orphan), orphan) is None
    assert adverse_event(decided(event(), orphan), orphan) is None


# --- SUSAR and urgency ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("serious", "expected", "investigator", "sponsor", "susar"),
    [
        ("Y", "UNEXPECTED", "RELATED", None, True),
        ("Y", "UNEXPECTED", "RELATED", "NOTREL", True),  # the sponsor never downgrades
        ("Y", "UNEXPECTED", "NOTREL", "RELATED", True),
        ("Y", "UNEXPECTED", "NOTREL", "NOTREL", False),
        ("Y", "UNEXPECTED", "NOTREL", None, None),
        ("Y", "EXPECTED", "RELATED", "RELATED", False),
        ("N", "UNEXPECTED", "RELATED", "RELATED", False),
        ("Y", None, "RELATED", None, None),
        ("Y", None, "NOTREL", "NOTREL", False),
        (None, "UNEXPECTED", "RELATED", None, None),
        (None, "EXPECTED", None, None, False),
    ],
)
def test_serious_related_in_either_view_and_unexpected(serious, expected, investigator, sponsor, susar):
    sae = report(SAEEXP=expected, SAECAUSI=investigator, SAECAUSS=sponsor)
    assert is_susar(decided(event(AESER=serious), sae), sae) is susar


def test_the_form_says_the_same_as_the_clock():
    views = itertools.product(["EXPECTED", "UNEXPECTED"], ["RELATED", "NOTREL"], ["RELATED", "NOTREL", None])
    for expected, investigator, sponsor in views:
        sae = report(SAEEXP=expected, SAECAUSI=investigator, SAECAUSS=sponsor)
        record = decided(event(), sae)
        assert record.value("SAE.SAESUSAR") == {True: "Y", False: "N", None: None}[is_susar(record, sae)]


@pytest.mark.parametrize(
    ("answers", "urgent"),
    [
        ({"AESCRIT": ("HOSPITAL", "DISABILITY")}, False), ({"AESCRIT": ("LIFETHREAT",)}, True), ({"AESCRIT": ("DEATH",)}, True),
        ({"AEOUT": "FATAL"}, True), ({"AETOXGR": 5}, True), ({"AETOXGR": 4}, False), ({"AESCRIT": None}, False),
    ],
)  # fmt: skip
def test_fatal_or_life_threatening(answers, urgent):
    sae = report()
    assert is_urgent(decided(event(**answers), sae), sae) is urgent


@given(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2030, 1, 1), timezones=st.just(UTC)))
def test_an_urgent_report_is_never_due_after_an_ordinary_one(aware):
    urgent = running(report(SAESPON=aware), event(AESCRIT=("DEATH",)))["authority"].due
    ordinary = running(report(SAESPON=aware))["authority"].due
    assert aware < urgent < ordinary
