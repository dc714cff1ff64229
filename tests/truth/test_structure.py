"""Chapter: what holds for every simulated life, whatever the seed."""

from dataclasses import fields, is_dataclass
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.catalogue import written
from forms.ctcae import terms
from forms.laboratory import TESTS
from tests.truth.lives import candidates, courses, decided, enrolled, lives
from trial.simulate.chance import Dice
from trial.simulate.tables import RADIOMICS, SLIDE, TAXA
from trial.simulate.truth import draw

FORMS = {form.oid: form for form in written()}


def codes(form, item):
    found = next(each for each in FORMS[form].items if each.oid == item).codes
    return {"N", "Y"} if found is None else set(found.values)


def rows(form, group):
    return next(each for each in FORMS[form].groups if each.oid == group)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 10_000))
def test_a_life_depends_on_its_seed_and_number_only(seed, i):
    assert draw(seed, i) == draw(seed, i)


def test_lives_can_be_drawn_in_any_order():
    assert tuple(draw(2026, i) for i in reversed(range(20)))[::-1] == lives()[:20]


def test_another_seed_gives_other_lives():
    assert [t.person for t in lives()[:20]] != [draw(2027, i).person for i in range(20)]


def test_streams_of_two_topics_are_independent():
    assert [Dice(1, 0, 3).uniform() for _ in range(3)] == [Dice(1, 0, 3).uniform() for _ in range(3)]
    assert Dice(1, 0, 3).uniform() != Dice(1, 0, 4).uniform() != Dice(1, 1, 3).uniform()


def test_the_truth_is_made_of_plain_values():
    plain = (str, int, float, bool, type(None))

    def walk(value):
        if is_dataclass(value):
            assert value.__dataclass_params__.frozen
            for each in fields(value):
                walk(getattr(value, each.name))
        elif isinstance(value, tuple):
            for each in value:
                walk(each)
        elif isinstance(value, dict):
            for key, each in value.items():
                assert isinstance(key, str)
                walk(each)
        else:
            assert type(value) in plain, type(value)

    for t in lives()[:40]:
        walk(t)


# --- codes -----------------------------------------------------------------------------------------------------------------

CODED = [
    ("DM.SEX", lambda t: [t.person.sex]),
    ("DM.ETHNIC", lambda t: [t.person.ethnic]),
    ("DM.ECOG", lambda t: [t.person.ecog]),
    ("DM.SMOKE", lambda t: [t.person.smoking]),
    ("MH.HBV", lambda t: [t.history.hbv]),
    ("MH.PREGTEST", lambda t: [t.history.pregnancy_test]),
    ("PATH.BXMETH", lambda t: [t.biopsy.method]),
    ("PATH.HISTO", lambda t: [t.biopsy.histology]),
    ("PATH.GRADE", lambda t: [t.biopsy.grade]),
    ("PATH.QCSLIDE", lambda t: [t.biopsy.slide_qc]),
    ("MRI0.FIELD", lambda t: [t.mri.field]),
    ("MRI0.CTCAT", lambda t: [t.mri.ct]),
    ("MRI0.CNCAT", lambda t: [t.mri.cn]),
    ("MRI0.MRF", lambda t: [t.mri.mrf]),
    ("MRI0.EMVI", lambda t: [t.mri.emvi]),
    ("CT0.CTMOD", lambda t: [t.ct.modality]),
    ("CT0.CM", lambda t: [t.ct.cm]),
    ("CT0.METSITE", lambda t: t.ct.sites),
    ("PLAN.REGIMEN", lambda t: [t.plan.regimen]),
    ("MOL.MOLMETH", lambda t: t.molecular.methods),
    ("MOL.MMR", lambda t: [t.molecular.mmr]),
    ("MOL.RAS", lambda t: [t.molecular.ras]),
    ("MOL.BRAF", lambda t: [t.molecular.braf]),
    ("MOL.CMS", lambda t: [t.molecular.cms]),
    ("RAD.RADQC", lambda t: [o.radiomics.qc for o in t.omics.values() if o.radiomics]),
    ("RAD.RADSEG", lambda t: [o.radiomics.segmentation for o in t.omics.values() if o.radiomics]),
    ("MIC.MICMETH", lambda t: [o.stool.method for o in t.omics.values() if o.stool]),
    ("LBX.CDNARES", lambda t: [o.plasma.result for o in t.omics.values() if o.plasma]),
    ("LBX.CDNAASY", lambda t: [o.plasma.assay for o in t.omics.values() if o.plasma]),
    ("RT.RTREAS", lambda t: [t.therapy.radiotherapy.reason] if t.therapy else []),
    ("EX.EXTRT", lambda t: [c.drug for c in t.therapy.cycles] if t.therapy else []),
    ("EX.EXADJ", lambda t: [a for c in t.therapy.cycles for a in c.changes] if t.therapy else []),
    ("EX.EXADJR", lambda t: [c.reason for c in t.therapy.cycles] if t.therapy else []),
    ("RST.DRE", lambda t: [r.dre for r in t.restagings]),
    ("RST.ENDO", lambda t: [r.endoscopy for r in t.restagings]),
    ("RST.MRIRESP", lambda t: [r.mri for r in t.restagings]),
    ("RST.MRTRG", lambda t: [r.mrtrg for r in t.restagings]),
    ("RST.DWI", lambda t: [r.dwi for r in t.restagings]),
    ("RST.YCT", lambda t: [r.yct for r in t.restagings]),
    ("RST.YCN", lambda t: [r.ycn for r in t.restagings]),
    ("RST.YCM", lambda t: [r.ycm for r in t.restagings]),
    ("RST.BX", lambda t: [r.biopsy for r in t.restagings]),
    ("RST.RESP", lambda t: [r.response for r in t.restagings]),
    ("PRE.PRESTRAT", lambda t: [t.choice.intended] if t.choice else []),
    ("DEC.PREFER", lambda t: [t.choice.preference] if t.choice else []),
    ("DEC.PREFARM", lambda t: [t.choice.chosen] if t.choice else []),
]

