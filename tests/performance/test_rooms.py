"""Pages, files, commands and the PDF of the validation: who gets in, that it is recorded, and that nothing is by arm."""

from __future__ import annotations

import csv
import io
import json

import pytest
from pypdf import PdfReader

from analysis import performance_pages
from analysis.performance_results import document, long_table
from analysis.reports.performance import performance_report, statement
from analysis.reports.performance_figures import NAMES, draw
from analysis.reports.performance_tables import every_table
from tests.performance.people import CUT, MADE_AT, call, crowd, found, person
from tests.performance.test_performance import judge
from trial.release import release, system_words
from trial.roles import ROLES

ADDRESSES = (
    "",
    "roc.svg",
    "calibration.svg",
    "decision.svg",
    "cusum.svg",
    "performance.pdf",
    "performance.csv",
    "performance.json",
)
USERS = {role: role if ROLES[role].scope in ("all", "none") else f"{role}01" for role in ROLES}
ARM_WORDS = ("WW", "TME", "allocat", "randomis", "surgery", "operated", "specimen", "surveillance")


@pytest.mark.parametrize("role", list(ROLES))
def test_the_page_and_its_files_open_for_who_sees_pooled_results_and_the_ways_for_the_unblinded_alone(
    house, client, role
):
    somebody = client(USERS[role])
    pooled = 200 if "results.pooled" in ROLES[role].verbs else 403
    assert {somebody.get(f"/results/performance/{a}").status_code for a in ADDRESSES} == {pooled}
    closed = 200 if "results.closed" in ROLES[role].verbs else 403
    assert somebody.get("/results/closed/performance").status_code == closed


@pytest.mark.requirement("R28")
def test_looking_and_taking_are_recorded(house, client):
    statistician = client("statistician")
    before = len(house.journal("person:results:seen")), len(house.journal("person:data:taken"))
    statistician.get("/results/performance/")
    for name in ("pdf", "csv", "json"):
        statistician.get(f"/results/performance/performance.{name}")
    assert len(house.journal("person:results:seen")) == before[0] + 1
    assert len(house.journal("person:data:taken")) == before[1] + 3


def test_an_unknown_figure_is_not_found(house, client):
    assert client("statistician").get("/results/performance/nrdfs.svg").status_code == 404


def test_before_anybody_has_an_outcome_the_page_says_so_and_shows_no_measure(house, client):
    page = client("statistician").get("/results/performance/").text
    assert "Too few: 0 with and 0 without a complete response" in page
    assert "Area under the ROC curve" not in page and "roc.svg" not in page


def test_with_outcomes_the_page_shows_them(house, planted, client):
    page = client("statistician").get("/results/performance/").text
    events = sum(each.complete for each in planted)
    assert f"Validated: {len(planted)} participants, {events} complete responses by 12 months." in page
    for part in ("Area under the ROC curve", "roc.svg", "Sensitivity", "No training reference is kept for this model"):
        assert part in page


def test_the_blinded_page_names_no_arm_and_no_way_in_which_an_outcome_became_known(house, planted, client):
    page = client("statistician").get("/results/performance/").text
    body = (
        page[page.index("<main") : page.index("</main>")]
        .replace("watch-and-wait", "")
        .replace("allocation or by choice", "")
    )
    assert [word for word in ARM_WORDS if word in body] == []


def test_the_ways_add_up_for_the_unblinded(house, planted, client):
    page = client("unblinded_statistician").get("/results/closed/performance").text
    assert "Operated before regrowth: specimen" in page and f"Everyone validated: {len(planted)}." in page
    assert '"closed":true' in house.journal("person:results:seen")[-1]["body"].replace(" ", "")


def test_the_files_hold_the_tables_of_the_page(house, planted, client):
    somebody = client("data_manager")
    told = json.loads(somebody.get("/results/performance/performance.json").data)
    assert told["model"]["threshold"] == 0.5 and told["cut"] == house.clock.today().isoformat()
    lines = list(csv.reader(io.StringIO(somebody.get("/results/performance/performance.csv").data.decode("utf-8-sig"))))
    assert lines[0] == ["table", "row", "column", "value", "denominator", "footnotes", "cut", "digest", "code"]
    assert {tuple(line[6:]) for line in lines[1:]} == {(told["cut"], told["digest"], release())}
    assert told["system"] == system_words()
    held = {(line[0], line[1]): line[3] for line in lines[1:]}
    tables = {t["id"]: t for t in told["tables"]}
    area = next(row for row in tables["measures"]["rows"] if row[0].startswith("Area"))
    assert held["measures", area[0]] == area[1]


