"""The populated trial, its pages, and a participant with tables, bloods and a photograph before and after therapy."""

from dataclasses import replace

import pytest

from tests.actions.house import RESTAGED, RESTAGING, House, SmallManifest, day
from tests.actions.rooms import either, enter, house, house_url, populated, populated_postgres
from tests.files import made
from tests.files.test_upload import photograph, send
from trial.frozen.manifest import InputSpec
from trial.intake import Intake

__all__ = ["either", "enter", "house", "house_url", "populated", "populated_postgres"]

WITH_RADIOMICS = replace(
    SmallManifest(),
    inputs=(
        *SmallManifest().inputs,
        InputSpec("volume_baseline", "radiomics", "RAD.RADFILE:morph_volume@BASELINE", "mm3", 0, 500_000),
        InputSpec("volume_restaging", "radiomics", "RAD.RADFILE:morph_volume@RESTAGING", "mm3", 0, 500_000),
        InputSpec("entropy_baseline", "radiomics", "RAD.RADFILE:ih_entropy@BASELINE", None, 0, 10),
    ),
)


def table(volume, entropy):
    return f"feature,value\nmorph_volume,{volume}\nih_entropy,{entropy}\n".encode()


def with_everything(house: House, intake: Intake, participant: str = RESTAGED, **restaging: str) -> str:
    """The restaged participant with a CEA, a feature table and a photograph at each time that has a place for one."""
    house.model.manifest = WITH_RADIOMICS
    cea = {"LBTEST": "CEA", "LBOPER": "=", "LBORRES": "8.4", "LBORRESU": "ng/mL"}
    house.save(participant, "LB", {"LBDAT": day(-5)}, groups={"R": [cea]})
    for event, point, content in (("SCR", "BASELINE", table(20000, 4.2)), ("RST", "RESTAGING", table(5000, 3.1))):
        ref = send(house, intake, content, participant=participant)
        taken = day(-10) if event == "SCR" else day(119)
        items = {
            "RADTP": point,
            "RADDAT": taken,
            "RADFILE": ref,
            "RADSW": "mirp 2.3",
            "RADSEG": "MANUAL",
            "RADQC": "PASS",
        }
        house.save(participant, "RAD", items, event, reasons={"": "the images were analysed after all"})
    seen = photograph(house, intake, made.jpeg(size=(320, 240)), participant)
    house.save(participant, "RST", RESTAGING | {"ENDOIMG": seen} | restaging, "RST", reasons={"": "photograph added"})
    return participant


@pytest.fixture
def intake(tmp_path):
    return Intake(b"a key for the tests of files", folder=tmp_path / "incoming")


@pytest.fixture
def assessed(house, intake):
    return with_everything(house, intake)
