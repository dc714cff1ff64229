"""The only process that reads a file somebody sent. Started by `trial/confine.py`: limited, without network, with an empty environment.

One line in: {"kind", "source": the file, "folder": a private one, "participant", "key": hexadecimal}. One line out: {"network", and
"taken": {"flags", "facts"} with the file to keep at folder/content and a preview at folder/preview where there is one; or "refused" and
"detail"; or "failed": "disk"}.
"""

import errno
import json
import sys
from pathlib import Path
from typing import Any

# Isolated mode knows no folder but the interpreter's; the code of this release is two above.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from trial.feature_table import LineUnreadable, parsed, sums_to_one
from trial.imaging.refusal import Unacceptable

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def table(source: Path, folder: Path, *, shares: bool) -> dict[str, Any]:
    """A feature table is kept as it came: numbers under names of features."""
    content = source.read_bytes()
    try:
        found = parsed(content)
    except LineUnreadable as error:
        raise Unacceptable(error.what, str(error.line)) from error
    if not found:
        raise Unacceptable("rows")
    if shares and not sums_to_one(found):
        raise Unacceptable("sum")
    (folder / "content").write_bytes(content)
    return {"flags": [], "facts": {"rows": len(found)}}


def picture(source: Path, folder: Path) -> dict[str, Any]:
    """A photograph; endoscopes write the name into the picture, so somebody looks at each."""
    from trial.imaging import picture, preview

    picture.rewritten(source, folder / "content")
    preview.of_picture(folder / "content", folder / "preview")
    return {"flags": ["to-look-at"], "facts": {}}


def mask(source: Path, folder: Path, names: Any) -> dict[str, Any]:
    """A segmentation, NIfTI or DICOM; it shows contours and no picture."""
    from trial.imaging import deidentify, kept, nifti

    with source.open("rb") as file:
        dicom = deidentify.is_image(file.read(132))
    if not dicom:
        nifti.rewritten(source, folder / "content")
        return {"flags": [], "facts": {}}
    cleaned = deidentify.clean(source, names(), classes={kept.SEGMENTATION})
    if cleaned is None:
        raise Unacceptable("no-image")
    (folder / "content").write_bytes(cleaned.content)
    return {"flags": [], "facts": {"modalities": [cleaned.modality]}}


def read(asked: dict[str, Any]) -> dict[str, Any]:
    """Read one file as its kind. Raises Unacceptable."""
    source, folder = Path(asked["source"]), Path(asked["folder"])

    def names() -> Any:
        from trial.imaging.pseudonyms import Pseudonyms

        return Pseudonyms(bytes.fromhex(asked["key"]), asked["participant"])

    match asked["kind"]:
        case "csv-features" | "csv-taxa":
            return table(source, folder, shares=asked["kind"] == "csv-taxa")
        case "image":
            return picture(source, folder)
        case "mask":
            return mask(source, folder, names)
        case "dicom-zip":
            from trial.imaging import series

            return series.rewritten(source, folder, names())
    raise ValueError(f"no reader for {asked['kind']!r}")


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """What became of it."""
    try:
        return {"taken": read(asked)}
    except Unacceptable as refusal:
        return {"refused": refusal.reason, "detail": refusal.detail}
    except MemoryError:
        return {"refused": "memory", "detail": ""}
    except OSError as error:
        if error.errno in FULL:
            return {"failed": "disk"}
        if error.errno == errno.EFBIG:
            return {"refused": "bomb", "detail": "written"}
        raise


if __name__ == "__main__":
    said = answer(json.loads(sys.stdin.readline()))
    sys.stdout.write(json.dumps({"network": sys.argv[1], **said}) + "\n")
