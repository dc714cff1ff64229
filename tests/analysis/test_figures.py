"""Figures: the numbers under the axis are the estimator's, text is text, colours can be told apart, bytes repeat."""

import datetime
import re
import xml.etree.ElementTree as ET

import pytest
from pypdf import PdfReader

from analysis import theme
from analysis.accrual import AccrualPlan, accrual
from analysis.incidence import aalen_johansen
from analysis.plots import TOPS, Line, curves, top
from analysis.reports.status_figures import draw_accrual, draw_incidence, draw_survival
from analysis.survival import kaplan_meier
from forms.dates import DAYS_PER_MONTH
from tests.analysis.report_data import data
from trial.protocol import PROTOCOL
from trial.visits import months_after

DAYS = [30, 61, 200, 365, 400, 500, 700, 731, 800, 1000]
STATUS = [1, 2, 0, 1, 1, 2, 0, 1, 0, 0]


@pytest.fixture(scope="module")
def report():
    return data()


def survival_line(label="All arms"):
    return Line(label, label, kaplan_meier(DAYS, [int(s == 1) for s in STATUS]))


def drawn(*lines, **given):
    plain = {
        "identity": "f",
        "title": "A title",
        "y_label": "Event-free",
        "origin": "randomisation",
        "alt": "In words.",
    }
    return curves(lines, **(plain | given))


def words(figure):
    """Every text in the SVG, in order."""
    return [node.text for node in ET.fromstring(figure.svg).iter("{http://www.w3.org/2000/svg}text")]


def pdf_text(figure):
    from io import BytesIO

    return PdfReader(BytesIO(figure.pdf)).pages[0].extract_text()


def test_text_in_the_svg_is_text():
    found = words(drawn(survival_line()))
    assert {"Event-free", "Months since randomisation", "At risk", "Events", "100 %"} <= set(found)


def test_numbers_under_the_axis_are_those_at_risk_and_with_an_event_at_each_tick():
    line = survival_line()
    found = words(drawn(line))
    ticks = [int(word) for word in found[: found.index("Months since randomisation")]]
    assert ticks == [0, 6, 12, 18, 24, 30] or ticks == list(range(0, 33, 6))
    below = found[found.index("100 %") + 2 :]  # the y axis ends with its highest tick and its label
    expected = [str(line.estimate.at_risk_at(t * DAYS_PER_MONTH)) for t in ticks] + ["At risk"]
    expected += [str(line.estimate.events_by(t * DAYS_PER_MONTH)) for t in ticks] + ["Events"]
    assert sorted(below) == sorted(expected)


def test_curves_of_the_same_people_share_one_row_of_numbers_at_risk():
    lines = [Line(n, n, aalen_johansen(DAYS, STATUS, cause)) for cause, n in ((1, "Regrowth"), (2, "Competing"))]
    found = words(drawn(*lines))
    assert found.count("At risk") == 1 and found.count("Regrowth") == 2 and found.count("Competing") == 2


def test_curves_of_different_people_have_their_own_rows():
    one = Line("WW", "WW", kaplan_meier(DAYS[:5], [1, 1, 0, 0, 1]))
    other = Line("TME", "TME", kaplan_meier(DAYS[5:], [1, 1, 0, 0, 1]))
    assert {"WW: At risk", "WW: Events", "TME: At risk", "TME: Events"} <= set(words(drawn(one, other)))


def test_the_svg_has_a_name_and_a_description_for_a_screen_reader():
    svg = drawn(survival_line(), title="a < b", alt='He said "x & y"').svg
    root = ET.fromstring(svg)
    assert root.get("role") == "img" and root.get("aria-labelledby") == "f-title f-desc"
    named = {node.get("id"): node.text for node in root if node.get("id") in ("f-title", "f-desc")}
    assert named == {"f-title": "a < b", "f-desc": 'He said "x & y"'}


@pytest.mark.parametrize(
    "draw", [lambda d: draw_survival(d.nrdfs), lambda d: draw_incidence(d.regrowth), lambda d: draw_accrual(d.accrual)]
)
def test_the_same_numbers_give_the_same_bytes_without_a_date(draw, report):
    once, again = draw(report), draw(report)
    assert once == again
    assert b"<dc:date>" not in once.svg and b"CreationDate" not in once.pdf


@pytest.mark.parametrize(
    "draw", [lambda d: draw_survival(d.nrdfs), lambda d: draw_incidence(d.regrowth), lambda d: draw_accrual(d.accrual)]
)
def test_nothing_is_loaded_from_elsewhere(draw, report):
    svg = draw(report).svg.decode()
    addresses = set(re.findall(r'(?:href|src)="([^"]+)"', svg))
    assert all(address.startswith("#") or "w3.org" in address or "purl.org" in address for address in addresses)
    assert "<script" not in svg and "@import" not in svg and "url(http" not in svg


