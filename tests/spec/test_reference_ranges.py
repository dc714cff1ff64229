"""Chapter: a result is judged against the range of its site, sex, age and day; what cannot be told flags nothing (R39)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.dates import PartialDate
from forms.laboratory import reference_limits
from trial.ranges import UNCLEAR, Chosen, Range, as_range, choose, standing, tie

DAY = date(2026, 3, 1)
BORN = date(1961, 4, 30)
FALL_BACK = reference_limits("HGB", "M")


def stated(number: int = 1, **more) -> Range:
    """A range for haemoglobin of site 01 from 2025 on, for everybody, 100 to 200 unless told otherwise."""
    low, high = (more.pop(end, default) for end, default in (("low", "100"), ("high", "200")))
    low, high = (None if v is None else Decimal(v) for v in (low, high))
    known = {"site": "01", "test": "HGB", "unit": "g/L", "sex": None, "age_from": None, "age_to": None}
    return Range(number, **{**known, "valid_from": date(2025, 1, 1), **more}, low=low, high=high)


def chosen(*ranges: Range, sex="M", born=BORN, day=DAY, test="HGB") -> Chosen:
    return choose(standing(ranges), test, sex, born, day)


def low(found: Chosen) -> Decimal | None:
    return found.limits[0] if found.limits else None


# --- which one ----------------------------------------------------------------------------------------------------------

ALL, ALL_MEN, ALL_OLD = (
    stated(1, site=None, low="10"),
    stated(2, site=None, sex="M", low="20"),
    stated(3, site=None, age_from=60, low="30"),
)
OWN, OWN_MEN, OWN_OLD = stated(4, low="40"), stated(5, sex="M", low="50"), stated(6, age_from=60, low="60")
OWN_OLD_MEN = stated(7, sex="M", age_from=60, low="70")


@pytest.mark.requirement("R39")
@pytest.mark.parametrize(
    ("ranges", "wins"),
    [
        ((ALL,), ALL),
        ((ALL, ALL_MEN), ALL_MEN),
        ((ALL, ALL_OLD), ALL_OLD),
        ((ALL_OLD, ALL_MEN), ALL_MEN),  # sex before age
        ((ALL, ALL_MEN, ALL_OLD, OWN), OWN),  # the site before all
        ((OWN, OWN_MEN), OWN_MEN),
        ((OWN, OWN_OLD), OWN_OLD),
        ((OWN_OLD, OWN_MEN), OWN_MEN),
        ((OWN_OLD, OWN_MEN, OWN_OLD_MEN), OWN_OLD_MEN),
        ((stated(8, sex="F"), OWN), OWN),
        ((stated(8, sex="F"), ALL), ALL),
        ((stated(8, age_from=70), ALL), ALL),
    ],
)
def test_the_most_specific_range_wins_whatever_the_order(ranges, wins):
    assert chosen(*ranges).range == chosen(*reversed(ranges)).range == wins


def test_what_nobody_stated_falls_back_and_says_so():
    assert chosen() == chosen(stated(test="PLAT")) == chosen(stated(sex="F")) == Chosen(FALL_BACK)
    assert chosen(test="NOTEST") == Chosen(None)
    assert chosen(test="NOTEST").range is None


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2024, 12, 31), FALL_BACK[0]),
        (date(2025, 1, 1), 1),  # the first day counts
        (date(2025, 12, 31), 1),
        (date(2026, 1, 1), 2),  # the later row goes before the earlier
        (date(2026, 6, 30), 2),  # its last day counts
        (date(2026, 7, 1), 1),  # and what it went before, which has no end, is in force again
    ],
)
def test_the_day_of_the_sample_chooses_at_the_day(day, expected):
    first = stated(1, low="1")
    later = stated(2, low="2", valid_from=date(2026, 1, 1), valid_to=date(2026, 6, 30))
    assert low(chosen(first, later, day=day)) == expected


@pytest.mark.parametrize(
    ("born", "day", "expected"),
    [
        (date(1961, 4, 30), date(2026, 4, 29), 1),  # 64: the day before the birthday
        (date(1961, 4, 30), date(2026, 4, 30), 2),  # 65 on it
        (date(1961, 4, 30), date(2027, 4, 29), 2),  # both ends of a band are included
        (date(1961, 4, 30), date(2027, 4, 30), FALL_BACK[0]),
        (date(1960, 2, 29), date(2025, 2, 28), 1),  # born on 29 February: 1 March in a common year
        (date(1960, 2, 29), date(2025, 3, 1), 2),
    ],
)
def test_the_age_is_that_of_the_day_of_the_sample(born, day, expected):
    ranges = (stated(1, age_to=64, low="1"), stated(2, age_from=65, age_to=65, low="2"))
    assert low(chosen(*ranges, born=born, day=day)) == expected


# --- what is not known ---------------------------------------------------------------------------------------------------

YOUNG, OLD = stated(1, age_to=64, low="1"), stated(2, age_from=65, low="2")


@pytest.mark.parametrize(
    ("born", "day", "expected"),
    [
        (PartialDate(1961), date(2026, 7, 1), UNCLEAR),  # 64 or 65
        (PartialDate(1961), date(2025, 12, 31), (1, 200)),  # 63 or 64
        (PartialDate(1961), date(2026, 12, 31), (2, 200)),  # 65 since the last day of the year at the latest
        (PartialDate(1961), date(2027, 7, 1), (2, 200)),
        (PartialDate(1961, 4), date(2026, 3, 31), (1, 200)),
        (PartialDate(1961, 4), date(2026, 4, 15), UNCLEAR),
        (PartialDate(1961, 4), date(2026, 4, 30), (2, 200)),
        (PartialDate(1961, 4), date(2026, 5, 1), (2, 200)),
        (None, date(2026, 5, 1), UNCLEAR),
    ],
)
def test_a_birth_date_that_leaves_the_age_open_leaves_the_limits_open_only_where_they_differ(born, day, expected):
    assert chosen(YOUNG, OLD, born=born, day=day).limits == expected


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ((stated(1, low="1"),), (1, 200)),
        ((stated(1, sex="M", low="1"), stated(2, sex="F", low="1")), (1, 200)),
        ((stated(1, sex="M", low="1"), stated(2, sex="F", low="2")), UNCLEAR),
        ((stated(1, sex="M", low="1"),), UNCLEAR),  # the fall-back of women is another
    ],
)
def test_a_sex_that_is_not_known_leaves_the_limits_open_only_where_they_differ(ranges, expected):
    assert chosen(*ranges, sex=None).limits == expected


def test_unknown_stays_unknown_and_is_no_fall_back():
    assert chosen(YOUNG, OLD, born=None).unclear
    assert chosen(OWN, day=None) == Chosen(UNCLEAR, unclear=True)
    assert chosen(day=None) == Chosen(FALL_BACK), "where nothing was stated the day does not matter"


def test_limits_are_compared_in_si_units():
    assert chosen(stated(low="12", high="16.5", unit="g/dL")).limits == (120, 165)
    assert chosen(stated(low=None, high="16.5", unit="g/dL")).limits == (None, 165)


# --- entry ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "level"),
    [
        (stated(9), True),
        (stated(9, low="1"), True),
        (stated(9, valid_to=date(2025, 2, 1)), True),
        (stated(9, valid_from=date(2025, 1, 2)), False),
        (stated(9, site="02"), False),
        (stated(9, site=None), False),
        (stated(9, sex="M"), False),
        (stated(9, test="PLAT"), False),
        (stated(9, age_from=0), False),  # for an age, and so more specific
        (stated(9, replaces=1), False),  # corrects that one
    ],
)
def test_what_would_stand_level_with_a_row_is_found(new, level):
    assert tie(new, (stated(1),)) == (stated(1) if level else None)


@pytest.mark.parametrize(
    ("first", "last", "level"), [(0, 17, False), (0, 18, True), (64, 70, True), (65, None, False), (None, None, False)]
)
def test_bands_of_age_may_touch_and_not_overlap(first, last, level):
    adults = stated(1, age_from=18, age_to=64)
    assert (tie(stated(2, age_from=first, age_to=last), (adults,)) is not None) is level


def test_a_row_that_was_corrected_never_held():
    wrong, right = stated(1, low="1"), stated(2, low="2", replaces=1)
    assert low(chosen(wrong, right)) == 2
    assert tie(stated(3), (wrong, right)) == right


def test_a_row_of_the_table_is_read_exactly():
    row = {"id": 3, "site": None, "test": "HGB", "unit": "g/dL", "sex": "F", "age_from": 18, "age_to": None, "low": "11.50",
           "high": None, "valid_from": DAY, "valid_to": None, "source": "s", "laboratory": None, "replaces": None}  # fmt: skip
    assert as_range(row).low == Decimal("11.50")
    assert as_range(row).limits == (Decimal("115"), None)


# --- always ---------------------------------------------------------------------------------------------------------------

ranges = st.builds(
    stated,
    st.integers(1, 10_000),
    site=st.sampled_from([None, "01"]),
    sex=st.sampled_from([None, "M", "F"]),
    age_from=st.none() | st.integers(0, 60),
    age_to=st.none() | st.integers(60, 100),
    low=st.integers(1, 99).map(str),
    valid_from=st.dates(date(2025, 1, 1), date(2026, 12, 31)),
)
tables = st.lists(ranges, max_size=8, unique_by=lambda r: r.id)


@given(tables, st.sampled_from(["M", "F"]), st.dates(date(1940, 1, 1), date(2000, 1, 1)), st.integers(0, 900))
def test_what_was_entered_without_a_tie_leaves_no_choice(every, sex, born, later):
    entered: list[Range] = []
    for each in every:
        if tie(each, entered) is None:
            entered.append(each)
    day = date(2025, 1, 1) + timedelta(later)
    assert choose(tuple(entered), "HGB", sex, born, day) == choose(tuple(reversed(entered)), "HGB", sex, born, day)


@given(
    tables,
    st.sampled_from(["M", "F", None]),
    st.dates(date(1940, 1, 1), date(2000, 1, 1)),
    st.dates(DAY, date(2027, 1, 1)),
)
def test_less_knowledge_never_gives_another_range_only_none(every, sex, born, day):
    full = choose(tuple(every), "HGB", sex, born, day)
    vague = choose(tuple(every), "HGB", sex, PartialDate(born.year), day)
    blank = choose(tuple(every), "HGB", None, None, day)
    assert vague.limits in (full.limits, UNCLEAR)
    assert blank.limits in (full.limits, UNCLEAR, None)
