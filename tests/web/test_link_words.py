"""A link to another form, as pages show it: never the address it is stored as, unless it is none."""

import pytest
from flask import Flask
from flask_babel import Babel

from forms.catalogue import current
from trial.web.words import address_words, value_words

LINK = current("SAE").item("SAEAENO")


@pytest.fixture(autouse=True)
def _page():
    app = Flask("words")
    Babel(app)
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("AE/ANY/1", "Any time: Adverse event"),
        ("AE/ANY/2", "Any time: Adverse event (2)"),
        ("SUR/SUR-1/1", "Operation 1: Operation"),
    ],
)
def test_an_address_is_told_as_visit_and_form(address, words):
    assert address_words(address).startswith(words)
    assert value_words(LINK, address) == address_words(address)


@pytest.mark.parametrize("address", ["AE", "AE/ANY", "AE/ANY/x", "AE/ANY/1/2", "NOPE/ANY/1", "../../etc/passwd", ""])
def test_what_is_no_address_stays_as_it_was_typed(address):
    assert address_words(address) == address


def test_a_blank_link_is_a_dash():
    assert value_words(LINK, None) == "—"
