"""What a REDCap project says besides its fields: events, arms, which forms repeat, codes for missing data; and its files as written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from forms.foreign import Aside
from forms.redcap.problem import RedcapProblem
from forms.redcap.sheet import read_sheet

PROJECT = "project"
"""Where the asides of the whole project stand."""
CLASSIC = "event_1_arm_1"
"""The one event of a project that is not longitudinal, by the name REDCap gives it."""
EVENT, INSTRUMENT, INSTANCE = "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"
GROUP = "redcap_data_access_group"

REASONS: Mapping[str, str] = {
    **dict.fromkeys(("VG_ND", "ND", "NASK", "NAVU", "NP", "NAV", "MSK"), "ND"),
    **dict.fromkeys(("VG_UNK", "UNK", "ASKU", "NI", "INV", "OTH", "UNC", "PINF", "NINF", "DER"), "UNK"),
    **dict.fromkeys(("VG_NA", "NA"), "NA"),
}
"""REDCap's recommended codes for missing data, and ours (not done, unknown, not applicable). VG_: what Vigil writes (see MISSING)."""
MISSING: Mapping[str, str] = {"VG_ND": "Not done", "VG_UNK": "Unknown", "VG_NA": "Not applicable"}
"""Codes for missing data of Vigil's own exports: none of them can be the code of an answer, as UNK is in many lists."""


@dataclass(frozen=True)
class Setup:
    """`events` in the order of the project; `repeating` (event, form), form "" where the whole event repeats; `designated`
    (event, form); `missing` code -> label; `titles` of forms; `files` name -> text as written; `further` what has no place here.
    """

    longitudinal: bool = False
    events: tuple[str, ...] = ()
    repeating: frozenset[tuple[str, str]] = frozenset()
    designated: tuple[tuple[str, str], ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    further: tuple[Aside, ...] = ()


_FILES = ("Events", "Arms", "Mapping")


def read_setup(
    events: bytes = b"", arms: bytes = b"", mapping: bytes = b"", missing: Mapping[str, str] | None = None
) -> Setup:
    """The setup that REDCap's own files describe, each as far as it is given. Raises RedcapProblem."""
    rows = read_sheet(events).lines if events else ()
    pairs = read_sheet(mapping).lines if mapping else ()
    given = zip(_FILES, (events, arms, mapping), strict=True)
    return Setup(
        bool(events or mapping),
        tuple(_cell(row.cells, "unique_event_name") for row in rows),
        designated=tuple((_cell(row.cells, "unique_event_name"), _cell(row.cells, "form")) for row in pairs),
        missing=missing or {},
        files={name: data.decode("utf-8-sig") for name, data in given if data},
    )


def read_missing(text: str) -> dict[str, str]:
    """Codes for missing data as REDCap writes them in a project: "NI, No information | UNK, Unknown", or one a line."""
    pairs = (part.partition(",") for part in text.replace("\n", "|").split("|") if part.strip())
    return {code.strip(): label.strip() for code, _, label in pairs}


def _cell(cells: Mapping[str, str], name: str) -> str:
    if name not in cells:
        raise RedcapProblem("columns_missing", name)
    return cells[name]


def asides_of(setup: Setup, forms: Iterable[str]) -> Iterator[Aside]:
    """The setup as text beside the study."""
    yield Aside(PROJECT, "Forms", " ".join(forms))
    yield Aside(PROJECT, "Longitudinal", "yes" if setup.longitudinal else "no")
    yield from (Aside(PROJECT, "Event", event) for event in setup.events)
    yield from (Aside(PROJECT, "Repeating", f"{event} {form}") for event, form in sorted(setup.repeating))
    yield from (Aside(PROJECT, "Designated", f"{event} {form}") for event, form in setup.designated)
    yield from (Aside(PROJECT, "Missing data code", f"{code}, {label}") for code, label in setup.missing.items())
    yield from (Aside(PROJECT, f"{name} file", text) for name, text in setup.files.items())
    yield from setup.further


def setup_of(asides: Iterable[Aside]) -> Setup:
    """The setup that `asides_of` wrote."""
    texts: dict[str, list[str]] = {}
    for aside in asides:
        if aside.where == PROJECT:
            texts.setdefault(aside.name, []).append(aside.text)
    return Setup(
        texts.get("Longitudinal") == ["yes"],
        tuple(texts.get("Event", ())),
        frozenset(_pair(text) for text in texts.get("Repeating", ())),
        tuple(_pair(text) for text in texts.get("Designated", ())),
        {code: label for code, _, label in (text.partition(", ") for text in texts.get("Missing data code", ()))},
        files={name: texts[f"{name} file"][0] for name in _FILES if f"{name} file" in texts},
    )


def order_of_forms(asides: Iterable[Aside]) -> tuple[str, ...]:
    """The forms in the order of the dictionary; none where the study did not come from REDCap."""
    named = (aside.text.split() for aside in asides if (aside.where, aside.name) == (PROJECT, "Forms"))
    return tuple(next(named, ()))


def _pair(text: str) -> tuple[str, str]:
    event, _, form = text.partition(" ")
    return event, form
