"""`vigil omics`: how far the inputs of the model lead back to specimens, and the sums over the taxa of one table."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from trial.cli.base import Broken, Installation, json_option, shown


@click.group()
def omics() -> None:
    """The omics platform: chains back to specimens, compositions."""


@omics.command()
@click.argument("participant")
@json_option
@click.pass_obj
def chain(here: Installation, /, participant: str, as_json: bool) -> None:
    """What the last call of the model for PARTICIPANT rests on, step by step, every file compared with its digest.

    Exit code 6 where a table is not on the disk as it was kept. A run that nobody recorded is told, and is no fault of the disk.
    """
    from trial.actions.case import load
    from trial.omics.chain import BROKEN
    from trial.store.specimens import chains_of

    with here.house.reading() as reader:
        case = load(reader, reader.the("participant", id=participant.upper()), here.house.clock)
        call = case.predictions[-1] if case.predictions else None
        found = chains_of(reader, case.id, case.crfs, call, here.house.files) if call else ()
    if as_json:
        shown([asdict(each) for each in found], True)
    else:
        shown(
            [f"{c.source}\t{c.specimen or c.image or '-'}\t{BROKEN[c.held]}\t{', '.join(c.inputs)}" for c in found],
            False,
        )
        click.echo("the model was not called" if call is None else f"call {call['number']}: {len(found)} sources")
    if any(each.held == "file" for each in found):
        raise Broken


@omics.command()
@click.argument("table", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--delta", type=float, help="What a share of 0 is replaced by; half a read, or 0.0000005 for shares, without it."
)
@json_option
def composition(table: Path, delta: float | None, as_json: bool) -> None:
    """Shares, Shannon index and centred log-ratio of the taxa in TABLE (CSV: taxon, count or share)."""
    from forms.derivations.diversity import shannon_index
    from trial.feature_table import LineUnreadable, parsed
    from trial.omics.microbiota import WHY, NoComposition, clr, detection
    from trial.omics.microbiota import composition as of

    try:
        made = of(parsed(table.read_bytes()))
        replaced = detection(made.reads) if delta is None else delta
        ratios = clr(made.shares, replaced)
    except LineUnreadable as problem:
        raise click.UsageError(f"The table cannot be read: {problem}") from problem
    except NoComposition as problem:
        raise click.UsageError(f"{WHY[problem.why]} {problem.taxon}".strip()) from problem
    except ValueError as problem:
        raise click.UsageError(f"The zeros cannot be replaced: {problem}") from problem
    shannon = shannon_index([Decimal(repr(share)) for share in made.shares.values()])
    told: dict[str, Any] = {"given": made.kind, "reads": made.reads, "shannon": str(shannon), "delta": replaced}
    rows = [{"taxon": name, "share": share, "clr": ratios[name]} for name, share in made.shares.items()]
    if as_json:
        return shown({**told, "taxa": rows}, True)
    shown([f"{row['taxon']}\t{row['share']:.6f}\t{row['clr']:+.6f}" for row in rows], False)
    return click.echo(", ".join(f"{key} {value}" for key, value in told.items()))
