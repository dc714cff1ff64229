"""The years after the decision under one management: keep the rectum and watch (WW), or operate (TME).

A participant has both courses, drawn from the same fate; the trial gets to see one. Nothing in a course lies after the
end of the participant's study: what happens to the lost is not known to anyone. Days are offsets from consent.
"""

from dataclasses import dataclass, replace

from trial.simulate.biology import Biology
from trial.simulate.chance import Dice
from trial.simulate.disease import MONTH, YEAR, Fate, metastasis_day, recurrence_day
from trial.simulate.operation import Operation, draw_operation
from trial.simulate.toxicity import known_by
from trial.simulate.visits import Visit, draw_visits, seen_at

SALVAGE = {"DONE": 0.885, "REFUSED": 0.045, "NOTRES": 0.04, "UNFIT": 0.03}
"""What becomes of a regrowth."""
SYMPTOMS, FELT_AFTER = 0.11, (3, 40)
"""Symptoms bring one in nine before the next visit, so many days after it could be seen."""
CONFIRMED_AFTER, SALVAGE_DECIDED_AFTER, SALVAGED_AFTER = (5, 24), (2, 14), (10, 42)
"""Days: suspicion to confirmation, to the decision on salvage, to the operation."""


@dataclass(frozen=True)
class Regrowth:
    """`visible` to an examiner from that day, `suspected` at the first visit after it; salvage is a code of SALVAGE."""

    visible: int
    suspected: int
    confirmed: int
    site: str
    found_by: tuple[str, ...]
    histology: str
    salvage: str
    salvage_day: int


@dataclass(frozen=True)
class Alarm:
    """A suspicion of regrowth that the work-up did not confirm; `confirmed` is the day it was laid to rest."""

    suspected: int
    closed: int


@dataclass(frozen=True)
class Metastasis:
    """Distant metastasis."""

    day: int
    sites: tuple[str, ...]
    treatment: str
    confirmed_by: tuple[str, ...]


@dataclass(frozen=True)
class Recurrence:
    """Pelvic recurrence after a resection."""

    day: int
    site: str
    confirmed_by: tuple[str, ...]


@dataclass(frozen=True)
class SecondCancer:
    """A second primary cancer: CRC or OTHER."""

    day: int
    kind: str
    site: str


@dataclass(frozen=True)
class Death:
    """Cause is a code of CAUSE_OF_DEATH."""

    day: int
    cause: str


@dataclass(frozen=True)
class End:
    """Why the study ends for this participant (code of END_OF_STUDY), and the last day known alive."""

    day: int
    reason: str
    last_alive: int
    withdrawn_from: tuple[str, ...] = ()


@dataclass(frozen=True)
class Course:
    """One course: `begun` is a code of STRATEGY_BEGUN, on `begun_day`."""

    management: str
    begun: str
    begun_day: int
    visits: tuple[Visit, ...]
    regrowth: Regrowth | None
    alarms: tuple[Alarm, ...]
    operations: tuple[Operation, ...]
    metastasis: Metastasis | None
    recurrence: Recurrence | None
    second: SecondCancer | None
    death: Death | None
    end: End

    @property
    def last_known(self) -> int:
        """The last day anything is known of the participant."""
        return self.end.day if self.end.reason == "DEATH" else self.end.last_alive

    @property
    def rectum_removed(self) -> int | None:
        """The day of the first operation."""
        return self.operations[0].day if self.operations else None


@dataclass(frozen=True)
class Setting:
    """What a course starts from: decision day, response there, distance of the tumour in mm; `spread_day` of a metastasis
    that restaging found, None without one.
    """

    day: int
    response: str
    distance: int
    biology: Biology
    fate: Fate
    spread_day: int | None = None


def watched(dice: Dice, at: Setting) -> Course:
    """Watch and wait: a regrowth is looked for at every visit and operated on when it can be."""
    visits = draw_visits(dice, at.day, near=at.response == "NCR")
    regrowth, salvage = _regrowth(dice, at, visits)
    operations = (salvage,) if salvage else _changed_mind(dice, at, regrowth)
    if operations and not salvage:
        regrowth = None
    return _bounded(dice, at, "WW", visits, regrowth, _alarms(dice, visits, regrowth, operations), operations)


