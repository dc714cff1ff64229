"""ODM files from outside: what is refused, and what the rest becomes."""

from decimal import Decimal
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.language import above
from forms.logic import Expr
from forms.odm13 import OdmProblem, forms_of, read_study, read_subjects
from forms.odm13.xml import WORDS
from tests.odm.small_study import HEAD, METADATA, clinical, small_forms, study

ROOT = '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"></ODM>'
BILLION_LAUGHS = """<?xml version="1.0"?><!DOCTYPE ODM [<!ENTITY a "ha">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;">]>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" Description="&e;">&e;</ODM>"""


@pytest.mark.parametrize("read", [read_study, read_subjects])
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (BILLION_LAUGHS.encode(), "doctype"),
        (b'<!DOCTYPE ODM [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + ROOT.encode(), "doctype"),
        (b'<!DOCTYPE ODM SYSTEM "http://127.0.0.1:9/odm.dtd">' + ROOT.encode(), "doctype"),
        (b'<!DOCTYPE ODM [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>' + ROOT.encode(), "doctype"),
        (f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE ODM []>{ROOT}'.encode("utf-16"), "doctype"),
        (b"", "not_xml"),
        (b"<ODM", "not_xml"),
        (b"subject,age\n1,70\n", "not_xml"),
        (b"PK\x03\x04", "not_xml"),
        (b'<?xml version="1.0" encoding="nonsense"?><a/>', "not_xml"),
        (ROOT.encode() + b"\x00", "not_xml"),
        (b"<ODM/>", "not_odm"),
        (b'<ODM xmlns="http://www.cdisc.org/ns/odm/v2.0"/>', "not_odm"),
    ],
)
def test_what_is_not_plain_odm_is_refused_with_its_reason(read: object, data: bytes, code: str) -> None:
    with pytest.raises(OdmProblem) as refused:
        read(data)  # type: ignore[operator]
    assert refused.value.code == code


def test_a_file_over_the_bound_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forms.odm13.xml.odm_root.__kwdefaults__", {"max_bytes": len(ROOT)})
    assert read_subjects(ROOT.encode()) == ()
    with pytest.raises(OdmProblem) as refused:
        read_subjects(ROOT.encode() + b" ")
    assert refused.value.code == "too_large"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('<Study OID="S">', "<Study>", "incomplete"),
        ("</Study>", '</Study><Study OID="S2"/>', "several_versions"),
        ("</MetaDataVersion>", '</MetaDataVersion><MetaDataVersion OID="V2"/>', "several_versions"),
        ('<ItemDef OID="ODD"', '<ItemDef OID="LAB"', "twice"),
        ('ItemOID="ODD"', 'ItemOID="SEX"', "twice"),
        ('ItemGroupOID="R"', 'ItemGroupOID="GONE"', "unknown_reference"),
        ('ItemOID="LAB"', 'ItemOID="GONE"', "unknown_reference"),
        ('CodeListOID="CL"', 'CodeListOID="GONE"', "unknown_reference"),
        ('ConditionOID="C"', 'ConditionOID="GONE"', "unknown_reference"),
        ('MethodOID="M"', 'MethodOID="GONE"', "unknown_reference"),
        ('MeasurementUnitOID="MU"/>', 'MeasurementUnitOID="GONE"/>', "unknown_reference"),
        ('CodedValue="F"', 'CodedValue="M"', "codelist"),
        ('Comparator="NE"', 'Comparator="ALMOST"', "range_check"),
        ("<CheckValue>300</CheckValue>", "<CheckValue>many</CheckValue>", "range_check"),
        ("<CheckValue>300</CheckValue>", "", "range_check"),
        (' DataType="boolean"', "", "incomplete"),
    ],
)
def test_metadata_that_contradicts_itself_is_refused(old: str, new: str, code: str) -> None:
    assert old in METADATA
    with pytest.raises(OdmProblem) as refused:
        forms_of(study(METADATA.replace(old, new, 1)))
    assert refused.value.code == code
    assert str(refused.value) == WORDS[code] % {"detail": refused.value.detail}


