"""Tables of taxa by samples in the Biological Observation Matrix format: version 1.0 (JSON) and 2.1 (HDF5). Read in a child process only.

Source: biom-format.org, "The biom file format", versions 1.0 and 2.1. Rows are observations (taxa), columns are samples. What is refused is
named by its place, never by its content.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HDF5 = b"\x89HDF\r\n\x1a\n"
RANKS = ("kingdom", "phylum", "class", "order", "family", "genus", "species")
MOST_CELLS = 20_000_000
"""Cells of a matrix, zeros counted: far more than a trial has, far less than memory."""
UNCLASSIFIED = "unclassified"


class NoBiom(ValueError):
    """The file is no table of that format; `reason` is a key of `trial.file_kinds.REASONS`, `where` a place in it."""

    def __init__(self, reason: str, where: str = "") -> None:
        super().__init__(f"{reason}: {where}")
        self.reason, self.where = reason, where


@dataclass(frozen=True)
class Biom:
    """`samples` and `observations` by their ids; `lineages`: ranks from the kingdom down, empty where the file has none;
    `cells`: (observation, sample, value), each place at most once, no zeros needed; `said`: what a sample's metadata says.
    """

    samples: tuple[str, ...]
    observations: tuple[str, ...]
    lineages: tuple[tuple[str, ...], ...]
    cells: tuple[tuple[int, int, float], ...]
    said: tuple[Mapping[str, str], ...]

    def taxa(self, rank: str) -> Iterator[tuple[str, Mapping[str, str], dict[str, float]]]:
        """Each sample's id, what is said of it, and its values summed by taxon of that rank; 0 for a taxon that it has not."""
        names = [self._name(place, rank) for place in range(len(self.observations))]
        sums = [dict.fromkeys(sorted(set(names)), 0.0) for _ in self.samples]
        for observation, sample, value in self.cells:
            sums[sample][names[observation]] += value
        yield from zip(self.samples, self.said, sums, strict=True)

    def _name(self, place: int, rank: str) -> str:
        lineage = self.lineages[place]
        if not lineage:
            return self.observations[place]
        level = RANKS.index(rank)
        found = lineage[level] if level < len(lineage) else ""
        # Greengenes and SILVA write the rank before the name: g__Roseburia.
        return found.partition("__")[2].strip() or UNCLASSIFIED if "__" in found else found.strip() or UNCLASSIFIED


def read(path: Path) -> Biom:
    """A file of either version. Raises NoBiom."""
    with path.open("rb") as file:
        hdf5 = file.read(len(HDF5)) == HDF5
    found = _hdf5(path) if hdf5 else _json(path)
    for what, ids in (("sample", found.samples), ("observation", found.observations)):
        if not ids or len(set(ids)) < len(ids) or not all(name.strip() for name in ids):
            raise NoBiom("biom-ids", what)
    seen: set[tuple[int, int]] = set()
    for observation, sample, value in found.cells:
        here = f"observation {observation + 1}, sample {sample + 1}"
        if not (0 <= observation < len(found.observations) and 0 <= sample < len(found.samples)):
            raise NoBiom("biom-shape", here)
        if not math.isfinite(value) or value < 0 or (observation, sample) in seen:
            raise NoBiom("biom-number", here)
        seen.add((observation, sample))
    return found


