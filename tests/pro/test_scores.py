"""Every score as data: that range, direction and items are those of the forms that derive it, and what change matters."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import pro_scores
from analysis.pro_scores import BETTER, BY_ID, FUNCTION, MEASURES, SUM, SYMPTOM, UNCHANGED, WORSE, measures_of
from forms import catalogue
from forms.derivations.quality_of_life import QLQ_C30, QLQ_CR29, SUMMED, c30_summary, qlq_c30
from trial.blinding import QLQ29_STOMA

D = Decimal


def test_the_c30_has_15_scales_and_the_summary_score() -> None:
    assert [m.code for m in measures_of("QLQ30")] == [*(s.name for s in QLQ_C30), "SUM"]


def test_every_scale_of_the_cr29_is_a_measure_and_those_routed_by_a_stoma_are_two() -> None:
    found = measures_of("QLQ29")
    assert {m.code for m in found} == {s.name for s in QLQ_CR29}
    assert {m.code for m in found if m.stoma == "N"} == {"SF", "FL", "FI", "SS", "EMB"}
    assert {m.code for m in found if m.stoma == "Y"} == {"SF", "FL", "FI", "SS", "EMB", "STO"}


def test_ids_are_unique_and_fit_a_paramcd() -> None:
    assert len(BY_ID) == len(MEASURES) == 16 + 23 + 5 + 2
    assert all(len(m.id) <= 8 and m.id.isalnum() and m.id.isupper() for m in MEASURES)


def test_every_item_is_an_item_of_its_form() -> None:
    for measure in MEASURES:
        assert set(measure.items) <= {item.oid for item in catalogue.current(measure.form).items}


def test_every_measure_has_words_a_source_and_a_rule_for_missing_items() -> None:
    for m in MEASURES:
        assert all((str(m.label), m.source, str(m.rule), str(m.important_source)))
        assert m.kind in (FUNCTION, SYMPTOM, SUM) and (m.low, m.high) in {(0, 100), (0, 42), (0, 20)}


@pytest.mark.parametrize("measure", measures_of("QLQ30")[:15], ids=lambda m: m.id)
def test_the_direction_is_that_in_which_the_derived_score_moves(measure: pro_scores.Measure) -> None:
    """Everybody's best answers give 100 on what rises and 0 on what does not."""
    best = qlq_c30(*[1] * 28, 7, 7)[measure.code]
    assert best == (measure.high if measure.rises else measure.low)


def test_lars_and_wexner_are_better_low_need_every_item_and_leave_stoma_out() -> None:
    for name, top in (("LARS", 42), ("WEXNER", 20)):
        m = BY_ID[name]
        assert (m.rises, m.high, m.rule, m.stoma, m.important) == (False, top, pro_scores.WHOLE, "N", None)


@pytest.mark.parametrize(
    ("name", "change", "want"),
    [
        ("C30PF", 10, BETTER),
        ("C30PF", 9.99, UNCHANGED),
        ("C30PF", 0, UNCHANGED),
        ("C30PF", -9.99, UNCHANGED),
        ("C30PF", -10, WORSE),
        ("C30PF", 93.33 - 83.33, BETTER),
        ("C30PF", 83.33 - 93.33, WORSE),
        ("C30SUM", 71.54 - 81.54, WORSE),
        ("C30FA", 10, WORSE),
        ("C30FA", -10, BETTER),
        ("C30QL", -16.67, WORSE),
        ("C29SEXM", 33.33, BETTER),
        ("LARS", 20, None),
        ("WEXNER", -8, None),
    ],
)
def test_ten_points_matter_in_the_direction_of_the_scale(name: str, change: float, want: str | None) -> None:
    """Ten points between two scores are ten, though as doubles they may be 9.999999999999986."""
    assert BY_ID[name].response(change) == want


@given(st.sampled_from([m for m in MEASURES if m.important]), st.floats(-100, 100))
def test_better_turned_round_is_worse(measure: pro_scores.Measure, change: float) -> None:
    turned = {BETTER: WORSE, WORSE: BETTER, UNCHANGED: UNCHANGED}
    assert measure.response(-change) == turned[measure.response(change) or UNCHANGED]


def test_what_tells_an_arm_is_what_the_protocol_hides() -> None:
    telling = {m.id for m in MEASURES if m.tells_arm}
    by_stoma = {m.id for m in MEASURES if {f"QLQ29.{i}" for i in m.items} & QLQ29_STOMA and m.form == "QLQ29"}
    assert telling == by_stoma | {"LARS", "WEXNER"} and len(by_stoma) == 11
    assert not any(m.tells_arm for m in measures_of("QLQ30"))


def test_the_summary_score_is_the_mean_of_13_scales_with_symptoms_turned_round() -> None:
    """Giesinger 2016: (PF + RF + EF + CF + SF + 8 symptoms as 100 less the score) / 13."""
    scores = {s.name: D(0) for s in QLQ_C30} | {"PF": D(80), "RF": D(70), "EF": D(60), "CF": D(50), "SF": D(40)}
    scores |= {"FA": D(30), "NV": D(10)}
    assert c30_summary(scores) == D("81.54")  # (300 + 70 + 90 + 6 x 100) / 13 = 1060 / 13


def test_the_summary_needs_each_of_the_13_and_none_of_the_other_two() -> None:
    whole = {s.name: D(50) for s in QLQ_C30}
    assert {s.name for s in QLQ_C30} - {s.name for s in SUMMED} == {"QL", "FI"}
    assert c30_summary(whole | {"QL": None, "FI": None}) == D(50)
    for scale in SUMMED:
        assert c30_summary(whole | {scale.name: None}) is None


@given(st.tuples(*[st.integers(1, 4)] * 28, *[st.integers(1, 7)] * 2))
def test_the_summary_of_a_complete_questionnaire_lies_in_0_to_100(answers: tuple[int, ...]) -> None:
    score = c30_summary(qlq_c30(*answers))
    assert score is not None and 0 <= score <= 100
