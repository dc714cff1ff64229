"""One participant before and after therapy on one page: measures, photographs, response by modality, and what the model adds."""

from __future__ import annotations

from decimal import Decimal

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _

from forms.catalogue import current
from trial.actions.efficacy import Told, tell
from trial.efficacy import HIDDEN
from trial.side_by_side import Change, Measure, significant
from trial.web.house import house, writing
from trial.web.inputs import FEATURE_WORDS, MODALITY_WORDS, UNIT_WORDS

pages = Blueprint("efficacy", __name__, url_prefix="/participants/<participant>/efficacy")


@pages.get("")
def show(participant: str) -> str:
    """The assessment on one page; that the model's answer was looked at is recorded."""
    told = told_to_reader(participant)
    return render_template(
        "efficacy.html",
        participant=participant,
        told=told,
        found=told.found,
        label=label,
        unit=unit,
        changed=changed,
        hidden=HIDDEN,
        responses=response_words(),
        modalities=MODALITY_WORDS,
        place=lambda address: place(participant, address),
    )


def told_to_reader(participant: str) -> Told:
    """What this reader may see of the participant."""
    return tell(participant, uow=writing(), files=house().files, manifest=house().model.manifest, say=_)


def response_words() -> dict[str, str]:
    """The codes of the clinical response in words."""
    codes = current("RST").item("RESP").codes
    return {entry.code: _(entry.decode) for entry in codes.codes} if codes else {}


def label(measure: Measure) -> str:
    """A measure's name; a radiomic feature in words where there are any."""
    feature = measure.name.removeprefix("RAD.")
    return _(FEATURE_WORDS[feature]) if measure.name != feature and feature in FEATURE_WORDS else measure.label


def unit(measure: Measure) -> str:
    """Its unit as it is printed."""
    return UNIT_WORDS.get(measure.unit, measure.unit)


def changed(change: Change | None) -> tuple[str, str]:
    """Absolute change and per cent, each with its sign; nothing where there is nothing to tell."""
    if change is None:
        return "", ""
    percent = "" if change.percent is None else f"{_signed(f'{change.percent:.1f}')} %"
    return _signed(significant(change.absolute)), percent


def _signed(digits: str) -> str:
    number = Decimal(digits)
    return f"+{digits}" if number > 0 else digits.replace("-", "\N{MINUS SIGN}") if number < 0 else digits.lstrip("-")


def place(participant: str, address: str) -> str:
    """The way to the form that holds a value."""
    form, event, occurrence = address.split("/")
    return url_for("crf.show", participant=participant, event=event, form=form, occurrence=occurrence)
