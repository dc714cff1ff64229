"""Whether a DICOM object says that it was de-identified (PS3.15 E.1: Patient Identity Removed)."""

from pathlib import Path

import pydicom
from pydicom.errors import InvalidDicomError

from trial.imaging.refusal import Unacceptable


def identified(path: Path) -> bool:
    """True unless the object says YES. Raises Unacceptable for what is no DICOM object."""
    try:
        read = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=["PatientIdentityRemoved"])
    except (InvalidDicomError, OSError, ValueError) as error:
        raise Unacceptable("no-image", path.name[:80]) from error
    return str(read.get("PatientIdentityRemoved", "")) != "YES"
