"""Truth tables of therapy, restaging and the decision point (PROTOCOL 3 to 6)."""

import pytest

from tests.crfs.house import asked, crf, day, missing, number, says, value


def dated(text):
    return text and day(text)


# --- radiotherapy and drugs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fractions", "each", "total", "asks"),
    [
        (25, "2.0", "50.0", False),
        (25, "2.0", "50.1", False),
        (25, "2.0", "50.2", True),
        (5, "5", "25", False),
        (28, "1.8", "50.4", False),
        (28, "1.8", "45", True),
        (None, "2.0", "50", False),
        (25, None, "50", False),
        (25, "2.0", None, False),
    ],
)
def test_fractions_times_dose_make_the_total(fractions, each, total, asks):
    dose = crf("RT", RTFRAC=fractions, RTDPF=each and number(each), RTDOSE=total and number(total))
    assert says("RT-S3", dose) is asks


@pytest.mark.parametrize(
    ("dose", "changes", "refused"),
    [
        ("0", ("OMITTED",), False),
        ("0", ("NONE",), True),
        ("0", ("REDUCED", "DELAYED"), True),
        ("0", None, False),
        ("150", ("NONE",), False),
        (None, ("NONE",), False),
    ],
)
def test_no_dose_only_where_the_cycle_was_omitted(dose, changes, refused):
    assert says("EX-H1", crf("EX", EXDOSE=dose and number(dose), EXADJ=changes)) is refused


@pytest.mark.parametrize(("changes", "wanted"), [(("NONE",), False), (("REDUCED",), True), (None, None)])
def test_a_changed_dose_has_a_reason(changes, wanted):
    assert asked(crf("EX", EXADJ=changes), "EXADJR") is wanted
    assert asked(crf("EX", EXADJ=changes), "EXAENO") is wanted


@pytest.mark.parametrize(
    ("drug", "wanted"), [("PD1", True), ("PDL1", True), ("CTLA4", True), ("OTHER", True), ("5FU", False), (None, None)]
)
def test_antibodies_and_other_drugs_name_product_and_batch(drug, wanted):
    assert asked(crf("EX", EXTRT=drug), "EXPROD") is wanted


@pytest.mark.parametrize(
    ("drug", "cycle", "product", "asks"),
    [
        ("PD1", 1, "b", True),
        ("PD1", 2, "b", False),
        ("OXALIPLATIN", 1, None, False),
        (None, 1, None, False),
        ("PD1", None, None, False),
    ],
)
def test_a_drug_and_cycle_stand_once(drug, cycle, product, asks):
    first = crf("EX", "NAT-1", EXTRT="PD1", EXCYC=1, EXPROD="a")
    assert says("EX-S3", crf("EX", "NAT-2", EXTRT=drug, EXCYC=cycle, EXPROD=product), first) is asks


def test_two_other_drugs_of_one_cycle_are_two_drugs():
    first = crf("EX", "NAT-1", EXTRT="OTHER", EXCYC=1, EXPROD="a")
    assert not says("EX-S3", crf("EX", "NAT-1", 2, EXTRT="OTHER", EXCYC=1, EXPROD="b"), first)
    assert says("EX-S3", crf("EX", "NAT-1", 2, EXTRT="OTHER", EXCYC=1, EXPROD="a"), first)


# --- the strategy begun -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arm", "cohort", "begun", "differs", "deviation"),
    [
        ("WW", "RANDOMISED", "WW", False, False),
        ("WW", "RANDOMISED", "TME", True, True),
        ("TME", "RANDOMISED", "WW", True, True),
        ("TME", "RANDOMISED", "NONE", True, True),
        ("WW-P", "PREFERENCE", "TME", True, False),
        ("S", "STANDARD", "WW", True, False),
        ("S", "STANDARD", "TME", False, False),
        (None, None, "WW", None, False),
        ("WW", "RANDOMISED", None, None, False),
    ],
)
def test_a_strategy_that_differs_is_explained_and_a_deviation_when_randomised(arm, cohort, begun, differs, deviation):
    subject = crf("MGT", "ANY", MGTSTRT=begun)
    assert asked(subject, "MGTWHY", arm=arm, cohort=cohort) is differs
    assert says("MGT-S1", subject, arm=arm, cohort=cohort) is deviation


# --- restaging ----------------------------------------------------------------------------------------------------

