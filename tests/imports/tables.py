"""Omics tables for the tests, and the way in."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.actions.house import House, day
from tests.imports.sheets import sheet
from trial.actions.import_order import Order
from trial.actions.import_run import Outcome
from trial.actions.omics import import_omics
from trial.frozen import pin
from trial.frozen.manifest import Manifest, read_manifest

MANIFEST = read_manifest(Path(pin.__file__).parent / "manifest.json", pin.MANIFEST_DIGEST)
FEATURES = {
    "morph_volume": "31500.5", "morph_sphericity": "0.62", "stat_mean": "310.25", "stat_skew": "-0.4", "ih_entropy": "5.2",
    "cm_joint_entr": "8.6", "cm_contrast": "34", "szm_lze": "1.2e2",
}  # fmt: skip
TAXA = {"Faecalibacterium": "0.1", "Roseburia": "0.05", "Akkermansia": "0.02", "Fusobacterium": "0", "other": "0.83"}
IMAGE = {
    "event": "SCR",
    "date": day(-10),
    "extractor": "pyradiomics",
    "version": "3.1.0",
    "segmentation": "manual",
    "quality": "pass",
}
STOOL = {"event": "SCR", "date": day(2), "method": "16S", "reads": "48000", "antibiotics": "no"}
PLASMA = {"event": "SCR", "date": day(2), "assay": "tumour-informed", "result": "detected", "vaf": "0.75"}
REPORT = {
    "date": day(5),
    "method": "IHC|NGS",
    "mmr": "pMMR/MSS",
    "ras": "wild type",
    "braf": "MUT",
    "cms": "CMS4",
    "tmb": "4.2",
}
USUAL = {"radiomics": IMAGE | FEATURES, "taxa": STOOL | TAXA, "ctdna": PLASMA, "molecular": REPORT}


def row(kind: str, participant: str, /, **more: str) -> dict[str, str]:
    """The cells of a usual line."""
    return {"participant": participant, **USUAL[kind]} | more


def table(*rows: dict[str, str]) -> bytes:
    """A file with the columns of the first row."""
    names = list(rows[0])
    return sheet(*(",".join(cells.get(name, "") for name in names) for cells in rows), heading=",".join(names))


def take(house: House, kind: str, *rows: dict[str, str], by: str = "data_manager", **order: Any) -> Outcome:
    return take_bytes(house, kind, table(*rows), by, **order)


def take_bytes(house: House, kind: str, content: bytes, by: str = "data_manager", **order: Any) -> Outcome:
    manifest = order.pop("manifest", MANIFEST)
    said = Order(f"{kind}.csv", **order)
    return import_omics(io.BytesIO(content), said, kind, manifest=manifest, files=house.files, uow=house.work(by))


def declaring(extractor: str) -> Manifest:
    """A manifest that says what its features were extracted with."""
    return replace(MANIFEST, training={**MANIFEST.training, "extractor": extractor})


def sampled(house: House, site: str = "01") -> str:
    """Somebody screened, who gives samples."""
    return house.screened(site, IC={"ICSAMP": "Y"})
