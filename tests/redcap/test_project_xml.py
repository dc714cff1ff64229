"""Chapter: a project's XML: fields of every type, settings that mean something elsewhere, and files that are no project."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

import pytest

from forms.foreign import ForeignStudy
from forms.redcap import RedcapProblem, data_csv, dictionary_csv, read_project_xml
from tests.redcap.projects import item, kinds

ODM = 'xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:redcap="https://projectredcap.org"'


def field(name: str, *inner: str, **redcap: str) -> str:
    told = "".join(f" redcap:{key}={quoteattr(value)}" for key, value in {"FieldType": "text", **redcap}.items())
    question = f"<Question><TranslatedText>{name}</TranslatedText></Question>"
    return f'<ItemDef OID="{name}" Name="{name}" DataType="text" redcap:Variable="{name}"{told}>{question}{"".join(inner)}</ItemDef>'


def project(*fields: str, names: tuple[str, ...] = (), settings: str = "", version: str = "", data: str = "") -> bytes:
    refs = "".join(f'<ItemRef ItemOID="{n}" Mandatory="No" redcap:Variable="{n}"/>' for n in ("record_id", *names))
    return f"""<ODM {ODM}><Study OID="P"><GlobalVariables><StudyName>Small</StudyName>{settings}</GlobalVariables>
      <MetaDataVersion OID="M" Name="M">{version}
      <FormDef OID="Form.visit" Name="The visit" Repeating="No" redcap:FormName="visit"><ItemGroupRef ItemGroupOID="g"/></FormDef>
      <ItemGroupDef OID="g" Name="g" Repeating="No">{refs}</ItemGroupDef>{field("record_id")}{"".join(fields)}
      </MetaDataVersion></Study><ClinicalData StudyOID="P" MetaDataVersionOID="M">{data}</ClinicalData></ODM>""".encode()


def study(*fields: str, **options: object) -> ForeignStudy:
    return read_project_xml(project(*fields, **options))  # type: ignore[arg-type]


def values(items: Mapping[str, str], key: str = "1", **repeat: str) -> str:
    cells = "".join(f"<ItemData ItemOID={quoteattr(n)} Value={quoteattr(v)}/>" for n, v in items.items())
    told = "".join(f" {name}={quoteattr(value)}" for name, value in repeat.items())
    form = f'<FormData FormOID="Form.visit"{told}><ItemGroupData ItemGroupOID="g">{cells}</ItemGroupData></FormData>'
    return f'<SubjectData SubjectKey="{key}">{form}</SubjectData>'


@pytest.mark.parametrize(
    ("redcap", "kind"),
    [({"FieldType": "textarea"}, "text"), ({"TextValidationType": "int"}, "int"), ({"TextValidationType": "float"}, "decimal"),
     ({"TextValidationType": "date_mdy"}, "date"), ({"FieldType": "yesno"}, "yn"), ({"FieldType": "slider"}, "int"),
     ({"FieldType": "calc", "Calculation": "1+1"}, "calc"), ({"FieldType": "file"}, "file")],
)  # fmt: skip
def test_a_field_of_the_xml_is_the_field_of_the_dictionary(redcap: dict[str, str], kind: str) -> None:
    of = study(field("asked", **redcap), names=("asked",))
    assert item(of, "asked").kind == kind
    assert of.definitions["visit", 1].title == "The visit"


def test_the_boxes_of_a_checkbox_are_one_field() -> None:
    codes = '<CodeListRef CodeListOID="c"/>'
    lists = '<CodeList OID="c" Name="c" redcap:CheckboxChoices="1, A | 2, B"/>'
    boxes = [
        field(f"days___{n}", codes, FieldType="checkbox").replace(f'Variable="days___{n}"', 'Variable="days"')
        for n in "12"
    ]
    whole = project(*boxes, lists, names=("days___1", "days___2"), data=values({"days___1": "1", "days___2": "0"}))
    whole = whole.replace(b'redcap:Variable="days___1"/>', b'redcap:Variable="days"/>')
    of = read_project_xml(whole.replace(b'redcap:Variable="days___2"/>', b'redcap:Variable="days"/>'))
    assert item(of, "days").kind == "multi"
    assert of.subjects[0].crfs[0].answers.items["days"] == ("1",)
    assert data_csv(of) == b"record_id,days___1,days___2,visit_complete\n1,1,0,\n"


@pytest.mark.parametrize(
    ("setting", "kind"),
    [("<redcap:SurveysEnabled>1</redcap:SurveysEnabled>", "survey"),
     ("<redcap:RandomizationEnabled>1</redcap:RandomizationEnabled>", "randomisation"),
     ('<redcap:AlertsGroup><redcap:Alerts title="Call"/></redcap:AlertsGroup>', "setting"),
     ("<redcap:SurveysEnabled>0</redcap:SurveysEnabled>", None), ("<redcap:Purpose></redcap:Purpose>", None)],
)  # fmt: skip
def test_what_the_project_does_elsewhere_is_said_and_kept(setting: str, kind: str | None) -> None:
    of = study(settings=setting)
    assert kinds(of, "project") == ({kind} if kind else set())
    assert bool([a for a in of.asides if a.where == "setting"]) is bool(kind)


def test_codes_for_missing_data_come_from_the_project() -> None:
    codes = "<redcap:MissingDataCodes>NI, No information\nUNK, Unknown</redcap:MissingDataCodes>"
    of = study(field("asked", TextValidationType="int"), names=("asked",), settings=codes, data=values({"asked": "NI"}))
    assert of.subjects[0].crfs[0].answers.missing == {"asked": "UNK"}
    assert b"1,NI," in data_csv(of)


def test_a_repeating_event_and_a_repeating_form_keep_their_numbers() -> None:
    ref = '<FormRef FormOID="Form.visit" redcap:FormName="visit"/>'
    event = f'<StudyEventDef OID="Event.e_arm_1" Name="E" redcap:UniqueEventName="e_arm_1">{ref}</StudyEventDef>'
    repeat = '<redcap:RepeatingEvent redcap:UniqueEventName="e_arm_1"/>'
    inner = values({"asked": "x"}).partition("<FormData")[2].rpartition("</SubjectData>")[0]
    data = "".join(
        f'<SubjectData SubjectKey="1"><StudyEventData StudyEventOID="Event.e_arm_1" StudyEventRepeatKey="{n}"><FormData{inner}'
        "</StudyEventData></SubjectData>"
        for n in (1, 2)
    )
    of = study(field("asked"), names=("asked",), settings=f"<redcap:R>{repeat}</redcap:R>", version=event, data=data)
    assert [(c.event, c.occurrence) for s in of.subjects for c in s.crfs] == [("e_arm_1", 1), ("e_arm_1", 2)]
    assert data_csv(of).decode().splitlines()[1:] == ["1,e_arm_1,,1,x,", "1,e_arm_1,,2,x,"]


BROKEN = [
    project().replace(b'ItemGroupOID="g"/>', b'ItemGroupOID="h"/>'),
    project(names=("nobody",)),
    project().replace(b"<MetaDataVersion OID", b"<MetaDataVersion/><MetaDataVersion OID"),
    project(data="<SubjectData/>"),
    project(data='<SubjectData SubjectKey="1"><FormData/></SubjectData>'),
    project(field("asked"), names=("asked",)).replace(b'Variable="asked"', b'Variable="As ked"'),
]


@pytest.mark.parametrize("data", BROKEN)
def test_a_project_that_contradicts_itself_is_refused(data: bytes) -> None:
    with pytest.raises(RedcapProblem):
        read_project_xml(data)


def test_a_project_without_data_is_its_dictionary() -> None:
    of = study(field("asked"), names=("asked",))
    assert (of.name, of.subjects) == ("Small", ())
    assert dictionary_csv(of).count(b"\n") == 3
