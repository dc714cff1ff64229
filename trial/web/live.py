"""What a CRF page carries for its live checks: the definition, other forms' values as they stand, facts. All of it JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from forms.answers import FileRef
from forms.checks import outside_items, placeholders, quoted
from forms.dates import PartialDate
from forms.decoded import decoded, options
from forms.frozen import form_to_json
from forms.language import STANDING_FACTS, FormDef
from forms.record import PerInstance, Record


def embedded(value: Any) -> Any:
    """A typed value as static/js/logic.js reads it: {n}, {d}, {p}, {t}, {f}; text, truth, null and lists as they are."""
    match value:
        case None | bool() | str():
            return value
        case int() | Decimal():
            return {"n": str(value)}
        case datetime():
            return {"t": value.isoformat().replace("+00:00", "Z")}
        case date():
            return {"d": value.isoformat()}
        case PartialDate():
            return {"p": value.iso()}
        case FileRef():
            return {"f": value.sha256}
    return [embedded(v) for v in value]


def page_data(
    form: FormDef,
    record: Record,
    say: Callable[[str], str],
    hidden: Callable[[str, str], bool] = lambda form, item: False,
) -> dict[str, Any]:
    """The definition in the reader's language, the values of other forms it reads, its facts, and what its checks quote in words.

    `words`: FORM.ITEM to {code: decode} for an item of this form, to the whole text for one of another.

    `say` translates a msgid. `hidden` (form, item) keeps what the reader's role may not see off the page; the browser leaves
    rules that need it to the server, as those only the server can work out.
    """
    keys = [key for key in sorted(outside_items(form)) if not hidden(*key.split("."))]
    outside = {
        key: [embedded(record.value(key)), embedded(record.code(key))] for key in keys if _plain(record.value(key))
    }
    facts = {
        name: embedded(record.facts.get(name))
        for name in sorted(form.facts | STANDING_FACTS)
        if _plain(record.facts.get(name))
    }
    words = {key: _words(key, form, record, say) for key in sorted(quoted(form)) if not hidden(*key.split("."))}
    return {"form": _translated(form_to_json(form), say), "outside": outside, "facts": facts, "words": words}


def _words(key: str, form: FormDef, record: Record, say: Callable[[str], str]) -> str | dict[str, str]:
    name, oid = key.split(".")
    if name == form.oid:
        return {code: say(decode) for code, decode in options(form.item(oid))}
    return decoded(record.definition_of(key), record.code(key), say)


def _plain(value: Any) -> bool:
    """Whether a fact is a value and not, say, a table."""
    return not isinstance(value, Mapping | PerInstance)


def _translated(definition: dict[str, Any], say: Callable[[str], str]) -> dict[str, Any]:
    checks = [
        check | {"message": say(placeholders(check["message"]) if "{" in check["message"] else check["message"])}
        for check in definition.get("checks", ())
    ]
    labels = [item | {"label": say(item["label"])} for item in definition.get("items", ())]
    return definition | {"checks": checks, "items": labels}
