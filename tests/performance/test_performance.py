"""The validation as a whole: who is counted, which call counts, when nothing is shown, and that nothing is ever fitted anew."""

import ast
import dataclasses
import datetime
from pathlib import Path

import numpy as np
import pytest

from analysis import model_consort as model_consort_module
from analysis import performance as front
from analysis.accuracy import fourfold
from analysis.called import Person
from analysis.discrimination import auc
from analysis.model_consort import asked, due, model_consort, validated
from analysis.performance import FEWEST, performance, strata
from tests.import_graph import graph, sources
from tests.performance.people import CUT, DIGEST, OPENED, THRESHOLD, call, crowd, found, person, training
from trial.actions import predict

ROOT = Path(front.__file__).resolve().parents[1]


def judge(everyone, **given):
    return performance(everyone, cut=CUT, study="VIGIL-1", **({"reference": None} | given))


def test_the_flow_adds_up_from_step_to_step():
    c = found().consort
    assert c["RESTAGED"] == c["UNASKED"] + c["REFUSED"] + c["ANSWERED"] == 424
    assert c["ANSWERED"] == c["OTHER"] + c["THIS"]
    assert c["THIS"] == c["UNDECIDED"] + c["YOUNG"] + c["MATURE"]
    assert c["MATURE"] == c["UNVERIFIED"] + c["VALIDATED"] and found().n == c["VALIDATED"]
    assert (c["UNASKED"], c["REFUSED"]) == (1, 3)
    assert min(c["YOUNG"], c["UNVERIFIED"], c["VALIDATED"]) > 0


def test_refusals_are_counted_by_what_was_lacking():
    c = found().consort
    assert dict(c.refused) == {"INPUTS": 2, "MODEL": 1}
    assert dict(c.lacking) == {"RAD.RADFILE:morph_volume@RESTAGING": 2, "MRI0.MRF": 2}
    assert dict(c.missing) == {"ctDNA": sum(bool(p.call.missing) for p in crowd())}


def test_the_word_for_a_model_that_was_not_there_is_that_of_the_call():
    assert model_consort_module.UNAVAILABLE == predict.UNAVAILABLE


def test_the_first_answer_counts_and_not_a_later_one_nor_a_refused_one():
    refused = call(None, refused=("MRI0.MRF",))
    p = person(calls=(refused, call(0.2, number=2), call(0.9, number=3)))
    assert p.call.probability == 0.2
    assert model_consort([p], DIGEST)["AGAIN"] == 1 and model_consort([p], DIGEST)["REFUSED"] == 0


def test_another_models_first_answer_is_not_counted_even_if_this_one_answered_later():
    p = person(calls=(call(0.2, digest="cd" * 32), call(0.9, number=2)), complete=True)
    assert asked(p, DIGEST) is None and validated([p], DIGEST) == ()
    assert model_consort([p], DIGEST)["OTHER"] == 1


@pytest.mark.parametrize(
    ("given", "counted", "is_due"),
    [
        ({"complete": True}, True, True),
        ({"complete": False}, True, True),
        ({"complete": None}, False, True),
        ({"complete": True, "mature": False}, False, False),  # known early only because they were operated on
        ({"complete": True, "calls": ()}, False, False),
    ],
)
def test_who_is_validated(given, counted, is_due):
    p = person(**({"calls": (call(0.6),)} | given))
    assert (validated([p], DIGEST) == (p,), due([p], DIGEST) == (p,)) == (counted, is_due)


def test_the_numbers_are_those_of_the_measures_on_the_validated():
    kept = validated(crowd(), DIGEST)
    y, p = [k.response.complete for k in kept], [k.call.probability for k in kept]
    assert found().whole.auc == auc(y, p)
    assert found().whole.accuracy.table == fourfold(y, p, THRESHOLD)
    assert (found().n, found().events) == (len(kept), sum(y))
    assert found().model.threshold == THRESHOLD


def test_the_order_of_people_does_not_matter():
    turned = judge(crowd()[::-1])
    assert turned.whole == judge(crowd()).whole and turned.cusum == judge(crowd()).cusum


def few(events, others):
    return [person(k, calls=(call(round(0.3 + 0.001 * k, 6)),), complete=k < events) for k in range(events + others)]


@pytest.mark.parametrize(
    ("events", "others", "shown"),
    [(0, 0, False), (9, 40, False), (40, 9, False), (FEWEST, FEWEST, True), (0, 50, False)],
)
def test_fewer_than_ten_of_either_outcome_are_too_few_for_any_number(events, others, shown):
    made = judge(few(events, others))
    assert made.enough is shown
    assert all((part is not None) is shown for part in (made.whole, made.unverified))
    assert (made.n, made.events) == (events + others, events)


def test_without_any_call_there_is_no_model_and_no_number():
    made = judge([person(1), person(2, calls=(call(None, refused=("MRI0.MRF",)),))])
    assert (made.model, made.whole, made.strata, made.readers, made.regrowth) == (None, None, (), None, None)
    assert made.cusum.why and not made.quarters
    assert judge([]).consort["RESTAGED"] == 0


def test_a_small_stratum_says_too_few_and_gives_no_number():
    rows = {(s.kind, s.level): s for s in found().strata}
    small, large = rows["site", "03"], rows["site", "01"]
    assert 0 < small.n < 2 * FEWEST
    assert (small.auc.value, small.auc.reason, small.calibration, small.accuracy) == (None, "too few", None, None)
    assert large.auc.value is not None and large.calibration is not None