OF_COURSES = [
    ("MGT.MGTSTRT", lambda c: [c.begun]),
    ("FU.FUMODE", lambda c: {v.mode for v in c.visits} - {"MISSED"}),
    ("RGW.RGWSITE", lambda c: [c.regrowth.site] if c.regrowth else []),
    ("RGW.RGWHOW", lambda c: c.regrowth.found_by if c.regrowth else []),
    ("RGW.RGWBX", lambda c: [c.regrowth.histology] if c.regrowth else []),
    ("RGW.SALV", lambda c: [c.regrowth.salvage] if c.regrowth else []),
    ("SUR.SURPROC", lambda c: [o.procedure for o in c.operations]),
    ("SUR.SURAPP", lambda c: [o.approach for o in c.operations]),
    ("SUR.SURREAS", lambda c: [o.reason for o in c.operations]),
    ("YP.YPT", lambda c: [o.specimen.ypt for o in c.operations]),
    ("YP.YPN", lambda c: [o.specimen.ypn for o in c.operations]),
    ("YP.TRG", lambda c: [o.specimen.trg for o in c.operations]),
    ("YP.RSTAT", lambda c: [o.specimen.residual for o in c.operations]),
    ("YP.TMEQ", lambda c: [o.specimen.mesorectum for o in c.operations]),
    ("YP.LVI", lambda c: [o.specimen.lvi for o in c.operations]),
    ("YP.PNI", lambda c: [o.specimen.pni for o in c.operations]),
    ("YP.YPQC", lambda c: [o.specimen.quality for o in c.operations]),
    ("POC.LEAK", lambda c: [o.leak for o in c.operations]),
    ("STO.STOTYPE", lambda c: [o.stoma.kind for o in c.operations if o.stoma]),
    ("STO.STOINT", lambda c: [o.stoma.intended for o in c.operations if o.stoma]),
    ("MET.METSITE", lambda c: c.metastasis.sites if c.metastasis else []),
    ("MET.METTRT", lambda c: [c.metastasis.treatment] if c.metastasis else []),
    ("MET.METCONF", lambda c: c.metastasis.confirmed_by if c.metastasis else []),
    ("LR.LRSITE", lambda c: [c.recurrence.site] if c.recurrence else []),
    ("SPC.SPCTYPE", lambda c: [c.second.kind] if c.second else []),
    ("DTH.DTHCAUS", lambda c: [c.death.cause] if c.death else []),
    ("EOS.EOSREAS", lambda c: [c.end.reason]),
    ("IC.ICWSCOPE", lambda c: c.end.withdrawn_from),
]


@pytest.mark.parametrize(("key", "of"), CODED, ids=[key for key, _ in CODED])
def test_every_code_before_the_decision_is_one_the_form_offers(key, of):
    said = {code for t in lives() for code in of(t)} - {None}
    assert said
    assert said <= codes(*key.split("."))


@pytest.mark.parametrize(("key", "of"), OF_COURSES, ids=[key for key, _ in OF_COURSES])
def test_every_code_after_the_decision_is_one_the_form_offers(key, of):
    said = {code for _, course in courses() for code in of(course)}
    assert said
    assert said <= codes(*key.split("."))