def operated(dice: Dice, at: Setting, reason: str) -> Course:
    """Operation within eight weeks of the decision; who has metastases by then is operated on in two cases of five."""
    visits = draw_visits(dice, at.day, near=False)
    day = at.day + dice.whole(5, 50)
    surgery = draw_operation(dice, day, reason, at.distance, at.biology)
    operations = () if at.spread_day is not None and not dice.chance(0.4) else (surgery,)
    return _bounded(dice, at, "TME", visits, None, (), operations)


def _regrowth(dice: Dice, at: Setting, visits: tuple[Visit, ...]) -> tuple[Regrowth | None, Operation | None]:
    if at.fate.regrows is None:
        return None, None
    visible = at.day + round(at.fate.regrows)
    between = visible + dice.whole(*FELT_AFTER)
    visit = seen_at(visits, visible)
    suspected = between if visit is None or (dice.chance(SYMPTOMS) and between < visit) else visit
    confirmed = suspected + dice.whole(*CONFIRMED_AFTER)
    salvage = dice.pick(SALVAGE)
    found = Regrowth(
        visible, suspected, confirmed,
        dice.pick({"WALL": 0.93, "NODE": 0.04, "BOTH": 0.03}),
        dice.pick({("ENDO",): 3, ("DRE", "ENDO"): 3, ("ENDO", "MRI"): 3, ("ENDO", "MRI", "BX"): 1}),
        dice.pick({"POS": 0.85, "NEG": 0.05, "ND": 0.1}), salvage, confirmed + dice.whole(*SALVAGE_DECIDED_AFTER),
    )  # fmt: skip
    if salvage != "DONE":
        return found, None
    day = found.salvage_day + dice.whole(*SALVAGED_AFTER)
    return found, draw_operation(dice, day, "REGROWTH", at.distance, at.biology)


def _changed_mind(dice: Dice, at: Setting, regrowth: Regrowth | None) -> tuple[Operation, ...]:
    """TME without regrowth: a competing event of regrowth."""
    day = at.day + round(at.fate.changes_mind)
    if at.fate.changes_mind > 5 * YEAR or (regrowth is not None and day >= regrowth.suspected - 40):
        return ()
    return (draw_operation(dice, max(day, at.day + 20), "CHANGED", at.distance, at.biology),)


def _alarms(
    dice: Dice, visits: tuple[Visit, ...], regrowth: Regrowth | None, operations: tuple[Operation, ...]
) -> tuple[Alarm, ...]:
    """One visit in a hundred and twenty raises a suspicion that is not confirmed, while the rectum is there."""
    until = min([o.day for o in operations] + ([regrowth.visible - 60] if regrowth else []) + [10**6])
    raised = [v.day for v in visits if v.mode == "VISIT" and v.day + 40 < until and dice.chance(1 / 120)]
    return tuple(Alarm(day, day + dice.whole(7, 30)) for day in raised[:1])


def _bounded(
    dice: Dice, at: Setting, management: str, visits: tuple[Visit, ...], regrowth: Regrowth | None, alarms: tuple[Alarm, ...],
    operations: tuple[Operation, ...]
) -> Course:  # fmt: skip
    metastasis = _metastasis(dice, at, regrowth)
    recurrence = _recurrence(dice, at, operations)
    death = _death(at, metastasis, recurrence, operations, regrowth)
    second = _second(dice, at)
    end = _end(dice, at, visits, death)
    last = end.day if end.reason == "DEATH" else end.last_alive
    operations = tuple(_closed(o, last) for o in operations if o.day <= last)
    begun = "WW" if management == "WW" else "TME" if operations else "NONE"
    return Course(
        management=management,
        begun=begun,
        begun_day=operations[0].day if begun == "TME" else at.day,
        visits=tuple(v for v in visits if v.day <= last),
        regrowth=regrowth if regrowth and regrowth.confirmed <= last else None,
        alarms=tuple(a for a in alarms if a.closed <= last),
        operations=operations,
        metastasis=metastasis if metastasis and metastasis.day <= last else None,
        recurrence=recurrence if recurrence and recurrence.day <= last else None,
        second=second if second and second.day <= last else None,
        death=death if end.reason == "DEATH" else None,
        end=end,
    )