RADIOTHERAPY = crf("RT", "EOT", RTSTDT=day("2026-01-26"), RTENDT=day("2026-03-03"))


def cycle(start, end=None, **items):
    return crf("EX", "NAT-1", EXSTDT=day(start), EXENDT=dated(end), **items)


@pytest.mark.parametrize(
    ("on", "asks"),
    [("2026-04-27", True), ("2026-04-28", False), ("2026-05-26", False), ("2026-05-27", True), (None, False)],
)
def test_restaging_comes_8_to_12_weeks_after_the_last_fraction(on, asks):
    assert says("RST-S1", crf("RST", "RST", RSTDAT=dated(on)), RADIOTHERAPY) is asks


@pytest.mark.parametrize(
    ("on", "asks"), [("2026-05-21", True), ("2026-05-22", False), ("2026-06-05", False), ("2026-06-06", True)]
)
def test_restaging_comes_3_to_5_weeks_after_the_last_dose_when_a_drug_came_last(on, asks):
    subject = crf("RST", "RST", RSTDAT=day(on))
    assert says("RST-S1", subject, RADIOTHERAPY, cycle("2026-04-10", "2026-05-01")) is asks
    assert says("RST-S1", subject, RADIOTHERAPY, cycle("2026-05-01")) is asks, "an open cycle counts from its start"
    assert says("RST-S1", subject, cycle("2026-05-01")) is asks, "no radiotherapy at all"


def test_a_drug_of_the_last_day_of_radiotherapy_leaves_radiotherapy_last():
    subject = crf("RST", "RST", RSTDAT=day("2026-05-12"))
    assert not says("RST-S1", subject, RADIOTHERAPY, cycle("2026-01-26", "2026-03-03"))


@pytest.mark.parametrize(("dose", "drug_came_last"), [("0", False), ("200", True), (None, True)])
def test_an_omitted_cycle_is_no_therapy_and_a_dose_not_yet_entered_is(dose, drug_came_last):
    after = cycle("2026-05-01", EXDOSE=number(dose) if dose else None)
    subject = crf("RST", "RST", RSTDAT=day("2026-05-26"))  # 84 days after the last fraction, 25 after the cycle
    assert not says("RST-S1", subject, RADIOTHERAPY, after)
    assert says("RST-S1", crf("RST", "RST", RSTDAT=day("2026-05-12")), RADIOTHERAPY, after) is drug_came_last


def test_restaging_without_therapy_on_file_has_no_interval():
    assert not says("RST-S1", crf("RST", "RST", RSTDAT=day("2026-05-12")))


@pytest.mark.parametrize(
    ("on", "asks"), [("2026-06-22", True), ("2026-06-23", False), ("2026-08-04", False), ("2026-08-05", True)]
)
def test_re_assessment_comes_6_to_12_weeks_after_restaging(on, asks):
    first = crf("RST", "RST", RSTDAT=day("2026-05-12"), RESP="NCR")
    again = crf("RST", "RST2", RSTDAT=day(on))
    assert says("RST-S2", again, first, RADIOTHERAPY) is asks
    assert not says("RST-S1", again, first, RADIOTHERAPY)
    assert not says("RST-S2", first, again, RADIOTHERAPY)


@pytest.mark.parametrize(("response", "asks"), [("NCR", False), ("CCR", True), ("NE", True), (None, False)])
def test_re_assessment_follows_a_near_complete_response(response, asks):
    first = crf("RST", "RST", RSTDAT=day("2026-05-12"), RESP=response)
    assert says("RST-S3", crf("RST", "RST2", RSTDAT=day("2026-07-07")), first) is asks


@pytest.mark.parametrize(
    ("response", "grade", "asks"),
    [
        ("CCR", "3", False),
        ("CCR", "4", True),
        ("CCR", "5", True),
        ("NCR", "5", False),
        ("CCR", None, False),
        (None, "5", False),
    ],
)
def test_a_complete_response_with_mrtrg_4_or_5_is_asked_about(response, grade, asks):
    assert says("RST-S4", crf("RST", RESP=response, MRTRG=grade)) is asks


@pytest.mark.parametrize(
    ("response", "signal", "asks"),
    [
        ("CCR", "NONE", False),
        ("CCR", "SMALL", True),
        ("CCR", "MARKED", True),
        ("CCR", "NASS", True),
        ("CCR", None, False),
        ("NCR", "SMALL", False),
        (None, "SMALL", False),
    ],
)
def test_a_complete_response_needs_no_dwi_signal(response, signal, asks):
    assert says("RST-S5", crf("RST", RESP=response, DWI=signal)) is asks


