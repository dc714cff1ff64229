"""Who the participants are: summaries and standardised differences against R and by hand, and the table without p-values."""

from __future__ import annotations

from decimal import Decimal
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.baseline import Categories, Numbers, categories, difference_of_means, difference_of_shares, numbers
from analysis.baseline_items import CODE, NUMBER, people, variables
from analysis.baseline_tables import smd
from analysis.closed_flow_outputs import OUTPUTS as CLOSED
from analysis.flow_outputs import OUTPUTS as OPEN
from analysis.output import Made
from forms.dates import PartialDate
from tests.flow.people import consented, crf, decided, enrolled, on, person, taken
from trial.store.extract import Extract

A = [61.0, 70, 55, 48, 66, 73, 59]
B = [64.0, 52, 71, 77, 68]


def counted(*ns: int) -> Categories:
    return Categories(sum(ns), 0, tuple((f"c{i}", n) for i, n in enumerate(ns)))


# Numbers: R's mean, sd, quantile(type = 7), and (mean(a) - mean(b)) / sqrt((var(a) + var(b)) / 2): tests/flow/reference.R.


def test_a_continuous_variable_is_summarised_as_r_does():
    found = numbers([*A, None, None])
    assert (found.n, found.missing, found.median) == (7, 2, 61.0)
    assert (found.mean, found.sd) == pytest.approx((61.71428571428572, 8.71233389539002), rel=1e-14)
    assert (found.lower, found.upper) == (57.0, 68.0)


@pytest.mark.parametrize(
    ("values", "found"),
    [([], Numbers(0, 0)), ([None], Numbers(0, 1)), ([5.0], Numbers(1, 0, 5.0, None, 5.0, 5.0, 5.0))],
)
def test_where_nobody_or_one_is_known_nothing_is_made_up(values, found):
    assert numbers(values) == found


def test_the_difference_of_means_is_that_of_r():
    assert difference_of_means(A, B) == pytest.approx(-0.518709722613452, rel=1e-13)
    assert difference_of_means([*A, None], [None, *B]) == difference_of_means(A, B)


def test_the_difference_of_means_by_hand():
    # Means 2 and 4; variances 1 and 4: -2 / sqrt(2.5).
    assert difference_of_means([1.0, 2, 3], [2.0, 4, 6]) == pytest.approx(-2 / sqrt(2.5), rel=1e-15)


@pytest.mark.parametrize(("one", "other"), [([], B), ([1.0], B), ([1.0, 1.0], [1.0, 1.0]), ([1.0, 1.0], [2.0, 2.0])])
def test_a_difference_that_the_data_do_not_give_is_none(one, other):
    assert difference_of_means(one, other) is None


# Categories: Yang and Dalton's formula, solved in R (`yd` of tests/flow/reference.R).


@pytest.mark.parametrize(
    ("one", "other", "value"),
    [
        ((12, 7, 21), (5, 15, 10), 0.733953650328937),
        ((30, 10), (18, 22), 0.643267520902677),
        ((8, 3, 0, 5), (2, 2, 4, 6), 1.16754068726862),
    ],
)
def test_the_difference_of_shares_is_that_of_r(one, other, value):
    assert difference_of_shares(counted(*one), counted(*other)) == pytest.approx(value, rel=1e-12)


def test_of_two_categories_it_is_the_difference_of_a_proportion():
    # 0.75 and 0.45: 0.3 / sqrt((0.75 * 0.25 + 0.45 * 0.55) / 2).
    assert difference_of_shares(counted(30, 10), counted(18, 22)) == pytest.approx(0.3 / sqrt((0.1875 + 0.2475) / 2))


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=2, max_size=5), st.randoms())
def test_the_order_of_categories_and_of_groups_does_not_matter(pairs, chance):
    one, other = (counted(*side) for side in zip(*pairs, strict=True))
    chance.shuffle(pairs)
    again, against = (counted(*side) for side in zip(*pairs, strict=True))
    first, second = difference_of_shares(one, other), difference_of_shares(against, again)
    assert (first is None) == (second is None)
    if first is not None:
        assert first == pytest.approx(second, rel=1e-6, abs=1e-7) and first >= 0


