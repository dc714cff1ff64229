"""Saved CRFs: one row of state an instance, and its revisions, which are only ever added to."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Text, and_, bindparam, select, type_coerce

from forms.answers import Answers, Crf, encode, from_json, to_json
from forms.catalogue import definitions
from forms.findings import Finding
from forms.language import FormDef, Item
from forms.text import _l
from trial.errors import StaleRevision
from trial.events import plain
from trial.store.reading import Reader, Row
from trial.store.tables import CRF_KEY
from trial.store.tables_accounts import person
from trial.store.tables_crfs import crf, crf_revision
from trial.store.types import canonical
from trial.store.unit_of_work import UnitOfWork

TAKEN = _l("%(label)s: %(value)s is in use already.")


def key_of(participant: str, instance: Crf) -> dict[str, Any]:
    """The key of an instance in `crf` and in all that points at it."""
    return dict(zip(CRF_KEY, (participant, instance.event, instance.form, instance.occurrence), strict=True))


NEWEST = and_(*(crf.c[name] == crf_revision.c[name] for name in CRF_KEY), crf.c.revision == crf_revision.c.number)
"""That a revision is the current one of its instance: the condition between `crf_revision` and `crf`."""
_CURRENT = (
    select(
        *(crf_revision.c[name] for name in ("form", "form_version", "event", "occurrence", "number")),
        type_coerce(crf_revision.c.answers, Text).label("text"),
    )
    .join(crf, NEWEST)
    .where(crf.c.participant == bindparam("participant"))
    .order_by(crf.c.first_entered_at, *crf.primary_key.columns)
)


def current(reader: Reader, participant: str) -> tuple[Crf, ...]:
    """The current revision of each instance ever saved, removed ones too (`Crf.counts` is False), first entered first."""
    return tuple(_read(row) for row in reader.prepared(_CURRENT, participant=participant))


_OF_FORMS = (
    select(
        *(crf_revision.c[name] for name in ("participant", "form", "form_version", "event", "occurrence", "number")),
        type_coerce(crf_revision.c.answers, Text).label("text"),
    )
    .join(crf, NEWEST)
    .where(crf.c.form == bindparam("form"))
    .order_by(crf.c.participant, crf.c.event, crf.c.occurrence)
)


def of_form(reader: Reader, form: str) -> dict[str, tuple[Crf, ...]]:
    """Participant to the current revision of each instance of one form, everywhere."""
    found: dict[str, list[Crf]] = {}
    for row in reader.prepared(_OF_FORMS, form=form):
        found.setdefault(row["participant"], []).append(_read(row))
    return {participant: tuple(crfs) for participant, crfs in found.items()}


def _read(row: Row) -> Crf:
    form, version = row["form"], row["form_version"]
    return Crf(form, version, row["event"], row["occurrence"], row["number"], _answers(form, version, row["text"]))


@lru_cache(8192)
def _answers(form: str, version: int, text: str) -> Answers:
    """Answers as values. Kept by the stored text itself: a participant is read whole at every save, and one form of them is new."""
    return from_json(json.loads(text), definitions()[form, version].kinds())


def as_crf(row: Mapping[str, Any]) -> Crf:
    """A row of `crf_revision` as a value, read under the form version it was given in."""
    kinds = definitions()[row["form"], row["form_version"]].kinds()
    place = (row["form"], row["form_version"], row["event"], row["occurrence"], row["number"])
    return Crf(*place, from_json(row["answers"], kinds))


def history(reader: Reader, participant: str, event: str, form: str, occurrence: int) -> list[Row]:
    """Every revision of one instance, oldest first: the columns of `crf_revision` and `author_name` (None: the system)."""
    query = select(crf_revision, person.c.full_name.label("author_name")).outerjoin(person)
    key = zip(CRF_KEY, (participant, event, form, occurrence), strict=True)
    return reader.all(query.where(*(crf_revision.c[name] == value for name, value in key)), order_by="number")


def refuse_stale(reader: Reader, participant: str, instance: Crf, *, based_on: int | None) -> None:
    """Raise StaleRevision, with both versions, unless `based_on` is the current revision (None: there is none yet)."""
    _state(reader, participant, instance, based_on)


def _state(reader: Reader, participant: str, instance: Crf, based_on: int | None) -> Row | None:
    """The row of `crf` that a save based on that revision changes, None where there is none yet. Raises StaleRevision."""
    state = reader.one("crf", **key_of(participant, instance))
    newest = state["revision"] if state else None
    if newest != based_on:
        raise _stale(reader, participant, instance, based_on, newest)
    return state


def _stale(reader: Reader, participant: str, mine: Crf, based_on: int | None, newest: int | None) -> StaleRevision:
    found = {row["number"]: row for row in history(reader, participant, mine.event, mine.form, mine.occurrence)}
    theirs, base = (found.get(number or 0, {}) for number in (newest, based_on))
    return StaleRevision(
        **key_of(participant, mine),
        based_on=based_on,
        current=newest,
        author=theirs.get("author"),
        author_name=theirs.get("author_name"),
        at=theirs.get("at"),
        mine=_document(mine),
        theirs=theirs.get("answers"),
        base=base.get("answers"),
    )


def _document(instance: Crf) -> dict[str, Any]:
    return to_json(instance.answers, definitions()[instance.form, instance.version].kinds())


def append_revision(
    uow: UnitOfWork,
    participant: str,
    instance: Crf,
    *,
    based_on: int | None,
    reason: str | None,
    source: str,
    complete: bool = True,
    by_system: bool = False,
) -> Row:
    """Save the next revision of an instance; returns its row. `source`: screen, import, system, ...; `by_system`: nobody is its author.

    The participant's row is held, so that saves of one participant come one after the other. Raises StaleRevision,
    ConstraintBroken (a change without a reason, an unreleased form version), AlreadyExists (a value that may occur once).
    """
    uow.lock("participant", {"id": participant})
    former = _state(uow, participant, instance, based_on)
    key, number, now = key_of(participant, instance), 1 + (based_on or 0), uow.clock.now()
    state = {"status": _status(instance.answers), "revision": number, "complete": complete}
    if former is None:
        uow.insert("crf", **key, **state, signed=False, first_entered_at=now)
    else:
        uow.update("crf", key, **state)
    values = key | {
        "number": number,
        "form_version": instance.version,
        "answers": _document(instance),
        "reason": reason,
        "author": None if by_system else uow.actor.person_id,
        "at": now,
        "source": source,
    }
    _take(uow, participant, instance)
    return uow.insert("crf_revision", **values, digest=digest(values | {"answers": canonical(values["answers"])}))


def _status(answers: Answers) -> str:
    if answers.removed is not None:
        return "removed"
    return "entered" if answers.not_done is None else "not_done"


def digest(row: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of a revision's columns, `answers` as the text that is stored, `digest` left out."""
    values = {name: plain(value) for name, value in row.items() if name != "digest"}
    return hashlib.sha256(canonical(values).encode()).hexdigest()


