"""Truth tables of operations, specimens, stomas and complications."""

import pytest

from tests.crfs.house import DEATH, asked, crf, day, missing, number, said, says, value
from tests.crfs.test_treatment_and_decision import dated

DECISION = crf("DEC", "DEC", DECDAT=day("2026-05-20"))


def operation(on="2026-06-10", procedure="LAR", reason="ALLOCATED", number_=1, event="SUR-1"):
    return crf("SUR", event, SUROPNO=number_, SURDAT=dated(on), SURPROC=procedure, SURREAS=reason)


def specimen(event="SUR-1", **items):
    return crf("YP", event, **{"YPSUR": "SUR/SUR-1/1"} | items)


# --- the operation ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("second", "refused"), [(1, True), (2, False), (None, False)])
def test_each_operation_has_its_own_number(second, refused):
    assert says("SUR-H1", operation(number_=second, event="SLV-1"), operation()) is refused


@pytest.mark.parametrize(
    ("on", "decision", "asks"),
    [
        ("2026-05-19", DECISION, True),
        ("2026-05-20", DECISION, False),
        ("2026-05-20", None, True),
        ("2026-05-20", crf("DEC", "DEC"), True),
        (None, DECISION, False),
        (None, None, False),
    ],
)
def test_an_operation_before_or_without_a_decision_is_a_deviation(on, decision, asks):
    assert says("SUR-S1", operation(on), decision) is asks


@pytest.mark.parametrize(
    ("on", "reason", "asks"),
    [
        ("2026-07-15", "ALLOCATED", False),
        ("2026-07-16", "ALLOCATED", True),
        ("2026-07-16", "STANDARD", True),
        ("2026-07-16", "PREFERENCE", True),
        ("2026-12-16", "REGROWTH", False),
        ("2026-12-16", "CHANGED", False),
        ("2026-12-16", None, False),
        (None, "ALLOCATED", False),
    ],
)
def test_a_planned_operation_comes_within_8_weeks_of_the_decision(on, reason, asks):
    assert says("SUR-S2", operation(on, reason=reason), DECISION) is asks


@pytest.mark.parametrize(
    ("reason", "outcome", "asks"),
    [
        ("REGROWTH", "CONFIRMED", False),
        ("REGROWTH", "PENDING", True),
        ("REGROWTH", "NOTCONF", True),
        ("REGROWTH", None, False),
        ("STANDARD", "PENDING", False),
        (None, "PENDING", False),
    ],
)
def test_an_operation_for_regrowth_needs_a_confirmed_one(reason, outcome, asks):
    assert says("SUR-S3", operation(reason=reason), crf("RGW", "RGW-1", RGWCONF=outcome)) is asks


def test_an_operation_for_regrowth_without_any_regrowth_form_asks():
    assert says("SUR-S3", operation(reason="REGROWTH"))


# --- the specimen -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nodes", "positive", "asks"),
    [
        ("ypN0", 0, False),
        ("ypN0", 1, True),
        ("ypN1a", 1, False),
        ("ypN1a", 2, True),
        ("ypN1b", 1, True),
        ("ypN1b", 2, False),
        ("ypN1b", 3, False),
        ("ypN1b", 4, True),
        ("ypN1c", 0, False),
        ("ypN1c", 1, True),
        ("ypN2a", 3, True),
        ("ypN2a", 4, False),
        ("ypN2a", 6, False),
        ("ypN2a", 7, True),
        ("ypN2b", 6, True),
        ("ypN2b", 7, False),
        ("ypN2b", 30, False),
        ("ypNx", 3, False),
        (None, 3, False),
        ("ypN1a", None, False),
        (None, None, False),
    ],
)
def test_positive_nodes_agree_with_ypn(nodes, positive, asks):
    assert says("YP-S1", specimen(YPN=nodes, NODES=30, NODEPOS=positive), operation()) is asks


@pytest.mark.parametrize(
    ("grade", "tumour", "asks"),
    [
        ("0", "ypT0", False),
        ("0", "ypT1", True),
        ("0", "ypTis", True),
        ("1", "ypT0", True),
        ("3", "ypT3", False),
        ("NASS", "ypT0", False),
        ("0", "ypTx", False),
        (None, "ypT0", False),
        ("0", None, False),
    ],
)
def test_grade_0_goes_with_ypt0_and_only_with_it(grade, tumour, asks):
    assert says("YP-S2", specimen(TRG=grade, YPT=tumour), operation()) is asks


@pytest.mark.parametrize(
    ("margin", "residual", "asks"),
    [
        ("1", "R0", True),
        ("0", "R0", True),
        ("1.1", "R0", False),
        ("1", "R1", False),
        (None, "R0", False),
        ("1", None, False),
    ],
)
def test_a_margin_of_1_mm_with_r0_is_asked_about(margin, residual, asks):
    subject = specimen(CRM=margin and number(margin), RSTAT=residual, YPT="ypT2")
    assert says("YP-S3", subject, operation()) is asks


@pytest.mark.parametrize(
    ("procedure", "nodes", "asks"),
    [("LE", "ypN0", True), ("LE", "ypNx", False), ("LE", None, False), ("LAR", "ypN0", False), (None, "ypN0", False)],
)
def test_a_local_excision_has_no_nodes(procedure, nodes, asks):
    assert says("YP-S4", specimen(YPN=nodes), operation(procedure=procedure)) is asks


@pytest.mark.parametrize(("nodes", "wanted"), [("ypN0", True), ("ypNx", False), (None, None)])
def test_nodes_are_counted_unless_nobody_looked(nodes, wanted):
    assert asked(specimen(YPN=nodes), "NODES") is wanted
    assert asked(specimen(YPN=nodes), "NODEPOS") is wanted


