"""Neoadjuvant therapy, its adverse events, and the restagings that follow it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from trial.simulate import answers
from trial.simulate.script.deciding import decision
from trial.simulate.script.life import Life, Step
from trial.simulate.script.recurring import adverse, end_of_study, laboratory, omics, withdraw
from trial.simulate.toxicity import known_by


def treated(life: Life) -> Iterator[Step]:
    """What therapy brings, known from the confirmed eligibility on."""
    therapy = life.truth.therapy
    assert therapy is not None
    for number in sorted({c.number for c in therapy.cycles}):
        given = [c for c in therapy.cycles if c.number == number]
        yield Step(max(c.end for c in given), f"cycle-{number}", partial(_cycle, life, number))
    yield Step(therapy.last_day + 3, "end-of-therapy", partial(_end_of_therapy, life))
    early = life.truth.early_end
    events = known_by(therapy.adverse_events, early.day) if early else therapy.adverse_events
    for event in events:
        yield from adverse(life, event)
    if early:
        yield Step(early.day, "early-end", partial(_early_end, life))
    for found in life.truth.restagings:
        after = Step(found.day + 1, found.event, partial(_restaging, life, found))
        yield after
    if life.truth.choice:
        yield Step(life.truth.choice.day, "decision", partial(decision, life))


def _cycle(life: Life, number: int) -> None:
    assert life.truth.therapy is not None
    given = [c for c in life.truth.therapy.cycles if c.number == number]
    for place, each in enumerate(given, start=1):
        life.save("EX", f"NAT-{number}", answers.cycle(each, life.base), place)
    laboratory(life, f"NAT-{number}")
    if not any(sample.event == f"NAT-{number}" for sample in life.truth.labs):
        life.not_done("LB", f"NAT-{number}")


def _end_of_therapy(life: Life) -> None:
    life.save("RT", "EOT", answers.radiotherapy(life.truth, life.base))
    laboratory(life, "EOT")


def _early_end(life: Life) -> None:
    assert life.truth.early_end is not None
    today = answers.day(life.base, life.truth.early_end.day)
    if life.truth.early_end.reason == "DEATH":
        life.save("DTH", "ANY", {"DTHDAT": today, "DTHCAUS": "OTHER"})
    else:
        withdraw(life, today, ("TREATMENT", "VISITS"))
    end_of_study(life, today, life.truth.early_end.reason, today)


def _restaging(life: Life, found: Any) -> None:
    laboratory(life, found.event)
    life.save("RST", found.event, answers.restaging(found, life.base))
    if found.event in life.truth.omics:
        omics(life, found.event, life.truth.omics[found.event], "RESTAGING")
    life.hands.sign(life.participant, found.event, "RST")
