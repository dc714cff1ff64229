"""IN5: M0 on staging done within 42 days before consent or during screening (section 2)."""

import pytest

from forms.catalogue import crf
from tests.spec.eligibility.judged import CANNOT_TELL, MET, NOT_MET, absent, verdict
from tests.spec.people import days, not_done, person

title = "No distant metastasis"


@pytest.mark.parametrize(("cm", "expected"), [("M0", MET), ("M1", NOT_MET), ("MX", CANNOT_TELL), (None, CANNOT_TELL)])
def test_the_m_category(cm, expected):
    assert verdict("IN5", person(CT0={"CM": cm})) == expected


@pytest.mark.parametrize(("day", "expected"), [(-43, NOT_MET), (-42, MET), (-41, MET), (0, MET), (14, MET), (27, MET)])
def test_staging_at_most_42_days_before_consent_or_during_screening(day, expected):
    assert verdict("IN5", person(CT0={"CTDAT": days(day)})) == expected


def test_old_staging_fails_even_where_m_could_not_be_assessed():
    assert verdict("IN5", person(CT0={"CTDAT": days(-43), "CM": "MX"})) == NOT_MET


@pytest.mark.parametrize("modality", ["CT", "PETCT", "MRI"])
def test_any_of_the_three_modalities_counts(modality):
    assert verdict("IN5", person(CT0={"CTMOD": modality})) == MET


def test_an_undated_staging_cannot_be_told():
    assert verdict("IN5", person(CT0={"CTDAT": None})) == CANNOT_TELL
    assert absent("IN5", person(CT0={"CTDAT": None})) == ["CT0.CTDAT"]


def test_staging_not_done_cannot_be_told():
    assert verdict("IN5", person(not_done("CT0", "SCR"), without=("CT0",))) == CANNOT_TELL


@pytest.mark.parametrize(("start", "expected"), [(9, NOT_MET), (10, MET), (11, MET)])
def test_screening_ends_with_the_start_of_therapy(start, expected):
    staged = {"CTDAT": days(10)}
    assert verdict("IN5", person(crf("EX", "NAT-1", EXSTDT=days(start)), CT0=staged)) == expected
    assert verdict("IN5", person(crf("RT", "EOT", RTSTDT=days(start)), CT0=staged)) == expected
