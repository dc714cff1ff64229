"""The efficacy of therapy in one participant as a PDF of one page."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from flask import Blueprint, Response
from flask_babel import get_locale
from flask_babel import gettext as _

from analysis.pages import note, pdf, system_words
from trial.actions.efficacy import VERB, Told
from trial.happenings import DataTaken
from trial.protocol import PROTOCOL
from trial.store.types import canonical
from trial.web.efficacy import changed, label, response_words, told_to_reader, unit
from trial.web.house import house
from trial.web.inputs import MODALITY_WORDS
from trial.web.words import event_words

pages = Blueprint("efficacy_print", __name__, url_prefix="/participants/<participant>/efficacy.pdf")
PERMISSIONS: Mapping[str, str] = {"efficacy_print.report": VERB}


@pages.get("")
def report(participant: str) -> Response:
    """The page as it stands; that it was taken is recorded with the digest of what it was read from."""
    from analysis.reports.efficacy import Sheet, Words, efficacy_report

    told, clock = told_to_reader(participant), house().clock
    digest = digest_of(told)
    sheet = Sheet(told.case.id, PROTOCOL.title, told.found, _pictures(told), clock.today(), digest)
    words = Words(event_words, response_words(), MODALITY_WORDS, label, unit, changed)
    made = efficacy_report(
        sheet, words, system=system_words(), made_at=clock.now(), language=str(get_locale() or "en"), tr=_
    )
    note(DataTaken("efficacy report", digest))
    return pdf(made, f"efficacy-{told.case.id}.pdf")


def digest_of(told: Told) -> str:
    """SHA-256 over the address and revision of every form read, and of the last model call."""
    read = [[c.address, c.number] for c in told.case.crfs]
    return hashlib.sha256(
        canonical({"participant": told.case.id, "forms": read, "calls": len(told.case.predictions)}).encode()
    ).hexdigest()


def _pictures(told: Told) -> tuple[tuple[str, bytes], ...]:
    seen = [(event_words(p.event), p.preview) for p in told.photographs if p.preview]
    return tuple((words, house().files.read(preview)) for words, preview in seen)
