"""Every output, open and closed, of six people and of nobody: in every format, with its denominator, and twice the same."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator
from PIL import Image
from pypdf import PdfReader
from reportlab.pdfbase.pdfmetrics import stringWidth

from analysis import closed_outputs, outputs
from analysis.issued import SCHEMA, Issued, as_csv, as_text, document, foot, in_order, issue
from analysis.issued_files import FORMATS, SIDECAR, archive, files, part
from analysis.output import Made, Output
from analysis.pdf import FONT, drawable
from analysis.performance_outputs import CallsMissing
from analysis.reports.issued import every_output, fitting, one_output, widths
from analysis.table import Column, Table
from tests.outputs.people import DIGEST, nobody, six
from trial.release import release
from trial.store.extract import Extract

ROOT = Path(outputs.__file__).resolve().parents[1]
EXTRACTS = {"six": six, "nobody": nobody}
ALL = [(output, closed) for closed, each in ((False, outputs.OPEN), (True, closed_outputs.CLOSED)) for output in each]
EVERY = pytest.mark.parametrize(("output", "closed"), ALL, ids=[output.id for output, _ in ALL])
OF = pytest.mark.parametrize("people", EXTRACTS)


@cache
def made(output: Output, closed: bool, people: str) -> Issued:
    return issue(output, EXTRACTS[people](), closed=closed)


@cache
def written(output: Output, closed: bool, people: str) -> dict[str, bytes]:
    return dict(files(made(output, closed, people)))


def test_ids_are_unique_over_open_and_closed_and_fit_an_address():
    ids = [output.id for output, _ in ALL]
    assert len(set(ids)) == len(ids)
    assert all(id.replace("-", "").isalnum() and id == id.lower() for id in ids)


def test_every_output_has_a_place_in_a_report_after_e3():
    assert {output.number.split(".")[0] for output, _ in ALL} <= {"14", "16", ""}


@EVERY
@OF
def test_every_output_is_made_in_every_format(output, closed, people):
    issued, found = made(output, closed, people), written(output, closed, people)
    assert issued.tables or issued.figures
    assert {f"{output.id}.{ending}" for ending in ("txt", "json", "pdf")} <= found.keys()
    for table in issued.tables:
        assert {f"{output.id}/{table.id}.csv", f"{output.id}/{table.id}.{SIDECAR}"} <= found.keys()
    for figure in issued.figures:
        assert {f"{output.id}/{figure.id}.svg", f"{output.id}/{figure.id}.png"} <= found.keys()
    names = [part.id for part in (*issued.tables, *issued.figures)]
    assert len(found) == 3 + 2 * len(names), "two parts of one output have one name"


@EVERY
@OF
def test_every_table_says_of_whom_and_every_figure_says_in_words_what_it_shows(output, closed, people):
    issued = made(output, closed, people)
    assert [table.id for table in issued.tables if not table.denominator] == []
    assert [figure.id for figure in issued.figures if not (figure.alt and figure.title)] == []


@EVERY
@OF
def test_every_file_carries_the_digest_and_the_code(output, closed, people):
    for name, content in written(output, closed, people).items():
        if name.endswith(".csv"):
            continue  # its sidecar does
        text = content.decode("latin-1")
        if name.endswith(".pdf"):
            text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).replace("\n", "")
        assert DIGEST in text, name
        assert release() in text, name


@EVERY
@OF
def test_every_format_says_of_whom_with_which_footnotes_and_which_estimand(output, closed, people):
    issued, found = made(output, closed, people), written(output, closed, people)
    said = [text for table in issued.tables for text in (table.denominator, *table.footnotes)]
    text, document_ = found[f"{output.id}.txt"].decode(), json.loads(found[f"{output.id}.json"])
    assert [line for line in (*said, *issued.meaning) if line not in text] == []
    assert said == [each for t in document_["tables"] for each in (t["denominator"], *t["footnotes"])]
    assert (document_["estimand"] or {"lines": []})["lines"] == list(issued.meaning)
    paper = unspaced(" ".join(pages_of(found[f"{output.id}.pdf"])))
    assert [line for line in (*said, *issued.meaning) if unspaced(drawable(line)) not in paper] == []
    for table in issued.tables:
        beside = json.loads(found[f"{output.id}/{table.id}.{SIDECAR}"])["dc:description"]
        assert beside == [table.denominator, *table.footnotes, *issued.meaning]
    for line in csv.DictReader(io.StringIO(as_csv(issued), newline="")):
        table = next(table for table in issued.tables if table.id == line["table"])
        assert (line["denominator"].lstrip("'"), line["footnotes"].lstrip("'")) == (
            table.denominator,
            " ".join(table.footnotes),
        )
        assert line["estimand"] == (issued.estimand or "")


@EVERY
def test_every_picture_says_what_is_estimated_and_whether_it_is_closed(output, closed):
    issued, found = made(output, closed, "six"), written(output, closed, "six")
    assert ("CLOSED" in found[f"{output.id}.txt"].decode()) is closed
    for figure in issued.figures:
        said = " ".join((figure.alt, *issued.meaning))
        drawing = ElementTree.fromstring(found[f"{output.id}/{figure.id}.svg"])
        assert said in [each.text for each in drawing.iter("{http://purl.org/dc/elements/1.1/}description")]
        assert any("CLOSED" in (each.text or "") for each in drawing.iter("{http://www.w3.org/2000/svg}text")) is closed
        with Image.open(io.BytesIO(found[f"{output.id}/{figure.id}.png"])) as picture:
            assert picture.info["Description"] == said


@EVERY
@OF
def test_the_document_has_its_declared_shape_and_the_table_of_the_page(output, closed, people):
    issued = made(output, closed, people)
    told = json.loads(written(output, closed, people)[f"{output.id}.json"])
    Draft202012Validator(SCHEMA).validate(told)
    assert told == document(issued)
    assert [[tuple(row) for row in t["rows"]] for t in told["tables"]] == [list(t.rows) for t in issued.tables]
    assert told["closed"] is closed


@EVERY
@OF
def test_a_csv_is_rfc_4180_with_a_heading_row_and_nothing_else(output, closed, people):
    issued, found = made(output, closed, people), written(output, closed, people)
    for table in issued.tables:
        text = found[f"{output.id}/{table.id}.csv"].decode("utf-8-sig")
        read = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        assert read[0] == [column.label for column in table.columns]
        assert {len(row) for row in read} == {len(table.columns)}
        assert len(read) == 1 + len(table.rows)
        beside = json.loads(found[f"{output.id}/{table.id}.{SIDECAR}"])
        assert beside["url"] == f"{table.id}.csv" and table.denominator in beside["dc:description"]


@EVERY
def test_every_figure_is_a_picture_a_reader_can_open(output, closed):
    for name, content in written(output, closed, "six").items():
        if name.endswith(".png"):
            assert content.startswith(b"\x89PNG\r\n\x1a\n")
        if name.endswith(".svg"):
            assert ElementTree.fromstring(content).get("role") == "img"


@EVERY
@OF
def test_the_same_extract_gives_the_same_bytes_again(output, closed, people):
    again = dict(files(issue(output, EXTRACTS[people](), closed=closed)))
    assert {name for name, content in written(output, closed, people).items() if again[name] != content} == set()


@pytest.mark.slow
def test_another_process_with_another_hash_seed_gives_the_same_bytes():
    """Sets and dictionaries of text come in another order there."""
    code = """
