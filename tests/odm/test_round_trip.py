"""Chapter: ODM comes in and goes out the same: answers, audit records, and what has no place here (R26, R38, R66)."""

import io

import pytest

from forms.foreign import ForeignStudy, SourceAudit
from forms.odm13 import OdmProblem, read, write
from tests.odm.files import EXAMPLES, NOON, audit_records, read_bytes, schema_says, values, written
from tests.odm.small_study import HEAD, METADATA
from tests.shared_data import needs_shared


@pytest.fixture(scope="module")
def pair() -> ForeignStudy:
    return read_bytes(*((EXAMPLES / f"openedc_{name}.xml").read_bytes() for name in ("metadata", "clinicaldata")))


@pytest.fixture(scope="module")
def exported(pair: ForeignStudy) -> bytes:
    return written(pair)


@needs_shared
@pytest.mark.requirement("R66")
@pytest.mark.requirement("R26")
def test_the_openedc_pair_comes_in_goes_out_and_comes_in_with_identical_answers(
    pair: ForeignStudy, exported: bytes
) -> None:
    source = (EXAMPLES / "openedc_clinicaldata.xml").read_bytes()
    assert len(values(source)) == 1684
    assert values(exported) == values(source)
    again = read_bytes(exported)
    assert len(again.subjects) == 90
    assert tuple(again.subjects) == tuple(pair.subjects)


@needs_shared
@pytest.mark.requirement("R38")
def test_every_audit_record_of_the_pair_is_kept(pair: ForeignStudy, exported: bytes) -> None:
    source = (EXAMPLES / "openedc_clinicaldata.xml").read_bytes()
    assert len(audit_records(source)) == 90
    assert audit_records(exported) == audit_records(source)
    assert [s.audit for s in read_bytes(exported).subjects] == [s.audit for s in pair.subjects]
    assert pair.subjects[0].audit == (SourceAudit("", "", 0, "", "U.1", "-", "2020-01-13T12:18:48.865Z"),)


@needs_shared
def test_the_export_of_an_import_of_an_export_is_the_same_to_the_byte(exported: bytes) -> None:
    assert written(read_bytes(exported)) == exported


@needs_shared
def test_what_is_lost_on_the_way_is_said(pair: ForeignStudy) -> None:
    assert {(each.kind, each.where, each.count) for each in pair.losses} == {
        ("calculation", "F_1.BMI", 59),
        ("calculation", "F_4.I.2", 58),
        ("language", "de", 80),
    }


OUTCOMES = {
    "cdisc_MetaData_Dave_multilanguage_1_3_2.xml": (7, 0, 0),
    "odmlib_cdash-odm-test.xml": "The file refers to something it does not define: CL.SEX",
    "odmlib_cdash.odm_updated.xml": "The file defines the same identifier twice: F_LB_SCENARIO2_2011-10-24: an item name is used twice",
    "odmlib_odm-data-snapshot.xml": (7, 2, 165),
    "odmlib_test_clinical_data_01.xml": "The file lacks a part that ODM requires: Study",
    "openedc_clinicaldata.xml": "The file lacks a part that ODM requires: Study",
    "openedc_metadata.xml": (5, 0, 0),
}
"""File to forms, subjects and values; or to the words of its refusal."""


@needs_shared
def test_the_table_names_every_example() -> None:
    assert {path.name for path in EXAMPLES.iterdir()} == set(OUTCOMES)


@needs_shared
@pytest.mark.parametrize("name", OUTCOMES)
def test_every_example_comes_in_and_goes_out_valid_or_is_refused_in_words(name: str) -> None:
    data, outcome = (EXAMPLES / name).read_bytes(), OUTCOMES[name]
    if isinstance(outcome, str):
        with pytest.raises(OdmProblem) as refused:
            read_bytes(data)
        assert str(refused.value) == outcome
        return
    study = read_bytes(data)
    out = written(study)
    assert (len(study.definitions), len(study.subjects), len(values(out))) == outcome
    assert values(out) == values(data)
    assert schema_says(out) == []
    assert written(read_bytes(out)) == out


