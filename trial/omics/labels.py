"""Labels of specimens and aliquots: letters and digits with a check character, so that a label read or typed wrongly is no label.

The check character is that of ISO 7064 MOD 37,36: it finds every wrong character and every two that changed places. A label of the trial is
the participant's number without its hyphens, a letter and a number, and the check character, as in VG010007-S03-K; an aliquot adds its own.
Labels of other laboratories are taken as they are: they were printed elsewhere, and nothing can be asked of them.
"""

from __future__ import annotations

import re

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_OURS = re.compile(r"(?P<body>VG[0-9A-Z]{5,12}-S[0-9]{2}(-A[0-9]{2})?)-(?P<check>[0-9A-Z])")
_BEGINS = re.compile(r"VG[0-9A-Z]{5,12}-S")


def check_character(body: str) -> str:
    """The check character of letters and digits; hyphens do not count. ValueError for another character."""
    rest = 36
    for character in body.replace("-", "").upper():
        rest = (rest + ALPHABET.index(character)) % 36 or 36
        rest = rest * 2 % 37
    return ALPHABET[(37 - rest) % 36]


def specimen_label(participant: str, number: int) -> str:
    """The label of a participant's specimen: VG-01-0007, 3 -> VG010007-S03-?."""
    return _checked(f"{participant.replace('-', '')}-S{number:02d}")


def aliquot_label(specimen: str, number: int) -> str:
    """The label of an aliquot. That of a specimen of ours goes on with its number; another's is kept whole before it."""
    found = _OURS.fullmatch(specimen)
    return _checked(f"{found['body']}-A{number:02d}") if found else f"{specimen}-A{number:02d}"


def _checked(body: str) -> str:
    return f"{body}-{check_character(body)}"


def tidy(typed: str) -> str:
    """A label as a scanner or a person gives it: without blanks around it; letters of ours in capitals."""
    label = typed.strip()
    return label.upper() if _BEGINS.match(label.upper()) else label


def mistyped(label: str) -> bool:
    """Whether a label is one of ours by its beginning and none by its check character. None of ours is never mistyped."""
    if not _BEGINS.match(label):
        return False
    found = _OURS.fullmatch(label)
    return found is None or check_character(found["body"]) != found["check"]
