"""A study of one page that breaks, on demand, every rule a study can hold."""

from forms.odm13 import Forms, Loaded, Study, check, count_by_kind, forms_of, load, read_study, read_subjects

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" ODMVersion="1.3.2">'

METADATA = f"""{HEAD}
<Study OID="S"><GlobalVariables><StudyName>Small</StudyName></GlobalVariables>
<BasicDefinitions><MeasurementUnit OID="MU" Name="kg"><Symbol><TranslatedText>kg</TranslatedText></Symbol>
</MeasurementUnit></BasicDefinitions>
<MetaDataVersion OID="V1" Name="one">
<StudyEventDef OID="SE" Name="visit" Repeating="Yes" Type="Common"><FormRef FormOID="F.1" Mandatory="Yes"/></StudyEventDef>
<FormDef OID="F.1" Name="Form" Repeating="No"><ItemGroupRef ItemGroupOID="G" Mandatory="Yes"/>
<ItemGroupRef ItemGroupOID="R" Mandatory="No"/></FormDef>
<ItemGroupDef OID="G" Name="Once" Repeating="No">
<ItemRef ItemOID="SEX" Mandatory="Yes"/><ItemRef ItemOID="WEIGHT" Mandatory="No"/><ItemRef ItemOID="VISIT" Mandatory="No"/>
<ItemRef ItemOID="PREG" Mandatory="Yes" CollectionExceptionConditionOID="C"/>
<ItemRef ItemOID="DOUBLE" Mandatory="Yes" MethodOID="M"/><ItemRef ItemOID="ODD" Mandatory="No"/></ItemGroupDef>
<ItemGroupDef OID="R" Name="Rows" Repeating="Yes"><ItemRef ItemOID="LAB" Mandatory="No"/></ItemGroupDef>
<ItemDef OID="SEX" Name="Sex" DataType="text"><Question><TranslatedText xml:lang="de">Geschlecht</TranslatedText>
<TranslatedText xml:lang="en">Sex?</TranslatedText></Question><CodeListRef CodeListOID="CL"/></ItemDef>
<ItemDef OID="WEIGHT" Name="Weight" DataType="float"><MeasurementUnitRef MeasurementUnitOID="MU"/>
<RangeCheck Comparator="GT" SoftHard="Hard"><CheckValue>0</CheckValue></RangeCheck>
<RangeCheck Comparator="LE" SoftHard="Hard"><CheckValue>300</CheckValue></RangeCheck>
<RangeCheck Comparator="GE" SoftHard="Soft"><CheckValue>40</CheckValue></RangeCheck>
<RangeCheck Comparator="NE" SoftHard="Hard"><CheckValue>99.9</CheckValue></RangeCheck></ItemDef>
<ItemDef OID="VISIT" Name="Visit" DataType="date">
<RangeCheck Comparator="GE" SoftHard="Hard"><CheckValue>2020-01-01</CheckValue></RangeCheck></ItemDef>
<ItemDef OID="PREG" Name="Pregnant" DataType="boolean"/>
<ItemDef OID="DOUBLE" Name="Twice the weight" DataType="float"/>
<ItemDef OID="ODD" Name="Odd" DataType="integer">
<RangeCheck Comparator="IN" SoftHard="Hard"><CheckValue>1</CheckValue><CheckValue>3</CheckValue></RangeCheck></ItemDef>
<ItemDef OID="LAB" Name="Lab" DataType="integer">
<RangeCheck Comparator="LT" SoftHard="Hard"><CheckValue>10</CheckValue></RangeCheck></ItemDef>
<CodeList OID="CL" Name="Sex" DataType="text">
<CodeListItem CodedValue="M"><Decode><TranslatedText>male</TranslatedText></Decode></CodeListItem>
<CodeListItem CodedValue="F"><Decode><TranslatedText>female</TranslatedText></Decode></CodeListItem></CodeList>
<ConditionDef OID="C" Name="not female"><FormalExpression>!(SEX == "F")</FormalExpression></ConditionDef>
<MethodDef OID="M" Name="double" Type="Computation"><FormalExpression>WEIGHT * 2</FormalExpression></MethodDef>
</MetaDataVersion></Study></ODM>"""


def clinical(rows: tuple[str, ...] = (), form: str = "F.1", **items: str) -> bytes:
    """One subject with these answers, and one row of group R for each of `rows`."""
    answers = "".join(f'<ItemData ItemOID="{oid}" Value="{value}"/>' for oid, value in items.items())
    groups = f'<ItemGroupData ItemGroupOID="G">{answers}</ItemGroupData>' + "".join(
        f'<ItemGroupData ItemGroupOID="R" ItemGroupRepeatKey="{n}"><ItemData ItemOID="LAB" Value="{value}"/></ItemGroupData>'
        for n, value in enumerate(rows, 1)
    )
    return f"""{HEAD}<ClinicalData StudyOID="S" MetaDataVersionOID="V1"><SubjectData SubjectKey="01">
<StudyEventData StudyEventOID="SE" StudyEventRepeatKey="2"><FormData FormOID="{form}">{groups}</FormData>
</StudyEventData></SubjectData></ClinicalData></ODM>""".encode()


def study(metadata: str = METADATA) -> Study:
    return read_study(metadata.encode())


def small_forms() -> Forms:
    return forms_of(study())


def loaded(rows: tuple[str, ...] = (), form: str = "F.1", **items: str) -> Loaded:
    (subject,) = read_subjects(clinical(rows, form, **items))
    return load(small_forms(), subject)


def counted(rows: tuple[str, ...] = (), form: str = "F.1", **items: str) -> dict[str, int]:
    return count_by_kind(check(loaded(rows, form, **items)))
