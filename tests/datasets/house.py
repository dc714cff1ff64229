"""A small trial by hand: answers on forms as an extract, and what of them a blinded role gets."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from analysis.adam.made import Made, datasets
from forms import catalogue
from forms.answers import Crf
from forms.dates import PartialDate
from trial import roles
from trial.store.extract import Extract, Extracted

CUT = date(2029, 6, 30)
CONSENT = date(2026, 4, 1)
DECIDED = date(2027, 1, 11)
RANDOMISED = datetime(2027, 1, 15, 9, tzinfo=UTC)
STUDY = "VIGIL-1"


def day(n: int) -> date:
    """Day n after the decision."""
    return DECIDED + timedelta(n)


def crf(form: str, event: str = "SCR", occurrence: int = 1, **items: Any) -> Crf:
    """A form with those answers; None is a blank."""
    made = catalogue.crf(form, event, **{k: v for k, v in items.items() if v is not None})
    return replace(made, occurrence=occurrence)


def life(**given: Any) -> tuple[Crf, ...]:
    """Consent to decision of one participant; `given` changes or blanks single answers, as RESP="NCR"."""
    plain = {
        "BRTHDAT": PartialDate.parse("1960-05-20"),
        "SEX": "F",
        "ECOG": "0",
        "CTCAT": "cT3b",
        "CNCAT": "cN1",
        "MMR": "PMMR",
        "RESP": "CCR",
    }
    told = plain | given
    return (
        crf("IC", ICTYPE="INITIAL", ICDAT=CONSENT, ICSIGN="Y", ICVER="1.0"),
        crf("DM", BRTHDAT=told["BRTHDAT"], SEX=told["SEX"], ECOG=told["ECOG"]),
        crf("MRI0", CTCAT=told["CTCAT"], CNCAT=told["CNCAT"]),
        crf("MOL", MMR=told["MMR"]),
        crf("ELIG", ELIGDAT=CONSENT + timedelta(10), ELIGCONF="Y"),
        crf("RT", "NAT", RTSTDT=date(2026, 5, 4), RTENDT=date(2026, 6, 8)),
        crf("RST", "RST", RSTDAT=date(2026, 12, 20), RESP=told["RESP"], MRTRG="2", MRIRESP="COMPLETE"),
        crf("DEC", "DEC", DECDAT=DECIDED, STRATEGY="CAND", RANDCONS="Y"),
    )  # fmt: skip


def visit(n: int, event: str = "FU06", **items: Any) -> Crf:
    """A follow-up visit, alive, with nothing found."""
    plain = {
        "FUDAT": day(n),
        "FUMODE": "VISIT",
        "ALIVE": "Y",
        "ENDO": "NOTUM",
        "MRI": "NOTUM",
        "ENDODAT": day(n),
        "MRIDAT": day(n),
    }
    return crf("FU", event, **plain | items)


def operated(
    n: int, occurrence: int = 1, procedure: str = "LAR", reason: str = "ALLOCATED", **report: Any
) -> tuple[Crf, Crf]:
    """An operation with its specimen."""
    event = f"SUR-{occurrence:02d}"
    surgery = crf("SUR", event, occurrence, SUROPNO=occurrence, SURDAT=day(n), SURPROC=procedure, SURREAS=reason)
    plain = {"YPSUR": surgery.address, "YPDAT": day(n + 7), "YPT": "ypT2", "YPN": "ypN0", "TRG": "1", "RSTAT": "R0"}
    return surgery, crf("YP", event, occurrence, **plain | report)


def regrown(n: int, event: str = "RGW-01") -> Crf:
    """A regrowth suspected on day n and confirmed two weeks later."""
    return crf(
        "RGW", event, RGWDAT=day(n), RGWCONF="CONFIRMED", RGWCDAT=day(n + 14), SALV="PLANNED", SALVDAT=day(n + 20)
    )


def event(onset: str | None, number: int = 1, **items: Any) -> Crf:
    """An adverse event."""
    plain = {
        "AESPID": number,
        "AETERM": "loose stools",
        "AECTCAE": "Diarrhea",
        "AETOXGR": 2,
        "AESER": "N",
        "AEREL": ("RT",),
        "AEOUT": "RECOVERED",
    }
    return crf("AE", "ANY", number, **plain | {"AESTDAT": PartialDate.parse(onset) if onset else None} | items)


def death(on: str) -> Crf:
    """A death, perhaps of a partly known date."""
    return crf("DTH", "ANY", DTHDAT=PartialDate.parse(on), DTHCAUS="RECTAL")


def person(name: str, *crfs: Crf, arm: str | None = None, response: str = "CCR", regimen: str = "NO-IO") -> Extracted:
    """A participant; with an arm, one allocated four days after the decision."""
    factors = {"site": name[3:5], "response": response, "ct": "T1-3", "regimen": regimen}
    allocation = {"participant": name, "arm": arm, "at": RANDOMISED, "factors": factors} if arm else None
    return Extracted(name, name[3:5], datetime(2026, 4, 1, tzinfo=UTC), crfs, allocation)


def extract(*people: Extracted, cut_on: date = CUT) -> Extract:
    """What stood at the cut."""
    return Extract(people, cut_on, datetime(2029, 7, 1, tzinfo=UTC), "0123456789abcdef" * 4)


def visible(whole: Extract, role: str = "statistician") -> Extract:
    """What a role is given of it, by the table of roles; `trial.store.extract.listing` does the same from a database."""

    def seen(each: Crf) -> Crf:
        kept = {
            n: v
            for n, v in each.answers.items.items()
            if not roles.hides(role, each.form, n, event=each.event, aggregate=True)
        }
        return replace(each, answers=replace(each.answers, items=kept))

    def row(of: Extracted) -> Extracted:
        crfs = tuple(seen(c) for c in of.crfs if not roles.hides(role, c.form, event=c.event, aggregate=True))
        return replace(of, crfs=crfs, allocation=None)

    return replace(whole, rows=tuple(map(row, whole.rows)))


def unblinded(*people: Extracted, study_days: bool = False) -> Made:
    """The datasets of who knows the arms."""
    return datasets(STUDY, extract(*people), None, study_days=study_days)


def blinded(*people: Extracted, study_days: bool = False) -> Made:
    """The datasets of a blinded role."""
    whole = extract(*people)
    return datasets(STUDY, visible(whole), whole, study_days=study_days)


def rows(made: Made, name: str) -> list[dict[str, Any]]:
    """The rows of a dataset by the names of their variables."""
    filled = made.named(name)
    names = [v.name for v in filled.dataset.variables]
    return [dict(zip(names, row, strict=True)) for row in filled.rows]


def trial() -> tuple[Extracted, ...]:
    """Six people: two watched, one of them regrown and salvaged; two operated; one by preference; one who died on an unknown day."""
    watched = person(
        "VG-01-0001", *life(), visit(180), visit(360, "FU12"), visit(720, "FU24"), event("2026-05-20"), arm="WW"
    )
    grown = person(
        "VG-01-0002",
        *life(RESP="NCR"),
        visit(180),
        regrown(300),
        *operated(340, reason="REGROWTH"),
        event("2026-06", number=1),
        event("2028-01-02", number=2, AETERM='=1+1 "quoted", 腹泻', AETOXGR=3),
        arm="WW",
        response="NCR",
        regimen="IO",
    )
    resected = person("VG-02-0001", *life(), *operated(20, YPT="ypT0", TRG="0"), visit(400, "FU12"), arm="TME")
    spread = person(
        "VG-02-0002",
        *life(RESP="NCR"),
        *operated(25, RSTAT="R1", TRG=None),
        crf("MET", "ANY", METDAT=day(500)),
        visit(420, "FU12"),
        arm="TME",
        response="NCR",
        regimen="IO",
    )
    chosen = person(
        "VG-02-0003",
        *life()[:-1],
        crf("DEC", "DEC", DECDAT=DECIDED, STRATEGY="CAND", RANDCONS="N", PREFARM="WW"),
        visit(200),
    )
    gone = person(
        "VG-02-0004", *life(BRTHDAT=PartialDate.parse("1955"), SEX="M"), visit(150), death("2028-03"), arm="WW"
    )
    return watched, grown, resected, spread, chosen, gone
