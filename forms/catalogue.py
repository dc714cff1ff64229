"""Every form version ever released, read from its frozen JSON; refuses a shipped version that has changed.

The classes in `forms/crfs/` say what the current version of each form is. A version is released by `freeze`, which writes
its JSON once; from then on the JSON is the definition, and `differences` fails the build when the class and the JSON
no longer agree. The way to change a form is a new version.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar

import forms.crfs
import forms.derivations  # fills the registry that calculated items name
from forms.answers import Answers, Crf
from forms.frozen import form_from_json, form_to_json
from forms.language import Form, FormDef
from forms.record import Record
from forms.successor import losses

P = ParamSpec("P")
T = TypeVar("T")
VERSIONS = Path(__file__).parent / "versions"


_SHELVES: list[Path] = [VERSIONS]
_KEPT: list[Callable[[], None]] = []


def kept(function: Callable[P, T]) -> Callable[P, T]:
    """As `functools.cache`, for what follows from the released versions: forgotten when another shelf of them is opened."""
    found = cache(function)
    _KEPT.append(found.cache_clear)
    return found  # type: ignore[return-value]  # called as the function is


def forget() -> None:
    """Work out again whatever follows from the released versions."""
    for clear in _KEPT:
        clear()


@contextmanager
def shelved(folder: Path) -> Iterator[None]:
    """Read the versions of another folder too: those of an amendment that is rehearsed before it is shipped.

    Raises VersionLosesAnswers where one of them could not hold what was answered before it.
    """
    _SHELVES.append(folder)
    forget()
    try:
        if gone := lost():
            raise VersionLosesAnswers("; ".join(gone))
        yield
    finally:
        _SHELVES.remove(folder)
        forget()


class ReleasedVersionChanged(Exception):
    """A released form version differs from its frozen JSON. Carries the names of the files."""


class VersionLosesAnswers(Exception):
    """A version could not hold what was answered under the one before it. Carries what it lacks."""


def canonical(data: Any) -> bytes:
    """Canonical JSON: sorted keys, no spaces, UTF-8."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(form: FormDef) -> str:
    """SHA-256 of the canonical JSON of a definition."""
    return hashlib.sha256(canonical(form_to_json(form))).hexdigest()


def written() -> tuple[FormDef, ...]:
    """The current version of every form, as written in `forms/crfs/`, in the order of the paper book."""
    return tuple(cls.definition for cls in forms.crfs.FORMS)


@kept
def definitions() -> Mapping[tuple[str, int], FormDef]:
    """Every released version: (form, version) to definition, from the frozen JSON."""
    paths = (path for shelf in _SHELVES for path in sorted(shelf.glob("*.json")))
    found = (form_from_json(json.loads(path.read_text("utf-8"))) for path in paths)
    return MappingProxyType({(f.oid, f.version): f for f in found})


@kept
def current(oid: str) -> FormDef:
    """The newest released version of a form; KeyError for a form nobody released.

    It holds every item and code of the earlier ones (`lost`), so that it names and decodes any answer. Which version a participant's
    form is entered under is another question: `trial/amendments.py`.
    """
    versions = [version for (form, version) in definitions() if form == oid]
    if not versions:
        raise KeyError(f"no form is called {oid}")
    return definitions()[oid, max(versions)]


def order() -> tuple[str, ...]:
    """Form names in the order of the paper book."""
    return tuple(form.oid for form in written())


def lost() -> tuple[str, ...]:
    """What a released version could not hold of the answers of the version before it; empty in a catalogue that is sound."""
    pairs = sorted(definitions())
    return tuple(
        f"{form}-v{version}: {what}"
        for (other, earlier), (form, version) in pairwise(pairs)
        if other == form
        for what in losses(definitions()[form, earlier], definitions()[form, version])
    )


def differences() -> tuple[str, ...]:
    """Names of written versions that were never frozen, or whose frozen JSON says something else."""
    return tuple(
        f"{form.oid}-v{form.version}"
        for form in written()
        if not _path(form).exists() or json.loads(_path(form).read_text("utf-8")) != form_to_json(form)
    )


def freeze() -> tuple[Path, ...]:
    """Release each written version that has no JSON yet; raises ReleasedVersionChanged rather than overwrite one.

    Raises VersionLosesAnswers for a version that drops what an earlier one asked, before anything is written.
    """
    fresh = [form for form in written() if not _path(form).exists()]
    if gone := [what for form in fresh for what in _gone(form)]:
        raise VersionLosesAnswers("; ".join(gone))
    for form in fresh:
        _path(form).write_text(json.dumps(form_to_json(form), indent=1, ensure_ascii=False) + "\n", "utf-8")
    forget()
    if changed := differences():
        raise ReleasedVersionChanged(", ".join(changed))
    return tuple(_path(form) for form in fresh)


def _gone(form: FormDef) -> tuple[str, ...]:
    earlier = [version for oid, version in definitions() if oid == form.oid and version < form.version]
    return losses(definitions()[form.oid, max(earlier)], form) if earlier else ()


def _path(form: FormDef) -> Path:
    return VERSIONS / f"{form.oid}-v{form.version}.json"


def record(crfs: tuple[Crf, ...] = (), **facts: Any) -> Record:
    """A participant's record under the released definitions."""
    return Record(crfs, definitions(), facts)


def crf(form: str | type[Form], event: str = "SCR", occurrence: int = 1, number: int = 1, **items: Any) -> Crf:
    """One instance with typed answers under the current version; for tests, simulation and worked examples."""
    oid = form if isinstance(form, str) else form.__name__
    return Crf(oid, current(oid).version, event, occurrence, number, Answers(items))


if __name__ == "__main__":
    VERSIONS.mkdir(exist_ok=True)
    for path in freeze():
        sys.stdout.write(f"{path.name}\n")
