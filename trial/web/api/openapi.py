"""The OpenAPI 3.1 document, made from the declarations."""

from __future__ import annotations

import re
from typing import Any

from trial.web.api.operations import OPERATIONS, Operation
from trial.web.api.schemas import TEXT, record

PROBLEM = record(
    {"title": TEXT, "status": {"type": "integer"}, "detail": TEXT},
    details={"type": "array", "items": TEXT},
    again={"type": "boolean"},
)
REFUSALS = {
    "400": "What was sent cannot be read.",
    "401": "No token, or one that does not stand.",
    "403": "Not for this role, or not with this token.",
    "404": "Nothing there, or out of reach.",
    "409": "Somebody was faster, or this step is not open.",
    "422": "Refused by a check, or a reason is wanted.",
}


def document(host: str) -> dict[str, Any]:
    """The whole document for an installation at that address."""
    paths: dict[str, dict[str, Any]] = {}
    for each in OPERATIONS:
        paths.setdefault(_template(each.path), {})[each.method.lower()] = _operation(each)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Vigil",
            "version": "1",
            "description": "The same actions and permissions as the pages. A token never signs.",
        },
        "servers": [{"url": f"{host}/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Problem": PROBLEM},
            "responses": {f"Refused{code}": _refusal(words) for code, words in REFUSALS.items()},
        },
    }


def _template(path: str) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)


def _operation(each: Operation) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": each.name,
        "summary": each.summary,
        "tags": [each.subject],
        "description": f"Needs the right `{each.verb}`.",
        "parameters": [*_in_path(each.path), *_in_query(each)],
        "responses": {
            str(each.status): {"description": each.summary, "content": {"application/json": {"schema": each.gives}}},
            **{code: {"$ref": f"#/components/responses/Refused{code}"} for code in REFUSALS},
        },
    }
    if each.takes is not None:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": each.takes}}}
    return made


def _in_path(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "integer" if kind == "int:" else "string"}}
        for kind, name in re.findall(r"<(\w+:)?(\w+)>", path)
    ]


def _in_query(each: Operation) -> list[dict[str, Any]]:
    return [{"name": p.name, "in": "query", "description": p.meaning, "schema": p.schema} for p in each.query]


def _refusal(words: str) -> dict[str, Any]:
    return {
        "description": words,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