@pytest.mark.parametrize(("item", "asks"), [("ENDODAT", True), ("MRIDAT", True), ("YCMDAT", True), ("RSTDAT", False)])
def test_the_restaging_date_is_the_last_examination(item, asks):
    dates = dict.fromkeys(("RSTDAT", "ENDODAT", "MRIDAT", "YCMDAT"), day("2026-05-12"))
    answered = {"ENDO": "SCAR", "MRIRESP": "CCR", "YCM": "M0"}
    assert says("RST-S6", crf("RST", **answered, **dates | {item: day("2026-05-13")})) is asks
    assert not says("RST-S6", crf("RST", **answered, **dates | {"RSTDAT": None}))


@pytest.mark.parametrize(
    ("parent", "child"), [("ENDO", "ENDODAT"), ("MRIRESP", "MRIDAT"), ("MRIRESP", "MRTRG"), ("MRIRESP", "DWI")]
)
def test_what_was_not_done_has_no_date(parent, child):
    done = {"ENDO": "TUMOUR", "MRIRESP": "ICR"}[parent]
    assert [asked(crf("RST", **{parent: answer}), child) for answer in (done, "ND", None)] == [True, False, None]


@pytest.mark.parametrize(("m", "wanted"), [("M0", True), ("M1", True), ("MX", False), (None, None)])
def test_mx_needs_no_ct_date(m, wanted):
    assert asked(crf("RST", YCM=m), "YCMDAT") is wanted


GOOD = {"DRE": "NORMAL", "ENDO": "SCAR", "MRIRESP": "CCR", "DWI": "NONE", "YCN": "ycN0", "BX": "ND"}


@pytest.mark.parametrize(
    ("changed", "response"),
    [
        ({}, "CCR"),
        ({"DRE": "SMOOTH"}, "NCR"),
        ({"ENDO": "TUMOUR"}, "ICR"),
        ({"BX": "POS"}, "ICR"),
        ({"BX": "NEG"}, "CCR"),
        ({"YCN": "ycN+"}, "ICR"),
        ({"MRIRESP": "ND", "DWI": None}, "NE"),
        ({"ENDO": "TUMOUR", "MRIRESP": "ND", "DWI": None}, "ICR"),
        ({"DWI": "SMALL"}, "NCR"),
        ({"DRE": None}, None),
    ],
)
def test_the_derived_response_is_the_worst_modality(changed, response):
    assert value(crf("RST", **GOOD | changed), "RESPDER") == response


@pytest.mark.parametrize(("own", "wanted"), [("CCR", False), ("NCR", True), ("NE", True), (None, None)])
def test_a_response_that_differs_from_the_derived_one_is_explained(own, wanted):
    assert asked(crf("RST", RESP=own, **GOOD), "RESPWHY") is wanted


def laboratory(*rows, event="RST", occurrence=1):
    items = [{"LBTEST": t, "LBOPER": "=", "LBORRES": v and number(v), "LBORRESU": u} for t, v, u in rows]
    return crf("LB", event, occurrence, LBDAT=day("2026-05-12"), _rows={"R": items})


@pytest.mark.parametrize(("form", "event"), [("RST", "RST"), ("FU", "FU06")], ids=["at restaging", "at follow-up"])
def test_cea_is_read_from_the_laboratory_form_of_the_same_visit(form, event):
    here = laboratory(("HGB", "120", "g/L"), ("CEA", "4.1", "ng/mL"), event=event)
    elsewhere = laboratory(("CEA", "9.9", "ng/mL"), event="SCR")
    assert value(crf(form, event), "CEA", here, elsewhere) == number("4.1")
    assert value(crf(form, event), "CEA", elsewhere) is None
    assert value(crf(form, event), "CEA", laboratory(("CEA", None, "ng/mL"), event=event)) is None


# --- decision -----------------------------------------------------------------------------------------------------

RESTAGED = crf("RST", "RST", RSTDAT=day("2026-05-12"), RESP="CCR")
FOR_IT = {"model_class": "POSITIVE"}


def decision(**items):
    return crf("DEC", "DEC", **{"M1NOW": "N", "CONTRA": "N"} | items)


