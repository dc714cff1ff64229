"""What a dictionary is read into, and where its files lie: a folder, or a zip as it was downloaded."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from forms.text import _l

MEDDRA, WHODRUG = "meddra", "whodrug"
KINDS: Mapping[str, str] = {MEDDRA: "MedDRA", WHODRUG: "WHODrug"}
"""Kinds of dictionaries, and their names, which nobody translates."""
CODED_AT: Mapping[str, str] = {MEDDRA: "LLT", WHODRUG: "DRUG"}
"""The level of each kind whose terms a verbatim text is coded to."""
LEVEL_WORDS: Mapping[str, str] = {
    "LLT": _l("Lowest level term"),
    "PT": _l("Preferred term"),
    "HLT": _l("High level term"),
    "HLGT": _l("High level group term"),
    "SOC": _l("System organ class"),
    "DRUG": _l("Drug name"),
    "PREF": _l("Preferred name"),
    "ATC": _l("ATC class"),
}
_DATA = Path(__file__).resolve().parents[1] / "data" / "dictionaries"
MINI: Mapping[str, Path] = {MEDDRA: _DATA / "meddra-mini-1.0", WHODRUG: _DATA / "whodrug-mini-1.0"}
"""The invented dictionaries, for tests and the demonstration."""
LONGEST_LINE = 20_000

Path3 = tuple[str, str, str]
"""HLT, HLGT and SOC above a preferred term."""


@dataclass(frozen=True)
class Term:
    """One term. `parent`: code one level up (of a drug, its preferred name). `paths`: of a PT the codes above, the primary one first; of
    a drug its ATC codes. `current`: whether it may be coded to.
    """

    level: str
    code: str
    text: str
    parent: str | None = None
    current: bool = True
    paths: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Broken:
    """A line, or a term, that cannot be what it should be; `line` 0 is the file as a whole. `message` is a msgid."""

    file: str
    line: int
    message: str
    args: Mapping[str, str] = field(default_factory=dict)

    def words(self) -> str:
        """In English; pages translate."""
        return f"{self.file}:{self.line} {self.message % self.args if self.args else self.message}"


Problem = Callable[[Broken], None]


class Source:
    """Files of a dictionary by name, whatever the case of the letters and the folder inside a zip."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._zip = zipfile.ZipFile(path) if zipfile.is_zipfile(path) else None
        found = self._zip.namelist() if self._zip else [p.name for p in path.glob("*") if p.is_file()]
        self._names = {name.rpartition("/")[2].lower(): name for name in found if not name.endswith("/")}

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._names

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """The bytes of a file. Raises KeyError where there is none."""
        place = self._names[name.lower()]
        with self._zip.open(place) if self._zip else (self._path / place).open("rb") as file:
            yield file

    def digest(self, name: str) -> str:
        """SHA-256 of a file."""
        total = hashlib.sha256()
        with self.open(name) as file:
            while chunk := file.read(1 << 20):
                total.update(chunk)
        return total.hexdigest()

    def lines(self, name: str, problem: Problem) -> Iterator[tuple[int, str]]:
        """Number and text of each line that is not blank: UTF-8, with or without a byte order mark. What is none is a problem."""
        if name not in self:
            problem(Broken(name, 0, _l("The file is missing.")))
            return
        with self.open(name) as file:
            for number, raw in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), start=1):
                try:
                    text = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
                except UnicodeDecodeError:
                    problem(Broken(name, number, _l("The line is not UTF-8 text.")))
                    continue
                if text.strip("\x1a \t"):
                    yield number, text

    def close(self) -> None:
        """Let go of the zip."""
        if self._zip:
            self._zip.close()
