"""What a visit finds: examinations, blood, questionnaires and medication, read off a life and one of its courses.

Pure functions of the truth and a day: asked twice they answer the same, in any order.
"""

from dataclasses import dataclass

from forms.derivations.quality_of_life import CR29_ITEMS
from trial.simulate.bloods import LabResult, cea_after, cea_result
from trial.simulate.chance import Dice
from trial.simulate.course import Course
from trial.simulate.truth import AFTERCARE, QUESTIONNAIRES, Truth
from trial.simulate.visits import Visit


@dataclass(frozen=True)
class Examination:
    """Findings of a visit in person, every examination as if it were due; `suspect` are codes of SUSPICION."""

    dre: str
    endoscopy: str
    mri: str
    ct: str
    colonoscopy: str
    suspect: tuple[str, ...]


@dataclass(frozen=True)
class Questionnaire:
    """Answers by item number; None: left blank. `lars` and `wexner` None with a stoma."""

    mode: str
    stoma: str
    qlq30: dict[int, int | None]
    qlq29: dict[int, int | None]
    lars: tuple[str, ...] | None
    wexner: tuple[int, ...] | None


@dataclass(frozen=True)
class Medication:
    """One concomitant medication."""

    name: str
    kind: str
    indication: str
    start: int
    end: int


def examination(truth: Truth, course: Course, visit: Visit) -> Examination:
    """What is found at this visit; in a rectum that was removed there is nothing to find."""
    dice = Dice(truth.seed, truth.index, AFTERCARE, visit.day)
    rectum = course.rectum_removed is None or course.rectum_removed > visit.day
    found = _suspicious(course, visit) if rectum else ()
    spread = course.metastasis is not None and course.metastasis.day <= visit.day
    second = course.second is not None and course.second.kind == "CRC" and course.second.day <= visit.day
    return Examination(
        dre=_seen(dice, "DRE" in found, {"NORMAL": 0.8, "SMOOTH": 0.19, "ND": 0.01}),
        endoscopy=_seen(dice, "ENDO" in found, {"NOTUM": 0.96, "EQUIV": 0.03, "ND": 0.01}),
        mri=_seen(dice, "MRI" in found, {"NOTUM": 0.95, "EQUIV": 0.03, "ND": 0.02}),
        ct="MET" if spread else dice.pick({"NOMET": 0.965, "EQUIV": 0.02, "ND": 0.015}),
        colonoscopy="SPC" if second else dice.pick({"NOTUM": 0.87, "ADENOMA": 0.11, "ND": 0.02}),
        suspect=_suspect(course, visit, regrowth=bool(found)),
    )


def _suspicious(course: Course, visit: Visit) -> tuple[str, ...]:
    """By what a regrowth, or a false alarm, is suspected at this visit."""
    if course.regrowth is not None and course.regrowth.suspected <= visit.day:
        return course.regrowth.found_by
    return ("ENDO",) if any(alarm.suspected == visit.day for alarm in course.alarms) else ()


def _seen(dice: Dice, suspicious: bool, otherwise: dict[str, float]) -> str:
    clear = dice.pick(otherwise)
    return "SUSP" if suspicious else clear


def _suspect(course: Course, visit: Visit, *, regrowth: bool) -> tuple[str, ...]:
    events = {
        "LR": course.recurrence.day if course.recurrence else None,
        "MET": course.metastasis.day if course.metastasis else None,
        "SPC": course.second.day if course.second and course.second.kind == "CRC" else None,
    }
    named = [code for code, day in events.items() if day is not None and day <= visit.day]
    return tuple(["RGW"] * regrowth + named) or ("NONE",)


def follow_up_cea(truth: Truth, course: Course, day: int) -> LabResult:
    """CEA on a day after the decision: as after therapy, rising half a year before a metastasis and a little with a regrowth."""
    dice = Dice(truth.seed, truth.index, AFTERCARE, day, 1)
    level = min(cea_after(truth.biology), 3.5)
    if course.metastasis is not None and day > course.metastasis.day - 180:
        level *= 1.6 + (day - course.metastasis.day + 180) / 120
    if course.regrowth is not None and course.regrowth.visible <= day < course.regrowth.confirmed + 90:
        level *= 1.3
    return cea_result(dice, min(level, 400))


