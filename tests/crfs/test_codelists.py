"""Codelists, CTCAE and the laboratory tests as data; the functions rules name."""

import csv
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import ctcae, laboratory, rules
from forms.codelist import Code, Codelist, CodelistError
from forms.codelists import CODELISTS
from forms.dates import PartialDate
from forms.logic import FUNCTIONS
from tests.crfs.house import FILE, about, day
from tests.shared_data import SHARED, needs_shared

COLOURS = Codelist("COLOURS", (Code("R", "red"), Code("G", "green"), Code("U", "unknown", unknown=True)))


# --- the class ----------------------------------------------------------------------------------------------------


def test_a_codelist_answers_for_its_codes():
    assert COLOURS.decode("G") == "green"
    assert COLOURS.code("U").unknown
    assert COLOURS.position("U") == 2
    assert COLOURS.unknown_codes == {"U"}
    assert "R" in COLOURS and "red" not in COLOURS and None not in COLOURS
    assert [code.code for code in COLOURS] == ["R", "G", "U"] == list(COLOURS.values)
    assert len(COLOURS) == 3


@pytest.mark.parametrize(
    ("codes", "complaint"),
    [
        ((Code("A", "a"), Code("A", "b")), "same code twice: A"),
        ((Code("A", "a"), Code("B", "a")), "same decode twice: a"),
        ((), "is empty"),
        ((Code("é", "a"),), "not plain ASCII"),
        ((Code(" A", "a"),), "not plain ASCII"),
        ((Code("A\n", "a"),), "not plain ASCII"),
        ((Code("", "a"),), "not plain ASCII"),
    ],
)
def test_a_codelist_that_contradicts_itself_is_refused(codes, complaint):
    with pytest.raises(CodelistError, match=complaint):
        Codelist("BAD", codes)


@pytest.mark.parametrize("ask", [COLOURS.code, COLOURS.decode, COLOURS.position])
def test_a_code_it_does_not_hold_is_an_error(ask):
    with pytest.raises(CodelistError, match="'X' is not a code of COLOURS"):
        ask("X")


def test_every_codelist_is_found_by_its_name_and_says_where_it_comes_from():
    assert [name for name, codes in CODELISTS.items() if codes.name != name or not codes.source] == []


def test_no_two_codelists_offer_the_same_answers():
    offered = [tuple(code.decode for code in codes) for codes in CODELISTS.values()]
    assert len(offered) == len(set(offered))


@needs_shared
def test_every_c_code_belongs_to_a_term_that_ncit_publishes():
    with (SHARED / "standards/terminology/sdtm_ct_2025-03-28_subset.csv").open(encoding="utf-8") as table:
        published = {row["ncit_code"] for row in csv.DictReader(table)}
    used = {code.ccode for codes in CODELISTS.values() for code in codes if code.ccode}
    assert used - published == set()


# --- CTCAE --------------------------------------------------------------------------------------------------------


def test_ctcae_holds_837_terms_in_26_classes():
    assert len(ctcae.terms()) == 837
    assert len(ctcae.system_organ_classes()) == 26
    assert CODELISTS["CTCAE_TERM"].values == tuple(ctcae.terms())


@pytest.mark.parametrize(
    ("term", "grades"),
    [
        ("Anemia", (1, 2, 3, 4, 5)),
        ("Alopecia", (1, 2)),
        ("Death NOS", (5,)),
        ("Disseminated intravascular coagulation", (2, 3, 4, 5)),
        ("Not a term", None),
        (None, None),
    ],
)
def test_a_term_defines_only_some_grades(term, grades):
    assert ctcae.grades_defined(term) == grades


def test_every_term_defines_a_grade_and_has_a_class():
    assert [t.name for t in ctcae.terms().values() if not t.grades or not t.soc] == []
    assert ctcae.term("Anemia").soc == "Blood and lymphatic system disorders"
    assert ctcae.term("Anaemia") is None


@needs_shared
def test_the_terms_are_those_of_the_source_table():
    source = SHARED / "standards/terminology/ctcae_v5_0.csv"
    with source.open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    assert [(r["term"], r["soc"]) for r in rows] == [(t.name, t.soc) for t in ctcae.terms().values()]
    assert [tuple(g for g in ctcae.GRADES if r[f"grade{g}"]) for r in rows] == [
        t.grades for t in ctcae.terms().values()
    ]


# --- laboratory ---------------------------------------------------------------------------------------------------

each_test = pytest.mark.parametrize("test", laboratory.TESTS.values(), ids=list(laboratory.TESTS))


def test_the_22_tests_of_the_specification_are_there():
    assert tuple(laboratory.TESTS) == CODELISTS["LAB_TEST"].values
    assert len(laboratory.TESTS) == 22


@each_test
def test_the_first_unit_of_a_test_is_its_si_unit(test):
    assert test.units[test.si] == 1
    assert set(test.units) <= set(CODELISTS["LAB_UNIT"].values)
    assert all(factor > 0 for factor in test.units.values())


@each_test
def test_the_normal_lies_inside_the_plausible(test):
    for low, high in test.reference.values():
        assert high is not None
        assert test.plausible[0] <= (low or test.plausible[0]) < high <= test.plausible[1]


