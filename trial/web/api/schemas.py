"""What goes over the line: the types of the API's values, and how they are put together. As JSON Schema has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
DAY: Schema = {"type": ["string", "null"], "format": "date"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
ANY: Schema = {}


def maybe(schema: Schema) -> Schema:
    """The schema, or null."""
    return {"anyOf": [dict(schema), {"type": "null"}]}


def record(required: Mapping[str, Schema], **optional: Schema) -> Schema:
    """An object with these fields and no other."""
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
        "additionalProperties": False,
    }


def many(schema: Schema) -> Schema:
    """A list of such."""
    return {"type": "array", "items": schema}


def listed(schema: Schema) -> Schema:
    """A page of a list, with how many there are in all."""
    return record({"total": NUMBER, "items": many(schema)})


def only(row: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """Of a row, what the schema names."""
    return {name: row[name] for name in schema["properties"]}