@pytest.mark.parametrize(
    ("response", "model", "m1", "against", "candidacy"),
    [
        ("CCR", "POSITIVE", "N", "N", "CAND"),
        ("NCR", "POSITIVE", "N", "N", "CAND"),
        ("ICR", "POSITIVE", "N", "N", "NOTCAND"),
        ("CCR", "NEGATIVE", "N", "N", "NOTCAND"),
        ("CCR", "POSITIVE", "Y", "N", "NOTCAND"),
        ("CCR", "POSITIVE", "N", "Y", "NOTCAND"),
        ("CCR", None, "N", "N", "CT"),
        ("NE", "POSITIVE", "N", "N", "CT"),
        (None, "POSITIVE", "N", "N", "CT"),
        ("CCR", "POSITIVE", None, "N", "CT"),
    ],
)
def test_candidacy_is_derived_and_cannot_be_told_without_the_model(response, model, m1, against, candidacy):
    restaged = crf("RST", "RST", RESP=response)
    assert value(decision(M1NOW=m1, CONTRA=against), "CANDDER", restaged, model_class=model) == candidacy


def test_the_last_restaging_decides():
    first, second = crf("RST", "RST", RESP="NCR"), crf("RST", "RST2", RESP="ICR")
    assert value(decision(), "CANDDER", first, second, **FOR_IT) == "NOTCAND"


@pytest.mark.parametrize(
    ("strategy", "model", "explained", "randomised", "chosen"),
    [
        ("CAND", "POSITIVE", False, True, None),
        ("NOTCAND", "POSITIVE", True, False, False),
        ("CAND", "NEGATIVE", True, False, True),
        ("NOTCAND", "NEGATIVE", False, False, False),
        ("CAND", None, True, False, True),
        ("NOTCAND", None, True, False, False),
    ],
)
def test_randomisation_is_only_offered_where_mdt_and_derivation_agree(strategy, model, explained, randomised, chosen):
    subject = decision(STRATEGY=strategy)
    assert asked(subject, "CANDWHY", RESTAGED, model_class=model) is explained
    assert asked(subject, "RANDCONS", RESTAGED, model_class=model) is randomised
    assert asked(subject, "PREFARM", RESTAGED, model_class=model) is chosen


@pytest.mark.parametrize(("accepts", "chosen", "dated_"), [("Y", False, True), ("N", True, False), (None, None, None)])
def test_who_declines_chooses(accepts, chosen, dated_):
    subject = decision(STRATEGY="CAND", RANDCONS=accepts)
    assert asked(subject, "PREFARM", RESTAGED, **FOR_IT) is chosen
    assert asked(subject, "RANDCDAT", RESTAGED, **FOR_IT) is dated_


def test_nobody_without_a_model_call_is_asked_to_be_randomised_and_the_choice_is_required():
    left = missing(
        decision(STRATEGY="CAND", CANDWHY="x", PREFER="WW", MDTDAT=day("2026-05-13"), DECDAT=day("2026-05-13")),
        RESTAGED,
    )
    assert left == {"PREFARM"}


@pytest.mark.parametrize(
    ("accepted", "allocated", "refused"),
    [
        ("2026-05-20", "2026-05-20", False),
        ("2026-05-21", "2026-05-20", True),
        ("2026-05-21", None, False),
        (None, "2026-05-20", False),
    ],
)
def test_acceptance_is_not_after_the_allocation(accepted, allocated, refused):
    subject = decision(STRATEGY="CAND", RANDCONS="Y", RANDCDAT=dated(accepted))
    assert says("DEC-H1", subject, RESTAGED, allocated_on=dated(allocated), **FOR_IT) is refused


@pytest.mark.parametrize(
    ("on", "late", "early"),
    [
        ("2026-05-11", False, True),
        ("2026-05-12", False, False),
        ("2026-05-26", False, False),
        ("2026-05-27", True, False),
        (None, False, False),
    ],
)
def test_the_decision_comes_within_14_days_of_restaging(on, late, early):
    assert says("DEC-S1", decision(DECDAT=dated(on)), RESTAGED) is late
    assert says("DEC.DECDAT:soft", decision(DECDAT=dated(on)), RESTAGED) is early


def test_the_model_call_is_shown_as_it_was_stored():
    assert value(decision(), "MODELRUN", model_call="refused: no radiomics") == "refused: no radiomics"
    assert value(decision(), "MODELRUN") is None
