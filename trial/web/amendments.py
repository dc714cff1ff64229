"""Versions of the protocol: what each changed, which site works under it since when, and what one would change before it does."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from trial import roles
from trial.actions import amend
from trial.actions.amend import DryRun
from trial.amendments import ORIGINAL, Release, release, releases
from trial.errors import NotAllowed, NotFound, VigilError
from trial.impact import KIND_WORDS, Effect
from trial.web.errors import Said, said
from trial.web.house import actor, reading, writing

pages = Blueprint("amendments", __name__, url_prefix="/study/versions")


@pages.get("/")
def listing() -> str:
    """Every version, newest first, with the state of each site."""
    return _page()


def _page(*, refusal: Said | None = None, dry: DryRun | None = None, asked: Release | None = None) -> str:
    with reading() as reader:
        places = amend.places(reader, actor())
        activated_by = {row["by"] for place in places for row in place.active.values()}
        people = {each: reader.the("person", id=each)["full_name"] for each in activated_by if each is not None}
    may = {
        verb: roles.may(actor().role, verb) for verb in ("amendment.activate", "amendment.preview", "participant.read")
    }
    return render_template(
        "amendments.html", versions=releases()[::-1], original=ORIGINAL, places=places, may=may, refusal=refusal, typed=request.form,
        dry=dry, asked=asked, kinds=KIND_WORDS, words=words_of, people=people,
    )  # fmt: skip


def words_of(effect: Effect) -> str:
    """What an effect says, translated, labels inside it too."""
    args = {name: _(value) if name == "label" else value for name, value in effect.args.items()}
    return _(effect.message) % args if args else _(effect.message).replace("%%", "%")


@pages.post("/<version>/activate")
def activate(version: str) -> Response:
    """Let a site work under a version from the day of its ethics approval."""
    site, given = request.form.get("site", ""), request.form.get("approved_on", "")
    try:
        approved_on = date.fromisoformat(given.strip())
    except ValueError:
        return _refused(Said(422, _("Not activated"), _("Type the day of the ethics approval as YYYY-MM-DD.")))
    try:
        moved = amend.activate(version, site, approved_on, uow=writing())
    except (NotAllowed, NotFound):
        raise
    except VigilError as problem:
        return _refused(said(problem))
    words = _(
        "Site %(site)s works under protocol %(version)s, approved on %(day)s.",
        site=site,
        version=version,
        day=approved_on,
    )
    flash(f"{words} {_moved(len(moved))}", "good")
    return redirect(url_for("amendments.listing"), 303)


def _refused(words: Said) -> Response:
    return make_response(_page(refusal=words), words.status)


def _moved(count: int) -> str:
    if not count:
        return _("Participants stay on their version until they consent again.")
    return ngettext(
        "%(num)d participant had consented to it already.", "%(num)d participants had consented to it already.", count
    )


@pages.get("/<version>/dry-run")
def dry_run(version: str) -> str:
    """What the version would change for the real data; nothing is written."""
    site = request.args.get("site") or None
    found = amend.dry_run(version, site, uow=writing())
    return _page(dry=found, asked=release(version))
