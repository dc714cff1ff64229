"""What a page asks of who signs, and what was typed: one answer for every page with a signature on it."""

from __future__ import annotations

from typing import Any

from flask import request

from trial.actions.signer import Asked, Identification, asked
from trial.web.house import actor, house, reading


def signing() -> Asked:
    """The fields a signature of this person takes now, and what must be seen to first."""
    return asked(reading(), actor())


def typed() -> dict[str, Any]:
    """The arguments of every action that signs."""
    also = Identification(request.form.get("signer", ""), request.form.get("code", ""), house().settings.sealing_key)
    return {"password": request.form.get("password", ""), "also": also}
