"""From consent to the confirmed eligibility."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from trial.simulate import answers
from trial.simulate.script.life import Life, Step
from trial.simulate.script.recurring import laboratory, omics, questionnaires
from trial.simulate.script.treatment import treated


def steps(life: Life) -> Iterator[Step]:
    """What is known to happen from the start."""
    yield Step(0, "consent", partial(_consent, life))
    yield Step(_screened(life), "screening", partial(_screening, life))
    yield Step(max(life.truth.plan.eligibility_day, _screened(life)), "eligibility", partial(_eligibility, life))


def _screened(life: Life) -> int:
    """The day the last screening result is in."""
    truth = life.truth
    examined = (truth.biopsy.day, truth.biopsy.report_day, truth.mri.day, truth.ct.day)
    return max(1, truth.labs[0].day, *examined)


def _consent(life: Life) -> None:
    life.participant = life.hands.add(life.site, life.key("participant"))
    life.save("IC", "SCR", answers.consent(life.truth, life.base, life.version))
    life.save("DM", "SCR", answers.demography(life.truth, life.base, year_only=life.year_only))


def _screening(life: Life) -> None:
    truth, base = life.truth, life.base
    life.save("PLAN", "SCR", answers.plan(truth, base))
    items, rows = answers.history(truth.history, base)
    life.save("MH", "SCR", items, PM=rows)
    if truth.history.autoimmune == "Y" and (truth.plan.regimen or "").endswith("IO"):
        # The history raised a question on the plan that was saved before it.
        life.revise("PLAN", "SCR", answers.plan(truth, base), "asked")
    life.save("PATH", "SCR", answers.pathology(truth, base) | _slide(life))
    life.save("MRI0", "SCR", answers.mri(truth, base))
    life.save("CT0", "SCR", answers.staging(truth, base))
    laboratory(life, "SCR")


def _slide(life: Life) -> answers.Items:
    table = life.truth.omics["SCR"].slide
    if table is None or life.truth.biopsy.slide_qc != "PASS":
        return {}
    return {"SLIDFEAT": life.hands.table(life.participant, "PATH", "SLIDFEAT", table), "SLIDSW": "scanner 2.1"}


def _eligibility(life: Life) -> Iterator[Step]:
    truth = life.truth
    today = answers.day(life.base, max(truth.plan.eligibility_day, _screened(life)))
    if truth.eligible:
        omics(life, "SCR", truth.omics["SCR"], "BASELINE")
        questionnaires(life, "SCR", today, stoma=False)
    confirmed = {"ELIGCONF": "Y" if truth.eligible else "N", "ELIGDAT": today}
    life.save("ELIG", "SCR", confirmed, investigator=True)
    if not truth.eligible:
        life.save("EOS", "EOS", {"EOSDAT": today, "EOSREAS": "SCREENFAIL", "LSTALVDT": today})
        return
    life.hands.sign(life.participant, "SCR", "ELIG")
    report = max(truth.molecular.day, truth.plan.eligibility_day, _screened(life))
    yield Step(report, "molecular", lambda: life.save("MOL", "SCR", answers.molecular(truth, life.base)))
    yield from treated(life)
