"""The page that asks before something ends: a page of its own, so that it asks without scripts too."""

from __future__ import annotations

from dataclasses import dataclass

from flask import make_response, render_template, request
from werkzeug.wrappers import Response


@dataclass(frozen=True)
class Question:
    """What is asked before something ends: its title, what follows, the word on the button, where it leads and leads back.

    `reason`: the label of a reason that must be given; without it none is asked.
    """

    title: str
    follows: tuple[str, ...]
    do: str
    action: str
    back: str
    reason: str = ""


def asked(question: Question) -> Response | None:
    """The page that asks, until it was answered, with a reason where one is wanted."""
    confirmed = request.method == "POST" and request.form.get("confirmed") == "y"
    if confirmed and (not question.reason or reason()):
        return None
    page = render_template("confirm.html", question=question, unreasoned=confirmed)
    return make_response(page, 422 if request.method == "POST" else 200)


def reason() -> str:
    """The reason that was typed."""
    return request.form.get("why", "").strip()
