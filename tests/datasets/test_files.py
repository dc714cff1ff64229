"""The files: read back by something that shares nothing with the writer, value by value, and the same bytes again."""

import csv
import datetime
import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from analysis.adam.variables import DATE, INTEGER, NUMBER, TEXT, BadDeclaration, Dataset, Filled, Variable, fill
from analysis.taken import bundle
from analysis.taken.parquet import parquet_of
from analysis.taken.plain import csv_of
from analysis.taken.stata import stata_of
from analysis.taken.xpt import LONGEST_TEXT, split, stamped, xpt_of
from tests.datasets import house
from tests.datasets.readers import ibm, transport

ON = datetime.date(2029, 6, 30)
ROOT = Path(__file__).resolve().parents[2]


def variable(name, kind, label="A label", **more):
    return Variable(name, label, kind, "Derived", "Worked out.", **more)


PLANTED = Dataset(
    "PLANTED", "Everything a value can be", "One record per value", ("USUBJID",),
    (
        variable("USUBJID", TEXT, "Subject"), variable("WORDS", TEXT, "x" * 40), variable("N", INTEGER, codes=((0, "none"), (3, "three"))),
        variable("X", NUMBER), variable("ADT", DATE, "Analysis Date", day="ADY"),
    ),
)  # fmt: skip
VALUES = [
    ("a", "=1+1", 3, 0.1, datetime.date(2029, 2, 28)),
    ("b", 'quote " comma , line\r\nbreak', 0, -1e-9, datetime.date(1959, 12, 31)),
    ("c", "腹泻 é", None, 33.857142857142854, None),
    ("d", None, None, None, None),
]  # fmt: skip


def planted() -> Filled:
    names = [v.name for v in PLANTED.variables]
    return fill(PLANTED, (dict(zip(names, row, strict=True)) for row in VALUES))


# CSV


def test_csv_is_rfc_4180_with_every_value_as_it_was():
    content = csv_of(planted())
    read = list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))
    assert read[0] == ["USUBJID", "WORDS", "N", "X", "ADT"]
    assert read[1] == ["a", "=1+1", "3", "0.1", "2029-02-28"], "what a program reads is not quoted against formulas"
    assert read[2][1] == VALUES[1][1] and read[4] == ["d", "", "", "", ""]
    assert [float(row[3]) for row in read[1:4]] == [row[3] for row in VALUES[:3]], (
        "the shortest text that reads back the same"
    )
    assert content.endswith(b"\r\n") and not content.startswith(b"\xef\xbb\xbf")


# Parquet


def test_parquet_keeps_types_values_and_labels():
    table = pq.read_table(io.BytesIO(parquet_of(planted(), {"cut": "one"})))
    assert [str(f.type) for f in table.schema] == ["string", "string", "int64", "double", "date32[day]"]
    assert [tuple(row.values()) for row in table.to_pylist()] == VALUES
    assert table.schema.field("WORDS").metadata[b"label"] == b"x" * 40
    assert table.schema.metadata[b"label"] == b"Everything a value can be" and table.schema.metadata[b"cut"] == b"one"


# Stata


def test_stata_keeps_values_labels_dates_and_codes():
    with pd.io.stata.StataReader(io.BytesIO(stata_of(planted(), ON))) as reader:
        frame = reader.read(convert_categoricals=False)
        assert reader.data_label == "Everything a value can be" and reader.time_stamp == "30 Jun 2029 00:00"
        assert reader.variable_labels()["WORDS"] == "x" * 40 and reader.value_labels() == {"N": {0: "none", 3: "three"}}
    assert frame["USUBJID"].tolist() == ["a", "b", "c", "d"] and frame["WORDS"].tolist() == [
        "=1+1",
        VALUES[1][1],
        "腹泻 é",
        "",
    ]
    assert frame["X"].tolist()[:3] == [row[3] for row in VALUES[:3]] and frame["X"].isna().tolist() == [
        False,
        False,
        False,
        True,
    ]
    assert [None if pd.isna(d) else d.date() for d in frame["ADT"]] == [row[4] for row in VALUES]
    assert (
        stata_of(planted(), ON)[:28].startswith(b"<stata_dta><header><release>"[:28])
        and b"<release>118</release>" in stata_of(planted(), ON)[:60]
    )


def test_stata_takes_a_text_of_any_length():
    long = Filled(PLANTED, (("a", "é" * 3000, None, None, None),))
    assert pd.read_stata(io.BytesIO(stata_of(long, ON)))["WORDS"][0] == "é" * 3000


# XPT


def test_a_transport_file_is_read_back_by_a_reader_of_its_own():
    read = transport(xpt_of(planted(), ON))
    assert (read.member, read.label, read.left_over) == ("PLANTED", "Everything a value can be", b"")
    assert [(c.name, c.label, c.text) for c in read.columns][:2] == [
        ("USUBJID", "Subject", True),
        ("WORDS", "x" * 40, True),
    ]
    assert [c.format for c in read.columns] == ["", "", "", "", "DATE"]
    assert [(r[0], r[1], r[2], r[4]) for r in read.rows] == [(r[0], r[1], r[2], r[4]) for r in VALUES]
    assert [r[3] for r in read.rows][:3] == pytest.approx([r[3] for r in VALUES][:3], rel=1e-15)
    assert read.rows[3][3] is None


def test_the_four_time_stamps_are_the_day_of_the_cut():
    assert transport(xpt_of(planted(), ON)).stamps == ("30JUN29:00:00:00",) * 4
    assert xpt_of(planted(), ON) == xpt_of(planted(), ON)


def test_a_file_whose_stamps_are_elsewhere_is_refused():
    with pytest.raises(BadDeclaration, match="byte 144"):
        stamped(b" " * 800, ON)