def test_adverse_events_have_a_term_of_ctcae_and_a_grade_the_term_defines():
    events = [e for t in decided() for m in ("WW", "TME") for e in t.adverse_events(m)]
    assert len(events) > 500
    for event in events:
        assert event.grade in terms()[event.term].grades
        assert event.grade < 5
        assert event.end is None or event.start <= event.end
        assert set(event.related) <= codes("AE", "AEREL")
        assert {event.outcome} <= codes("AE", "AEOUT")
        assert {event.action_radiotherapy} <= codes("AE", "AEACNRT")
        assert {event.action_chemotherapy} <= codes("AE", "AEACNCH")
        assert {event.action_immunotherapy} <= codes("AE", "AEACNIO")
        assert (event.outcome == "RECOVERED") == (event.end is not None)
        assert event.serious == ("Y" if event.seriousness else "N")


def test_laboratory_results_have_a_unit_of_their_test_and_a_value_that_is_plausible():
    for t in lives():
        for sample in t.labs:
            assert len({r.test for r in sample.results}) == len(sample.results)
            for result in sample.results:
                low, high = TESTS[result.test].plausible
                assert result.unit in TESTS[result.test].units
                assert low <= result.value <= high, result


def test_no_two_blood_samples_of_one_life_fall_on_one_day():
    for t in lives():
        days = [sample.day for sample in t.labs]
        assert len(set(days)) == len(days)


# --- eligibility -------------------------------------------------------------------------------------------------------------

SIGNS = {
    "IN2": lambda t: t.biopsy.histology == "OTHER" and t.biopsy.histology_other,
    "IN3-I": lambda t: t.mri.ct in ("cT1", "cT2") and t.mri.cn == "cN0",
    "IN3-T4b": lambda t: t.mri.ct == "cT4b",
    "IN3-Tx": lambda t: t.mri.ct == "cTx",
    "IN4": lambda t: t.mri.distance > 100,
    "IN5": lambda t: t.ct.cm == "M1" and t.ct.sites,
    "EX2": lambda t: t.biopsy.synchronous == "Y",
    "EX2-earlier": lambda t: t.history.earlier_crc == "Y" and t.history.prior,
    "EX3": lambda t: t.history.prior[0].kind == "OTHER" and t.history.prior[0].site,
    "IN6": lambda t: t.plan.planned == "N" and t.plan.regimen is None,
}


def test_who_fails_shows_why_and_who_does_not_shows_none_of_it():
    for t in lives(1200):
        shown = {name for name, sign in SIGNS.items() if (name != "EX3" or t.history.prior) and sign(t)}
        # An earlier colorectal cancer is a prior malignancy too.
        assert shown - ({"EX3"} if t.failure == "EX2-earlier" else set()) == ({t.failure} if t.failure else set())
    assert {t.failure for t in lives(1200)} == {None, *SIGNS}


def test_every_eligible_tumour_is_stage_two_or_three():
    for t in enrolled():
        assert t.mri.ct not in ("cTx", "cT4b")
        assert t.mri.cn != "cNx"
        assert (t.mri.ct, t.mri.cn) not in {("cT1", "cN0"), ("cT2", "cN0")}
        assert t.person.age >= 18


def test_a_screen_failure_has_no_life_in_the_trial():
    for t in lives():
        if not t.eligible:
            assert (t.therapy, t.choice, t.watched, t.operated, t.restagings) == (None, None, None, None, ())


# --- tables --------------------------------------------------------------------------------------------------------------------


def test_feature_tables_have_every_declared_feature_and_abundances_sum_to_one():
    for t in lives():
        for omics in t.omics.values():
            if omics.radiomics:
                assert tuple(omics.radiomics.features) == RADIOMICS
            if omics.stool:
                assert tuple(omics.stool.taxa) == TAXA
                assert sum(omics.stool.taxa.values()) == pytest.approx(1, abs=1e-9)
                assert all(0 <= share <= 1 for share in omics.stool.taxa.values())
            if omics.plasma:
                assert (omics.plasma.vaf is not None) == (omics.plasma.result == "DET")
            if omics.slide:
                assert tuple(omics.slide) == SLIDE


def test_without_consent_to_samples_there_is_no_stool_and_no_plasma():
    without = [t for t in lives() if t.consent.samples == "N"]
    assert without
    assert all(o.stool is None and o.plasma is None for t in without for o in t.omics.values())


