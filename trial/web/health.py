"""Whether the process lives, and whether it can serve."""

from __future__ import annotations

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from trial.errors import VigilError
from trial.store.engine import check_migrated
from trial.web.house import house

pages = Blueprint("health", __name__)


@pages.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@pages.get("/readyz")
def readyz() -> tuple[Response, int]:
    """The database answers, at the schema of this release."""
    try:
        check_migrated(house().engine)
    except VigilError as problem:
        return jsonify(status="not ready", problem=type(problem).__name__), 503
    return jsonify(status="ready"), 200
