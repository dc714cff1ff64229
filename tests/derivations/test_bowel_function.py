"""LARS and Wexner scores: points, categories, a missing item, a stoma."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.codelists.safety import ONE_TO_FOUR, ONE_TO_THREE
from forms.derivations.bowel_function import lars_category, lars_score, wexner_score

LARS_LISTS = (ONE_TO_THREE, ONE_TO_THREE, ONE_TO_FOUR, ONE_TO_THREE, ONE_TO_THREE)


@pytest.mark.parametrize(
    ("answers", "score"),
    [
        ("11311", 0),
        ("33433", 42),
        ("21111", 8),
        ("13311", 3),
        ("12311", 3),
        ("11411", 5),
        ("11211", 2),
        ("22222", 4 + 3 + 2 + 9 + 11),
        ("11331", 11),
        ("11313", 16),
    ],
)
def test_lars_adds_the_published_points(answers: str, score: int) -> None:
    assert lars_score("N", *answers) == score


def test_lars_spans_0_to_42_over_every_questionnaire() -> None:
    scores = [lars_score("N", *each) for each in itertools.product(*(codes.values for codes in LARS_LISTS))]
    assert None not in scores
    known = [s for s in scores if s is not None]
    assert (len(known), min(known), max(known)) == (324, 0, 42)


@pytest.mark.parametrize("missing", range(5))
def test_lars_is_not_evaluable_where_an_item_is_missing(missing: int) -> None:
    answers: list[str | None] = ["1", "1", "3", "1", "1"]
    answers[missing] = None
    assert lars_score("N", *answers) is None


@pytest.mark.parametrize(("stoma", "score"), [("Y", None), ("N", 0), (None, 0)])
def test_lars_is_not_evaluable_with_a_stoma(stoma: str | None, score: int | None) -> None:
    assert lars_score(stoma, *"11311") == score


@pytest.mark.parametrize("answers", ["1131", "113111", "11511", "41311", ""])
def test_lars_refuses_an_answer_that_does_not_exist(answers: str) -> None:
    assert lars_score("N", *answers) is None


@pytest.mark.parametrize(
    ("score", "category"),
    [(0, "NONE"), (20, "NONE"), (21, "MINOR"), (29, "MINOR"), (30, "MAJOR"), (42, "MAJOR")],
)
def test_lars_categories_change_at_21_and_30(score: int, category: str) -> None:
    assert lars_category(score) == category


@pytest.mark.parametrize(
    ("stoma", "answers", "score"),
    [
        ("N", (0, 0, 0, 0, 0), 0),
        ("N", (4, 4, 4, 4, 4), 20),
        (None, (0, 1, 2, 3, 4), 10),
        ("Y", (0, 0, 0, 0, 0), None),
        ("N", (0, 0, None, 0, 0), None),
        ("N", (0, 0, 5, 0, 0), None),
        ("N", (0, 0, -1, 0, 0), None),
        ("N", (0, 0, 0, 0), None),
        ("N", (None,) * 5, None),
    ],
)
def test_wexner_is_the_sum_of_five_answered_items_without_a_stoma(
    stoma: str | None, answers: tuple[int | None, ...], score: int | None
) -> None:
    assert wexner_score(stoma, *answers) == score


@given(st.lists(st.integers(0, 4), min_size=5, max_size=5), st.integers(0, 4))
def test_wexner_rises_with_each_item_and_stays_within_0_to_20(answers: list[int], item: int) -> None:
    score = wexner_score("N", *answers)
    worse = wexner_score("N", *(min(a + 1, 4) if i == item else a for i, a in enumerate(answers)))
    assert score is not None and worse is not None
    assert 0 <= score <= worse <= 20
