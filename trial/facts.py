"""The facts a form must be told besides its answers: what arm, what schedule, what the site allows, what day it is.

`forms/crfs/facts.py` says what each name means; a test fails when a form declares a fact that nobody supplies here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, tzinfo
from functools import cache
from typing import Any

from forms.dates import earliest
from forms.record import PerInstance, Record
from trial import soa
from trial.course import Allocation, Course, course
from trial.eligibility import eligible
from trial.protocol import Protocol
from trial.visits import Visit, visit_date, visits

SUPPLIED = frozenset(
    {
        "arm", "cohort", "event", "scheduled", "window_opens", "window_closes", "operated_on", "stoma_now",
        "birth_year_only", "consent_versions", "consent_validity", "consent_mandatory", "laboratory_ranges", "taxon_tables", "eligible",
        "model_call", "model_class", "allocated_on", "zone", "today", "now",
    }
)  # fmt: skip


def facts_for(
    record: Record,
    *,
    protocol: Protocol,
    site: Mapping[str, Any],
    event: str,
    allocation: Allocation | None,
    today: date,
    now: datetime,
    prediction: Mapping[str, Any] | None = None,
    zone: tzinfo | None = None,
    laboratory_ranges: Mapping[str, Any] | PerInstance | None = None,
    taxon_tables: Mapping[str, Any] | None = None,
) -> Mapping[str, Any]:
    """Every fact for the forms of one event key ("FU06", "PO30-2"); unknown ones are None.

    `site` is the row of its table, `prediction` the last stored call. Other events have other windows and other scheduled items:
    facts are made for one event.
    """
    known: dict[str, Any] = {
        "today": today,
        "now": now,
        "zone": zone,
        "event": soa.series(event),
        "laboratory_ranges": laboratory_ranges,
        "taxon_tables": taxon_tables,
        **of_site(site),
        **of_prediction(prediction),
    }
    read = cache(lambda: course(record, allocation))
    decided = (allocation["arm"], allocation["at"]) if allocation is not None else None
    every = (visits, id(protocol), decided)
    planned = cache(lambda: of_schedule(record.once(every, lambda: visits(protocol, record, allocation)), event))
    told = {
        "arm": lambda: read().arm,
        "cohort": lambda: read().cohort,
        "allocated_on": lambda: read().allocated_on,
        "operated_on": lambda: operated_on(read(), event),
        "stoma_now": lambda: stoma_now(record, read(), event),
        "scheduled": lambda: planned()["scheduled"],
        "window_opens": lambda: planned()["window_opens"],
        "window_closes": lambda: planned()["window_closes"],
        "eligible": lambda: eligible(protocol, record.with_facts(**known)),
    }
    return Facts(known, told)


class Facts(Mapping[str, Any]):
    """Facts by name, each worked out when it is first asked for: a laboratory form never pays for eligibility."""

    def __init__(self, known: dict[str, Any], told: Mapping[str, Callable[[], Any]]) -> None:
        self._known, self._told = known, told

    def __getitem__(self, name: str) -> Any:
        if name not in self._known:
            self._known[name] = self._told[name]()
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter((*self._known, *(n for n in self._told if n not in self._known)))

    def __len__(self) -> int:
        return len(self._known.keys() | self._told.keys())


def of_site(site: Mapping[str, Any]) -> dict[str, Any]:
    """`consent_versions`: the site's codes; `consent_validity`: (code, first day, last day or None) of each; `consent_mandatory`: from old
    to new, (code, the day from which who signed an older one must have signed it, or None).
    """
    versions = site.get("consent_versions") or ()
    validity = tuple((v["version"], _date(v.get("valid_from")) or date.min, _date(v.get("valid_to"))) for v in versions)
    return {
        "consent_versions": tuple(v[0] for v in validity) or None,
        "consent_validity": validity or None,
        "consent_mandatory": tuple(
            (v["version"], _date(v.get("mandatory_from")))
            for v in sorted(versions, key=lambda v: _date(v.get("valid_from")) or date.min)
        )
        or None,
        "birth_year_only": site.get("birth_year_only"),
    }


def _date(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def of_schedule(planned: tuple[Visit, ...], event: str) -> dict[str, Any]:
    """Window and scheduled items of an event; what the event does not have is None, or no items."""
    here = [visit for visit in planned if visit.event == event]
    dated = next((v for v in here if v.window_from), None)
    return {
        "scheduled": tuple(item for visit in here for item in visit.items),
        "window_opens": dated.window_from if dated else None,
        "window_closes": dated.window_to if dated else None,
    }


def of_prediction(prediction: Mapping[str, Any] | None) -> dict[str, Any]:
    """`model_call`: the reference of the stored call, or "refused: " and why; `model_class`: POSITIVE or NEGATIVE."""
    if prediction is None:
        return {"model_call": None, "model_class": None}
    refused = prediction.get("refused")
    name = f"{prediction['model']} {prediction['version']} #{prediction['number']}"
    answered = prediction.get("classification")
    return {
        "model_call": f"refused: {', '.join(map(str, refused))}" if refused else name,
        "model_class": answered.upper() if answered else None,
    }


def operated_on(c: Course, event: str) -> date | None:
    """The operation a post-operative visit belongs to, by its number."""
    if soa.series(event) not in ("PO30", "PO90"):
        return None
    return next((o.on for o in c.operations if o.number == soa.number(event)), None)


def stoma_now(record: Record, c: Course, event: str) -> str | None:
    """Y, N, or None: a stoma on the day of this event, from the visit itself, else from the stoma forms.

    Before any operation a stoma that has no form is not there; after one, a missing form says nothing.
    """
    visit = record.at("FU", event)
    seen = record.scope(visit).item("FU.STOMANOW") if visit is not None and visit.counts else None
    if seen is not None:
        return str(seen)
    day = visit_date(record, event)
    stomas = [record.scope(crf) for crf in record.all("STO")]
    if stomas:
        return "Y" if any(_open(s.item("STO.STODAT"), s.item("STO.STOREV"), day) for s in stomas) else "N"
    return None if any(o.on and (day is None or earliest(o.on) <= day) for o in c.operations) else "N"


def _open(formed: date | None, closed: date | None, day: date | None) -> bool:
    if day is None:
        return closed is None
    return (formed is None or formed <= day) and (closed is None or closed > day)
