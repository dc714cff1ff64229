"""The open outputs of quality of life: their text as reviewed, their denominators, and that nothing in them follows from an arm."""

import functools
import os
import re
from pathlib import Path

import pytest

from analysis import pro_outputs
from analysis.courses import course_rows
from analysis.output import Made
from analysis.outputs import OPEN
from analysis.pro_completion import VISITS
from analysis.pro_scores import BY_ID, MEASURES
from analysis.pro_tables import limits
from analysis.steps import Estimate
from tests.pro.house import extract
from tests.pro.made_trial import made

GOLDEN = Path(__file__).parent / "golden"
OUTPUTS = pro_outputs.OUTPUTS
IDS = [output.id for output in OUTPUTS]
EACH = pytest.mark.parametrize("output", OUTPUTS, ids=IDS)


@functools.cache
def plain(output) -> Made:
    return output.make(made(), str)


def text(shown: Made) -> str:
    return "\n".join([*(t.as_text() for t in shown.tables), *(f.alt for f in shown.figures)]) + "\n"


def content(shown: Made) -> tuple:
    return text(shown), [t.as_csv() for t in shown.tables], [(f.svg, f.pdf) for f in shown.figures]


@EACH
def test_the_text_is_the_one_that_was_reviewed(output):
    """A difference is a question to whoever reads the change; VIGIL_WRITE_GOLDEN=1 writes what it is now."""
    path = GOLDEN / f"{output.id}.txt"
    if os.environ.get("VIGIL_WRITE_GOLDEN") == "1":
        path.write_text(text(plain(output)), "utf-8")
    assert text(plain(output)) == path.read_text("utf-8")


@EACH
def test_every_table_names_its_denominator(output):
    assert all(t.denominator == "All 6 participants, pooled." and t.footnotes for t in plain(output).tables)


@EACH
def test_an_extract_of_nobody_says_so_in_words(output):
    shown = output.make(extract(), str)
    for table in shown.tables:
        assert table.denominator == "All 0 participants, pooled." and not re.search(r"\bnan\b", table.as_text())
    said = {
        "pro-completion": "nobody yet", "pro-scores": "not estimable: no score yet",
        "pro-deterioration": "—: not estimable", "pro-bowel": "nobody yet",
    }  # fmt: skip
    assert all(said[output.id] in table.as_text() for table in shown.tables)
    assert all("%" not in cell for table in shown.tables for row in table.rows for cell in row)
    drawn = {
        "pro-completion": b"Nobody is expected yet",
        "pro-scores": b"No score yet",
        "pro-deterioration": b"No participant yet",
    }
    assert all(drawn[output.id] in figure.svg for figure in shown.figures)


@pytest.mark.requirement("R03")
@pytest.mark.parametrize(
    "arms",
    [("TME", "WW", "WW", "TME", "WW", "TME"), ("WW", "TME", "TME", "WW", "WW", "TME"), (None,) * 6],
    ids=["two alike exchanged", "two that differ exchanged", "no allocation"],
)
@EACH
def test_an_open_output_is_the_same_to_the_byte_whatever_the_allocation(output, arms):
    assert content(output.make(made(arms), str)) == content(plain(output))


@pytest.mark.requirement("R03")
@EACH
def test_hidden_answers_exchanged_between_two_people_change_nothing(output):
    """They stand here as pooled counts alone: whose they are cannot be told."""
    assert content(output.make(made(bowel="311311"), str)) == content(plain(output))


def test_hidden_answers_are_seen_as_counts_and_in_no_mean():
    """Or the test above would prove nothing."""
    other = made(bowel="331311")
    moved = {o.id for o in OUTPUTS if content(o.make(other, str)) != content(plain(o))}
    assert moved == {"pro-bowel"}
    hidden = {m.id for m in MEASURES if m.tells_arm}
    assert {"LARS", "WEXNER", "C29STOY", "C29FIN", "C29FIY"} <= hidden
    assert not hidden & {m.id for m in (*pro_outputs.SHOWN, *pro_outputs.TIMED)}


