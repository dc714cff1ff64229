"""The pre-consent log: whom a site saw and did not enrol, as month, age band, sex and reason (PROTOCOL 10; CONSORT 2025, item 22a).

No participant record, no date of birth, no free text: a line cannot be traced to a person. What leaves the site is counts, and a
count below `SMALL` is withheld, with another one where it could be worked out from the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from forms.findings import Finding
from forms.text import _l

SMALL = 5
"""Counts from 1 to one below this are not shown to the sponsor."""
AGE_BANDS: Mapping[str, str] = {
    "<18": _l("under 18"), "18-29": "18–29", "30-39": "30–39", "40-49": "40–49", "50-59": "50–59", "60-69": "60–69", "70-79": "70–79",
    "80+": _l("80 and over"), "U": _l("not known"),
}  # fmt: skip
SEXES: Mapping[str, str] = {"M": _l("male"), "F": _l("female"), "U": _l("not known")}
NOT_APPROACHED: Mapping[str, str] = {
    "NOTELIG": _l("plainly not eligible"),
    "CLINICIAN": _l("clinician decided against it"),
    "CAPACITY": _l("no capacity, or no common language"),
    "OTHERTRIAL": _l("in another trial"),
    "MISSED": _l("missed, or nobody had time"),
}
DECLINED: Mapping[str, str] = {
    "DECLINED": _l("declined to take part"),
    "WANTSTME": _l("declined: wants an operation"),
    "WANTSWW": _l("declined: wants to watch and wait outside the trial"),
    "DISTANCE": _l("declined: visits too far or too many"),
}
REASONS: Mapping[str, str] = {**NOT_APPROACHED, **DECLINED}
"""Code to words, those not approached first; the code decides in which box of the flow somebody is counted."""
MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Line:
    """One person, as the log knows them."""

    month: str
    age_band: str
    sex: str
    reason: str


def problems(line: Line, today: date) -> Iterator[Finding]:
    """What keeps a line from being written: an unknown code, a month that is none or lies ahead."""
    if not MONTH.fullmatch(line.month) or line.month > f"{today:%Y-%m}":
        yield Finding("problem", "log:month", _l("Give the month as year and month, not one ahead: 2026-05."))
    for name, codes in (("age_band", AGE_BANDS), ("sex", SEXES), ("reason", REASONS)):
        if getattr(line, name) not in codes:
            yield Finding("problem", f"log:{name}", _l("Choose month, age band, sex and reason."))


@dataclass(frozen=True)
class Guarded:
    """Counts as the sponsor may see them. `cells`: None for one that is withheld; `total` None where it is a small count itself."""

    cells: Mapping[str, int | None]
    total: int | None


def guarded(counts: Mapping[str, int]) -> Guarded:
    """Withhold counts of 1 to 4; where that is a single one, the next smallest as well: all less the others would tell it."""
    total = sum(counts.values())
    small = {name for name, n in counts.items() if 0 < n < SMALL}
    if len(small) == 1:
        others = sorted((n, name) for name, n in counts.items() if n >= SMALL)
        small |= {name for _n, name in others[:1]}
    cells = {name: None if name in small else n for name, n in counts.items()}
    return Guarded(cells, None if 0 < total < SMALL else total)


@dataclass(frozen=True)
class Flow:
    """The boxes before consent: all who were logged, of whom so many were not approached and so many declined, by reason."""

    logged: int
    not_approached: Mapping[str, int]
    declined: Mapping[str, int]


def flow(counts: Mapping[str, int]) -> Flow:
    """Reason to number as the flow of CONSORT has it."""
    return Flow(
        sum(counts.values()),
        {code: counts.get(code, 0) for code in NOT_APPROACHED},
        {code: counts.get(code, 0) for code in DECLINED},
    )
