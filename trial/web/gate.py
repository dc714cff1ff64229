"""The one gate: every route has an entry here, or it is closed. A test walks the routes and fails on one without an entry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flask import abort, g, redirect, request, url_for
from werkzeug.wrappers import Response

from trial import roles
from trial.actions import tokens
from trial.errors import NotAllowed, RightsHeldBack
from trial.web import session
from trial.web.house import house
from trial.web.refusals import Elsewhere, SignInFirst, TokenNeeded

OPEN = ""
"""Anyone, signed in or not."""
SIGNED_IN = "signed-in"
"""Anyone signed in, also before a role is chosen or a first password changed."""

PERMISSIONS: Mapping[str, str] = {
    "static": OPEN,
    "health.healthz": OPEN,
    "health.readyz": OPEN,
    "signin.sign_in": OPEN,
    "signin.enter_code": OPEN,
    "signin.sign_out": SIGNED_IN,
    "signin.choose_role": SIGNED_IN,
    "signin.change_password": SIGNED_IN,
    "signin.pulse": SIGNED_IN,
    "factor.show": SIGNED_IN,
    "factor.begin": SIGNED_IN,
    "factor.confirm": SIGNED_IN,
    "factor.square": SIGNED_IN,
    "factor.remove": SIGNED_IN,
    "certify.show": SIGNED_IN,
    "certify.declare": SIGNED_IN,
    "home.home": "study.read",
    "home.study": "study.read",
    "notices.listing": "study.read",
    "notices.seen": "study.read",
    "access_tokens.show": "study.read",
    "access_tokens.make": "study.read",
    "access_tokens.revoke": "study.read",
    "access_tokens.calendar": OPEN,
    "amendments.listing": "study.read",
    "amendments.activate": "amendment.activate",
    "amendments.dry_run": "amendment.preview",
    "participants.listing": "participant.list",
    "participants.new": "participant.create",
    "participants.show": "participant.read",
    "participants.audit": "audit.read",
    "queries.listing": "query.read",
    "queries.bulk": "query.raise",
    "queries.show": "query.read",
    "queries.act": "query.read",
    "queries.ask": "query.raise",
    "office.overview": "due.read",
    "office.plan": "plan.set",
    "office.verify": "data.verify",
    "office.verify_visit": "data.verify",
    "office.place": "crf.freeze",
    "office.lift": "crf.freeze",
    "office.checklist": "crf.freeze",
    "office.casebook": "crf.sign",
    "coding.listing": "code.terms",
    "coding.term": "code.terms",
    "coding.code": "code.terms",
    "coding.auto": "code.terms",
    "coding.judge": "code.terms",
    "coding.synonyms": "code.terms",
    "coding.remove_synonym": "code.terms",
    "dictionaries.listing": "code.terms",
    "dictionaries.add": "code.terms",
    "dictionaries.show": "code.terms",
    "dictionaries.adopt": "code.terms",
    "specimens.show": "specimen.read",
    "specimens.label": "specimen.read",
    "specimens.aliquots": "specimen.handle",
    "specimens.move": "specimen.handle",
    "specimens.assay": "specimen.handle",
    "modalities.listing": "omics.read",
    "modalities.sheet": "omics.read",
    "deviations.listing": "deviation.read",
    "deviations.sheet": "deviation.read",
    "screening.show": "accrual.read",
    "screening.log": "participant.log",
    "screening.take_back": "participant.log",
    "transfers.move": "participant.transfer",
    "transfers.copy": "crf.sign",
    "card.show": "participant.card",
    "sites.phone": "users.manage",
    "sites.consent": "users.manage",
    "safety.listing": "safety.read",
    "safety.narrative": "safety.read",
    "safety.references": "safety.read",
    "safety.add_reference": "safety.assess",
    "imports.listing": "import.data",
    "imports.run": "import.data",
    "imports.report": "import.data",
    "ranges.listing": "ranges.read",
    "foreign.listing": "foreign.read",
    "foreign.show": "foreign.read",
    "foreign.odm": "foreign.read",
    "foreign.report": "foreign.read",
    "audit.listing": "audit.read",
    "audit.export": "audit.read",
    "audit.review": "audit.review",
    "audit.take_out": "trail.redact",
    "crf.show": "crf.read",
    "crf.save": "crf.write",
    "crf.remove": "crf.write",
    "crf.keep_draft": "crf.write",
    "crf.drop_draft": "crf.write",
    "crf.preview": "crf.write",
    "crf.history": "crf.read",
    "crf.add": "crf.write",
    "signing.show": "crf.sign",
    "signing.sign": "crf.sign",
    "files.download": "file.read",
    "files.listing": "file.read",
    "files.preview": "file.read",
    "files.look": "file.look",
    "steps.eligibility": "eligibility.read",
    "steps.decision_point": "eligibility.read",
    "efficacy.show": "eligibility.read",
    "registry.listing": "registry.read",
    "registry.new": "registry.add",
    "registry.show": "registry.read",
    "steps.call": "model.call",
    "steps.prediction": "model.read",
    "steps.randomisation": "allocation.read",
    "steps.randomise": "randomise",
    "admin.people": "users.manage",
    "admin.person": "users.manage",
    "admin.add": "users.manage",
    "admin.grant": "users.manage",
    "admin.revoke": "users.manage",
    "admin.reset": "users.manage",
    "admin.close": "users.manage",
    "admin.open_site": "users.manage",
    "access.log": "delegation.read",
    "access.sign": "delegation.sign",
    "access.end": "delegation.read",
    "access.close": "users.manage",
    "access.reopen": "users.manage",
    "access_review.show": "access.read",
    "access_review.sign": "access.review",
    "access_review.export": "access.read",
    "access_review.attempts": "access.read",
    "trust.identity": "users.manage",
    "trust.revoke": "users.manage",
    "trust.compromised": "users.manage",
    "trust.factor": "users.manage",
    "certify.letter": "users.manage",
}
"""Endpoint to the verb of `trial.roles` it needs. `analysis/pages.py` adds its own through `open_to`."""

TAKES_FILES = "crf.save"
"""The page that studies are sent to: larger than any other post, from who is signed in."""

_later: dict[str, str] = {}


def open_to(entries: Mapping[str, str]) -> None:
    """Add the entries of a room above this one. Raises ValueError for an entry that is there already or a verb that is none."""
    for endpoint, verb in entries.items():
        if endpoint in PERMISSIONS or _later.get(endpoint, verb) != verb:
            raise ValueError(f"{endpoint} has an entry already")
        if verb not in roles.VERBS:
            raise ValueError(f"{verb} is no verb of trial.roles")
        _later[endpoint] = verb


def verb_of(endpoint: str) -> str | None:
    """The verb an endpoint needs; None where it has no entry, and is closed."""
    return PERMISSIONS.get(endpoint, _later.get(endpoint))


def may_open(endpoint: str) -> bool:
    """Whether who asks may open that page: for links, which are not shown where they lead nowhere."""
    verb = verb_of(endpoint)
    return verb is not None and g.get("actor") is not None and roles.may(g.actor.role, verb)


def admit() -> Response | None:
    """Run before every request. Returns a redirect, or None to let it through; raises otherwise."""
    g.person = g.actor = None
    if request.mimetype != "multipart/form-data":
        # The cap on form fields is the framework's for multipart only.
        request.max_content_length = house().settings.largest_form
    if request.endpoint == "static":
        return None
    if request.blueprint == "api":
        _admit_program()
        return None
    g.person = session.resume(house())
    g.actor = session.chosen(g.person) if g.person else None
    if request.endpoint == TAKES_FILES and g.actor is not None and request.mimetype == "multipart/form-data":
        request.max_content_length = house().settings.largest_upload
    if request.endpoint is None:
        return None  # no such address: Flask answers 404, 405 or the redirect to the plain one, to whoever asks
    verb = verb_of(request.endpoint)
    if verb is None:
        abort(403)
    if verb == OPEN:
        return None
    return _admitted(verb)


def _admit_program() -> None:
    """A program comes in with its token alone: a browser's session opens nothing here, so no other page can use it."""
    kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
    here = house()
    found = (
        tokens.bearer(here.reading(), secret.strip(), here.clock.today(), gated=here.gated)
        if kind.lower() == "bearer"
        else None
    )
    if found is None:
        raise TokenNeeded
    row, g.person = found
    g.actor = g.person.actor(row["role"])
    verb = verb_of(request.endpoint or "")
    changes = request.method not in ("GET", "HEAD", "OPTIONS")
    if (
        verb is None
        or row["scope"] == "calendar"
        or (changes and row["scope"] != "write")
        or g.person.must_change_password
    ):
        raise NotAllowed(row["role"], f"token:{row['scope']}")
    if not roles.may(g.actor.role, verb):
        raise NotAllowed(g.actor.role, verb)


