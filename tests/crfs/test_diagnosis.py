"""Truth tables of biopsy, imaging, laboratory and omics."""

import pytest

from tests.crfs.house import FILE, asked, crf, day, missing, number, said, says, value

# --- biopsy and imaging -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("endoscopic", "mri", "asks"),
    [
        ("9.0", "110", False),
        ("9.0", "111", True),
        ("9.0", "70", False),
        ("9.0", "69", True),
        ("9", None, False),
        (None, "70", False),
    ],
)
def test_two_distances_more_than_two_centimetres_apart_are_asked_about_on_both_forms(endoscopic, mri, asks):
    biopsy = crf("PATH", ENDODIST=endoscopic and number(endoscopic))
    scan = crf("MRI0", DISTAV=mri and number(mri))
    assert says("PATH-S1", biopsy, scan) is asks
    assert says("MRI0-S2", scan, biopsy) is asks


@pytest.mark.parametrize(("slide", "wanted"), [("PASS", True), ("FAIL", False), ("ND", False), (None, None)])
def test_slide_features_are_taken_from_a_slide_that_passed(slide, wanted):
    assert asked(crf("PATH", QCSLIDE=slide), "SLIDFEAT") is wanted


def test_the_scanner_is_asked_once_there_is_a_table():
    assert asked(crf("PATH", QCSLIDE="PASS"), "SLIDSW") is False
    assert "SLIDSW" in missing(crf("PATH", QCSLIDE="PASS", SLIDFEAT=FILE))


@pytest.mark.parametrize(("histology", "wanted"), [("OTHER", True), ("ADENO", False), (None, None)])
def test_another_histology_is_named(histology, wanted):
    assert asked(crf("PATH", HISTO=histology), "HISTOOTH") is wanted


@pytest.mark.parametrize(
    ("scan", "began", "asks"),
    [
        ("2026-01-01", "2026-02-12", False),
        ("2026-01-01", "2026-02-13", True),
        ("2026-01-01", "2026-01-01", False),
        ("2026-01-02", "2026-01-01", True),
        ("2026-01-01", None, False),
        (None, "2026-02-13", False),
    ],
)
def test_the_mri_is_at_most_42_days_old_when_therapy_starts(scan, began, asks):
    mri = crf("MRI0", MRIDAT=scan and day(scan))
    assert says("MRI0-S1", mri, crf("RT", RTSTDT=began and day(began))) is asks
    assert says("RT-S5", crf("RT", RTSTDT=began and day(began)), mri) is asks
    assert says("EX-S5", crf("EX", EXSTDT=began and day(began)), mri) is asks


def test_therapy_starts_with_whichever_came_first():
    mri, late = crf("MRI0", MRIDAT=day("2026-01-01")), crf("RT", RTSTDT=day("2026-03-01"))
    assert says("MRI0-S1", mri, late)
    assert not says("MRI0-S1", mri, late, crf("EX", EXSTDT=day("2026-02-01")))


@pytest.mark.parametrize(
    ("t", "n", "m", "stage"),
    [
        ("cT2", "cN0", "M0", "I"),
        ("cT3b", "cN0", "M0", "II"),
        ("cT4b", "cN0", "M0", "II"),
        ("cT1", "cN1", "M0", "III"),
        ("cTx", "cN1", "M0", None),
        ("cT3a", "cNx", "M0", None),
        ("cT3a", "cN0", "MX", None),
        ("cT3a", "cN0", None, None),
        ("cTx", "cNx", "M1", "IV"),
    ],
)
def test_the_clinical_stage_reads_m_from_the_other_form(t, n, m, stage):
    assert value(crf("MRI0", CTCAT=t, CNCAT=n), "STAGE", crf("CT0", CM=m)) == stage


@pytest.mark.parametrize(("m", "wanted"), [("M1", True), ("M0", False), ("MX", False), (None, None)])
def test_metastatic_sites_are_asked_where_there_are_metastases(m, wanted):
    assert asked(crf("CT0", CM=m), "METSITE") is wanted


@pytest.mark.parametrize(
    ("distance", "level"),
    [("8", "soft"), ("19.9", "soft"), ("20", None), ("150", None), ("150.5", "soft"), ("250", "soft"), ("251", "hard")],
)
def test_a_distance_in_centimetres_is_noticed(distance, level):
    found = said(crf("MRI0", DISTAV=number(distance)))
    assert found == ({f"MRI0.DISTAV:{level}"} if level else set())


# --- laboratory ---------------------------------------------------------------------------------------------------


def result(test="HGB", value="130", unit="g/L", operator="="):
    return {"LBTEST": test, "LBOPER": operator, "LBORRES": value and number(value), "LBORRESU": unit}


def sample(*rows, on="2026-02-01", occurrence=1, event="SCR"):
    return crf("LB", event, occurrence, LBDAT=on and day(on), _rows={"R": list(rows)})


MAN, WOMAN = crf("DM", SEX="M"), crf("DM", SEX="F")


@pytest.mark.parametrize(
    ("test", "unit", "refused"),
    [
        ("HGB", "g/L", False),
        ("HGB", "g/dL", False),
        ("HGB", "U/L", True),
        ("CEA", "ng/mL", False),
        (None, "U/L", False),
        ("HGB", None, False),
    ],
)
def test_a_unit_belongs_to_its_test(test, unit, refused):
    assert says("LB-H1", sample(result(test, "13", unit))) is refused


