"""The only process that extracts features from an image. Started by `trial/confine.py`: limited, without network, empty environment.

One line in: {"image", "mask": paths, "folder": a private one, "modality", "bins" or "width" with "lowest", "spacing"}. One line out:
{"network", and "extractor", "features"; or "refused" with "detail"}. mirp (EUPL-1.2, IBSI-compliant) is loaded here and nowhere else: it is
an optional extra, in a process of its own. What it prints goes nowhere, for a line on the way out is an answer.
"""

import importlib.util
import json
import math
import os
import re
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

# Isolated mode knows no folder but the interpreter's; the code of this release is two above.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from trial.imaging.refusal import Unacceptable

SETTINGS = re.compile(r"(_d[0-9]+)?(_a[0-9]+\.[0-9]+)?(_[23]d)?(_[vs])?(_avg|_mrg|_s_mrg)?(_fb[ns]_[nw][0-9.]+)?")
"""What mirp adds to an IBSI name to say how it was computed; the settings stand in the heading of the table instead."""
NIFTI = (".nii", ".nii.gz")


def ibsi_name(name: str) -> str:
    """“cm_contrast_d1_3d_v_mrg_fbn_n6” as “cm_contrast”."""
    for at in range(len(name), 0, -1):
        if SETTINGS.fullmatch(name[at:]):
            shortest = name[:at]
    return shortest


def prepared(path: Path, folder: Path, name: str) -> Path:
    """A NIfTI file without the text of its header, or DICOM objects that all say they are de-identified. Raises Unacceptable."""
    if path.is_file() and path.name.endswith(NIFTI):
        from trial.imaging import nifti

        target = folder / f"{name}{'.nii.gz' if path.name.endswith('.gz') else '.nii'}"
        nifti.rewritten(path, target)
        return target
    _refuse_identified(path)
    return path


def _refuse_identified(path: Path) -> None:
    from trial.imaging.removed import identified

    objects = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    if not objects:
        raise Unacceptable("no-image")
    for each in objects:
        if identified(each):
            raise Unacceptable("identified", each.name[:80])


def extracted(asked: dict[str, Any]) -> dict[str, float]:
    """Features by IBSI name. Raises Unacceptable."""
    folder = Path(asked["folder"])
    image, mask = (prepared(Path(asked[name]), folder, name) for name in ("image", "mask"))
    told: dict[str, Any] = {"base_feature_families": "all", "image_modality": asked["modality"]}
    if asked["bins"]:
        told |= {"base_discretisation_method": "fixed_bin_number", "base_discretisation_n_bins": asked["bins"]}
    else:
        told |= {"base_discretisation_method": "fixed_bin_size", "base_discretisation_bin_width": asked["width"]}
        told |= {"resegmentation_intensity_range": [asked["lowest"], float("nan")]}
    if asked["spacing"]:
        told["new_spacing"] = asked["spacing"]
    from mirp import extract_features

    try:
        found = extract_features(image=str(image), mask=str(mask), **told)
    except (ValueError, TypeError, RuntimeError, IndexError, FileNotFoundError) as error:
        raise Unacceptable("no-features", type(error).__name__) from error
    tables = [table for table in found or () if table is not None]
    if not tables:
        raise Unacceptable("no-features", "the mask is empty")
    if sum(map(len, tables)) != 1:
        raise Unacceptable("several-regions", str(sum(map(len, tables))))
    return _by_name(tables[0].iloc[0].to_dict())


def _by_name(row: dict[str, Any]) -> dict[str, float]:
    features: dict[str, float] = {}
    for name, value in row.items():
        if name.startswith(("image_", "sample_")):
            continue
        short = ibsi_name(name)
        if short in features:
            raise Unacceptable("several-values", short)
        # What cannot be computed has no value, and is not there: NaN is no feature.
        if math.isfinite(number := float(value)):
            features[short] = number
    return features


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """What became of it."""
    if importlib.util.find_spec("mirp") is None:
        return {"refused": "no-extractor", "detail": ""}
    try:
        features = extracted(asked)
    except Unacceptable as refusal:
        return {"refused": refusal.reason, "detail": refusal.detail}
    except MemoryError:
        return {"refused": "memory", "detail": ""}
    return {"extractor": f"mirp {version('mirp')}", "features": {name: repr(value) for name, value in features.items()}}


if __name__ == "__main__":
    answered = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    said = answer(json.loads(sys.stdin.readline()))
    with os.fdopen(answered, "w") as out:
        out.write(json.dumps({"network": sys.argv[1], **said}) + "\n")
