"""What the amendment's tests do again and again."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.actions.house import House
from tests.amendments.worked import APPROVED
from trial.actions import amend
from trial.store.verify import verify

RECONSENT = {"ICTYPE": "RECONSENT", "ICSIGN": "Y", "ICVER": "2.0", "ICSAMP": "N", "ICFUT": "Y"}
MAY = date(2026, 5, 25)
FRAIL_DM = {"BRTHDAT": "1961-04-30", "SEX": "M", "HEIGHT": "172.0", "WEIGHT": "70.5", "ECOG": "0"}


def activate(
    house: House, site: str = "01", on: date = APPROVED, *, by: str = "data_manager", version: str = "1.1"
) -> Any:
    return amend.activate(version, site, on, uow=house.work(by, site))


def reconsent(house: House, participant: str, on: date = MAY, **changed: str) -> None:
    """The participant consents again, on version 2.0."""
    house.save(participant, "IC", RECONSENT | {"ICDAT": on.isoformat()} | changed, occurrence=2)


def version(house: House, participant: str) -> str:
    return house.case(participant).followed.version


def window(house: House, participant: str, form: str, event: str) -> tuple[date, date]:
    row = house.reader.the("due", participant=participant, form=form, event=event, occurrence=1)
    return row["due_from"], row["due_to"]


def unaltered(house: House) -> bool:
    """Whether the verification finds nothing altered."""
    return verify(house.engine) == []
