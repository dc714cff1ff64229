"""Protocol 1.0: each parameter once, as the sections give it; an amendment is another value."""

import json
from dataclasses import FrozenInstanceError, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.codelists.baseline import REGIMEN, REGIMENS_WITH_IO
from tests.spec.people import person
from trial import soa
from trial.allocation import Minimisation, PermutedBlocks, PlanInvalid
from trial.criteria import registered
from trial.eligibility import assess
from trial.protocol import PROTOCOL, Window, around, plan_for, weeks, within

SECTION_3 = {
    "screening": (0, 28), "cycle": (-3, 3), "end_of_therapy": (0, 7), "restaging_after_radiotherapy": (56, 84),
    "restaging_after_drugs": (21, 35), "reassessment": (42, 84), "decision": (0, 14), "operation": (0, 56), "salvage": (0, 84),
    "management": (56, 70), "pathology": (0, 30),
}  # fmt: skip


@pytest.mark.parametrize(("name", "span"), SECTION_3.items())
def test_windows_of_section_3(name, span):
    window = getattr(PROTOCOL.windows, name)
    assert (window.low, window.high) == span
    assert window.low <= window.due <= window.high


def test_every_window_of_the_protocol_is_in_the_table_above():
    assert {f.name for f in fields(PROTOCOL.windows) if isinstance(getattr(PROTOCOL.windows, f.name), Window)} == set(
        SECTION_3
    )


def test_visits_by_days_around_a_planned_one():
    w = PROTOCOL.windows
    assert (w.postoperative["PO30"], w.postoperative["PO90"]) == (around(30, 7), around(90, 14))
    assert (w.near_complete["NC07"], w.near_complete["NC20"]) == (around(49, 7), around(140, 7))
    assert w.planned_decision_days == 16 * 7


def test_follow_up_visits_are_those_of_the_schedule():
    assert [f"FU{m:02d}" for m in PROTOCOL.windows.follow_up_months] == [e for e in soa.events() if e.startswith("FU")]
    assert {m: PROTOCOL.windows.follow_up_tolerance(m) for m in (3, 24, 30, 60)} == {3: 14, 24: 14, 30: 28, 60: 28}


def test_words_for_windows():
    assert weeks(8, 12) == Window(56, 56, 84)
    assert weeks(6, 12, due=8) == Window(42, 56, 84)
    assert within(14) == Window(0, 14, 14)
    assert around(30, 7) == Window(23, 30, 37)


def test_randomisation_of_section_6():
    r = PROTOCOL.randomisation
    assert (r.method, r.bias, r.block_sizes, r.days_after_decision) == ("minimisation", 0.80, (4, 6), 14)


def test_plans_are_made_of_what_is_stored():
    stored = json.loads(json.dumps(PROTOCOL.randomisation_parameters()))
    minimisation, blocks = plan_for("minimisation", stored), plan_for("blocks", stored)
    assert isinstance(minimisation, Minimisation)
    assert [f.name for f in minimisation.factors] == ["site", "response", "ct", "regimen"]
    assert minimisation.study == PROTOCOL.study_id
    assert isinstance(blocks, PermutedBlocks)
    assert [f.name for f in blocks.factors] == ["response", "regimen"]
    assert blocks.sizes == (4, 6)


def test_a_method_nobody_knows_is_refused():
    with pytest.raises(PlanInvalid, match="coin"):
        plan_for("coin", PROTOCOL.randomisation_parameters())


def test_design_of_section_8():
    d = PROTOCOL.design
    assert (d.events, d.events_fixed, d.randomised, d.enrolled) == (99, 97, 440, 2200)
    assert d.enrolled * d.responders * d.model_positive * d.accepting == d.randomised
    assert round(d.events_fixed * d.inflation) == d.events
    assert (d.looks, d.futility_conditional_power, d.stop_regrowth_2_years, d.stop_r0) == (
        (0.5, 0.75),
        0.15,
        0.40,
        0.80,
    )


def test_the_margin_in_hazard_ratio_follows_from_the_margin_in_points():
    from math import log

    d = PROTOCOL.design
    worse = d.control_at_3_years - d.margin
    assert log(worse) / log(d.control_at_3_years) == pytest.approx(d.margin_hazard_ratio, abs=0.005)


@given(st.floats(-10, 200), st.floats(-10, 200))
def test_planned_accrual_only_grows_and_ends_at_the_target(a, b):
    d = PROTOCOL.design
    early, late = sorted((a, b))
    assert 0 <= d.planned_randomised(early) <= d.planned_randomised(late) <= d.randomised
    assert d.planned_enrolled(d.accrual_months) == d.enrolled
    assert d.planned_randomised(d.accrual_months / 2) == d.randomised / 2


def test_safety_of_section_9():
    s = PROTOCOL.safety
    assert (s.site_hours, s.urgent_days, s.urgent_follow_up_days, s.other_days) == (24, 7, 8, 15)
    assert (s.after_chemoradiotherapy, s.after_immunotherapy, s.after_decision, s.after_operation) == (30, 90, 90, 90)


def test_every_regimen_is_planned_and_says_whether_it_holds_immunotherapy():
    assert set(PROTOCOL.regimens) == set(REGIMEN.values)
    assert {code for code, r in PROTOCOL.regimens.items() if r.immunotherapy} == set(REGIMENS_WITH_IO)
    for code, regimen in PROTOCOL.regimens.items():
        assert regimen.label == REGIMEN.decode(code)
        assert regimen.days >= regimen.radiotherapy_days


def test_the_protocol_cannot_be_changed_in_place():
    with pytest.raises(FrozenInstanceError):
        PROTOCOL.version = "1.1"  # type: ignore[misc]


@pytest.mark.parametrize(("limit", "eligible"), [(100, False), (120, True), (119, False)])
def test_an_amendment_is_another_value_and_judges_by_its_own_limits(limit, eligible):
    limits = replace(PROTOCOL.limits, distance_mm=limit)
    amended = replace(PROTOCOL, version="2.0", limits=limits, criteria=registered(limits))
    record = person(MRI0={"DISTAV": 120})
    assert assess(amended, record).eligible is eligible
    assert assess(PROTOCOL, record).eligible is False
