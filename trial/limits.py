"""Rules that cut across all forms: a death is not before what happened, and withdrawal closes what its scope says.

That nothing is dated after a death stands on every form itself (`alive` in `forms/crfs/words.py`), so that the page says it too.

They read dates of happenings (visits, procedures, samples, onsets); dates of reports, awareness, coding and paper may be later.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from forms.answers import Crf, Row
from forms.dates import before
from forms.decoded import shown
from forms.findings import Finding
from forms.language import FormDef, Item
from forms.record import Record
from forms.text import _l
from trial import consents

PAPER_DATES = frozenset(
    {
        "PATH.RPTDAT", "YP.YPDAT", "MOL.MOLDAT", "ELIG.ELIGDAT", "PLAN.PLANSTDT", "DEC.MDTDAT", "RGW.RGWCDAT",
        "RGW.SALVDAT", "SAE.SAEAWARE", "SAE.SAESPON", "SAE.SAERPTA", "SAE.SAERPTE", "SAE.SAERPTF", "SPEC.SPRECV",
        "DV.DVDAT", "DTH.DTHDAT", "EOS.EOSDAT", "AE.AEENDAT", "IC.ICWDAT", "CM.CMENDAT", "PRE.PREDAT", "DEC.DECDAT",
    }
)  # fmt: skip
"""Dates of writing something down, or of an end that death itself sets; source: crf.csv, note of DTH.DTHDAT."""

ALWAYS_OPEN = frozenset({"IC", "AE", "SAE", "DTH", "EOS", "DV"})
"""Safety and the end of the study stay open after withdrawal (PROTOCOL 9; crf.csv, note of IC.ICWDAT)."""

CONSENT_OVERDUE, VERSION_NOT_VALID = "consent:overdue", "consent:version"

READ_BY_LIMITS = frozenset({"IC"})
"""Forms that the limits of every other form read; a death reads all the rest, and is a form itself."""

SAMPLES = frozenset({"MIC", "LBX", "SPEC"})
TREATMENT = frozenset({"RT", "EX", "SUR", "SLV"})
SURVIVAL = frozenset({"FU", "MET", "LR", "SPC", "RGW"})
"""Forms by what a participant can withdraw from (IC.ICWSCOPE)."""


def limits(record: Record, crf: Crf) -> tuple[Finding, ...]:
    """Findings of a death being entered against all the rest, and of `crf` against a withdrawal where the form has no rule of its own."""
    if not crf.counts:
        return ()
    consent = (*_version_not_valid(record, crf), *_without_new_consent(record, crf))
    return (*_before_this_death(record, crf), *_after_withdrawal(record, crf), *consent)


def open_limits(record: Record, crf: Crf) -> tuple[Finding, ...]:
    """The same without the questions that somebody answered with a reason."""
    return tuple(f for f in limits(record, crf) if f.level != "soft" or not crf.answers.confirmed.get(f.key))


def confirmed_limits(record: Record, crf: Crf) -> tuple[Finding, ...]:
    """The questions that somebody answered with a reason: they stand as deviations."""
    if not crf.answers.confirmed:
        return ()
    return tuple(f for f in limits(record, crf) if f.level == "soft" and crf.answers.confirmed.get(f.key))


def _version_not_valid(record: Record, crf: Crf) -> Iterator[Finding]:
    """Asked once, on the consent form itself: every form after it would say the same."""
    consent = next((c for c in consents.consents(record) if crf.form == "IC" and c.address == crf.address), None)
    if (
        consent is not None
        and consent.valid is False
        and consent.version in (record.facts.get("consent_versions") or ())
    ):
        message = _l(
            "Version %(version)s was not valid at this site on %(day)s. Check both; if they are right, say what happened."
        )
        args = {"version": consent.version, "day": shown(consent.on)}
        yield Finding("soft", VERSION_NOT_VALID, message, "ICVER", None, args, ("CONSENT", "MAJOR"))


def _without_new_consent(record: Record, crf: Crf) -> Iterator[Finding]:
    """What was done after a new version had become mandatory, and before it was signed. Asked once a form."""
    if crf.form in ALWAYS_OPEN:
        return
    for item, _row, value in happenings(record, crf):
        # A day that is partly unknown accuses nobody.
        owed = consents.overdue(record, value) if isinstance(value, date) else None
        if owed is not None:
            message = _l(
                "“%(label)s” is %(value)s. Consent version %(version)s had to be signed by %(since)s, and is not on file for that day. "
                "Enter the new consent, or say what happened: it is a major deviation."
            )
            args = {"label": item.label, "value": shown(value), "version": owed[0], "since": shown(owed[1])}
            yield Finding("soft", CONSENT_OVERDUE, message, item.oid, None, args, ("CONSENT", "MAJOR"))
            return


def happenings(record: Record, crf: Crf) -> Iterator[tuple[Item, Row | None, Any]]:
    """Every date in `crf` on which something happened to the participant, with its item and row."""
    form = record.definitions[crf.form, crf.version]
    dated = [i for i in form.every_item() if i.kind in ("date", "pdate", "datetime") and i.key not in PAPER_DATES]
    for item in dated:
        for row in crf.answers.groups.get(item.group, ()) if item.group else (None,):
            value = (crf.answers if row is None else row).items.get(item.oid)
            if value is not None:
                yield item, row, value.date() if item.kind == "datetime" else value


def _before_this_death(record: Record, crf: Crf) -> Iterator[Finding]:
    death = crf.answers.items.get("DTHDAT") if crf.form == "DTH" else None
    if death is None:
        return
    for other in record.crfs:
        for item, _, value in happenings(record, other) if other.counts else ():
            if before(death, value) is True:
                message = _l("The date of death %(death)s is before “%(label)s” (%(value)s) on %(form)s.")
                args = {"death": shown(death), "label": item.label, "value": shown(value), "form": other.address}
                yield Finding("hard", f"DTH.DTHDAT:before:{item.key}", message, "DTHDAT", None, args)


def _after_withdrawal(record: Record, crf: Crf) -> Iterator[Finding]:
    withdrawn = record.value("IC.ICWDAT")
    if withdrawn is None or crf.form in ALWAYS_OPEN or not _closed(record, crf):
        return
    form, scope = record.definitions[crf.form, crf.version], record.value("IC.ICWSCOPE")
    for item, row, value in happenings(record, crf):
        # A form's own rule knows what a scope covers; of a withdrawal without one only this rule knows.
        if before(withdrawn, value) is True and not (scope and _ruled(form, item)):
            message = _l(
                "“%(label)s” is %(value)s, after consent was withdrawn for it (%(withdrawn)s). "
                "What happened before can still be entered."
            )
            args = {"label": item.label, "value": shown(value), "withdrawn": shown(withdrawn)}
            yield Finding("hard", f"{item.key}:withdrawn", message, item.oid, row.id if row else None, args)


def _ruled(form: FormDef, item: Item) -> bool:
    """Whether the form says itself what a withdrawal means for that item."""
    return any({"IC.ICWDAT", item.key} <= check.rule.keys() for check in form.checks)


def _closed(record: Record, crf: Crf) -> bool:
    return closed_by(record.value("IC.ICWSCOPE") or (), crf.form)


def closed_by(scope: tuple[str, ...], form: str) -> bool:
    """Whether a withdrawal of that scope closes a form. Without a scope everything but safety is closed."""
    if form in ALWAYS_OPEN:
        return False
    if not scope:
        return True
    if form in TREATMENT:
        return "TREATMENT" in scope
    if form in SAMPLES:
        return "SAMPLES" in scope
    # Who comes to no visit may still be asked how they are; only both together end all contact.
    return "VISITS" in scope and (form not in SURVIVAL or "SURVIVAL" in scope)


def entry_blockers(protocol: Any, record: Record, form: str, event: str, occurrence: int) -> tuple[str, ...]:
    """Why a form may not be written now, whatever is typed: ids that the page turns into words."""
    existing = record.at(form, event, occurrence)
    if form == "PRE" and existing is not None and existing.counts:
        return ("own-estimate-locked",)
    if form != "IC" and record.latest("IC") is None:
        return ("consent-first",)
    return ()
