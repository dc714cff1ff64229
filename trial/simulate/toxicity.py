"""Adverse events as they happen: CTCAE 5.0 term, grade, days, relation, seriousness and outcome.

Rates are of the order of UNION and TORCH (grade 3 or more about 30 %); a grade is drawn only where the term defines it.
"""

from dataclasses import dataclass, replace

from forms.ctcae import terms
from trial.simulate.chance import Dice


@dataclass(frozen=True)
class AdverseEvent:
    """One event; `end` None while it lasts. `aware` is the day a serious one became known at the site, None otherwise."""

    verbatim: str
    term: str
    start: int
    end: int | None
    grade: int
    related: tuple[str, ...]
    immune: str | None
    outcome: str
    action_radiotherapy: str
    action_chemotherapy: str
    action_immunotherapy: str
    seriousness: "Seriousness | None" = None

    @property
    def serious(self) -> str:
        """Y or N."""
        return "N" if self.seriousness is None else "Y"


@dataclass(frozen=True)
class Seriousness:
    """What makes an event serious; `aware` is the day the site knew, `expected` a code of EXPECTEDNESS."""

    criteria: tuple[str, ...]
    aware: int
    narrative: str
    expected: str


CRT = {
    "White blood cell decreased": 0.30, "Neutrophil count decreased": 0.25, "Anemia": 0.22, "Diarrhea": 0.30, "Nausea": 0.25,
    "Fatigue": 0.30, "Proctitis": 0.35, "Dermatitis radiation": 0.20, "Urinary frequency": 0.15, "Anorexia": 0.15,
}  # fmt: skip
CAPOX = {"Platelet count decreased": 0.45, "Peripheral sensory neuropathy": 0.35, "Vomiting": 0.2,
         "Palmar-plantar erythrodysesthesia syndrome": 0.15, "Alanine aminotransferase increased": 0.15}  # fmt: skip
IMMUNE = {"Hypothyroidism": 0.12, "Hyperthyroidism": 0.05, "Rash maculo-papular": 0.12, "Pruritus": 0.1, "Colitis": 0.015,
          "Pneumonitis": 0.02, "Myocarditis": 0.006, "Adrenal insufficiency": 0.015}  # fmt: skip
RT_TERMS = ("Proctitis", "Dermatitis radiation", "Urinary frequency")
HAEMATOLOGICAL = ("White blood cell decreased", "Neutrophil count decreased", "Anemia", "Platelet count decreased")
POSTOPERATIVE = {
    "Wound infection": 0.05,
    "Ileus": 0.06,
    "Urinary retention": 0.06,
    "Urinary tract infection": 0.04,
    "Anemia": 0.05,
}
NOT_APPLICABLE = "NA"


def during_therapy(dice: Dice, start: int, end: int, regimen: str) -> tuple[AdverseEvent, ...]:
    """The events of chemoradiotherapy, chemotherapy and immunotherapy of this regimen, in order of onset."""
    rates = dict(CRT)
    if "TNT" in regimen:
        rates |= CAPOX
    if regimen.endswith("IO"):
        rates |= IMMUNE
    found = [_event(dice, term, start, end, regimen) for term, rate in rates.items() if dice.chance(rate)]
    return tuple(sorted(found, key=lambda event: (event.start, event.term)))


def _event(dice: Dice, term: str, start: int, end: int, regimen: str) -> AdverseEvent:
    immune = term in IMMUNE
    onset = dice.whole(start + (20 if immune else 3), end + (40 if immune else 5))
    grade = _grade(dice, term, 0.13 if term in HAEMATOLOGICAL else 0.06)
    lasting = immune and term in ("Hypothyroidism", "Adrenal insufficiency")
    return AdverseEvent(
        verbatim=term.lower(),
        term=term,
        start=onset,
        end=None if lasting else onset + dice.whole(4, 45),
        grade=grade,
        related=_related(term, regimen),
        immune=("Y" if immune else "N") if regimen.endswith("IO") else None,
        outcome="NOTREC" if lasting else "RECOVERED",
        action_radiotherapy="NONE" if grade < 3 else dice.pick({"NONE": 3, "DELAYED": 1}),
        action_chemotherapy="NONE" if grade < 3 else dice.pick({"NONE": 1, "REDUCED": 2, "DELAYED": 2}),
        action_immunotherapy=("DELAYED" if immune and grade >= 3 else "NONE")
        if regimen.endswith("IO")
        else NOT_APPLICABLE,
        seriousness=_seriousness(dice, term, grade, onset),
    )


def _grade(dice: Dice, term: str, severe: float) -> int:
    """Grade 1 to 4 among those the term defines; `severe` is the chance of grade 3 or 4."""
    wanted = (3 if dice.chance(0.88) else 4) if dice.chance(severe) else dice.pick({1: 2, 2: 1})
    defined = [grade for grade in terms()[term].grades if grade < 5]
    return min(defined, key=lambda grade: (abs(grade - wanted), grade))


def _related(term: str, regimen: str) -> tuple[str, ...]:
    if term in IMMUNE:
        return ("IO",)
    if term in RT_TERMS:
        return ("RT",)
    return ("CHEMO",) if term in CAPOX else ("RT", "CHEMO")


def _seriousness(dice: Dice, term: str, grade: int, onset: int) -> Seriousness | None:
    """Grade 4 is life-threatening unless it is a count; one in five of grade 3 leads to hospital."""
    if grade < 3 or not dice.chance(0.9 if grade == 4 else 0.2):
        return None
    criteria = ("LIFETHREAT",) if grade == 4 and term not in HAEMATOLOGICAL else ("HOSPITAL",)
    expected = "UNEXPECTED" if term in ("Myocarditis", "Adrenal insufficiency") else "EXPECTED"
    narrative = f"{term}, grade {grade}, treated in hospital; recovering under supportive care."
    return Seriousness(criteria, onset + dice.whole(0, 1), narrative, expected)


def after_operation(dice: Dice, day: int) -> tuple[AdverseEvent, ...]:
    """Events of an operation within its first month."""
    return tuple(_operative(dice, term, day) for term, rate in POSTOPERATIVE.items() if dice.chance(rate))


def _operative(dice: Dice, term: str, day: int) -> AdverseEvent:
    onset, grade = day + dice.whole(1, 20), _grade(dice, term, 0.15)
    return AdverseEvent(
        term.lower(), term, onset, onset + dice.whole(3, 20), grade, ("OPERATION",), None, "RECOVERED",
        NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE, seriousness=_seriousness(dice, term, grade, onset),
    )  # fmt: skip


def known_by(events: tuple[AdverseEvent, ...], last: int) -> tuple[AdverseEvent, ...]:
    """The events as known by day `last`: later ones are not, and one that still lasts then has no end."""
    begun = [event for event in events if event.start <= last]
    return tuple(replace(e, end=None, outcome="NOTREC") if e.end is not None and e.end > last else e for e in begun)
