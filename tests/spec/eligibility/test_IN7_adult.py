"""IN7: 18 completed years on the consent date; partial birth dates; 29 February (section 2)."""

from datetime import date

import pytest

from forms.dates import PartialDate
from tests.spec.eligibility.judged import CANNOT_TELL, MET, NOT_MET, absent, verdict
from tests.spec.people import person

title = "Aged 18 years or over, either sex"


def aged(born, consent, **answers):
    return person(
        DM={"BRTHDAT": PartialDate.parse(born) if born else None, **answers}, IC={"ICDAT": date.fromisoformat(consent)}
    )


@pytest.mark.parametrize(
    ("born", "consent", "expected"),
    [
        ("2008-03-03", "2026-03-02", NOT_MET),  # 18 tomorrow
        ("2008-03-02", "2026-03-02", MET),  # the birthday on the consent date
        ("2008-03-01", "2026-03-02", MET),
        ("2008", "2026-03-02", CANNOT_TELL),  # 17 or 18
        ("2007", "2026-03-02", MET),
        ("2009", "2026-03-02", NOT_MET),
        ("2008-03", "2026-03-02", CANNOT_TELL),
        ("2008-02", "2026-03-02", MET),
        ("2008-04", "2026-03-02", NOT_MET),
        ("2008-03", "2026-03-31", MET),
        ("2008", "2026-01-01", CANNOT_TELL),  # only who was born on 1 January is 18
        ("2008", "2025-12-31", NOT_MET),
        ("2008", "2026-12-31", MET),
        ("2008-02-29", "2026-02-28", NOT_MET),  # in a common year the birthday is 1 March
        ("2008-02-29", "2026-03-01", MET),
        ("2008-03-01", "2026-02-28", NOT_MET),
        (None, "2026-03-02", CANNOT_TELL),
    ],
)
def test_completed_years_on_the_consent_date(born, consent, expected):
    assert verdict("IN7", aged(born, consent)) == expected


@pytest.mark.parametrize("sex", ["M", "F", None])
def test_either_sex(sex):
    assert verdict("IN7", aged("1960", "2026-03-02", SEX=sex)) == MET


def test_a_birth_year_that_straddles_18_is_named():
    assert absent("IN7", aged("2008", "2026-03-02")) == ["DM.BRTHDAT"]


def test_a_blank_birth_date_is_named_and_a_blank_consent_date_too():
    assert absent("IN7", aged(None, "2026-03-02")) == ["DM.BRTHDAT"]
    assert "IC.ICDAT" in absent("IN7", person(IC={"ICDAT": None}))
