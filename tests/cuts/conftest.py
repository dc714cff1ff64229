"""The populated trial, on both engines and with its pages, and a cut of it."""

from __future__ import annotations

from datetime import date

from tests.actions.house import TODAY, House
from tests.office.conftest import desk, either, enter, house, house_url, populated, populated_postgres
from trial.actions.cuts import Wanted, make_cut
from trial.cuts import Cut

__all__ = ["desk", "either", "enter", "house", "house_url", "lock", "populated", "populated_postgres"]


def lock(
    house: House, name: str = "dmc-1", on: date = TODAY, *, by: str = "statistician", reason: str = "For the board."
) -> Cut:
    """A cut of the house as it stands."""
    return make_cut(Wanted(name, on, reason), uow=house.work(by))
