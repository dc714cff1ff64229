"""Values in words, for pages: findings, places, instants, statuses. Translation happens here, where it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from forms.catalogue import current, order
from forms.decoded import in_units, shown
from forms.findings import Finding
from forms.language import Item
from forms.text import _l
from forms.webform import MISSING_WORDS
from trial.dictionaries.terms import KINDS as DICTIONARIES
from trial.eligibility import VERDICT_WORDS
from trial.lockdown import STEPS
from trial.queries import STATE_WORDS as QUERY_STATE_WORDS
from trial.registry import CLOSED, CLOSED_WORDS
from trial.rights import WHY
from trial.roles import ROLES
from trial.signing_rights import MISSING as SIGNING_MISSING

EVENT_WORDS: Mapping[str, str] = {
    "SCR": _l("Screening"), "NAT": _l("Treatment cycle"), "EOT": _l("End of therapy"), "RST": _l("Restaging"), "RST2": _l("Re-assessment"),
    "DEC": _l("Decision"), "SUR": _l("Operation"), "PO30": _l("30 days after operation"), "PO90": _l("90 days after operation"),
    "NC07": _l("Near-complete, week 7"), "NC20": _l("Near-complete, week 20"), "UNS": _l("Unscheduled"), "RGW": _l("Regrowth"),
    "SLV": _l("Salvage"), "EOS": _l("End of study"), "ANY": _l("Any time"),
}  # fmt: skip
"""Events in words, without their number; follow-up visits are named by their month."""


def event_words(event: str) -> str:
    """`SUR-2` as "Operation 2", `FU03` as "Month 3"."""
    name, _dash, number = event.partition("-")
    if name.startswith("FU") and name[2:].isdigit():
        return _("Month %(month)d", month=int(name[2:]))
    words = _(EVENT_WORDS[name]) if name in EVENT_WORDS else name
    return f"{words} {number}" if number else words


def form_words(form: str) -> str:
    """The title of a form."""
    return _(current(form).title)


def place_words(form: str, event: str, occurrence: int = 1) -> str:
    """A form instance in words: "Restaging: Clinical response (2)"."""
    visit, title = event_words(event), form_words(form)
    words = title if visit == title else f"{visit}: {title}"
    return f"{words} ({occurrence})" if occurrence > 1 else words


def address_words(address: str) -> str:
    """FORM/EVENT/OCCURRENCE, as a link stores it, in words; what is no such address, as it is."""
    form, event, occurrence = (*address.split("/"), "", "")[:3]
    known = form in order() and occurrence.isdecimal() and address.count("/") == 2
    return place_words(form, event, int(occurrence)) if known else address


def stamp_words(instant: datetime | None) -> str:
    """An instant with its zone; a dash for none."""
    return "—" if instant is None else instant.strftime("%Y-%m-%d %H:%M UTC")


def finding_words(finding: Any) -> str:
    """What a finding says, translated, labels inside it too."""
    if not isinstance(finding, Finding):
        return _(str(finding))
    args = {name: _(value) if name == "label" else value for name, value in finding.args.items()}
    message = _(finding.message)
    return message % args if args else message.replace("%%", "%")


BLOCKER_WORDS: Mapping[str, str] = {
    "own-estimate-locked": _l("The own estimate is locked: it is made once, before the model is seen."),
    "consent-first": _l("Consent is entered first."),
    CLOSED: CLOSED_WORDS,
    "nothing-saved": _l("Nothing has been saved yet."),
    "incomplete": _l("The form is not complete, or a check on it is open."),
    "site-not-open": _l("The site is not open for enrolment."),
    "nobody-agreed": _l("Nobody who is investigator at the new site is named as having agreed."),
    "accrual-closed": _l("Accrual is closed."),
    "accrual-open": _l("Accrual is still open."),
    "frozen": _l("Data entry is frozen here."),
    "nothing-to-review": _l("There is no entry to review."),
    "two-persons": _l("Two different persons are needed."),
    "nothing-to-look-at": _l("There is nothing to look at in this file, or somebody has looked."),
    "locked": _l("It is locked."),
    "checklist-not-signed": _l("The checklist before the lock is not signed, or something changed since."),
    "no-dictionary": _l("No dictionary is in use: terms stay as they were typed."),
    "code-not-proposed": _l("The code does not wait for approval any more."),
    "dictionary-loading": _l("The dictionary is still being read."),
    "dictionary-refused": _l("The dictionary was refused when it was imported."),
    "dictionary-retired": _l("The dictionary was given up for a later version."),
    "query-candidate": _l("The query is only proposed yet."),
    "query-open": _l("The query is open."),
    "query-answered": _l("The query is answered already."),
    "query-closed": _l("The query is closed."),
    "query-cancelled": _l("The query was cancelled."),
    "query-resolved": _l("The system resolved the query."),
}
"""Why a step is not open, in words."""


PHASE_WORDS: Mapping[str, str] = {
    "new": _l("number given"), "screening": _l("screening"), "enrolled": _l("enrolled"), "treatment": _l("in treatment"),
    "restaged": _l("restaged"), "follow-up": _l("follow-up"), "ended": _l("ended"),
}  # fmt: skip
"""Phases of `trial.store.worklist` in words."""


def blocker_words(blocker: Any) -> str:
    """Why a step is not open. Blockers that bring their own words are translated; ids are looked up."""
    text = getattr(blocker, "text", None) or getattr(blocker, "message", None)
    if isinstance(text, str):
        args = getattr(blocker, "args", None)
        return _(text) % args if isinstance(args, Mapping) and args else _(text)
    return _({**BLOCKER_WORDS, **STEPS}.get(str(blocker), str(blocker)))


def value_words(item: Item, value: Any) -> str:
    """A typed answer as a person reads it: decodes, units, ISO dates."""
    if value is None:
        return "—"
    if isinstance(value, Mapping) and "missing" in value:
        return "— " + _(MISSING_WORDS.get(value["missing"], value["missing"]))
    if item.kind == "link":
        return address_words(value)
    if item.kind == "file":
        return getattr(value, "name", str(value))
    if item.kind != "calc":
        return in_units(item, value, _)
    text = calculated_words(value, item)
    return f"{text} {item.unit}" if item.unit else text


def calculated_words(value: Any, item: Item | None = None) -> str:
    """A calculated value; tables of scores as "name value, ...", codes by the item's codelist."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {calculated_words(each)}" for name, each in value.items())
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if item is not None and item.codes is not None and value in item.codes:
        return _(item.codes.decode(value))
    return shown(value)


