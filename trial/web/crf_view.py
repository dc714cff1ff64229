"""A CRF as the one macro draws it: sections, items with what was typed, found and saved, rows with their permanent ids."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from forms.answers import Crf, Row
from forms.catalogue import definitions
from forms.checks import calculated, chosen, retired_codes, visible
from forms.decoded import options
from forms.findings import Finding
from forms.language import FormDef, GroupDef, Item
from forms.logic import Expr
from forms.record import InstanceScope, Record
from forms.webform import SHORT, shown_as
from trial import roles
from trial.actions.case import Case
from trial.web.words import calculated_words, finding_words, place_words, value_words

NEW = "__ROW__"
"""Stands for the index, and the id, of a row the browser adds."""


@dataclass(frozen=True)
class Said:
    """One finding at its place. `reason` is the confirmation given so far."""

    level: str
    key: str
    words: str
    reason: str = ""


@dataclass(frozen=True)
class ItemView:
    """One question as drawn. `name` is its name in the post; `path` its place in the record (OID or GROUP/row/OID)."""

    item: Item
    name: str
    path: str
    how: str
    choices: tuple[tuple[str, str], ...]
    value: Any
    missing: str
    asked: bool
    required: bool
    writable: bool
    said: tuple[Said, ...] = ()
    saved: str | None = None
    reason: str = ""
    reason_wanted: bool = False
    changed: bool = False
    calculated: str = ""

    @property
    def id(self) -> str:
        """The id of its first input."""
        return f"f-{self.name}"

    @property
    def file(self) -> Mapping[str, Any]:
        """The stored file's reference, or an empty mapping."""
        return self.value if isinstance(self.value, Mapping) else {}

    @property
    def reference(self) -> str:
        """The reference as the hidden field carries it."""
        return json.dumps(self.value, sort_keys=True) if self.file else ""


@dataclass(frozen=True)
class RowView:
    """One row of a group. `saved` rows need a reason when they go."""

    id: str
    index: str
    saved: bool
    items: tuple[ItemView, ...]
    said: tuple[Said, ...] = ()


@dataclass(frozen=True)
class GroupView:
    """A repeating group: its rows, and the blank one the browser copies."""

    group: GroupDef
    rows: tuple[RowView, ...]
    blank: RowView
    asked: bool
    said: tuple[Said, ...] = ()


@dataclass(frozen=True)
class Section:
    """Items under one heading, or a group."""

    title: str
    items: tuple[ItemView, ...] = ()
    group: GroupView | None = None


@dataclass(frozen=True)
class CrfView:
    """The whole page. `form_said` are findings that belong to no item."""

    form: FormDef
    sections: tuple[Section, ...]
    form_said: tuple[Said, ...]
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Shown:
    """What a view is made from. `raw` is the raw document; `crf` the same as read, part of `record`; `saved` the revision on file.

    `wanted`: paths of which a reason is missing; `changed`: paths where what is on the page corrects what is on file.
    """

    case: Case
    record: Record
    crf: Crf
    raw: Mapping[str, Any]
    saved: Crf | None
    findings: tuple[Finding, ...] = ()
    wanted: frozenset[str] = frozenset()
    reasons: Mapping[str, str] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()
    role: str = ""
    writable: bool = True

    @property
    def form(self) -> FormDef:
        """The form version on the page."""
        return definitions()[self.crf.form, self.crf.version]

    def scope(self, row: Row | None = None) -> InstanceScope:
        """How the instance, or a row, sees the record."""
        return self.record.scope(self.crf, row)


def view(shown: Shown) -> CrfView:
    """Lay out one form."""
    worth = calculated(shown.record, shown.crf)
    sections = tuple(_sections(shown, worth))
    own = {f.key for s in sections for f in _all_said(s)}
    general = tuple(_said(f, shown) for f in shown.findings if f.key not in own)
    levels = [f.level for f in shown.findings]
    return CrfView(
        shown.form, sections, general, {level: levels.count(level) for level in ("problem", "hard", "soft", "missing")}
    )


def _all_said(section: Section) -> Iterator[Said]:
    for item in section.items:
        yield from item.said
    if section.group:
        yield from section.group.said
        for row in section.group.rows:
            yield from row.said
            for item in row.items:
                yield from item.said


def _sections(shown: Shown, worth: Mapping[str, Any]) -> Iterator[Section]:
    items: list[ItemView] = []
    title = ""
    for name in shown.form.layout:
        group = next((g for g in shown.form.groups if g.oid == name), None)
        item = None if group else shown.form.item(name)
        if item is not None and roles.hides(shown.role, shown.form.oid, item.oid, event=shown.crf.event):
            continue
        if item is not None and item.retired and not _answered(item, shown.scope()):
            continue
        if items and (item is None or item.section != title):
            yield Section(_(title) if title else "", tuple(items))
            items = []
        if group:
            yield Section(_(group.label), group=_group(group, shown, worth))
        elif item is not None:
            title = item.section
            items.append(_item(item, shown, worth, None, shown.raw, ""))
    if items:
        yield Section(_(title) if title else "", tuple(items))


def _item(
    item: Item, shown: Shown, worth: Mapping[str, Any], row: Row | None, part: Mapping[str, Any], prefix: str
) -> ItemView:
    scope = shown.scope(row)
    path = item.oid if row is None else f"{item.group}/{row.id}/{item.oid}"
    choices = _choices(item, shown)
    return ItemView(
        item,
        name=f"{prefix}{item.oid}",
        path=path,
        how=_how(item, choices),
        choices=choices,
        value=part.get("items", {}).get(item.oid, [] if item.kind == "multi" else ""),
        missing=part.get("missing", {}).get(item.oid, ""),
        asked=asked(item, scope),
        required=_required(item, scope),
        writable=shown.writable and item.stored and roles.may_write_item(shown.role, item.key),
        said=tuple(
            _said(f, shown) for f in shown.findings if f.item == item.oid and f.row == (row.id if row else None)
        ),
        saved=_saved(item, shown, row),
        reason=shown.reasons.get(path, ""),
        reason_wanted=path in shown.wanted,
        changed=path in shown.changed,
        calculated=calculated_words(worth.get(path), item) if item.kind == "calc" else "",
    )


