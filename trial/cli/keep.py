"""`vigil backup`, `vigil restore`: copies of everything, and a database filled from one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path

import click

from trial.cli.base import Broken, Installation, json_option, shown

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("folder", type=FOLDER)
@json_option
@click.pass_obj
def backup(here: Installation, folder: Path, as_json: bool) -> None:
    """Copy the database, the audit trail and the files to a new FOLDER, while the system works.

    The last line names the last entry of the journal: written down elsewhere, it shows a copy that was cut or changed.
    """
    from trial.actions import keep

    with _rows() as progress:
        done = keep.back_up(folder, files=here.house.files, uow=here.writing(), progress=progress)
    if as_json:
        return shown(asdict(done) | {"digest": done.digest}, True)
    click.echo(f"{sum(done.rows.values())} rows, {len(done.files)} files; manifest {done.digest}")
    click.echo(f"last entry {done.seq}, hash {done.head}")
    return None


@click.command()
@click.argument("folder", type=FOLDER)
@json_option
@click.pass_obj
def restore(here: Installation, folder: Path, as_json: bool) -> None:
    """Fill an empty database from FOLDER, put the files back, and verify all of it.

    The database is made by `vigil backup`'s own release; a later one is brought up to date afterwards by `vigil init`.
    """
    from trial.actions import keep
    from trial.store.engine import migrate

    house = here.house
    house.settings.instance.mkdir(parents=True, exist_ok=True)
    migrate(house.engine)
    with _rows() as progress:
        done, broken = keep.restore(folder, files=house.files, uow=here.writing(), progress=progress)
    if as_json:
        shown(asdict(done) | {"digest": done.digest, "findings": [asdict(f) for f in broken]}, True)
    else:
        click.echo(f"{sum(done.rows.values())} rows, {len(done.files)} files, last entry {done.seq}, hash {done.head}")
        shown(broken or ["nothing was altered"], False)
    if broken:
        raise Broken


@contextmanager
def _rows() -> Iterator[Callable[[int], object]]:
    from tqdm import tqdm

    with tqdm(unit=" rows", disable=None, file=sys.stderr) as bar:
        yield bar.update


@click.command()
@click.option("--server", help="A time server, host or host:port; VIGIL_TIME_SERVER without it.")
@json_option
@click.pass_obj
def clock(here: Installation, server: str | None, as_json: bool) -> None:
    """Hold this machine's clock against a time server; to be run every hour by the machine's own timer.

    Fails, and says so to administrators and auditors on their pages, when it is further off than VIGIL_CLOCK_LIMIT seconds, or
    nobody answers.
    """
    from trial import drift
    from trial.actions import watch_clock

    settings = here.house.settings
    named = server or settings.time_server
    if not named:
        raise click.UsageError("no time server: give --server or set VIGIL_TIME_SERVER")
    found = drift.compare(named, Decimal(settings.clock_limit))
    watch_clock.note(found, uow=here.writing())
    ahead = "no answer" if found.ahead is None else f"{found.ahead:+} s"
    shown(found if as_json else f"{named}: {ahead}, limit {found.limit} s", as_json)
    if found.alarm:
        raise Broken
