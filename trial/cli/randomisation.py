"""Randomisation: opening, closing, revealing the seed, drawing again."""

from __future__ import annotations

from typing import Any

import click

from trial import errors as e
from trial.cli.base import BROKEN, Broken, Installation, json_option, said, shown
from trial.cli.people import signed_in


@click.group()
def randomisation() -> None:
    """Opening, closing, revealing, replaying."""


@randomisation.command("open")
@click.pass_obj
def randomisation_open(here: Installation) -> None:
    """Draw and seal the seed; prints its commitment."""
    from trial.actions import setup

    click.echo(setup.open_randomisation(here.house.settings.sealing_key, uow=here.writing()))


@randomisation.command("close")
@click.pass_obj
def randomisation_close(here: Installation) -> None:
    """End accrual."""
    from trial.actions import setup

    setup.close_randomisation(uow=here.writing())


@randomisation.command("reveal")
@click.option("--username", prompt=True, help="An unblinded statistician.")
@click.password_option(confirmation_prompt=False)
@click.option("--code", default="", help="Code of the second factor, where there is one.")
@click.pass_obj
def randomisation_reveal(here: Installation, username: str, password: str, code: str) -> None:
    """Open the seal after accrual closed; logged in the name of who does it."""
    from trial.actions import setup

    person = signed_in(here, username, password, code)
    if "unblinded_statistician" not in {role for role, _site in person.roles}:
        raise e.NotAllowed("console", "seed.reveal")
    click.echo(
        setup.reveal_seed(
            here.house.settings.sealing_key, uow=here.house.writing(person.actor("unblinded_statistician"))
        )
    )


@randomisation.command("replay")
@json_option
@click.pass_obj
def randomisation_replay(here: Installation, as_json: bool) -> None:
    """Draw every allocation again from the revealed seed and compare. Fails at the first that differs."""
    from trial.actions.allocate import earlier_allocations
    from trial.draws import commitment
    from trial.protocol import PROTOCOL

    reader = here.house.reading()
    row = reader.the("randomisation", study=PROTOCOL.study_id)
    if row["revealed_seed"] is None:
        raise e.NotOpen("replay", ("seed-not-revealed",))
    seed = bytes.fromhex(row["revealed_seed"])
    if commitment(seed) != row["commitment"]:
        said("the revealed seed is not the one that was committed to", BROKEN)
        raise Broken
    allocations = earlier_allocations(reader)
    mismatch = drawn_otherwise(reader, row)
    shown(
        {"allocations": len(allocations), "mismatch": mismatch}
        if as_json
        else [mismatch or f"{len(allocations)} allocations are reproduced"],
        as_json,
    )
    if mismatch:
        raise Broken


def drawn_otherwise(reader: Any, row: Any) -> Any:
    """The first allocation that the revealed seed does not draw, or None."""
    from trial.actions.allocate import earlier_allocations
    from trial.allocation import replay
    from trial.protocol import plan_for

    seed = bytes.fromhex(row["revealed_seed"])
    return replay(plan_for(row["method"], row["parameters"]), seed, earlier_allocations(reader))
