"""`vigil deviations`: what the passing of a day reveals."""

from __future__ import annotations

import sys
from typing import Any

import click

from trial.cli.base import Installation, json_option, shown


@click.group()
def deviations() -> None:
    """Deviations from the protocol."""


@deviations.command("raise")
@click.option("--dry-run", "dry", is_flag=True, help="Say what would be raised; nothing is kept.")
@json_option
@click.pass_obj
def raise_(here: Installation, dry: bool, as_json: bool) -> None:
    """Raise what nobody raised: visits missed, assessments left out, wrong strata. Run it once a day; twice does no harm."""
    from tqdm import tqdm

    from trial.actions.deviations import raise_deviations

    with tqdm(unit=" participants", disable=None, file=sys.stderr) as bar:

        def progress(done: int, of: int) -> None:
            bar.total = of
            bar.update(done - bar.n)

        found = raise_deviations(uow=here.writing(), dry_run=dry, progress=progress)
    shown([_row(r) for r in found], as_json, _line)


def _row(raised: Any) -> dict[str, Any]:
    said = [{"key": b.key, "category": b.category, "severity": b.severity, "on": b.on} for b in raised.breaches]
    return {"participant": raised.participant, "held": raised.held, "breaches": said, "proposals": raised.proposals}


def _line(row: dict[str, Any]) -> str:
    words = ", ".join(f"{b['key']} ({b['severity'].lower()})" for b in row["breaches"]) or "nothing new"
    more = f"; queries proposed: {row['proposals']}" if row["proposals"] else ""
    return f"{row['participant']}  {words}{more}{'  [held, not written]' if row['held'] else ''}"
