"""Reading dictionaries, verbatim terms and their codes."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, select

from trial.dictionaries.folding import loose, words
from trial.dictionaries.terms import CODED_AT, MEDDRA
from trial.store.broken import Finding
from trial.store.cohort import participant
from trial.store.crfs import NEWEST, as_crf
from trial.store.reading import Reader, Row
from trial.store.tables import CRF_KEY
from trial.store.tables_coding import coding, dictionary, dictionary_term, dictionary_word, verbatim
from trial.store.tables_crfs import crf, crf_revision
from trial.store.types import canonical
from trial.store.worklist import Sites

MOST_FOUND = 50
MOST_WORDS = 6
PLACE = (*CRF_KEY, "path")
_LAST_SIGN = "\U0010ffff"
LIVE = ("proposed", "approved")


def place_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The key of a term: its form, and the path in it."""
    return {name: row[name] for name in PLACE}


# --- dictionaries ------------------------------------------------------------------------------------------------------


def in_use(reader: Reader, kind: str) -> Row | None:
    """The dictionary of a kind that terms are coded with; None where there is none."""
    return reader.one("dictionary", kind=kind, state="current")


def term(reader: Reader, number: int, level: str, code: str | None) -> Row | None:
    """One term of a dictionary."""
    return None if code is None else reader.one("dictionary_term", dictionary=number, level=level, code=code)


def candidates(reader: Reader, of: Row, folded: str) -> list[Row]:
    """Current terms of the level that is coded to whose folded text this is."""
    where = {"dictionary": of["id"], "level": CODED_AT[of["kind"]], "folded": folded, "current": True}
    return reader.all("dictionary_term", order_by="code", **where)


def search(reader: Reader, of: Row, text: str, *, limit: int = MOST_FOUND) -> list[Row]:
    """Current terms first; those that begin with the text before those with a word beginning with each of its words; short ones first."""
    folded, sought = loose(text), words(text)[:MOST_WORDS]
    if not folded or not sought:
        return []
    named = and_(*(dictionary_term.c.code.in_(_with_word(of["id"], word)) for word in sought))
    t = dictionary_term.c
    rank = case((t.folded == folded, 0), (t.folded.startswith(folded, autoescape=True), 1), else_=2)
    found = select(dictionary_term).where(t.dictionary == of["id"], t.level == CODED_AT[of["kind"]], named)
    return reader.all(found.order_by(t.current.desc(), rank, func.length(t.folded), t.folded, t.code).limit(limit))


def _with_word(number: int, word: str) -> Any:
    """Codes of terms with a word that begins so: a range of the key, which an index answers on either engine."""
    w = dictionary_word.c
    return select(w.code).where(w.dictionary == number, w.word >= word, w.word < word + _LAST_SIGN)


def codes_of(reader: Reader, of: Row, found: Row) -> list[dict[str, str]]:
    """A term and all above it by its primary path: {"level", "code", "text"}, the term itself first."""
    if of["kind"] != MEDDRA:
        return [_told(found), *_above_drug(reader, of["id"], found)]
    preferred = term(reader, of["id"], "PT", found["parent"])
    if preferred is None:
        return [_told(found)]
    above = zip(("HLT", "HLGT", "SOC"), (preferred["paths"] or [[]])[0], strict=False)
    rows = (term(reader, of["id"], level, code) for level, code in above)
    return [_told(found), _told(preferred), *(_told(row) for row in rows if row)]


def _above_drug(reader: Reader, number: int, found: Row) -> Iterator[dict[str, str]]:
    if preferred := term(reader, number, "DRUG", found["parent"]):
        yield _told(preferred) | {"level": "PREF"}
    for code in found["paths"] or ():
        if row := term(reader, number, "ATC", code):
            yield _told(row)


def _told(row: Row) -> dict[str, str]:
    return {name: row[name] for name in ("level", "code", "text")}


def below(reader: Reader, number: int, kind: str, preferred: str, *, limit: int = MOST_FOUND) -> list[Row]:
    """The terms coded to that stand under one preferred term or name."""
    t = dictionary_term.c
    found = select(dictionary_term).where(t.dictionary == number, t.level == CODED_AT[kind], t.parent == preferred)
    return reader.all(found.order_by(t.current.desc(), t.folded).limit(limit))


def digest(reader: Reader, number: int) -> tuple[int, str]:
    """How many terms a dictionary has, and the SHA-256 of all of them in the order of their keys."""
    total, count = hashlib.sha256(), 0
    t = dictionary_term.c
    columns = (t.level, t.code, t.text, t.parent, t.current, t.paths)
    for row in reader.stream(select(*columns).where(t.dictionary == number).order_by(t.level, t.code), size=5000):
        total.update(canonical(list(row.values())).encode() + b"\n")
        count += 1
    return count, total.hexdigest()


def altered(reader: Reader) -> Iterator[Finding]:
    """A finding for each dictionary whose terms are not those that were imported: a check of `vigil verify`."""
    for row in reader.all(select(dictionary).where(dictionary.c.terms_sha256.is_not(None)), order_by="id"):
        if digest(reader, row["id"]) != (row["terms"], row["terms_sha256"]):
            yield Finding("dictionary", f"{row['kind']} {row['version']}", "its terms are not those that were imported")


# --- verbatim terms and their codes -------------------------------------------------------------------------------------


