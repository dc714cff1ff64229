"""Uploaded files come back as what they are, never as a page."""

from __future__ import annotations

from flask import Blueprint, make_response
from werkzeug.wrappers import Response

from trial import roles
from trial.actions.permission import participant_for
from trial.errors import NotFound
from trial.store import crfs
from trial.web.house import actor, house, reading

pages = Blueprint("files", __name__, url_prefix="/participants/<participant>/files")


@pages.get("/<sha256>")
def download(participant: str, sha256: str) -> Response:
    """A file of this participant that stands in a form the role may read."""
    reader = reading()
    participant_for(reader, actor(), participant, "file.read")
    row = reader.the("file", sha256=sha256, participant=participant)
    forms = {
        c.form
        for c in crfs.current(reader, participant)
        if any(getattr(v, "sha256", None) == sha256 for v in c.answers.items.values())
    }
    if forms and not any(roles.may_read_form(actor().role, form) for form in forms):
        raise NotFound("file", {"sha256": sha256})
    response = make_response(house().files.read(sha256))
    response.headers["Content-Type"] = "application/octet-stream"
    response.headers.set("Content-Disposition", "attachment", filename=row["name"])
    return response
