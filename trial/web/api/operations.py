"""What an operation of the API is, and how one is declared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Blueprint, jsonify, request
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from trial.events import plain
from trial.web.api.schemas import Schema

View = Callable[..., Any]

pages = Blueprint("api", __name__, url_prefix="/api/v1")
PERMISSIONS: dict[str, str] = {}
MOST = 200
"""The largest page of a list."""


@dataclass(frozen=True)
class Param:
    """A parameter in the address after "?": its schema, and what it means."""

    name: str
    schema: Schema
    meaning: str


@dataclass(frozen=True)
class Operation:
    """One operation. `path` as Flask writes it, without the prefix; `body` None where nothing is sent."""

    name: str
    method: str
    path: str
    verb: str
    summary: str
    subject: str
    gives: Schema
    takes: Schema | None
    query: tuple[Param, ...]
    status: int


OPERATIONS: list[Operation] = []

PAGED = (
    Param("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": 50}, "How many at most."),
    Param("offset", {"type": "integer", "minimum": 0, "default": 0}, "How many to pass over."),
)


def operation(
    method: str,
    path: str,
    verb: str,
    summary: str,
    *,
    gives: Schema,
    takes: Schema | None = None,
    query: tuple[Param, ...] = (),
    status: int = 200,
) -> Callable[[View], View]:
    """Declare an operation. The view gets the parts of the address, and what was sent as `given`; it returns plain values."""

    def declare(view: View) -> View:
        name, subject = view.__name__, view.__module__.rpartition(".")[2]
        OPERATIONS.append(Operation(name, method, path, verb, summary, subject, gives, takes, query, status))
        PERMISSIONS[f"api.{name}"] = verb

        @wraps(view)
        def answered(**place: Any) -> Response:
            sent = {"given": _sent(takes)} if takes is not None else {}
            response = jsonify(plain(view(**place, **sent)))
            response.status_code = status
            return response

        pages.add_url_rule(path, name, answered, methods=[method])
        return view

    return declare


def _sent(takes: Schema) -> dict[str, Any]:
    """The object that was sent, with the fields it must and may have. Raises BadRequest."""
    given = request.get_json(silent=True)
    if not isinstance(given, dict):
        raise BadRequest("a JSON object is expected")
    if missing := [name for name in takes["required"] if name not in given]:
        raise BadRequest(f"missing: {', '.join(missing)}")
    if foreign := sorted(set(given) - set(takes["properties"])):
        raise BadRequest(f"not known: {', '.join(foreign)[:200]}")
    if wrong := [name for name, value in given.items() if not _is(value, takes["properties"][name])]:
        raise BadRequest(f"not of the right type: {', '.join(wrong)}")
    return given


_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "boolean": (bool,), "object": (dict,), "array": (list,), "null": (type(None),),
}  # fmt: skip


def _is(value: Any, schema: Schema) -> bool:
    """Whether a value is of the schema's type at its top; what lies deeper, the action reads."""
    if "anyOf" in schema:
        return any(_is(value, each) for each in schema["anyOf"])
    named = schema.get("type", ())
    names = (named,) if isinstance(named, str) else named
    if isinstance(value, bool) and "boolean" not in names:
        return not names
    return not names or any(isinstance(value, _TYPES[name]) for name in names)


def page() -> tuple[int, int]:
    """Limit and offset as asked for, within bounds."""
    limit = min(max(1, request.args.get("limit", 50, type=int)), MOST)
    return limit, max(0, request.args.get("offset", 0, type=int))
