"""A small PNG of a picture or of one DICOM slice, for the form: a few hundred pixels wide, nothing but pixels in it."""

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from PIL import Image
from pydicom.pixels.utils import pixel_array

from trial.imaging.picture import BROKEN, MOST_PIXELS, opened
from trial.imaging.refusal import Unacceptable

LARGEST = 640
"""Pixels of the longer side."""
SHARE = (1.0, 99.0)
"""Percentiles shown from black to white where the object does not say (PS3.3 C.11.2)."""


def of_picture(source: Path, target: Path) -> None:
    """Of a photograph. Raises Unacceptable."""
    _saved(opened(source).convert("RGB"), target)


def of_slice(source: Path, target: Path) -> bool:
    """Of a DICOM object, its middle frame; False where no decoder here reads it, or its pixels are not what its header says."""
    try:
        found = pydicom.dcmread(source)
        if found.Rows * found.Columns > MOST_PIXELS:
            return False
        frames = int(found.get("NumberOfFrames") or 1)
        _saved(_drawn(found, pixel_array(source, index=frames // 2)), target)
    except (*BROKEN, AttributeError, KeyError, RuntimeError, NotImplementedError, TypeError):
        return False
    return True


def _drawn(found: pydicom.FileDataset, pixels: Any) -> Image.Image:
    if pixels.ndim == 3:
        return Image.fromarray(pixels.astype(np.uint8), "RGB")
    values = pixels.astype(np.float32) * float(found.get("RescaleSlope") or 1) + float(
        found.get("RescaleIntercept") or 0
    )
    low, high = _window(found, values)
    grey = np.clip((values - low) / max(high - low, 1e-6) * 255, 0, 255).astype(np.uint8)
    return Image.fromarray(255 - grey if found.PhotometricInterpretation == "MONOCHROME1" else grey)


def _window(found: pydicom.FileDataset, values: Any) -> tuple[float, float]:
    centre, width = (_first(found.get(name)) for name in ("WindowCenter", "WindowWidth"))
    if centre is None or width is None or width < 1:
        low, high = np.percentile(values, SHARE)
        return float(low), float(high)
    return centre - width / 2, centre + width / 2


def _first(value: Any) -> float | None:
    if value in (None, ""):
        return None
    return float(value[0] if isinstance(value, (list, pydicom.multival.MultiValue)) else value)


def _saved(picture: Image.Image, target: Path) -> None:
    picture.thumbnail((LARGEST, LARGEST))
    picture.info.clear()
    picture.save(target, "PNG", optimize=True)


__all__ = ["Unacceptable", "of_picture", "of_slice"]
