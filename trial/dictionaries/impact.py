"""What a new version of a dictionary means for what was coded under an earlier one, term by term."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from forms.text import _l

GONE, NOT_CURRENT, MOVED_PT, MOVED_SOC, MOVED, SAME = "gone", "not-current", "moved-pt", "moved-soc", "moved", "same"
CHANGE_WORDS: Mapping[str, str] = {
    GONE: _l("The code is not in the new version."),
    NOT_CURRENT: _l("The term is no longer current."),
    MOVED_PT: _l("It stands under another preferred term."),
    MOVED_SOC: _l("Its class is another one."),
    MOVED: _l("It is grouped otherwise."),
}

Codes = Sequence[Mapping[str, str]]
"""A coded term and all above it: {"level", "code", "text"} each, the term itself first."""


def change(was: Codes, now: Codes | None, *, current: bool) -> str:
    """What became of a coded term; `now` None where the new version has no such code. The gravest change is named."""
    if now is None:
        return GONE
    if not current:
        return NOT_CURRENT
    different = {level for level in {*_codes(was), *_codes(now)} if _codes(was).get(level) != _codes(now).get(level)}
    if different & {"PT", "PREF"}:
        return MOVED_PT
    if different & {"SOC", "ATC"}:
        return MOVED_SOC
    return MOVED if different else SAME


def _codes(path: Codes) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for each in path:
        found.setdefault(each["level"], []).append(each["code"])
    return found
