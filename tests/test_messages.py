"""What the catalogue of translations is made from."""

import io
import json

import pytest
from babel.messages.extract import extract as babel_extract
from babel.messages.frontend import parse_mapping_cfg

from forms.messages import extract, shown
from tests.test_repository import ROOT

RELEASED = {
    "form": "MH",
    "version": 1,
    "title": "Medical history",
    "source": "Protocol 1.0, section 2",
    "codelists": {"YN": {"source": "CDISC", "codes": [{"code": "Y", "decode": "yes"}, {"code": "N", "decode": "no"}]}},
    "items": [{"item": "PRIOR", "kind": "yn", "label": "Any prior malignancy", "help": "Ask twice.", "unit": "mm"}],
    "groups": [{"group": "PM", "label": "Prior malignancies", "items": [{"item": "A", "label": "Site"}]}],
    "checks": [{"check": "MH-1", "rule": ["eq", ["item", "label"], "message"], "message": "Correct one."}],
}


def test_every_text_a_person_reads_is_found_and_nothing_else():
    expected = ["Medical history", "yes", "no", "Any prior malignancy", "Ask twice."]
    assert list(shown(RELEASED)) == [*expected, "Prior malignancies", "Site", "Correct one."]


def test_the_extraction_gives_what_babel_asks_for():
    found = list(extract(io.BytesIO(json.dumps(RELEASED).encode()), (), (), {}))
    assert found[0] == (0, None, "Medical history", [])
    assert len(found) == 8


def test_babel_accepts_the_method_and_finds_the_texts():
    found = babel_extract("forms.messages:extract", io.BytesIO(json.dumps(RELEASED).encode()))
    assert [text for _, text, _, _ in found][-1] == "Correct one."


def test_the_mapping_covers_code_pages_and_released_forms():
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, _ = parse_mapping_cfg(file)
    assert {pattern for pattern, _ in methods} >= {"forms/**.py", "trial/**.py", "analysis/**.py", "templates/**.html"}
    assert ("forms/versions/*.json", "forms.messages:extract") in methods


@pytest.mark.parametrize("path", sorted((ROOT / "forms" / "versions").glob("*.json")), ids=lambda path: path.stem)
def test_every_released_form_has_texts_and_no_blank_one(path):
    texts = list(shown(json.loads(path.read_text(encoding="utf-8"))))
    assert texts
    assert all(text.strip() for text in texts)
