"""The decision point: own estimate, model, decision, allocation."""

from __future__ import annotations

from collections.abc import Iterator

from trial.actions.enter import preview
from trial.simulate import answers
from trial.simulate.script.following import followed
from trial.simulate.script.life import Life, Step
from trial.simulate.script.recurring import questionnaires


def decision(life: Life) -> Iterator[Step]:
    """Own estimate, the model's answer, the decision; then the course that follows from it."""
    choice = life.truth.choice
    assert choice is not None
    today = answers.day(life.base, choice.day)
    estimate = {
        "PREDAT": answers.day(life.base, choice.estimate_day),
        "PRECR": choice.estimate,
        "PRESTRAT": choice.intended,
    }
    if life.hands.case(life.participant).bare.at("PRE", "DEC") is None:
        life.hands.save_and_sign(life.entry("PRE", "DEC", estimate))
    life.hands.ask_model(life.participant)
    questionnaires(life, "DEC", today, stoma=False)
    _decide(life, today)
    yield from followed(life)


def _decide(life: Life, today: str | None) -> None:
    choice = life.truth.choice
    assert choice is not None
    items = {
        "M1NOW": "Y" if life.truth.progressed else "N", "CONTRA": "Y" if choice.contraindication else "N",
        "CONTRAWH": choice.contraindication, "MDTDAT": answers.day(life.base, choice.mdt_day),
        "DECDAT": today,
    }  # fmt: skip
    derived = _derived(life, items)
    candidate = derived == "CAND"
    items |= {"STRATEGY": "CAND" if candidate else "NOTCAND"}
    if derived == "CT":
        items |= {"CANDWHY": "without a model probability the MDT decided for surgery"}
    if candidate:
        items |= {"PREFER": choice.preference, "RANDCONS": choice.accepts}
        items |= (
            {"RANDCDAT": answers.day(life.base, min(choice.accepted_day, choice.day))}
            if choice.accepts == "Y"
            else {"PREFARM": choice.chosen}
        )
    life.save("DEC", "DEC", items, investigator=True)
    life.hands.sign(life.participant, "DEC", "DEC")
    life.management = _managed(life, candidate)


def _derived(life: Life, items: answers.Items) -> str | None:
    entry = life.entry("DEC", "DEC", items)
    found = preview(entry, uow=life.hands.uow(life.hands.investigators[life.site]))
    value = found.calculated["CANDDER"]
    return None if value is None else str(value)


def _managed(life: Life, candidate: bool) -> str:
    """WW or TME, as it was really begun: some refuse what was allocated, some decline the operation they need."""
    choice = life.truth.choice
    assert choice is not None
    if candidate and choice.accepts == "Y":
        arm = life.hands.randomise(life.participant)
        return {"WW": "TME", "TME": "WW"}[arm] if choice.refuses else arm
    if candidate:
        return "WW" if choice.chosen == "WW" else "TME"
    return "WW" if choice.declines_operation else "TME"
