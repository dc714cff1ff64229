"""A ZIP archive of DICOM objects: each cleaned, the archive written anew, in an order and under names that tell nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from trial.imaging import archive, preview
from trial.imaging.deidentify import Cleaned, clean, is_image
from trial.imaging.pseudonyms import Pseudonyms
from trial.imaging.refusal import Unacceptable

CHUNK = 2**20


def rewritten(source: Path, folder: Path, names: Pseudonyms) -> dict[str, Any]:
    """Write `content` (and `preview`, where one can be drawn) into the folder; returns flags and facts. Raises Unacceptable."""
    parts, left_out, studies = [], 0, set()
    with archive.entries(source) as files:
        for number, cleaned in enumerate(_cleaned(files, folder / "part", names)):
            if cleaned is None:
                left_out += 1
                continue
            place = folder / f"{number}.dcm"
            place.write_bytes(cleaned.content)
            studies.add(cleaned.study)
            parts.append((cleaned.order, place, cleaned.modality, cleaned.flags))
    if not parts:
        raise Unacceptable("no-image")
    parts.sort(key=lambda part: part[0])
    archive.written(folder / "content", [(f"{n:05d}.dcm", part[1]) for n, part in enumerate(parts, start=1)])
    drawn = preview.of_slice(parts[len(parts) // 2][1], folder / "preview")
    flags = (
        set().union(*(part[3] for part in parts))
        | ({"left-out"} if left_out else set())
        | (set() if drawn else {"no-preview"})
    )
    for part in parts:
        part[1].unlink()
    series = {part[0][:2] for part in parts}
    facts = {
        "images": len(parts),
        "series": len(series),
        "left_out": left_out,
        "modalities": sorted({part[2] for part in parts}),
    }
    return {"flags": sorted(flags), "facts": facts, "same": names.mark(studies)}


def _cleaned(files: Iterator[IO[bytes]], place: Path, names: Pseudonyms) -> Iterator[Cleaned | None]:
    """Each entry cleaned, None for one that is no image. One at a time is on the disk as it came."""
    for file in files:
        with file:
            head = file.read(archive.HEAD)
            if is_image(head):
                _copied(head, file, place)
        try:
            yield clean(place, names) if is_image(head) else None
        finally:
            place.unlink(missing_ok=True)


def _copied(head: bytes, file: IO[bytes], place: Path) -> None:
    with place.open("wb") as target:
        target.write(head)
        while chunk := file.read(CHUNK):
            target.write(chunk)