def _metastasis(dice: Dice, at: Setting, regrowth: Regrowth | None) -> Metastasis | None:
    confirmed = dice.pick({("IMAGING",): 7, ("HIST", "IMAGING"): 3})
    if at.spread_day is not None:
        return Metastasis(at.spread_day, at.fate.metastasis_sites, at.fate.metastasis_treatment, confirmed)
    visible = None if regrowth is None else regrowth.visible - at.day
    after = metastasis_day(at.fate, at.biology, incomplete=at.response not in ("CCR", "NCR"), regrowth=visible)
    if after > 6 * YEAR:
        return None
    return Metastasis(at.day + max(round(after), 1), at.fate.metastasis_sites, at.fate.metastasis_treatment, confirmed)


def _recurrence(dice: Dice, at: Setting, operations: tuple[Operation, ...]) -> Recurrence | None:
    if not operations or operations[-1].specimen.residual == "R2":
        return None
    after = recurrence_day(at.fate, operations[-1].specimen.residual, operations[-1].specimen.ypt)
    if after > 6 * YEAR:
        return None
    site = (
        at.fate.recurrence_site
        if operations[-1].procedure in ("LAR", "ISR") or at.fate.recurrence_site != "ANASTOMOSIS"
        else "PERINEAL"
    )
    return Recurrence(
        operations[-1].day + max(round(after), 60), site, dice.pick({("IMAGING",): 1, ("HIST", "IMAGING"): 2})
    )


def _second(dice: Dice, at: Setting) -> SecondCancer | None:
    if at.fate.second_cancer > 6 * YEAR:
        return None
    colorectal = at.fate.second_is_colorectal
    site = "sigmoid colon" if colorectal else dice.pick({"lung": 3, "stomach": 2, "breast": 1, "prostate": 1})
    return SecondCancer(at.day + max(round(at.fate.second_cancer), 30), "CRC" if colorectal else "OTHER", site)


def _death(
    at: Setting, metastasis: Metastasis | None, recurrence: Recurrence | None, operations: tuple[Operation, ...],
    regrowth: Regrowth | None,
) -> Death:  # fmt: skip
    """The earliest of what can be fatal; cancer kills through metastasis, recurrence, or tumour left in the pelvis."""
    ways = [Death(at.day + round(at.fate.other_death), "OTHER")]
    ways += [Death(o.fatal_day, "TREATMENT") for o in operations if o.fatal_day is not None]
    left = [o.day for o in operations if o.specimen.residual == "R2"]
    untreated = [regrowth.suspected + YEAR] if regrowth and regrowth.salvage != "DONE" else []
    spread = [metastasis.day] if metastasis else []
    pelvic = [recurrence.day] if recurrence else []
    fatal = [day + at.fate.survival_with_metastasis for day in (*spread, *pelvic, *left, *untreated)]
    ways += [Death(round(min(fatal)), "RECTAL")] if fatal else []
    return min(ways, key=lambda way: way.day)


def _end(dice: Dice, at: Setting, visits: tuple[Visit, ...], death: Death) -> End:
    """Death, loss, withdrawal, or the visit at five years, whichever is first."""
    closing = visits[-1].day if visits else at.day + round(60 * MONTH)
    ends = [End(closing, "COMPLETED", closing)]
    if death.day <= closing:
        ends.append(End(death.day, "DEATH", death.day))
    for after, reason in ((at.fate.lost, "LOST"), (at.fate.withdrawn, "WITHDRAWN")):
        if after is not None:
            ends.append(_left(dice, at, visits, round(after), reason))
    return min(ends, key=lambda end: end.day)


def _left(dice: Dice, at: Setting, visits: tuple[Visit, ...], after: int, reason: str) -> End:
    day = at.day + after
    seen = max([v.day for v in visits if v.day <= day and v.mode != "MISSED"], default=at.day)
    # The lost are given up half a year after they were last seen; a withdrawal has a date of its own.
    if reason == "LOST":
        return End(day, reason, seen)
    scope = dice.pick({("VISITS",): 3, ("TREATMENT", "VISITS"): 2, ("VISITS", "SURVIVAL", "SAMPLES", "FUTURE"): 1})
    return End(day, reason, day, scope)


def _closed(operation: Operation, last: int) -> Operation:
    """The operation as known by `last`: a stoma closed later is still there, and events that come later are not known."""
    stoma = operation.stoma
    if stoma is not None and stoma.closed is not None and stoma.closed > last:
        stoma = replace(stoma, closed=None)
    return replace(
        operation,
        stoma=stoma,
        adverse_events=known_by(operation.adverse_events, last),
        complications=tuple(c for c in operation.complications if c.day <= last),
    )
