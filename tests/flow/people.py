"""Participants built by hand from forms, and what an output is given: an extract cut on the last day of 2028."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from forms.answers import Answers, Crf, Row
from trial.store.extract import Extract, Extracted

CUT = datetime.date(2028, 12, 31)
TAKEN = datetime.datetime(2029, 1, 2, 9, tzinfo=datetime.UTC)
OPENED = datetime.date(2026, 1, 1)


def on(text: str) -> datetime.date:
    """A day from its ISO text."""
    return datetime.date.fromisoformat(text)


def crf(form: str, items: Mapping[str, Any] | None = None, event: str = "SCR", number: int = 1, **groups: Any) -> Crf:
    """A form as it stands; `groups`: the rows of a repeating group, each a mapping."""
    made = {name: tuple(Row(f"r{i}", row) for i, row in enumerate(rows)) for name, rows in groups.items()}
    return Crf(form, 1, event, number, 1, Answers(dict(items or {}), groups=made))


def person(
    number: int, *crfs: Crf, site: str = "01", arm: str | None = None, at: str = "2027-01-10", origin: str | None = None
) -> Extracted:
    """A participant; allocated where an arm is given."""
    factors = {"site": site, "response": "CCR", "ct": "T1-3", "regimen": "IO"}
    drawn = (
        {"arm": arm, "at": datetime.datetime.fromisoformat(f"{at}T10:00:00+00:00"), "factors": factors} if arm else None
    )
    return Extracted(f"VG-{site}-{number:04d}", site, TAKEN, crfs, drawn, origin=origin)


def taken(
    *rows: Extracted,
    log: Iterable[Mapping[str, Any]] | None = None,
    cut: datetime.date = CUT,
    opened: Mapping[str, datetime.date] | None = None,
) -> Extract:
    """An extract of these people."""
    lines = None if log is None else tuple(dict(line) for line in log)
    since = {"01": OPENED} if opened is None else opened
    sites = tuple({"code": code, "opened_on": on} for code, on in since.items())
    return Extract(rows, cut, TAKEN, "d" * 64, sites=sites, log=lines)


def consented(day: str = "2026-03-01") -> Crf:
    return crf("IC", {"ICTYPE": "INITIAL", "ICDAT": on(day), "ICSIGN": "Y"})


def enrolled(day: str = "2026-03-10") -> tuple[Crf, ...]:
    return consented("2026-03-01"), crf("ELIG", {"ELIGCONF": "Y", "ELIGDAT": on(day)})


def decided(**answers: Any) -> tuple[Crf, ...]:
    """Enrolled, treated, restaged and decided on; `answers`: of DEC."""
    return (
        *enrolled(),
        crf("RT", {"RTSTDT": on("2026-04-01"), "RTENDT": on("2026-05-08")}, "RST"),
        crf("RST", {"RSTDAT": on("2026-07-20")}, "RST"),
        crf("DEC", {"DECDAT": on("2026-07-28"), **answers}, "DEC"),
    )


def ended(reason: str, day: str = "2028-01-01") -> Crf:
    return crf("EOS", {"EOSDAT": on(day), "EOSREAS": reason}, "EOS")


def logged(**counts: int) -> list[dict[str, Any]]:
    """Rows of the pre-consent log, a reason each."""
    return [{"site": "01", "month": "2026-02", "reason": reason, "n": n} for reason, n in counts.items()]
