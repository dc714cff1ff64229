"""Permanent stoma, regrowth and salvage dates, SUSAR."""

import datetime
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.codelists.events import REGROWTH_OUTCOME
from forms.codelists.safety import CAUSALITY, EXPECTEDNESS
from forms.codelists.treatment import STOMA_INTENT
from forms.derivations.course import months_later, permanent_stoma, regrowth_event_date, sae_susar, salvage_date
from forms.logic import FUNCTIONS


def day(text: str | None) -> datetime.date | None:
    return None if text is None else datetime.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("intended", "formed", "closed", "today", "permanent"),
    [
        ("PERMANENT", "2024-01-15", None, "2024-01-15", "Y"),
        ("PERMANENT", "2024-01-15", "2024-06-01", "2026-01-01", "Y"),
        ("PERMANENT", None, None, None, "Y"),
        ("TEMPORARY", "2024-01-15", "2024-06-01", "2026-01-01", "N"),
        ("TEMPORARY", "2024-01-15", "2025-07-15", "2026-01-01", "N"),  # the last day is in time
        ("TEMPORARY", "2024-01-15", "2025-07-16", "2026-01-01", "Y"),
        ("TEMPORARY", "2024-01-15", None, "2025-07-15", None),
        ("TEMPORARY", "2024-01-15", None, "2025-07-16", "Y"),
        ("TEMPORARY", "2024-01-15", None, "2024-01-15", None),
        ("TEMPORARY", "2024-01-15", None, None, None),
        ("TEMPORARY", None, None, "2030-01-01", None),
        ("TEMPORARY", None, "2024-06-01", "2030-01-01", None),
        (None, "2024-01-15", "2024-06-01", "2026-01-01", None),
        (None, "2024-01-15", "2025-12-01", "2026-01-01", "Y"),
        (None, "2024-01-15", None, "2025-07-16", "Y"),
        (None, None, None, None, None),
    ],
)
def test_a_stoma_is_permanent_by_intent_or_after_18_months(
    intended: str | None, formed: str | None, closed: str | None, today: str | None, permanent: str | None
) -> None:
    assert intended in (None, *STOMA_INTENT.values)
    assert permanent_stoma(intended, day(formed), day(closed), day(today)) == permanent


@pytest.mark.parametrize(
    ("start", "months", "later"),
    [
        ("2024-01-15", 18, "2025-07-15"),
        ("2024-08-31", 18, "2026-02-28"),
        ("2022-08-31", 18, "2024-02-29"),
        ("2024-07-01", 18, "2026-01-01"),
        ("2024-06-30", 6, "2024-12-30"),
        ("2024-12-31", 12, "2025-12-31"),
    ],
)
def test_months_later_keeps_the_day_or_takes_the_last_of_the_month(start: str, months: int, later: str) -> None:
    assert months_later(datetime.date.fromisoformat(start), months) == day(later)


dates = st.dates(datetime.date(2020, 1, 1), datetime.date(2030, 12, 31))


@given(dates, st.none() | dates, dates, dates)
def test_a_verdict_on_a_stoma_never_changes_as_time_goes_by(
    formed: datetime.date, closed: datetime.date | None, one: datetime.date, other: datetime.date
) -> None:
    sooner, later = (permanent_stoma("TEMPORARY", formed, closed, now) for now in sorted((one, other)))
    assert sooner in (None, later)


@pytest.mark.parametrize(("outcome", "event"), [("CONFIRMED", "2026-03-01"), ("PENDING", None), ("NOTCONF", None)])
def test_only_a_confirmed_regrowth_is_an_event_on_the_day_it_was_suspected(outcome: str, event: str | None) -> None:
    assert outcome in REGROWTH_OUTCOME
    assert regrowth_event_date(outcome, datetime.date(2026, 3, 1)) == day(event)
    assert FUNCTIONS["regrowth_event_date"](outcome, None) is None


def test_an_unanswered_work_up_is_no_event_yet() -> None:
    assert FUNCTIONS["regrowth_event_date"](None, datetime.date(2026, 3, 1)) is None


def test_the_salvage_date_is_that_of_the_one_linked_operation() -> None:
    operated = datetime.date(2026, 3, 1)
    assert salvage_date((operated,)) == operated
    assert salvage_date((None,)) is None
    assert salvage_date(()) is None
    assert salvage_date((operated, operated)) is None


@pytest.mark.parametrize(
    ("serious", "expectedness", "investigator", "sponsor", "susar"),
    [
        ("Y", "UNEXPECTED", "RELATED", "RELATED", "Y"),
        ("Y", "UNEXPECTED", "RELATED", "NOTREL", "Y"),
        ("Y", "UNEXPECTED", "NOTREL", "RELATED", "Y"),
        ("Y", "UNEXPECTED", "RELATED", None, "Y"),
        ("Y", "UNEXPECTED", None, "RELATED", "Y"),
        ("Y", "UNEXPECTED", "NOTREL", "NOTREL", "N"),
        ("Y", "UNEXPECTED", "NOTREL", None, None),
        ("Y", "UNEXPECTED", None, "NOTREL", None),
        ("Y", "UNEXPECTED", None, None, None),
        ("Y", "EXPECTED", "RELATED", "RELATED", "N"),
        ("Y", "EXPECTED", None, None, "N"),
        ("Y", None, "RELATED", "RELATED", None),
        ("Y", None, "NOTREL", "NOTREL", "N"),
        ("N", "UNEXPECTED", "RELATED", "RELATED", "N"),
        ("N", None, None, None, "N"),
        (None, "UNEXPECTED", "RELATED", "RELATED", None),
        (None, None, None, None, None),
    ],
)
def test_a_susar_is_serious_related_in_either_view_and_unexpected(
    serious: str | None, expectedness: str | None, investigator: str | None, sponsor: str | None, susar: str | None
) -> None:
    assert sae_susar(serious, expectedness, investigator, sponsor) == susar


def test_the_sponsor_never_downgrades_the_investigator_and_blanks_never_clear_a_case() -> None:
    for expectedness in (*EXPECTEDNESS.values, None):
        downgraded, agreed = (sae_susar("Y", expectedness, "RELATED", view) for view in CAUSALITY.values)
        assert downgraded == agreed == sae_susar("Y", expectedness, "RELATED", None)
    for case in itertools.product(("Y",), ("UNEXPECTED", None), ("RELATED", None), (*CAUSALITY.values, None)):
        assert sae_susar(*case) != "N"