def _json(path: Path) -> Biom:
    try:
        raw = json.loads(path.read_text("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise NoBiom("biom-format", "JSON") from error
    try:
        version, rows, columns = str(raw["format"]), raw["rows"], raw["columns"]
        shape, data, kind = tuple(map(int, raw["shape"])), raw["data"], raw["matrix_type"]
        named = tuple(str(row["id"]) for row in rows), tuple(str(column["id"]) for column in columns)
        lineages = tuple(_lineage((row.get("metadata") or {}).get("taxonomy")) for row in rows)
        said = tuple(_texts(column.get("metadata")) for column in columns)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NoBiom("biom-format", "1.0") from error
    if not version.startswith("Biological Observation Matrix 1."):
        raise NoBiom("biom-format", "format")
    if shape != (len(rows), len(columns)) or shape[0] * shape[1] > MOST_CELLS:
        raise NoBiom("biom-shape", " x ".join(map(str, shape[:2])))
    return Biom(named[1], named[0], lineages, tuple(_cells(kind, data, shape)), said)


def _cells(kind: str, data: Any, shape: tuple[int, ...]) -> Iterator[tuple[int, int, float]]:
    try:
        if kind == "sparse":
            for row, column, value in data:
                yield int(row), int(column), _number(value)
        elif kind == "dense" and [len(line) for line in data] == [shape[1]] * shape[0]:
            for row, line in enumerate(data):
                yield from ((row, column, _number(value)) for column, value in enumerate(line))
        else:
            raise NoBiom("biom-shape", "data")
    except (TypeError, ValueError) as error:
        if isinstance(error, NoBiom):
            raise
        raise NoBiom("biom-format", "data") from error


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("no number")
    return float(value)


def _lineage(told: Any) -> tuple[str, ...]:
    parts: Sequence[Any] = told.split(";") if isinstance(told, str) else told or ()
    return tuple(str(part).strip() for part in parts)


def _texts(told: Any) -> dict[str, str]:
    return {str(key): str(value) for key, value in told.items()} if isinstance(told, dict) else {}


def _hdf5(path: Path) -> Biom:
    import h5py

    try:
        with h5py.File(path, "r") as file:
            return _opened(file)
    except (OSError, KeyError, TypeError, ValueError, RuntimeError, AttributeError) as error:
        if isinstance(error, NoBiom):
            raise
        raise NoBiom("biom-format", "2.1") from error


def _opened(file: Any) -> Biom:
    if tuple(int(part) for part in file.attrs["format-version"])[:1] != (2,):
        raise NoBiom("biom-format", "format-version")
    observations, samples = _words(file, "observation/ids"), _words(file, "sample/ids")
    shape = tuple(int(part) for part in file.attrs["shape"])
    if shape != (len(observations), len(samples)) or shape[0] * shape[1] > MOST_CELLS:
        raise NoBiom("biom-shape", " x ".join(map(str, shape[:2])))
    values, places, starts = (
        _within(file, f"observation/matrix/{name}")[()].tolist() for name in ("data", "indices", "indptr")
    )
    if len(starts) != shape[0] + 1 or starts[0] != 0 or starts[-1] != len(values) or starts != sorted(starts):
        raise NoBiom("biom-shape", "indptr")
    cells = tuple(
        (row, int(places[at]), float(values[at]))
        for row in range(shape[0])
        for at in range(starts[row], starts[row + 1])
    )
    return Biom(samples, observations, _lineages(file, len(observations)), cells, ({},) * len(samples))


def _within(file: Any, name: str) -> Any:
    """A data set of the file itself: a link to another file or place is not followed, and no more is read than a table can have."""
    import h5py

    at = file
    for part in name.split("/"):
        if not isinstance(at.get(part, getlink=True), h5py.HardLink):
            raise NoBiom("biom-format", name)
        at = at[part]
    if not isinstance(at, h5py.Dataset) or at.size > MOST_CELLS or at.external or at.is_virtual:
        raise NoBiom("biom-format", name)
    return at


def _words(file: Any, name: str) -> tuple[str, ...]:
    return tuple(_word(each) for each in _within(file, name)[()].tolist())


def _word(raw: Any) -> str:
    return raw.decode("utf-8") if isinstance(raw, bytes) else str(raw)


def _lineages(file: Any, count: int) -> tuple[tuple[str, ...], ...]:
    if "observation/metadata/taxonomy" not in file:
        return ((),) * count
    told = _within(file, "observation/metadata/taxonomy")[()].tolist()
    if len(told) != count:
        raise NoBiom("biom-shape", "taxonomy")
    return tuple(_lineage([_word(part) for part in each] if isinstance(each, list) else _word(each)) for each in told)
