"""Chapter: the traps of REDCap's logic, one by one: what it means there, what it means here, and what is refused."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.redcap.logic_text import logic_text
from forms.redcap.parsing import MAX_DEPTH, MAX_LENGTH, MAX_TOKENS, calculation, condition
from forms.redcap.terms import LogicProblem
from tests.redcap.projects import item, scope, study

CHOICES = "1, One | 2, Two | 3, Three"
PROJECT = study(
    {"name": "age", "validation": "integer"},
    {"name": "weight", "validation": "number"},
    {"name": "born", "validation": "date_ymd"},
    {"name": "seen", "validation": "date_dmy"},
    {"name": "sex", "type": "radio", "choices": "0, Female | 1, Male"},
    {"name": "grade", "type": "dropdown", "choices": CHOICES},
    {"name": "padded", "type": "radio", "choices": "01, One | 02, Two"},
    {"name": "race", "type": "checkbox", "choices": "1, A | 2, B | -9, Unknown"},
    {"name": "ill", "type": "yesno"},
    {"name": "agreed", "type": "truefalse"},
    {"name": "words"},
    {"name": "bmi", "type": "calc", "choices": "round([weight]*10000/170^2, 1)"},
    {"name": "elsewhere", "form": "other", "type": "radio", "choices": CHOICES},
)
ITEMS = {i.oid: i for form in PROJECT.definitions.values() for i in form.items}
NAMED = {i.key: i for i in ITEMS.values()}


def truth(text: str, **answers: Any) -> bool | None:
    found = condition(text, "visit", ITEMS).value(scope(PROJECT, answers, today=date(2026, 3, 1)))
    assert found in (True, False, None)
    return found


def result(text: str, **answers: Any) -> Any:
    return calculation(text, "visit", ITEMS).value(scope(PROJECT, answers, today=date(2026, 3, 1)))


# text, answers, what it is
CONDITIONS = [
    # Blank: REDCap compares with the empty text; for us it is "nothing recorded", never unknown.
    ("[age] = ''", {}, True),
    ("[age] = ''", {"age": 0}, False),
    ('[age] <> ""', {"age": 0}, True),
    ('[words] != ""', {}, False),
    ("[bmi] = ''", {}, True),
    ("[bmi] <> ''", {"weight": Decimal(70)}, True),
    ("[race] = ''", {}, True),
    ("'' = [age]", {}, True),
    # A blank beside a value is unknown: it neither hides nor requires.
    ("[age] > 18", {}, None),
    ("[sex] = '1'", {}, None),
    ("[sex] <> '1'", {}, None),
    ("[age] > 18 or [sex] = '1'", {"sex": "1"}, True),
    ("[age] > 18 and [sex] = '1'", {"sex": "0"}, False),
    # Numbers as text, and quotes of both kinds.
    ("[age] >= '18'", {"age": 18}, True),
    ('[age] >= "18"', {"age": 9}, False),
    ("[age] = 18.0", {"age": 18}, True),
    ("[weight] = '070.50'", {"weight": Decimal("70.5")}, True),
    ("18 < [age]", {"age": 19}, True),
    ("[age] > -1", {"age": 0}, True),
    # Codes: with and without quotes; an order of codes is one of the numbers they spell.
    ("[sex] = 1", {"sex": "1"}, True),
    ("[sex] = \"1\"", {"sex": "0"}, False),
    ("[grade] >= 2", {"grade": "3"}, True),
    ("[grade] >= 2", {"grade": "1"}, False),
    ("[grade] > 9", {"grade": "1"}, False),
    ("[padded] = 1", {"padded": "01"}, True),
    ("[agreed] = '1'", {"agreed": "1"}, True),
    # yes and no are 1 and 0 there, Y and N here.
    ("[ill] = '1'", {"ill": "Y"}, True),
    ("[ill] = 0", {"ill": "N"}, True),
    ("[ill] <> '1'", {"ill": "N"}, True),
    # One box of a checkbox.
    ("[race(2)] = '1'", {"race": ("2",)}, True),
    ("[race(2)] = '1'", {"race": ("1",)}, False),
    ("[race(2)] = '1'", {"race": ()}, False),
    ("[race(2)] = '0'", {"race": ()}, True),
    ("[race(2)] <> '1'", {"race": ("2",)}, False),
    ("[race(-9)] = 1", {"race": ("-9",)}, True),
    ("[race(2)] = '1'", {}, None),
    # "and" binds before "or", small or capital, and in the signs of PHP.
    ("[age]=1 or [age]=2 and [sex]='1'", {"age": 1, "sex": "0"}, True),
    ("([age]=1 or [age]=2) and [sex]='1'", {"age": 1, "sex": "0"}, False),
    ("[age]=1 OR [age]=2 AND [sex]='1'", {"age": 1, "sex": "0"}, True),
    ("[age]=1 || [age]=2 && [sex]='1'", {"age": 2, "sex": "0"}, False),
    ("!([age] = 1)", {"age": 2}, True),
    ("not ([age] = 1 or [age] = 2)", {"age": 2}, False),
    # "not equal" in both spellings, "equal" too.
    ("[age] <> 1", {"age": 2}, True),
    ("[age] != 1", {"age": 1}, False),
    ("[age] == 1", {"age": 1}, True),
    # Dates.
    ("[born] < '2000-01-01'", {"born": date(1999, 12, 31)}, True),
    ("[born] <= [seen]", {"born": date(2000, 1, 1), "seen": date(2000, 1, 1)}, True),
    ("[seen] = 'today'", {"seen": date(2026, 3, 1)}, True),
    ("datediff([born], [seen], 'd') > 30", {"born": date(2026, 1, 1), "seen": date(2026, 1, 31)}, False),
    ("datediff([born], 'today', 'y', 'ymd') >= 18", {"born": date(2008, 2, 1)}, True),
    # Text is compared as text with text, and as the number it spells with a number's order.
    ("[words] = 'yes'", {"words": "yes"}, True),
    ("[words] > 5", {"words": "10"}, True),
    ("[words] > 5", {"words": "ten"}, None),
    ("isblankormissingcode([age])", {}, True),
    ("[race(1)] and [age] > 1", {"race": ("1",), "age": 2}, True),
]  # fmt: skip


@pytest.mark.parametrize(("text", "answers", "expected"), CONDITIONS)
def test_a_condition_has_the_truth_redcap_gives_it_or_is_unknown(
    text: str, answers: dict[str, Any], expected: bool | None
) -> None:
    assert truth(text, **answers) is expected


CALCULATIONS = [
    ("round([weight]*10000/170^2, 1)", {"weight": Decimal(70)}, Decimal("24.2")),
    ("[weight] + [age]", {"weight": Decimal(70)}, None),
    ("sum([weight], [age])", {"weight": Decimal(70)}, 70),
    ("mean([weight], [age])", {"weight": Decimal(70), "age": 30}, 50),
    ("min([weight], [age])", {}, None),
    ("max([weight], [age])", {"weight": Decimal(70), "age": 30}, 70),
    ("round(2.5)", {}, 3),
    ("round(-2.5)", {}, -3),
    ("rounddown(2.99)", {}, 2),
    ("roundup(2.01, 1)", {}, Decimal("2.1")),
    ("2+3*4", {}, 14),
    ("(2+3)*4", {}, 20),
    ("-2^2", {}, -4),
    ("10/[age]", {"age": 0}, None),
    ("sqrt(0-1)", {}, None),
    ("abs([age]-50)", {"age": 30}, 20),
    ("[grade] + [sex]", {"grade": "3", "sex": "1"}, 4),
    ("([ill]=1)+([sex]=1)", {"ill": "Y", "sex": "0"}, 1),
    ("[race(1)]+[race(2)]", {"race": ("1", "2")}, 2),
    ("if([age] > 64, 1, 0)", {"age": 65}, 1),
    ("if([age] > 64, 1, '')", {"age": 6}, None),
    ("if([age] > 64, 1, 0)", {}, None),
    ("datediff([born], [seen], 'd')", {"born": date(2026, 2, 1), "seen": date(2026, 1, 1)}, 31),
    ('datediff([born],[seen],"d","dmy","true")', {"born": date(2026, 2, 1), "seen": date(2026, 1, 1)}, -31),
    ('datediff([born],[seen],"d","dmy",false)', {"born": date(2026, 2, 1), "seen": date(2026, 1, 1)}, 31),
    ("datediff([born],[seen],'d',true)", {"born": date(2026, 2, 1), "seen": date(2026, 1, 1)}, -31),
    ("datediff([born],[seen],'h')", {"born": date(2026, 1, 1), "seen": date(2026, 1, 2)}, 24),
    ("rounddown(datediff([born],'today','y'))", {"born": date(1976, 3, 1)}, 49),
    ("rounddown(datediff([born],'today','y'))", {"born": date(1976, 2, 28)}, 50),
    ("round(datediff([born],[seen],'M'), 2)", {"born": date(2026, 1, 1), "seen": date(2026, 3, 1)}, Decimal("1.94")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "answers", "expected"), CALCULATIONS)
def test_a_calculation_gives_the_number_or_is_unknown(text: str, answers: dict[str, Any], expected: Any) -> None:
    assert result(text, **answers) == expected


REFUSED = [
    ("[enrollment_arm_1][age] > 1", "other-event"),
    ("[age][previous-instance] > 1", "other-instance"),
    ("[event-name] = 'x'", "smart-variable"),
    ("[user-name] = 'x'", "smart-variable"),
    ("[grade:label] = 'One'", "piping"),
    ("[nobody] = 1", "unknown-field"),
    ("[race] = '1'", "checkbox"),
    ("[race(7)] = '1'", "checkbox"),
    ("[sex(1)] = '1'", "checkbox"),
    ("[born] > 5", "types"),
    ("[seen] = 'yesterday'", "types"),
    ("[born] = '2026-02-30'", "types"),
    ("[grade] > 'x'", "types"),
    ("contains([words], 'x')", "function"),
    ("datediff([born], [seen], 'w') > 1", "function"),
    ("datediff([born], [seen]) > 1", "function"),
    ("datediff([age], [seen], 'd') > 1", "types"),
    ("'a' = 'b'", "types"),
    ("[age] >", "syntax"),
    ("[age] = 1)", "syntax"),
    ("([age] = 1", "syntax"),
    ("[age] = 1 [sex] = 2", "syntax"),
    ("[age] = 'x", "syntax"),
    ("[age] ; 1", "syntax"),
    ("", "syntax"),
    ("age = 1", "syntax"),
    ("[words]", "types"),
    ("(" * (MAX_DEPTH + 1) + "[age]=1" + ")" * (MAX_DEPTH + 1), "too-long"),
    ("[age]=1 or " * MAX_TOKENS + "[age]=1", "too-long"),
    ("[age]=1" + " " * MAX_LENGTH, "too-long"),
    ("!" * 400 + "([age]=1)", "too-long"),
]


@pytest.mark.parametrize(("text", "kind"), REFUSED)
def test_what_cannot_be_said_is_refused_by_kind_and_never_guessed(text: str, kind: str) -> None:
    with pytest.raises(LogicProblem) as refused:
        condition(text, "visit", ITEMS)
    assert refused.value.kind == kind


def test_the_longest_chain_that_is_read_can_also_be_evaluated() -> None:
    text = " + ".join(["[age]"] * (MAX_TOKENS // 2))
    assert result(text, age=1) == MAX_TOKENS // 2


def test_a_field_of_another_form_is_that_form_at_the_same_event() -> None:
    expr = condition("[elsewhere] = '2'", "visit", ITEMS)
    assert expr.to_json() == [
        "eq",
        ["last", {"source": ["event", "other"]}, ["item", "other.elsewhere"]],
        ["const", "2"],
    ]
    assert expr.value(scope(PROJECT, {})) is None


@pytest.mark.parametrize(
    "text",
    ["[sex] = '1'", "[age] <> ''", "[age] = ''", "[race(2)] = '1'", "[ill] = '1' and [age] > 17", "[elsewhere] = '2'",
     "[born] < '2000-01-01' or [sex] = '0'", "!([age] = 1 or [age] = 2)", "datediff([born], [seen], 'd', true) > 3"],
)  # fmt: skip
def test_what_was_read_is_written_in_the_same_words(text: str) -> None:
    assert logic_text(condition(text, "visit", ITEMS), NAMED) == text


LEAVES = st.sampled_from(
    ["[age] = 1", "[sex] = '1'", "[race(1)] = '1'", "[ill] = '1'", "[age] <> ''", "[grade] = '2'", "[words] = 'x'"]
)
TEXTS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda p: f"({p[0]}) {p[1]} ({p[2]})"),
        inner.map(lambda p: f"!({p})"),
    ),
    max_leaves=8,
)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "age": st.integers(0, 3), "sex": st.sampled_from("01"), "race": st.sets(st.sampled_from(["1", "2"])).map(tuple),
        "ill": st.sampled_from("YN"), "grade": st.sampled_from("123"), "words": st.sampled_from("xy"),
    },
)  # fmt: skip


@given(TEXTS, ANSWERS)
def test_logic_written_and_read_again_means_the_same(text: str, answers: dict[str, Any]) -> None:
    once = condition(text, "visit", ITEMS)
    again = condition(logic_text(once, NAMED), "visit", ITEMS)
    assert again.value(scope(PROJECT, answers)) is once.value(scope(PROJECT, answers))


def test_every_field_a_condition_reads_is_named_by_the_expression() -> None:
    keys = condition("[age] = 1 and ([race(1)] = '1' or [elsewhere] = '2')", "visit", ITEMS).keys()
    assert keys == {"visit.age", "visit.race", "other.elsewhere"}
    assert item(PROJECT, "bmi").derive is not None
