"""Every kind of file that can be read in, by the name that the page and the command use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from forms.text import _l
from trial.actions import omics
from trial.actions.import_labs import LABS
from trial.actions.imports import Kind
from trial.actions.ranges import RANGES
from trial.errors import NotFound
from trial.imports.omics import TABLES

TITLES: Mapping[str, str] = {
    "labs": _l("Laboratory results"),
    "radiomics": _l("Radiomics"),
    "taxa": _l("Gut microbiota"),
    "ctdna": _l("Circulating tumour DNA"),
    "molecular": _l("Molecular reports"),
    "ranges": _l("Reference ranges"),
}
"""Kinds in words, in the order in which they are offered."""
OF_THE_TRIAL: Mapping[str, Kind] = {kind.name: kind for kind in (LABS, RANGES)}


def kind_named(name: str, manifest: Callable[[], Any]) -> Kind:
    """The kind of that name; `manifest` gives that of the released model, which only omics tables are held against. Raises NotFound."""
    if name in TABLES:
        return omics.kind_of(name, manifest())
    if name not in OF_THE_TRIAL:
        raise NotFound("import", {"kind": name[:40]})
    return OF_THE_TRIAL[name]