def test_strata_partition_the_validated_and_missing_modalities_do_not_claim_to():
    for kind in ("site", "sex", "age", "ct", "regimen", "msi"):
        assert sum(s.n for s in found().strata if s.kind == kind) == found().n
    lacking = {s.level: s.n for s in found().strata if s.kind == "missing"}
    assert sum(lacking.values()) == found().n  # here one modality can be missing at most
    twice = [person(k, calls=(call(0.5, missing=("ctDNA", "radiomics")),), complete=True) for k in range(3)]
    assert {(s.level, s.n) for s in strata(twice, 0.5) if s.kind == "missing"} == {
        ("ctDNA", 3),
        ("radiomics", 3),
        ("", 0),
    }


def test_levels_come_in_the_order_of_their_words_and_unknown_last():
    assert [s.level for s in found().strata if s.kind == "ct"] == ["T12", "T3", "T4"]
    assert [s.level for s in found().strata if s.kind == "msi"][-1] == "UNKNOWN"
    assert [s.level for s in found().strata if s.kind == "site"] == ["01", "02", "03"]


def test_regrowth_is_told_only_of_people_who_were_watched():
    assert found().regrowth_n == sum(p.regrowth is not None for p in crowd()) == found().regrowth.n
    assert 0.5 < found().regrowth.auc_1.value < 1
    assert judge([dataclasses.replace(p, regrowth=None) for p in crowd(60)]).regrowth is None


def test_clinicians_are_compared_on_the_people_they_judged():
    crowded = [dataclasses.replace(p, own=None) if k % 3 else p for k, p in enumerate(crowd())]
    made = judge(crowded)
    assert made.readers.n == sum(p.own is not None for p in validated(crowded, DIGEST)) < made.n
    assert found().readers.n == found().n


def test_the_planted_miscalibration_and_the_still_inputs_are_seen():
    c = found().whole.calibration
    assert c.in_the_large.upper < 0 and c.o_to_e.upper < 1  # predictions were made to run too high
    assert not any(s.moved for s in found().shifts)
    moved = judge(crowd(shift=12.0), reference=training()).shifts
    assert [s.name for s in moved if s.moved] == ["distance"]


def test_a_reference_of_another_model_is_refused():
    with pytest.raises(ValueError, match="another model"):
        judge(crowd(30), reference=dataclasses.replace(training(), digest="cd" * 32))


def test_one_model_has_one_threshold():
    with pytest.raises(ValueError, match="thresholds"):
        judge([person(1, calls=(call(0.5),)), person(2, calls=(call(0.5, threshold=0.6),))])


def test_without_a_reference_no_input_is_judged_and_it_shows():
    made = judge(crowd(60))
    assert made.shifts == () and made.reference is None


def test_quarters_follow_the_decision():
    q = found().quarters
    assert [each.name for each in q] == sorted(each.name for each in q)
    assert q[0].name == "2026 Q3" and sum(each.n for each in q) == found().n


# No re-fit, ever.

MODULES = (
    "performance", "called", "model_consort", "estimable", "discrimination", "calibration", "net_benefit", "accuracy",
    "competing_auc", "unverified", "reader_study", "model_drift", "logistic",
)  # fmt: skip


def test_nothing_here_reaches_what_trains_or_runs_a_model():
    imports = graph(sources(ROOT, ["analysis"]))
    for name in MODULES:
        reached = imports[f"analysis.{name}"]
        assert not [
            m for m in reached if m.startswith(("sklearn", "skl2onnx", "onnx", "trial.frozen", "trial.prediction"))
        ], name


def test_nobody_calls_anything_fit_but_the_line_that_describes_calibration():
    """`logistic` serves calibration, propensities and the timing of surgery; calibration turns no probability into another."""
    users = {
        path.name
        for path in (ROOT / "analysis").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "analysis.logistic"
    }
    assert users == {"calibration.py", "comparing.py", "timing.py"}
    for name in MODULES:
        text = (ROOT / "analysis" / f"{name}.py").read_text("utf-8")
        assert ".fit(" not in text and "recalibrat" not in text, name


def test_predictions_come_out_as_they_went_in():
    """A call is frozen, arrays are not written to, and the same people give the same validation twice."""
    people = crowd(80)
    before = [p.call.probability for p in people]
    once = judge(people)
    assert [p.call.probability for p in people] == before and judge(people) == once
    with pytest.raises(dataclasses.FrozenInstanceError):
        people[0].call.probability = 0.5


def test_a_perfectly_recalibrated_world_is_still_reported_as_miscalibrated():
    """If the slope that is reported were applied anywhere, this slope would come out as 1."""
    chance = np.random.default_rng(3)
    odds = chance.normal(0, 1.5, 600)
    happened = chance.random(600) < 1 / (1 + np.exp(-0.5 * odds))
    people = [
        person(k, calls=(call(round(float(1 / (1 + np.exp(-o))), 6)),), complete=bool(h))
        for k, (o, h) in enumerate(zip(odds, happened, strict=True))
    ]
    for _ in range(2):
        assert judge(people).whole.calibration.slope.upper < 0.75


def test_a_person_without_a_decision_is_not_yet_anything():
    p: Person = person(calls=(call(0.7),), decided=None, mature=False)
    assert model_consort([p], DIGEST)["UNDECIDED"] == 1 and validated([p], DIGEST) == ()
    assert OPENED < CUT.on and isinstance(OPENED, datetime.date)
