"""Reading the reference ranges that laboratories state."""

from __future__ import annotations

from sqlalchemy import bindparam, or_, select

from trial.ranges import SiteRanges
from trial.store.reading import Reader, Row
from trial.store.tables_ranges import laboratory_range
from trial.store.worklist import Sites

_OVER = (
    select(laboratory_range)
    .where(or_(laboratory_range.c.site.is_(None), laboratory_range.c.site == bindparam("site")))
    .order_by(laboratory_range.c.id)
)


def over_site(reader: Reader, site: str) -> SiteRanges | None:
    """What holds at a site; None where nothing was ever stated, so that its forms are told nothing."""
    found = reader.prepared(_OVER, site=site)
    return SiteRanges(tuple(found)) if found else None


def listed(reader: Reader, sites: Sites, *, site: str = "", test: str = "") -> list[Row]:
    """Rows that hold at the sites reached (all of them for None), by test, site, sex, age and day; `site` and `test` narrow."""
    own = () if sites is None else (or_(laboratory_range.c.site.is_(None), laboratory_range.c.site.in_(sorted(sites))),)
    found = select(laboratory_range).where(*own)
    if site:
        found = found.where(or_(laboratory_range.c.site.is_(None), laboratory_range.c.site == site))
    if test:
        found = found.where(laboratory_range.c.test == test)
    rows = reader.all(found)
    return sorted(rows, key=lambda r: (r["test"], r["site"] or "", r["sex"] or "", r["age_from"] or 0, r["valid_from"]))
