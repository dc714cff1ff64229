"""Eligibility and the decision point: each page reads as an argument, and shows the next step only."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from trial import calls, decision
from trial.actions import watch_model
from trial.actions.allocate import certificate, request_randomisation
from trial.actions.call_story import looked_at, story
from trial.actions.case import Case, load
from trial.actions.permission import participant_for
from trial.actions.predict import as_prediction, call_model, show_prediction
from trial.course import course
from trial.eligibility import assess
from trial.errors import NotFound
from trial.web import call_view, inputs
from trial.web.house import actor, house, reading, writing

pages = Blueprint("steps", __name__, url_prefix="/participants/<participant>")
ORDER = (decision.RESTAGING, decision.ESTIMATE, decision.MODEL, decision.DECISION, decision.RANDOMISE)


def _case(participant: str, verb: str) -> Case:
    with reading() as reader:
        return load(reader, participant_for(reader, actor(), participant, verb), house().clock)


@pages.get("/eligibility")
def eligibility(participant: str) -> str:
    """Each criterion, its verdict, the values it rests on."""
    case = _case(participant, "eligibility.read")
    crf = case.bare.at("ELIG", "SCR")
    return render_template(
        "eligibility.html",
        case=case,
        participant=case.id,
        assessment=assess(case.protocol, case.record("SCR")),
        crf=crf,
        signature=case.signed("ELIG"),
    )


@pages.get("/decision")
def decision_point(participant: str) -> str:
    """The steps in their enforced order, and what the next one needs."""
    case = _case(participant, "eligibility.read")
    record = case.record("DEC")
    last = case.predictions[-1] if case.predictions else None
    step = decision.next_step(
        case.protocol,
        record,
        signatures=case.signatures,
        allocation=case.allocation,
        prediction=last,
        today=case.today,
    )
    blockers = step.blockers
    if step.name == decision.RANDOMISE:
        blockers = _randomisation_blockers(case)
    return render_template(
        "decision.html", participant=case.id, order=ORDER, step=step.name, blockers=blockers, case=case,
        course=course(record, case.allocation), restaging=decision.restaging_event(record), latest=record.latest,
        predictions=[as_prediction(p) for p in case.predictions], key=uuid.uuid4().hex,
        signed=lambda form: case.signed(form), done=_done(step.name), failing=_failing(),
        opened=looked_at(reading(), case.id, actor().person_id),
    )  # fmt: skip


def _failing() -> call_view.Failure | None:
    """What is wrong with the model now, as far as is known."""
    found = watch_model.alarm(reading())
    return None if found is None else call_view.failure_words(found["kind"], found["found"])


def _randomisation_blockers(case: Case) -> tuple[Any, ...]:
    return decision.randomisation_blockers(
        case.protocol, case.record("DEC"), signatures=case.signatures, allocation=case.allocation,
        prediction=case.predictions[-1] if case.predictions else None, today=case.today, site=case.participant["site_code"],
    )  # fmt: skip


def _done(step: str) -> frozenset[str]:
    return frozenset(ORDER if step == decision.DONE else ORDER[: ORDER.index(step)])


@pages.post("/decision/call")
def call(participant: str) -> Response:
    """Call the frozen model; the answer is kept for ever."""
    made = call_model(
        participant, uow=writing(), model=house().model, files=house().files, request=request.form.get("key") or None
    )
    flash(
        _("The model gave no answer; the reason is on this page.") if made.refused else _("The model has answered."),
        "warn" if made.refused else "good",
    )
    return redirect(url_for("steps.prediction", participant=participant, number=made.number), 303)


@pages.get("/prediction/<int:number>")
def prediction(participant: str, number: int) -> str:
    """One stored call: what went in, where each value came from, what came out. Looking is recorded."""
    row = show_prediction(participant, number, uow=writing())
    with reading() as reader:
        manifest = inputs.manifest_of(row, lambda: house().model.manifest)
        shown = inputs.views(row, participant, reader, manifest)
        before = calls.compared_with(reader.all("prediction", order_by="number", participant=participant)[: number - 1])
        then = (before, inputs.views(dict(before), participant, reader, manifest)) if before else None
        return render_template(
            "prediction.html", participant=participant, row=row, made=as_prediction(row), view=call_view, manifest=manifest,
            caller=reader.one("person", id=row["by"]), inputs=inputs.by_modality(row, shown), lacking=inputs.lacking(row),
            changes=call_view.changed(then, (row, shown)), before=before, another=calls.MODEL in row["versions"].get("changed", ()),
            told=story(reader, participant, number),
        )  # fmt: skip


@pages.get("/randomisation")
def randomisation(participant: str) -> str:
    """The certificate, or what randomisation still needs."""
    case = _case(participant, "allocation.read")
    try:
        paper = certificate(reading(), participant)
    except NotFound:
        factors = decision.allocation_factors(case.protocol, case.record("DEC"), case.participant["site_code"])
        return render_template(
            "randomisation.html",
            case=case,
            participant=case.id,
            paper=None,
            blockers=_randomisation_blockers(case),
            factors=factors,
            key=uuid.uuid4().hex,
        )
    return render_template(
        "randomisation.html", case=case, participant=case.id, paper=paper, blockers=(), factors=paper.factors, key=""
    )


@pages.post("/randomisation")
def randomise(participant: str) -> Response:
    """Ask for the allocation; asking twice gives the same one."""
    request_randomisation(
        participant, uow=writing(), key=house().settings.sealing_key, request=request.form.get("key") or None
    )
    return redirect(url_for("steps.randomisation", participant=participant), 303)
