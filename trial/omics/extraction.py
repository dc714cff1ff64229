"""Features of an image within a mask, extracted in a process of its own, as the table that the form RAD takes."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forms.text import _l
from trial.child import Child, ChildGone, ChildSilent
from trial.confine import GIBIBYTE, Limits
from trial.errors import VigilError

WORKER = Path(__file__).parent / "extractor.py"
LIMITS = Limits(memory=12 * GIBIBYTE, cpu=1800, open_files=256, written=2 * GIBIBYTE)
"""Address space, not memory in use: the libraries of ITK alone reserve gigabytes of it."""
SECONDS = 2000.0
REASONS: Mapping[str, str] = {
    "no-extractor": _l("The extractor is not installed. Install it with: pip install 'vigil[radiomics]'"),
    "identified": _l(
        "“%(detail)s” does not say that it was de-identified (Patient Identity Removed). Upload the study first."
    ),
    "no-image": _l("There is no image in it that can be read (%(detail)s)."),
    "unreadable": _l("The file is damaged or not what it says it is (%(detail)s)."),
    "truncated": _l("The file ends too early (%(detail)s)."),
    "bomb": _l("The image is far larger than a study can have (%(detail)s)."),
    "no-features": _l(
        "No features can be computed: image and mask do not belong together, or the mask is empty (%(detail)s)."
    ),
    "several-regions": _l("The mask must hold one region; it holds %(detail)s."),
    "several-values": _l("The settings give several values of “%(detail)s”."),
    "lacks": _l("The extractor gives no feature “%(detail)s” that the model reads."),
    "memory": _l("It took more memory than is allowed."),
    "time": _l("It took more time than is allowed."),
    "crash": _l("The extractor broke off (%(detail)s)."),
}
"""Why there are no features, in words."""
UNITS: Mapping[str, str] = {
    "morph_volume": "mm3", "morph_vol_approx": "mm3", "morph_area_mesh": "mm2", "morph_av": "1/mm", "morph_com": "mm", "morph_diam": "mm",
    "morph_pca_maj_axis": "mm", "morph_pca_min_axis": "mm", "morph_pca_least_axis": "mm",
}  # fmt: skip
"""Units of features that have one whatever the image; the others have none, or that of the image (IBSI reference manual, chapter 3)."""


@dataclass(eq=False)
class NotExtracted(VigilError):
    """No features: `reason` is a key of REASONS, `detail` fills it."""

    reason: str
    detail: str

    def __str__(self) -> str:
        return REASONS[self.reason] % {"detail": self.detail}


@dataclass(frozen=True)
class Settings:
    """How features are computed. `bins`: a fixed number of grey levels; or `width` of a bin from `lowest` on, in the image's unit.

    `spacing`: voxels are interpolated to it first, in mm; None: they stay.
    """

    modality: str = "mr"
    bins: int | None = 32
    width: float | None = None
    lowest: float = 0.0
    spacing: float | None = None

    def told(self) -> str:
        """As the table says it."""
        levels = f"{self.bins} bins" if self.bins else f"bins of {self.width:g} from {self.lowest:g}"
        return f"{self.modality}; {levels}; " + (
            f"voxels of {self.spacing:g} mm" if self.spacing else "voxels as they are"
        )


@dataclass(frozen=True)
class Extracted:
    """Features by IBSI name, as text; what made them; how the network was kept away."""

    features: Mapping[str, str]
    extractor: str
    network: str


def extract(
    image: Path, mask: Path, settings: Settings, *, limits: Limits = LIMITS, seconds: float = SECONDS
) -> Extracted:
    """Extract in a child process. Raises NotExtracted."""
    with tempfile.TemporaryDirectory(prefix="vigil-radiomics-") as folder:
        said = _asked(image, mask, Path(folder), settings, limits, seconds)
    if "refused" in said:
        raise NotExtracted(str(said["refused"]), str(said["detail"]))
    return Extracted(said["features"], str(said["extractor"]), str(said["network"]))


def _asked(image: Path, mask: Path, folder: Path, settings: Settings, limits: Limits, seconds: float) -> dict[str, Any]:
    order = {name: getattr(settings, name) for name in ("modality", "bins", "width", "lowest", "spacing")}
    child = Child(WORKER, limits)
    try:
        return child.ask(
            {**order, "image": str(image.resolve()), "mask": str(mask.resolve()), "folder": str(folder)}, seconds
        )
    except ChildSilent as silent:
        raise NotExtracted("time", silent.detail) from silent
    except ChildGone as gone:
        raise NotExtracted("crash", gone.detail) from gone
    finally:
        child.kill()


def digest_of(path: Path) -> str:
    """SHA-256 of a file; of a folder, of the digests of its files in the order of their names."""
    if path.is_dir():
        parts = (digest_of(p) for p in sorted(path.rglob("*")) if p.is_file())
        return hashlib.sha256("".join(parts).encode()).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def as_table(found: Extracted, said: Mapping[str, str], wanted: Iterable[str] | None = None) -> bytes:
    """The table: what it says of itself, then name, value and unit; only the `wanted` features, where named. Raises NotExtracted."""
    names = sorted(found.features) if wanted is None else list(wanted)
    if absent := next((name for name in names if name not in found.features), None):
        raise NotExtracted("lacks", absent)
    told = [f"# extractor: {found.extractor}", *(f"# {key}: {value}" for key, value in said.items())]
    rows = [f"{name},{found.features[name]},{UNITS.get(name, '')}" for name in names]
    return ("\n".join((*told, "feature,value,unit", *rows)) + "\n").encode()