STATUS_WORDS: Mapping[str, tuple[str, str]] = {
    "complete": ("●", _l("complete")),
    "incomplete": ("◐", _l("incomplete")),
    "signed": ("✔", _l("signed")),
    "frozen": ("❄", _l("frozen")),
    "locked": ("■", _l("locked")),
    "not_done": ("⊘", _l("not done")),
    "removed": ("✕", _l("removed")),
    "draft": ("✎", _l("draft")),
    "overdue": ("!", _l("overdue")),
    "missed": ("‼", _l("missed")),
    "due": ("○", _l("due")),
    "open": ("○", _l("open")),
    "expected": ("·", _l("later")),
    "soon": ("◌", _l("soon")),
    "cancelled": ("–", _l("cancelled")),
}
"""Status to sign and word; colour only repeats them."""


def status_words(status: str) -> str:
    """A status in a word."""
    return _(STATUS_WORDS.get(status, ("", status))[1])


def status_sign(status: str) -> str:
    """A status as a sign."""
    return STATUS_WORDS.get(status, ("·", ""))[0]


def badge(status: str) -> Markup:
    """A status as sign and word."""
    return Markup('<span class="badge-{0}"><span aria-hidden="true">{1}</span> {2}</span>').format(
        status, status_sign(status), status_words(status)
    )


CLASS_WORDS: Mapping[str, str] = {"positive": _l("positive"), "negative": _l("negative")}
"""Classes of the model."""

ARM_WORDS: Mapping[str, str] = {
    "WW": _l("Watch and wait"), "TME": _l("Total mesorectal excision"), "WW-P": _l("Watch and wait, by choice"),
    "TME-P": _l("Total mesorectal excision, by choice"), "S": _l("Standard treatment"),
}  # fmt: skip
"""Arms in words (PROTOCOL 1)."""

COHORT_WORDS: Mapping[str, str] = {
    "RANDOMISED": _l("randomised"), "PREFERENCE": _l("preference cohort"), "STANDARD": _l("standard cohort"),
}  # fmt: skip
"""Cohorts of `trial.course` in words."""

FACTOR_WORDS: Mapping[str, str] = {
    "site": _l("Site"), "response": _l("Clinical response"), "ct": _l("Clinical T"), "regimen": _l("Regimen"),
}  # fmt: skip
"""Factors of the randomisation (PROTOCOL 6)."""

LEVEL_WORDS: Mapping[str, str] = {
    "CCR": _l("complete (cCR)"), "NCR": _l("near-complete (near-cCR)"), "T1-3": _l("cT1 to cT3"), "T4a": _l("cT4a"),
    "IO": _l("with immunotherapy"), "NO-IO": _l("without immunotherapy"),
}  # fmt: skip
"""Levels of the factors; a site is its own code."""

METHOD_WORDS: Mapping[str, str] = {"minimisation": _l("Minimisation"), "blocks": _l("Permuted blocks")}


def in_words(words: Mapping[str, str]) -> Callable[[Any], str]:
    """What looks a code up and translates it; a code nobody put into words stays as it is."""
    return lambda code: _(words[code]) if code in words else str(code)


def place_of(blocker: Any) -> str:
    """What to look at to remove a blocker: the item on its form, the form, the factor, the criterion."""
    what, address = getattr(blocker, "what", None) or "", getattr(blocker, "address", None)
    if not address:
        return in_words(FACTOR_WORDS)(what)
    form, place = address.partition("/")[0], address_words(address)
    label = next((i.label for i in current(form).every_item() if i.oid == what), "")
    return f"{place}, {_(label)}" if label else place


FILTERS: Mapping[str, Any] = {
    "model_class": in_words(CLASS_WORDS),
    "arm": in_words(ARM_WORDS),
    "cohort": in_words(COHORT_WORDS),
    "factor": in_words(FACTOR_WORDS),
    "level": in_words(LEVEL_WORDS),
    "method": in_words(METHOD_WORDS),
    "place_of": place_of,
    "event_words": event_words,
    "stamp": stamp_words,
    "badge": badge,
    "status": status_words,
    "sign": status_sign,
    "phase": lambda phase: _(PHASE_WORDS.get(phase, phase)),
    "verdict": lambda verdict: _(VERDICT_WORDS[verdict]),
    "blocker": blocker_words,
    "dictionary": lambda kind: DICTIONARIES.get(kind, kind),
    "signing_missing": in_words(SIGNING_MISSING),
    "why_not": in_words(WHY),
    "query_state": in_words(QUERY_STATE_WORDS),
    "role_words": lambda role: _(ROLES[role].label) if role in ROLES else role,
    "address": address_words,
    "place_words": lambda row: place_words(row["form"], row["event"], row["occurrence"]),
}
"""What templates may call on a value."""