@pytest.mark.parametrize("n", [1, 2, 9, 10, 11, 40])
def test_every_row_is_there_whatever_the_padding(n):
    """A record is 80 bytes: pandas takes a last row in the padding for none."""
    short = Dataset("D", "D", "D", ("A",), (variable("A", TEXT),))
    filled = fill(short, ({"A": f"{i:02d}"} for i in range(n)))
    assert [row[0] for row in transport(xpt_of(filled, ON)).rows] == [f"{i:02d}" for i in range(n)]


def test_a_dataset_without_a_row_is_a_file_too():
    empty = Filled(PLANTED, ())
    assert transport(xpt_of(empty, ON)).rows == () and len(transport(xpt_of(empty, ON)).columns) == 5
    assert csv_of(empty) == b"USUBJID,WORDS,N,X,ADT\r\n"
    assert pq.read_table(io.BytesIO(parquet_of(empty, {}))).num_rows == 0
    assert list(pd.read_stata(io.BytesIO(stata_of(empty, ON))).columns) == [v.name for v in PLANTED.variables]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("x" * 200, ["x" * 200]),
        ("x" * 201, ["x" * 200, "x"]),
        ("x" * 199 + "é", ["x" * 199, "é"]),
        ("泻" * 67, ["泻" * 66, "泻"]),
        ("x" * 450, ["x" * 200, "x" * 200, "x" * 50]),
    ],
)  # fmt: skip
def test_a_text_beyond_200_bytes_goes_on_in_further_variables(text, pieces):
    long = Filled(PLANTED, (("a", text, None, None, None), ("b", "short", None, None, None)))
    read = transport(xpt_of(long, ON))
    names = [c.name for c in read.columns if c.name.startswith("WORDS")]
    assert names == ["WORDS", "WORDS1", "WORDS2"][: len(pieces)]
    at = [c.name for c in read.columns].index("WORDS")
    assert list(read.rows[0][at : at + len(pieces)]) == pieces and "".join(pieces) == text
    assert list(read.rows[1][at : at + len(pieces)]) == ["short", None, None][: len(pieces)]
    assert all(c.length <= LONGEST_TEXT for c in read.columns)


def test_a_split_that_would_take_a_name_twice_is_refused():
    both = Dataset("D", "D", "D", ("WORDS",), (variable("WORDS", TEXT), variable("WORDS1", TEXT)))
    with pytest.raises(BadDeclaration, match="twice"):
        split(Filled(both, (("x" * 201, "y"),)))


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        (bytes.fromhex("4110000000000000"), 1.0),
        (bytes.fromhex("c276a00000000000"), -118.625),
        (bytes.fromhex("0000000000000000"), 0.0),
        (b"." + bytes(7), None),
    ],
)
def test_the_reader_knows_the_numbers_of_the_manual(raw, number):
    """-118.625 is the worked example of IBM's hexadecimal floating point."""
    assert ibm(raw) == number


# The whole


@pytest.fixture(scope="module")
def both():
    return house.unblinded(*house.trial()), house.blinded(*house.trial())


@pytest.mark.requirement("R66", "R70")
@pytest.mark.parametrize("form", bundle.FORMATS)
def test_each_file_is_vouched_for_and_the_zip_is_the_same_twice(both, form):
    for made in both:
        files = bundle.files_of(made, form, "1.2.3")
        manifest = json.loads(files["manifest.json"])
        assert (
            list(files)[-1] == "manifest.json"
            and manifest["cut"]["digest"] == made.cut.digest
            and manifest["release"] == "1.2.3"
        )
        for each in manifest["files"]:
            assert (
                hashlib.sha256(files[each["name"]]).hexdigest() == each["sha256"]
                and len(files[each["name"]]) == each["bytes"]
            )
        assert {each["name"] for each in manifest["files"]} == files.keys() - {"manifest.json"}
        assert manifest["rows"] == {d.dataset.name: len(d.rows) for d in made.datasets}
        zipped = bundle.zip_of(files, made.cut.on)
        assert zipped == bundle.zip_of(bundle.files_of(made, form, "1.2.3"), made.cut.on)
        with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {(2029, 6, 30, 0, 0, 0)}
            assert {name: archive.read(name) for name in archive.namelist()} == files


def test_every_dataset_in_every_format_holds_the_same_values(both):
    for made in both:
        for each in made.datasets:
            if each.rows:
                table = pq.read_table(io.BytesIO(parquet_of(each, {}))).to_pylist()
                assert [tuple(row.values()) for row in table] == list(each.rows)
                read = transport(xpt_of(each, ON))
                assert [c.name for c in read.columns] == [v.name for v in each.dataset.variables]
                for told, row in zip(read.rows, each.rows, strict=True):
                    for a, b in zip(told, row, strict=True):
                        assert a == pytest.approx(b, rel=1e-15) if isinstance(b, float) else a == b


DIGEST = """
import hashlib
from analysis.taken import bundle
from tests.datasets import house
for form in bundle.FORMATS:
    for made in (house.unblinded(*house.trial()), house.blinded(*house.trial(), study_days=True)):
        print(hashlib.sha256(bundle.zip_of(bundle.files_of(made, form, "1"), made.cut.on)).hexdigest())
"""


def test_another_process_with_another_hash_seed_and_clock_gives_the_same_bytes():
    def run(seed, zone):
        told = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone}
        return subprocess.run(
            [sys.executable, "-c", DIGEST], cwd=ROOT, env=told, capture_output=True, text=True, check=True
        ).stdout

    first = run("0", "UTC")
    assert len(first.split()) == 2 * len(bundle.FORMATS) and first == run("4711", "Asia/Shanghai")
