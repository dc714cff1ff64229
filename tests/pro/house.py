"""Participants by hand: their questionnaires as an extract, without a database."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from forms import catalogue
from forms.answers import Answers, Crf, NotDone
from forms.dates import PartialDate
from trial.store.extract import Extract, Extracted

CUT = date(2029, 6, 30)
DECIDED = date(2027, 1, 11)
MONTHS = {"SCR": -9, "DEC": 0, "FU06": 6, "FU12": 12, "FU24": 24, "FU36": 36}


def visit_day(event: str, shift: int = 0) -> date:
    """The planned day of a visit, near enough; the decision was on 2027-01-11."""
    return DECIDED + timedelta(round(MONTHS[event] * 365.25 / 12) + shift)


def crf(form: str, event: str = "SCR", **items: Any) -> Crf:
    """A form with those answers; None is a blank."""
    return catalogue.crf(form, event, **{k: v for k, v in items.items() if v is not None})


def c30(event: str = "SCR", answer: int = 1, on: date | None = None, **items: Any) -> Crf:
    """A QLQ-C30 with one answer throughout, global health 7 less it doubled; `items` change or blank single ones."""
    plain = {f"Q{n}": answer for n in range(1, 29)} | {"Q29": 8 - answer, "Q30": 8 - answer}
    return crf("QLQ30", event, **_head(event, on) | plain | items)


def cr29(event: str = "SCR", answer: int = 1, stoma: str | None = "N", on: date | None = None, **items: Any) -> Crf:
    """A QLQ-CR29 with one answer throughout."""
    plain = {f"Q{n}": answer for n in (*range(31, 48), *range(49, 60))}
    return crf("QLQ29", event, **_head(event, on) | plain | {"Q48": stoma} | items)


def lars(event: str = "SCR", answers: str = "11311", on: date | None = None, **items: Any) -> Crf:
    """A LARS questionnaire; "11311" gives 0 and "33433" 42."""
    return crf("LARS", event, **_head(event, on) | {f"L{n}": a for n, a in enumerate(answers, 1)} | items)


def wexner(event: str = "SCR", each: int | None = 0, on: date | None = None) -> Crf:
    """A Wexner questionnaire with one answer throughout."""
    return crf("WEX", event, **_head(event, on) | {f"W{n}": each for n in range(1, 6)})


def not_done(form: str, event: str, reason: str = "Refused.") -> Crf:
    """A form set aside as not done, with a reason."""
    made = catalogue.crf(form, event)
    return Crf(made.form, made.version, event, 1, 1, Answers(not_done=NotDone(reason)))


def life(
    *, sex: str = "F", consented: date = date(2026, 4, 1), decided: date | None = DECIDED, arm: str | None = None
) -> tuple[Crf, ...]:
    """Consent, sex, eligibility and decision, so that there is a schedule. `arm`: WW or TME as begun."""
    forms = [
        crf("IC", ICTYPE="INITIAL", ICDAT=consented, ICSIGN="Y", ICVER="1.0"),
        crf("DM", SEX=sex),
        crf("ELIG", ELIGDAT=consented, ELIGCONF="Y"),
    ]
    if decided:
        forms.append(crf("DEC", "DEC", DECDAT=decided, STRATEGY="CAND"))
    if arm:
        forms.append(crf("MGT", "DEC", MGTSTRT=arm, MGTDAT=decided))
    return tuple(forms)


def death(on: str) -> Crf:
    """A death, perhaps of a partly known date."""
    return crf("DTH", "ANY", DTHDAT=PartialDate.parse(on), DTHCAUS="RECTAL")


def person(name: str, *crfs: Crf, arm: str | None = None) -> Extracted:
    """A participant; with an arm, one allocated on the day of the decision."""
    at = datetime(2027, 1, 11, 9, tzinfo=UTC)
    allocation = {"participant": name, "arm": arm, "at": at} if arm else None
    return Extracted(name, name[3:5], datetime(2026, 4, 1, tzinfo=UTC), crfs, allocation)


def extract(*people: Extracted, cut_on: date = CUT) -> Extract:
    """What stood at the cut."""
    return Extract(people, cut_on, datetime(2029, 7, 1, tzinfo=UTC), "0" * 64)


def _head(event: str, on: date | None) -> dict[str, Any]:
    return {"QSDAT": on or visit_day(event), "QSMODE": "PAPER", "QSLANG": "zh"}
