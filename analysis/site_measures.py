"""What is measured of a site, for its key risk indicators.

What nobody can judge, too few forms or no time at risk, has no value and is never a zero.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median

from analysis.exact import chi_square_tail, poisson_lower_tail
from trial.critical import critical_items
from trial.queries import LIVE
from trial.store.oversight import Entered

MONTH = 30.4375
"""Days."""

FEWEST_DIGITS = 50
"""Measurements a site must have before its last digits are judged: at fewer the test finds little and the eye too much."""

DAYS = {"IC": "ICDAT", "LB": "LBDAT", "RT": "RTENDT", "RST": "RSTDAT", "FU": "FUDAT", "SUR": "SURDAT"}
"""Forms of a visit or procedure, and the item that says its day."""

MEASURED = ("MRI0.DISTAV", "MRI0.LENGTH", "DM.WEIGHT", "DM.HEIGHT")
"""Read off a scale by a person: the last digit of such a number is even over ten digits, or somebody rounds."""


@dataclass(frozen=True)
class Site:
    """One site's rows, and the day they are judged on; `whole` is the trial as far as the reader sees it."""

    code: str
    target: int | None
    opened_on: date | None
    participants: frozenset[str]
    entered: tuple[Entered, ...]
    queries: tuple[Mapping[str, object], ...]
    owed: tuple[Mapping[str, object], ...]
    now: datetime
    today: date
    months: int

    def of(self, form: str) -> list[Entered]:
        """Instances of a form that count."""
        return [e for e in self.entered if e.crf.form == form and e.crf.counts]


@dataclass(frozen=True)
class Measure:
    """`value` in the indicator's unit, None where it cannot be estimated; `n` of `of` is what it was made from."""

    value: float | None
    n: float
    of: float


def share(n: float, of: float, fewest: float = 1) -> Measure:
    """A percentage; not estimable of fewer than `fewest`."""
    return Measure(100 * n / of if of >= fewest else None, n, of)


def accrual(site: Site, _whole: Site) -> Measure:
    """Participants with a confirmed eligibility, of those the site's plan has by today."""
    enrolled = sum(e.crf.answers.items.get("ELIGCONF") == "Y" for e in site.of("ELIG"))
    if site.target is None or site.opened_on is None:
        return Measure(None, enrolled, 0)
    planned = site.target * min(max((site.today - site.opened_on).days / (site.months * MONTH), 0), 1)
    return share(enrolled, round(planned, 1), fewest=3)


def query_age(site: Site, _whole: Site) -> Measure:
    """Median age of the queries that wait."""
    ages = [(site.now - q["raised_at"]).days for q in site.queries if q["state"] in LIVE]  # type: ignore[operator]  # an instant
    return Measure(float(median(ages)) if ages else None, sum(ages), len(ages))


def entry_lag(site: Site, _whole: Site) -> Measure:
    """Median days from a visit to the first entry of its form."""
    lags = [
        (e.first_entered_at.date() - day).days
        for form, item in DAYS.items()
        for e in site.of(form)
        if isinstance(day := e.crf.answers.items.get(item), date)
    ]
    return Measure(float(median(lags)) if lags else None, sum(lags), len(lags))


def overdue(site: Site, _whole: Site) -> Measure:
    """Forms whose window is over and that nobody entered, of all whose window is over or that are in."""
    late = sum(d["state"] == "required" and d["due_to"] is not None and d["due_to"] < site.today for d in site.owed)  # type: ignore[operator]  # a day
    return share(late, late + sum(d["state"] == "entered" for d in site.owed))


def critical(site: Site, _whole: Site) -> Measure:
    """Forms that hold critical values and lack a required one, of those that are in."""
    forms = {key.partition(".")[0] for key in critical_items()}
    held = [d for d in site.owed if d["state"] == "entered" and d["form"] in forms]
    return share(sum(bool(d["missing"]) for d in held), len(held))


def event_rate(site: Site, whole: Site) -> Measure:
    """How unlikely it is to see so few adverse events in this time, if the site reported as the whole trial does."""
    seen, at_risk = len(site.of("AE")), months_at_risk(site)
    everything = months_at_risk(whole)
    if site.code == whole.code or not everything or not whole.of("AE") or at_risk < 1:
        return Measure(None, seen, round(at_risk, 1))
    expected = len(whole.of("AE")) * at_risk / everything
    return Measure(100 * poisson_lower_tail(seen, expected), seen, round(at_risk, 1))


def months_at_risk(site: Site) -> float:
    """Months from consent to the end of the study or today, summed over participants."""
    ended = {
        e.participant: day
        for form, item in (("EOS", "EOSDAT"), ("DTH", "DTHDAT"))
        for e in site.of(form)
        if isinstance(day := e.crf.answers.items.get(item), date)
    }
    since: dict[str, date] = {}
    for e in site.of("IC"):
        day = e.crf.answers.items.get("ICDAT")
        if isinstance(day, date):
            since[e.participant] = min(day, since.get(e.participant, day))
    return sum(max((ended.get(p, site.today) - day).days, 0) for p, day in since.items()) / MONTH


def corrected(site: Site, _whole: Site) -> Measure:
    """Forms saved more than once, of all."""
    return share(sum(e.crf.number > 1 for e in site.entered), len(site.entered), fewest=20)


def deviations(site: Site, _whole: Site) -> Measure:
    """Major protocol deviations for ten participants."""
    major = sum(e.crf.answers.items.get("DVSEV") == "MAJOR" for e in site.of("DV"))
    people = len(site.participants)
    return Measure(10 * major / people if people >= 3 else None, major, people)


def digits(site: Site, _whole: Site) -> Measure:
    """Chance of last digits as uneven as these, were each of the ten as likely (Pearson's chi-square, nine degrees of freedom)."""
    seen = Counter(last_digits(site.entered))
    n = sum(seen.values())
    if n < FEWEST_DIGITS:
        return Measure(None, seen[0] + seen[5], n)
    statistic = sum((seen[d] - n / 10) ** 2 / (n / 10) for d in range(10))
    return Measure(100 * chi_square_tail(statistic, 9), seen[0] + seen[5], n)


def last_digits(entered: Iterable[Entered]) -> Iterable[int]:
    """The last digit of every measurement that a person read off: of the number as it was typed."""
    for e in entered:
        if e.crf.counts:
            for key in MEASURED:
                form, _dot, oid = key.partition(".")
                if e.crf.form == form and (value := e.crf.answers.items.get(oid)) is not None:
                    yield int(str(value)[-1])
