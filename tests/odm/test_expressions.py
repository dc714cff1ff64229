"""The expression language of conditions and calculations: grammar, names, refusals, and agreement with Python."""

import ast
import operator
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.logic import LogicError
from forms.odm13 import ExpressionProblem, parse
from forms.odm13.expressions import MAX_DEPTH, MAX_LENGTH, MAX_TOKENS, condition

NAMES = {
    "Weight": ("F.Weight", "decimal"),
    "Height": ("F.Height", "decimal"),
    "Gender": ("F.Gender", "text"),
    "Yes": ("F.Yes", "code"),
    "Count": ("F.Count", "int"),
    "Start": ("F.Start", "date"),
    "WHO.1": ("F.WHO.1", "int"),
    "WHO.Q-WHO.1": ("F.WHO.1", "int"),
    "order": ("F.order", "int"),
}


class Answers:
    """The least a scope must be: answers by key."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {f"F.{name}": value for name, value in answers.items()}

    def item(self, key: str) -> Any:
        return self.answers.get(key)

    def code(self, key: str) -> Any:
        return self.item(key)

    def fact(self, name: str) -> Any:
        raise AssertionError(name)

    def instances(self, source: tuple[str, ...]) -> tuple[Any, ...]:
        raise AssertionError(source)


def value(text: str, **answers: Any) -> Any:
    return parse(text, NAMES).value(Answers(**answers))


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("2 ^ 3 ^ 2", 512),
        ("-2 ^ 2", -4),
        ("2 ^ -1", Decimal("0.5")),
        ("10 - 2 - 3", 5),
        ("24 / 4 / 2", 3),
        ("1.5 + 1.5", 3),
        ("-(1 + 2)", -3),
        ("1 < 2 && 2 < 3", True),
        ("1 < 2 and 2 > 3", False),
        ("1 > 2 || 2 >= 2", True),
        ("1 > 2 or 2 <= 1", False),
        ("!(1 == 1)", False),
        ("not (1 == 2)", True),
        ("1 != 2", True),
        ("1 == 2 || 1 == 1 && 1 == 2", False),
        ("6 / 0", None),
    ],
)
def test_signs_bind_as_in_mathematics(text: str, result: object) -> None:
    assert value(text) == result


@pytest.mark.parametrize(("answers", "truth"), [({"Gender": "Female"}, False), ({"Gender": "Male"}, True), ({}, None)])
def test_a_condition_of_the_example_study_is_three_valued(answers: dict[str, str], truth: bool | None) -> None:
    assert value('!(Gender == "Female")', **answers) is truth


def test_a_calculation_of_the_example_study() -> None:
    bmi = value("Weight / Height ^ 2", Weight=Decimal(80), Height=Decimal(2))
    assert bmi == 20
    assert value("Weight / Height ^ 2", Weight=Decimal(80)) is None


def test_a_path_is_one_item_and_a_difference_two() -> None:
    assert parse("WHO.Q-WHO.1", NAMES).to_json() == ["item", "F.WHO.1"]
    assert parse("Weight-WHO.1", NAMES).to_json() == ["sub", ["item", "F.Weight"], ["item", "F.WHO.1"]]
    assert parse("WHO.1-WHO.1", NAMES).op == "sub"


def test_a_name_that_begins_like_a_word_is_still_a_name() -> None:
    assert parse("order + 1", NAMES).args[0].to_json() == ["item", "F.order"]


@pytest.mark.parametrize(
    ("text", "constant"),
    [
        ('Count == "1"', ["number", "1"]),
        ('"1" == Count', ["number", "1"]),
        ("Count == 1", ["number", "1"]),
        ('Yes == "1"', ["const", "1"]),
        ("Yes == 1", ["const", "1"]),
        ("Gender == 'Male'", ["const", "Male"]),
        ('Start > "2020-01-31"', ["date", "2020-01-31"]),
    ],
)
def test_a_constant_takes_the_type_of_the_item_beside_it(text: str, constant: list[str]) -> None:
    assert constant in parse(text, NAMES).to_json()


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "1 +", "(1", "1)", "1 2", "Weight Height", "== 1", "1 == 2 == 3", "Unknown + 1", "Weightless",
        'Gender == "Female', "1..2", "Weight; Height", "Weight = 1", "__import__('os')", "Weight.__class__",
        "lambda: 1", "[1]", "１ + 1", "Count == 'many'", "Start > 'soon'", "Start > '2020-02-30'", "a\x00b", "%",
        "!Yes", "not 1 == 2", "Yes && 1 == 1", "1 == 1 || 2", "(1 == 1) + 1", "-(1 == 1)", "(1 == 1) == (2 == 2)",
    ],
)  # fmt: skip
def test_what_is_not_of_the_grammar_is_refused(text: str) -> None:
    with pytest.raises(ExpressionProblem):
        parse(text, NAMES)


def test_a_value_is_no_condition() -> None:
    assert condition("Count > 1", NAMES).op == "gt"
    with pytest.raises(ExpressionProblem, match="no condition"):
        condition("Count + 1", NAMES)


def test_the_refusal_says_where_reading_stopped() -> None:
    with pytest.raises(ExpressionProblem, match="unknown name or sign at character 9 of 'Weight / Hight'") as refused:
        parse("Weight / Hight", NAMES)
    assert refused.value.at == 9


@pytest.mark.parametrize(
    "text",
    [
        "(" * (MAX_DEPTH + 1) + "1" + ")" * (MAX_DEPTH + 1),
        "-" * (MAX_DEPTH + 1) + "1",
        "2" + "^2" * (MAX_DEPTH + 1),
        "1" + "+1" * MAX_TOKENS,
        " " * (MAX_LENGTH + 1),
    ],
)
def test_what_would_exhaust_the_reader_is_refused(text: str) -> None:
    with pytest.raises(ExpressionProblem):
        parse(text, NAMES)


def test_what_lies_just_inside_the_bounds_is_read_and_evaluated() -> None:
    assert value("(" * MAX_DEPTH + "1" + ")" * MAX_DEPTH) == 1
    terms = MAX_TOKENS // 2
    assert value("1" + "+1" * (terms - 1)) == terms


def test_a_rule_that_compares_text_with_a_number_is_a_mistake_and_not_an_answer() -> None:
    with pytest.raises(LogicError):
        parse("Count == Gender", NAMES).value(Answers(Count=1, Gender="Male"))


numbers = st.integers(0, 50).map(str)
sums = st.recursive(
    numbers,
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*"), inner)
        | st.builds("{} {} {}".format, inner, st.sampled_from("+-*"), inner)
    ),
    max_leaves=12,
)
OPERATORS: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}


def by_python(tree: ast.expr) -> int:
    """What Python's own grammar makes of the text: an independent reading of the same signs."""
    if isinstance(tree, ast.BinOp):
        return OPERATORS[type(tree.op)](by_python(tree.left), by_python(tree.right))
    assert isinstance(tree, ast.Constant) and isinstance(tree.value, int)
    return tree.value


@given(sums)
def test_arithmetic_agrees_with_another_reader(text: str) -> None:
    assert value(text) == by_python(ast.parse(text, mode="eval").body)


@given(st.text(alphabet="Weight Gender.-()!&|=<>^*/+0123456789\"'", max_size=60))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    with suppress(ExpressionProblem):
        assert parse(text, NAMES).keys() <= {key for key, _ in NAMES.values()}
