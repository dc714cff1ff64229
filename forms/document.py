"""A whole form as typed (the raw document of the page, the draft, an import line) to `Answers`.

The raw document is plain JSON; every leaf is text as typed, or a list of texts for multi-choice items:
`{"items": {OID: text}, "missing": {OID: code}, "groups": {G: [{"id": "", "items": {...}, "missing": {...}}]},
"not_done": {"reason": text, "on": text} | null, "confirmed": {check: reason}}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from forms.answers import Answers, NotDone, Row, encode
from forms.findings import Finding
from forms.language import Date, FormDef, GroupDef, Item
from forms.reading import Unreadable, read, read_reason, read_words
from forms.text import _l

MOST_ROWS = 200
_ROW_ID = re.compile(r"[A-Za-z0-9-]{1,40}")
_NOT_DONE_ON = Date(_l("Date"), required=False)


@dataclass(frozen=True)
class Document:
    """Answers as far as they could be read, and a finding for each text that could not."""

    answers: Answers
    findings: tuple[Finding, ...]


class _Collector:
    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def attempt(self, reading: Callable[[], Any], item: str | None, row: str | None = None) -> Any:
        """Return what `reading` returns; note a finding and return None where it is unreadable."""
        try:
            return reading()
        except Unreadable as problem:
            self.findings.append(
                Finding("problem", f"{item or 'form'}:text", problem.message, item, row, dict(problem.args_))
            )
            return None

    def part(self, raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        """Return a part of the document; anything but an object is noted, since reading it as blank would lose it."""
        value = raw.get(name) or {}
        if isinstance(value, Mapping):
            return value
        self.misshapen(name)
        return {}

    def misshapen(self, name: str) -> None:
        """Note a part that did not arrive as a page sends it."""
        message = _l("“%(name)s” did not arrive as the form sends it. Nothing was saved; reload the page.")
        self.findings.append(Finding("problem", "form:shape", message, args={"name": name[:60]}))

    def stray(self, names: Iterable[str], row: str | None = None) -> None:
        """Note every name that does not belong to the form."""
        for name in names:
            self.findings.append(
                Finding(
                    "problem",
                    "form:stray",
                    _l("The form has no item “%(name)s”. Nothing was saved; reload the page."),
                    None,
                    row,
                    {"name": str(name)[:60]},
                )
            )


def read_document(form: FormDef, raw: Mapping[str, Any], new_row: Callable[[], str]) -> Document:
    """Read every text of `raw` under a form version. Rows without an id get one from `new_row` and keep it for ever."""
    collector = _Collector()
    parts = {name: collector.part(raw, name) for name in ("items", "missing", "groups", "confirmed")}
    own = {i.oid: i for i in form.items if i.stored}
    items, missing = _items(own, parts["items"], parts["missing"], collector, None)
    collector.stray(set(parts["groups"]) - {g.oid for g in form.groups})
    groups = {g.oid: _rows(g, parts["groups"].get(g.oid, ()), collector, new_row) for g in form.groups}
    reasons = {str(k)[:120]: collector.attempt(partial(read_words, v), None) for k, v in parts["confirmed"].items()}
    answers = Answers(
        items,
        missing,
        {g: rows for g, rows in groups.items() if rows},
        _not_done(raw.get("not_done"), collector),
        {k: v for k, v in reasons.items() if v},
    )
    return Document(answers, tuple(collector.findings))


def _items(
    own: Mapping[str, Item], raw: Mapping[str, Any], reasons: Mapping[str, Any], collector: _Collector, row: str | None
) -> tuple[dict[str, Any], dict[str, str]]:
    collector.stray(sorted((set(raw) | set(reasons)) - set(own)), row)
    values = {n: collector.attempt(partial(read, i, raw.get(n)), n, row) for n, i in own.items()}
    given = {n: collector.attempt(partial(read_reason, reasons.get(n)), n, row) for n in own}
    known = {n: v for n, v in values.items() if v is not None}
    # A typed value wins over a reason for its absence: the reason was chosen before the value arrived.
    return known, {n: c for n, c in given.items() if c is not None and n not in known}


def _rows(group: GroupDef, raw: Any, collector: _Collector, new_row: Callable[[], str]) -> tuple[Row, ...]:
    rows, own, seen = [], {i.oid: i for i in group.items if i.stored}, set()
    listed = raw if isinstance(raw, (list, tuple)) else [raw]
    given = [r for r in listed if isinstance(r, Mapping)]
    if len(given) < len(listed):
        collector.misshapen(group.oid)
    if len(given) > MOST_ROWS:
        message = _l("At most %(most)d rows are kept; %(given)d were sent.")
        collector.findings.append(
            Finding("problem", f"{group.oid}:rows", message, args={"most": MOST_ROWS, "given": len(given)})
        )
    for data in given[:MOST_ROWS]:
        name = str(data.get("id") or "")
        row_id = name if _ROW_ID.fullmatch(name) and name not in seen else new_row()
        seen.add(row_id)
        items, missing = _items(own, collector.part(data, "items"), collector.part(data, "missing"), collector, row_id)
        if items or missing:
            rows.append(Row(row_id, items, missing))
    return tuple(rows)


def _not_done(raw: Any, collector: _Collector) -> NotDone | None:
    if not raw:
        return None
    if not isinstance(raw, Mapping):
        collector.misshapen("not_done")
        return None
    reason = collector.attempt(lambda: read_words(raw.get("reason", "")), None)
    if not reason:
        message = _l("Say why the whole form was not done.")
        collector.findings.append(Finding("problem", "form:not_done", message))
        return None
    return NotDone(reason, collector.attempt(lambda: read(_NOT_DONE_ON, raw.get("on")), None))


def as_typed(form: FormDef, answers: Answers) -> dict[str, Any]:
    """Return the raw document a page would show for saved answers: the inverse of `read_document`."""
    kinds = form.kinds()

    def text(name: str, value: Any) -> Any:
        shown = encode(kinds[name], value)
        return shown if isinstance(shown, (list, dict)) else str(shown)

    off = answers.not_done
    return {
        "items": {n: text(n, v) for n, v in answers.items.items()},
        "missing": dict(answers.missing),
        "groups": {
            g: [
                {"id": r.id, "items": {n: text(n, v) for n, v in r.items.items()}, "missing": dict(r.missing)}
                for r in rows
            ]
            for g, rows in answers.groups.items()
        },
        "confirmed": dict(answers.confirmed),
        "not_done": {"reason": off.reason, "on": off.on.isoformat() if off.on else ""} if off else None,
    }