@pytest.mark.parametrize(
    ("test", "value", "unit", "si"),
    [
        ("HGB", "12.5", "g/dL", "125.0"),
        ("CREAT", "1", "mg/dL", "88.42"),
        ("BILI", "1", "mg/dL", "17.104"),
        ("GLUC", "100", "mg/dL", "5.55"),
        ("TROPONI", "0.04", "ng/mL", "40"),
        ("CEA", "5", "ng/mL", "5"),
        ("CORTISOL", "10", "ug/dL", "275.9"),
        ("T4FR", "1", "ng/dL", "12.87"),
    ],
)
def test_results_convert_to_si(test, value, unit, si):
    assert laboratory.to_si(test, Decimal(value), unit) == Decimal(si)


@pytest.mark.parametrize(
    ("test", "value", "unit"),
    [(None, "1", "g/L"), ("HGB", None, "g/L"), ("HGB", "1", None), ("HGB", "1", "U/L"), ("XYZ", "1", "g/L")],
)
def test_what_cannot_be_converted_is_unknown(test, value, unit):
    assert laboratory.to_si(test, value and Decimal(value), unit) is None


def test_limits_of_an_unknown_test_or_sex_are_unknown():
    assert laboratory.reference_limits("HGB", None) is None
    assert laboratory.reference_limits("CEA", None) == (None, Decimal(5))
    assert laboratory.reference_limits(None, "M") is None
    assert laboratory.plausible_limits(None) is None
    assert laboratory.units_of(None) is None
    assert laboratory.units_of("XYZ") is None


@given(st.sampled_from(sorted(laboratory.TESTS)), st.decimals(0, 10_000, places=3))
def test_an_si_result_stays_what_it_is(test, value):
    assert laboratory.to_si(test, value, laboratory.TESTS[test].si) == value


# --- functions of rules -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "truth"),
    [
        ((), True),
        ((1, 2), True),
        ((1, 1), False),
        ((None, None), True),
        (((1, None), (1, None)), True),
        (((1, 2), (1, 2)), False),
    ],
)
def test_blanks_are_never_the_same(values, truth):
    assert rules.all_different(values) is truth


@pytest.mark.parametrize(
    ("candidates", "truth"),
    [
        (("2026-01-01",), True),
        (("2026-01-02",), False),
        (("2026-01-02", None), None),
        (("2026-01-01", None), True),
        ((), None),
    ],
)
def test_a_date_is_one_of_some_or_cannot_be_told(candidates, truth):
    assert rules.one_of(day("2026-01-01"), tuple(c and day(c) for c in candidates)) is truth


@pytest.mark.parametrize(
    ("chosen", "allowed", "truth"),
    [(("A",), ("A", "B"), True), (("A", "C"), ("A",), False), (("C",), ("A", None), None), ((), (), True)],
)
def test_codes_are_all_among_some_or_cannot_be_told(chosen, allowed, truth):
    assert rules.all_among(chosen, allowed) is truth


@pytest.mark.parametrize(("born", "truth"), [("1960", True), ("1960-05", False), ("1960-05-01", False)])
def test_a_year_is_nothing_but_a_year(born, truth):
    assert rules.year_only(about(born)) is truth
    assert isinstance(about(born), PartialDate)


ROWS = (
    (day("2026-01-10"), "ALT", Decimal(30), "U/L"),
    (day("2026-01-20"), "ALT", Decimal(60), "U/L"),
    (day("2026-01-20"), "AST", Decimal(99), "U/L"),
    (day("2026-01-21"), "ALT", None, "U/L"),
    (None, "ALT", Decimal(70), "U/L"),
    (day("2026-02-20"), "ALT", Decimal(80), "U/L"),
)


@pytest.mark.parametrize(
    ("test", "start", "baseline"),
    [
        ("ALT", "2026-01-26", 60),
        ("ALT", "2026-01-20", 60),
        ("ALT", "2026-01-19", 30),
        ("ALT", "2026-01-01", None),
        ("ALT", None, None),
        (None, "2026-01-26", None),
    ],
)
def test_the_baseline_is_the_last_result_before_therapy(test, start, baseline):
    assert rules.baseline_result(test, start and day(start), ROWS) == baseline


def test_a_table_that_was_not_read_is_unknown():
    assert rules.abundances({}, FILE) is None
    assert rules.abundances({FILE.sha256: (Decimal(1),)}, FILE) == (Decimal(1),)


def test_the_site_range_goes_first_and_only_where_it_is_given():
    site = {"HGB": {"M": (Decimal(100), None)}}
    assert rules.reference_low("HGB", "M", site) == 100
    assert rules.reference_high("HGB", "M", site) is None
    assert rules.reference_low("HGB", "F", site) == 115
    assert rules.reference_high("CEA", "F", None) == 5
    assert rules.reference_low(None, None, None) is None


def test_every_function_is_registered_under_its_own_name():
    named = [
        each for each in vars(rules).values() if getattr(each, "__module__", "") == "forms.rules" and callable(each)
    ]
    public = {each.__name__ for each in named if not each.__name__.startswith("_")}
    assert public - set(FUNCTIONS) == set()