def _admitted(verb: str) -> Response | None:
    if g.person is None:
        raise SignInFirst(typed=request.method == "POST")
    _refuse_another_person()
    if verb == SIGNED_IN:
        return None
    if g.person.must_change_password or _too_old():
        return redirect(url_for("signin.change_password"))
    if g.actor is None:
        _refuse_what_was_typed()
        return redirect(url_for("signin.choose_role"))
    if not g.person.second_factor and must_use_code(g.actor.role):
        return redirect(url_for("factor.show"))
    if not roles.may(g.actor.role, verb):
        raise NotAllowed(g.actor.role, verb)
    return None


def _refuse_what_was_typed() -> None:
    """A page that was open when the role ended: what was typed on it comes back with the reason, instead of the choice of a role."""
    why = tuple(dict.fromkeys(reason for standing in g.person.standings for reason in standing.why))
    if request.method == "POST" and why:
        raise RightsHeldBack("", verb_of(request.endpoint or "") or "", None, why)


def _too_old() -> bool:
    """Whether the password is older than the installation lets it get (R10)."""
    days = house().settings.password_days
    return bool(days) and house().clock.now() - g.person.password_set_at > timedelta(days=days)


def must_use_code(role: str) -> bool:
    """Whether a role signs in with a second factor at this installation (R14)."""
    rule = house().settings.second_factor
    return rule == "everyone" or (rule == "sponsor" and role in roles.SPONSOR)


def _refuse_another_person() -> None:
    """A page that was opened by somebody else must not be saved in this person's name."""
    typed_by = request.headers.get("X-Vigil-Person") or (
        request.form.get("typed_by") if request.method == "POST" else None
    )
    if typed_by and typed_by != str(g.person.id):
        raise Elsewhere(g.person.full_name)
