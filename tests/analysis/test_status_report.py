"""The pooled status report: what its pages say, that they repeat to the byte, and that no number in it is by arm."""

import dataclasses
import shutil
import subprocess
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader

from analysis.accrual import AccrualPlan
from analysis.adverse_events import AdverseEvent
from analysis.cut import DataCut
from analysis.estimands import NRDFS, REGROWTH
from analysis.incidence import DEFINITION as AALEN_JOHANSEN
from analysis.incidence import aalen_johansen
from analysis.pdf import drawable
from analysis.reports import status_tables as tables
from analysis.reports.blocks import _together, table_block
from analysis.reports.status import status_report
from analysis.reports.status_data import UNRESOLVED, status_data
from analysis.reports.wording import definition_lines
from analysis.survival import DEFINITION as KAPLAN_MEIER
from analysis.survival import kaplan_meier
from analysis.table import Column, Table
from forms.dates import PartialDate
from tests.analysis import report_data
from tests.analysis.courses import course, operation, regrowth
from trial.protocol import Design


@pytest.fixture(scope="module")
def report():
    return report_data.data()


@pytest.fixture(scope="module")
def pdf(report):
    return status_report(report, system="Vigil 0.1.0", made_at=report_data.MADE_AT)


@pytest.fixture(scope="module")
def pages(pdf):
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def test_each_page_says_its_number_the_cut_its_digest_and_the_system(pages):
    for number, text in enumerate(pages, start=1):
        assert f"page {number} of {len(pages)}" in text
        assert "Data cut report-test, 2029-06-30, digest 0123456789abcdef" in text
        assert "Vigil 0.1.0, made 2029-07-01 09:30 UTC" in text
        assert "Confidential. Pooled over all arms." in text


def test_the_first_page_carries_the_whole_digest(pages):
    assert report_data.CUT.digest in pages[0].replace(" ", "")


@pytest.mark.parametrize(("estimand", "estimator"), [(NRDFS, KAPLAN_MEIER), (REGROWTH, AALEN_JOHANSEN)])
def test_origin_event_competing_event_and_censoring_stand_under_each_curve(pages, estimand, estimator):
    whole = " ".join(pages)
    for line in definition_lines(estimand, estimator):
        assert " ".join(line.split()) in whole, line


@pytest.mark.parametrize(
    "heading",
    [
        "1 Accrual against plan",
        "2 Disposition",
        "3 Non-regrowth disease-free survival",
        "4 Local regrowth under watch-and-wait",
        "5 Adverse events",
        "6 Accrual by month",
    ],
)
def test_each_section_is_there_and_in_the_outline(pdf, pages, heading):
    assert any(heading in page for page in pages)
    assert heading in [entry.title for entry in PdfReader(BytesIO(pdf)).outline]


def test_the_report_repeats_to_the_byte(report, pdf):
    assert status_report(report, system="Vigil 0.1.0", made_at=report_data.MADE_AT) == pdf


def test_every_font_is_embedded(pdf):
    fonts = {}
    for page in PdfReader(BytesIO(pdf)).pages:
        fonts |= page["/Resources"].get("/Font", {})
    assert fonts
    for font in (each.get_object() for each in fonts.values()):
        assert "/FontFile2" in font["/FontDescriptor"], font["/BaseFont"]


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="poppler's pdftoppm is not installed")
def test_an_independent_reader_renders_every_page(pdf, pages, tmp_path):
    source = tmp_path / "status.pdf"
    source.write_bytes(pdf)
    made = subprocess.run(
        ["pdftoppm", "-r", "40", "-png", source, tmp_path / "page"], capture_output=True, text=True, check=True
    )
    images = sorted(tmp_path.glob("page-*.png"))
    assert made.stderr == "" and len(images) == len(pages)
    for image in images:
        darkest, brightest = Image.open(image).convert("L").getextrema()
        assert darkest < 100 and brightest == 255


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="poppler's pdftoppm is not installed")
def test_no_page_before_the_last_is_half_empty(pdf, tmp_path):
    source = tmp_path / "status.pdf"
    source.write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "40", "-gray", "-png", source, tmp_path / "page"], check=True)
    for image in sorted(tmp_path.glob("page-*.png"))[:-1]:
        page = Image.open(image).point(lambda grey: 255 * (grey < 200))
        body = page.crop((0, 0, page.width, int(page.height * (1 - 17 / 297))))  # without the foot of the page
        assert body.getbbox()[3] > page.height * 0.55, image.name