def _at(sites: Sites) -> tuple[ColumnElement[bool], ...]:
    return () if sites is None else (participant.c.site_code.in_(sorted(sites)),)


def _in_states(states: Collection[str], kinds: Collection[str] | None) -> tuple[ColumnElement[bool], ...]:
    kind = () if kinds is None else (verbatim.c.kind.in_(sorted(kinds)),)
    return (verbatim.c.state.in_(sorted(states)), *kind)


def groups(
    reader: Reader,
    sites: Sites,
    kind: str,
    states: Collection[str],
    *,
    text: str = "",
    offset: int = 0,
    limit: int = 50,
) -> list[Row]:
    """Terms of a kind by their folded text: `places`, one spelling as `text`, how many `participants`; the most frequent first."""
    v = verbatim.c
    counts = (func.count().label("places"), func.count(v.participant.distinct()).label("participants"))
    found = select(v.folded, func.min(v.text).label("text"), *counts).select_from(verbatim).join(participant)
    where = [*_in_states(states, {kind}), *_at(sites)]
    if text:
        where.append(v.folded.contains(loose(text), autoescape=True))
    grouped = found.where(*where).group_by(v.folded)
    return reader.all(grouped.order_by(func.count().desc(), v.folded).offset(offset).limit(limit))


def count_groups(reader: Reader, sites: Sites, kind: str, states: Collection[str], *, text: str = "") -> int:
    """How many such groups there are in all."""
    where = [*_in_states(states, {kind}), *_at(sites)]
    if text:
        where.append(verbatim.c.folded.contains(loose(text), autoescape=True))
    found = select(verbatim.c.folded).join(participant).where(*where).distinct().subquery()
    return int(reader.scalar(select(func.count()).select_from(found)) or 0)


def count_terms(reader: Reader, sites: Sites, states: Collection[str], kinds: Collection[str] | None = None) -> int:
    """How many terms stand in one of the states."""
    found = select(func.count()).select_from(verbatim).join(participant).where(*_in_states(states, kinds), *_at(sites))
    return int(reader.scalar(found) or 0)


def uncoded(reader: Reader, sites: Sites, states: Collection[str], *, limit: int) -> list[Row]:
    """Examples of terms in those states whose dictionary is in use."""
    used = select(dictionary.c.kind).where(dictionary.c.state == "current")
    found = select(verbatim).join(participant).where(*_in_states(states, None), verbatim.c.kind.in_(used), *_at(sites))
    return reader.all(found.order_by(*(verbatim.c[name] for name in PLACE)).limit(limit))


def kinds_in_use(reader: Reader) -> frozenset[str]:
    """Kinds of which a dictionary is in use."""
    return frozenset(row["kind"] for row in reader.all("dictionary", state="current"))


def terms(
    reader: Reader, sites: Sites, kind: str, folded: str | None = None, states: Collection[str] = ()
) -> list[Row]:
    """Terms of a kind with their `site_code`, in the order of participants: of one folded text, in some states."""
    where: list[ColumnElement[bool]] = [verbatim.c.kind == kind, *_at(sites)]
    if folded is not None:
        where.append(verbatim.c.folded == folded)
    if states:
        where.append(verbatim.c.state.in_(sorted(states)))
    found = select(verbatim, participant.c.site_code).join(participant).where(*where)
    return reader.all(found.order_by(*(verbatim.c[name] for name in PLACE)))


def live(reader: Reader, place: Mapping[str, Any]) -> list[Row]:
    """Codings of one term that have not ended: at most one approved, at most one proposed."""
    return reader.all("coding", order_by="id", ended_at=None, **place_of(place))


def history(reader: Reader, sites: Sites, kind: str, folded: str) -> list[Row]:
    """Every coding of terms that read so now, oldest first."""
    same = and_(*(coding.c[name] == verbatim.c[name] for name in PLACE))
    found = select(coding).join(verbatim, same).join(participant, participant.c.id == coding.c.participant)
    return reader.all(
        found.where(verbatim.c.kind == kind, verbatim.c.folded == folded, *_at(sites)), order_by=("participant", "id")
    )


_APPROVED = (
    select(coding)
    .where(coding.c.participant == bindparam("participant"), coding.c.state == "approved")
    .order_by(coding.c.id)
)


def approved(reader: Reader, name: str) -> list[Row]:
    """The approved codes of one participant."""
    return reader.prepared(_APPROVED, participant=name)


def every_approved(reader: Reader) -> Iterator[Row]:
    """Every approved code of the trial, in the order of participants and forms."""
    found = select(coding).where(coding.c.state == "approved")
    return reader.stream(found.order_by(*(coding.c[name] for name in PLACE)))


def count_codings(reader: Reader) -> tuple[int, int]:
    """How many codings were ever made, and how many ended: two states of the data with the same numbers are coded the same."""
    columns: Sequence[Any] = (
        func.count().label("made"),
        *(func.count(coding.c[n]).label(n) for n in ("approved_at", "ended_at")),
    )
    (row,) = reader.all(select(*columns))
    return row["made"], row["approved_at"] + row["ended_at"]


def coded_forms(reader: Reader, forms: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Participant and form of the current revision of every form that holds verbatim terms."""
    query = select(crf_revision).join(crf, NEWEST).where(crf_revision.c.form.in_(sorted(forms)))
    for row in reader.stream(query.order_by(*(crf_revision.c[n] for n in CRF_KEY))):
        yield row["participant"], as_crf(row)
