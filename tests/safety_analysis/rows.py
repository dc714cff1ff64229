"""Participants as forms, by hand: what an output of safety is made from, without a database."""

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from forms.answers import Answers, Crf, Row
from forms.dates import PartialDate
from tests.safety_analysis.people import day
from trial.store.extract import Extract, Extracted

MADE = datetime.datetime(2025, 12, 1, tzinfo=datetime.UTC)
CUT = day(1000)


def crf(
    form: str, event: str = "ANY", occurrence: int = 1, groups: dict[str, tuple[Row, ...]] | None = None, **items: Any
) -> Crf:
    return Crf(form, 1, event, occurrence, 1, Answers(items, groups=groups or {}))


def ae(number: int, term: str, onset: Any, grade: int | None = 1, **items: Any) -> Crf:
    """An adverse event; unless given it is over, not serious, and related to nothing."""
    begun = onset if isinstance(onset, PartialDate) else None if onset is None else PartialDate.of(day(onset))
    plain = {
        "AESPID": number, "AETERM": term.lower(), "AECTCAE": term, "AESTDAT": begun, "AETOXGR": grade, "AESER": "N", "AEREL": ("NONE",),
        "AEOUT": "NOTREC", "AEACNRT": "NONE", "AEACNCH": "NONE", "AEACNIO": "NA",
    }  # fmt: skip
    known = {name: value for name, value in (plain | items).items() if value is not None}
    return crf("AE", occurrence=number, **known)


def resolved(n: int) -> dict[str, Any]:
    """The answers of an event that was over on that day."""
    return {"AEOUT": "RECOVERED", "AEENDAT": PartialDate.of(day(n))}


def sae(number: int, ae_number: int, aware: datetime.datetime, **items: Any) -> Crf:
    return crf("SAE", occurrence=number, SAEAENO=f"AE/ANY/{ae_number}", SAEAWARE=aware, **items)


def lb(occurrence: int, n: int, **values: str) -> Crf:
    """A sample of day n: HGB="120" and so on, each in its SI unit; a value may begin with < or >."""
    rows = tuple(_result(place, test, value) for place, (test, value) in enumerate(values.items()))
    return crf("LB", occurrence=occurrence, groups={"R": rows}, LBDAT=day(n))


def _result(place: int, test: str, value: str) -> Row:
    from forms.laboratory import TESTS

    operator = value[0] if value[0] in "<>" else "="
    number = Decimal(value.lstrip("<>"))
    return Row(f"r{place}", {"LBTEST": test, "LBOPER": operator, "LBORRES": number, "LBORRESU": TESTS[test].si})


def dose(cycle: int, n: int, drug: str = "CAPECITABINE", amount: int = 100, **items: Any) -> Crf:
    return crf(
        "EX",
        "NAT",
        cycle + 20 * (drug != "CAPECITABINE"),
        EXTRT=drug,
        EXCYC=cycle,
        EXSTDT=day(n),
        EXENDT=day(n),
        EXDOSE=Decimal(amount),
        **items,
    )


def treated(*, last: int = 100, decided: int | None = 170, sex: str = "M") -> tuple[Crf, ...]:
    """Consent, therapy from day 0 to `last`, and a decision."""
    forms = [
        crf("IC", "SCR", ICTYPE="INITIAL", ICDAT=day(-20)),
        crf("DM", "SCR", SEX=sex),
        crf("ELIG", "SCR", ELIGCONF="Y", ELIGDAT=day(-10)),
        dose(1, 0),
        dose(2, last),
    ]
    if decided is not None:
        forms.append(crf("DEC", "DEC", DECDAT=day(decided), STRATEGY="CAND", RANDCONS="Y"))
    return tuple(forms)


def operated(n: int, *, number: int = 1) -> tuple[Crf, ...]:
    return (
        crf(
            "SUR",
            "SUR" if number == 1 else f"SUR-{number}",
            SUROPNO=number,
            SURDAT=day(n),
            SURPROC="LAR",
            SURREAS="ALLOCATED",
        ),
    )


def poc(
    event: str,
    *,
    any: str | None = "Y",
    leak: str | None = None,
    readmitted: str | None = None,
    found: Iterable[tuple[int | None, str | None]] = (),
) -> Crf:
    """A report of complications: (day, grade) each."""
    rows = tuple(
        Row(f"c{i}", {k: v for k, v in (("POCTERM", "x"), ("POCDAT", None if n is None else day(n)), ("CLAVIEN", grade)) if v is not None})
        for i, (n, grade) in enumerate(found)
    )  # fmt: skip
    items = {"POCANY": any, "LEAK": leak, "READM": readmitted}
    return crf("POC", event, groups={"R": rows} if rows else {}, **{k: v for k, v in items.items() if v is not None})


def drawn(arm: str, n: int = 177) -> dict[str, Any]:
    """An allocation."""
    return {"arm": arm, "at": datetime.datetime.combine(day(n), datetime.time(10), datetime.UTC)}


def row(name: str, *crfs: Crf, arm: str | None = None, site: str = "01") -> Extracted:
    return Extracted(name, site, MADE, crfs, drawn(arm) if arm else None)


def extract(*rows: Extracted, ranges: tuple[dict[str, Any], ...] = ()) -> Extract:
    return Extract(rows, CUT, MADE, "0" * 64, ranges=ranges)
