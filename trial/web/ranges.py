"""Reference ranges: what laboratories state, what holds where they state nothing, and what the results on a form are held against."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from forms.answers import Crf
from forms.laboratory import TESTS
from forms.record import Record
from trial import roles
from trial.ranges import Chosen, SiteRanges, as_range, choose, standing
from trial.store.ranges import listed
from trial.web.house import actor, house, reading

pages = Blueprint("ranges", __name__, url_prefix="/ranges")


@pages.get("/")
def listing() -> str:
    """Every range of the sites that the reader reaches, narrowed by site and test; below, the fall-back."""
    reader, sites = reading(), actor().sites
    site, test = request.args.get("site", ""), request.args.get("test", "").upper()
    rows = listed(reader, sites, site=site, test=test)
    kept = {r.id for r in standing(map(as_range, rows))}
    codes = [r["code"] for r in reader.all("site", order_by="code") if actor().reaches(r["code"])]
    return render_template(
        "ranges.html", rows=rows, kept=kept, site=site, test=test, sites=codes, tests=TESTS, today=house().clock.today(),
        fall_back=[t for t in TESTS.values() if test in ("", t.code)], between=between,
        sets=roles.may(actor().role, "ranges.set"),
    )  # fmt: skip


def between(low: Decimal | str | None, high: Decimal | str | None, unit: str) -> str:
    """Limits in words: "120 to 160 g/L", "up to 5 ug/L", "from 3 U/L"."""
    if low is None:
        return _("up to %(high)s %(unit)s", high=high, unit=unit)
    if high is None:
        return _("from %(low)s %(unit)s", low=low, unit=unit)
    return _("%(low)s to %(high)s %(unit)s", low=low, high=high, unit=unit)


@dataclass(frozen=True)
class Against:
    """A test on a form, the limits in words, and where they come from."""

    test: str
    limits: str
    source: str


def judged_against(ranges: SiteRanges | None, record: Record, crf: Crf) -> list[Against]:
    """What each result of a laboratory form is held against; none for another form, and for who may not see ranges."""
    if crf.form != "LB" or not roles.may(actor().role, "ranges.read"):
        return []
    sex, born, day = record.value("DM.SEX"), record.value("DM.BRTHDAT"), crf.answers.items.get("LBDAT")
    tests = dict.fromkeys(r.items.get("LBTEST") for r in crf.answers.groups.get("R", ()))
    return [
        _against(test, choose(ranges.of_test(test) if ranges else (), test, sex, born, day))
        for test in tests
        if test in TESTS
    ]


def _against(test: str, chosen: Chosen) -> Against:
    label, unit = _(TESTS[test].name), TESTS[test].si
    if chosen.limits is None or chosen.unclear:
        return Against(
            label, _("cannot be told yet"), _("the date of birth, the sex or the date of the sample is missing")
        )
    low, high = (None if v is None else f"{v.normalize():f}" for v in chosen.limits)
    return Against(label, between(low, high, unit), _source(chosen))


def _source(chosen: Chosen) -> str:
    if (found := chosen.range) is None:
        return _("fall-back of the trial")
    where: Any = _("site %(site)s", site=found.site) if found.site else _("every site")
    since = found.valid_from.isoformat()
    return _(
        "range %(number)d, %(where)s, from %(since)s: %(source)s",
        number=found.id,
        where=where,
        since=since,
        source=found.source,
    )
