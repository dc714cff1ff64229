"""Neoadjuvant therapy: fractions, cycles, and the adverse events of both. Days are offsets from consent."""

from dataclasses import dataclass, replace

from trial.simulate.chance import Dice
from trial.simulate.person import Person
from trial.simulate.toxicity import AdverseEvent, during_therapy


@dataclass(frozen=True)
class Radiotherapy:
    """`dose_per_fraction`, `dose` and `boost` in Gy; `reason` why it was not completed."""

    start: int
    end: int
    fractions: int
    dose_per_fraction: float
    dose: float
    boost: float | None
    completed: str
    reason: str | None


@dataclass(frozen=True)
class Cycle:
    """One drug in one cycle: `visit` numbers the treatment visit (NAT-1 ...), `dose` in mg, `changes` codes of DOSE_CHANGE,
    `reason` where they are not NONE.
    """

    drug: str
    number: int
    visit: int
    start: int
    end: int
    dose: int
    changes: tuple[str, ...] = ("NONE",)
    reason: str | None = None
    product: str | None = None


@dataclass(frozen=True)
class Therapy:
    """What was given; `last_day` is the last fraction or dose, `radiotherapy_last` whether it was a fraction."""

    start: int
    radiotherapy: Radiotherapy
    cycles: tuple[Cycle, ...]
    adverse_events: tuple[AdverseEvent, ...]

    @property
    def last_day(self) -> int:
        """The last day of radiotherapy or of any drug."""
        return max(self.radiotherapy.end, *(cycle.end for cycle in self.cycles))

    @property
    def radiotherapy_last(self) -> bool:
        """Whether no dose of a drug came after the last fraction."""
        return self.radiotherapy.end >= self.last_day

    @property
    def immunotherapy(self) -> bool:
        """At least one dose of an immune checkpoint inhibitor."""
        return any(cycle.drug == "PD1" and cycle.dose > 0 for cycle in self.cycles)


CYCLE_DAYS = 21
CAPOX_CYCLES = {"SCRT_TNT": 6, "LCRT_TNT": 4}
PD1_DOSE = 200


def draw_therapy(dice: Dice, person: Person, regimen: str, planned: int) -> Therapy:
    """The regimen as it goes: starts up to three days late, changed or stopped early now and then."""
    start = planned + dice.whole(0, 3)
    radiotherapy = _radiotherapy(dice, regimen, start)
    cycles = _cycles(dice, person, regimen, radiotherapy)
    if dice.chance(0.03) and "TNT" in regimen:
        cycles = [cycle for cycle in cycles if cycle.visit < max(each.visit for each in cycles)]
    # The last cycle is never omitted: what was not given must not set the clock of the restaging.
    last = max(cycle.visit for cycle in cycles)
    given = tuple(_changed(dice, cycle) if 1 < cycle.visit < last else cycle for cycle in cycles)
    return Therapy(start, radiotherapy, given, during_therapy(dice, start, max(c.end for c in given), regimen))


def _radiotherapy(dice: Dice, regimen: str, start: int) -> Radiotherapy:
    planned, per_fraction = (5, 5.0) if regimen.startswith("SCRT") else (25, 2.0)
    stopped = dice.chance(0.02)
    given = planned - (1 if planned == 5 else dice.whole(2, 6)) if stopped else planned
    days = (given - 1) // 5 * 7 + (given - 1) % 5 + dice.whole(0, 2)
    boost = 5.0 if planned == 25 and dice.chance(0.12) else None
    reason = dice.pick({"TOXICITY": 3, "PATIENT": 1}) if stopped else None
    return Radiotherapy(
        start, start + days, given, per_fraction, given * per_fraction, boost, "N" if stopped else "Y", reason
    )


def _cycles(dice: Dice, person: Person, regimen: str, radiotherapy: Radiotherapy) -> list[Cycle]:
    backbone, with_io = regimen.removesuffix("_IO"), regimen.endswith("IO")
    concurrent = 2 if backbone.startswith("LCRT") else 0
    cycles = _concurrent(person, radiotherapy) if concurrent else []
    first = radiotherapy.end + (dice.whole(14, 21) if concurrent else dice.whole(7, 12))
    starts = [first + CYCLE_DAYS * i + dice.whole(0, 2) for i in range(CAPOX_CYCLES.get(backbone, 0))]
    for i, start in enumerate(starts, start=1):
        # A drug counts its own cycles: concurrent capecitabine took the first two numbers.
        cycles.append(_oral(person, concurrent + i, start, start + 13, 2000))
        cycles.append(Cycle("OXALIPLATIN", i, concurrent + i, start, start, round(130 * person.surface)))
    if with_io and starts:
        cycles += [_antibody(i, concurrent + i, start) for i, start in enumerate(starts, start=1)]
    elif with_io:
        cycles += [_antibody(i + 1, i + 1, radiotherapy.start + CYCLE_DAYS * i) for i in range(3)]
    return sorted(cycles, key=lambda cycle: (cycle.start, cycle.drug))


def _concurrent(person: Person, radiotherapy: Radiotherapy) -> list[Cycle]:
    """Capecitabine 825 mg/m2 twice a day with radiotherapy, entered as two cycles."""
    second = radiotherapy.start + CYCLE_DAYS
    return [_oral(person, 1, radiotherapy.start, second - 1, 1650), _oral(person, 2, second, radiotherapy.end, 1650)]


def _oral(person: Person, number: int, start: int, end: int, daily: int) -> Cycle:
    return Cycle(
        "CAPECITABINE", number, number, start, end, round(daily * person.surface / 500) * 500 * (end - start + 1)
    )


def _antibody(number: int, visit: int, start: int) -> Cycle:
    return Cycle(
        "PD1", number, visit, start, start, PD1_DOSE, product=f"sintilimab, batch S{(start * 7 + number) % 9000 + 1000}"
    )


def _changed(dice: Dice, cycle: Cycle) -> Cycle:
    """One cycle in twelve is reduced, or omitted with a dose of 0."""
    if not dice.chance(0.08):
        return cycle
    if dice.chance(0.2):
        reason = "IMMUNE" if cycle.drug == "PD1" else dice.pick({"HAEM": 2, "NONHAEM": 1})
        return replace(cycle, dose=0, changes=("OMITTED",), reason=reason)
    if cycle.drug == "PD1":
        return replace(cycle, changes=("DELAYED",), reason=dice.pick({"IMMUNE": 2, "OTHER": 1}))
    return replace(
        cycle, dose=round(cycle.dose * 0.75), changes=("REDUCED",), reason=dice.pick({"HAEM": 2, "NONHAEM": 1})
    )
