"""Chapter: the model card. It says what the manifest says, under the headings a reader looks for, and hides no gap."""

import re

import pytest

from tests.model.released import RAW
from trial.frozen.card import MEASURES, card

TEXT = card(RAW)


@pytest.mark.parametrize(
    "heading",
    [
        "Model details",
        "Intended use",
        "Inputs",
        "Decision",
        "Training data",
        "Validation",
        "Performance",
        "Ethics, caveats",
    ],
)
def test_it_has_the_sections_of_a_model_card(heading):
    assert re.search(rf"^## {heading}", TEXT, re.MULTILINE)


def test_it_names_the_items_of_tripod_ai_it_fills():
    groups = re.findall(r"^## .*\[(?:TRIPOD\+AI )?([\d, ]+)\]$", TEXT, re.MULTILINE)
    named = {int(number) for group in groups for number in group.split(", ")}
    assert named >= {2, 3, 5, 6, 9, 10, 11, 12, 15, 17, 22, 23, 24, 27}


@pytest.mark.parametrize("each", RAW["inputs"], ids=lambda each: each["name"])
def test_every_input_stands_in_it_with_source_and_range(each):
    (line,) = [line for line in TEXT.splitlines() if line.startswith(f"| {each['name']} |")]
    assert f"`{each['source']}`" in line and (each["unit"] or "") in line
    for said in each["codes"] or [f"{each['range'][0]:g} to {each['range'][1]:g}"]:
        assert said in line


def test_every_measure_of_every_site_stands_in_it():
    for name in MEASURES:
        cells = [line.split(" | ") for line in TEXT.splitlines() if line.startswith(f"| {name} |")]
        assert len(cells[0]) == 3 + len(RAW["validation"]["sites"])
    assert all(f"site {site}" in TEXT for site in RAW["validation"]["sites"])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("threshold_rule", "By the toss of a coin."), ("intended_use", "None at all."), ("out_of_scope", ["Tuesdays."]),
        ("rule", "Positive when the moon is full."), ("minimum", {"clinical": 3}), ("predicts", "the weather of tomorrow"),
    ],
)  # fmt: skip
def test_another_word_in_the_manifest_is_another_in_the_card(key, value):
    words = value if isinstance(value, str) else value[0] if isinstance(value, list) else "3 of clinical"
    assert words not in TEXT and words in card({**RAW, key: value})


def test_what_was_not_measured_says_so():
    text = card({**RAW, "validation": {}, "performance": {}})
    assert text.count("None is recorded.") == 2


def test_a_draft_says_that_nobody_approved_it():
    assert "**A draft: nobody has approved it.**" in card({**RAW, "approvals": []})
    assert "draft" not in TEXT
