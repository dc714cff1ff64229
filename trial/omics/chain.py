"""From what the model was given back to the specimen: input, form, table, assay run, aliquot, specimen, consent. Pure.

Each step is named, and the first that is not there is named too: a table that nobody recorded a run for, a file that is gone or changed, a
label that is no specimen, a consent that does not cover it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forms.text import _l

FILES = {"RAD": "RADFILE", "MIC": "MICFILE", "PATH": "SLIDFEAT"}
"""The item of each form that holds a table of features."""
WHOLE = "whole"
BROKEN: Mapping[str, str] = {
    WHOLE: _l("whole"),
    "no-table": _l("the form holds no table: its values were typed"),
    "file": _l("the table is not on the disk as it was kept"),
    "no-run": _l("no assay run was recorded for the table"),
    "no-source": _l("the specimen of the run is not registered"),
    "no-consent": _l("the consent that the run stands on is not on file"),
}
"""How far a chain holds, in words."""


@dataclass(frozen=True)
class Chain:
    """One source of the model's inputs, walked back. `inputs`: names of those read from it; `held`: a key of BROKEN.

    `source` is FORM/EVENT/OCCURRENCE#REVISION; `table` the digest of its file; what was not reached is None.
    """

    source: str
    inputs: tuple[str, ...]
    held: str
    table: str | None = None
    run: int | None = None
    aliquot: str | None = None
    specimen: str | None = None
    image: str | None = None
    consent: str | None = None


@dataclass(frozen=True)
class Known:
    """What a chain is walked in. `answers` of a source; whether a file is `intact`; runs by the digest of their table; specimen of each
    aliquot; labels of specimens; addresses of consents that count.
    """

    answers: Callable[[str], Mapping[str, Any]]
    intact: Callable[[str], bool]
    runs: Mapping[str, Mapping[str, Any]]
    aliquots: Mapping[str, str]
    specimens: frozenset[str]
    consents: frozenset[str]


def chains(inputs: Sequence[Mapping[str, Any]], known: Known) -> tuple[Chain, ...]:
    """The chains of one call of the model, from its stored inputs; clinical inputs have none."""
    sources: dict[str, list[str]] = {}
    for each in inputs:
        if each["source"] and each["modality"] != "clinical":
            sources.setdefault(each["source"], []).append(each["name"])
    return tuple(_chain(source, tuple(names), known) for source, names in sources.items())


def _chain(source: str, names: tuple[str, ...], known: Known) -> Chain:
    reached: dict[str, Any] = {}
    for name, value, broken in _steps(source, known):
        if broken:
            return Chain(source, names, broken, **reached)
        reached[name] = value
    return Chain(source, names, WHOLE, **reached)


def _steps(source: str, known: Known) -> Iterator[tuple[str, Any, str]]:
    """Each step with what was found there; a third part that is not empty says where the chain ends."""
    form = source.partition("/")[0]
    table = known.answers(source).get(FILES.get(form, ""))
    digest = table["sha256"] if table else None
    yield "table", digest, "" if digest else "no-table"
    yield "table", digest, "" if known.intact(str(digest)) else "file"
    run = known.runs.get(str(digest))
    yield "run", run and run["id"], "" if run else "no-run"
    if run is None:
        return
    if run["label"] is None:
        yield "image", run["image"], "" if known.intact(run["image"]) else "file"
    else:
        specimen = known.aliquots.get(run["label"], run["label"])
        if specimen != run["label"]:
            yield "aliquot", run["label"], ""
        yield "specimen", specimen, "" if specimen in known.specimens else "no-source"
    yield "consent", run["consent"], "" if run["consent"] in known.consents else "no-consent"
