"""What an open table of safety may be made from: the answers without whatever would tell an arm (PROTOCOL 10).

Taken away before anything is counted, so that no open number can follow from an allocation or a form that one arm alone has. Of the
relation of an adverse event the operation and the study procedure tell an arm; therapy was given before there were arms, and stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from analysis.adverse_events import THERAPY
from forms.answers import Crf
from trial import soa
from trial.blinding import HIDDEN_EVENTS, HIDDEN_FORMS, HIDDEN_ITEMS
from trial.store.extract import Extracted

RELATION = "AE.AEREL"


def without_arm(row: Extracted) -> Extracted:
    """The participant as an open table may see them."""
    kept = (crf for crf in row.crfs if crf.form not in HIDDEN_FORMS and soa.series(crf.event) not in HIDDEN_EVENTS)
    return replace(row, crfs=tuple(_open(crf) for crf in kept), allocation=None)


def _open(crf: Crf) -> Crf:
    answers = crf.answers
    items = {
        name: _components(value) if f"{crf.form}.{name}" == RELATION else value
        for name, value in answers.items.items()
        if f"{crf.form}.{name}" not in HIDDEN_ITEMS - {RELATION}
    }
    return replace(crf, answers=replace(answers, items=items, missing=_shown(crf.form, answers.missing)))


def _shown(form: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if f"{form}.{name}" not in HIDDEN_ITEMS}


def _components(related: tuple[str, ...]) -> tuple[str, ...]:
    """Those of therapy; "none" where there is none, whatever else the event was related to."""
    return tuple(code for code in THERAPY if code in related) or ("NONE",)
