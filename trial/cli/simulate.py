"""A trial that is invented: simulated by itself, or served as a demonstration."""

from __future__ import annotations

import os
from datetime import datetime

import click

from trial.cli.base import Installation, bar, migrated
from trial.cli.install import serve


@click.command()
@click.option("--participants", default=60, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--seed", default=1, show_default=True)
@click.option("--months", default=48, show_default=True, type=click.IntRange(1, 200), help="Months of accrual.")
@click.option("--start", default="2022-01-01", show_default=True, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day; 36 months after accrual without it.")
@click.pass_obj
def simulate(
    here: Installation, participants: int, seed: int, months: int, start: datetime, until: datetime | None
) -> None:
    """A whole invented trial, driven through the same actions people use. Run again, it goes on where it was cut off."""
    from trial.simulate.driver import Plan
    from trial.simulate.driver import simulate as drive
    from trial.visits import months_after

    house = migrated(here)
    last = until.date() if until else months_after(start.date(), months + 36)
    plan = Plan(participants, seed, start.date(), months, last)
    with bar() as progress:
        done = drive(
            plan,
            engine=house.engine,
            files=house.files,
            model=house.model,
            key=house.settings.sealing_key,
            progress=progress,
        )
    click.echo(f"{done.participants} participants, {done.steps} steps, {done.left} after {last}")


@click.command()
@click.option("--participants", default=120, show_default=True, type=click.IntRange(1, 5000))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.pass_context
def demo(context: click.Context, participants: int, host: str, port: int) -> None:
    """A simulated trial at four sites, one login a role, and the server. For one machine: plain http."""
    from trial.simulate.demo import greeting, prepare

    # A setting that somebody made goes before the demo's own.
    os.environ.setdefault("VIGIL_INSTANCE", "instance/demo")
    os.environ.setdefault("VIGIL_HTTPS", "false")
    here: Installation = context.obj
    house = migrated(here)
    click.echo(f"Simulating a trial of {participants} participants; with 120 it takes a minute or two.")
    with bar() as progress:
        _done, logins = prepare(
            engine=house.engine,
            files=house.files,
            model=house.model,
            key=house.settings.sealing_key,
            participants=participants,
            progress=progress,
        )
    click.echo("\n".join(greeting(f"http://{host}:{port}", logins, house.settings.instance)))
    context.invoke(serve, host=host, port=port, threads=8)