def test_forms_whose_names_would_become_one_are_refused() -> None:
    second = '<FormDef OID="F_1" Name="Other" Repeating="No"></FormDef><ItemGroupDef OID="G"'
    with pytest.raises(OdmProblem) as refused:
        forms_of(study(METADATA.replace('<ItemGroupDef OID="G"', second, 1)))
    assert refused.value.code == "twice"


def test_a_form_becomes_a_definition_of_ours() -> None:
    form = small_forms().definitions["F_1", 1]
    assert [(i.oid, i.kind, i.unit, i.required) for i in form.items] == [
        ("SEX", "text", "", True),
        ("WEIGHT", "decimal", "kg", False),
        ("VISIT", "date", "", False),
        ("PREG", "code", "", True),
        ("DOUBLE", "calc", "", False),
        ("ODD", "int", "", False),
    ]
    assert [(g.oid, [i.key for i in g.items]) for g in form.groups] == [("R", ["F_1.LAB"])]


def test_questions_are_read_in_english_and_codes_with_their_decodes() -> None:
    sex = small_forms().definitions["F_1", 1].item("SEX")
    assert sex.label == "Sex?"
    assert sex.codes is not None
    assert [(c.code, c.decode) for c in sex.codes] == [("M", "male"), ("F", "female")]


def test_range_checks_become_ranges_and_what_has_no_room_there_a_check() -> None:
    form = small_forms().definitions["F_1", 1]
    weight = form.item("WEIGHT")
    assert weight.hard is not None and weight.soft is not None
    assert weight.hard.low is not None and weight.hard.high is not None and weight.soft.low is not None
    assert weight.hard.low.exclusive is above(0).exclusive is True
    assert weight.hard.high.exclusive is False
    assert weight.soft.high is None
    assert [c.at.to_json() for c in (weight.hard.low, weight.hard.high, weight.soft.low)] == [
        ["number", "0"], ["number", "300"], ["number", "40"],
    ]  # fmt: skip
    assert [(c.id, c.level, c.rule.op) for c in form.checks] == [("WEIGHT-4", "hard", "ne"), ("ODD-1", "hard", "in")]


def test_a_collection_exception_becomes_its_opposite_and_a_method_a_calculation() -> None:
    form = small_forms().definitions["F_1", 1]
    asked, derived = form.item("PREG").ask_if, form.item("DOUBLE").derive
    assert isinstance(asked, Expr) and isinstance(derived, Expr)
    assert asked.to_json() == ["not", ["not", ["eq", ["item", "F_1.SEX"], ["const", "F"]]]]
    assert derived.to_json() == ["mul", ["item", "F_1.WEIGHT"], ["number", "2"]]


def test_an_item_without_a_value_is_a_blank_and_a_form_without_items_is_no_form() -> None:
    (subject,) = read_subjects(clinical(SEX="", WEIGHT="70"))
    assert subject.forms[0].groups[0].values == (("WEIGHT", "70"),)
    (empty,) = read_subjects(clinical())
    assert empty.forms == ()


@given(st.text(st.characters(blacklist_categories=["Cc", "Cs"]), min_size=1))
def test_any_text_is_read_as_written(text: str) -> None:
    data = (
        f'{HEAD}<ClinicalData><SubjectData SubjectKey="1"><StudyEventData StudyEventOID="SE"><FormData FormOID="F">'
        f'<ItemGroupData ItemGroupOID="G"><ItemData ItemOID="I" Value={quoteattr(text)}/></ItemGroupData></FormData>'
        "</StudyEventData></SubjectData></ClinicalData></ODM>"
    )
    # U+FFFE and U+FFFF are no characters of XML at all.
    if not {"\ufffe", "\uffff"} & set(text):
        (subject,) = read_subjects(data.encode())
        assert subject.forms[0].groups[0].values == (("I", text),)


@given(st.binary(max_size=400))
def test_random_bytes_are_refused_and_never_crash(data: bytes) -> None:
    with pytest.raises(OdmProblem):
        read_subjects(data)


def test_numbers_keep_the_places_they_were_written_with() -> None:
    (subject,) = read_subjects(clinical(WEIGHT="70.50"))
    assert Decimal(dict(subject.forms[0].groups[0].values)["WEIGHT"]).as_tuple().exponent == -2
