"""The dossier of the frozen model: what it says follows from manifest and trial; what it cannot know is left to the authors."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from analysis.cut import DataCut
from analysis.reports import dossier_sentences
from analysis.reports.card_blocks import _cells, _plain, card_blocks
from analysis.reports.dossier import dossier, guideline_table, vectors_table
from analysis.reports.dossier_answers import ANSWERS, AUTHORS, answered
from analysis.reports.dossier_data import DossierData, Setting, approved_by_two, vector_results
from analysis.reports.guidelines import GUIDELINES
from analysis.table import Column, Table
from trial.frozen.manifest import Approval, Reference, parse_manifest
from trial.frozen.runner import HERE
from trial.prediction import rounded
from trial.protocol import PROTOCOL

MADE = datetime(2026, 11, 28, 12, tzinfo=UTC)
RELEASED = parse_manifest((HERE / "manifest.json").read_bytes())
CARD = (HERE / "card.md").read_text(encoding="utf-8")
MEASURED = Table("auc", "Discrimination", (Column("Measure"), Column("Value", True)), (("AUC", "0.812"),), "calls: 11")


def as_released(row):
    """A model that still gives each reference row its released probability."""
    return next(each.probability for each in RELEASED.references if each.inputs == tuple(row))


def data(**changed) -> DossierData:
    made = DossierData(
        manifest=RELEASED,
        manifest_digest="ab" * 32,
        card=CARD,
        approved=True,
        vectors=vector_results(RELEASED, as_released),
        protocol=PROTOCOL,
        setting=Setting(("01", "02"), date(2026, 1, 5), 40, 20, 2, 11),
        cut=DataCut("2026-11-28", date(2026, 11, 28), "cd" * 32),
        tables=(MEASURED,),
    )
    return replace(made, **changed)


def text_of(made: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(made)).pages).split())


@pytest.fixture(scope="module")
def printed() -> str:
    return text_of(dossier(data(), system="Vigil 0", made_at=MADE))


# --- the guidelines ---------------------------------------------------------------------------------------------------


def test_tripod_ai_has_27_items_consort_ai_14_and_decide_ai_17():
    leading = {name: {re.match(r"\d+", each.number)[0] for each in items} for name, items in GUIDELINES.items()}
    assert (len(leading["TRIPOD+AI"]), len(leading["DECIDE-AI"])) == (27, 17)
    assert len(GUIDELINES["CONSORT-AI"]) == 14


@pytest.mark.parametrize("name", GUIDELINES)
def test_every_number_stands_once_and_every_answer_belongs_to_an_item(name):
    numbers = [each.number for each in GUIDELINES[name]]
    assert len(numbers) == len(set(numbers))
    assert ANSWERS[name].keys() <= set(numbers)


@pytest.mark.parametrize("name", GUIDELINES)
def test_what_the_system_cannot_know_is_marked_as_the_authors(name):
    for each in answered(name, data()):
        expected = bool(ANSWERS[name].get(each.item.number))
        assert each.by_system is expected or each.text == AUTHORS


def test_the_items_the_specification_wants_filled_are_filled():
    wanted = "5a 5b 6a 6b 6c 7 8a 8c 9b 10 11 12e 15 16 18c 18f 20a 21 22 23a 23b 24 27a 27b".split()
    filled = {each.item.number for each in answered("TRIPOD+AI", data()) if each.by_system}
    assert filled >= set(wanted)
    consort = {each.item.number for each in answered("CONSORT-AI", data()) if each.by_system}
    assert consort >= {"4a (ii)", "5 (i)", "5 (ii)", "5 (iii)", "5 (iv)", "5 (v)", "5 (vi)", "19", "25"}


def test_without_a_measured_call_performance_is_left_to_the_authors():
    found = {each.item.number: each for each in answered("TRIPOD+AI", data(tables=()))}
    assert not found["12e"].by_system
    assert not found["23a"].by_system


def test_the_table_counts_what_the_system_answered():
    table = guideline_table("CONSORT-AI", data())
    n = sum(each.by_system for each in answered("CONSORT-AI", data()))
    assert table.denominator.startswith(f"{n} of 14 items")


# --- sentences follow from the data -----------------------------------------------------------------------------------

CHANGES = {
    "identity": {"manifest": replace(RELEASED, version="9.9.9")},
    "purpose": {"manifest": replace(RELEASED, intended_use="For another use.")},
    "predicted": {"manifest": replace(RELEASED, predicts="something else")},
    "out_of_scope": {"manifest": replace(RELEASED, out_of_scope=("Not for children.",))},
    "source": {"protocol": replace(PROTOCOL, version="7.0")},
    "dates": {"setting": Setting((), None, 0, 0, 0, 0)},
    "centres": {"setting": Setting(("09",), None, 0, 0, 0, 0)},
    "eligibility": {"protocol": replace(PROTOCOL, criteria=PROTOCOL.criteria[:1])},
    "treatments": {"protocol": replace(PROTOCOL, regimens={"LCRT": PROTOCOL.regimens["LCRT"]})},
    "outcome": {"protocol": replace(PROTOCOL, design=replace(PROTOCOL.design, response_months=13))},
    "predictors": {"manifest": replace(RELEASED, inputs=RELEASED.inputs[:3])},
    "size": {"protocol": replace(PROTOCOL, design=replace(PROTOCOL.design, enrolled=1234))},
    "missing": {"manifest": replace(RELEASED, minimum={"clinical": 3})},
    "kind": {"manifest": replace(RELEASED, specification={"kind": "an oracle"})},
    "training": {"manifest": replace(RELEASED, training={"cohort": "a registry", "n": 17})},
    "measures": {"tables": (replace(MEASURED, title="Calibration"),)},
    "performance": {"setting": Setting(("01",), None, 1, 1, 0, 1)},
    "no_update": {"vectors": ()},
    "output": {"manifest": replace(RELEASED, threshold=0.123)},
    "computed": {"manifest": replace(RELEASED, onnxruntime="0.0.1")},
    "calls": {"setting": Setting((), None, 1, 1, 1, 1)},
    "registration": {"protocol": replace(PROTOCOL, study_id="OTHER-9")},
    "code": {"manifest": replace(RELEASED, libraries={"numpy": "0.1"})},
    "specification": {"manifest": replace(RELEASED, specification={} if RELEASED.specification else {"a": 1})},
}
"""For each sentence that quotes something, a change of what it quotes."""


@pytest.mark.parametrize("name", CHANGES)
def test_a_sentence_says_another_thing_of_other_data(name):
    sentence = getattr(dossier_sentences, name)
    assert sentence(data(**CHANGES[name]), str) != sentence(data(), str)


# --- the reference vectors --------------------------------------------------------------------------------------------


def test_a_model_that_gives_what_was_released_differs_by_nothing():
    assert data().worst == 0
    assert len(data().vectors) == len(RELEASED.references) >= 20


def test_a_model_that_drifted_by_one_unit_in_the_sixth_digit_is_shown_to():
    drifted = data(vectors=vector_results(RELEASED, lambda row: min(1.0, as_released(row) + 0.000001)))
    assert drifted.worst == pytest.approx(0.000001)
    assert "0.000001" in vectors_table(drifted).denominator


def test_the_class_of_a_vector_is_decided_on_the_rounded_probability():
    edge = replace(RELEASED, references=(Reference((None,), RELEASED.threshold),))
    at, below = (
        vector_results(edge, lambda row, p=p: p)[0].positive
        for p in (RELEASED.threshold - 4e-7, RELEASED.threshold - 6e-7)
    )
    assert (at, below) == (True, False)
    assert rounded(RELEASED.threshold - 4e-7) == rounded(RELEASED.threshold)


@pytest.mark.parametrize(
    ("approvals", "enough"),
    [
        ((), False),
        ((("A. Wu", "x"),), False),
        ((("A. Wu", "x"), ("a.  wu", "x")), False),
        ((("A. Wu", "x"), ("B. Li", "y")), False),
        ((("A. Wu", "x"), ("B. Li", "x")), True),
    ],
)
def test_two_different_people_must_have_approved_this_very_content(approvals, enough):
    made = tuple(Approval(name, "statistician", "2026-01-01", digest) for name, digest in approvals)
    assert approved_by_two(replace(RELEASED, approvals=made), "x") is enough


# --- the print --------------------------------------------------------------------------------------------------------


def test_the_print_names_model_digests_measures_and_every_guideline(printed):
    for wanted in (RELEASED.name, "ab" * 32, "Discrimination", "0.812", *GUIDELINES, "Reference vectors", "Model card"):
        assert wanted in printed


def test_every_input_of_the_manifest_stands_in_the_print(printed):
    squeezed = printed.replace(" ", "")
    assert not [each.name for each in RELEASED.inputs if each.name not in squeezed]


def test_a_content_that_two_people_did_not_approve_is_said_in_capitals():
    assert "Two approvals of this content NO" in text_of(dossier(data(approved=False), system="Vigil 0", made_at=MADE))


def test_the_same_data_give_the_same_bytes():
    one, two = (dossier(data(), system="Vigil 0", made_at=MADE) for _ in range(2))
    assert one == two


# --- the card ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "cells"),
    [("| a | b |", ("a", "b")), ("| `x` | **y** |", ("x", "y")), (r"| a\|b | |", ("a|b", "")), ("|a|", ("a",))],
)
def test_cells_of_a_card_are_read_without_marks(line, cells):
    assert _cells(line) == cells


def test_marks_of_emphasis_go_and_single_stars_stay():
    assert _plain("**bold** and `code` and 2 * 3") == "bold and code and 2 * 3"


def test_a_row_of_a_card_that_is_too_short_is_filled_up():
    assert list(card_blocks("| a | b |\n|---|---|\n| 1 |"))