def test_numbers_are_worked_out_once_a_state_of_the_data(house, planted, client, monkeypatch):
    counted = []
    real = performance_pages.performance_results
    monkeypatch.setattr(performance_pages, "performance_results", lambda *a: counted.append(1) or real(*a))
    performance_pages._KEPT.clear()
    statistician = client("statistician")
    for address in ("", "roc.svg", "cusum.svg", "performance.json"):
        statistician.get(f"/results/performance/{address}")
    assert len(counted) == 1


def test_results_lead_to_the_page(house, client):
    assert 'href="/results/performance/"' in client("statistician").get("/results/").text


def test_the_command_says_the_same_as_text_csv_and_json(house, planted, vigil):
    day = house.clock.today().isoformat()
    code, text, _ = vigil("performance", "--date", day)
    assert code == 0 and f"Validated: {len(planted)} participants" in text and "CUSUM:" in text
    told = json.loads(vigil("performance", "--date", day, "--json")[1])
    lines = list(csv.reader(io.StringIO(vigil("performance", "--date", day, "--csv")[1])))
    assert told["tables"][0]["id"] == "flow" and lines[0][:4] == ["table", "row", "column", "value"]


def test_the_command_writes_the_report(house, planted, vigil, tmp_path):
    out = tmp_path / "performance.pdf"
    code, text, _ = vigil("report", "performance", "--out", out, "--date", house.clock.today().isoformat())
    assert code == 0 and "performance at" in text
    assert "Performance of the model" in PdfReader(out).pages[0].extract_text()


# The report and the tables, of made-up people.


@pytest.fixture(scope="module")
def report():
    return performance_report(found(), system="Vigil 0.1.0", made_at=MADE_AT)


def test_each_page_of_the_report_says_cut_digest_and_that_it_is_pooled(report):
    pages = [" ".join(p.extract_text().split()) for p in PdfReader(io.BytesIO(report)).pages]
    for k, text in enumerate(pages, start=1):
        assert f"page {k} of {len(pages)}" in text and "Pooled over all arms." in text
        assert "Data cut performance-test, 2029-06-30, digest 0123456789abcdef" in text


def test_the_report_repeats_to_the_byte(report):
    assert performance_report(found(), system="Vigil 0.1.0", made_at=MADE_AT) == report


def test_the_report_says_that_the_model_was_not_touched():
    assert "was not fitted, recalibrated or changed" in statement(found())
    assert "No call of a model" in statement(judge([]))


def test_every_cell_of_the_report_is_a_cell_of_the_tables(report):
    text = " ".join(" ".join(p.extract_text().split()) for p in PdfReader(io.BytesIO(report)).pages)
    cells = {cell for t in every_table(found()) for row in t.rows for cell in row[1:] if "(" in cell}
    assert len(cells) > 60 and [cell for cell in cells if cell not in text] == []


@pytest.mark.parametrize("people", [[], [person(1, calls=(call(None, refused=("MRI0.MRF",)),))], crowd(40)])
def test_a_trial_at_its_beginning_has_a_report_and_says_too_few(people):
    made = judge(people)
    report = performance_report(made, system="Vigil", made_at=MADE_AT)
    text = " ".join(p.extract_text() for p in PdfReader(io.BytesIO(report)).pages)
    assert "Too few" in text
    assert [t.id for t in every_table(made)] == [t.id for t in every_table(found())]


def test_no_cell_is_empty_that_stands_for_a_measure():
    for people in (crowd(40), crowd(400)):
        for t in every_table(judge(people)):
            for row in t.rows:
                assert "nan" not in " ".join(row) and "None" not in " ".join(row), (t.id, row)


@pytest.mark.parametrize("name", NAMES)
def test_figures_say_in_words_what_they_show_and_repeat_to_the_byte(name):
    drawn = draw(name, found())
    assert drawn.svg == draw(name, found()).svg
    assert drawn.title and drawn.alt and any(sign.isdigit() for sign in drawn.alt)
    empty = draw(name, judge([]))
    assert "Too few" in empty.alt


def test_a_crossing_is_told_with_its_place_and_side():
    from analysis.reports.performance_flow import cusum_words

    wrong = [person(k, calls=(call(0.6),), complete=k % 5 == 0) for k in range(120)]
    words = cusum_words(judge(wrong))
    assert words.startswith("Crossed at outcome ") and "fewer complete responses than predicted" in words


def test_the_long_table_and_the_document_hold_every_table():
    assert {row[0] for row in long_table(found()).rows} == {t.id for t in every_table(found())}
    assert [t["id"] for t in document(found())["tables"]] == [t.id for t in every_table(found())]
    assert document(found())["digest"] == CUT.digest
