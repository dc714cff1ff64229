"""`vigil power`: the design worked out, or its operating characteristics in simulated trials. Needs no database."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from analysis.power.scenario import SCENARIOS
from analysis.table import Table
from trial.cli.base import counter, json_option
from trial.protocol import PROTOCOL


def _listed() -> str:
    width = max(map(len, SCENARIOS))
    lines = "\n".join(f"  {name.ljust(width)}  {each.label}" for name, each in SCENARIOS.items())
    return f"\b\nScenarios:\n{lines}"


@click.command(epilog=_listed())
@click.option("--simulate", "replicates", type=click.IntRange(1, 1_000_000), help="Simulate so many whole trials.")
@click.option(
    "--scenario",
    "name",
    type=click.Choice(list(SCENARIOS)),
    default="alternative",
    show_default=True,
    metavar="NAME",
    help="What is true in the simulated trials; listed below.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="Each trial has a stream of its own."
)
@click.option("--workers", type=click.IntRange(1, 1024), help="Processes on this machine; one a core when left out.")
@click.option("--scheduler", metavar="ADDRESS", help="A Dask scheduler to do the work, as in tcp://host:8786.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Put finished trials into this folder; a run that was cut off goes on from there.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@json_option
def power(
    replicates: int | None, name: str, seed: int, workers: int | None, scheduler: str | None, keep: Path | None,
    as_csv: bool, as_json: bool,
) -> None:  # fmt: skip
    """Sample size, looks and power of the design; with --simulate, what whole simulated trials make of it.

    The numbers are the same for any number of workers, here or on a cluster.
    """
    if replicates is None:
        made, told = _worked_out()
    else:
        made, told = _simulated(replicates, name, seed, _hands(workers, scheduler, keep))
    click.echo(
        json.dumps(told, indent=1) if as_json else "\n".join(t.as_csv() if as_csv else t.as_text() for t in made)
    )


def _worked_out() -> tuple[Iterable[Table], Mapping[str, Any]]:
    """The design without chance: the tables of `analysis.design_outputs`."""
    from analysis.design_outputs import events_table, looks_table, sample_size_table
    from analysis.sample_size import sample_size
    from analysis.sequential import boundaries

    design = PROTOCOL.design
    looks = boundaries((*design.looks, 1.0), alpha=design.alpha_one_sided)
    made = (sample_size_table(design), looks_table(looks, design), events_table(design))
    return made, {"sample_size": asdict(sample_size(design)), "looks": [asdict(look) for look in looks]}


def _hands(workers: int | None, scheduler: str | None, keep: Path | None) -> dict[str, Any]:
    if workers and scheduler:
        raise click.UsageError("--workers are processes here, --scheduler has its own: give one of them")
    return {"workers": workers or len(os.sched_getaffinity(0)), "scheduler": scheduler, "keep": keep}


def _simulated(
    replicates: int, name: str, seed: int, hands: Mapping[str, Any]
) -> tuple[Iterable[Table], Mapping[str, Any]]:
    from analysis.power.chunks import ReplicateFailed
    from analysis.power.cluster import NoCluster
    from analysis.power.kept import KeptForOther
    from analysis.power.report import document, tables
    from analysis.power.run import WorkersLost, simulate
    from analysis.power.summary import characteristics

    try:
        with counter(" trials", replicates) as progress:
            rows = simulate(SCENARIOS[name], replicates, seed, progress=progress, **hands)
    except (ReplicateFailed, WorkersLost, NoCluster, KeptForOther) as problem:
        raise click.ClickException(str(problem)) from problem
    found = characteristics(SCENARIOS[name], seed, rows)
    return tables(found), document(found)
