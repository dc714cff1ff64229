"""MedDRA as MedAscii: lines of fields that end in "$". Source: the distribution file format that MSSO and JMO publish with each release.

The licence holder's own copy is read; nothing of it is in this repository. The levels above LLT are held while it is read (about 30,000
preferred terms); the lowest level terms, three quarters of the lines, pass by one after the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from forms.text import _l
from trial.dictionaries.terms import Broken, Path3, Problem, Source, Term

FILES = (
    "soc.asc",
    "hlgt.asc",
    "hlt.asc",
    "pt.asc",
    "soc_hlgt.asc",
    "hlgt_hlt.asc",
    "hlt_pt.asc",
    "mdhier.asc",
    "llt.asc",
)
FIELDS = {"soc.asc": 2, "hlgt.asc": 2, "hlt.asc": 2, "pt.asc": 4, "soc_hlgt.asc": 2, "hlgt_hlt.asc": 2, "hlt_pt.asc": 2,
          "mdhier.asc": 12, "llt.asc": 10}  # fmt: skip
"""How many fields of each file are read; a release may add more behind them."""
PT_SOC = 3
LLT_PT, LLT_CURRENT = 2, 9
HIER_PRIMARY_SOC, HIER_PRIMARY = 10, 11
LONGEST_CODE, LONGEST_TEXT = 16, 1500


def read(source: Source, problem: Problem) -> Iterator[Term]:
    """Every term, the widest level first. What is wrong goes to `problem`, line by line; then the caller must not keep the terms."""
    tree = _Tree(source, problem)
    for level, names in (("SOC", tree.soc), ("HLGT", tree.hlgt), ("HLT", tree.hlt)):
        yield from (Term(level, code, text) for code, text in names.items())
    for code, (text, _soc) in tree.pt.items():
        paths = tree.paths.get(code, [])
        yield Term("PT", code, text, paths[0][0] if paths else None, paths=tuple(paths))
    yield from _lowest(source, problem, tree.pt)


def _fields(source: Source, name: str, problem: Problem) -> Iterator[tuple[int, list[str]]]:
    for number, line in source.lines(name, problem):
        cells = [cell.strip() for cell in line.split("$")]
        if len(cells) < FIELDS[name]:
            problem(Broken(name, number, _l("The line has fewer fields than this file has.")))
        elif not cells[0] or not cells[1]:
            problem(Broken(name, number, _l("A code or a name is blank.")))
        elif len(cells[0]) > LONGEST_CODE or len(cells[1]) > LONGEST_TEXT:
            problem(Broken(name, number, _l("A code or a name is too long.")))
        else:
            yield number, cells


def _names(source: Source, name: str, problem: Problem) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, cells in _fields(source, name, problem):
        if cells[0] in found:
            _twice(name, number, cells[0], problem)
        found[cells[0]] = cells[1]
    return found


def _twice(name: str, number: int, code: str, problem: Problem) -> None:
    problem(Broken(name, number, _l("Code %(code)s stands twice."), {"code": code}))


@dataclass
class _Tree:
    """The four levels above LLT, and how they hang together."""

    source: Source
    problem: Problem
    soc: dict[str, str] = field(init=False)
    hlgt: dict[str, str] = field(init=False)
    hlt: dict[str, str] = field(init=False)
    pt: dict[str, tuple[str, str]] = field(init=False)
    paths: dict[str, list[Path3]] = field(init=False)

    def __post_init__(self) -> None:
        self.soc, self.hlgt, self.hlt = (
            _names(self.source, f, self.problem) for f in ("soc.asc", "hlgt.asc", "hlt.asc")
        )
        self.pt = {}
        for number, cells in _fields(self.source, "pt.asc", self.problem):
            if cells[0] in self.pt:
                _twice("pt.asc", number, cells[0], self.problem)
            self.pt[cells[0]] = (cells[1], cells[PT_SOC])
        links = (
            self._links("soc_hlgt.asc", self.soc, self.hlgt),
            self._links("hlgt_hlt.asc", self.hlgt, self.hlt),
            self._links("hlt_pt.asc", self.hlt, self.pt),
        )
        self.paths = self._hierarchy(*links)

    def _links(self, name: str, above: object, below: object) -> set[tuple[str, str]]:
        found = set()
        for number, cells in _fields(self.source, name, self.problem):
            for code, known in ((cells[0], above), (cells[1], below)):
                if code not in known:  # type: ignore[operator]  # either kind of dict
                    self._unknown(name, number, code)
            found.add((cells[0], cells[1]))
        return found

    def _unknown(self, name: str, number: int, code: str) -> None:
        self.problem(Broken(name, number, _l("There is no term with code %(code)s."), {"code": code}))

    def _hierarchy(
        self, soc_hlgt: set[tuple[str, str]], hlgt_hlt: set[tuple[str, str]], hlt_pt: set[tuple[str, str]]
    ) -> dict[str, list[Path3]]:
        found: dict[str, list[Path3]] = {}
        primary: set[str] = set()
        for number, cells in _fields(self.source, "mdhier.asc", self.problem):
            pt, hlt, hlgt, soc = cells[:4]
            if pt not in self.pt:
                self._unknown("mdhier.asc", number, pt)
                continue
            if {(soc, hlgt)} - soc_hlgt or {(hlgt, hlt)} - hlgt_hlt or {(hlt, pt)} - hlt_pt:
                self._say(number, _l("The path of %(code)s is not what the files of links say."), pt)
            paths = found.setdefault(pt, [])
            if cells[HIER_PRIMARY] != "Y":
                paths.append((hlt, hlgt, soc))
                continue
            if pt in primary:
                self._say(number, _l("Preferred term %(code)s has two primary paths."), pt)
            if soc != self.pt[pt][1]:
                self._say(number, _l("The primary class of %(code)s is another one in pt.asc."), pt)
            primary.add(pt)
            paths.insert(0, (hlt, hlgt, soc))
        for pt in self.pt.keys() - primary:
            self._say(0, _l("Preferred term %(code)s has no primary class."), pt)
        return found

    def _say(self, number: int, message: str, code: str) -> None:
        self.problem(Broken("mdhier.asc", number, message, {"code": code}))


def _lowest(source: Source, problem: Problem, pt: dict[str, tuple[str, str]]) -> Iterator[Term]:
    for number, cells in _fields(source, "llt.asc", problem):
        if cells[LLT_PT] not in pt:
            problem(
                Broken("llt.asc", number, _l("Lowest level term %(code)s has no preferred term."), {"code": cells[0]})
            )
        elif cells[LLT_CURRENT] not in ("Y", "N"):
            problem(Broken("llt.asc", number, _l("Whether %(code)s is current is not Y or N."), {"code": cells[0]}))
        else:
            yield Term("LLT", cells[0], cells[1], cells[LLT_PT], current=cells[LLT_CURRENT] == "Y")