@pytest.mark.parametrize(("positive", "refused"), [(0, False), (12, False), (13, True)])
def test_no_more_nodes_are_positive_than_were_examined(positive, refused):
    assert says("YP.NODEPOS:hard", specimen(YPN="ypN2b", NODES=12, NODEPOS=positive)) is refused
    assert not says("YP.NODEPOS:hard", specimen(YPN="ypN2b", NODEPOS=positive))


@pytest.mark.parametrize(
    ("procedure", "tumour", "wanted"),
    [
        ("LAR", "ypT2", True),
        ("ISR", "ypTx", True),
        ("APR", "ypT0", False),
        ("LE", "ypT2", False),
        ("LE", None, False),
        ("LAR", None, None),
        (None, "ypT2", None),
    ],
)
def test_the_margin_is_asked_after_tme_with_tumour_left(procedure, tumour, wanted):
    assert asked(specimen(YPT=tumour), "CRM", operation(procedure=procedure)) is wanted


def test_one_operation_has_one_pathology_form():
    first = specimen()
    assert says("YP-H1", specimen("SLV-1"), first, operation())
    assert not says("YP-H1", specimen("SLV-1", YPSUR="SUR/SLV-1/1"), first, operation(event="SLV-1"))


@pytest.mark.parametrize(("on", "refused"), [("2026-06-09", True), ("2026-06-10", False), ("2027-06-02", True)])
def test_the_report_follows_the_operation_it_belongs_to(on, refused):
    earlier = operation("2026-01-01", event="SLV-1")
    assert says("YP.YPDAT:hard", specimen(YPDAT=day(on)), operation(), earlier) is refused


def test_a_specimen_of_an_operation_that_is_not_there_is_refused():
    assert "YP.YPSUR:link" in said(specimen())


@pytest.mark.parametrize(
    ("tumour", "nodes", "response"),
    [
        ("ypT0", "ypN0", "Y"),
        ("ypTis", "ypN0", "N"),
        ("ypT0", "ypN1a", "N"),
        ("ypTx", "ypN0", None),
        ("ypT0", "ypNx", None),
        (None, None, None),
    ],
)
def test_a_pathological_complete_response_is_derived(tumour, nodes, response):
    assert value(specimen(YPT=tumour, YPN=nodes), "PCR", operation()) == response


@pytest.mark.parametrize(
    ("clinical", "procedure", "score"),
    [("cT3b", "LAR", "0.94"), ("cTx", "LAR", None), ("cT3b", "LE", None), (None, "LAR", None)],
)
def test_the_nar_score_reads_the_clinical_t_and_the_procedure(clinical, procedure, score):
    others = (crf("MRI0", CTCAT=clinical), operation(procedure=procedure))
    assert value(specimen(YPT="ypT0", YPN="ypN0"), "NAR", *others) == (score and number(score))


# --- stoma and complications --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("intent", "formed", "closed", "permanent"),
    [
        ("PERMANENT", "2026-12-01", None, "Y"),
        ("TEMPORARY", "2025-11-30", None, "Y"),
        ("TEMPORARY", "2026-12-01", None, None),
        ("TEMPORARY", "2026-12-01", "2027-03-01", "N"),
        (None, "2026-12-01", None, None),
    ],
)
def test_a_stoma_is_permanent_when_meant_to_be_or_open_for_18_months(intent, formed, closed, permanent):
    subject = crf("STO", "ANY", STOINT=intent, STODAT=day(formed), STOREV=dated(closed))
    assert value(subject, "STOPERM") == permanent


def complications(*rows, **items):
    return crf("POC", "PO30-1", _rows={"R": list(rows)}, **{"POCANY": "Y"} | items)


@pytest.mark.parametrize(
    ("grade", "death", "asks"), [("V", None, True), ("V", DEATH, False), ("IVb", None, False), (None, None, False)]
)
def test_a_fatal_complication_needs_the_death_form(grade, death, asks):
    assert says("POC-S1", complications({"CLAVIEN": grade}), death) is asks


@pytest.mark.parametrize(
    ("grade", "link", "asks"),
    [("IVa", None, True), ("IVa", "AE/ANY/1", False), ("V", None, True), ("IIIb", None, False), (None, None, False)],
)
def test_a_serious_complication_is_an_adverse_event_too(grade, link, asks):
    event = crf("AE", "ANY", AESPID=1)
    assert says("POC-S2", complications({"CLAVIEN": grade, "POCAENO": link}), event, DEATH) is asks


@pytest.mark.parametrize(
    ("any_", "leak", "asks"),
    [
        ("N", "B", True),
        ("Y", "B", False),
        ("N", "NONE", False),
        ("N", "NOANAST", False),
        (None, "B", False),
        ("N", None, False),
    ],
)
def test_a_leak_is_a_complication(any_, leak, asks):
    assert says("POC-S3", complications(POCANY=any_, LEAK=leak)) is asks


@pytest.mark.parametrize(
    ("onset", "operated", "refused"),
    [
        ("2026-06-09", "2026-06-10", True),
        ("2026-06-10", "2026-06-10", False),
        ("2026-06-09", None, False),
        (None, "2026-06-10", False),
    ],
)
def test_a_complication_does_not_come_before_its_operation(onset, operated, refused):
    subject = complications({"POCDAT": dated(onset)})
    assert says("POC.POCDAT:hard", subject, operated_on=dated(operated)) is refused


def test_no_complication_is_an_answer_and_some_need_rows():
    assert missing(crf("POC", "PO30-1", POCANY="N", LEAK="NONE", READM="N")) == set()
    assert missing(crf("POC", "PO30-1", POCANY="Y", LEAK="NONE", READM="N")) == {None}
