"""Chapter: whatever a dictionary of known types and its data say, out and in again they say the same."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from forms.redcap import data_csv, dictionary_csv, read_project
from forms.redcap.cells import columns_of
from forms.redcap.sheet import read_sheet, write_sheet
from tests.redcap.projects import dictionary

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=("Cs",)), max_size=20)
SHOWN = WORDS.map(lambda text: text.strip() or "label")
CODES = st.lists(st.from_regex(r"-?[0-9]{1,2}|[A-Z]{1,3}", fullmatch=True), min_size=1, max_size=4, unique_by=str.lower)
LABELS = st.lists(SHOWN.map(lambda text: text.replace("|", "/").replace("\n", " ")), min_size=4, max_size=4)
CHOICES = st.tuples(CODES, LABELS).map(lambda p: " | ".join(f"{c}, {t.strip() or c}" for c, t in zip(*p, strict=False)))
VALUES = {
    "integer": st.integers(-(10**9), 10**9).map(str),
    "number": st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-999, max_value=999).map(str),
    "date_dmy": st.dates().map(str),
    "": WORDS,
}


@st.composite
def lines(draw: st.DrawFn, number: int) -> dict[str, str]:
    kind = draw(st.sampled_from(["text", "notes", "radio", "dropdown", "checkbox", "yesno", "truefalse", "slider"]))
    line = {"name": f"f{number}", "type": kind, "label": draw(SHOWN), "note": draw(WORDS), "section": draw(WORDS)}
    line |= {"form": "visit" if number < 3 else "second", "required": draw(st.sampled_from(["", "y"]))}
    line |= {"identifier": draw(st.sampled_from(["", "y"])), "annotation": draw(WORDS), "alignment": draw(WORDS)}
    if kind in ("radio", "dropdown", "checkbox"):
        line["choices"] = draw(CHOICES)
    if kind == "text":
        line["validation"] = draw(st.sampled_from(sorted(VALUES)))
    if number:
        line["branching"] = draw(st.sampled_from(["", "[f0] <> ''", "[f0] = '1'", "[f0(1)] = '1'", "[nobody] = 1"]))
    return line


@st.composite
def dictionaries(draw: st.DrawFn) -> list[dict[str, str]]:
    return [draw(lines(number)) for number in range(draw(st.integers(1, 5)))]


@settings(max_examples=150, deadline=None)
@given(dictionaries())
def test_a_dictionary_out_and_in_is_the_same(fields: list[dict[str, str]]) -> None:
    original = dictionary(*fields)
    first = dictionary_csv(read_project("random", original))
    assert first == original
    assert dictionary_csv(read_project("random", first)) == first


def cell(draw: st.DrawFn, line: dict[str, str], column: str) -> str:
    """Mostly a value of the field, sometimes blank, sometimes anything."""
    if column.endswith("_complete"):
        return draw(st.sampled_from(["", "0", "1", "2"]))
    good: st.SearchStrategy[str] = VALUES.get(line.get("validation", ""), WORDS)
    if "___" in column or line["type"] in ("yesno", "truefalse"):
        good = st.sampled_from(["0", "1"])
    elif line["type"] in ("radio", "dropdown"):
        good = st.sampled_from([part.split(",")[0].strip() for part in line["choices"].split("|")])
    return draw(st.one_of(good, good, st.just(""), WORDS))


@settings(max_examples=150, deadline=None)
@given(st.data(), dictionaries())
def test_data_out_and_in_are_the_same(data: st.DataObject, fields: list[dict[str, str]]) -> None:
    definitions = read_project("random", dictionary(*fields)).definitions
    by_name = {line["name"]: line for line in fields}
    items = [i for form in definitions.values() for i in form.items if i.oid != "record_id"]
    columns = ["record_id", *(column for i in items for column in columns_of(i))]
    owners = {column: by_name.get(i.oid, {}) for i in items for column in columns_of(i)}
    keys = data.draw(st.lists(st.integers(1, 99), max_size=3, unique=True))
    rows = [
        {"record_id": str(key)} | {c: data.draw(st.composite(cell)(owners[c], c)) for c in columns[1:]} for key in keys
    ]
    original = write_sheet(columns, rows)
    once = read_project("random", dictionary(*fields), original)
    assert data_csv(once) == original
    again = read_project("random", dictionary_csv(once), data_csv(once))
    assert (dictionary_csv(again), data_csv(again)) == (dictionary_csv(once), original)


@given(st.lists(st.dictionaries(st.sampled_from("abc"), WORDS), max_size=5))
def test_a_sheet_out_and_in_is_the_same(rows: list[dict[str, str]]) -> None:
    written = write_sheet(["a", "b", "c"], rows)
    assert write_sheet(["a", "b", "c"], (line.cells for line in read_sheet(written).lines)) == written
