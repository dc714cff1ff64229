"""CTCAE v5.0 laboratory grades: every cut on both sides, baselines, censored results, and what has no grade."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.ctcae import terms
from forms.derivations.toxicity_grade import BRANCHES, DIRECTIONS, Limits, ctcae_grade, grades_by_direction
from forms.laboratory import TESTS

D = Decimal
RANGES = {
    "HGB": ("130", "175"), "WBC": ("3.5", "9.5"), "NEUT": ("1.8", "6.3"), "LYM": ("1.1", "3.2"), "PLAT": ("125", "350"),
    "ALB": ("40", "55"), "GLUC": ("3.9", "6.1"), "ALT": ("9", "40"), "AST": ("15", "40"), "ALP": ("45", "120"),
    "BILI": (None, "20"), "CREAT": ("57", "100"), "CK": ("50", "300"), "LIPASE": ("13", "60"), "LDH": ("120", "250"),
}  # fmt: skip
amounts = st.decimals(0, 2000, places=1)


def grade(test: str, value: str | Decimal, baseline: str | None = None, operator: str = "=") -> int | None:
    lower, upper = (None if limit is None else D(limit) for limit in RANGES[test])
    return ctcae_grade(test, operator, D(value), lower, upper, None if baseline is None else D(baseline))


@pytest.mark.parametrize(
    ("test", "by_value"),
    [
        ("HGB", {"130": 0, "129.9": 1, "100": 1, "99.9": 2, "80": 2, "79.9": 3, "10": 3, "175": 0, "175.1": None, "200": None}),
        ("WBC", {"3.5": 0, "3.4": 1, "3.0": 1, "2.9": 2, "2.0": 2, "1.9": 3, "1.0": 3, "0.9": 4, "100": 0, "100.1": 3}),
        ("NEUT", {"1.8": 0, "1.7": 1, "1.5": 1, "1.4": 2, "1.0": 2, "0.9": 3, "0.5": 3, "0.4": 4, "30": 0}),
        ("LYM", {"1.1": 0, "1.0": 1, "0.8": 1, "0.7": 2, "0.5": 2, "0.4": 3, "0.2": 3, "0.1": 4,
                 "4.0": 0, "4.1": 2, "20": 2, "20.1": 3}),
        ("PLAT", {"125": 0, "124": 1, "75": 1, "74": 2, "50": 2, "49": 3, "25": 3, "24": 4, "900": 0}),
        ("ALB", {"40": 0, "39": 1, "30": 1, "29": 2, "20": 2, "19": 3}),
        ("GLUC", {"3.9": 0, "3.8": 1, "3.0": 1, "2.9": 2, "2.2": 2, "2.1": 3, "1.7": 3, "1.6": 4, "6.1": 0, "6.2": None}),
        ("ALT", {"40": 0, "40.1": 1, "120": 1, "120.1": 2, "200": 2, "200.1": 3, "800": 3, "800.1": 4}),
        ("AST", {"40": 0, "41": 1, "121": 2, "201": 3, "801": 4}),
        ("ALP", {"120": 0, "121": 1, "300": 1, "301": 2, "600": 2, "601": 3, "2400": 3, "2401": 4}),
        ("BILI", {"20": 0, "20.1": 1, "30": 1, "30.1": 2, "60": 2, "60.1": 3, "200": 3, "200.1": 4}),
        ("CREAT", {"100": 0, "101": 1, "150": 1, "151": 2, "300": 2, "301": 3, "600": 3, "601": 4}),
        ("CK", {"300": 0, "301": 1, "750": 1, "751": 2, "1500": 2, "1501": 3, "3000": 3, "3001": 4}),
        ("LIPASE", {"60": 0, "61": 1, "90": 1, "91": 2, "120": 2, "121": None, "300": None, "301": None}),
        ("LDH", {"250": 0, "251": 1, "9000": 1}),
    ],
)  # fmt: skip
def test_each_cut_of_ctcae_is_met_on_both_sides(test: str, by_value: dict[str, int | None]) -> None:
    assert {value: grade(test, value) for value in by_value} == by_value


@pytest.mark.parametrize(
    ("test", "baseline", "by_value"),
    [
        # A baseline at ULN is normal; above it the baseline replaces ULN, and grade 1 begins later for ALT, AST, ALP.
        ("ALT", "40", {"41": 1, "121": 2}),
        ("ALT", "80", {"80": 0, "119.9": 0, "120": 1, "121": 1, "240": 1, "241": 2, "401": 3, "1601": 4}),
        ("AST", "80", {"119.9": 0, "120": 1, "121": 1}),
        ("ALP", "200", {"399.9": 0, "400": 1, "401": 1, "500": 1, "501": 2, "1001": 3, "4001": 4}),
        ("BILI", "40", {"40": 0, "40.1": 1, "60": 1, "60.1": 2, "120.1": 3, "400.1": 4}),
        # Creatinine counts the worse of both columns, so a rise within the normal range is graded too.
        ("CREAT", "60", {"90": 0, "91": 2, "101": 2, "180": 2, "181": 3, "601": 4}),
        ("CREAT", "200", {"200": 2, "300": 2, "301": 3, "601": 4}),
        ("CREAT", "100", {"100": 0, "101": 1, "151": 2}),
    ],
)
def test_an_abnormal_baseline_shifts_the_cuts(test: str, baseline: str, by_value: dict[str, int]) -> None:
    assert {value: grade(test, value, baseline) for value in by_value} == by_value


def test_a_baseline_does_not_change_terms_that_ignore_it() -> None:
    for test in ("HGB", "WBC", "NEUT", "LYM", "PLAT", "ALB", "GLUC", "CK", "LIPASE", "LDH"):
        assert grade(test, "2.5", "1") == grade(test, "2.5")


@pytest.mark.parametrize(
    ("test", "operator", "value", "expected"),
    [
        ("HGB", "<", "80", 3),
        ("HGB", "<", "81", None),
        ("HGB", ">", "130", None),  # it may lie above ULN
        ("HGB", ">", "175", None),
        ("HGB", "<", "175", None),
        ("HGB", ">", "120", None),
        ("NEUT", "<", "0.5", 4),
        ("NEUT", "<", "1.0", None),
        ("WBC", ">", "100", 3),
        ("WBC", ">", "1.5", None),
        ("WBC", ">", "9", None),
        ("ALT", "<", "40", 0),
        ("ALT", "<", "41", None),
        ("ALT", ">", "800", 4),
        ("ALT", ">", "799", None),
        ("LDH", ">", "250", 1),
        ("GLUC", ">", "7", None),
    ],
)
def test_a_censored_result_is_graded_only_where_the_grade_is_certain(
    test: str, operator: str, value: str, expected: int | None
) -> None:
    assert grade(test, value, operator=operator) == expected


@pytest.mark.parametrize("test", sorted(set(TESTS) - set(BRANCHES)))
def test_tests_without_a_numeric_definition_have_no_grade(test: str) -> None:
    assert ctcae_grade(test, "=", D(5), D(1), D(4), None) is None


def test_every_graded_test_exists_and_every_range_of_this_table_is_used() -> None:
    assert set(BRANCHES) == set(RANGES)
    assert set(BRANCHES) <= set(TESTS)


@pytest.mark.parametrize(
    ("test", "operator", "value", "lower", "upper", "expected"),
    [
        (None, "=", "5", "1", "4", None),
        ("ALT", None, "5", "1", "4", None),
        ("ALT", "=", None, "1", "4", None),
        ("ALT", "=", "5", "1", None, None),
        ("HGB", "=", "120", None, None, None),
        ("HGB", "=", "95", None, None, 2),  # below an absolute cut the missing LLN does not matter
        ("LYM", "=", "25", None, None, None),  # too high for certain, but grade needs both branches
        ("CREAT", "=", "200", "57", None, None),
    ],
)
def test_a_missing_part_leaves_the_grade_unknown(
    test: str | None,
    operator: str | None,
    value: str | None,
    lower: str | None,
    upper: str | None,
    expected: int | None,
) -> None:
    parts = (None if part is None else D(part) for part in (value, lower, upper))
    assert ctcae_grade(test, operator, *parts, None) == expected


@given(st.sampled_from(sorted(BRANCHES)), amounts, st.none() | amounts)
def test_a_grade_is_0_to_4_or_unknown(test: str, value: Decimal, baseline: Decimal | None) -> None:
    assert grade(test, value, None if baseline is None else str(baseline)) in (None, 0, 1, 2, 3, 4)


@given(st.sampled_from(("ALT", "AST", "ALP", "BILI", "CREAT", "CK")), amounts, amounts, st.none() | amounts)
def test_more_enzyme_is_never_less_toxic(test: str, a: Decimal, b: Decimal, baseline: Decimal | None) -> None:
    less, more = (grade(test, v, None if baseline is None else str(baseline)) for v in sorted((a, b)))
    assert less is not None and more is not None
    assert less <= more


@given(st.sampled_from(sorted(BRANCHES)), amounts, amounts)
def test_a_censored_grade_holds_for_every_value_it_stands_for(test: str, limit: Decimal, true_value: Decimal) -> None:
    if true_value != limit:
        certain = grade(test, limit, operator="<" if true_value < limit else ">")
        assert certain is None or certain == grade(test, true_value)


# --- against the words of CTCAE ------------------------------------------------------------------------------------------

FALLING = {
    "HGB": ("Anemia", "g/L"), "WBC": ("White blood cell decreased", "10e9"), "NEUT": ("Neutrophil count decreased", "10e9"),
    "LYM": ("Lymphocyte count decreased", "10e9"), "PLAT": ("Platelet count decreased", "10e9"), "ALB": ("Hypoalbuminemia", "g/L"),
    "GLUC": ("Hypoglycemia", "mmol/L"),
}  # fmt: skip
RISING = {
    "ALT": "Alanine aminotransferase increased", "AST": "Aspartate aminotransferase increased",
    "ALP": "Alkaline phosphatase increased", "BILI": "Blood bilirubin increased", "CREAT": "Creatinine increased",
    "CK": "CPK increased", "LIPASE": "Lipase increased", "LDH": "Blood lactate dehydrogenase increased",
}  # fmt: skip
TINY = D("0.0001")


def falling_cuts() -> list[tuple[str, int, str]]:
    """Test, grade, and the number below which the words say that grade begins; grade 1 begins at LLN."""
    found = []
    for test, (term, unit) in FALLING.items():
        for level, words in terms()[term].criteria.items():
            parts = [part for part in words.split(";") if unit in part and "<LLN" not in part]
            found += [(test, level, re.findall(r"<([0-9.]+)", part)[0]) for part in parts if level > 1]
    return found


@pytest.mark.requirement("R39")
@pytest.mark.parametrize(("test", "level", "cut"), falling_cuts())
def test_a_grade_by_a_fall_begins_where_the_words_say(test: str, level: int, cut: str) -> None:
    assert grade(test, D(cut)) == level - 1
    assert grade(test, D(cut) - TINY) == level


def rising_cuts() -> list[tuple[str, int, Decimal, bool, bool]]:
    """Test, grade, multiple, whether of the baseline (ULN otherwise), and whether the multiple itself has the grade."""
    found = []
    for test, term in RISING.items():
        for level, words in terms()[term].criteria.items():
            for part in (p.strip() for p in words.split(";")):
                begun = re.match(r"(> ?)?(ULN|[0-9.]+)", part)
                if begun is None or level == 5 or "symptoms" in part or "asymptomatic" in part:
                    continue  # symptoms decide, not the value alone
                multiple = D(1) if begun[2] == "ULN" else D(begun[2])
                found.append((test, level, multiple, "baseline" in part and "normal;" not in part and "was normal" not in part,
                              begun[1] is None))  # fmt: skip
    return found


@pytest.mark.requirement("R39")
@pytest.mark.parametrize(("test", "level", "multiple", "of_baseline", "included"), rising_cuts())
def test_a_grade_by_a_rise_begins_where_the_words_say(
    test: str, level: int, multiple: Decimal, of_baseline: bool, included: bool
) -> None:
    upper = D(RANGES[test][1] or 0)
    baseline = 2 * upper if of_baseline else None
    cut = multiple * (baseline or upper)
    # Creatinine has a column by ULN besides: a baseline within it keeps the other column out of the way.
    if test == "CREAT" and of_baseline:
        baseline = upper / 10
        cut = multiple * baseline
    at, above = (grade(test, v, None if baseline is None else str(baseline)) for v in (cut, cut + TINY))
    assert above == level
    assert (at == level) is included


def test_the_words_define_as_many_cuts_as_are_graded() -> None:
    """So that the two tests above have something to compare: 19 by a fall, and those by a rise with and without a baseline."""
    assert len(falling_cuts()) == 19
    per_test = {test: sum(1 for t, *_ in rising_cuts() if t == test) for test in RISING}
    assert per_test == {"ALT": 8, "AST": 8, "ALP": 8, "BILI": 8, "CREAT": 6, "CK": 4, "LIPASE": 2, "LDH": 1}


@pytest.mark.parametrize("test", ["ALT", "AST", "ALP", "BILI"])
@pytest.mark.parametrize("baseline", [None, "1", "ULN"])
def test_a_baseline_that_is_normal_or_unknown_leaves_uln_the_reference(test: str, baseline: str | None) -> None:
    upper = D(RANGES[test][1] or 0)
    given = str(upper) if baseline == "ULN" else baseline
    assert (grade(test, upper, given), grade(test, upper + TINY, given)) == (0, 1)


@pytest.mark.parametrize("test", ["CEA", "TSH", "TROPONI", "CORTISOL", "HCG", "T4FR", "CA19_9AG"])
def test_what_needs_the_makers_limit_or_a_treatment_is_not_graded(test: str) -> None:
    assert test not in BRANCHES


# --- by direction --------------------------------------------------------------------------------------------------------


def by_direction(test: str, value: str) -> dict[str, int | None]:
    lower, upper = (None if limit is None else D(limit) for limit in RANGES[test])
    return grades_by_direction(test, "=", D(value), Limits(lower, upper, None))


@pytest.mark.parametrize(
    ("test", "value", "expected"),
    [
        ("HGB", "79", {"LOW": 3, "HIGH": 0}),
        ("HGB", "175", {"LOW": 0, "HIGH": 0}),
        ("HGB", "175.1", {"LOW": 0, "HIGH": None}),  # v5.0 defines no grade of the rise: no anaemia all the same
        ("GLUC", "7", {"LOW": 0, "HIGH": None}),
        ("WBC", "101", {"LOW": 0, "HIGH": 3}),
        ("LYM", "0.4", {"LOW": 3, "HIGH": 0}),
        ("LIPASE", "130", {"HIGH": None}),
        ("CREAT", "700", {"HIGH": 4}),
        ("ALB", "19", {"LOW": 3}),
    ],
)
def test_too_low_and_too_high_are_graded_apart(test: str, value: str, expected: dict[str, int | None]) -> None:
    assert by_direction(test, value) == expected


def test_every_branch_has_a_direction() -> None:
    assert {test: len(ways) for test, ways in DIRECTIONS.items()} == {test: len(b) for test, b in BRANCHES.items()}
    assert grades_by_direction("CEA", "=", D(5), Limits(D(1), D(4), None)) == {}


@given(st.sampled_from(sorted(BRANCHES)), amounts, st.none() | amounts)
def test_the_grade_is_the_worst_of_the_directions_where_all_are_known(
    test: str, value: Decimal, baseline: Decimal | None
) -> None:
    lower, upper = (None if limit is None else D(limit) for limit in RANGES[test])
    grades = set(grades_by_direction(test, "=", value, Limits(lower, upper, baseline)).values())
    assert grade(test, value, None if baseline is None else str(baseline)) == (None if None in grades else max(grades))
