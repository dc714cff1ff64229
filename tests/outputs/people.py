"""A trial of six by hand, as it leaves the database, and a trial of nobody."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

from analysis.performance_outputs import with_calls
from forms.answers import Answers, Crf
from forms.dates import PartialDate
from trial.store.extract import Extract, Extracted
from trial.store.model_calls import Calls

CUT = date(2029, 6, 30)
TAKEN = datetime(2029, 7, 1, 9, 30, tzinfo=UTC)
DIGEST = "0123456789abcdef" * 4
NO_CALLS = Calls((), hashlib.sha256().hexdigest())
CONSENT = date(2026, 1, 15)


def day(n: int) -> date:
    """Day n after consent; 220 is the day of the decision, 225 that of randomisation."""
    return CONSENT + timedelta(days=n)


def crf(form: str, event: str, occurrence: int = 1, **items: Any) -> Crf:
    return Crf(form, 1, event, occurrence, 1, Answers(items))


def person(
    number: int, *more: Crf, arm: str | None = None, prefers: str | None = None, decided: bool = True
) -> Extracted:
    """Somebody who consented, was eligible, had therapy; `arm` as allocated, `prefers` as chosen, neither: standard."""
    name, site = f"VG-01-{number:04d}", "01"
    crfs = [
        crf("IC", "SCR", ICDAT=day(0)),
        crf("ELIG", "SCR", ELIGDAT=day(10), ELIGCONF="Y"),
        crf("RT", "EOT", RTSTDT=day(20), RTENDT=day(55)),
    ]
    if decided:
        candidate = "CAND" if arm or prefers else "NOTCAND"
        crfs.append(crf("DEC", "DEC", DECDAT=day(220), STRATEGY=candidate, PREFARM=prefers))
        crfs += [
            crf("FU", f"FU{month:02d}", FUDAT=day(220 + 30 * month), FUMODE="VISIT", ALIVE="Y")
            for month in (3, 6, 9, 12, 15, 18, 21, 24, 30, 36)
        ]
    drawn = None
    if arm:
        factors = {"site": site, "response": "CCR" if number % 2 else "NCR", "ct": "cT3", "regimen": "NO_IO"}
        at = datetime(2026, 9, 1, 10, tzinfo=UTC) + timedelta(days=number)
        drawn = {"participant": name, "arm": arm, "at": at, "number": number, "factors": factors}
    return Extracted(name, site, TAKEN - timedelta(days=1000), (*crfs, *more), drawn)


REGROWN = (
    crf("RGW", "RGW", RGWDAT=day(500), RGWCDAT=day(514), RGWCONF="CONFIRMED", SALV="DONE", SALVDAT=day(520)),
    crf("SUR", "SUR", SURDAT=day(540), SURPROC="LAR", SURREAS="REGROWTH", SUROPNO=1),
    crf("YP", "SUR", YPSUR="SUR/SUR/1", RSTAT="R0", YPT="ypT2", YPN="ypN0"),
)


def six() -> Extract:
    """Two watched by allocation, two operated by allocation, one watched by choice, one under standard care."""
    operated = crf("SUR", "SUR", SURDAT=day(240), SURPROC="LAR", SURREAS="ALLOCATED", SUROPNO=1)
    fever = crf("AE", "ANY", AETERM="Fever", AECTCAE="Fever", AETOXGR=2, AESTDAT=PartialDate(2026, 3), AESER="N")
    rows = (
        person(1, *REGROWN, fever, arm="WW"),
        person(2, crf("MET", "ANY", METDAT=day(700)), arm="WW"),
        person(3, operated, arm="TME"),
        person(4, operated, crf("DTH", "ANY", DTHDAT=PartialDate.of(day(800))), arm="TME"),
        person(5, prefers="WW"),
        person(6, fever, decided=False),
    )
    return with_calls(Extract(rows, CUT, TAKEN, DIGEST), NO_CALLS)


def nobody() -> Extract:
    """The day before the first consent."""
    return with_calls(Extract((), CUT, TAKEN, DIGEST), NO_CALLS)
