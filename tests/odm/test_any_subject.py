"""Properties: whatever a subject answers, and whatever its history, ODM out and in is the same."""

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from forms.foreign import SourceAudit
from tests.odm.files import audit_records, read_bytes, values, written
from tests.odm.small_study import HEAD, METADATA

TEXT = st.text(st.characters(blacklist_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=12)
OID = st.text(string.ascii_letters + "/%#.-_", min_size=1, max_size=6)
ITEMS = st.sampled_from(["SEX", "WEIGHT", "VISIT", "PREG", "DOUBLE", "ODD"]) | OID
VALUES = st.sampled_from(["1", "007", "70.50", "2020-01-31", "2020-02-30", "M", "true", "-0", "x,y"]) | TEXT
RECORDS = st.lists(st.tuples(ITEMS, VALUES, st.booleans()), max_size=8)
ROWS = st.lists(VALUES, max_size=3)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _item(oid: str, value: str, audited: bool, number: int) -> str:
    record = (
        f'<AuditRecord><UserRef UserOID="u{number}"/><LocationRef LocationOID="L"/><DateTimeStamp>2020-01-01T00:00:{number:02}Z'
        "</DateTimeStamp></AuditRecord>"
    )
    action = ' TransactionType="Upsert"' if audited else ""
    return (
        f'<ItemData ItemOID="{_escaped(oid)}" Value="{_escaped(value)}"{action}>{record if audited else ""}</ItemData>'
    )


def _file(records: list[tuple[str, str, bool]], rows: list[str], event: str, group: str) -> bytes:
    once = "".join(_item(*record, n) for n, record in enumerate(records))
    several = "".join(
        f'<ItemGroupData ItemGroupOID="R" ItemGroupRepeatKey="{n}"><ItemData ItemOID="LAB" Value="{_escaped(v)}"/></ItemGroupData>'
        for n, v in enumerate(rows, 1)
    )
    return (
        f'{HEAD}<ClinicalData StudyOID="S" MetaDataVersionOID="V1"><SubjectData SubjectKey="01"><StudyEventData '
        f'StudyEventOID="{_escaped(event)}"><FormData FormOID="F.1"><ItemGroupData ItemGroupOID="{_escaped(group)}">{once}'
        f"</ItemGroupData>{several}</FormData></StudyEventData></SubjectData></ClinicalData></ODM>"
    ).encode()


@settings(max_examples=30)
@given(RECORDS, ROWS, st.sampled_from(["SE", "SE-2", "else"]), st.sampled_from(["G", "GONE"]))
def test_every_audit_record_and_the_last_of_every_value_go_out_as_they_came(
    records: list[tuple[str, str, bool]], rows: list[str], event: str, group: str
) -> None:
    # Without a record an earlier value is no history: one value a place.
    seen = dict.fromkeys(oid for oid, _, _ in records)
    told = [r for r in records if r[2]] + [next(r for r in records if r[0] == oid) for oid in seen if not any(
        r[2] for r in records if r[0] == oid)]  # fmt: skip
    data = _file(told, rows, event, group)
    first = read_bytes(METADATA.encode(), data)
    out = written(first)
    assert values(out) == values(data)
    assert sorted(audit_records(out)) == sorted(audit_records(data))
    again = read_bytes(out)
    ((one,), (other,)) = (first.subjects, again.subjects)
    assert (other.crfs, other.unreadable) == (one.crfs, one.unreadable)
    # The records of one place keep their order; places stand in the order of their groups.
    assert sorted(other.audit, key=lambda a: a.path) == sorted(one.audit, key=lambda a: a.path)
    assert set(other.asides) == set(one.asides)
    assert written(again) == out


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=4))
def test_the_words_of_an_audit_record_are_kept_to_the_letter(told: list[tuple[str, str]]) -> None:
    items = "".join(
        '<ItemData ItemOID="SEX" Value="M"><AuditRecord><UserRef UserOID="u"/><LocationRef LocationOID="L"/><DateTimeStamp>'
        f"2020-01-01T00:00:00Z</DateTimeStamp><ReasonForChange>{_escaped(reason)}</ReasonForChange>"
        f"<SourceID>{_escaped(source)}</SourceID></AuditRecord></ItemData>"
        for reason, source in told
    )
    data = _file([], [], "SE", "G").replace(b'OID="G">', f'OID="G">{items}'.encode())
    (subject,) = read_bytes(METADATA.encode(), data).subjects
    expected = tuple(
        SourceAudit("F_1", "SE", 1, "SEX", "u", "L", "2020-01-01T00:00:00Z", None, "M", reason, source)
        for reason, source in told
    )
    assert subject.audit == expected
    (again,) = read_bytes(written(read_bytes(METADATA.encode(), data))).subjects
    assert again.audit == expected
