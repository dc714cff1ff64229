"""What a page says where an action was refused: one banner, drawn in one place, that the keyboard can go to."""

from __future__ import annotations

import re

import pytest

from tests.test_repository import ROOT
from trial.web.errors import Said

TEMPLATES = ROOT / "templates"
BANNER = re.compile(r'<div class="banner bad"[^>]*role="alert"[^>]*>')
NOT_REFUSALS = {
    "home.html": "the clock of the system",
    "card.html": "a site without a number for the night",
    "prediction.html": "a model that gave no answer",
}
"""Alarms about the state of things, where nobody asked for anything."""


@pytest.fixture
def drawn(world):
    """The banner for a refusal, and for the counts of a form's findings."""
    macro = world.app.jinja_env.get_template("macros/refusal.html").module.why_refused

    def draw(said, counts=None):
        with world.app.test_request_context():
            return " ".join(str(macro(said, counts)).split())

    return draw


def test_the_banner_is_written_in_one_template():
    written = {p.relative_to(TEMPLATES).as_posix() for p in TEMPLATES.rglob("*.html") if BANNER.search(p.read_text())}
    assert written == {"macros/refusal.html", *NOT_REFUSALS}


def test_a_page_without_a_refusal_has_no_banner(drawn):
    assert drawn(None) == ""


def test_the_banner_says_title_words_and_every_detail(drawn):
    shown = drawn(Said(409, "Not open", "It needs:", details=("consent", "<b>age</b>")))
    assert "<strong>Not open.</strong> It needs: <ul><li>consent</li><li>&lt;b&gt;age&lt;/b&gt;</li></ul>" in shown
    assert 'role="alert" tabindex="-1" id="refusal"' in shown


@pytest.mark.parametrize(
    ("problem", "hard", "soft", "said"),
    [
        (0, 0, 0, "<ul><li>detail</li></ul>"),
        (1, 0, 0, "1 to correct. "),
        (1, 2, 0, "3 to correct. "),
        (0, 0, 4, "4 to confirm."),
        (1, 1, 1, "2 to correct. 1 to confirm."),
    ],
)
def test_on_a_form_the_counts_stand_for_the_details(drawn, problem, hard, soft, said):
    shown = drawn(
        Said(422, "Not saved", "Look.", details=("detail",)), {"problem": problem, "hard": hard, "soft": soft}
    )
    assert f"Look. {said}".strip() in shown
    assert ("detail" in shown) is (not problem + hard + soft)


def test_a_password_that_was_not_changed_is_refused_in_the_same_form(world):
    client = world.client("coordinator")
    page = client.post("/password", data={"old": "x", "new": "one sentence here", "again": "another sentence"})
    assert page.status_code == 422
    assert BANNER.search(page.text)
    assert "<strong>The password was not changed.</strong> The two new passwords differ." in page.text