@pytest.mark.parametrize(
    ("one", "other", "value"),
    [
        ((0, 0), (3, 4), None),
        ((5, 0), (0, 7), None),  # everybody here, nobody there: infinite
        ((6, 0, 0), (0, 3, 3), None),
        ((5, 0), (7, 0), 0.0),
        ((5, 5, 0), (7, 7, 0), 0.0),
    ],
)
def test_an_empty_group_and_a_constant_answer(one, other, value):
    found = difference_of_shares(counted(*one), counted(*other))
    assert found == (value if value is None else pytest.approx(value))


def test_answers_are_counted_in_the_order_of_the_form_with_the_missing_beside():
    assert categories(["F", None, "M", "F"], ("M", "F", "X")) == Categories(3, 1, (("M", 1), ("F", 2), ("X", 0)))
    with pytest.raises(ValueError, match="no such answer: Z"):
        categories(["Z"], ("M",))


@pytest.mark.parametrize(
    ("value", "text"), [(None, "—"), (0.1234, "0.12"), (-0.5, "−0.50"), (-0.001, "0.00"), (0.0, "0.00")]
)
def test_a_difference_is_written_with_a_true_minus_and_never_minus_nothing(value, text):
    assert smd(value) == text


# What is read from the forms.


def told(*crfs, **values):
    (found,) = people(taken(person(1, *enrolled(), *crfs, **values)))
    return found.values


def test_every_variable_has_words_and_a_kind_that_fits():
    for variable in variables():
        assert variable.text and (variable.kind == CODE) is (variable.codes is not None)
        assert variable.kind in (NUMBER, CODE)
    assert {v.id for v in variables()} >= {
        "AGE", "DM.SEX", "DM.ECOG", "MRI0.DISTAV", "MRI0.CTCAT", "MRI0.CNCAT", "MRI0.MRF", "MRI0.EMVI", "CEA", "MOL.MMR",
        "PLAN.REGIMEN", "RST.RESP",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("born", "age"),
    [(PartialDate(1960, 3, 1), 66.0), (PartialDate(1960, 3, 2), 65.0), (PartialDate(1960), 65.5), (None, None)],
)
def test_age_is_that_of_the_day_of_consent(born, age):
    assert told(crf("DM", {"BRTHDAT": born} if born else {}))["AGE"] == age


@pytest.mark.parametrize(
    ("form", "items", "variable", "value"),
    [
        ("DM", {"SEX": "F"}, "DM.SEX", "F"),
        ("DM", {"ECOG": "0"}, "DM.ECOG", "0"),
        ("DM", {}, "DM.ECOG", None),
        ("MRI0", {"MRF": "NASS"}, "MRI0.MRF", None),
        ("MRI0", {"EMVI": "Y"}, "MRI0.EMVI", "Y"),
        ("MRI0", {"CTCAT": "cTx"}, "MRI0.CTCAT", None),
        ("MRI0", {"LPLN": "N"}, "MRI0.LPLN", "N"),
        ("MRI0", {"DISTAV": Decimal("62.5")}, "MRI0.DISTAV", 62.5),
        ("MOL", {"MMR": "U"}, "MOL.MMR", None),
        ("DM", {"HEIGHT": Decimal("170"), "WEIGHT": Decimal("68")}, "DM.BMI", 23.5),
    ],
)
def test_unknown_and_not_assessable_are_missing_and_zero_is_an_answer(form, items, variable, value):
    assert told(crf(form, items))[variable] == value


def blood(value: str, unit: str = "ug/L", operator: str = "=", event: str = "SCR", number: int = 1):
    row = {"LBTEST": "CEA", "LBOPER": operator, "LBORRES": Decimal(value), "LBORRESU": unit}
    return crf("LB", {"LBDAT": on("2026-03-02")}, event, number, R=[row])