@needs_shared
def test_the_pair_goes_out_valid(exported: bytes) -> None:
    assert schema_says(exported) == []


# --- one of everything that a file may hold ------------------------------------------------------------------------------

BY_ADA = "<AuditRecord><UserRef UserOID='ada'/><LocationRef LocationOID='Basel'/><DateTimeStamp>{at}</DateTimeStamp>{more}</AuditRecord>"
RICH = f"""{HEAD.replace("<ODM ", "<ODM xmlns:oc='http://oc' FileType='Transactional' FileOID='F' CreationDateTime='2020-01-01T00:00:00Z' ")}
<AdminData StudyOID="S"><User OID="ada" oc:shoe="39"><FullName>Ada</FullName></User></AdminData>
<ClinicalData StudyOID="S" MetaDataVersionOID="V1">
<SubjectData SubjectKey="01" oc:status="signed"><AuditRecord EditPoint="DBAudit"><UserRef UserOID="root"/>
<LocationRef LocationOID="-"/><DateTimeStamp>2020-01-01T00:00:00Z</DateTimeStamp></AuditRecord>
<SiteRef LocationOID="Basel"/>
<StudyEventData StudyEventOID="SE" StudyEventRepeatKey="2"><Annotation SeqNum="1"><Comment>came late</Comment></Annotation>
<FormData FormOID="F.1" FormRepeatKey="1"><Signature><UserRef UserOID="ada"/><LocationRef LocationOID="Basel"/>
<SignatureRef SignatureOID="SD"/><DateTimeStamp>2020-01-05T00:00:00Z</DateTimeStamp></Signature>
<ItemGroupData ItemGroupOID="G">
<ItemData ItemOID="WEIGHT" Value="70.5" TransactionType="Insert">{BY_ADA.format(at="2020-01-02T08:00:00Z", more="<SourceID>paper</SourceID>")}</ItemData>
<ItemData ItemOID="WEIGHT" Value="71.50" TransactionType="Update">{BY_ADA.format(at="2020-01-03T08:00:00Z", more="<ReasonForChange>typing error</ReasonForChange>")}<MeasurementUnitRef MeasurementUnitOID="MU"/></ItemData>
<ItemData ItemOID="ODD" Value="007" oc:hint="x"/><ItemData ItemOID="VISIT" Value="2020-02-30"/><ItemData ItemOID="DOUBLE" Value="141"/>
<ItemData ItemOID="SEX" Value="M" TransactionType="Insert">{BY_ADA.format(at="2020-01-02T08:00:00Z", more="")}</ItemData>
<ItemData ItemOID="SEX" TransactionType="Remove">{BY_ADA.format(at="2020-01-04T08:00:00Z", more="<ReasonForChange>asked again</ReasonForChange>")}</ItemData>
<ItemData ItemOID="PREG" IsNull="Yes"/><ItemData ItemOID="STRANGE/ONE" Value="kept"/><oc:Extra><oc:In>5</oc:In></oc:Extra></ItemGroupData>
<ItemGroupData ItemGroupOID="R" ItemGroupRepeatKey="4"><ItemData ItemOID="LAB" Value="9"/></ItemGroupData>
<ItemGroupData ItemGroupOID="R" ItemGroupRepeatKey="5"><ItemData ItemOID="LAB" Value="?"/></ItemGroupData>
<ItemGroupData ItemGroupOID="GONE"><ItemData ItemOID="X" Value="1"/></ItemGroupData></FormData>
<FormData FormOID="F.1" FormRepeatKey="A"><ItemGroupData ItemGroupOID="G"><ItemDataFloat ItemOID="WEIGHT">60</ItemDataFloat></ItemGroupData></FormData>
<FormData FormOID="OTHER"><ItemGroupData ItemGroupOID="G"><ItemData ItemOID="X" Value="2"/></ItemGroupData></FormData>
</StudyEventData></SubjectData></ClinicalData></ODM>""".encode()  # noqa: E501  # one element a line reads best
EXTENDED = METADATA.replace("<ODM ", "<ODM xmlns:oc='http://oc' ", 1).replace(
    '<ItemDef OID="LAB"', '<ItemDef oc:colour="red" OID="LAB"'
).replace("</MetaDataVersion>", "<oc:Menu>x</oc:Menu></MetaDataVersion>").encode()  # fmt: skip


