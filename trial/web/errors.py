"""The one place where errors become words and a status. Typed text always comes back with the page; no trace ever does."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, g, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from forms.text import _l
from trial import errors as e
from trial.file_kinds import REASONS
from trial.rights import WHY
from trial.signing_rights import MISSING
from trial.web.refusals import Elsewhere, SignInFirst, TokenNeeded
from trial.web.words import blocker_words, finding_words, place_words, stamp_words


@dataclass(frozen=True)
class Said:
    """What a person reads: `again` tells whether sending the same once more is right."""

    status: int
    title: str
    words: str
    again: bool = False
    details: tuple[str, ...] = ()


COMPONENTS = {"username": _l("your user name"), "code": _l("a new code of your second factor")}
"""What a signature can ask for besides the password."""


def said(error: Exception) -> Said:
    """Status and words for an error."""
    for words in (_web, _rights, _refusal, _versions, _storage, _http):
        if found := words(error):
            return found
    return Said(
        500,
        _("Something went wrong"),
        _("This is a fault of the system, not of what you did. Nothing was half-saved."),
        again=True,
    )


def _web(error: Exception) -> Said | None:
    match error:
        case TokenNeeded():
            return Said(401, _("A token is needed"), _("Send one that stands: Authorization: Bearer ..."))
        case SignInFirst(typed=True):
            return Said(
                401,
                _("Please sign in again"),
                _("Your session has ended. Nothing was saved yet; what you typed is kept below."),
                True,
            )
        case SignInFirst():
            return Said(401, _("Please sign in"), _("The page you asked for opens after that."), True)
        case Elsewhere(now=now):
            return Said(
                409,
                _("Somebody else is signed in"),
                _(
                    "This page was opened by another person. Now %(now)s is signed in, and nothing was saved in that name.",
                    now=now,
                ),
                True,
            )
        case CSRFError():
            return Said(
                400,
                _("This page was open too long"),
                _(
                    "The security token of the page is no longer valid. Nothing was saved yet; what you typed is below. Send it again."
                ),
                True,
            )
        case e.WrongPassword():
            return Said(
                401,
                _("Wrong name or password"),
                _("The user name or the password is not right. The attempt was recorded."),
            )
        case e.TooManyAttempts(until=until):
            return Said(
                429,
                _("Too many attempts"),
                _(
                    "There were too many wrong passwords for this name. Signing in is possible again at %(until)s.",
                    until=stamp_words(until),
                ),
            )
    return None


def _rights(error: Exception) -> Said | None:
    match error:
        case e.RightsHeldBack(why=why):
            return Said(
                403,
                _("Your role is not in force now"),
                _("Nothing was changed. What was entered before stays. The reason:"),
                details=tuple(_(WHY[each]) for each in why),
            )
        case e.SeenByArm(username=username):
            return Said(
                422,
                _("This role would have to be blinded"),
                _(
                    "%(name)s holds or held a role that sees outcomes by arm, and can never be blinded again. The role was not given.",
                    name=username,
                ),
            )
        case e.ComponentMissing(wanted=wanted):
            return Said(
                422,
                _("The first signature of a session takes more"),
                _("Nothing was signed yet. Besides the password it asks for:"),
                details=tuple(_(COMPONENTS[name]) for name in wanted),
            )
        case e.CodeNeeded():
            return Said(401, _("Now the code"), _("Name and password are right; the second factor is still to come."))
        case e.SigningNotEnabled(missing=missing):
            return Said(
                403,
                _("You cannot sign electronically yet"),
                _("Nothing was signed. First:"),
                details=tuple(_(MISSING[each]) for each in missing),
            )
    return None


def _refusal(error: Exception) -> Said | None:
    match error:
        case e.NotAllowed():
            return Said(403, _("Not for your role"), _("Your role does not allow this. Nothing was changed."))
        case e.Refused(findings=found) | e.ConfirmationNeeded(findings=found):
            return Said(
                422,
                _("Not saved"),
                _("Some of what was typed cannot be saved as it stands."),
                details=tuple(map(finding_words, found)),
            )
        case e.ReasonNeeded():
            return Said(422, _("A reason is needed"), _("A saved value changes. Say why, then save again."))
        case e.NotOpen(blockers=blockers):
            return Said(
                409,
                _("This step is not open"),
                _("It needs something first, or can never be done:"),
                details=tuple(map(blocker_words, blockers)),
            )
        case e.StaleRevision(author_name=name):
            return Said(
                409,
                _("Somebody saved this form before you"),
                _(
                    "%(name)s saved another version after you opened the page. Both versions are shown; nothing is lost.",
                    name=name or _("The system"),
                ),
            )
        case e.CrfLocked() as held:
            return _held(held)
        case e.ContentChanged():
            return Said(
                409,
                _("The content has changed"),
                _("What you were about to sign changed after you opened the page. Look again, then sign."),
            )
        case e.NotFound() | e.FileMissing():
            return Said(404, _("Not found"), _("There is nothing at this address, or your role does not reach it."))
        case e.AlreadyExists():
            return Said(409, _("It exists already"), _("The same thing is there already. Nothing was changed."))
    return None


def _versions(error: Exception) -> Said | None:
    match error:
        case e.VersionNotInForce(version=version, wanted=wanted):
            return Said(
                409,
                _("This form has another version now"),
                _(
                    "The page was version %(version)d; for this participant it is %(wanted)s. Nothing was saved. "
                    "What you typed is on the page: look at it, then save.",
                    version=version,
                    wanted=" / ".join(map(str, wanted)),
                ),
            )
        case e.CutAltered(name=name):
            return Said(
                409,
                _("The data are not what the cut locked"),
                _(
                    "What is stored is no longer what the data cut %(name)s locked, and no redaction explains it. No results are made from "
                    "it. Please tell the administrator: the command “vigil verify” names what was altered.",
                    name=name,
                ),
            )
        case e.CutNotEarlier(name=name, problem=problem):
            why = {
                e.CutNotEarlier.LATER: _("It was not locked before the data that are looked at."),
                e.CutNotEarlier.INFORMATION: _("No event has come since: the look after it holds no more information."),
            }
            return Said(
                422,
                _("Not an earlier look"),
                _("The cut %(name)s is no look before this one.", name=name) + " " + why[problem],
            )
        case e.ApprovalAhead(approved_on=day):
            return Said(
                422,
                _("Not activated"),
                _(
                    "An ethics approval on %(day)s lies in the future. A site is activated once it has been given.",
                    day=day,
                ),
            )
    return None


def _storage(error: Exception) -> Said | None:
    match error:
        case e.Busy():
            return Said(
                503,
                _("The system is busy"),
                _("Another change was being written at the same moment. Nothing was saved yet; send it again."),
                True,
            )
        case e.StorageFull():
            return Said(
                503,
                _("The disk is full"),
                _("Nothing was saved. Reading still works. Please tell the administrator; keep this page open."),
                True,
            )
        case e.StorageUnavailable() | e.NotMigrated():
            return Said(
                503,
                _("The database does not answer"),
                _("Nothing was saved. Keep this page open and send it again in a minute."),
                True,
            )
        case e.UnstorableText(character=character):
            return Said(
                422,
                _("A character that cannot be kept"),
                _(
                    "The text holds an invisible character (%(character)s) that cannot be stored. Please retype that part.",
                    character=character,
                ),
            )
        case e.ConstraintBroken():
            return Said(
                422, _("Not saved"), _("The database refused a value that cannot be right. Nothing was changed.")
            )
        case e.Unread(reason=reason, detail=detail):
            return Said(422, _("The file was not taken"), _(REASONS[reason]) % {"detail": detail})
        case e.FileDamaged():
            return Said(
                503,
                _("The file is damaged"),
                _("The stored file is no longer what was uploaded. Please tell the administrator."),
            )
    return None


def _http(error: Exception) -> Said | None:
    if not isinstance(error, HTTPException):
        return None
    caused = isinstance(error.__cause__, Exception) and not isinstance(error.__cause__, HTTPException)
    if caused and (found := _refusal(error.__cause__)):  # type: ignore[arg-type]  # an exception, as the line above says
        return found
    words = {
        400: (_("The request could not be read"), _("Part of it is missing or garbled. Go back and send it again.")),
        403: (_("Not for your role"), _("Your role does not allow this. Nothing was changed.")),
        404: (_("Not found"), _("There is nothing at this address, or your role does not reach it.")),
        405: (_("Not that way"), _("This address does not take that kind of request.")),
        413: (_("Too large"),
              _("What was sent is larger than this page takes. Nothing was saved. Files have their own limit; "
                "text fields keep 10,000 characters.")),
    }  # fmt: skip
    if error.code == 400 and request.path.startswith("/api/"):
        return Said(400, words[400][0], error.description or words[400][1])
    title, text = words.get(error.code or 500, (_("The request was refused"), _("Nothing was changed.")))
    return Said(error.code or 500, title, text)


def answer(error: Exception) -> Response:
    """The page, or the JSON for a script, that says so."""
    what = said(error)
    reference = ""
    if what.status == 500:
        reference = secrets.token_hex(4)
        current_app.logger.error("fault %s at %s %s", reference, request.method, request.path, exc_info=error)
    if request.path.startswith("/api/"):
        response = _problem(what)
    elif wants_json():
        response = jsonify(title=what.title, message=what.words, details=what.details, again=what.again)
    else:
        g.setdefault("actor", None)
        g.setdefault("person", None)
        response = make_response(
            render_template("error.html", said=what, held=list(held_fields()), reference=reference)
        )
    response.status_code = what.status
    if what.status == 503:
        response.headers["Retry-After"] = "5"
    return response


def _problem(what: Said) -> Response:
    """For programs: problem details (RFC 9457)."""
    told = {
        "title": what.title,
        "status": what.status,
        "detail": what.words,
        "details": what.details,
        "again": what.again,
    }
    response = jsonify(told)
    response.mimetype = "application/problem+json"
    if what.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def wants_json() -> bool:
    """Whether a script of ours asked."""
    return "X-Vigil-Person" in request.headers or request.accept_mimetypes.best == "application/json"


# Neither secrets nor what the page writes itself comes back as "typed text".
_OURS = frozenset({"csrf_token", "password", "signer", "code", "old", "new", "again", "typed_by", "next", "held_path"})


def held_fields() -> Iterator[tuple[str, str]]:
    """What was posted from a page of ours, to be shown and sent again. A post from elsewhere is not held."""
    if request.method != "POST" or not _from_here():
        return
    try:
        given = request.form
    except HTTPException:  # too large to be read at all: there is nothing to give back
        return
    for name, value in given.items(multi=True):
        if name not in _OURS:
            yield name, value


def _from_here() -> bool:
    origin = request.headers.get("Origin")
    if origin and origin != "null":
        return urlsplit(origin).netloc == request.host
    return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")


def register(app: Flask) -> None:
    """Every error goes through `answer`."""

    @app.errorhandler(Exception)
    def handle(error: Exception) -> Any:
        if isinstance(error, HTTPException) and error.code is not None and error.code < 400:
            return error
        return answer(error)


def _held(held: e.CrfLocked) -> Said:
    place = place_words(held.form, held.event, held.occurrence) if held.form else held.participant
    if held.kind == "freeze":
        words = _(
            "%(place)s is frozen: data entry has ended. A data manager can open it again, with a reason.", place=place
        )
        return Said(409, _("This form is frozen"), words)
    words = _("%(place)s is locked. It must be unlocked, with a reason, before it can change.", place=place)
    return Said(409, _("This form is locked"), words)
