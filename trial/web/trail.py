"""One participant's journal in words: what happened, to which form, by whom; the rows and the link of the chain for who checks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from forms.catalogue import definitions
from forms.text import _l
from trial import roles
from trial.store.reading import Row
from trial.web.words import place_words

PAGE = 100

TAG_WORDS: Mapping[str, str] = {
    "site:participant:added": _l("Number given"),
    "site:crf:saved": _l("Form saved"),
    "site:crf:removed": _l("Form taken out"),
    "site:file:stored": _l("File uploaded"),
    "system:file:refused": _l("File stopped by the virus scanner"),
    "person:file:downloaded": _l("File downloaded"),
    "person:file:looked": _l("Picture looked at for a name"),
    "system:deviation:raised": _l("Protocol deviation raised"),
    "person:crf:signed": _l("Form signed"),
    "person:signature:refused": _l("Signature refused: wrong password"),
    "system:signature:voided": _l("Signature broken by a change"),
    "system:breach:found": _l("Protocol deviation found by the system"),
    "person:participant:transferred": _l("Transferred to another site"),
    "system:prediction:made": _l("Model called"),
    "person:prediction:seen": _l("Prediction looked at"),
    "system:model:failed": _l("The model could not be used"),
    "system:model:checked": _l("The model was checked and is right"),
    "system:participant:allocated": _l("Allocated"),
    "person:query:raised": _l("Query raised"),
    "person:query:moved": _l("Query moved"),
    "person:data:verified": _l("Compared with the source"),
    "system:verification:reset": _l("Verification taken back by a change"),
    "person:hold:placed": _l("Frozen or locked"),
    "person:hold:lifted": _l("Opened again"),
    "person:data:removed": _l("Personal data taken out"),
    "person:casebook:signed": _l("Casebook signed"),
    "system:casebook:voided": _l("Casebook signature broken by a change"),
    "person:coding:proposed": _l("Code proposed"),
    "person:coding:approved": _l("Code approved"),
    "person:coding:rejected": _l("Code rejected"),
    "system:coding:ended": _l("Code ended by a change"),
    "system:coding:carried": _l("Codes carried to another version"),
}
"""Events of one participant in words; any other by its tag."""

NAMES: Mapping[str, str] = {
    "revision": _l("revision"), "version": _l("form version"), "source": _l("entered by"), "changed": _l("changed"),
    "reason": _l("reason"), "meaning": _l("meaning"), "check": _l("check"), "deviation": _l("deviation"), "sha256": _l("SHA-256"),
    "number": _l("number"), "model": _l("model"), "refused": _l("without an answer"), "arm": _l("arm"), "site": _l("site"),
    "kind": _l("kind"), "found": _l("found"),
}  # fmt: skip
"""Fields of an event in words."""


@dataclass(frozen=True)
class Entry:
    """One line of the audit trail. `hidden`: the reader's role may know that it happened, and not what it was."""

    seq: int
    at: Any
    name: str
    role: str
    tag: str
    words: str
    place: str
    url: str
    what: str
    writes: tuple[str, ...]
    hash: str
    hidden: bool
    participant: str = ""


def entry(row: Row, role: str) -> Entry:
    """A row of the journal as that role may read it."""
    body = row["body"]
    hidden = _hidden(row, role)
    event = {} if hidden else body["event"]
    place, url = _place(event, row["participant"]) if row["participant"] else ("", "")
    writes = () if hidden else tuple(f"{w['table']} {'/'.join(map(str, w['key'].values()))}" for w in body["writes"])
    who = roles.ROLES.get(body["role"])
    return Entry(
        row["seq"], row["at"], body["name"], _(who.label) if who else body["role"], row["tag"],
        _(TAG_WORDS[row["tag"]]) if row["tag"] in TAG_WORDS else "", place, url, "; ".join(_fields(event)), writes, row["hash"], hidden,
        row["participant"] or "",
    )  # fmt: skip


def _hidden(row: Row, role: str) -> bool:
    """An allocation from who may not see one, and whatever concerns a form the role does not read."""
    if row["tag"] == "system:participant:allocated" and not roles.may(role, "allocation.read"):
        return True
    keys = [w["key"] for w in row["body"]["writes"] if "form" in w["key"]]
    if (address := str(row["body"]["event"].get("crf", ""))).count(
        "/"
    ) == 2:  # a code is no row of a form, and concerns one
        keys.append(dict(zip(("form", "event"), address.split("/"), strict=False)))
    return any(
        not roles.may_read_form(role, k["form"]) or roles.hides(role, k["form"], event=k.get("event")) for k in keys
    )


def _place(event: Mapping[str, Any], participant: str) -> tuple[str, str]:
    """The form an event concerns, in words, and the way to its history."""
    parts = str(event.get("crf", "")).split("/")
    if len(parts) != 3 or not any(oid == parts[0] for oid, _version in definitions()):
        return "", ""
    form, at, occurrence = parts[0], parts[1], int(parts[2])
    url = url_for("crf.history", participant=participant, event=at, form=form, occurrence=occurrence)
    return place_words(form, at, occurrence), url


def _fields(event: Mapping[str, Any]) -> Iterator[str]:
    for name, value in event.items():
        if name != "crf" and value not in (None, "", [], [""], False):
            yield f"{_(NAMES[name]) if name in NAMES else name}: {_text(value)}"


def _text(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        # Of a path through a row only the item: which row it was, the history of the form tells.
        return ", ".join(dict.fromkeys(each.rpartition("/")[2] for each in value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
