"""Chapter: answers in words. A person never meets a code that has a decode."""

from datetime import date
from decimal import Decimal

import pytest

from forms.catalogue import current
from forms.decoded import decoded, options


@pytest.mark.parametrize("form", ["AE", "MRI0", "MH", "DEC"])
def test_every_code_of_a_form_is_shown_by_its_decode(form):
    coded = [(item, code, words) for item in current(form).every_item() for code, words in options(item)]
    assert coded
    for item, code, words in coded:
        assert decoded(item, (code, code) if item.kind == "multi" else code) in (words, f"{words}, {words}")


def test_blanks_dates_and_numbers_are_shown_as_entered():
    item = next(i for i in current("AE").every_item() if i.kind == "yn")
    assert [decoded(item, v) for v in (None, date(2026, 3, 1), Decimal("1.50"))] == ["—", "2026-03-01", "1.50"]
