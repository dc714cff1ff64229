"""Key risk indicators: what is counted, of how many, and when somebody should look."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import exp
from typing import Any

import pytest

from analysis.exact import chi_square_tail, poisson_lower_tail
from analysis.indicators import INDICATORS
from analysis.monitoring import Judged, judge
from analysis.site_measures import FEWEST_DIGITS, Measure
from forms.answers import Answers, Crf, NotDone
from forms.catalogue import current
from trial.store.oversight import Entered, Oversight

NOW = datetime(2026, 6, 30, 9, tzinfo=UTC)
TODAY = NOW.date()
MONTHS = 48


def form(
    oid: str, entered: date, who: str = "P1", site: str = "01", number: int = 1, occurrence: int = 1, **items: Any
) -> Entered:
    crf = Crf(oid, current(oid).version, "SCR", occurrence, number, Answers(items))
    return Entered(who, site, datetime(entered.year, entered.month, entered.day, 8, tzinfo=UTC), crf)


def seen(*entered: Entered, queries: tuple[dict, ...] = (), owed: tuple[dict, ...] = (), **site: Any) -> Oversight:
    sites = [{"code": code, "name": code, "target": 24, "opened_on": date(2026, 1, 1)} | site for code in ("01", "02")]
    people = tuple(dict.fromkeys((e.participant, e.site) for e in entered))
    return Oversight(tuple(sites), people, entered, queries, owed, 1)


def cell(given: Oversight, indicator: str, site: str = "01") -> Judged:
    cells = judge(given, now=NOW, today=TODAY, months=MONTHS)[site]
    return next(c for c in cells if c.indicator.id == indicator)


def by_id(name: str) -> Any:
    return next(i for i in INDICATORS if i.id == name)


@pytest.mark.parametrize(
    ("name", "value", "verdict"),
    [("lag", 6, "fine"), ("lag", 7, "look"), ("lag", 13.9, "look"), ("lag", 14, "act"), ("lag", None, "unknown"), ("lag", 0, "fine"),
     ("accrual", 81, "fine"), ("accrual", 80, "look"), ("accrual", 50, "act"), ("accrual", 0, "act"), ("accrual", None, "unknown"),
     ("events", 5.1, "fine"), ("events", 5, "look"), ("events", 1, "act")],
)  # fmt: skip
def test_the_bounds_belong_to_the_verdict_they_name(name: str, value: float | None, verdict: str) -> None:
    assert by_id(name).verdict(value) == verdict


def test_every_indicator_acts_beyond_where_it_looks() -> None:
    assert all((i.act < i.look) is i.low for i in INDICATORS)
    assert len({i.id for i in INDICATORS}) == len(INDICATORS)


def test_a_trial_without_data_has_nothing_estimable_and_no_zero() -> None:
    judged = judge(seen(), now=NOW, today=TODAY, months=MONTHS)
    assert set(judged) == {"01", "02", ""}
    assert {c.verdict for cells in judged.values() for c in cells if c.indicator.id != "accrual"} == {"unknown"}


def test_lag_is_the_median_from_the_visit_to_the_first_entry() -> None:
    visits = [form("FU", date(2026, 3, 1 + late), occurrence=late + 1, FUDAT=date(2026, 3, 1)) for late in (0, 2, 20)]
    assert cell(seen(*visits), "lag").measure == Measure(2.0, 22, 3)
    # A correction later on does not make the first entry later; a form without its day, or not done, says nothing.
    undone = replace(visits[2].crf, answers=Answers(not_done=NotDone("unwell", None)))
    blank = form("FU", date(2026, 6, 1), occurrence=9)
    assert cell(seen(*visits[:2], replace(visits[2], crf=undone), blank), "lag").measure.of == 2


def test_overdue_counts_from_the_day_after_the_window() -> None:
    owed = [{"site_code": "01", "form": "FU", "state": state, "due_to": to, "missing": 0} for state, to in (
        ("required", TODAY - timedelta(1)), ("required", TODAY), ("required", None), ("entered", TODAY - timedelta(9)),
        ("not_required", TODAY - timedelta(9)), ("not_done", TODAY - timedelta(9)),
    )]  # fmt: skip
    assert cell(seen(owed=tuple(owed)), "overdue").measure == Measure(50.0, 1, 2)
    assert cell(seen(owed=tuple(owed)), "overdue", "02").measure.value is None


def test_gaps_count_on_forms_that_hold_critical_values() -> None:
    owed = [{"site_code": "01", "form": f, "state": s, "due_to": None, "missing": n} for f, s, n in (
        ("RST", "entered", 2), ("DTH", "entered", 0), ("CM", "entered", 5), ("FU", "required", 3)
    )]  # fmt: skip
    assert cell(seen(owed=tuple(owed)), "critical").measure == Measure(50.0, 1, 2)


def test_only_queries_that_wait_have_an_age() -> None:
    queries = [{"site_code": "01", "state": state, "raised_at": NOW - timedelta(days)} for state, days in
               (("open", 10), ("answered", 20), ("closed", 400), ("cancelled", 400), ("candidate", 60))]  # fmt: skip
    assert cell(seen(queries=tuple(queries)), "queries").measure == Measure(20.0, 90, 3)


def test_accrual_is_held_against_the_target_by_today() -> None:
    enrolled = [form("ELIG", TODAY, f"P{n}", ELIGCONF="Y") for n in range(2)]
    refused = form("ELIG", TODAY, "P9", ELIGCONF="N")
    found = cell(seen(*enrolled, refused), "accrual").measure
    # 180 of 48 x 30.4375 days of a target of 24: 2.96 planned, too few to judge.
    assert (found.n, found.of, found.value) == (2, 3.0, pytest.approx(200 / 3))
    assert cell(seen(*enrolled, target=None), "accrual").verdict == "unknown"
    assert cell(seen(*enrolled, target=10), "accrual").verdict == "unknown"


def events(site: str, count: int) -> list[Entered]:
    return [form("AE", TODAY, f"{site}-1", site, occurrence=n) for n in range(1, count + 1)]


def test_few_events_are_judged_at_the_rate_of_the_trial() -> None:
    year = [form("IC", date(2025, 7, 1), f"{site}-1", site, ICDAT=date(2025, 6, 30)) for site in ("01", "02")]
    both = seen(*year, *events("01", 0), *events("02", 20))
    # Ten expected at each: exp(-10) is 0.0000454 (R: ppois(0, 10)).
    assert cell(both, "events").measure.value == pytest.approx(100 * 4.539993e-05, rel=1e-6)
    assert cell(both, "events").verdict == "act"
    assert cell(both, "events", "02").verdict == "fine"
    assert cell(both, "events", "").verdict == "unknown"


def test_time_at_risk_ends_with_death_and_begins_with_the_first_consent() -> None:
    consents = [form("IC", TODAY, ICDAT=date(2026, 1, 1)), form("IC", TODAY, occurrence=2, ICDAT=date(2026, 3, 1))]
    death = form("DTH", TODAY, DTHDAT=date(2026, 1, 31))
    other = form("IC", TODAY, "X", "02", ICDAT=date(2026, 1, 1))
    found = cell(seen(*consents, death, other, *events("02", 1)), "events").measure
    assert found.of == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(("count", "estimable"), [(FEWEST_DIGITS - 1, False), (FEWEST_DIGITS, True)])
def test_last_digits_need_enough_measurements(count: int, estimable: bool) -> None:
    many = [form("MRI0", TODAY, f"P{n}", DISTAV=n) for n in range(count)]
    assert (cell(seen(*many), "digits").measure.value is not None) is estimable


def test_rounded_measurements_are_found_and_even_ones_are_not() -> None:
    rounded = [form("MRI0", TODAY, f"P{n}", DISTAV=10 * n) for n in range(60)]
    even = [form("MRI0", TODAY, f"P{n}", DISTAV=n) for n in range(60)]
    assert cell(seen(*rounded), "digits").verdict == "act"
    assert cell(seen(*even), "digits").measure.value == pytest.approx(100.0)


def test_corrections_and_deviations_have_their_denominators() -> None:
    forms = [form("CM", TODAY, f"P{n % 4}", number=1 + (n < 5), occurrence=n + 1) for n in range(20)]
    assert cell(seen(*forms), "corrected").measure == Measure(25.0, 5, 20)
    assert cell(seen(*forms[:19]), "corrected").measure.value is None
    major = [form("DV", TODAY, "P1", occurrence=n, DVSEV=s) for n, s in ((1, "MAJOR"), (2, "MINOR"))]
    assert cell(seen(*forms, *major), "deviations").measure == Measure(2.5, 1, 4)


def test_tails_against_r() -> None:
    assert chi_square_tail(16.91898, 9) == pytest.approx(0.05, rel=1e-6)  # qchisq(0.95, 9)
    assert chi_square_tail(27.87716, 9) == pytest.approx(0.001, rel=1e-5)  # qchisq(0.999, 9)
    by_hand = exp(-8.2) * (1 + 8.2 + 8.2**2 / 2 + 8.2**3 / 6)
    assert poisson_lower_tail(3, 8.2) == pytest.approx(by_hand, rel=1e-12)
