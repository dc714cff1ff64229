"""The board of modalities, for programs."""

from __future__ import annotations

from typing import Any

from flask import request

from trial.omics.modalities import columns
from trial.store.modalities import board
from trial.web.api.operations import Param, operation
from trial.web.api.schemas import NUMBER, TEXT, many, maybe, record
from trial.web.house import actor, house, reading

CELL = record(
    {
        "modality": TEXT, "time_point": maybe(TEXT), "state": TEXT, "known": NUMBER, "asked": NUMBER, "why": maybe(TEXT),
        "source": maybe(TEXT), "age_days": maybe(NUMBER),
    }
)  # fmt: skip
LINE = record({"participant": TEXT, "site": TEXT, "cells": many(CELL)})


@operation("GET", "/modalities", "omics.read", "What the model would be given of each participant, and why the rest is missing",
           gives=many(LINE), query=(Param("site", TEXT, "Of one site."),))  # fmt: skip
def modalities() -> Any:
    manifest, site = house().model.manifest, request.args.get("site", "")
    lines = board(reading(), manifest, actor().role, actor().sites, house().clock.today())
    return [
        {
            "participant": line.participant,
            "site": line.site,
            "cells": [_cell(line.cells[c.key], c) for c in columns(manifest)],
        }
        for line in lines
        if site in ("", line.site)
    ]


def _cell(cell: Any, column: Any) -> dict[str, Any]:
    told = {"modality": column.modality, "time_point": column.point}
    return {**told, **{name: getattr(cell, name) for name in CELL["properties"] if name not in told}}