def test_slide_features_exist_only_of_slides_that_passed():
    for t in lives():
        assert (t.omics["SCR"].slide is not None) == (t.biopsy.slide_qc == "PASS")


def test_images_of_a_restaging_were_taken_on_the_day_of_its_mri():
    for t in decided():
        for each in t.restagings:
            images = t.omics[each.event].radiomics
            assert images is None or images.day == each.mri_day


# --- the order of things ---------------------------------------------------------------------------------------------------------


def test_screening_lies_before_therapy_and_therapy_starts_within_four_weeks():
    for t in enrolled():
        assert -42 <= t.ct.day <= t.plan.eligibility_day
        assert t.biopsy.day < t.biopsy.report_day < 0
        assert t.plan.eligibility_day < t.plan.start_day <= t.therapy.start <= 28
        assert 0 <= t.therapy.start - t.mri.day <= 42


def test_cycles_of_a_drug_are_numbered_without_gap_and_fractions_make_the_dose():
    for t in enrolled():
        for drug in {c.drug for c in t.therapy.cycles}:
            own = [c for c in t.therapy.cycles if c.drug == drug]
            assert [c.number for c in own] == list(range(1, len(own) + 1))
            assert all(a.end < b.start for a, b in pairwise(own))
        rt = t.therapy.radiotherapy
        assert rt.fractions * rt.dose_per_fraction == rt.dose
        assert rt.start <= rt.end
        assert (rt.completed == "N") == (rt.reason is not None)


def test_a_dose_of_nothing_is_an_omitted_one_and_every_change_has_a_reason():
    cycles = [c for t in enrolled() for c in t.therapy.cycles]
    assert any(c.dose == 0 for c in cycles)
    for c in cycles:
        assert (c.dose == 0) == (c.changes == ("OMITTED",))
        assert (c.reason is None) == (c.changes == ("NONE",))
        assert (c.product is not None) == (c.drug == "PD1")


def test_immunotherapy_is_given_where_it_was_planned_and_nowhere_else():
    for t in enrolled():
        assert t.therapy.immunotherapy == t.plan.regimen.endswith("IO")


def test_restaging_keeps_its_interval_except_now_and_then():
    late = 0
    for t in decided():
        first = t.restagings[0].day - t.therapy.last_day
        low, high = (56, 84) if t.therapy.radiotherapy_last else (21, 35)
        late += first > high
        assert low <= first <= high + 10
    assert 0 < late < 0.06 * len(decided())


def test_a_second_look_follows_a_near_complete_response_and_nothing_else():
    for t in decided():
        assert (len(t.restagings) == 2) == (t.restagings[0].response == "NCR")
        for a, b in pairwise(t.restagings):
            assert (a.event, b.event) == ("RST", "RST2")
            assert 42 <= b.day - a.day <= 84


def test_examinations_of_a_restaging_do_not_lie_after_it():
    for t in decided():
        for each in t.restagings:
            for day in (each.endoscopy_day, each.mri_day, each.ct_day):
                assert day is None or t.therapy.last_day < day <= each.day
            assert (each.endoscopy == "ND") == (each.endoscopy_day is None)
            assert (each.mri == "ND") == (each.mri_day is None) == (each.mrtrg is None) == (each.dwi is None)


def test_the_response_is_the_derived_one_or_has_a_reason():
    found = [r for t in decided() for r in t.restagings]
    assert all((r.response != r.derived) == (r.why is not None) for r in found)
    assert any(r.why for r in found)
    assert not any(r.response == "CCR" and r.mrtrg in ("4", "5") for r in found)


def test_the_decision_follows_estimate_and_meeting():
    for t in decided():
        c = t.choice
        assert t.restagings[-1].day < c.estimate_day <= c.mdt_day <= c.day <= c.accepted_day <= c.day + 14
        assert 0 <= c.estimate <= 100


# --- courses ------------------------------------------------------------------------------------------------------------------------


def test_nothing_in_a_course_lies_after_what_is_known():
    for t, c in courses():
        last = c.last_known
        days = [v.day for v in c.visits] + [o.day for o in c.operations]
        days += [e.day for e in (c.metastasis, c.recurrence, c.second, c.death) if e is not None]
        days += [c.regrowth.confirmed] if c.regrowth else []
        days += [o.stoma.closed for o in c.operations if o.stoma and o.stoma.closed]
        days += [x.day for o in c.operations for x in o.complications]
        days += [e.end for m in ("WW",) if c is t.watched for e in t.adverse_events(m) if e.end is not None]
        assert all(day <= last for day in days)
        assert (c.death is not None) == (c.end.reason == "DEATH")


