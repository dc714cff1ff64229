"""The populated trial with a registry beside it, and the forms of a patient treated before the trial."""

from datetime import date

import pytest

from tests.actions.house import RADIOTHERAPY, RESTAGING, SCREENING, House, day
from tests.actions.rooms import either, enter, house, house_url, populated, populated_postgres, run
from trial.actions.registry import add_historical
from trial.registry import Waiver

__all__ = ["either", "enter", "house", "house_url", "populated", "populated_postgres", "run"]

WAIVER = Waiver("Ethics committee of the hospital", "2025-117", date(2025, 11, 3))
DECIDED = {"M1NOW": "N", "CONTRA": "N", "MDTDAT": day(142), "STRATEGY": "CAND", "CANDWHY": "historical", "PREFARM": "WW",
           "DECDAT": day(146)}  # fmt: skip
# Far outside the interval of PROTOCOL 3, as a chart of the past may well say.
LATE = RESTAGING | {"RSTDAT": day(140), "RESP": "CCR"}
FORMS = {
    ("DM", "SCR"): SCREENING["DM"],
    ("PLAN", "SCR"): SCREENING["PLAN"] | {"REGIMEN": "LCRT_IO"},
    ("MH", "SCR"): SCREENING["MH"] | {"HBV": "NEG"},
    ("PATH", "SCR"): SCREENING["PATH"],
    ("MRI0", "SCR"): SCREENING["MRI0"],
    ("CT0", "SCR"): SCREENING["CT0"],
    ("RT", "EOT"): RADIOTHERAPY,
    ("RST", "RST"): LATE,
    ("DEC", "DEC"): DECIDED,
}


def add(house: House, site: str = "01", **options: object) -> str:
    (name,) = add_historical(site, WAIVER, uow=house.work("coordinator", site), **options)
    return name


def whole(house: House, site: str = "01", **changed: dict[str, object]) -> str:
    """A historical patient with every form of FORMS."""
    name = add(house, site)
    for (form, event), items in FORMS.items():
        house.save(name, form, items | changed.get(form, {}), event)
    return name


@pytest.fixture
def patient(house):
    return whole(house)