@pytest.fixture(scope="module")
def rich() -> ForeignStudy:
    return read_bytes(EXTENDED, RICH)


def test_the_last_value_of_a_history_is_the_answer(rich: ForeignStudy) -> None:
    (subject,) = rich.subjects
    first, second = subject.crfs
    assert {k: str(v) for k, v in first.answers.items.items()} == {"WEIGHT": "71.50", "ODD": "7"}
    assert [(r.id, r.items) for r in first.answers.groups["R"]] == [("4", {"LAB": 9}), ("5", {})]
    assert (second.occurrence, str(second.answers.items["WEIGHT"])) == (2, "60")
    assert subject.unreadable == {("F_1/SE-2/1", "VISIT"): "2020-02-30", ("F_1/SE-2/1", "R/5/LAB"): "?"}


@pytest.mark.requirement("R38")
def test_each_change_keeps_who_where_when_why_and_from_what(rich: ForeignStudy) -> None:
    of = {"form": "F_1", "event": "SE-2", "occurrence": 1, "user": "ada", "location": "Basel"}
    assert rich.subjects[0].audit == (
        SourceAudit("", "", 0, "", "root", "-", "2020-01-01T00:00:00Z"),
        SourceAudit(**of, path="WEIGHT", at="2020-01-02T08:00:00Z", action="Insert", value="70.5", source="paper"),
        SourceAudit(**of, path="WEIGHT", at="2020-01-03T08:00:00Z", action="Update", value="71.50", reason="typing error"),
        SourceAudit(**of, path="SEX", at="2020-01-02T08:00:00Z", action="Insert", value="M"),
        SourceAudit(**of, path="SEX", at="2020-01-04T08:00:00Z", action="Remove", reason="asked again"),
    )  # fmt: skip


def test_everything_without_a_place_is_kept_aside_and_said(rich: ForeignStudy) -> None:
    assert {(each.kind, each.where) for each in rich.losses} == {
        ("annotation", ""),
        ("attribute", "EditPoint (AuditRecord)"),
        ("attribute", "IsNull (ItemData)"),
        ("calculation", "F_1.DOUBLE"),
        ("element", "MeasurementUnitRef"),
        ("element", "SiteRef"),
        ("language", "de"),
        ("repeat-key", "F_1"),
        ("signature", ""),
        ("spelling", "F_1.ODD"),
        ("undeclared", "F_1.STRANGE/ONE"),
        ("undeclared", "F_1.X"),
        ("undeclared", "OTHER.X"),
        ("vendor-attribute", "colour (ItemDef)"),
        ("vendor-attribute", "hint (ItemData)"),
        ("vendor-attribute", "shoe (User)"),
        ("vendor-attribute", "status (SubjectData)"),
        ("vendor-element", "Extra"),
        ("vendor-element", "Menu"),
    }
    assert {"39", "red", "x", "signed", "007", "141", "kept"} - {
        each.text for each in (*rich.asides, *rich.subjects[0].asides)
    } == {"39"}


def test_the_rich_file_goes_out_with_every_value_and_audit_record(rich: ForeignStudy) -> None:
    out = written(rich)
    typed = RICH.replace(
        b'<ItemDataFloat ItemOID="WEIGHT">60</ItemDataFloat>', b'<ItemData ItemOID="WEIGHT" Value="60"/>'
    )
    assert values(out) == values(typed)
    assert sorted(audit_records(out)) == sorted(audit_records(RICH))
    again = read_bytes(out)
    assert tuple(s.audit for s in again.subjects) == tuple(s.audit for s in rich.subjects)
    assert [s.crfs for s in again.subjects] == [s.crfs for s in rich.subjects]
    assert written(again) == out


