"""Eight participants with something of everything: therapies, events with partial dates, operations, deaths, laboratory."""

import datetime

from forms.dates import PartialDate
from tests.safety_analysis.people import day
from tests.safety_analysis.rows import ae, crf, dose, extract, lb, operated, poc, resolved, row, sae, treated
from trial.store.extract import Extract, Extracted


def at(n: int, hour: int = 9) -> datetime.datetime:
    return datetime.datetime.combine(day(n), datetime.time(hour), datetime.UTC)


CALM = {"HGB": "140", "ALT": "20", "AST": "20", "BILI": "10", "ALP": "80"}


def people() -> tuple[Extracted, ...]:
    immunotherapy = (dose(1, 14, "PD1", EXADJ=("NONE",)), dose(2, 60, "PD1", EXADJ=("NONE",)))
    return (
        row(
            "VG-01-0001", *treated(), *immunotherapy,
            ae(1, "Colitis", 40, 3, AESER="Y", AESCRIT=("HOSPITAL",), AEREL=("IO", "CHEMO"), AEIR="Y", AEACNIO="DELAYED", **resolved(55)),
            ae(2, "Nausea", 5, 1, AEREL=("CHEMO",), AEIR="N"),
            sae(1, 1, at(41), SAESPON=at(41, 20), SAEEXP="UNEXPECTED", SAECAUSI="RELATED", SAERPTA=at(50)),
            crf("CM", CMTRT="prednisolone", CMCLAS="STEROID", CMSTDAT=PartialDate.of(day(42))),
            lb(1, -3, **CALM), lb(2, 30, **(CALM | {"HGB": "95", "ALT": "200", "BILI": "60"})), lb(3, 70, **CALM),
            arm="WW",
        ),
        row(
            "VG-01-0002", *treated(), *operated(200),
            ae(1, "Nausea", 10, 2, AEREL=("CHEMO", "RT"), AEACNCH="REDUCED"),
            ae(2, "Wound dehiscence", 210, 3, AESER="Y", AESCRIT=("HOSPITAL",), AEREL=("OPERATION",)),
            poc("PO30", found=[(210, "IIIb")], leak="NONE", readmitted="Y"), poc("PO90", any="N", leak="NONE", readmitted="N"),
            lb(1, 0, **CALM), lb(2, 20, **(CALM | {"HGB": "180"})),
            arm="TME",
        ),
        row(
            "VG-01-0003", *treated(), ae(1, "Diarrhea", PartialDate(2026, 5), 2, AEREL=("RT",)),  # days 120 to 150: which period is open
            ae(2, "Fatigue", 300, 1), lb(1, -1, ALT="120"), lb(2, 50, ALT="300", BILI="10"), arm="WW",
        ),
        row(
            "VG-02-0001", *treated(), *operated(195), ae(1, "Nausea", 175, 4, AEACNCH="STOPPED", AEREL=None),
            poc("PO30", any="Y", found=[(201, "II")], leak="A", readmitted="N"),
            crf("DTH", DTHDAT=PartialDate(2026, 8), DTHCAUS="TREATMENT"), arm="TME", site="02",
        ),
        row("VG-02-0002", *treated(decided=None), crf("DTH", DTHDAT=PartialDate.of(day(120)), DTHCAUS="OTHER"), site="02"),
        row("VG-02-0003", *treated(), crf("EOS", EOSDAT=day(400), EOSREAS="WITHDRAWN"), ae(1, "Fatigue", 20, None, AESER=None),
            arm="WW", site="02"),
        row("VG-02-0004", *treated(), *operated(198), arm="TME", site="02"),
        row("VG-02-0005", crf("IC", "SCR", ICTYPE="INITIAL", ICDAT=day(-5)), ae(1, "Nausea", -3, 1), site="02"),
    )  # fmt: skip


def made() -> Extract:
    return extract(*people())
