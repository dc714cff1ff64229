"""What comes again at any visit: blood, omics, questionnaires, adverse events, and leaving the trial."""

from __future__ import annotations

from collections.abc import Iterator

from trial.simulate import answers
from trial.simulate.chance import Dice
from trial.simulate.script.life import Life, Step
from trial.simulate.tables import Omics
from trial.simulate.toxicity import AdverseEvent
from trial.simulate.truth import QUESTIONNAIRES


def laboratory(life: Life, event: str) -> None:
    """The blood taken at a visit."""
    for sample in life.truth.labs:
        if sample.event == event:
            items, rows = answers.laboratory(sample.day, sample.results, life.base)
            life.save("LB", event, items, R=rows)


def omics(life: Life, event: str, found: Omics, point: str) -> None:
    """Radiomics, and the samples of whoever agreed to give them."""
    if found.radiomics:
        file = life.hands.table(life.participant, "RAD", "RADFILE", found.radiomics.features)
        life.save("RAD", event, answers.radiomics(found.radiomics, life.base, point, file))
    else:
        life.not_done("RAD", event)
    if life.truth.consent.samples == "Y":
        _samples(life, event, found, point)


def _samples(life: Life, event: str, found: Omics, point: str) -> None:
    if found.stool:
        file = life.hands.table(life.participant, "MIC", "MICFILE", found.stool.taxa)
        life.save("MIC", event, answers.stool(found.stool, life.base, file))
    else:
        life.not_done("MIC", event)
    if found.plasma:
        life.save("LBX", event, answers.plasma(found.plasma, life.base, point))
    else:
        life.not_done("LBX", event)


def questionnaires(life: Life, event: str, today: str | None, *, stoma: bool) -> None:
    """All four of a visit."""
    for n, form in enumerate(("QLQ30", "QLQ29", "LARS", "WEX")):
        dice = Dice(life.seed, life.truth.index, QUESTIONNAIRES, n, sum(map(ord, event)))
        items = answers.questionnaire(form, dice, today, stoma=stoma, sex=life.truth.person.sex)
        life.save(form, event, items)


def adverse(life: Life, event: AdverseEvent) -> Iterator[Step]:
    """An adverse event: reported once it is known, and again when it has ended."""
    number = life.number("AE")
    reported = max(event.seriousness.aware if event.seriousness else event.start, event.start) + 1
    yield Step(reported, f"ae-{number}", lambda: _report(life, event, number))
    if event.end is not None and event.end > reported:
        yield Step(event.end + 2, f"ae-{number}-end", lambda: _resolved(life, event, number))


def _report(life: Life, event: AdverseEvent, number: int) -> None:
    life.save("AE", "ANY", answers.adverse_event(event, number, life.base, life.until()), number)
    if event.seriousness:
        link = f"AE/ANY/{number}"
        report = life.number("SAE")
        life.save("SAE", "ANY", answers.serious(event, link, life.base), report, investigator=True)
        life.hands.sign(life.participant, "ANY", "SAE", report)
        life.hands.assess(life.entry("SAE", "ANY", answers.judged(event), report))


def _resolved(life: Life, event: AdverseEvent, number: int) -> None:
    if life.management is not None and event.end is not None and event.end > life.course.last_known:
        return
    life.revise("AE", "ANY", answers.adverse_event(event, number, life.base, life.until()), "resolved", number)


def withdraw(life: Life, today: str | None, scope: tuple[str, ...]) -> None:
    """Consent taken back, so far as `scope` says."""
    current = life.hands.case(life.participant).bare.at("IC", "SCR")
    assert current is not None
    items = answers.consent(life.truth, life.base, life.version) | {"ICWDAT": today, "ICWSCOPE": scope}
    life.save("IC", "SCR", items, based_on=current.number, purpose="withdrawn")


def end_of_study(life: Life, today: str | None, reason: str, alive: str | None) -> None:
    """The last form; `alive`: the day they were last known to be."""
    life.save("EOS", "EOS", {"EOSDAT": today, "EOSREAS": reason, "LSTALVDT": None if reason == "DEATH" else alive})
