"""Chapter: what the model is given (PROTOCOL 5, step 3). Each value with its source; what is missing is missing, and says why."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.answers import Answers, FileRef, NotDone, Row
from forms.catalogue import crf, record
from tests.model.released import MANIFEST
from trial.errors import FileMissing
from trial.frozen.manifest import InputSpec
from trial.prediction import check_minimum, collect
from trial.simulate.tables import RADIOMICS, SLIDE, TAXA

TABLES = {
    "rad0": {name: 0.5 + i / 10 for i, name in enumerate(RADIOMICS)},
    "rad1": {name: 0.25 + i / 10 for i, name in enumerate(RADIOMICS)},
    "rad2": {name: 0.125 + i / 10 for i, name in enumerate(RADIOMICS)},
    "mic0": {name: 1 / len(TAXA) for name in TAXA},
    "mic1": {name: 2 / len(TAXA) for name in TAXA},
    "slide": {**dict.fromkeys(SLIDE, 0.75), "nuclear_area": 60.0},
}


def file(name):
    return FileRef(name, f"{name}.csv", 10)


def lab(event, cea, unit="ng/mL", operator="=", occurrence=1):
    whole = crf("LB", event, occurrence)
    row = Row("r1", {"LBTEST": "CEA", "LBOPER": operator, "LBORRES": Decimal(cea), "LBORRESU": unit})
    return replace(whole, answers=Answers({"LBDAT": date(2026, 3, 4)}, groups={"R": (row,)}))


def not_done(form, event):
    return replace(crf(form, event), answers=Answers(not_done=NotDone("declined")))


def rad(event, name, point, qc="PASS", **items):
    return crf("RAD", event, RADTP=point, RADDAT=date(2026, 8, 1), RADFILE=file(name), RADQC=qc, **items)


def mic(event, name, reads=40_000):
    return crf("MIC", event, MICDAT=date(2026, 8, 2), MICFILE=file(name), MICREADS=reads)


def lbx(event, result, point="RESTAGING", **items):
    return crf("LBX", event, CDNATP=point, CDNADAT=date(2026, 8, 3), CDNARES=result, **items)


def rst(event="RST", day=date(2026, 8, 10), **items):
    given_ = {
        "DRE": "NORMAL",
        "ENDO": "SCAR",
        "MRIRESP": "CCR",
        "MRTRG": "1",
        "DWI": "NONE",
        "RESP": "CCR",
        "RSTDAT": day,
    }
    return crf("RST", event, **{k: v for k, v in (given_ | items).items() if v is not None})


BASE = {
    "PATH": crf("PATH", GRADE="G2", QCSLIDE="PASS", SLIDFEAT=file("slide")),
    "MRI0": crf(
        "MRI0", number=3, DISTAV=Decimal("62"), LENGTH=Decimal("41"), CTCAT="cT3b", CNCAT="cN1", MRF="N", EMVI="Y"
    ),
    "LB": lab("SCR", "4.2"),
    "PLAN": crf("PLAN", REGIMEN="SCRT_TNT_IO"),
    "MOL": crf("MOL", MMR="PMMR", RAS="MUT", BRAF="WT", CMS="CMS4"),
    "RAD": rad("SCR", "rad0", "BASELINE"),
    "MIC": mic("SCR", "mic0"),
    "LBX": lbx("SCR", "DET", "BASELINE"),
}
AFTER = {
    "RST": rst(),
    "LB": lab("RST", "2.1"),
    "RAD": rad("RST", "rad1", "RESTAGING"),
    "MIC": mic("RST", "mic1"),
    "LBX": lbx("RST", "NOTDET"),
}


def vector(*more, base=None, after=None, without=()):
    """The vector of a complete record with CRFs replaced (`base`, `after`), left out, or added at the end."""
    first = {**BASE, **(base or {})}
    second = {**AFTER, **(after or {})}
    kept = [
        c for each in (first, second) for form, c in each.items() if c is not None and (form, c.event) not in without
    ]
    return collect(record((*kept, *more)), MANIFEST, TABLES)


def one(found, name):
    return next(each for each in found.inputs if each.name == name)


def test_a_complete_record_gives_every_input_in_the_order_of_the_manifest():
    found = vector()
    assert [each.name for each in found.inputs] == [each.name for each in MANIFEST.inputs]
    assert None not in found.values().values()
    assert found.missing_modalities() == ()
    assert check_minimum(found, MANIFEST) == []


@pytest.mark.parametrize(
    ("name", "value", "source"),
    [
        ("distance", 62.0, "MRI0/SCR/1#3"),
        ("ct", 3.25, "MRI0/SCR/1#3"),
        ("emvi", 1.0, "MRI0/SCR/1#3"),
        ("immunotherapy", 1.0, "PLAN/SCR/1#1"),
        ("total_neoadjuvant", 1.0, "PLAN/SCR/1#1"),
        ("cea_baseline", 4.2, "LB/SCR/1#1"),
        ("cea_restaging", 2.1, "LB/RST/1#1"),
        ("good_response", 1.0, "RST/RST/1#1"),
        ("endoscopy", 0.0, "RST/RST/1#1"),
        ("mrtrg", 1.0, "RST/RST/1#1"),
        ("volume_baseline", 0.5, "RAD/SCR/1#1"),
        ("volume_restaging", 0.25, "RAD/RST/1#1"),
        ("ras", 1.0, "MOL/SCR/1#1"),
        ("cms4", 1.0, "MOL/SCR/1#1"),
        ("roseburia", 1 / 15, "MIC/SCR/1#1"),
        ("fusobacterium_restaging", 2 / 15, "MIC/RST/1#1"),
        ("til_density", 0.75, "PATH/SCR/1#1"),
        ("grade", 2.0, "PATH/SCR/1#1"),
        ("ctdna_baseline", 1.0, "LBX/SCR/1#1"),
        ("ctdna_restaging", 0.0, "LBX/RST/1#1"),
    ],
)
def test_each_value_comes_with_the_form_event_and_revision_it_was_read_from(name, value, source):
    found = one(vector(), name)
    assert (found.value, found.source, found.note) == (value, source, None)


@pytest.mark.parametrize(
    ("base", "after", "names", "note"),
    [
        ({"RAD": rad("SCR", "rad0", "BASELINE", qc="FAIL")}, {}, "_baseline", "quality-failed"),
        ({}, {"RAD": rad("RST", "rad1", "RESTAGING", qc="FAIL")}, "volume_restaging", "quality-failed"),
        ({"RAD": rad("SCR", "rad0", "RESTAGING")}, {}, "volume_baseline", "time-point-differs"),
        ({"RAD": crf("RAD", RADTP="BASELINE", RADQC="PASS")}, {}, "volume_baseline", "no-table"),
        ({"RAD": not_done("RAD", "SCR")}, {}, "volume_baseline", "not-done"),
        ({"MIC": mic("SCR", "mic0", reads=9_999)}, {}, "roseburia", "too-few-reads"),
        ({"MIC": mic("SCR", "mic0", reads=None)}, {}, "roseburia", "too-few-reads"),
        ({"LBX": lbx("SCR", "FAILED", "BASELINE")}, {}, "ctdna_baseline", "assay-failed"),
        ({}, {"LBX": lbx("RST", "NOTDET", "BASELINE")}, "ctdna_restaging", "time-point-differs"),
        ({"PATH": crf("PATH", QCSLIDE="FAIL", SLIDFEAT=file("slide"))}, {}, "til_density", "quality-failed"),
        ({"PATH": crf("PATH", QCSLIDE="ND")}, {}, "til_density", "quality-failed"),
        ({"PATH": crf("PATH", GRADE="NASS", QCSLIDE="PASS")}, {}, "grade", "unknown"),
        ({"MOL": crf("MOL", MMR="U")}, {}, "mmr", "unknown"),
        ({"MRI0": crf("MRI0", CTCAT="cTx")}, {}, "ct", "unknown"),
        ({"MRI0": crf("MRI0", CTCAT="cT4b")}, {}, "ct", "code-not-declared"),
        ({"MRI0": crf("MRI0", MRF="NASS")}, {}, "mrf", "unknown"),
        ({}, {"RST": rst(ENDO="ND")}, "endoscopy", "unknown"),
        ({}, {"RST": rst(DWI="NASS")}, "dwi", "unknown"),
        ({}, {"RST": rst(MRTRG=None)}, "mrtrg", "unknown"),
    ],
)
def test_what_failed_or_is_not_known_is_missing_and_says_why(base, after, names, note):
    found = [each for each in vector(base=base, after=after).inputs if each.name.endswith(names)]
    radiomics = [each for each in found if each.modality == "radiomics"] or found
    assert radiomics
    assert all((each.value, each.note) == (None, note) for each in radiomics)


def test_ten_thousand_reads_are_enough():
    assert one(vector(base={"MIC": mic("SCR", "mic0", reads=10_000)}), "roseburia").value == 1 / 15


def test_the_quality_of_the_slide_says_nothing_about_the_grade():
    assert one(vector(base={"PATH": crf("PATH", QCSLIDE="FAIL", GRADE="G3")}), "grade").value == 3.0


def test_the_reason_a_person_gave_for_a_blank_is_passed_on():
    blank = replace(
        crf("MRI0", LENGTH=Decimal("40")), answers=Answers({"LENGTH": Decimal("40")}, missing={"DISTAV": "ND"})
    )
    assert one(vector(base={"MRI0": blank}), "distance").note == "ND"


@pytest.mark.parametrize("form", ["RAD", "MIC", "LBX", "MOL", "MRI0", "PLAN"])
def test_a_form_that_does_not_exist_leaves_its_inputs_missing(form):
    found = vector(base={form: None}, after={form: None} if form in AFTER else {})
    mine = [
        each for each, spec in zip(found.inputs, MANIFEST.inputs, strict=True) if spec.source.startswith(f"{form}.")
    ]
    assert mine
    assert all((each.value, each.source, each.note) == (None, None, "not-done") for each in mine)


def test_a_feature_the_table_lacks_is_missing_and_the_others_are_not():
    short = {**TABLES, "rad0": {k: v for k, v in TABLES["rad0"].items() if k != "stat_skew"}}
    found = collect(record((*BASE.values(), *AFTER.values())), MANIFEST, short)
    assert one(found, "skew_baseline").note == "feature-absent"
    assert one(found, "mean_baseline").value is not None


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_feature_that_is_no_number_is_missing(value):
    odd = {**TABLES, "rad0": {**TABLES["rad0"], "stat_skew": value}}
    found = collect(record((*BASE.values(), *AFTER.values())), MANIFEST, odd)
    assert (one(found, "skew_baseline").value, one(found, "skew_baseline").note) == (None, "not-a-number")


def test_a_table_nobody_brought_is_an_error_and_never_a_missing_value():
    with pytest.raises(FileMissing) as refused:
        collect(record((BASE["RAD"],)), MANIFEST, {})
    assert refused.value.sha256 == "rad0"


@pytest.mark.parametrize(
    ("distance", "note"), [("0", None), ("120", None), ("120.1", "out-of-range"), ("249", "out-of-range")]
)
def test_a_value_outside_what_the_model_has_seen_is_passed_and_flagged(distance, note):
    found = one(vector(base={"MRI0": crf("MRI0", DISTAV=Decimal(distance))}), "distance")
    assert (found.value, found.note) == (float(distance), note)


def test_laboratory_values_are_passed_in_si_units():
    assert one(vector(base={"LB": lab("SCR", "4.2", "ug/L")}), "cea_baseline").value == 4.2
    assert one(vector(), "cea_baseline").unit == "ug/L"


def test_a_result_below_the_limit_of_detection_stands_as_the_limit_and_says_so():
    found = one(vector(base={"LB": lab("SCR", "0.5", operator="<")}), "cea_baseline")
    assert (found.value, found.note) == (0.5, "limit-of-detection")


def test_a_result_that_was_measured_carries_no_remark():
    assert one(vector(base={"LB": lab("SCR", "4.2", operator="=")}), "cea_baseline").note is None


def test_the_last_laboratory_form_with_the_test_is_read():
    other = replace(crf("LB", "SCR", 3), answers=Answers(groups={"R": (Row("r1", {"LBTEST": "HGB"}),)}))
    found = collect(record((BASE["LB"], lab("SCR", "9.9", occurrence=2), other, AFTER["RST"])), MANIFEST, TABLES)
    assert one(found, "cea_baseline").value == 9.9
    assert one(found, "cea_baseline").source == "LB/SCR/2#1"


# --- the re-assessment: item by item from RST2 only; omics not repeated come from RST, with their age -------------------

SECOND = rst("RST2", date(2026, 10, 5), ENDO="IRREGULAR", RESP="NCR", MRTRG="2")


def test_after_a_reassessment_the_examinations_come_from_it():
    found = vector(SECOND, lab("RST2", "3.3"))
    assert one(found, "endoscopy").value == 1.0
    assert one(found, "endoscopy").source == "RST/RST2/1#1"
    assert one(found, "cea_restaging").value == 3.3


def test_an_item_left_blank_at_the_reassessment_is_not_taken_from_the_first():
    found = vector(rst("RST2", date(2026, 10, 5), ENDO="ND", MRTRG=None))
    assert (one(found, "endoscopy").value, one(found, "mrtrg").value) == (None, None)


def test_a_laboratory_value_not_repeated_at_the_reassessment_is_missing():
    assert (one(vector(SECOND), "cea_restaging").value, one(vector(SECOND), "cea_restaging").note) == (None, "not-done")


@pytest.mark.parametrize(
    ("name", "value", "age"),
    [("volume_restaging", 0.25, 65), ("fusobacterium_restaging", 2 / 15, 64), ("ctdna_restaging", 0.0, 63)],
)
def test_omics_not_repeated_come_from_the_first_restaging_with_their_age(name, value, age):
    # 5 October less 1, 2 and 3 August.
    found = one(vector(SECOND), name)
    assert (found.value, found.age_days) == (value, age)
    assert "/RST/" in found.source


def test_omics_marked_not_done_at_the_reassessment_were_not_repeated():
    found = one(vector(SECOND, not_done("RAD", "RST2")), "volume_restaging")
    assert (found.value, found.age_days) == (0.25, 65)


def test_omics_that_were_repeated_come_from_the_reassessment_and_have_no_age():
    found = one(vector(SECOND, rad("RST2", "rad2", "RESTAGING")), "volume_restaging")
    assert (found.value, found.age_days, found.source) == (0.125, None, "RAD/RST2/1#1")


@pytest.mark.parametrize(
    ("repeat", "name"),
    [
        (rad("RST2", "rad2", "RESTAGING", qc="FAIL"), "volume_restaging"),
        (mic("RST2", "mic1", reads=500), "fusobacterium_restaging"),
        (lbx("RST2", "FAILED"), "ctdna_restaging"),
    ],
)
def test_a_repeat_that_failed_is_missing_and_the_first_does_not_stand_in(repeat, name):
    found = one(vector(SECOND, repeat), name)
    assert found.value is None
    assert found.note in ("quality-failed", "too-few-reads", "assay-failed")


def test_baseline_is_never_taken_from_a_restaging():
    found = vector(base={"RAD": None, "LBX": None})
    assert one(found, "volume_baseline").value is None
    assert one(found, "ctdna_baseline").value is None


def test_a_reassessment_that_was_not_done_leaves_the_first_restaging_in_force():
    assert one(vector(not_done("RST", "RST2")), "endoscopy").source == "RST/RST/1#1"


def test_without_a_restaging_everything_of_it_is_missing():
    found = vector(after={"RST": None})
    assert {each.note for each in found.inputs if each.name.endswith("_restaging")} == {"not-done"}
    assert one(found, "endoscopy").value is None


# --- the declared minimum ------------------------------------------------------------------------------------------------


def test_one_set_of_images_is_enough_for_the_declared_minimum():
    assert check_minimum(vector(after={"RAD": None}), MANIFEST) == []
    assert check_minimum(vector(base={"RAD": None}), MANIFEST) == []


def test_without_any_images_the_call_is_refused_with_each_missing_source():
    lacking = check_minimum(vector(base={"RAD": None}, after={"RAD": None}), MANIFEST)
    assert lacking == [each.source for each in MANIFEST.inputs if each.modality == "radiomics"]


def test_missing_modalities_above_the_minimum_do_not_refuse():
    found = vector(base={"MIC": None, "LBX": None, "MOL": None, "PATH": None}, after={"MIC": None, "LBX": None})
    assert check_minimum(found, MANIFEST) == []
    assert found.missing_modalities() == ("molecular", "microbiota", "pathology", "ctDNA")


def test_eleven_of_the_clinical_inputs_are_enough_and_ten_are_not():
    mri = crf("MRI0", DISTAV=Decimal("62"), LENGTH=Decimal("41"), CTCAT="cT3b", CNCAT="cN1")
    eleven = vector(base={"MRI0": mri}, after={"RST": rst(DRE="ND", ENDO="ND")})
    ten = vector(base={"MRI0": mri}, after={"RST": rst(DRE="ND", ENDO="ND", DWI="NASS")})
    assert check_minimum(eleven, MANIFEST) == []
    assert check_minimum(ten, MANIFEST) == ["MRI0.MRF", "MRI0.EMVI", "RST.DRE", "RST.ENDO", "RST.DWI"]


def test_an_empty_record_is_refused_and_everything_is_named():
    lacking = check_minimum(collect(record(), MANIFEST, {}), MANIFEST)
    assert set(lacking) == {each.source for each in MANIFEST.inputs if each.modality in MANIFEST.minimum}


@given(st.sets(st.sampled_from(sorted(BASE))), st.sets(st.sampled_from(sorted(AFTER))))
def test_nothing_is_ever_invented_for_a_form_that_is_gone(base, after):
    found = vector(base=dict.fromkeys(base), after=dict.fromkeys(after))
    whole = vector()
    for each, full in zip(found.inputs, whole.inputs, strict=True):
        assert each.value in (None, full.value)
        assert (each.value is None) == (each.note is not None)


def test_another_manifest_is_read_by_its_own_sources():
    other = replace(
        MANIFEST, inputs=(InputSpec("skew", "radiomics", "RAD.RADFILE:stat_skew@BASELINE", None, -5, 5),), minimum={}
    )
    found = collect(record((BASE["RAD"],)), other, TABLES)
    assert found.values() == {"skew": TABLES["rad0"]["stat_skew"]}
