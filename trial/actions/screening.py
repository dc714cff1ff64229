"""Writing the pre-consent log: a line a person, and a line in place of one that was wrong. Nothing is changed or deleted."""

from __future__ import annotations

from forms.findings import Finding
from forms.text import _l
from trial.actions.once import earlier_answer, remember
from trial.actions.permission import permit
from trial.errors import NotFound, Refused
from trial.happenings_participants import LoggedBeforeConsent
from trial.screening_log import Line, problems
from trial.store.reading import Row
from trial.store.unit_of_work import UnitOfWork


def log_before_consent(
    site: str, line: Line, *, uow: UnitOfWork, replaces: int | None = None, key: str | None = None
) -> int:
    """Count somebody who was not approached, or declined; or put right the line `replaces`. Returns the line's number.

    Raises NotFound (site, line), NotAllowed, Refused (an unknown code, a month ahead, a line that was put right before).
    """
    with uow:
        permit(uow.actor, "participant.log", site)
        uow.lock("site", {"code": site})
        if (earlier := earlier_answer(uow, key, "log_before_consent")) is not None:
            return int(earlier)
        if found := tuple(problems(line, uow.clock.today())):
            raise Refused(found)
        _standing(site, replaces, uow)
        number = _write(site, line, uow, replaces=replaces, void=False)
        remember(uow, key, "log_before_consent", number)
        uow.commit()
    return number


def take_back(number: int, *, uow: UnitOfWork) -> int:
    """Take a line out of the log: a person counted twice, or consented after all. The line stays readable in the audit trail."""
    with uow:
        row = uow.the("screening_log", id=number)
        if not uow.actor.reaches(row["site"]):
            raise NotFound("screening_log", {"id": number})
        permit(uow.actor, "participant.log", row["site"])
        uow.lock("site", {"code": row["site"]})
        _standing(row["site"], number, uow)
        line = Line(row["month"], row["age_band"], row["sex"], row["reason"])
        made = _write(row["site"], line, uow, replaces=number, void=True)
        uow.commit()
    return made


def _standing(site: str, replaces: int | None, uow: UnitOfWork) -> Row | None:
    """The line that is put right: of this site, and not put right before."""
    if replaces is None:
        return None
    row = uow.one("screening_log", id=replaces, site=site)
    if row is None:
        raise NotFound("screening_log", {"id": replaces})
    if row["void"] or uow.one("screening_log", replaces=replaces) is not None:
        raise Refused((Finding("problem", "log:replaced", _l("Somebody corrected this line before you.")),))
    return row


def _write(site: str, line: Line, uow: UnitOfWork, *, replaces: int | None, void: bool) -> int:
    values = {"month": line.month, "age_band": line.age_band, "sex": line.sex, "reason": line.reason}
    by = {"by": uow.actor.person_id, "at": uow.clock.now()}
    row = uow.insert("screening_log", site=site, **values, replaces=replaces, void=void, **by)
    uow.record(LoggedBeforeConsent(row["id"], site, replaces, void))
    return int(row["id"])
