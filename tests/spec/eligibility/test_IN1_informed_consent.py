"""IN1: written consent, not after any study-specific procedure, on a version valid at the site on that date (section 2)."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from forms.catalogue import crf
from tests.spec.eligibility.judged import CANNOT_TELL, MET, NOT_MET, absent, line, verdict
from tests.spec.people import CONSENT, days, not_done, person

title = "Informed, and written informed consent given"
DAY_BEFORE, DAY_AFTER = days(-1), days(1)


def test_signed_and_dated_consent_meets_it():
    assert verdict("IN1", person()) == MET


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"ICSIGN": "N"}, NOT_MET),
        ({"ICSIGN": None}, CANNOT_TELL),
        ({"ICDAT": None}, CANNOT_TELL),
        ({"ICTYPE": None}, CANNOT_TELL),
        ({"ICVER": None}, CANNOT_TELL),
        ({"ICDAT": None, "ICSIGN": "N"}, NOT_MET),
    ],
)
def test_date_and_signature(answers, expected):
    assert verdict("IN1", person(IC=answers)) == expected


def test_routine_biopsy_mri_and_ct_may_come_before_consent():
    record = person()
    for key in ("PATH.BXDAT", "MRI0.MRIDAT", "CT0.CTDAT"):
        assert record.value(key) < CONSENT
    assert verdict("IN1", record) == MET


def test_routine_laboratory_tests_may_come_before_consent():
    assert verdict("IN1", person(crf("LB", LBDAT=days(-20)))) == MET


STUDY_SPECIFIC = [
    ("MIC", "SCR", "MICDAT"), ("LBX", "SCR", "CDNADAT"), ("RT", "EOT", "RTSTDT"), ("EX", "NAT-1", "EXSTDT"),
    ("QLQ30", "SCR", "QSDAT"), ("QLQ29", "SCR", "QSDAT"), ("LARS", "SCR", "QSDAT"), ("WEX", "SCR", "QSDAT"),
]  # fmt: skip


def procedure(form, event, item, day):
    return crf(form, event, **({"QSMODE": "PAPER"} if item == "QSDAT" else {}), **({item: day} if day else {}))


@pytest.mark.parametrize(("form", "event", "item"), STUDY_SPECIFIC)
@pytest.mark.parametrize(
    ("day", "expected"), [(DAY_BEFORE, NOT_MET), (CONSENT, MET), (DAY_AFTER, MET), (None, CANNOT_TELL)]
)
def test_a_study_specific_procedure_the_day_before_is_too_early(form, event, item, day, expected):
    assert verdict("IN1", person(procedure(form, event, item, day))) == expected


def test_consent_after_a_research_stool_sample_is_not_met_and_the_line_names_the_sample():
    found = line("IN1", person(procedure("MIC", "SCR", "MICDAT", DAY_BEFORE)))
    assert found.verdict == NOT_MET
    assert ("MIC.MICDAT", DAY_BEFORE.isoformat(), "MIC/SCR/1") in [(s.key, s.shown, s.address) for s in found.sources]


def test_an_undated_research_sample_is_named_as_what_is_missing():
    assert absent("IN1", person(procedure("LBX", "SCR", "CDNADAT", None))) == ["LBX.CDNADAT"]


@pytest.mark.parametrize(("early", "expected"), [(True, NOT_MET), (False, MET)])
def test_one_early_cycle_among_many_decides(early, expected):
    first = DAY_BEFORE if early else DAY_AFTER
    cycles = [crf("EX", f"NAT-{n}", EXSTDT=first if n == 2 else days(n * 21)) for n in range(1, 5)]
    assert verdict("IN1", person(*cycles)) == expected


def test_a_questionnaire_that_was_not_done_came_before_nothing():
    undone = crf("QLQ30", QSMODE="ND", QSDAT=DAY_BEFORE)
    assert verdict("IN1", person(undone)) == MET


def test_a_form_that_was_not_done_is_no_procedure():
    assert verdict("IN1", person(not_done("MIC", "SCR"))) == MET


@pytest.mark.parametrize(("hour", "expected"), [(15, NOT_MET), (16, MET)])
def test_a_specimen_is_dated_at_the_trials_zone_and_not_in_utc(hour, expected):
    shanghai = timezone(timedelta(hours=8))
    drawn = datetime(CONSENT.year, CONSENT.month, CONSENT.day, hour, 30, tzinfo=UTC) - timedelta(days=1)
    record = person(crf("SPEC", "ANY", SPTYPE="STOOL", SPID="S1", SPCOLL=drawn)).with_facts(zone=shanghai)
    assert verdict("IN1", record) == expected


def test_without_a_zone_the_day_is_the_day_in_utc():
    drawn = datetime(CONSENT.year, CONSENT.month, CONSENT.day, 0, 30, tzinfo=UTC)
    assert verdict("IN1", person(crf("SPEC", "ANY", SPCOLL=drawn)).with_facts(zone=None)) == MET


def test_a_later_re_consent_neither_moves_the_date_nor_repairs_it():
    sample = procedure("MIC", "SCR", "MICDAT", DAY_AFTER)
    again = crf("IC", "ANY", ICTYPE="RECONSENT", ICDAT=days(100), ICSIGN="N", ICVER="1.1")
    assert verdict("IN1", person(sample, again)) == MET
    assert verdict("IN1", person(again, IC={"ICSIGN": "N"})) == NOT_MET


def test_a_re_consent_alone_is_no_consent():
    again = crf("IC", "ANY", ICTYPE="RECONSENT", ICDAT=CONSENT, ICSIGN="Y", ICVER="1.0")
    assert verdict("IN1", person(again, without=("IC",))) == CANNOT_TELL


@pytest.mark.parametrize(
    ("version", "day", "expected"),
    [
        ("1.0", "2025-01-01", MET),
        ("1.0", "2024-12-31", NOT_MET),
        ("1.0", "2026-05-31", MET),
        ("1.0", "2026-06-01", NOT_MET),
        ("1.1", "2026-05-31", NOT_MET),
        ("1.1", "2026-06-01", MET),
        ("0.9", "2026-03-02", NOT_MET),
    ],
)
def test_the_version_is_valid_at_the_site_on_that_date(version, day, expected):
    signed = datetime.fromisoformat(day).date()
    assert verdict("IN1", person(IC={"ICVER": version, "ICDAT": signed})) == expected


def test_a_site_that_told_no_versions_leaves_it_open_and_says_so():
    record = person().with_facts(consent_validity=None)
    assert verdict("IN1", record) == CANNOT_TELL
    assert [s.label for s in line("IN1", record).missing] == ["Consent form versions valid at the site"]
