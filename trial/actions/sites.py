"""What a site tells once it is open: the number it answers at any hour, and the consent form versions its committee approved."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from forms.findings import Finding
from forms.reading import Unreadable, read_words
from forms.text import _l
from trial.actions import due
from trial.actions.permission import permit
from trial.errors import Refused
from trial.happenings_participants import ConsentVersionApproved, EmergencyPhoneSet
from trial.store.unit_of_work import UnitOfWork

PHONE = re.compile(r"\+?[0-9][0-9 ()/-]{3,38}[0-9]")


def set_emergency_phone(site: str, phone: str, *, uow: UnitOfWork) -> None:
    """The number that somebody answers day and night; printed on every card. Raises NotFound, NotAllowed, Refused (no number)."""
    with uow:
        permit(uow.actor, "users.manage")
        uow.lock("site", {"code": site})
        if not PHONE.fullmatch(phone.strip()):
            raise Refused(
                (Finding("problem", "site:phone", _l("Give a telephone number: digits, spaces, a leading +.")),)
            )
        uow.update("site", {"code": site}, emergency_phone=phone.strip())
        uow.record(EmergencyPhoneSet(site))
        uow.commit()


def approve_consent_version(
    site: str, version: str, *, uow: UnitOfWork, valid_from: date, mandatory_from: date | None = None
) -> None:
    """A new consent form version is valid from a day on; the one before it was, to the day before.

    `mandatory_from`: the day by which everybody still followed must have signed it; None where it is for new participants only. What is
    due is derived again for the site. Raises NotFound, NotAllowed, Refused (a version there already, a day before the last version's).
    """
    with uow:
        permit(uow.actor, "users.manage")
        row = uow.lock("site", {"code": site})
        versions = [dict(v) for v in row["consent_versions"]]
        if found := _problems(version, versions, valid_from, mandatory_from):
            raise Refused(found)
        for former in versions:
            former["valid_to"] = former.get("valid_to") or date.fromordinal(valid_from.toordinal() - 1).isoformat()
        mandatory = mandatory_from.isoformat() if mandatory_from else None
        new = {
            "version": version.strip(),
            "valid_from": valid_from.isoformat(),
            "valid_to": None,
            "mandatory_from": mandatory,
        }
        uow.update("site", {"code": site}, consent_versions=[*versions, new])
        uow.record(ConsentVersionApproved(site, version.strip(), valid_from.isoformat(), mandatory))
        due.rebuild_within(uow.all("participant", order_by="id", site_code=site), uow)
        uow.commit()


def _problems(
    version: str, versions: list[dict[str, Any]], valid_from: date, mandatory_from: date | None
) -> tuple[Finding, ...]:
    newest = max((v.get("valid_from") or "" for v in versions), default="")
    if not _name(version) or any(v["version"] == version.strip() for v in versions):
        return (Finding("problem", "consent:version", _l("Give the version a name of its own.")),)
    if valid_from.isoformat() <= newest:
        return (Finding("problem", "consent:from", _l("A version is valid from a later day than the one before it.")),)
    if mandatory_from is not None and mandatory_from < valid_from:
        return (Finding("problem", "consent:mandatory", _l("Nobody can have signed it before it was valid.")),)
    return ()


def _name(version: str) -> str:
    try:
        return (read_words(version) or "")[:20]
    except Unreadable:
        return ""
