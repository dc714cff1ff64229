"""The first page, what is due by role; and the study page: protocol parameters and versions."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from flask import Blueprint, render_template
from flask_babel import gettext as _

from forms.catalogue import definitions, digest
from trial import roles
from trial.protocol import PROTOCOL
from trial.store import worklist
from trial.web import tasks
from trial.web.house import actor, house, reading

pages = Blueprint("home", __name__)


@pages.get("/")
def home() -> str:
    """What is due for this person, in this role."""
    today = house().clock.today()
    reader = reading()
    if not roles.may(actor().role, "due.read"):
        return render_template("home.html", lists=False, today=today)
    with reader:
        found = {
            "due": tasks.due_forms(reader, today),
            "incomplete": tasks.incomplete(reader),
            "sign": tasks.to_sign(reader),
            "safety": tasks.safety_clocks(reader),
            "total": worklist.count_open(reader, actor().sites, until=today + tasks.SOON),
        }
    return render_template("home.html", lists=True, today=today, by_visit=tasks.by_visit, **found)


@pages.get("/study")
def study() -> str:
    """Every protocol parameter as declared, criteria, released form versions."""
    sections = [
        (name, list(_flat(getattr(PROTOCOL, name))))
        for name in ("windows", "randomisation", "design", "safety", "limits")
    ]
    released = [(form, digest(form)) for form in definitions().values()]
    opened = reading().one("randomisation", study=PROTOCOL.study_id)
    return render_template(
        "study.html", sections=sections, released=released, opened=opened, criteria=PROTOCOL.criteria
    )


def _flat(value: Any, prefix: str = "") -> Any:
    """Name and value of each parameter, nested ones by their path."""
    if is_dataclass(value) and not hasattr(value, "high"):
        for part in fields(value):
            yield from _flat(getattr(value, part.name), f"{prefix} {part.name}".strip())
    elif hasattr(value, "items"):
        for name, each in value.items():
            yield from _flat(each, f"{prefix} {name}")
    else:
        yield prefix.replace("_", " "), _shown(value)


def _shown(value: Any) -> str:
    if hasattr(value, "high"):  # a window, in days
        return _("day %(low)d to %(high)d, planned %(due)d", low=value.low, high=value.high, due=value.due)
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
