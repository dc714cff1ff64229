"""The first page, what is due by role; and the study page: protocol parameters and versions."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_babel import gettext as _

from forms.catalogue import definitions, digest
from trial import roles
from trial.actions import watch_clock, watch_model
from trial.protocol import PROTOCOL
from trial.store.reading import Row
from trial.web import parameters, tasks
from trial.web.call_view import Failure, failure_words
from trial.web.house import actor, house, reading

pages = Blueprint("home", __name__)


@pages.get("/")
def home() -> str:
    """What is due for this person, in this role."""
    today = house().clock.today()
    if not roles.may(actor().role, "due.read"):
        return render_template("home.html", lists=False, today=today, does=_does(), clock=_clock(), model=_model())
    with reading() as reader:
        found = {
            "due": tasks.due_forms(reader, today),
            "incomplete": tasks.incomplete(reader),
            "sign": tasks.to_sign(reader),
            "safety": tasks.safety_clocks(reader),
            "total": tasks.count_due(reader, today),
            "queries": tasks.queries(reader),
            "to_verify": tasks.to_verify(reader),
            "to_delegate": tasks.to_delegate(reader, today),
        }
    may = {verb: roles.may(actor().role, verb) for verb in ("crf.write", "crf.sign", "safety.read")}
    return render_template(
        "home.html", lists=True, today=today, by_visit=tasks.by_visit, may=may, clock=_clock(), model=_model(), **found
    )


def _clock() -> Row | None:
    """A clock that is off, for who can have it put right or must know of it."""
    told = any(roles.may(actor().role, verb) for verb in ("users.manage", "audit.review"))
    return watch_clock.alarm(reading()) if told or actor().role == "auditor" else None


def _model() -> Failure | None:
    """A model that cannot be used, for who calls it and who can have it put right or must know of it."""
    told = any(roles.may(actor().role, verb) for verb in ("users.manage", "audit.review", "model.call"))
    found = watch_model.alarm(reading()) if told or actor().role == "auditor" else None
    return None if found is None else failure_words(found["kind"], found["found"])


def _does() -> list[str]:
    """What the role is for, in the words of its rights."""
    return [_(words) for verb, words in roles.VERBS.items() if roles.may(actor().role, verb)]


@pages.get("/study")
def study() -> str:
    """Every protocol parameter with its unit and section, criteria, regimens, released form versions."""
    released = [(form, digest(form)) for form in definitions().values()]
    opened = reading().one("randomisation", study=PROTOCOL.study_id)
    return render_template(
        "study.html",
        sections=parameters.sections(PROTOCOL),
        regimens=PROTOCOL.regimens.values(),
        stoma=PROTOCOL.permanent_stoma_months,
        released=released,
        opened=opened,
        criteria=PROTOCOL.criteria,
    )
