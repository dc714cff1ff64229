"""After the decision: management, visits, alarms, regrowth, operations, what else happens, the end."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from trial.simulate import answers
from trial.simulate.bloods import cea_result
from trial.simulate.chance import Dice
from trial.simulate.course import Course, Regrowth
from trial.simulate.operation import Operation
from trial.simulate.script.life import Life, Step
from trial.simulate.script.recurring import adverse, end_of_study, questionnaires, withdraw
from trial.simulate.truth import QUESTIONNAIRES
from trial.simulate.visits import Visit

QUALITY_OF_LIFE = frozenset({"FU06", "FU12", "FU24", "FU36"})
PLASMA = frozenset({"FU06", "FU12", "FU24"})


def followed(life: Life) -> Iterator[Step]:
    """The course that the trial sees, up to the end of the study."""
    course, choice = life.course, life.truth.choice
    assert choice is not None
    yield Step(min(choice.day + 56, course.end.day), "management", partial(_begun, life))
    for place, visit in enumerate(course.visits):
        if visit.mode != "MISSED":
            yield Step(visit.day, f"visit-{place}", partial(_visit, life, visit))
    for place, alarm in enumerate(course.alarms):
        yield Step(alarm.closed, f"alarm-{place}", partial(_alarm, life, alarm.suspected))
    if course.regrowth:
        yield from _regrown(life, course.regrowth)
    for place, operation in enumerate(course.operations, start=1):
        yield from _operated(life, operation, place)
    yield from _events(life, course)
    yield Step(course.end.day, "zz-end", partial(_ended, life))


def _begun(life: Life) -> None:
    course, choice = life.course, life.truth.choice
    assert choice is not None
    begun = course.begun
    day = course.begun_day if begun != "NONE" else None
    items = {"MGTSTRT": begun, "MGTDAT": answers.day(life.base, day)}
    differs = {"MGTWHY": "REFUSED"} if choice.refuses or choice.declines_operation else {"MGTWHY": "PROGRESSION"}
    life.save("MGT", "ANY", items | differs)


def _stoma(life: Life, day: int) -> bool:
    return any(
        o.stoma is not None and o.stoma.day <= day and (o.stoma.closed is None or o.stoma.closed > day)
        for o in life.course.operations
    )


def _visit(life: Life, at: Visit) -> None:
    record = life.hands.case(life.participant).record(at.event)
    scheduled = tuple(record.facts.get("scheduled") or ())
    stoma, today = _stoma(life, at.day), answers.day(life.base, at.day)
    if at.mode == "VISIT":
        cea = [_cea(life, at)]
        items, rows = answers.laboratory(at.day, cea, life.base)
        life.save("LB", at.event, items, R=rows)
    life.save("FU", at.event, answers.visit(life.truth, life.course, at, life.base, scheduled, stoma=stoma))
    if at.event in PLASMA and life.truth.consent.samples == "Y":
        life.not_done("LBX", at.event)
    if at.mode == "VISIT" and at.event in QUALITY_OF_LIFE:
        questionnaires(life, at.event, today, stoma=stoma)


def _alarm(life: Life, suspected: int) -> None:
    number = life.number("RGW")
    life.save("RGW", f"RGW-{number}", answers.alarm(suspected, life.base))


def _regrown(life: Life, found: Regrowth) -> Iterator[Step]:
    place: list[int] = []

    def suspected() -> None:
        place.append(life.number("RGW"))
        life.save("RGW", f"RGW-{place[0]}", answers.regrowth(found, life.base, outcome="PENDING"))

    def confirmed() -> None:
        event = f"RGW-{place[0]}"
        first = "PLANNED" if found.salvage == "DONE" else found.salvage
        life.revise("RGW", event, answers.regrowth(found, life.base, salvage=first), "confirmed")

    def salvaged() -> None:
        life.revise("RGW", f"RGW-{place[0]}", answers.regrowth(found, life.base, salvage="DONE"), "salvaged")

    yield Step(found.suspected + 1, "rgw", suspected)
    yield Step(max(found.salvage_day, found.confirmed) + 1, "rgw-confirmed", confirmed)
    if found.salvage == "DONE":
        done = [o for o in life.course.operations if o.reason == "REGROWTH"]
        for each in done:
            yield Step(each.day + 2, "rgw-done", salvaged)


def _operated(life: Life, found: Operation, number: int) -> Iterator[Step]:
    salvage = found.reason == "REGROWTH"
    event = "SLV-1" if salvage else f"SUR-{number}"

    def done() -> None:
        life.save("SUR", event, answers.operation(found, life.base, number))
        if found.stoma:
            life.save("STO", "ANY", answers.stoma(found, life.base, closed=False), number)
        if salvage:
            life.save("SLV", event, {"SLVSUR": f"SUR/{event}/1"})

    yield Step(found.day + 1, f"sur-{number}", done)
    yield Step(
        found.specimen.day + 1,
        f"yp-{number}",
        lambda: life.save("YP", event, answers.specimen(found, life.base, f"SUR/{event}/1")),
    )
    for days, visit in ((30, "PO30"), (90, "PO90")):
        yield Step(found.day + days, f"{visit}-{number}", partial(_complications, life, found, number, days, visit))
    if found.stoma and found.stoma.closed is not None:
        yield Step(
            found.stoma.closed + 1,
            f"stoma-{number}",
            lambda: life.revise("STO", "ANY", answers.stoma(found, life.base, closed=True), "closed", number),
        )
    for event_found in found.adverse_events:
        yield from adverse(life, event_found)


def _complications(life: Life, found: Operation, number: int, days: int, visit: str) -> None:
    if life.course.end.reason == "DEATH" and life.course.end.day < found.day + days:
        return
    items, rows = answers.complications(found, life.base, found.day + days)
    life.save("POC", f"{visit}-{number}", items, R=rows)


def _events(life: Life, course: Course) -> Iterator[Step]:
    if course.metastasis:
        spread = course.metastasis
        yield Step(spread.day + 3, "met", lambda: life.save("MET", "ANY", answers.metastasis(spread, life.base)))
    if course.recurrence:
        local = course.recurrence
        yield Step(local.day + 3, "lr", lambda: life.save("LR", "ANY", answers.recurrence(local, life.base)))
    if course.second:
        other = course.second
        yield Step(other.day + 3, "spc", lambda: life.save("SPC", "ANY", answers.second_cancer(other, life.base)))


def _ended(life: Life) -> None:
    end, death = life.course.end, life.course.death
    today = answers.day(life.base, end.day)
    if death is not None:
        life.save("DTH", "ANY", {"DTHDAT": answers.day(life.base, death.day), "DTHCAUS": death.cause})
    if end.reason == "WITHDRAWN":
        withdraw(life, today, end.withdrawn_from)
    end_of_study(life, today, end.reason, answers.day(life.base, end.last_alive))


def _cea(life: Life, at: Visit) -> Any:
    """CEA at a visit: near normal, rising with a metastasis."""
    dice = Dice(life.seed, life.truth.index, QUESTIONNAIRES, 99, at.day)
    spread = life.course.metastasis is not None and life.course.metastasis.day <= at.day
    return cea_result(dice, 14.0 if spread else 1.8)