def test_the_printed_figure_is_vector_with_text_and_the_shipped_font(report):
    figure = draw_survival(report.nrdfs)
    assert "Non-regrowth disease-free survival" in pdf_text(figure)
    assert b"/Subtype /Image" not in figure.pdf and b"NotoSans" in figure.pdf and b"DejaVu" not in figure.pdf
    # A machine's own Noto Sans CJK is an OpenType font (FontFile3); the shipped one is TrueType.
    assert b"/FontFile2" in figure.pdf and b"/FontFile3" not in figure.pdf


def test_nobody_yet_is_said_and_not_drawn():
    nobody = Line("All arms", "All", kaplan_meier([], []))
    found = words(drawn(nobody))
    assert "No participant yet" in found and "At risk" in found


def test_everybody_censored_on_day_0_can_be_drawn():
    assert "At risk" in words(drawn(Line("All arms", "All", kaplan_meier([0, 0], [0, 0]))))


def incidence_line(events, n=200):
    return Line("Regrowth", "R", aalen_johansen(range(1, n + 1), [1] * events + [0] * (n - events)))


def highest_tick(figure):
    return max(int(word.removesuffix(" %")) for word in words(figure) if word and word.endswith(" %"))


@pytest.mark.parametrize(("events", "ends_at"), [(2, 0.05), (8, 0.1), (50, 0.4), (120, 0.8), (190, 1.0), (200, 1.0)])
def test_the_axis_of_an_incidence_follows_the_data_to_a_round_number(events, ends_at):
    line = incidence_line(events)
    assert top([line]) == ends_at
    assert max(v for v in (*line.estimate.upper, *line.heights) if v is not None) <= ends_at
    assert highest_tick(drawn(line)) == round(100 * ends_at)


def test_the_axis_holds_the_highest_of_several_curves_and_their_bands():
    low, high = incidence_line(2), incidence_line(120)
    assert top([low, high]) == top([high]) > top([low])


@pytest.mark.parametrize("status", [[0, 0, 0], [1, 0, 0], [1, 1, 1]])
def test_survival_is_drawn_from_0_to_100_percent(status):
    line = Line("All", "All", kaplan_meier([100, 200, 300], status))
    assert top([line]) == 1.0
    assert {"0 %", "100 %"} <= set(words(drawn(line)))


def test_an_axis_ends_at_a_round_number_up_to_100_percent():
    assert list(TOPS) == sorted(TOPS) and TOPS[-1] == 1.0


@pytest.mark.parametrize("last", [395, 500, 878, 899])
def test_a_curve_is_drawn_to_its_last_day(last):
    svg = drawn(Line("All", "All", kaplan_meier([30, last], [1, 0]))).svg.decode()
    frame = re.search(r'<g id="patch_2">\s*<path d="M ([\d.]+) [\d.]+ \s*L ([\d.]+)', svg)
    right = float(frame[2])
    curve = re.search(r'<path d="([^"]+)" style="[^"]*stroke-width: 1\.8', svg)
    assert max(float(x) for x in re.findall(r"[ML] ([\d.]+) ", curve[1])) <= right + 0.01


def test_words_are_translated():
    chinese = {
        "At risk": "风险人数",
        "Events": "事件数",
        "Months since {origin}": "自{origin}起月数",
        "randomisation": "随机",
    }
    found = words(drawn(survival_line(), tr=lambda text: chinese.get(text, text)))
    assert {"风险人数", "事件数", "自随机起月数"} <= set(found)


def test_the_description_of_accrual_gives_the_numbers(report):
    alt = draw_accrual(report.accrual).alt
    assert f"{len(report.accrual.enrolled_on)} enrolled" in alt and "2029-06-30" in alt


@pytest.mark.parametrize(("colour", "_style"), theme.SERIES)
def test_every_curve_and_its_numbers_can_be_read_on_white(colour, _style):
    assert theme.contrast(colour, "#ffffff") >= 4.5


def test_curves_differ_in_line_style_as_well_as_in_colour():
    assert len({dash for _, dash in theme.SERIES}) == len({colour for colour, _ in theme.SERIES}) == len(theme.SERIES)


@pytest.mark.parametrize(("ink", "least"), [(theme.INK, 7.0), (theme.MUTED, 7.0), (theme.RULE, 4.5)])
def test_inks_meet_wcag(ink, least):
    assert theme.contrast(ink, "#ffffff") >= least


def test_contrast_is_that_of_wcag():
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert theme.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_a_missing_font_is_an_error_that_names_it(tmp_path):
    with pytest.raises(theme.FontMissing, match=r"NotoSansSC-Regular\.ttf is missing from static/fonts") as missing:
        theme.font_file(theme.REGULAR, tmp_path)
    assert missing.value.path == tmp_path / theme.REGULAR


@pytest.mark.parametrize("months", [1, 11, 23, 25, 31, 35, 37, 49, 90])
def test_accrual_over_any_length_of_time_is_drawn_with_dates_that_fit(months):
    plan = AccrualPlan.of(PROTOCOL.design, datetime.date(2026, 1, 1))
    until = months_after(datetime.date(2026, 1, 1), months)
    assert b"2026-" in draw_accrual(accrual((), plan, cut_on=until)).svg