def test_visits_follow_one_another():
    for _, c in courses():
        assert all(a.day < b.day for a, b in pairwise(c.visits))


def test_regrowth_happens_only_where_the_rectum_was_kept():
    for t in decided():
        assert t.operated.regrowth is None
        if t.watched.regrowth:
            assert t.watched.rectum_removed is None or t.watched.rectum_removed > t.watched.regrowth.suspected


def test_a_regrowth_is_visible_then_suspected_then_confirmed_then_salvaged():
    for t in decided():
        if r := t.watched.regrowth:
            assert t.choice.day < r.visible <= r.suspected < r.confirmed < r.salvage_day
            assert all(r.salvage_day < o.day for o in t.watched.operations)
            assert all(o.reason == "REGROWTH" for o in t.watched.operations)
            assert not t.watched.operations or r.salvage == "DONE"


def test_a_false_alarm_is_never_the_regrowth_itself():
    alarms = [(a, c) for _, c in courses(1200) for a in c.alarms]
    assert alarms
    for alarm, c in alarms:
        assert c.regrowth is None or alarm.closed < c.regrowth.suspected


def test_an_operation_after_the_decision_comes_within_eight_weeks():
    for t in decided():
        for o in t.operated.operations:
            assert 0 < o.day - t.choice.day <= 56


def test_specimens_do_not_contradict_themselves():
    nodes = {"ypN0": (0, 0), "ypN1a": (1, 1), "ypN1b": (2, 3), "ypN1c": (0, 0), "ypN2a": (4, 6), "ypN2b": (7, 99)}
    for _, c in courses():
        for s in (o.specimen for o in c.operations):
            low, high = nodes[s.ypn]
            assert low <= s.positive <= high
            assert s.positive <= s.nodes
            assert (s.trg == "0") == (s.ypt == "ypT0")
            assert (s.crm is None) == (s.ypt == "ypT0")
            assert s.crm is None or (s.crm > 1) == (s.residual == "R0")


def test_a_sterile_tumour_operated_on_at_the_decision_is_a_complete_response_and_no_other_is():
    for t in decided():
        for o in t.operated.operations:
            assert (o.specimen.ypt, o.specimen.ypn) == ("ypT0", "ypN0") or not t.biology.sterile
            assert t.biology.sterile or (o.specimen.ypt, o.specimen.ypn) != ("ypT0", "ypN0")


def test_a_recurrence_needs_a_resection_that_left_nothing_behind():
    for _, c in courses(1200):
        if c.recurrence:
            assert c.operations
            assert c.operations[-1].specimen.residual != "R2"
            assert c.recurrence.day > c.operations[-1].day


def test_a_metastasis_found_at_restaging_is_dated_by_its_ct_and_begins_no_watching():
    spread = [t for t in decided(1200) if t.progressed]
    assert spread
    for t in spread:
        assert t.restagings[-1].ycm == "M1"
        assert t.operated.metastasis.day == t.watched.metastasis.day == t.restagings[-1].ct_day
    assert not any(t.progressed for t in candidates(decided()))


# --- complete response by 12 months (PROTOCOL 5) ------------------------------------------------------------------------------------


def test_complete_response_follows_the_definition_of_the_protocol():
    seen = set()
    for t in decided(1200):
        c, year = t.watched, t.choice.day + 365
        found = t.complete_response("WW")
        if c.regrowth and c.regrowth.confirmed <= year:
            assert found is False
            seen.add("regrowth")
        elif c.operations and c.operations[0].day <= year:
            s = c.operations[0].specimen
            assert found is ((s.ypt, s.ypn) == ("ypT0", "ypN0"))
            seen.add("operated")
        elif (c.metastasis and c.metastasis.day <= year) or (c.death and c.death.day <= year):
            assert found is False
            seen.add("spread or death")
        elif found:
            assert any(v.mode == "VISIT" and v.day >= t.choice.day + 351 for v in c.visits)
            seen.add("clear")
        else:
            assert found is None
            seen.add("unknown")
    assert seen == {"regrowth", "operated", "spread or death", "clear", "unknown"}


def test_without_a_decision_the_outcome_is_unknown():
    assert all(t.complete_response("WW") is None for t in lives() if t.choice is None)


def test_early_deaths_and_withdrawals_end_before_the_decision():
    early = [t for t in lives(1200) if t.early_end]
    assert {t.early_end.reason for t in early} == {"DEATH", "WITHDRAWN"}
    assert all(t.choice is None and t.restagings == () for t in early)
    assert all(e.start <= t.early_end.day for t in early for e in t.adverse_events("WW"))
