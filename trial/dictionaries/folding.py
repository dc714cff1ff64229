"""How two spellings of one term are found to be the same: `exact` forgives what no eye sees, `loose` what no reader minds."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator

LONGEST = 400
"""Characters of a folded text: what an index of either engine takes."""
LONGEST_WORD = 60
_SMALL = frozenset({"a", "an", "and", "at", "by", "for", "in", "of", "on", "or", "the", "to", "with"})
_SPACE = re.compile(r"\s+")
_NO_WORD = re.compile(r"[\W_]+")
_FAR_EAST = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_BRITISH = (
    ("haem", "hem"), ("aemi", "emi"), ("oedem", "edem"), ("oesoph", "esoph"), ("oestr", "estr"), ("diarrhoea", "diarrhea"),
    ("paed", "ped"), ("foet", "fet"), ("faec", "fec"), ("caec", "cec"), ("anaesth", "anesth"), ("orrhoea", "orrhea"),
    ("leuk", "leuc"), ("dyspnoea", "dyspnea"), ("apnoea", "apnea"), ("tumour", "tumor"), ("colour", "color"),
    ("fibre", "fiber"), ("litre", "liter"), ("isation", "ization"), ("ising", "izing"), ("lysed", "lyzed"),
    ("sulph", "sulf"), ("gynaec", "gynec"), ("orthopaed", "orthoped"), ("ischaem", "ischem"),
)  # fmt: skip
"""Spellings of Britain to those of America, as parts of words; both sides of a comparison go through it."""


def exact(text: str) -> str:
    """The text without what no eye sees: width of characters, case, space around and between words."""
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip().casefold()


def loose(text: str) -> str:
    """The text without accents, punctuation and the spelling of a country; a text of signs alone is only `exact`."""
    if text.isascii():
        folded = _american(_NO_WORD.sub(" ", text).strip().lower()) or exact(text)
        return folded if len(folded) <= LONGEST else _short(folded)
    bare = "".join(c for c in unicodedata.normalize("NFKD", exact(text)) if not unicodedata.combining(c))
    folded = _american(_NO_WORD.sub(" ", unicodedata.normalize("NFC", bare)).strip()) or exact(text)
    return folded if len(folded) <= LONGEST else _short(folded)


def _short(folded: str) -> str:
    """Two long texts with one beginning are two texts."""
    return folded[: LONGEST - 17] + " " + hashlib.sha256(folded.encode()).hexdigest()[:16]


def _american(text: str) -> str:
    for british, american in _BRITISH:
        text = text.replace(british, american)
    return text


def words(text: str) -> tuple[str, ...]:
    """The words to look a text up by, each once: a script without blanks gives each pair of signs."""
    return words_of(loose(text))


def words_of(folded: str) -> tuple[str, ...]:
    """The same of a text that is folded already. Small words are left out unless there is no other."""
    found = tuple(dict.fromkeys(word[:LONGEST_WORD] for word in _words(folded)))
    return tuple(word for word in found if word not in _SMALL) or found


def _words(folded: str) -> Iterator[str]:
    for word in folded.split():
        if _FAR_EAST.search(word) and len(word) > 1:
            yield from (word[i : i + 2] for i in range(len(word) - 1))
        else:
            yield word
