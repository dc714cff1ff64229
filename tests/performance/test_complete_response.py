"""Complete response by 12 months, rule by rule (PROTOCOL 5): a table, the days at which it turns, and the simulated lives."""

import pytest

from trial.complete_response import CLEAR, CLEAR_FROM, DAYS, DEATH, METASTASIS, REGROWTH, SPECIMEN
from trial.complete_response import Resected as Op
from trial.complete_response import complete_response as of
from trial.simulate.truth import draw

T0 = ("ypT0", "ypN0")


def told(**given):
    found = of(**given)
    return found.complete, found.told_by


def test_the_protocol_counts_to_day_365_and_clear_examinations_from_day_351():
    assert (DAYS, CLEAR_FROM) == (365, 351)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, (None, None)),
        ({"resected": [Op(20, *T0)]}, (True, SPECIMEN)),
        ({"resected": [Op(20, "ypT1", "ypN0")]}, (False, SPECIMEN)),
        ({"resected": [Op(20, "ypTis", "ypN0")]}, (False, SPECIMEN)),
        ({"resected": [Op(20, "ypT0", "ypN1a")]}, (False, SPECIMEN)),
        ({"resected": [Op(20, None, None)]}, (None, None)),  # not reported yet
        ({"resected": [Op(20, "ypT0", "ypNx")]}, (None, None)),  # a local excision tells nothing of nodes
        ({"resected": [Op(20, "ypT2", "ypNx")]}, (False, SPECIMEN)),
        ({"resected": [Op(365, *T0)]}, (True, SPECIMEN)),
        ({"resected": [Op(366, *T0)]}, (None, None)),
        ({"resected": [Op(200, "ypT2", "ypN0"), Op(20, *T0)]}, (True, SPECIMEN)),  # the first
        ({"confirmed": [100], "suspected": [90]}, (False, REGROWTH)),
        ({"confirmed": [365], "suspected": [352]}, (False, REGROWTH)),
        ({"confirmed": [366], "suspected": [352]}, (None, None)),
        (
            {"confirmed": [100], "suspected": [90], "resected": [Op(130, *T0)]},
            (False, REGROWTH),
        ),  # whatever the specimen
        ({"confirmed": [100], "suspected": [90], "resected": [Op(100, *T0)]}, (False, REGROWTH)),  # not before it
        ({"confirmed": [100], "suspected": [90], "resected": [Op(99, *T0)]}, (True, SPECIMEN)),
        ({"clear": [350]}, (None, None)),
        ({"clear": [351]}, (True, CLEAR)),
        ({"clear": [90, 500]}, (True, CLEAR)),
        ({"clear": [351], "confirmed": [400], "suspected": [380]}, (True, CLEAR)),  # afterwards changes nothing
        ({"clear": [400], "confirmed": [410], "suspected": [380]}, (None, None)),
        ({"clear": [355], "suspected": [340]}, (None, None)),  # worked up still
        ({"clear": [380], "resected": [Op(370, *T0)]}, (None, None)),
        ({"clear": [380], "resected": [Op(390, *T0)]}, (True, CLEAR)),
        ({"metastases": [200]}, (False, METASTASIS)),
        ({"metastases": [365]}, (False, METASTASIS)),
        ({"metastases": [366]}, (None, None)),
        ({"metastases": [200], "clear": [360]}, (False, METASTASIS)),
        ({"metastases": [362], "clear": [360]}, (True, CLEAR)),
        ({"metastases": [366], "clear": [370]}, (True, CLEAR)),
        ({"metastases": [200], "resected": [Op(30, *T0)]}, (True, SPECIMEN)),
        ({"died": 300}, (False, DEATH)),
        ({"died": 366}, (None, None)),
        ({"died": 361, "clear": [360]}, (True, CLEAR)),
        (
            {"died": 300, "resected": [Op(30, "ypT0", None)]},
            (None, None),
        ),  # the specimen would tell, and is not reported
    ],
)
def test_each_rule_and_its_boundaries(given, expected):
    assert told(**given) == expected


def test_what_comes_later_in_a_list_does_not_matter():
    assert told(clear=[351, 400, 500]) == told(clear=[500, 351])
    assert told(metastases=[500, 100]) == (False, METASTASIS)


def _of_life(truth):
    """The rule applied to a simulated life under the management its response calls for."""
    course, decided = truth.course("WW" if truth.response in ("CCR", "NCR") else "TME"), truth.choice.day
    grown = course.regrowth
    return of(
        resected=[Op(o.day - decided, o.specimen.ypt, o.specimen.ypn) for o in course.operations],
        confirmed=[grown.confirmed - decided] if grown else (),
        suspected=[grown.suspected - decided] if grown else (),
        clear=[
            v.day - decided for v in course.visits if v.mode == "VISIT" and (not grown or v.day < grown.suspected)
        ],
        metastases=[course.metastasis.day - decided] if course.metastasis else (),
        died=course.death.day - decided if course.death else None,
    )  # fmt: skip


def test_simulated_lives_have_the_outcome_their_truth_says():
    """The simulation's own words, written before this rule, call a death after the clear examination "no": nothing else differs."""
    lives = [t for i in range(500) if (t := draw(20260101, i)).choice is not None]
    differing = [
        t for t in lives
        if _of_life(t).complete != t.complete_response("WW" if t.response in ("CCR", "NCR") else "TME")
    ]  # fmt: skip
    assert len(lives) > 350
    for t in differing:
        clear, lost = _of_life(t), t.complete_response("WW")
        assert (clear.complete, clear.told_by, lost) == (True, CLEAR, False)
    assert len(differing) <= 2
