"""An operation, its specimen, its complications and its stoma. Days are offsets from consent."""

from dataclasses import dataclass

from trial.simulate.biology import Biology
from trial.simulate.chance import Dice
from trial.simulate.toxicity import AdverseEvent, after_operation


@dataclass(frozen=True)
class Complication:
    """A complication with its Clavien-Dindo grade."""

    term: str
    day: int
    grade: str


@dataclass(frozen=True)
class Stoma:
    """`closed` None while it is there."""

    day: int
    kind: str
    intended: str
    closed: int | None


@dataclass(frozen=True)
class Specimen:
    """Pathology of the operation; `crm` in mm, None where not asked; `nodes` None after a local excision."""

    day: int
    ypt: str
    ypn: str
    nodes: int | None
    positive: int | None
    trg: str
    crm: float | None
    residual: str
    quality: str
    mesorectum: str
    lvi: str
    pni: str


@dataclass(frozen=True)
class Operation:
    """`blood` in mL; `leak` a code of LEAK; `readmitted` Y or N."""

    number: int
    day: int
    procedure: str
    approach: str
    reason: str
    blood: int
    specimen: Specimen
    leak: str
    readmitted: str
    complications: tuple[Complication, ...]
    stoma: Stoma | None
    adverse_events: tuple[AdverseEvent, ...]
    fatal_day: int | None


def draw_operation(dice: Dice, day: int, reason: str, distance: int, biology: Biology, number: int = 1) -> Operation:
    """A TME for `reason` (code of OPERATION_REASON); `distance` in mm decides what can be kept."""
    procedure = _procedure(dice, distance, salvage=reason == "REGROWTH")
    leak = _leak(dice, procedure)
    return Operation(
        number=number,
        day=day,
        procedure=procedure,
        approach=dice.pick({"LAPAROSCOPIC": 0.6, "ROBOTIC": 0.28, "OPEN": 0.07, "TRANSANAL": 0.05}),
        reason=reason,
        blood=int(dice.lognormal(80, 0.6, 10, 1400)),
        specimen=_specimen(dice, day, biology, regrown=reason == "REGROWTH"),
        leak=leak,
        readmitted="Y" if dice.chance(0.08) else "N",
        complications=_complications(dice, day, leak),
        stoma=_stoma(dice, day, procedure),
        adverse_events=after_operation(dice, day),
        fatal_day=day + dice.whole(4, 80) if dice.chance(0.01) else None,
    )


def _procedure(dice: Dice, distance: int, *, salvage: bool) -> str:
    if distance < 40:
        shares = {"APR": 0.42, "ISR": 0.43, "LAR": 0.15}
    elif distance < 60:
        shares = {"APR": 0.12, "ISR": 0.26, "LAR": 0.6, "HARTMANN": 0.02}
    else:
        shares = {"LAR": 0.94, "HARTMANN": 0.04, "APR": 0.02}
    if salvage:
        shares["APR"] *= 1.8
    return dice.pick(shares)


def _leak(dice: Dice, procedure: str) -> str:
    if procedure in ("APR", "HARTMANN"):
        return "NOANAST"
    return dice.pick({"NONE": 0.91, "A": 0.02, "B": 0.04, "C": 0.03})


def _complications(dice: Dice, day: int, leak: str) -> tuple[Complication, ...]:
    found = []
    if leak in ("A", "B", "C"):
        found.append(
            Complication("anastomotic leak", day + dice.whole(3, 12), {"A": "I", "B": "IIIa", "C": "IIIb"}[leak])
        )
    for term, rate in (
        ("ileus", 0.08),
        ("wound infection", 0.07),
        ("urinary retention", 0.07),
        ("pelvic abscess", 0.03),
    ):
        if dice.chance(rate):
            grade = "IIIa" if term == "pelvic abscess" else dice.pick({"I": 3, "II": 4, "IIIa": 1})
            found.append(Complication(term, day + dice.whole(2, 25), grade))
    return tuple(found)


def _stoma(dice: Dice, day: int, procedure: str) -> Stoma | None:
    if procedure in ("APR", "HARTMANN"):
        return Stoma(day, "COLOSTOMY", "PERMANENT", None)
    if not dice.chance(0.92 if procedure == "ISR" else 0.72):
        return None
    return Stoma(day, "ILEOSTOMY", "TEMPORARY", day + dice.whole(85, 260) if dice.chance(0.87) else None)


def _specimen(dice: Dice, day: int, biology: Biology, *, regrown: bool) -> Specimen:
    ypt, ypn = _stage(dice, biology, regrown=regrown)
    positive = {
        "ypN0": 0,
        "ypN1c": 0,
        "ypN1a": 1,
        "ypN1b": dice.whole(2, 3),
        "ypN2a": dice.whole(4, 6),
        "ypN2b": dice.whole(7, 9),
    }[ypn]
    residual = _residual(dice, ypt, regrown=regrown)
    crm = round(dice.uniform(0.1, 1.0) if residual != "R0" else dice.normal(8, 4, 1.2, 30), 1)
    trg = "0" if ypt == "ypT0" else dice.pick({"1": 3, "2": 5, "3": 2})
    living = ypt != "ypT0"
    return Specimen(
        day + dice.whole(4, 14), ypt, ypn, max(int(dice.normal(15, 4, 6, 45)), positive), positive, trg, crm if living else None,
        residual, "PASS" if dice.chance(0.97) else "FAIL", dice.pick({"COMPLETE": 0.85, "NEARLY": 0.12, "INCOMPLETE": 0.03}),
        dice.pick({"N": 0.8, "Y": 0.18, "NASS": 0.02}) if living else "N",
        dice.pick({"N": 0.82, "Y": 0.16, "NASS": 0.02}) if living else "N",
    )  # fmt: skip


def _stage(dice: Dice, biology: Biology, *, regrown: bool) -> tuple[str, str]:
    """YpT and ypN; a regrowth is there whatever the tumour was at the decision."""
    if biology.sterile and not regrown:
        return "ypT0", "ypN0"
    if not regrown and dice.chance(0.03):
        return "ypT0", "ypN1a"
    large = 2.0 if regrown else biology.burden
    ypt = dice.pick({"ypTis": 0.02, "ypT1": 0.35, "ypT2": 0.6, "ypT3": 0.25 + 0.5 * large, "ypT4": 0.03 + 0.02 * large})
    return ypt, dice.pick({"ypN0": 0.72, "ypN1a": 0.1, "ypN1b": 0.08, "ypN1c": 0.03, "ypN2a": 0.05, "ypN2b": 0.02})


RESIDUAL = {"R0": 0.955, "R1": 0.04, "R2": 0.005}
RESIDUAL_OF_A_REGROWTH = {"R0": 0.915, "R1": 0.07, "R2": 0.015}


def _residual(dice: Dice, ypt: str, *, regrown: bool) -> str:
    if ypt == "ypT0":
        return "R0"
    return dice.pick(RESIDUAL_OF_A_REGROWTH if regrown else RESIDUAL)
