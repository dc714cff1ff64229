"""`vigil notify`: notices from the journal, and mails."""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

import click
from flask_babel import gettext as _
from flask_babel import ngettext

from trial.cli.base import Installation, json_option, shown

EVERY = 30
"""Seconds between two rounds beside the server."""


@click.command()
@click.option(
    "--every", type=click.IntRange(1, 86400), help="Go on, a round every so many seconds; one round without it."
)
@json_option
@click.pass_obj
def notify(here: Installation, every: int | None, as_json: bool) -> None:
    """Tell people what concerns them: on their pages, and by mail where VIGIL_MAIL_SERVER is set. `vigil serve` does it by itself."""
    told = one_round(here)
    shown(told if as_json else ", ".join(f"{n} {what}" for what, n in told.items()), as_json)
    while every:
        threading.Event().wait(every)
        one_round(here)


def one_round(here: Installation) -> dict[str, int]:
    """Follow the journal to its end, write mails, send what is due. Counts of each."""
    from trial.actions import notify as action
    from trial.mail import send

    settings, followed = here.house.settings, 0
    while batch := action.follow(uow=here.writing()):
        followed += batch
    if not settings.mail_server:
        return {"entries": followed, "mails": 0, "sent": 0, "failed": 0}
    with here.app.app_context():
        mails = action.write_mails(partial(mail_words, settings.address), uow=here.writing())

    def leave(letter: Any) -> None:
        send(settings.mail_server, settings.mail_from, letter.address, letter.subject, letter.text)

    sent, failed = action.send_mails(leave, uow=here.writing())
    return {"entries": followed, "mails": mails, "sent": sent, "failed": failed}


def beside(here: Installation) -> None:
    """Rounds beside the server, in a thread that ends with it. A round that fails is logged and the next one tries again."""
    wait = threading.Event()

    def rounds() -> None:
        from trial.errors import VigilError

        while not wait.wait(EVERY):
            try:
                one_round(here)
            except VigilError:
                here.app.logger.exception("notices")

    threading.Thread(target=rounds, name="notices", daemon=True).start()


def mail_words(address: str, counts: list[tuple[str, int]]) -> tuple[str, str]:
    """Subject and text of a mail: how many of which kind, and where to sign in. Never a participant, a site or a value."""
    total = sum(n for _words, n in counts)
    lines = [f"  {n} × {_(words)}" for words, n in counts]
    closing = _("Sign in to see them: %(address)s", address=address) if address else _("Sign in to see them.")
    subject = ngettext("Vigil: %(num)d notice waits for you", "Vigil: %(num)d notices wait for you", total)
    body = [_("In the trial's system there is something for you:"), "", *lines, "", closing, "",
            _("This mail was made by the system and holds no data of participants. Please do not reply.")]  # fmt: skip
    return subject, "\n".join(body) + "\n"
