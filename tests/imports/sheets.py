"""Laboratory files for the tests, and the ways in."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from tests.actions.house import House
from trial.actions.import_labs import LABS
from trial.actions.import_order import Order
from trial.actions.import_run import Outcome
from trial.actions.imports import import_file

HEADING = "participant,event,date,test,operator,result,unit"
HB, CEA, PLT = ("HGB", "=", "132", "g/L"), ("CEA", "=", "3.1", "ug/L"), ("PLAT", "=", "240", "10^9/L")


def line(participant: str, result: Sequence[str] = HB, *, event: str = "SCR", day: str = "2026-01-10") -> str:
    return ",".join((participant, event, day, *result))


def sheet(*lines: str, heading: str = HEADING) -> bytes:
    return ("\n".join((heading, *lines)) + "\n").encode()


def read(house: House, content: bytes, by: str = "data_manager", **order: Any) -> Outcome:
    """Import a file; `order` as in `Order`."""
    options = {"progress": order.pop("progress")} if "progress" in order else {}
    return import_file(
        io.BytesIO(content), Order("labs.csv", **order), LABS, files=house.files, uow=house.work(by), **options
    )


def rows(house: House, participant: str, event: str = "SCR", occurrence: int = 1) -> dict[str, dict[str, Any]]:
    """Test to the stored row."""
    return {r["items"]["LBTEST"]: r for r in house.stored(participant, "LB", event, occurrence)["groups"]["R"]}


def reasons(outcome: Outcome) -> dict[int, str]:
    return {v.line: v.words() for v in outcome.rejected}