@needs_shared
def test_the_rich_file_goes_out_as_the_schema_wants_it(rich: ForeignStudy) -> None:
    small = "V1"  # the small study itself lacks what the schema asks of metadata; its data must not
    assert [each for each in schema_says(written(rich)) if "Data'" in each and small not in each] == []


def test_extensions_of_other_vendors_go_out_where_they_stood_when_asked_for(rich: ForeignStudy) -> None:
    assert b"http://oc" not in written(rich)
    out = written(rich, vendors=True).decode()
    assert '="red"' in out and ">x</" in out and '="signed"' in out
    again = read_bytes(out.encode())
    kept = {(each.where, each.name) for each in rich.subjects[0].asides}
    assert {(each.where, each.name) for each in again.subjects[0].asides} == kept - {("//0#", "AuditRecord@EditPoint")}
    assert written(again, vendors=True) == out.encode()


# --- what is refused -----------------------------------------------------------------------------------------------------

EMPTY = f"{HEAD}</ODM>"
BOMB = (
    f'<!DOCTYPE ODM [<!ENTITY a "ha"><!ENTITY b "{"&a;" * 50}"><!ENTITY c "{"&b;" * 50}">]>' + EMPTY.partition("\n")[2]
)
PLAIN = EMPTY.partition("\n")[2].encode()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (BOMB.encode(), "doctype"),
        (b'<!DOCTYPE ODM [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + PLAIN, "doctype"),
        (b'<!DOCTYPE ODM SYSTEM "http://127.0.0.1:9/odm.dtd">' + PLAIN, "doctype"),
        (b'<!DOCTYPE ODM [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>' + PLAIN, "doctype"),
        (('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE ODM []>' + PLAIN.decode()).encode("utf-16"), "doctype"),
        (b" " * 200_000 + b"<!DOCTYPE ODM []>" + PLAIN, "doctype"),
        (b"", "not_xml"),
        (b"subject,age\n1,70\n", "not_xml"),
        (b"PK\x03\x04", "not_xml"),
        (PLAIN[:-9], "not_xml"),
        (RICH[: len(RICH) // 2], "not_xml"),
        (b"<ODM/>", "not_odm"),
        (b"<html><body/></html>", "not_odm"),
        (b'<ODM xmlns="http://www.cdisc.org/ns/odm/v2.0"/>', "not_odm"),
        (PLAIN, "incomplete"),
        (RICH.replace(b'StudyOID="S"', b'StudyOID="T"'), "other_study"),
        (RICH.replace(b' SubjectKey="01"', b""), "incomplete"),
        (RICH.replace(b"</ClinicalData>", b'<SubjectData SubjectKey="01"/></ClinicalData>'), "twice"),
        (RICH.replace(b'Value="9"', b'Value="&nonsense;"'), "not_xml"),
        (b"<ODM xmlns='http://www.cdisc.org/ns/odm/v1.3'>" + b"<a>" * 400 + b"</a>" * 400 + b"</ODM>", "not_xml"),
    ],
)
def test_a_hostile_or_broken_file_is_refused_in_words(data: bytes, code: str) -> None:
    with pytest.raises(OdmProblem) as refused:
        read_bytes(data if code == "incomplete" and data == PLAIN else METADATA.encode(), data)
    assert refused.value.code == code


def test_a_file_over_the_bound_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forms.odm13.streaming.parts.__kwdefaults__", {"max_bytes": 100})
    with pytest.raises(OdmProblem) as refused:
        read_bytes(METADATA.encode())
    assert refused.value.code == "too_large"


def test_a_study_without_subjects_goes_out_as_metadata_alone() -> None:
    out = io.BytesIO()
    write(read(lambda: io.BytesIO(METADATA.encode())), out, at=NOON, release="1.0")
    assert b"ClinicalData" not in out.getvalue()
