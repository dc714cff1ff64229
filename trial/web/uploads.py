"""Uploaded files come back as what they are, never as a page; their previews as small pictures; and the list of them."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forms.language import FormDef
from trial import roles
from trial.actions import files
from trial.actions.files import Filed
from trial.file_kinds import FLAGS, LOOK, in_bytes
from trial.web.house import actor, house, reading, writing
from trial.web.words import form_words, place_words

pages = Blueprint("files", __name__, url_prefix="/participants/<participant>/files")

ALONE = "default-src 'none'; sandbox"
"""Whatever a browser takes a file for, it runs nothing and loads nothing."""


@pages.get("")
def listing(participant: str) -> str:
    """All files of a participant that the role may know of."""
    found = files.listing(reading(), actor(), participant)
    names = {row["id"]: row["full_name"] for row in reading().all("person")} if found else {}
    return render_template(
        "files.html",
        participant=participant,
        files=found,
        names=names,
        words={f.sha256: [_place(participant, p) for p in f.places] for f in found},
        flag_words=flag_words(),
        may_look=roles.may(actor().role, "file.look"),
        size=in_bytes,
    )


def _place(participant: str, place: files.Place) -> tuple[str, str]:
    """The form in words, and the way to it; no way where no saved form holds the file."""
    if place.event is None:
        return _("%(form)s (not in a saved form)", form=form_words(place.form)), ""
    way = url_for("crf.show", participant=participant, event=place.event, form=place.form, occurrence=place.occurrence)
    return place_words(place.form, place.event, place.occurrence), way


def flag_words() -> Mapping[str, tuple[str, bool]]:
    """Of each flag its words, and whether somebody must act on it."""
    return {flag: (_(words), flag in LOOK or flag == "elsewhere") for flag, words in FLAGS.items()}


def of_form(definition: FormDef, participant: str) -> Mapping[str, Filed]:
    """The files by digest, for a page whose form has an item for one."""
    if not any(item.kind == "file" for item in definition.every_item()) or not roles.may(actor().role, "file.read"):
        return {}
    return {f.sha256: f for f in files.listing(reading(), actor(), participant)}


@pages.get("/<sha256>")
def download(participant: str, sha256: str) -> Response:
    """A file of this participant, a megabyte at a time."""
    row = files.download(participant, sha256, uow=writing()).row
    response = make_response(house().files.stream(sha256))
    response.headers["Content-Type"] = "application/octet-stream"
    response.headers["Content-Length"] = str(row["size"])
    response.headers["Content-Security-Policy"] = ALONE
    response.headers.set("Content-Disposition", "attachment", filename=row["name"])
    return response


@pages.get("/<sha256>/preview")
def preview(participant: str, sha256: str) -> Response:
    """Its preview, which this system has drawn."""
    response = make_response(house().files.read(files.preview(reading(), actor(), participant, sha256)))
    response.headers["Content-Type"] = "image/png"
    response.headers["Content-Security-Policy"] = ALONE
    response.headers.set("Content-Disposition", "inline", filename="preview.png")
    return response


@pages.post("/<sha256>/look")
def look(participant: str, sha256: str) -> Response:
    """Say that somebody has looked at the picture."""
    finding = request.form.get("finding", "")
    files.look(participant, sha256, finding, uow=writing())
    clean = _("Noted: no name is burned into the picture.")
    flash(
        clean
        if finding == files.CLEAN
        else _("Noted. The file is not served any more; please send one without the name."),
        "good",
    )
    return redirect(url_for("files.listing", participant=participant), 303)
