"""Forms that an answer opens: a serious event its SAE, a death its DTH, a suspicion its work-up (crf.csv, notes).

Each is owed at once and stays owed until it is entered, or marked "not done" with a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from forms.answers import Crf
from forms.record import InstanceScope, Record
from forms.text import _l


@dataclass(frozen=True)
class Opened:
    """A form owed because of an answer: where it goes, since when (None: unknown), why, and the CRF that says so."""

    event: str
    form: str
    occurrence: int
    on: date | None
    reason: str
    because: str


@dataclass(frozen=True)
class Trigger:
    """A form whose answer may open another: `holds` decides, `day` dates it."""

    form: str
    holds: Callable[[InstanceScope], bool]
    day: str
    reason: str


def _is(key: str, code: Any) -> Callable[[InstanceScope], bool]:
    return lambda scope: bool(scope.code(key) == code)


def _has(key: str, code: str) -> Callable[[InstanceScope], bool]:
    return lambda scope: code in (scope.code(key) or ())


def _grade_v(scope: InstanceScope) -> bool:
    return any(r.code("POC.CLAVIEN") == "V" for r in scope.record.rows(scope.crf, "R"))


OPENS_DEATH = (
    Trigger("FU", _is("FU.ALIVE", "N"), "FU.FUDAT", _l("The participant is not alive at follow-up.")),
    Trigger("AE", _is("AE.AEOUT", "FATAL"), "", _l("An adverse event was fatal.")),
    Trigger("AE", _is("AE.AETOXGR", 5), "", _l("An adverse event has grade 5.")),
    Trigger("POC", _grade_v, "", _l("A complication has Clavien-Dindo grade V.")),
    Trigger("EOS", _is("EOS.EOSREAS", "DEATH"), "EOS.EOSDAT", _l("The study ended with death.")),
)
OPENS_METASTASIS = (
    Trigger("RST", _is("RST.YCM", "M1"), "RST.RSTDAT", _l("Restaging found ycM1.")),
    Trigger("DEC", _is("DEC.M1NOW", "Y"), "DEC.DECDAT", _l("Metastasis or progression was found at the decision.")),
    Trigger("FU", _is("FU.CHESTCT", "MET"), "FU.FUDAT", _l("CT showed a metastasis.")),
    Trigger("FU", _has("FU.SUSPECT", "MET"), "FU.FUDAT", _l("Distant metastasis is suspected.")),
)
OPENS_SECOND_PRIMARY = (
    Trigger("FU", _is("FU.COLO", "SPC"), "FU.FUDAT", _l("Colonoscopy found a second primary.")),
    Trigger("FU", _has("FU.SUSPECT", "SPC"), "FU.FUDAT", _l("A second primary is suspected.")),
)
OPENS_RECURRENCE = (Trigger("FU", _has("FU.SUSPECT", "LR"), "FU.FUDAT", _l("Local recurrence is suspected.")),)
OPENS_REGROWTH = Trigger("FU", _has("FU.SUSPECT", "RGW"), "FU.FUDAT", _l("Regrowth is suspected."))

_ONCE = {"DTH": OPENS_DEATH, "MET": OPENS_METASTASIS, "SPC": OPENS_SECOND_PRIMARY, "LR": OPENS_RECURRENCE}


def opened(record: Record) -> Iterator[Opened]:
    """Every form that some answer opened, entered or not."""
    for form, triggers in _ONCE.items():
        # The first finding opens the form; a second episode is a further form that the site adds.
        yield from list(_fired(record, form, triggers))[:1]
    yield from _regrowths(record)
    yield from _serious(record)


def _fired(record: Record, form: str, triggers: tuple[Trigger, ...]) -> Iterator[Opened]:
    for trigger in triggers:
        for scope in map(record.scope, record.all(trigger.form)):
            if trigger.holds(scope):
                yield Opened("ANY", form, 1, _day(scope, trigger), trigger.reason, scope.crf.address)


def _day(scope: InstanceScope, trigger: Trigger) -> date | None:
    day = scope.item(trigger.day) if trigger.day else None
    return day if isinstance(day, date) else None


def _serious(record: Record) -> Iterator[Opened]:
    """One SAE an adverse event: each serious one without an SAE that points at it is owed the next free one."""
    told = {record.scope(c).code("SAE.SAEAENO"): c for c in record.all("SAE")}
    taken = [c.occurrence for c in record.crfs if c.form == "SAE" and c.answers.removed is None]
    free = max(taken, default=0) + 1
    for crf in record.all("AE"):
        if reason := _why_serious(record.scope(crf)):
            known = told.get(crf.address)
            yield Opened(
                "ANY",
                "SAE",
                known.occurrence if known else free,
                None,
                reason,
                crf.address,
            )
            free += known is None


def _why_serious(scope: InstanceScope) -> str:
    """Why an adverse event is reported as serious; "" where it is not. A fatal one is, whatever the tick box says yet (ICH E2A)."""
    if scope.code("AE.AESER") == "Y":
        return _l("The adverse event is serious.")
    fatal = scope.code("AE.AETOXGR") == 5 or scope.code("AE.AEOUT") == "FATAL"
    return _l("The adverse event is fatal, and so serious.") if fatal else ""


def _regrowths(record: Record) -> Iterator[Opened]:
    """Each suspicion needs a work-up: one that was under way then, or one that began with it."""
    works = [c for c in record.crfs if c.form == "RGW" and c.answers.removed is None]
    number = max((int(c.event.partition("-")[2] or 0) for c in works), default=0)
    owed = None
    for crf in record.all("FU"):
        scope = record.scope(crf)
        if not OPENS_REGROWTH.holds(scope):
            continue
        work = next((w for w in works if _covers(record, w, scope)), None)
        if work is not None:
            yield Opened(work.event, "RGW", work.occurrence, _seen(scope), OPENS_REGROWTH.reason, crf.address)
        elif owed is None:
            owed = Opened(f"RGW-{number + 1}", "RGW", 1, _seen(scope), OPENS_REGROWTH.reason, crf.address)
            yield owed


def _seen(scope: InstanceScope) -> date | None:
    """The first examination of that visit: suspicion may date from the MRI, days before the visit."""
    days = [scope.item(key) for key in ("FU.FUDAT", "FU.ENDODAT", "FU.MRIDAT")]
    return min((d for d in days if d is not None), default=None)


def _covers(record: Record, work: Crf, visit: InstanceScope) -> bool:
    if not work.counts:
        return True
    scope = record.scope(work)
    since, seen = scope.item("RGW.RGWDAT"), _seen(visit)
    if since is None or seen is None:
        return True
    return bool(since >= seen) or scope.code("RGW.RGWCONF") != "NOTCONF"
