"""`vigil model check`, and what `vigil verify` and `vigil serve` do about the frozen model."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trial.cli.base import Broken, Installation, json_option, shown

if TYPE_CHECKING:
    from trial.actions.run_again import Again

EVERY = 30
"""Seconds between two looks at whether a check is due."""


@click.command("check")
@json_option
@click.pass_obj
def check_model(here: Installation, as_json: bool) -> None:
    """Check the frozen model now: digests, and every reference row. What was found is kept in the journal.

    `vigil serve` does it by itself when it starts, every day, and ten minutes after a failure; where Vigil is served otherwise,
    the machine's own timer runs this once a day. Fails where the model cannot be used.
    """
    from trial.actions import watch_model
    from trial.frozen.errors import ModelError

    model = here.house.model
    try:
        found = watch_model.check(model, uow=here.writing())
    finally:
        model.close()
    if isinstance(found, ModelError):
        shown(
            {"passed": False, "kind": type(found).__name__, "found": found.detail} if as_json else str(found), as_json
        )
        raise Broken
    words = f"{found.name} {found.version}: digests and {found.references} reference rows agree, largest difference {found.difference:g}"
    shown({"passed": True} | vars(found) if as_json else words, as_json)


def beside(here: Installation) -> None:
    """Checks beside the server, in a thread that ends with it: one at the start, which also leaves a worker running, then when due."""
    wait = threading.Event()

    def rounds() -> None:
        from trial.errors import VigilError

        first = True
        while first or not wait.wait(EVERY):
            try:
                one_round(here, now=first)
            except VigilError:
                here.app.logger.exception("the check of the model")
            first = False

    threading.Thread(target=rounds, name="model", daemon=True).start()


def one_round(here: Installation, *, now: bool = False) -> None:
    """Check the model if that is due, or `now`."""
    from trial.actions import watch_model

    house = here.house
    if now or watch_model.due(house.reading(), house.clock):
        watch_model.check(house.model, uow=here.writing())


def calls_again(here: Installation, folder: Path | None) -> tuple[Again, Callable[[], None]]:
    """A check of `vigil verify`, every stored call run again, and how to end it.

    `folder`: earlier releases, `models` in the installation without it.
    """
    from trial.actions.run_again import Again
    from trial.frozen.shelf import Shelf

    house = here.house
    shelf = Shelf(house.model, folder or house.settings.instance / "models")
    return Again(shelf.of), shelf.close


def ran_again(again: Again) -> dict[str, Any]:
    """What came of it, for a machine."""
    return {"run_again": again.ran, "not_installed": dict(again.absent)}


def ran_words(again: Again) -> list[str]:
    """What came of it, a line each; nothing where no call was ever answered."""
    ran = [f"{again.ran} calls of the model were run again"] if again.ran else []
    absent = [f"{n} calls of {name} were not run again: it is not installed" for name, n in again.absent.items()]
    return [*ran, *absent]
