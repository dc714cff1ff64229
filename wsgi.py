"""The application: every room put together. `create_app(settings)` for servers and tests, `main` for the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask, g, has_request_context, request, url_for
from flask_babel import Babel, get_locale
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from forms.text import _l
from trial import cli, roles
from trial.clock import Clock, SystemClock
from trial.protocol import PROTOCOL
from trial.release import release
from trial.settings import Settings, from_environment
from trial.store.engine import make_engine
from trial.store.files import Files
from trial.store.notices import unseen
from trial.web import (
    access,
    access_review,
    access_tokens,
    admin,
    amendments,
    api,
    audit,
    card,
    certify,
    coding,
    crf,
    deviations,
    dictionaries,
    efficacy,
    errors,
    foreign,
    gate,
    headers,
    health,
    home,
    imports,
    modalities,
    notices,
    office,
    participants,
    queries,
    ranges,
    registry,
    safety,
    screening,
    second_factor,
    signin,
    signing,
    sites,
    specimens,
    steps,
    transfers,
    trust,
    uploads,
)
from trial.web.house import House
from trial.web.words import FILTERS

PAGES = (
    api,
    access_tokens,
    signin,
    home,
    participants,
    crf,
    queries,
    office,
    coding,
    dictionaries,
    deviations,
    modalities,
    screening,
    transfers,
    card,
    sites,
    safety,
    imports,
    notices,
    ranges,
    foreign,
    audit,
    signing,
    steps,
    specimens,
    efficacy,
    registry,
    uploads,
    amendments,
    admin,
    access,
    access_review,
    trust,
    second_factor,
    certify,
    health,
)
LANGUAGES = ("en",)
NAVIGATION = (
    ("home.home", _l("Due")),
    ("participants.listing", _l("Participants")),
    ("queries.listing", _l("Queries")),
    ("office.overview", _l("Data")),
    ("safety.listing", _l("Safety")),
    ("imports.listing", _l("Imports")),
    ("audit.listing", _l("Audit")),
    ("oversight.index", _l("Oversight")),
    ("results.index", _l("Results")),
    ("home.study", _l("Study")),
    ("admin.people", _l("People and sites")),
)
"""Pages of the header, shown to who may open them."""


def create_app(settings: Settings | None = None, *, clock: Clock | None = None, model: Any = None) -> Flask:
    """One installation. `clock` and `model` replace the system's clock and the released model, for tests and simulation."""
    settings = settings or from_environment(os.environ)
    app = Flask("vigil", root_path=str(Path(__file__).resolve().parent))
    app.config.update(_configuration(settings))
    engine = make_engine(settings.database_url)
    app.extensions["vigil"] = House(
        engine, clock or SystemClock(settings.zone), Files(settings.files), model or _released_model(), settings
    )
    Babel(app, locale_selector=_language)
    app.before_request(gate.admit)
    # A program sends a token in a header, which no other page can make a browser send.
    CSRFProtect(app).exempt(api.pages)
    app.after_request(headers.guard)
    errors.register(app)
    _programs()
    for room in PAGES:
        app.register_blueprint(room.pages)
    gate.open_to(api.PERMISSIONS)
    _results(app)
    _drawing(app)
    if settings.hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.hops, x_proto=settings.hops, x_host=settings.hops)  # type: ignore[method-assign]
    return app


def _language() -> str:
    """The reader's language; English where nobody reads (commands, jobs)."""
    return (request.accept_languages.best_match(LANGUAGES) if has_request_context() else None) or LANGUAGES[0]


def _configuration(settings: Settings) -> dict[str, Any]:
    return {
        "SECRET_KEY": settings.secret_key,
        "MAX_CONTENT_LENGTH": settings.largest_post,
        "MAX_FORM_MEMORY_SIZE": settings.largest_form,
        "MAX_FORM_PARTS": settings.most_parts,
        "TRUSTED_HOSTS": list(settings.hosts) or None,
        "SESSION_COOKIE_NAME": "__Host-vigil" if settings.https else "vigil",
        "SESSION_COOKIE_SECURE": settings.https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,  # the token lives as long as the session: a form may be open for hours
        "WTF_CSRF_SSL_STRICT": settings.https,
        "BABEL_DEFAULT_TIMEZONE": "UTC",
        "BABEL_TRANSLATION_DIRECTORIES": "locale",
    }


def _released_model() -> Any:
    """The frozen model's runner: it opens the model in a child process when it is first called."""
    return import_module("trial.frozen.runner").FrozenModel()


def _programs() -> None:
    """Operations of the API that rooms above it add. Before its addresses are taken over into the application."""
    if find_spec("analysis.output_api") is not None:
        import_module("analysis.output_api")


def _results(app: Flask) -> None:
    """Pages of the analysis, where that room is installed. Each brings its own entries for the gate."""
    for name in (
        "analysis.pages",
        "analysis.closed_pages",
        "analysis.interim_pages",
        "analysis.oversight_pages",
        "analysis.performance_pages",
        "analysis.efficacy_pages",
        "analysis.registry_pages",
        "analysis.output_pages",
        "analysis.closed_output_pages",
        "analysis.cut_pages",
        "analysis.dataset_pages",
    ):
        if find_spec(name) is not None:
            room = import_module(name)
            app.register_blueprint(room.pages)
            gate.open_to(room.PERMISSIONS)


def _drawing(app: Flask) -> None:
    """What every template may use."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= FILTERS
    app.jinja_env.globals |= {"may_open": gate.may_open}

    @app.context_processor
    def everywhere() -> dict[str, Any]:
        actor, person = g.get("actor"), g.get("person")
        return {
            "actor": actor,
            "person": person,
            "several_roles": bool(person) and len({role for role, _site in person.roles}) > 1,
            "role_words": _(roles.ROLES[actor.role].label) if actor and actor.role in roles.ROLES else "",
            "actor_scope": roles.ROLES[actor.role].scope if actor and actor.role in roles.ROLES else "none",
            "navigation": list(_navigation(app)) if actor else [],
            "unseen": unseen(app.extensions["vigil"].reading(), person.id) if person and actor else 0,
            "protocol": PROTOCOL,
            "now": app.extensions["vigil"].clock.now(),
            "release": release(),
            "locale": str(get_locale() or "en"),
        }


def _navigation(app: Flask) -> Iterator[SimpleNamespace]:
    shown = [(end, url_for(end)) for end, _words in NAVIGATION if end in app.view_functions and gate.may_open(end)]
    # The rooms behind a page lie under its address: coding under the data, a CRF under the participants.
    above = next((end for end, url in shown if _under(url)), None)
    for endpoint, url in shown:
        here = above == endpoint if above else request.blueprint == endpoint.partition(".")[0]
        yield SimpleNamespace(url=url, words=_navigation_words(endpoint), here=here)


def _under(url: str) -> bool:
    return request.path == url or (url != "/" and request.path.startswith(f"{url.rstrip('/')}/"))


def _navigation_words(endpoint: str) -> str:
    if endpoint == "home.home" and not roles.may(g.actor.role, "due.read"):
        return _("Start")
    return _(dict(NAVIGATION)[endpoint])


def main() -> None:
    """The console script `vigil`."""
    commands = cli.commands(create_app)
    if find_spec("analysis.cli") is not None:
        import_module("analysis.cli").register(commands)
        import_module("analysis.commands.closed_outputs").register(commands)
    sys.exit(cli.run(commands))