def test_no_open_table_names_an_arm_or_prints_the_reason_of_a_site():
    for output in OUTPUTS:
        words = set(re.findall(r"[\w-]+", text(plain(output)).lower()))
        assert not words & {"ww", "tme", "watch-and-wait", "operation", "arm", "allocated", "ill"}


def test_a_measure_is_shown_at_each_visit_once_with_change_from_the_second():
    (table, _) = plain(OUTPUTS[1]).tables
    at = next(i for i, row in enumerate(table.rows) if row[0].startswith("Physical functioning"))
    rows = table.rows[at + 1 : at + 1 + len(VISITS)]
    assert tuple(row[0] for row in rows) == VISITS and rows[0][3:] == ("",) * 4
    assert rows[0][1] == "5" and rows[0][2] == "73.3 (27.9)"  # 100, 100, 66.67, 33.33, 66.67
    assert rows[2][3] == "5" and rows[2][5:] == ("3 (60.0 %)", "2 (40.0 %)")


def test_bowel_function_is_counted_once_a_questionnaire():
    rows = {row[0]: row[1:] for row in plain(OUTPUTS[3]).tables[0].rows}
    assert rows["SCR"] == ("3 (60.0 %)", "0 (0.0 %)", "2 (40.0 %)", "0", "0")
    assert rows["FU12"] == ("2 (66.7 %)", "0 (0.0 %)", "1 (33.3 %)", "1", "0")


def test_deterioration_counts_those_with_a_baseline_and_death_apart():
    found = {
        t.measure.id: t
        for t in (pro_outputs.timed(course_rows(made()), BY_ID[m], given(), "SCR") for m in ("C30PF", "C30QL"))
    }
    assert (found["C30PF"].first.n, found["C30PF"].first.n_events, found["C30PF"].first.n_competing) == (5, 3, 1)
    assert found["C30PF"].confirmed.n_events == 2


def given():
    from analysis.pro_answers import questionnaires, scores

    return tuple(scores(questionnaires(made())))


def test_every_output_is_listed_once_and_numbered():
    assert set(OUTPUTS) <= set(OPEN) and len({o.id for o in OPEN}) == len(OPEN)
    assert len({o.number for o in OUTPUTS}) == len(OUTPUTS)


@EACH
def test_a_figure_is_described_in_a_paragraph_that_does_not_repeat_its_title(output):
    for figure in plain(output).figures:
        assert figure.title not in figure.alt and len(figure.alt) < 500


def test_completion_is_described_by_its_lowest_and_highest_bar():
    (figure,) = plain(OUTPUTS[0]).figures
    assert "EORTC QLQ-C30 FU24 2/5, DEC 5/5; " in figure.alt


@pytest.mark.parametrize(
    ("found", "want"),
    [
        (Estimate(-0.04, -10.0, 10.0), "0.0 (-10.0 to 10.0)"),
        (Estimate(-0.04), "0.0 (—)"),
        (Estimate(3.0, -0.0, 6.0), "3.0 (0.0 to 6.0)"),
        (Estimate(-0.06, -1.0, 0.9), "-0.1 (-1.0 to 0.9)"),
        (Estimate(None), "—"),
    ],
)
def test_what_rounds_to_nothing_has_no_sign(found, want):
    assert limits(found) == want


def test_what_a_missing_item_does_and_whose_bound_it_is_stands_under_the_scores():
    c30, cr29 = plain(OUTPUTS[1]).tables
    assert any(
        note.startswith("Each scale: scored when at least half of its items were answered") for note in c30.footnotes
    )
    assert any(
        note.startswith("Summary score: the mean of 13 scales") and "Giesinger" in note for note in c30.footnotes
    )
    assert "Better, worse: by 10 points or more; Osoba et al. 1998 (J Clin Oncol 16:139)." in c30.footnotes
    assert any("no value of its own is agreed" in note for note in cr29.footnotes)
