"""The console script `vigil`: every command, each from the module of its subject; what they share, exit codes too, is in `base`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from trial.cli.amend import amend
from trial.cli.base import Installation, run
from trial.cli.coding import coding
from trial.cli.deviations import deviations
from trial.cli.exports import export
from trial.cli.files import files
from trial.cli.imports import import_
from trial.cli.install import init, serve
from trial.cli.keep import backup, clock, restore
from trial.cli.model import model
from trial.cli.model_check import check_model
from trial.cli.notify import notify
from trial.cli.omics import omics
from trial.cli.participants import due, eligibility
from trial.cli.people import user
from trial.cli.radiomics import radiomics
from trial.cli.randomisation import randomisation
from trial.cli.redcap import export_records, import_records
from trial.cli.registry import registry
from trial.cli.simulate import demo, simulate
from trial.cli.sites import site
from trial.cli.verify import verify

__all__ = ["commands", "run"]


def commands(factory: Callable[[], Any]) -> click.Group:
    """The command group. `factory` makes the application."""

    @click.group(context_settings={"help_option_names": ["-h", "--help"]})
    @click.version_option(package_name="vigil", message="%(version)s")
    @click.pass_context
    def vigil(context: click.Context) -> None:
        """Vigil: trial management and electronic data capture for watch-and-wait trials."""
        context.obj = Installation(factory)

    for command in (
        init,
        serve,
        user,
        site,
        due,
        eligibility,
        verify,
        randomisation,
        simulate,
        demo,
        import_,
        backup,
        restore,
        clock,
        notify,
        coding,
        amend,
        deviations,
        registry,
        files,
        export,
        model,
        radiomics,
        omics,
    ):
        vigil.add_command(command)
    model.add_command(check_model)
    import_.add_command(import_records)
    export.add_command(export_records)
    return vigil
