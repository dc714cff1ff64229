"""A form definition as JSON and back, without loss: what a released version is kept as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from forms.codelist import Code, Codelist
from forms.language import Bound, Check, FormDef, GroupDef, Item, Range
from forms.logic import Expr, from_json

_PLAIN = (
    "label", "unit", "places", "help", "section", "source", "unique", "exclusive", "target", "accept", "sdtm", "retired"
)  # fmt: skip
_DEFAULTS = {f.name: f.default for f in fields(Item)}


def form_to_json(form: FormDef) -> dict[str, Any]:
    """Return a form version as plain data, keys in reading order, defaults left out."""
    return _without_blanks(
        {
            "form": form.oid,
            "version": form.version,
            "title": form.title,
            "source": form.source,
            "instructions": form.instructions,
            "repeats": form.repeats,
            "signed": form.signed,
            "facts": sorted(form.facts),
            "due_if": _expr(form.due_if),
            "layout": list(form.layout),
            "codelists": {i.codes.name: _codelist(i.codes) for i in form.every_item() if i.codes},
            "items": [_item(i) for i in form.items],
            "groups": [_group(g) for g in form.groups],
            "checks": [_check(c) for c in form.checks],
        }
    )


def form_from_json(data: Mapping[str, Any]) -> FormDef:
    """Return the form version that `form_to_json` wrote."""
    name = data["form"]
    lists = {n: _read_codelist(n, c) for n, c in data.get("codelists", {}).items()}
    items = tuple(_read_item(i, name, None, lists) for i in data.get("items", ()))
    groups = tuple(_read_group(g, name, lists) for g in data.get("groups", ()))
    by_oid = {i.oid: i for i in (*items, *(i for g in groups for i in g.items))}
    return FormDef(
        name,
        data["version"],
        data.get("title", ""),
        source=data.get("source", ""),
        instructions=data.get("instructions", ""),
        repeats=data.get("repeats", False),
        signed=data.get("signed", False),
        facts=frozenset(data.get("facts", ())),
        due_if=_read_expr(data.get("due_if")),
        layout=tuple(data.get("layout", ())),
        items=items,
        groups=groups,
        checks=tuple(_read_check(c, by_oid) for c in data.get("checks", ())),
    )


def _without_blanks(data: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in data.items() if v not in (None, "", False, [], {}) or k == "required"}


def _expr(expr: Expr | None) -> Any:
    return None if expr is None else expr.to_json()


def _read_expr(data: Any) -> Expr | None:
    return None if data is None else from_json(data)


def _codelist(codes: Codelist) -> dict[str, Any]:
    entries = [
        _without_blanks(
            {"code": c.code, "decode": c.decode, "unknown": c.unknown, "ccode": c.ccode, "retired": c.retired}
        )
        for c in codes
    ]
    return _without_blanks({"source": codes.source, "codes": entries})


def _read_codelist(name: str, data: Mapping[str, Any]) -> Codelist:
    return Codelist(name, tuple(Code(**{"decode": ""} | entry) for entry in data["codes"]), data.get("source", ""))


def _range(span: Range | None) -> Any:
    return None if span is None else [_bound(span.low), _bound(span.high)]


def _bound(end: Bound | None) -> Any:
    return None if end is None else {"at": end.at.to_json(), **({"exclusive": True} if end.exclusive else {})}


def _read_range(data: Any) -> Range | None:
    return None if data is None else Range(*(_read_bound(end) for end in data))


def _read_bound(data: Any) -> Bound | None:
    return None if data is None else Bound(from_json(data["at"]), data.get("exclusive", False))


def _item(item: Item) -> dict[str, Any]:
    plain = {n: getattr(item, n) for n in _PLAIN if getattr(item, n) != _DEFAULTS.get(n)}
    required = item.required.to_json() if isinstance(item.required, Expr) else item.required
    return _without_blanks(
        {
            "item": item.oid,
            "kind": item.kind,
            **plain,
            "codes": item.codes.name if item.codes else None,
            "required": required,
            "ask_if": _expr(item.ask_if),
            "hard": _range(item.hard),
            "soft": _range(item.soft),
            "derive": _expr(item.derive),
        }
    )


def _read_item(data: Mapping[str, Any], form: str, group: str | None, lists: Mapping[str, Codelist]) -> Item:
    required = data["required"]
    return Item(
        data["kind"],
        codes=lists[data["codes"]] if "codes" in data else None,
        required=from_json(required) if isinstance(required, list) else required,
        ask_if=_read_expr(data.get("ask_if")),
        hard=_read_range(data.get("hard")),
        soft=_read_range(data.get("soft")),
        derive=_read_expr(data.get("derive")),
        oid=data["item"],
        form=form,
        group=group,
        **{"label": ""} | {n: data[n] for n in _PLAIN if n in data},
    )


def _group(group: GroupDef) -> dict[str, Any]:
    return _without_blanks(
        {
            "group": group.oid,
            "label": group.label,
            "at_least": group.at_least or None,
            "ask_if": _expr(group.ask_if),
            "items": [_item(i) for i in group.items],
        }
    )


def _read_group(data: Mapping[str, Any], form: str, lists: Mapping[str, Codelist]) -> GroupDef:
    items = tuple(_read_item(i, form, data["group"], lists) for i in data["items"])
    asked = _read_expr(data.get("ask_if"))
    return GroupDef(data["group"], data.get("label", ""), items, asked, data.get("at_least", 0))


def _check(check: Check) -> dict[str, Any]:
    return _without_blanks(
        {
            "check": check.id,
            "level": check.level,
            "rule": check.rule.to_json(),
            "message": check.message,
            "on": [i.oid for i in check.on],
            "group": check.group,
            "deviation": list(check.deviation) if check.deviation else None,
            "source": check.source,
        }
    )


def _read_check(data: Mapping[str, Any], items: Mapping[str, Item]) -> Check:
    return Check(
        data["check"],
        data["level"],
        from_json(data["rule"]),
        data.get("message", ""),
        tuple(items[oid] for oid in data.get("on", ())),
        data.get("group"),
        tuple(data["deviation"]) if "deviation" in data else None,
        data.get("source", ""),
    )