def test_cea_is_the_last_of_screening_and_not_beyond_a_limit():
    assert told(blood("4.1"), blood("5.2", number=2))["CEA"] == pytest.approx(5.2)
    assert told(blood("4.1"), blood("9.9", event="RST"))["CEA"] == pytest.approx(4.1)
    assert told(blood("0.5", operator="<"))["CEA"] is None
    assert told()["CEA"] is None


def test_response_is_that_of_a_restaging_by_the_cut():
    assert told(crf("RST", {"RSTDAT": on("2026-07-20"), "RESP": "CCR"}, "RST"))["RST.RESP"] == "CCR"
    assert told(crf("RST", {"RSTDAT": on("2029-07-20"), "RESP": "CCR"}, "RST"))["RST.RESP"] is None


def test_only_who_is_enrolled_is_in_it():
    assert people(taken(person(1, consented()))) == ()


# The tables.


def some(arms=("WW", "WW", "TME", "TME", None, None)) -> Extract:
    rows = []
    for i, arm in enumerate(arms, start=1):
        chosen = {} if arm else {"PREFARM": "WW" if i % 2 else "SURGERY"}
        items = {"SEX": "MF"[i % 2], "BRTHDAT": PartialDate(1950 + i, 5, 5)} if i < 6 else {}
        rows.append(person(i, *decided(STRATEGY="CAND", **chosen), crf("DM", items), arm=arm))
    return taken(*rows)


def made(outputs, identity: str, extract: Extract) -> Made:
    (output,) = [each for each in outputs if each.id == identity]
    assert output.number == "14.1.2"
    return output.make(extract, str)


def test_the_open_table_has_one_column_and_says_who_is_missing():
    (table,) = made(OPEN, "baseline", some()).tables
    assert [column.label for column in table.columns] == ["Characteristic", "Enrolled (n = 6)"]
    rows = list(table.rows)
    assert rows[0] == ("Age at consent, years", "")
    assert rows[1:4] == [
        ("mean (SD)", "72.0 (1.6)"),
        ("median (quartiles)", "72.0 (71.0–73.0)"),
        ("missing", "1 (16.7 %)"),
    ]
    sex = rows.index(("Sex", ""))
    assert rows[sex + 1 : sex + 4] == [("M", "2 (40.0 %)"), ("F", "3 (60.0 %)"), ("missing", "1 (16.7 %)")]


def test_the_open_table_is_the_same_when_arms_are_exchanged():
    one, other = (made(OPEN, "baseline", some(arms)) for arms in
                  (("WW", "WW", "TME", "TME", None, None), ("TME", "TME", "WW", "WW", None, None)))  # fmt: skip
    assert one == other


def test_the_closed_tables_compare_arms_choices_and_cohorts_without_a_p_value():
    tables = made(CLOSED, "baseline-arm", some()).tables
    heads = [[column.label for column in table.columns] for table in tables]
    assert heads[0] == ["Characteristic", "WW (n = 2)", "TME (n = 2)", "SMD"]
    assert heads[1] == ["Characteristic", "WW-P (n = 1)", "TME-P (n = 1)", "SMD"]
    assert heads[2] == ["Characteristic", "Randomised (n = 4)", "Preference (n = 2)", "Standard (n = 0)", "SMD"]
    age = next(row for row in tables[0].rows if row[0] == "Age at consent, years")
    # 74, 73 against 72, 71 (born 5 May 1951 to 1954, consent 1 March 2026): 2 / sqrt(0.5).
    assert age == ("Age at consent, years", "", "", "2.83")
    for table in tables:
        assert not any("p-value" in column.label for column in table.columns)
        assert all("p =" not in cell and "p <" not in cell for row in table.rows for cell in row)


def test_an_empty_trial_gives_tables_that_say_nothing_is_known():
    (table,) = made(OPEN, "baseline", taken()).tables
    assert ("mean (SD)", "—") in table.rows and table.rows[3] == ("missing", "0")
    for table in made(CLOSED, "baseline-arm", taken()).tables:
        assert {row[-1] for row in table.rows} <= {"—", ""}