def asked(item: Item, scope: InstanceScope) -> bool:
    """Whether the item is on the page: not while what decides about it, on this very form, is simply still blank.

    Where the condition cannot be told for another reason the item is shown, and owed by nobody. An answer is never hidden by a blank.
    """
    truth = visible(item, scope)
    if truth is not None or item.ask_if is None or _answered(item, scope):
        return truth is not False
    deciding = item.ask_if.keys()
    names = [oid for form, _dot, oid in (key.partition(".") for key in deciding) if form == scope.definition.oid]
    own = [scope.definition.item(oid) for oid in names]
    return all(_answered(each, scope) for each in own if each.stored)


def _answered(item: Item, scope: InstanceScope) -> bool:
    missing = scope.row.missing if scope.row and item.group else scope.crf.answers.missing
    return scope.code(item.key) is not None or item.oid in missing


def _how(item: Item, choices: tuple[tuple[str, str], ...]) -> str:
    if item.kind == "code" and not item.codes and choices:
        return "radio" if len(choices) <= SHORT else "select"
    return shown_as(item)


def _required(item: Item, scope: InstanceScope) -> bool:
    if visible(item, scope) is None and asked(item, scope):
        return False  # shown because its condition cannot be told: nobody owes an answer
    rule = item.required
    return rule.value(scope) is True if isinstance(rule, Expr) else bool(rule)


def _said(finding: Finding, shown: Shown) -> Said:
    return Said(finding.level, finding.key, finding_words(finding), shown.raw.get("confirmed", {}).get(finding.key, ""))


def _saved(item: Item, shown: Shown, row: Row | None) -> str | None:
    """The value on file in words; None where nothing was ever saved."""
    if shown.saved is None or not item.stored:
        return None
    answers = shown.saved.answers
    kept = answers if row is None else answers.row(item.group or "", row.id)
    if kept is None:
        return None
    if item.oid in kept.missing:
        return value_words(item, {"missing": kept.missing[item.oid]})
    return value_words(item, kept.items.get(item.oid))


def _group(group: GroupDef, shown: Shown, worth: Mapping[str, Any]) -> GroupView:
    asked = group.ask_if is None or group.ask_if.value(shown.scope()) is not False
    rows = shown.raw.get("groups", {}).get(group.oid, ())
    drawn = tuple(_row(group, shown, worth, str(n), part) for n, part in enumerate(rows))
    said = tuple(_said(f, shown) for f in shown.findings if f.id == f"{group.oid}:rows")
    return GroupView(group, drawn, _row(group, shown, {}, NEW, {"id": NEW}), asked, said)


def _row(group: GroupDef, shown: Shown, worth: Mapping[str, Any], index: str, part: Mapping[str, Any]) -> RowView:
    known = shown.crf.answers.row(group.oid, part["id"]) or Row(part["id"])
    saved = shown.saved is not None and shown.saved.answers.row(group.oid, part["id"]) is not None
    items = tuple(_item(i, shown, worth, known, part, f"{group.oid}-{index}-") for i in group.items)
    drawn = {i.item.oid for i in items}
    said = tuple(_said(f, shown) for f in shown.findings if f.row == part["id"] and f.item not in drawn)
    return RowView(part["id"], index, saved, items, said)


def _choices(item: Item, shown: Shown) -> tuple[tuple[str, str], ...]:
    """What an item offers: its codelist, or what only the site or this participant's record can tell."""
    if item.kind == "link":
        return tuple((c.address, _link_words(c, shown.record)) for c in shown.record.all(item.target or ""))
    if item.key == "IC.ICVER":
        return tuple((code, code) for code in dict.fromkeys(v["version"] for v in shown.case.consents))
    if item.key == "SAE.SAEDRUG":
        given = dict.fromkeys(shown.record.scope(c).code("EX.EXTRT") for c in shown.record.all("EX"))
        words = (
            dict(
                options(definitions()[shown.record.all("EX")[0].form, shown.record.all("EX")[0].version].item("EXTRT"))
            )
            if given
            else {}
        )
        return tuple((code, _(words.get(code, code))) for code in given if code)
    kept = _codes_on(item, shown)
    return tuple((code, _(decode)) for code, decode in options(item) if code not in retired_codes(item) - kept)


def _codes_on(item: Item, shown: Shown) -> frozenset[str]:
    """The codes that stand in the form: a retired one is offered only where it is the answer."""
    held = [crf.answers for crf in (shown.crf, shown.saved) if crf is not None]
    items = [answers.items for answers in held]
    rows = [row.items for answers in held for row in answers.groups.get(item.group or "", ())]
    values = [part.get(item.oid) for part in (*items, *rows)]
    return frozenset[str]().union(*(chosen(item, value) for value in values))


_NAMED_BY = {"AE": "AE.AETERM", "SUR": "SUR.SURDAT", "EX": "EX.EXSTDT"}


def _link_words(crf: Crf, record: Record) -> str:
    named = record.scope(crf).code(_NAMED_BY[crf.form]) if crf.form in _NAMED_BY else None
    words = place_words(crf.form, crf.event, crf.occurrence)
    return f"{words}: {named}" if named is not None else words
