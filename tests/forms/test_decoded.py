"""Chapter: answers in words. A person never meets a code that has a decode."""

from datetime import date
from decimal import Decimal

import pytest

from forms.answers import Answers, Crf
from forms.catalogue import current
from forms.checks import findings
from forms.decoded import decoded, in_units, options
from forms.record import Record


@pytest.mark.parametrize("form", ["AE", "MRI0", "MH", "DEC"])
def test_every_code_of_a_form_is_shown_by_its_decode(form):
    coded = [(item, code, words) for item in current(form).every_item() for code, words in options(item)]
    assert coded
    for item, code, words in coded:
        assert decoded(item, (code, code) if item.kind == "multi" else code) in (words, f"{words}, {words}")


def test_blanks_dates_and_numbers_are_shown_as_entered():
    item = next(i for i in current("AE").every_item() if i.kind == "yn")
    assert [decoded(item, v) for v in (None, date(2026, 3, 1), Decimal("1.50"))] == ["—", "2026-03-01", "1.50"]


def test_a_unit_follows_a_value_and_never_a_blank():
    distance = current("MRI0").item("DISTAV")
    assert [in_units(distance, v) for v in (Decimal(60), None)] == ["60 mm", "—"]


def test_decodes_are_translated_one_by_one_and_typed_text_is_not():
    drugs, term = current("SAE").item("SAEDRUG"), current("AE").item("AETERM")
    assert decoded(drugs, ("CAPECITABINE", "5FU"), str.upper) == "CAPECITABINE, 5-FU"
    assert decoded(term, "fever", str.upper) == "fever"


def test_a_check_on_the_form_quotes_the_decode():
    form = current("AE")
    crf = Crf("AE", form.version, "ANY", 1, 1, Answers({"AETOXGR": 5, "AEOUT": "NOTREC"}))
    record = Record((crf,), {("AE", form.version): form}, {"today": date(2026, 3, 10)})
    said = next(f.text() for f in findings(record, crf) if f.id == "AE-S1")
    assert said.startswith("Grade 5 and outcome not recovered do not agree")