def repeated_values(reader: Reader, participant: str, instance: Crf) -> tuple[Finding, ...]:
    """A hard finding for each value that may occur once in the trial and stands in another instance already.

    The other place is not named: it may belong to a site that the reader may not see.
    """
    return tuple(_repeated(reader, participant, instance))


def _repeated(reader: Reader, participant: str, instance: Crf) -> Iterator[Finding]:
    here = key_of(participant, instance)
    for item, value, row in _unique_values(instance):
        other = reader.one("taken", form=instance.form, item=item.oid, value=value)
        if other and any(other[name] != here[name] for name in CRF_KEY):
            said = {"label": item.label, "value": value}
            yield Finding("hard", f"{item.key}.unique", TAKEN, item=item.oid, row=row, args=said)


def _take(uow: UnitOfWork, participant: str, instance: Crf) -> None:
    key = key_of(participant, instance)
    if not _unique_items(definitions()[instance.form, instance.version]):
        return
    uow.drop("taken", key)
    for item, value, _ in _unique_values(instance):
        uow.insert("taken", **key, item=item.oid, value=value)


def _unique_items(form: FormDef) -> tuple[Item, ...]:
    return tuple(item for item in form.every_item() if item.unique)


def _unique_values(instance: Crf) -> Iterator[tuple[Item, str, str | None]]:
    """Item, value as text, and row id (None outside groups), of what counts."""
    answers = instance.answers if instance.counts else Answers()
    for item in _unique_items(definitions()[instance.form, instance.version]):
        rows = answers.groups.get(item.group, ()) if item.group else ()
        for items, row in ((answers.items, None), *((r.items, r.id) for r in rows)):
            if item.oid in items:
                yield item, str(encode(item.kind, items[item.oid])), row