def test_no_page_ends_with_a_heading_or_the_title_of_a_table(pdf, report):
    titles = {entry.title for entry in PdfReader(BytesIO(pdf)).outline} | {t.title for t in every_table(report)}
    for page in PdfReader(BytesIO(pdf)).pages:
        lines = [line.strip() for line in page.extract_text().splitlines() if line.strip()]
        printed = [
            line for line in lines if not line.startswith(("Data cut", "Vigil", "page ", "Status", "Confidential"))
        ]
        assert printed[-1] not in titles


def test_a_long_table_is_not_parted_at_its_ends_nor_a_heading_row_from_the_first_under_it():
    rows = tuple((str(i),) for i in range(40))
    long = Table("t", "T", (Column("A"),), rows, "", indented=frozenset({11, 12, 31}))
    spans = [(first[1], last[1]) for _, first, last in _together(long)]
    assert spans == [
        (1, 3),
        (38, 40),
        (11, 12),
        (31, 32),
    ]  # row 10 of the table is row 11 of the print, under its heading


def test_a_table_wider_than_the_text_is_refused():
    table = Table("t", "T", (Column("A"), Column("B")), (("1", "2"),), "")
    assert table_block(table, (100, 70))
    with pytest.raises(ValueError, match="table t: 171 mm"):
        table_block(table, (100, 71))


def test_figures_stay_vectors(pdf):
    for page in PdfReader(BytesIO(pdf)).pages:
        assert not list(page.images)


def test_the_report_can_be_made_before_anybody_is_enrolled():
    cut = DataCut("empty", report_data.CUT.on, "0" * 64)
    plan = AccrualPlan.of(Design(), report_data.CUT.on)
    made = status_report(
        status_data([], [], plan=plan, cut=cut, study="VIGIL-01"), system="Vigil 0.1.0", made_at=report_data.MADE_AT
    )
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(made)).pages)
    assert "No participant yet" in text and "Participants: 0; events: 0." in text


def test_a_chinese_report_shows_its_words(report):
    chinese = {
        "Status report": "状态报告",
        "At risk": "风险人数",
        "page {number} of {total}": "第{number}页，共{total}页",
    }
    made = status_report(
        report,
        system="Vigil 0.1.0",
        made_at=report_data.MADE_AT,
        language="zh",
        tr=lambda text: chinese.get(text, text),
    )
    text = "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(made)).pages)
    assert "状态报告" in text and "风险人数" in text and "第1页，共" in text


@pytest.mark.parametrize(
    ("text", "printed"), [("直肠癌 α ≥ 3", "直肠癌 α ≥ 3"), ("𠮷", "[U+20BB7]"), ("a\u2082", "a[U+2082]")]
)
def test_a_sign_the_font_lacks_is_printed_as_its_code(text, printed):
    assert drawable(text) == printed


# --- pooled, and nothing else ---------------------------------------------------------------------------------


def every_table(report):
    return [
        tables.sites_table(report.accrual),
        tables.months_table(report.accrual),
        tables.disposition_table(report.disposition),
        tables.survival_table(report.nrdfs),
        tables.kinds_table(report.nrdfs),
        tables.incidence_table(report.regrowth),
        tables.components_table(report.regrowth),
        tables.overview_table(report.adverse_events),
        tables.terms_table(report.adverse_events),
    ]


def test_arms_may_be_swapped_without_changing_a_number_outside_the_regrowth_section():
    """If no number is by arm, exchanging the labels WW and TME can change only who counts as watched."""
    people = report_data.rows()
    swapped = [dataclasses.replace(row, arm={"WW": "TME", "TME": "WW"}.get(row.arm, row.arm)) for row in people]
    plan = AccrualPlan.of(Design(), report_data.OPENED)
    one, other = (
        status_data(rows, report_data.events(people), plan=plan, cut=report_data.CUT, study="VIGIL-01")
        for rows in (people, swapped)
    )
    for name in ("accrual", "disposition", "nrdfs", "adverse_events"):
        assert getattr(one, name) == getattr(other, name)
    assert one.regrowth != other.regrowth


