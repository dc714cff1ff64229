"""The kinds of file a form takes: how large, how they begin, why one is not taken, what is remarked on one that is."""

from __future__ import annotations

from collections.abc import Mapping

from forms.text import _l

LARGEST: Mapping[str, int] = {
    "csv-features": 2_000_000,
    "csv-taxa": 2_000_000,
    "image": 20_000_000,
    "dicom-zip": 200_000_000,
    "mask": 200_000_000,
}
"""Bytes of a file of each kind, as sent."""
PICTURES = frozenset({"image", "dicom-zip", "mask"})
"""Kinds that show a body: written anew without what identifies, and each download is recorded (R28)."""
MAGIC: Mapping[str, tuple[bytes, ...]] = {
    "image": (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"),
    "dicom-zip": (b"PK\x03\x04",),
    "mask": (b"\x1f\x8b", b"\x5c\x01\x00\x00", b"\x00\x00\x01\x5c"),
}
"""First bytes of what is accepted, whatever the name says; a DICOM SEG has its mark at byte 128."""
HEAD = 132

REASONS: Mapping[str, str] = {
    "empty": _l("The file is empty."),
    "large": _l("The file is too large: it has %(size)s, and at most %(largest)s are taken."),
    "kind": _l("The file is not of the kind asked for here, whatever its name says."),
    "table": _l("The table cannot be read: two columns with a heading are expected. Line %(detail)s is not so."),
    "number": _l("Line %(detail)s of the table: the value is no finite number."),
    "rows": _l("The table has no rows."),
    "biom-format": _l("The file is no BIOM table of version 1.0 or 2.1 (%(detail)s)."),
    "biom-shape": _l("The BIOM table has not the shape that it states (%(detail)s)."),
    "biom-ids": _l("The BIOM table has a %(detail)s without an id, or two with the same one."),
    "biom-number": _l("The BIOM table has a value that is negative, not finite, or stands twice (%(detail)s)."),
    "biom-negative": _l("The BIOM table has a value below 0 (%(detail)s)."),
    "biom-empty": _l("A sample of the BIOM table has no counts at all (%(detail)s)."),
    "biom-unclosed": _l("The values are neither counts nor shares that sum to 1 within 0.000001 (%(detail)s)."),
    "biom-mixed": _l("Some samples of the BIOM table are counts and some are shares."),
    "sum": _l("The abundances do not sum to 1 (within 0.001)."),
    "unreadable": _l("The file is damaged or not what it says it is. Please export it again."),
    "truncated": _l("The file ends too early. Please export and send it again."),
    "bomb": _l("The archive or picture unpacks to far more than a study can have. It is not taken."),
    "nested": _l("There is an archive inside the archive. Please send the images in one ZIP file."),
    "outside": _l("The archive names files outside its folder. It is not taken."),
    "link": _l("The archive holds links. Please send the images themselves."),
    "encrypted": _l("The archive is protected by a password. Please send it without one."),
    "no-image": _l("There is no DICOM image of a known kind in it."),
    "several": _l("The file holds several pictures. Please send one."),
    "syntax": _l("The images are compressed in a way that is not taken. Please export them without compression."),
    "memory": _l("Reading the file took more memory than is allowed. It is not taken."),
    "time": _l("Reading the file took more time than is allowed. It is not taken."),
    "crash": _l("The file made its reader break off. It is not taken; please tell the data manager."),
    "scanner": _l("The virus scanner does not let the file pass."),
    "no-scanner": _l("The virus scanner does not work, so that no file is taken. Please tell the administrator."),
    "quota-participant": _l(
        "The files of a participant may take %(most)s; %(left)s are left, and this file needs %(size)s."
    ),
    "quota-site": _l("The files of a site may take %(most)s; %(left)s are left, and this file needs %(size)s."),
}
"""Why a file is not taken, in words. The first ones are known before it is read, the last before it is kept."""

FLAGS: Mapping[str, str] = {
    "burned-in": _l("says that text is burned into the picture"),
    "to-look-at": _l("nobody has looked yet whether a name is burned into the picture"),
    "no-preview": _l("no preview could be drawn"),
    "left-out": _l("parts that are no images were left out"),
    "elsewhere": _l("the same file was sent for another participant"),
}
"""What is remarked on a file, in words."""
LOOK = frozenset({"burned-in", "to-look-at"})
"""Flags that stand until somebody has looked at the picture."""


def known_problem(kind: str, head: bytes, size: int) -> str | None:
    """What is wrong with a file by its size and first bytes: a key of REASONS, or None."""
    if not size:
        return "empty"
    if size > largest(kind):
        return "large"
    marks = MAGIC.get(kind)
    segmentation = kind == "mask" and head[128:132] == b"DICM"
    return "kind" if marks and not segmentation and not head.startswith(marks) else None


def largest(kind: str) -> int:
    """Bytes taken of a kind. KeyError for a kind nobody declared."""
    return LARGEST[kind]


ENDINGS = ((b"\x89PNG", "png"), (b"\xff\xd8\xff", "jpg"), (b"PK\x03\x04", "zip"), (b"\x1f\x8b", "nii.gz"))


def name_of(participant: str, item: str, kind: str, head: bytes) -> str:
    """What a kept file is called: the name it was sent under may be the patient's. `item` is FORM.ITEM, `head` how it begins."""
    other = "csv" if kind.startswith("csv") else "dcm" if head[128:132] == b"DICM" else "nii"
    ending = other if kind.startswith("csv") else next((end for mark, end in ENDINGS if head.startswith(mark)), other)
    return f"{participant}_{item.replace('.', '_')}.{ending}"


def in_bytes(size: int) -> str:
    """A size as people read it: 1.5 MB is 1 500 000 bytes."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{max(size, 0)} B"
