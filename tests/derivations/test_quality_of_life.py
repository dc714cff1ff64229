"""QLQ-C30 and QLQ-CR29 scales against the scoring manual: worked answers, half-scale rule, routing, bounds."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.derivations.quality_of_life import CR29_ITEMS, QLQ_C30, QLQ_CR29, qlq_c30, qlq_cr29

D = Decimal
GOOD_WHEN_HIGH = {"QL", "PF", "RF", "EF", "CF", "SF"}
CR29_GOOD_WHEN_HIGH = {"BI", "ANX", "WEI", "SEXM", "SEXW"}


def c30(**given: int) -> tuple[int | None, ...]:
    """Answers to items 1 to 30 with only those given by name (q21=2)."""
    return tuple(given.get(f"q{n}") for n in range(1, 31))


def cr29(**given: int) -> tuple[int | None, ...]:
    """Answers to the scored CR29 items with only those given by name."""
    return tuple(given.get(f"q{n}") for n in CR29_ITEMS)


def test_the_c30_has_15_scales_that_use_each_of_30_items_once() -> None:
    used = [n for scale in QLQ_C30 for n in scale.items]
    assert (len(QLQ_C30), sorted(used)) == (15, list(range(1, 31)))


def test_the_cr29_has_23_scales_that_use_each_scored_item_once() -> None:
    used = [n for scale in QLQ_CR29 for n in scale.items]
    assert (len(QLQ_CR29), sorted(used)) == (23, [n for n in range(31, 60) if n != 48])


@pytest.mark.parametrize(
    ("answers", "scale", "score"),
    [
        # The manual's formula for emotional functioning: raw = (Q21 + Q22 + Q23 + Q24) / 4, EF = {1 - (raw - 1)/3} x 100.
        (c30(q21=2, q22=3, q23=1, q24=2), "EF", "66.67"),
        (c30(q21=4, q22=4, q23=4, q24=4), "EF", "0.00"),
        (c30(q10=2, q12=3, q18=2), "FA", "44.44"),
        (c30(q29=5, q30=6), "QL", "75.00"),
        (c30(q29=7, q30=7), "QL", "100.00"),
        (c30(q29=1, q30=1), "QL", "0.00"),
        (c30(q1=1, q2=2, q3=1, q4=1, q5=1), "PF", "93.33"),
        (c30(q9=4, q19=3), "PA", "83.33"),
        (c30(q28=2), "FI", "33.33"),
        (c30(q20=1, q25=2), "CF", "83.33"),
    ],
)
def test_c30_scores_agree_with_the_formula_of_the_manual(
    answers: tuple[int | None, ...], scale: str, score: str
) -> None:
    assert qlq_c30(*answers)[scale] == D(score)


@pytest.mark.parametrize(
    ("answers", "scale", "score"),
    [
        (c30(q21=2, q22=3), "EF", "50.00"),  # 2 of 4: exactly half, so the mean of what is there
        (c30(q21=2), "EF", None),
        (c30(q1=1, q2=2, q3=3), "PF", "66.67"),  # 3 of 5
        (c30(q1=1, q2=2), "PF", None),  # 2 of 5
        (c30(q10=2, q12=2), "FA", "33.33"),  # 2 of 3
        (c30(q10=2), "FA", None),  # 1 of 3
        (c30(q6=2), "RF", "66.67"),  # 1 of 2
        (c30(q30=4), "QL", "50.00"),
        (c30(), "DY", None),
        (c30(q8=5), "DY", None),  # out of range counts as missing
        (c30(q8=0), "DY", None),
        (c30(q29=8, q30=3), "QL", "33.33"),
    ],
)
def test_a_scale_needs_half_of_its_items(answers: tuple[int | None, ...], scale: str, score: str | None) -> None:
    assert qlq_c30(*answers)[scale] == (None if score is None else D(score))


def test_an_empty_questionnaire_has_no_score_at_all() -> None:
    assert set(qlq_c30(*c30()).values()) == {None}
    assert set(qlq_cr29("M", "N", *cr29()).values()) == {None}


def test_best_and_worst_answers_reach_both_ends_of_every_c30_scale() -> None:
    best = qlq_c30(*[1] * 28, 7, 7)
    worst = qlq_c30(*[4] * 28, 1, 1)
    for name in best:
        expected = (100, 0) if name in GOOD_WHEN_HIGH else (0, 100)
        assert (best[name], worst[name]) == expected


def test_the_scores_cannot_be_changed_afterwards() -> None:
    with pytest.raises(TypeError):
        qlq_c30(*c30())["QL"] = D(100)


@pytest.mark.parametrize("count", [29, 31])
def test_the_wrong_number_of_answers_is_an_error(count: int) -> None:
    with pytest.raises(ValueError, match="zip"):
        qlq_c30(*[1] * count)


c30_answers = st.tuples(*[st.none() | st.integers(1, 4)] * 28, *[st.none() | st.integers(1, 7)] * 2)


@given(c30_answers)
def test_every_c30_score_lies_in_0_to_100_or_is_missing_with_more_than_half(answers: tuple[int | None, ...]) -> None:
    scores = qlq_c30(*answers)
    for scale in QLQ_C30:
        answered = sum(answers[n - 1] is not None for n in scale.items)
        score = scores[scale.name]
        assert (score is None) == (2 * answered < len(scale.items))
        assert score is None or 0 <= score <= 100


@given(c30_answers, st.integers(1, 30))
def test_a_higher_answer_moves_its_scale_one_way_only(answers: tuple[int | None, ...], item: int) -> None:
    scale = next(s for s in QLQ_C30 if item in s.items)
    top = 7 if item > 28 else 4
    moved = [
        score
        for answer in range(1, top + 1)
        if (score := qlq_c30(*answers[: item - 1], answer, *answers[item:])[scale.name]) is not None
    ]
    falls = scale.name in GOOD_WHEN_HIGH - {"QL"}
    assert moved == sorted(moved, reverse=falls)


@pytest.mark.parametrize(
    ("sex", "stoma", "answers", "scale", "score"),
    [
        ("M", "N", cr29(q45=1, q46=2, q47=1), "BI", "88.89"),
        ("M", "N", cr29(q43=4), "ANX", "0.00"),
        ("M", "N", cr29(q44=2), "WEI", "66.67"),
        ("M", "N", cr29(q31=2, q32=3), "UF", "50.00"),
        ("F", "Y", cr29(q38=1, q39=4), "BMS", "50.00"),
        ("F", "Y", cr29(q52=4, q53=4), "SF", "100.00"),
        ("F", "N", cr29(q52=2), "SF", "33.33"),
        ("M", "N", cr29(q56=4), "SEXM", "100.00"),  # much interest is a good score
        ("F", "N", cr29(q58=1), "SEXW", "0.00"),
        ("M", "N", cr29(q57=3), "IMP", "66.67"),
        ("F", "N", cr29(q59=2), "DYS", "33.33"),
        ("M", "Y", cr29(q55=2), "STO", "33.33"),
    ],
)
def test_cr29_scores_agree_with_the_published_scales(
    sex: str, stoma: str, answers: tuple[int | None, ...], scale: str, score: str
) -> None:
    assert qlq_cr29(sex, stoma, *answers)[scale] == D(score)


ASKED_OF_ALL = {"BI", "ANX", "WEI", "UF", "BMS", "UI", "DY", "AP", "BP", "BF", "DM", "HL", "TA"}
BY_STOMA = {"SF", "FL", "FI", "SS", "EMB"}


@pytest.mark.parametrize(
    ("sex", "stoma", "more"),
    [
        ("M", "N", BY_STOMA | {"SEXM", "IMP"}),
        ("F", "N", BY_STOMA | {"SEXW", "DYS"}),
        ("M", "Y", BY_STOMA | {"STO", "SEXM", "IMP"}),
        ("F", "Y", BY_STOMA | {"STO", "SEXW", "DYS"}),
        ("M", None, {"SEXM", "IMP"}),
        (None, "N", BY_STOMA),
        (None, "Y", BY_STOMA | {"STO"}),
        (None, None, set()),
    ],
)
def test_sex_and_stoma_route_which_scales_exist(sex: str | None, stoma: str | None, more: set[str]) -> None:
    scores = qlq_cr29(sex, stoma, *[2] * len(CR29_ITEMS))
    assert {name for name, score in scores.items() if score is not None} == ASKED_OF_ALL | more


def test_best_and_worst_answers_reach_both_ends_of_every_cr29_scale() -> None:
    for sex in "MF":
        sexual = {56, 58}
        best = qlq_cr29(sex, "Y", *(4 if n in sexual else 1 for n in CR29_ITEMS))
        worst = qlq_cr29(sex, "Y", *(1 if n in sexual else 4 for n in CR29_ITEMS))
        for name in best:
            expected = (100, 0) if name in CR29_GOOD_WHEN_HIGH else (0, 100)
            assert (best[name], worst[name]) in (expected, (None, None))


@given(
    st.sampled_from(("M", "F", None)),
    st.sampled_from(("Y", "N", None)),
    st.tuples(*[st.none() | st.integers(1, 4)] * len(CR29_ITEMS)),
)
def test_every_cr29_score_lies_in_0_to_100(sex: str | None, stoma: str | None, answers: tuple[int | None, ...]) -> None:
    assert all(score is None or 0 <= score <= 100 for score in qlq_cr29(sex, stoma, *answers).values())