def test_no_cell_or_heading_names_an_arm(report):
    for table in every_table(report):
        words = " ".join([*(c.label for c in table.columns), *(cell for row in table.rows for cell in row)]).split()
        assert not {"WW", "TME-P", "WW-P", "arm:"} & set(words)
        assert "surgery" not in words


def test_events_that_belong_to_one_arm_are_not_counted_apart():
    """A refused salvage happens under watch-and-wait only, tumour left at resection mostly under surgery."""
    refused = course(participant="A", regrowths=(regrowth(salvage="REFUSED", salvage_decided_on=None),))
    left = course(participant="B", arm="TME", operations=(operation(30, residual="R2"),))
    pending = course(participant="C", arm="TME", operations=(operation(30, residual=None),))
    found = status_data(
        [refused, left, pending],
        [],
        plan=AccrualPlan.of(Design(), refused.consent_on),
        cut=DataCut("x", refused.cut_on, "0" * 64),
        study="S",
    )
    assert dict(found.nrdfs.kinds)["local or pelvic failure"] == 2
    assert dict(found.nrdfs.notes)[UNRESOLVED] == 1
    whole = " ".join(cell for row in tables.kinds_table(found.nrdfs).rows for cell in row)
    assert "refus" not in whole and "R2" not in whole


def test_kinds_add_up_to_the_events(report):
    assert sum(n for _, n in report.nrdfs.kinds) == report.nrdfs.curve.n_events
    assert sum(n for c, n in report.regrowth.components if c in REGROWTH.events) == report.regrowth.event.n_events
    assert report.regrowth.event.n_competing == report.regrowth.competing.n_events


def test_events_after_the_cut_and_of_people_outside_the_safety_set_are_left_out_and_counted():
    rows = [course(participant="A"), course(participant="B", eligible_on=None, therapy_start_on=None)]
    found = status_data(
        rows,
        [
            AdverseEvent("A", "Fatigue", "General", 1, PartialDate(2026, 3)),
            AdverseEvent("A", "Fatigue", "General", 4, PartialDate(2029)),
            AdverseEvent("B", "Nausea", "Gut", 2, PartialDate(2026)),
        ],
        plan=AccrualPlan.of(Design(), rows[0].consent_on),
        cut=DataCut("x", rows[0].cut_on, "0" * 64),
        study="S",
    )
    assert (found.adverse_events.events, found.adverse_events.denominator, found.left_out) == (1, 1, 1)


def test_a_row_of_another_cut_is_refused():
    row = course()
    with pytest.raises(ValueError, match="cut on another day"):
        status_data(
            [row],
            [],
            plan=AccrualPlan.of(Design(), row.consent_on),
            cut=DataCut("x", report_data.CUT.on, ""),
            study="S",
        )


def test_tables_say_their_denominators(report):
    assert all(table.denominator for table in every_table(report))
    n = report.adverse_events.denominator
    assert f"{n} participants" in tables.terms_table(report.adverse_events).denominator


def test_landmarks_beyond_follow_up_are_said_to_be_so(report):
    curve = report.nrdfs.curve
    soon = {**curve.arrays, "times": np.arange(len(curve.times), dtype=float)}
    short = dataclasses.replace(report.nrdfs, curve=dataclasses.replace(curve, arrays=soon))
    table = tables.survival_table(short)
    assert table.rows[2][1:] == ("—", "0")
    assert any(note.startswith("—: not estimated") for note in table.footnotes)


def test_a_landmark_with_nobody_at_risk_carries_no_number_even_where_everybody_had_the_event(report):
    certain = aalen_johansen([30, 60, 90], [1, 2, 1])
    found = dataclasses.replace(report.regrowth, event=certain, competing=aalen_johansen([30, 60, 90], [1, 2, 1], 2))
    assert [row[1:] for row in tables.incidence_table(found).rows[:6]] == [("—", "0"), ("—", "")] * 3
    died = dataclasses.replace(report.nrdfs, curve=kaplan_meier([30, 60], [1, 1]))
    assert [row[1:] for row in tables.survival_table(died).rows[:3]] == [("—", "0")] * 3
