"""Quality of life by arm: the numbers by hand, an arm with nobody, one visit only, nothing answered; never a silent number."""

import functools
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from analysis import closed_pro_outputs
from analysis.closed_comparisons import Missing
from analysis.closed_outputs import CLOSED
from analysis.closed_pro import AFTER, ARMS, arms_of, by_arm, compared, gray_of, responders
from analysis.courses import course_rows
from analysis.differences import miettinen_nurminen
from analysis.endpoints import derive_all
from analysis.estimands import RANDOMISATION
from analysis.gray import gray_test
from analysis.outputs import OPEN
from analysis.pro_answers import Score, questionnaires, scores
from analysis.pro_deterioration import deterioration
from analysis.pro_scores import BETTER, BY_ID, WORSE
from tests.pro.house import extract
from tests.pro.made_trial import made
from tests.pro.test_outputs import content, text

GOLDEN = Path(__file__).parent / "golden"
OUTPUTS = closed_pro_outputs.OUTPUTS
EACH = pytest.mark.parametrize("output", OUTPUTS, ids=[o.id for o in OUTPUTS])
PF, FA, LARS = BY_ID["C30PF"], BY_ID["C30FA"], BY_ID["LARS"]
DRAWN = {who: "WW" if i % 2 else "TME" for i, who in enumerate("ABCDEFGH")}


def given(measure=PF, **visits):
    """Scores of A to H at each visit named; None: no score."""
    return tuple(
        Score(who, "01", event, measure, date(2027, 1, 11), float(value))
        for event, row in visits.items()
        for who, value in zip("ABCDEFGH", row, strict=False)
        if value is not None
    )


DEC = (80, 70, 60, 90, 50, 75, 65, 85)
FU06 = (70, 72, 66, 71, 62, 80, 61, 95)
FU12 = (75, 77, 68, 79, 52, 83, 57, 90)


@functools.cache
def plain(output):
    return output.make(made(), str)


@EACH
def test_the_text_is_the_one_that_was_reviewed(output):
    assert text(plain(output)) == (GOLDEN / f"{output.id}.txt").read_text("utf-8")


@EACH
def test_every_table_names_the_randomised_of_each_arm(output):
    assert {t.denominator for t in plain(output).tables} == {"All 6 randomised, by allocation: WW 3, TME 3."}


@EACH
@pytest.mark.parametrize("of", [extract(), made((None,) * 6)], ids=["nobody", "nobody randomised"])
def test_where_nobody_was_randomised_it_is_said_in_words(output, of):
    shown = output.make(of, str)
    assert {t.denominator for t in shown.tables} == {"All 0 randomised, by allocation: WW 0, TME 0."}
    whole = text(shown)
    assert "not estimable" in whole or "nobody yet" in whole
    assert not re.search(r"\bnan\b", whole) and "(100.0 %)" not in whole


@pytest.mark.parametrize("of", [made(("WW",) * 6), made(("TME",) * 6)], ids=["no TME", "no WW"])
def test_an_empty_arm_gives_no_difference_and_says_which_it_is(of):
    arms, answers = arms_of(of), tuple(scores(questionnaires(of)))
    empty = next(arm for arm in ARMS if arm not in arms.values())
    found = by_arm(answers, PF, arms)
    assert all(isinstance(d, Missing) and empty in d.problem for d in found.differences.values())
    assert all(isinstance(r.difference, Missing) for r in responders(answers, PF, arms, WORSE))
    assert gray_of(course_rows(of), PF, answers, arms) == Missing(f"nobody in group: {empty}")


@EACH
def test_an_output_of_one_arm_is_made(output):
    assert all("TME 0" in t.denominator for t in output.make(made(("WW",) * 6), str).tables)


def test_an_output_sees_the_arm():
    """Or that an open one does not would prove nothing."""
    other = made(("WW", "TME", "TME", "WW", "WW", "TME"))
    assert all(content(o.make(other, str)) != content(plain(o)) for o in OUTPUTS)


def test_one_visit_only_is_the_analysis_of_covariance():
    """With one score each the variances cannot be told apart, and need not be: least squares on baseline and arm, 8 - 3 degrees."""
    found = by_arm(given(DEC=DEC, FU06=FU06), PF, DRAWN).differences
    x = np.column_stack([np.ones(8), DEC, [DRAWN[who] == "WW" for who in "ABCDEFGH"]]).astype(float)
    y = np.array(FU06, dtype=float)
    best, rest, *_ = np.linalg.lstsq(x, y, rcond=None)
    se = np.sqrt(rest[0] / 5 * np.linalg.inv(x.T @ x)[2, 2])
    assert (found["FU06"].estimate, found["FU06"].se, found["FU06"].df) == (
        pytest.approx(best[2]),
        pytest.approx(se),
        5,
    )
    assert {e: found[e].problem for e in AFTER[1:]} == dict.fromkeys(AFTER[1:], "no score of WW, TME")


def test_a_visit_that_one_arm_has_not_reached_takes_nothing_from_the_others():
    only_tme = [value if DRAWN[who] == "TME" else None for who, value in zip("ABCDEFGH", FU12, strict=True)]
    whole = by_arm(given(DEC=DEC, FU06=FU06, FU12=FU12), PF, DRAWN).differences
    short = by_arm(given(DEC=DEC, FU06=FU06, FU12=only_tme), PF, DRAWN).differences
    assert short["FU12"] == Missing("no score of WW")
    assert short["FU06"] == by_arm(given(DEC=DEC, FU06=FU06), PF, DRAWN).differences["FU06"]
    assert not isinstance(whole["FU12"], Missing) and whole["FU12"].df == 5


