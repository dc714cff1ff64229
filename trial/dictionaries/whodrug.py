"""WHODrug in format B3: text of fixed columns. DD.txt holds the names, DDA.txt the ATC codes of each, INA.txt what the codes mean.

The columns are those of public descriptions of the B formats (the B3 format lengthens the drug name to 1500 characters and the ATC text to
110, both at the end of the line). The licence holder's manual is the authority: another layout is given as JSON with the import.
Format C3 is not read. The ATC codes of all drugs are held while the names pass by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from forms.text import _l
from trial.dictionaries.terms import Broken, Problem, Source, Term

FILES = ("INA.txt", "DDA.txt", "DD.txt")
Layout = Mapping[str, Mapping[str, tuple[int, int | None]]]
LAYOUT: Layout = {
    "INA.txt": {"atc": (0, 7), "text": (8, None)},
    "DDA.txt": {"record": (0, 6), "seq1": (6, 8), "seq2": (8, 11), "atc": (12, 19)},
    "DD.txt": {"record": (0, 6), "seq1": (6, 8), "seq2": (8, 11), "text": (33, None)},
}
"""First column and the one after the last (None: to the end of the line), from 0."""
CODE = re.compile(r"[0-9A-Z]{6}[0-9]{5}")
PREFERRED = "01001"
"""The sequence numbers of a record's preferred name."""
LONGEST_TEXT = 1500


def layout_of(given: Mapping[str, Mapping[str, list[int | None]]]) -> Layout:
    """The layout with what a JSON document changes of it. Raises KeyError for a file or a field there is not."""
    made: dict[str, dict[str, tuple[int, int | None]]] = {name: dict(fields) for name, fields in LAYOUT.items()}
    for name, fields in given.items():
        for field, (first, last) in fields.items():
            if first is None or field not in made[name]:
                raise KeyError(f"{name}: {field}")
            made[name][field] = (first, last)
    return made


def read(source: Source, problem: Problem, layout: Layout = LAYOUT) -> Iterator[Term]:
    """Every ATC class, then every name. What is wrong goes to `problem`; then the caller must not keep the terms."""
    classes = {cells["atc"]: cells["text"] for _n, cells in _lines(source, "INA.txt", problem, layout)}
    yield from (Term("ATC", code, text, current=False) for code, text in classes.items())
    of_drug: dict[str, tuple[str, ...]] = {}
    for number, cells in _lines(source, "DDA.txt", problem, layout):
        if cells["atc"] not in classes:
            problem(Broken("DDA.txt", number, _l("There is no ATC class with code %(code)s."), {"code": cells["atc"]}))
        of_drug[_code(cells)] = (*of_drug.get(_code(cells), ()), cells["atc"])
    yield from _names(source, problem, layout, of_drug)


def _names(source: Source, problem: Problem, layout: Layout, of_drug: Mapping[str, tuple[str, ...]]) -> Iterator[Term]:
    seen: set[str] = set()
    preferred: set[str] = set()
    wanted: dict[str, int] = {}
    for number, cells in _lines(source, "DD.txt", problem, layout):
        code = _code(cells)
        if code in seen:
            problem(Broken("DD.txt", number, _l("Code %(code)s stands twice."), {"code": code}))
        seen.add(code)
        own = cells["record"] + PREFERRED
        preferred |= {code} & {own}
        wanted.setdefault(own, number)
        yield Term("DRUG", code, cells["text"], own, paths=of_drug.get(code, of_drug.get(own, ())))
    for own in wanted.keys() - preferred:
        problem(Broken("DD.txt", wanted[own], _l("The record has no preferred name, code %(code)s."), {"code": own}))


def _code(cells: Mapping[str, str]) -> str:
    return cells["record"] + cells["seq1"] + cells["seq2"]


def _lines(source: Source, name: str, problem: Problem, layout: Layout) -> Iterator[tuple[int, dict[str, str]]]:
    for number, line in source.lines(name, problem):
        cells = {field: line[first:last].strip() for field, (first, last) in layout[name].items()}
        if not all(cells.values()):
            problem(Broken(name, number, _l("The line is shorter than its columns.")))
        elif "record" in cells and not CODE.fullmatch(_code(cells)):
            problem(Broken(name, number, _l("The drug code is not made of digits.")))
        elif len(cells.get("text", "")) > LONGEST_TEXT:
            problem(Broken(name, number, _l("A code or a name is too long.")))
        else:
            yield number, cells