import hashlib, sys
from analysis import closed_outputs, outputs
from analysis.issued import issue
from analysis.issued_files import files
from tests.outputs.people import six
total = hashlib.sha256()
for closed, listed in ((False, outputs.OPEN), (True, closed_outputs.CLOSED)):
    for output in listed:
        for name, content in files(issue(output, six(), closed=closed)):
            total.update(name.encode() + content)
print(total.hexdigest())
"""
    digests = set()
    for seed in ("1", "4242"):
        run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": seed},
                             capture_output=True, text=True)  # fmt: skip
        assert run.returncode == 0, run.stderr
        digests.add(run.stdout)
    assert len(digests) == 1


# One by hand.

SMALL = Table(
    "small",
    "Small",
    (Column("What"), Column("n", numeric=True)),
    (("=1+1", "2 (50.0 %)"), ("part", "1")),
    "Denominator: 4.",
    ("A note.",),
    frozenset({1}),
)


def output_of(*tables: Table, id: str = "one", number: str = "14.1.9", estimand: str | None = "OS") -> Output:
    return Output(id, "An output", lambda extract, tr: Made(tables, (), estimand), number)


def test_the_text_holds_tables_meaning_and_where_they_come_from():
    text = as_text(issue(output_of(SMALL), nobody(), closed=False))
    for said in ("14.1.9 An output", "  part", "Denominator: 4.", "A note.", "Population: all randomised.",
                 "Censoring: last date known alive.", f"Data cut 2029-06-30, digest {DIGEST}.", f"Made by Vigil {release()}."):  # fmt: skip
        assert said in text


def test_the_long_csv_says_on_each_line_of_which_data_it_is():
    lines = list(csv.DictReader(io.StringIO(as_csv(issue(output_of(SMALL), nobody(), closed=False)))))
    assert [(line["row"], line["column"], line["value"]) for line in lines] == [
        ("'=1+1", "n", "2 (50.0 %)"),
        ("part", "n", "1"),
    ]
    assert {(line["digest"], line["code"], line["table"]) for line in lines} == {(DIGEST, release(), "small")}


def test_an_estimand_of_another_house_is_named_without_words_of_ours():
    told = document(issue(output_of(SMALL, estimand="LATER"), nobody(), closed=False))
    assert told["estimand"] == {"id": "LATER", "lines": []}
    assert document(issue(output_of(SMALL, estimand=None), nobody(), closed=False))["estimand"] is None


def test_outputs_stand_in_the_order_of_e3_numbers_as_numbers_and_those_without_one_last():
    numbers = ["", "14.3.1", "14.2.10", "14.2.9", "14.1", "14.2.9.1"]
    listed = in_order(tuple(output_of(SMALL, id=n or "none", number=n) for n in numbers))
    assert [output.number for output in listed] == ["14.1", "14.2.9", "14.2.9.1", "14.2.10", "14.3.1", ""]


def test_only_what_is_asked_for_is_made():
    issued = issue(output_of(SMALL), nobody(), closed=False)
    assert [name for name, _ in files(issued, ("text",))] == ["one.txt"]
    assert [name for name, _ in files(issued, ("csv",))] == ["one/small.csv", f"one/small.{SIDECAR}"]
    assert set(FORMATS) == {"text", "csv", "json", "svg", "png", "pdf"}


def test_an_archive_depends_on_names_and_contents_alone():
    packed = archive([("a/b.txt", b"x"), ("c", b"y")])
    assert packed == archive([("a/b.txt", b"x"), ("c", b"y")])
    assert zipfile.ZipFile(io.BytesIO(packed)).read("a/b.txt") == b"x"


def test_the_model_is_not_said_to_have_been_asked_nothing_where_nobody_looked():
    plain = Extract((), nobody().cut_on, nobody().taken_at, DIGEST)
    with pytest.raises(CallsMissing):
        issue(outputs.BY_ID["model-flow"], plain, closed=False)


@pytest.mark.parametrize("length", [1, 60])
def test_the_line_under_a_figure_stands_there_whole_however_long_the_name_of_the_cut(length):
    """In a file that is copied into a letter it is all that says of which data it is."""
    plain = made(outputs.BY_ID["os"], False, "six")
    name = "w" * length
    issued = replace(plain, cut=replace(plain.cut, name=name, position=1234567, redactions=(1,)))
    (figure,) = issued.figures
    drawing = ElementTree.fromstring(part(issued, figure.id, "svg"))
    (line,) = [each for each in drawing.iter("{http://www.w3.org/2000/svg}text") if each.text == foot(issued)]
    size = float(re.search(r"([\d.]+)px", line.get("style", "")).group(1))
    assert size == 7 if length == 1 else size < 7
    assert stringWidth(foot(issued), FONT, size) <= figure.width


# On paper.


def unspaced(text: str) -> str:
    return "".join(text.split())


def pages_of(content: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]


def test_one_output_on_paper_has_title_cut_and_number_of_pages_on_each():
    pages = pages_of(one_output(issue(output_of(SMALL), nobody(), closed=False)))
    assert "14.1.9 An output" in pages[0] and DIGEST in pages[0].replace(" ", "")
    for number, text in enumerate(pages, start=1):
        assert f"page {number} of {len(pages)}" in text and "digest 0123456789abcdef" in text
        assert "Pooled over all arms" in text


def test_a_closed_one_says_so_on_each_page():
    assert all(
        "CLOSED. Outcomes by arm." in text
        for text in pages_of(one_output(issue(output_of(SMALL), nobody(), closed=True)))
    )


def test_the_volume_has_contents_that_name_the_right_pages():
    issued = [issue(output_of(SMALL, id=f"o{n}", number=f"14.1.{n}"), nobody(), closed=False) for n in range(1, 6)]
    content = every_output(issued)
    pages = pages_of(content)
    for n in range(1, 6):
        assert f"14.1.{n} An output {n + 1}" in pages[0]
        assert f"14.1.{n} An output" in pages[n]
    assert [entry.title for entry in PdfReader(io.BytesIO(content)).outline] == [
        f"14.1.{n} An output" for n in range(1, 6)
    ]


def test_a_volume_is_of_one_cut_and_either_open_or_closed():
    one = issue(output_of(SMALL), nobody(), closed=False)
    with pytest.raises(ValueError, match="one cut"):
        every_output([one, issue(output_of(SMALL), nobody(), closed=True)])
    with pytest.raises(ValueError, match="one cut"):
        every_output([])


def test_a_table_too_wide_for_paper_is_set_in_parts_that_each_begin_with_the_first_column():
    labels = ["Participant", *(f"Characteristic-number-{n}" for n in range(12))]
    wide = Table("wide", "Wide", tuple(map(Column, labels)), (tuple(map(str, range(13))),), "One.")
    parts = list(fitting(wide))
    assert len(parts) > 1 and all(part.columns[0].label == "Participant" for part in parts)
    assert [c.label for part in parts for c in part.columns[1:]] == labels[1:]
    assert all(sum(widths(part)) <= 170 for part in parts)


@pytest.mark.parametrize("length", [1, 40, 400])
def test_columns_fit_between_the_margins_however_long_a_cell(length):
    table = Table("t", "T", (Column("A"), Column("B")), (("word " * length, "x" * length),), "One.")
    assert sum(widths(table)) <= 170