def test_the_difference_is_that_of_ww_less_tme():
    more = [value + 10 * (DRAWN[who] == "WW") for who, value in zip("ABCDEFGH", FU06, strict=True)]
    found, other = (by_arm(given(DEC=DEC, FU06=row, FU12=FU12), PF, DRAWN).differences for row in (more, FU06))
    assert found["FU06"].estimate > other["FU06"].estimate
    one = by_arm(given(DEC=DEC, FU06=more), PF, DRAWN).differences["FU06"].estimate
    assert one - by_arm(given(DEC=DEC, FU06=FU06), PF, DRAWN).differences["FU06"].estimate == pytest.approx(10)


@pytest.mark.parametrize(
    ("visits", "why"),
    [
        ({}, "no score of WW, TME"),
        ({"DEC": DEC}, "no score of WW, TME"),
        ({"FU06": FU06}, "no score of WW, TME"),
        ({"DEC": (50,) * 8, "FU06": FU06}, "everybody has the same baseline score"),
        ({"DEC": DEC[:2], "FU06": FU06[:2]}, "fewer than four participants"),
    ],
    ids=["nothing", "no visit after", "no baseline", "no spread at the baseline", "two people"],
)
def test_what_the_scores_do_not_determine_is_said(visits, why):
    assert by_arm(given(**visits), PF, DRAWN).differences["FU06"] == Missing(why)


def test_who_was_not_randomised_is_in_no_number():
    arms = {who: arm for who, arm in DRAWN.items() if who not in "GH"}
    answers = given(DEC=DEC, FU06=FU06)
    found = by_arm(answers, PF, arms)
    assert sum(course[1].n for course in found.courses.values()) == 6
    assert found == by_arm(tuple(s for s in answers if s.participant in arms), PF, arms)


@pytest.mark.parametrize(
    ("measure", "response", "ww", "tme"),
    [
        (PF, BETTER, (1, 4), (1, 4)),
        (PF, WORSE, (1, 4), (1, 4)),
        (FA, BETTER, (1, 4), (1, 4)),
        (FA, WORSE, (1, 4), (1, 4)),
    ],
)
def test_responders_are_of_those_with_both_scores_the_bound_included(measure, response, ww, tme):
    """A -10, B +2, C +6, D -19, E +12, F +5, G -4, H +10."""
    found = responders(given(measure, DEC=DEC, FU06=FU06), measure, DRAWN, response)[0]
    assert found.counts == {"WW": ww, "TME": tme}
    assert found.difference == miettinen_nurminen(ww, tme)


def test_without_an_answer_in_an_arm_there_are_no_responders():
    answers = given(DEC=DEC, FU06=[v if DRAWN[w] == "WW" else None for w, v in zip("ABCDEFGH", FU06, strict=True)])
    assert responders(answers, PF, DRAWN, BETTER)[0].difference == Missing("no score of TME")


def test_gray_is_that_of_the_estimator_on_the_randomised():
    of = made()
    arms, answers, courses = arms_of(of), tuple(scores(questionnaires(of))), course_rows(of)
    table = derive_all(courses, deterioration(PF, answers, baseline="DEC", origin=RANDOMISATION))
    assert (len(table.rows), sorted(table.status)) == (5, [0, 0, 0, 1, 2])
    expected = gray_test(table.days, table.status, [arms[row.participant] for row in table.rows])
    assert gray_of(courses, PF, answers, arms) == expected and expected.p is not None


def test_where_nobody_became_worse_there_is_no_test():
    of = made()
    still = tuple(s for s in scores(questionnaires(of)) if s.event == "DEC")
    assert gray_of(course_rows(of), PF, still, arms_of(of)) == Missing("nobody became worse")


def test_compared_without_anybody_says_so_at_each_visit():
    found, singular = compared({}, {})
    assert tuple(found) == AFTER and not singular and all(isinstance(each, Missing) for each in found.values())


def test_bowel_function_has_means_here_and_no_responders():
    tables = {t.id: t for t in plain(OUTPUTS[1]).tables}
    assert {"pro-change-arm-lars", "pro-change-arm-wex"} <= tables.keys()
    assert any("Emmertsen" in note and "every item" in note for note in tables["pro-change-arm-lars"].footnotes)
    assert any("no effect of it" in note for note in tables["pro-change-arm-lars"].footnotes)
    assert not any("LARS" in row[0] for t in plain(OUTPUTS[2]).tables for row in t.rows)


def test_every_output_is_listed_once_among_the_closed():
    assert set(OUTPUTS) <= set(CLOSED) and not set(OUTPUTS) & set(OPEN)
    assert len({o.id for o in (*CLOSED, *OPEN)}) == len(CLOSED) + len(OPEN)


@EACH
def test_a_figure_is_described_in_a_paragraph_that_does_not_repeat_its_title(output):
    for figure in plain(output).figures:
        assert figure.title not in figure.alt and len(figure.alt) < 700


def test_deterioration_by_arm_is_counted_from_randomisation_though_compared_with_the_decision():
    """PROTOCOL 7: the draw may come 14 days after the baseline questionnaire."""
    of = made()
    later = tuple(
        replace(row, allocation=row.allocation and row.allocation | {"at": row.allocation["at"] + timedelta(10)})
        for row in of.rows
    )
    answers = tuple(scores(questionnaires(of)))
    one, other = (
        derive_all(course_rows(each), deterioration(PF, answers, baseline="DEC", origin=RANDOMISATION))
        for each in (of, extract(*later))
    )
    ended = {row.participant: row.ended_on for row in one.rows}
    assert {row.origin_on for row in other.rows} == {date(2027, 1, 21)}
    assert {row.participant: row.ended_on for row in other.rows} == ended
    assert [a.days - b.days for a, b in zip(one.rows, other.rows, strict=True)] == [10] * len(one.rows)
