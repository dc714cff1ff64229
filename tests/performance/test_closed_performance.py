"""How outcomes became known, for the unblinded: each way by itself, and too few where they are."""

import dataclasses

import pytest

from analysis.closed_performance import ways_known, ways_table
from analysis.model_consort import validated
from tests.performance.people import DIGEST, call, crowd, person
from trial.complete_response import CLEAR, DEATH, METASTASIS, REGROWTH, SPECIMEN, Response


def told(by, complete, k=0):
    return dataclasses.replace(person(k, calls=(call(0.5),)), response=Response(complete, by))


@pytest.mark.parametrize(("by", "place"), [(SPECIMEN, 0), (CLEAR, 1), (REGROWTH, 1), (METASTASIS, 2), (DEATH, 2)])
def test_every_way_has_its_row(by, place):
    assert [w.n for w in ways_known([told(by, False)], DIGEST)] == [int(k == place) for k in range(3)]


def test_the_ways_part_the_validated():
    ways = ways_known(crowd(), DIGEST)
    kept = validated(crowd(), DIGEST)
    assert sum(w.n for w in ways) == len(kept)
    assert sum(w.events for w in ways) == sum(bool(p.response.complete) for p in kept)
    assert ways[0].auc.value is not None


def test_nobody_and_few_give_no_number():
    nobody, few = ways_known([], DIGEST)[0], ways_known([told(SPECIMEN, True)], DIGEST)[0]
    assert (nobody.predicted, nobody.auc.value, nobody.o_to_e.reason) == (None, None, "too few")
    assert (few.n, few.auc.value, few.o_to_e.value) == (1, None, None)
    assert [len(row) for row in ways_table(ways_known([], DIGEST)).rows] == [6, 6, 6]
