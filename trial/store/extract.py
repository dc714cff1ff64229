"""How rows leave the database for analysis: one place that knows who may see what, so that no page can forget it.

`pooled` and `closed` give whole courses to code that aggregates them; what comes out of the first is never by arm, and the
second opens only for who may see arms. `listing` gives rows to a person, and drops what the role must not see.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Subquery

from forms.answers import Crf
from forms.catalogue import definitions
from forms.language import FormDef
from trial import roles
from trial.cuts import ALTERED, Cut
from trial.errors import CutAltered, NotAllowed
from trial.store import cut_kept, cuts
from trial.store.cohort import in_trial, participant, patient
from trial.store.crfs import as_crf
from trial.store.gathered import Extracted as Extracted
from trial.store.gathered import Gathered, gathered
from trial.store.reading import Reader, Row
from trial.store.redaction import redacted
from trial.store.screening import tallied
from trial.store.tables import CRF_KEY
from trial.store.tables_crfs import crf_revision, signature
from trial.store.tables_office import query


@dataclass(frozen=True)
class Extract:
    """Every participant as the database stands at `taken_at`, or as it stood at `cut`. `digest` is the SHA-256 over
    everything given out.

    `sites`: rows of the sites that were open. `redactions`: numbers of those that came after the cut and made its digest another one.
    `ranges`: the laboratory reference ranges that sites stated, by number; a multiple of the upper limit follows from them.
    `log`: the pre-consent log by site and reason (`site`, `month`, `reason`, `n`) up to the month of the cut; None: not taken.
    `before`: what stood at the locked cuts at which the trial was looked at before, in the order they were named.
    """

    rows: tuple[Extracted, ...]
    cut_on: date
    taken_at: datetime
    digest: str
    sites: tuple[Row, ...] = ()
    cut: Cut | None = None
    redactions: tuple[int, ...] = ()
    ranges: tuple[Row, ...] = ()
    log: tuple[Row, ...] | None = None
    before: tuple[Extract, ...] = ()

    @property
    def opened_on(self) -> date | None:
        """The day the first site opened; None where none has."""
        return min((site["opened_on"] for site in self.sites), default=None)

    @property
    def opened(self) -> dict[str, date]:
        """Site to the day it opened, for sites open at the cut."""
        return {site["code"]: site["opened_on"] for site in self.sites if site["opened_on"] <= self.cut_on}


# Each of these takes the name of a data cut: its date and its time then stand in place of `cut_on` and `now`. NotFound where there is none
# of that name, CutAltered where what is stored is not what was locked.


def pooled(reader: Reader, viewer: Any, *, cut_on: date, now: datetime, cut: str | None = None) -> Extract:
    """Whole courses for aggregates that are shown pooled. Raises NotAllowed without `results.pooled`."""
    return _extract(reader, viewer, "results.pooled", cut_on, now, cut)


def closed(
    reader: Reader, viewer: Any, *, cut_on: date, now: datetime, cut: str | None = None, before: Sequence[str] = ()
) -> Extract:
    """Whole courses for aggregates by arm; `before`: names of the cuts of earlier looks, each held against its digest as `cut` is.

    Raises NotAllowed for everyone but the unblinded statistician.
    """
    return _after(_extract(reader, viewer, "results.closed", cut_on, now, cut), reader, viewer, before)


def board(
    reader: Reader, viewer: Any, *, cut_on: date, now: datetime, cut: str | None = None, before: Sequence[str] = ()
) -> Extract:
    """The same for the closed report, which is all that leaves. Raises NotAllowed without `report.closed`."""
    return _after(_extract(reader, viewer, "report.closed", cut_on, now, cut), reader, viewer, before)


def accrual(reader: Reader, viewer: Any, *, cut_on: date, now: datetime, cut: str | None = None) -> Extract:
    """Whole courses for counts of accrual. Raises NotAllowed without `accrual.read`."""
    return _extract(reader, viewer, "accrual.read", cut_on, now, cut)


def listing(reader: Reader, viewer: Any, *, cut_on: date, now: datetime, cut: str | None = None) -> Extract:
    """Rows for a person with an export right: forms, items and allocation the role must not see are not there."""
    verb = "export.unblinded" if roles.may(viewer.role, "export.unblinded") else "export.blinded"
    whole = _extract(reader, viewer, verb, cut_on, now, cut)
    return replace(whole, rows=tuple(_visible(row, viewer.role) for row in whole.rows))


def registry(reader: Reader, viewer: Any, *, cut_on: date, now: datetime) -> Extract:
    """Whole courses of the historical patients, and of nobody else. Raises NotAllowed without `registry.results`.

    Nobody of them was allocated, and what an arm of the trial does cannot be told from them: nothing is hidden.
    """
    _refuse(viewer, "registry.results")
    return _live(reader, viewer, cut_on, now, patient)


def _extract(reader: Reader, viewer: Any, verb: str, cut_on: date, now: datetime, cut: str | None) -> Extract:
    _refuse(viewer, verb)
    return _live(reader, viewer, cut_on, now, participant) if cut is None else _then(reader, viewer, cut)


def _after(found: Extract, reader: Reader, viewer: Any, before: Sequence[str]) -> Extract:
    return replace(found, before=tuple(_then(reader, viewer, name) for name in before))


def _refuse(viewer: Any, verb: str) -> None:
    if not roles.may(viewer.role, verb):
        raise NotAllowed(viewer.role, verb)


def _live(reader: Reader, viewer: Any, cut_on: date, now: datetime, people: Subquery) -> Extract:
    found = gathered(reader, people)
    seen = found.of(_reached(viewer, found.people))
    around = _around(viewer, found, cut_on)
    if people is not participant:
        around["log"] = None
    return Extract(tuple(seen.everyone()), cut_on, now, seen.digest(redacted(reader)), **around)


def _then(reader: Reader, viewer: Any, name: str) -> Extract:
    """As it stood at a cut. Whom the viewer reaches is judged by where people are followed now; the digest is that of everybody."""
    cut = cuts.named(reader, name)
    found = cut_kept.worked(reader, cut)
    verdict, reached = found.verdict, _reached(viewer, in_trial(reader))
    if verdict.state == ALTERED:
        raise CutAltered(cut.name, verdict.problems)
    rows = tuple(row for row in found.rows if row.participant in reached)
    around = _around(viewer, found.around, cut.on)
    return Extract(rows, cut.on, cut.at, verdict.digest, cut=cut, redactions=verdict.redactions, **around)


def _around(viewer: Any, found: Gathered, cut_on: date) -> dict[str, Any]:
    """What analyses need besides participants, of the sites the viewer reaches: sites, ranges, and who was logged before consent."""

    def theirs(rows: Iterable[Row], name: str) -> tuple[Row, ...]:
        return tuple(row for row in rows if viewer.sites is None or row[name] is None or row[name] in viewer.sites)

    logged = tuple(row for row in tallied(theirs(found.log, "site")) if row["month"] <= f"{cut_on:%Y-%m}")
    return {"sites": theirs(found.sites, "code"), "ranges": theirs(found.ranges, "site"), "log": logged}


def _reached(viewer: Any, people: Iterable[Row]) -> frozenset[str]:
    return frozenset(row["id"] for row in people if viewer.sites is None or row["site_code"] in viewer.sites)


def _visible(row: Extracted, role: str) -> Extracted:
    kept = tuple(
        _without_hidden_items(each, role)
        for each in row.crfs
        if not roles.hides(role, each.form, event=each.event, aggregate=True)
    )
    open_to_arm = not roles.ROLES[role].blinded
    coded = tuple(c for c in row.codings if not _hides_code(c, role))
    return replace(row, crfs=kept, allocation=row.allocation if open_to_arm else None, codings=coded)


def _hides_code(coding: Row, role: str) -> bool:
    """A code says what its term says: it is withheld where the form or the item is."""
    item = coding["path"].rpartition("/")[2]
    whole = roles.hides(role, coding["form"], event=coding["event"], aggregate=True)
    return whole or roles.hides(role, coding["form"], item, event=coding["event"], aggregate=True)


def _without_hidden_items(each: Crf, role: str) -> Crf:
    def seen(values: Any) -> dict[str, Any]:
        return {
            n: v for n, v in values.items() if not roles.hides(role, each.form, n, event=each.event, aggregate=True)
        }

    answers = each.answers
    groups = {
        g: tuple(replace(r, items=seen(r.items), missing=seen(r.missing)) for r in rows)
        for g, rows in answers.groups.items()
    }
    # What somebody confirmed says what was answered, and so does the reason: it goes with the items that were checked.
    asked = _checks(each.form, each.version, role) if answers.confirmed else frozenset()
    confirmed = {check: why for check, why in answers.confirmed.items() if check.partition("@")[0] in asked}
    items, missing = seen(answers.items), seen(answers.missing)
    return replace(each, answers=replace(answers, items=items, missing=missing, groups=groups, confirmed=confirmed))


@lru_cache(512)
def _checks(form: str, version: int, role: str) -> frozenset[str]:
    """Names of the checks of a form that concern nothing the role must not see, as answers confirm them."""
    shown = seen_form(definitions()[form, version], role)
    return frozenset({c.id for c in shown.checks} | {f"{item.key}:soft" for item in shown.every_item()})


def seen_form(form: FormDef, role: str) -> FormDef:
    """The form without the items that the role must not see in many participants, nor checks on them."""

    def shown(item: str) -> bool:
        return not roles.hides(role, form.oid, item, aggregate=True)

    groups = (replace(g, items=tuple(i for i in g.items if shown(i.oid))) for g in form.groups)
    return replace(
        form,
        items=tuple(i for i in form.items if shown(i.oid)),
        groups=tuple(g for g in groups if g.items),
        checks=tuple(c for c in form.checks if all(shown(i.oid) for i in c.on)),
    )


@dataclass(frozen=True)
class History:
    """One participant with every revision ever saved that the role may see, oldest first.

    `revisions`: the row of `crf_revision` without its answers and their digest, and the answers without hidden items;
    `signatures` and `queries`: rows of what is not hidden, without what answers could be worked out from.
    """

    participant: str
    site: str
    revisions: tuple[tuple[Row, Crf], ...]
    signatures: tuple[Row, ...]
    queries: tuple[Row, ...]


def histories(reader: Reader, viewer: Any, *, site: str | None = None) -> Iterator[History]:
    """Every participant the viewer reaches, with an export right: forms, events and items the role must not see are not there.

    Raises NotAllowed without one. A whole participant is held at a time.
    """
    verb = "export.unblinded" if roles.may(viewer.role, "export.unblinded") else "export.blinded"
    if not roles.may(viewer.role, verb, site, viewer.sites):
        raise NotAllowed(viewer.role, verb, site)
    for row in in_trial(reader, site):
        if viewer.sites is None or row["site_code"] in viewer.sites:
            yield _history(reader, row, viewer.role)


_TELLING = frozenset({"answers", "digest", "content_digest", "calculated"})
"""Of a revision or a signature what a hidden answer stands in, or is found by: whoever knows the rest tries the few there are."""


def _history(reader: Reader, row: Row, role: str) -> History:
    def seen(found: Iterable[Row]) -> tuple[Row, ...]:
        return tuple(_untold(each) for each in found if not _hides_row(each, role))

    name = row["id"]
    order = ("at", *CRF_KEY, "number")
    revisions = (r for r in reader.all(crf_revision, order_by=order, participant=name) if not _hides_row(r, role))
    return History(
        name,
        row["site_code"],
        tuple((_untold(r), _without_hidden_items(as_crf(r), role)) for r in revisions),
        seen(reader.all(signature, order_by="id", participant=name)),
        seen(reader.all(query, order_by="id", participant=name)),
    )


def _untold(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in _TELLING}


def _hides_row(row: Row, role: str) -> bool:
    """What concerns a hidden form, item or visit is withheld, though it be a visit and no form that is asked about."""
    item = row.get("path", "").rpartition("/")[2] or None
    return roles.hides(role, row["form"] or "", item, event=row["event"], aggregate=True)