@pytest.mark.parametrize(
    ("value_", "unit", "asks"),
    [("130", "g/L", False), ("13", "g/L", True), ("13", "g/dL", False), (None, "g/L", False), ("13", None, False)],
)
def test_an_unusual_result_is_judged_in_its_own_unit(value_, unit, asks):
    assert says("LB-S1", sample(result("HGB", value_, unit))) is asks


def test_a_test_stands_once_a_date():
    assert says("LB-H2", sample(result(), result()))
    assert says("LB-H2", sample(result()), sample(result(), occurrence=2))
    assert not says("LB-H2", sample(result()), sample(result(), on="2026-02-02", occurrence=2))
    assert not says("LB-H2", sample(result(), result("CEA", "3", "ug/L")))
    assert not says("LB-H2", sample(result(None), result(None)))
    assert not says("LB-H2", sample(result(), on=None), sample(result(), on=None, occurrence=2))


@pytest.mark.parametrize(
    ("value_", "person", "indicator"),
    [
        ("120", MAN, "LOW"),
        ("120", WOMAN, "NORMAL"),
        ("114", WOMAN, "LOW"),
        ("176", MAN, "HIGH"),
        ("130", MAN, "NORMAL"),
    ],
)
def test_a_result_is_judged_against_the_range_of_the_sex(value_, person, indicator):
    assert value(sample(result("HGB", value_)), "LBNRIND", person, row=1) == indicator


def test_without_the_sex_a_range_that_differs_by_sex_says_nothing():
    assert value(sample(result("HGB", "120")), "LBNRIND", row=1) is None
    assert value(sample(result("CEA", "6", "ug/L")), "LBNRIND", row=1) == "HIGH"


def test_the_range_of_the_site_goes_before_the_fall_back():
    own = {"HGB": {"M": (number("110"), number("160"))}}
    assert value(sample(result("HGB", "120")), "LBNRIND", MAN, row=1, laboratory_ranges=own) == "NORMAL"


def test_a_result_below_detection_is_normal_under_an_upper_limit():
    assert value(sample(result("CEA", "0.5", "ug/L", "<")), "LBNRIND", row=1) == "NORMAL"


@pytest.mark.parametrize(("value_", "grade"), [("99", 2), ("79.9", 3), ("130", 0), ("12", 3)])
def test_the_toxicity_grade_follows_the_value(value_, grade):
    assert value(sample(result("HGB", value_)), "LBTOXGR", MAN, row=1) == grade


def test_the_grade_knows_the_value_before_therapy():
    raised = sample(result("ALT", "100", "U/L"), on="2026-01-20")
    therapy = crf("RT", RTSTDT=day("2026-01-26"))
    later = sample(result("ALT", "140", "U/L"), on="2026-03-01", occurrence=2)
    assert value(later, "LBTOXGR", MAN, row=1) == 1
    assert value(later, "LBTOXGR", MAN, raised, therapy, row=1) == 0


# --- omics --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("time", "on", "asks"),
    [
        ("BASELINE", "2026-01-08", False),
        ("BASELINE", "2026-05-13", True),
        ("RESTAGING", "2026-05-13", False),
        ("RESTAGING", "2026-07-20", False),
        ("RESTAGING", "2026-01-08", True),
        (None, "2026-01-08", False),
        ("BASELINE", None, False),
    ],
)
def test_radiomics_come_from_an_mri_of_that_time_point(time, on, asks):
    scans = (
        crf("MRI0", MRIDAT=day("2026-01-08")),
        crf("RST", "RST", MRIDAT=day("2026-05-13")),
        crf("RST", "RST2", MRIDAT=day("2026-07-20")),
    )
    assert says("RAD-S1", crf("RAD", RADTP=time, RADDAT=on and day(on)), *scans) is asks


def test_without_the_mri_form_radiomics_accuse_nobody():
    assert not says("RAD-S1", crf("RAD", RADTP="BASELINE", RADDAT=day("2026-01-08")))
    assert not says("RAD-S1", crf("RAD", RADTP="RESTAGING", RADDAT=day("2026-01-08")), crf("RST", "RST"))


@pytest.mark.parametrize(
    ("time", "event", "asks"),
    [
        ("BASELINE", "SCR", False),
        ("BASELINE", "RST", True),
        ("RESTAGING", "RST2", False),
        ("MID", "NAT", False),
        ("FU", "FU12", False),
        ("FU", "SCR", True),
        (None, "SCR", False),
        ("FU", None, False),
    ],
)
def test_the_time_point_of_ctdna_agrees_with_the_visit(time, event, asks):
    assert says("LBX-S2", crf("LBX", CDNATP=time), event=event) is asks


@pytest.mark.parametrize(("answer", "wanted"), [("DET", True), ("NOTDET", False), ("FAILED", False), (None, None)])
def test_a_fraction_is_asked_where_ctdna_was_detected(answer, wanted):
    assert asked(crf("LBX", CDNARES=answer), "CDNAVAF") is wanted


def test_the_shannon_index_is_read_from_the_table():
    table = {FILE.sha256: (number("0.25"),) * 4}
    assert value(crf("MIC", MICFILE=FILE), "MICALPHA", taxon_tables=table) == number("1.3863")
    assert value(crf("MIC", MICFILE=FILE), "MICALPHA") is None
    assert value(crf("MIC"), "MICALPHA", taxon_tables=table) is None


@pytest.mark.parametrize(("reads", "asks"), [(9_999, True), (10_000, False), (None, False)])
def test_few_reads_ask_for_a_reason(reads, asks):
    assert says("MIC.MICREADS:soft", crf("MIC", MICREADS=reads)) is asks