def questionnaire(truth: Truth, course: Course | None, day: int) -> Questionnaire:
    """Quality of life and bowel function: `course` None before the decision. Worst in the year after an operation.

    Shares of major LARS follow the literature: a half after TME, a fifth to a quarter under watch and wait.
    """
    dice = Dice(truth.seed, truth.index, QUESTIONNAIRES, day)
    operated = course is not None and course.rectum_removed is not None and course.rectum_removed <= day
    stoma = "Y" if course is not None and has_stoma(course, day) else "N"
    burden = dice.normal(0.5 if operated else 0.26, 0.16, 0.02, 0.95)
    quality = {n: _scale(dice, 0.55 * burden, 4) for n in range(1, 29)} | {
        n: 8 - _scale(dice, 0.7 * burden, 7) for n in (29, 30)
    }
    return Questionnaire(
        mode=dice.pick({"PAPER": 0.55, "SCREEN": 0.35, "INTERVIEW": 0.06, "ND": 0.04}),
        stoma=stoma,
        qlq30=_blanks(dice, quality),
        qlq29=_blanks(
            dice, {n: _scale(dice, 0.6 * burden, 4) for n in CR29_ITEMS if _asked(n, truth.person.sex, stoma)}
        ),
        lars=None if stoma == "Y" else _lars(dice, burden),
        wexner=None if stoma == "Y" else tuple(_scale(dice, 0.7 * burden, 5) - 1 for _ in range(5)),
    )


def has_stoma(course: Course, day: int) -> bool:
    """Whether a stoma is there on that day."""
    stomas = [o.stoma for o in course.operations if o.stoma is not None]
    return any(s.day <= day and (s.closed is None or s.closed > day) for s in stomas)


def _scale(dice: Dice, burden: float, levels: int) -> int:
    """An answer from 1 to `levels`, its mean rising with `burden`."""
    return 1 + sum(dice.chance(burden) for _ in range(levels - 1))


def _blanks(dice: Dice, answers: dict[int, int]) -> dict[int, int | None]:
    return {n: None if dice.chance(0.012) else answer for n, answer in answers.items()}


def _asked(item: int, sex: str, stoma: str) -> bool:
    own = {56: "M", 57: "M", 58: "F", 59: "F"}.get(item, sex)
    return own == sex and (item != 55 or stoma == "Y")


def _lars(dice: Dice, burden: float) -> tuple[str, ...]:
    """Five answers; the worst of items 2, 4 and 5 is the third, of item 3 the fourth."""
    often = dice.pick({"1": 2.2 * burden**1.5, "2": 0.3, "3": 0.65 - 0.4 * burden, "4": 0.06 + 0.1 * burden})
    return tuple(
        [*(str(_scale(dice, burden, 3)) for _ in range(2)), often, *(str(_scale(dice, burden, 3)) for _ in range(2))]
    )


def medications(truth: Truth) -> tuple[Medication, ...]:
    """Antiemetics with oxaliplatin, steroids for immune-related events, antibiotics before a stool sample."""
    if truth.therapy is None:
        return ()
    cycles = [c for c in truth.therapy.cycles if c.drug == "OXALIPLATIN" and c.dose > 0]
    found = (
        [Medication("ondansetron", "ANTIEMETIC", "prevention of vomiting", cycles[0].start, cycles[-1].start + 2)]
        if cycles
        else []
    )
    for event in truth.adverse_events("WW"):
        if event.immune == "Y" and event.grade >= 2 and event.term != "Hypothyroidism":
            end = event.end if event.end is not None else event.start + 30
            found.append(
                Medication("prednisone", "STEROID", event.verbatim, event.start + 1, max(end, event.start + 1))
            )
    if truth.history.antibiotics == "Y":
        found.append(Medication("levofloxacin", "ANTIBIOTIC", "infection before screening", -20, -12))
    return tuple(found)
