"""An output of the trial: tables and figures made from one extract, under one name, so that page, command, file and report agree.

A subject (safety, quality of life, the flow of participants ...) states its outputs in a module of its own as `OUTPUTS`;
`analysis.outputs` lists those that show nothing by arm, `analysis.closed_outputs` those that do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from analysis.figure import Figure
from analysis.table import Table, Translate
from trial.store.extract import Extract


@dataclass(frozen=True)
class Made:
    """What an output shows. `estimand`: the id of the estimand behind it, None where it only describes."""

    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()
    estimand: str | None = None


@dataclass(frozen=True)
class Output:
    """A named output. `number`: where it stands in a report after ICH E3 (14.1 population, 14.2 efficacy, 14.3 safety), or "".

    `make` is given the extract, already cut, and what translates; it opens nothing, so that one cut gives one set of bytes.
    """

    id: str
    title: str
    make: Callable[[Extract, Translate], Made]
    number: str = ""
