"""`vigil import`: files from outside, through the same checks as the screen, with a report of every line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from trial.cli.base import REFUSED, Broken, Installation, counter, json_option, said, shown, who


@click.group("import")
def import_() -> None:
    """Read data from a file, with the same checks as the screen."""


@import_.command("labs")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "username", required=True, help="Who imports: a data manager, or a laboratory at its sites.")
@click.option("--role", default="data_manager", show_default=True, help="In which of the roles held.")
@click.option("--dry-run", "dry", is_flag=True, help="Say what would happen; nothing is kept.")
@click.option("--all", "whole", is_flag=True, help="All or nothing, in one transaction; without it, form by form.")
@click.option("--reason", default="", help="Why saved values change, and why unusual ones are right.")
@click.option(
    "--names", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="JSON: columns, tests, units."
)
@json_option
@click.pass_obj
def labs(
    here: Installation,
    path: Path,
    username: str,
    role: str,
    dry: bool,
    whole: bool,
    reason: str,
    names: Path | None,
    as_json: bool,
) -> None:
    """Laboratory results: CSV with participant, event, date, test, operator, result, unit."""
    from trial.actions.imports import Order, import_labs
    from trial.imports.laboratory import Names
    from trial.imports.tabular import FileUnreadable

    house = here.house
    uow = house.writing(who(house, username, role, "import.data"))
    known = Names(**json.loads(names.read_text("utf-8"))) if names else Names()
    order = Order(path.name, "all" if whole else "row", dry, reason, known)
    try:
        with path.open("rb") as file, _bar(path) as bar:
            done = import_labs(file, order, files=house.files, uow=uow, progress=bar)
    except FileUnreadable as problem:
        said(problem.message % problem.args_ if problem.args_ else problem.message, REFUSED)
        raise Broken from problem
    _told(done, as_json)
    if done.state == "refused":
        raise Broken


@import_.command("odm")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("data", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "username", required=True, help="Who imports: a data manager.")
@click.option("--role", default="data_manager", show_default=True, help="In which of the roles held.")
@click.option("--study", help="A name: the file is a study of another system, and is kept beside the trial.")
@click.option("--dry-run", "dry", is_flag=True, help="Say what would happen; nothing is kept.")
@click.option("--all", "whole", is_flag=True, help="All or nothing, in one transaction; without it, form by form.")
@click.option("--reason", default="", help="Why saved values change, and why unusual ones are right.")
@json_option
@click.pass_obj
def odm(
    here: Installation,
    path: Path,
    data: Path | None,
    username: str,
    role: str,
    study: str | None,
    dry: bool,
    whole: bool,
    reason: str,
    as_json: bool,
) -> None:
    """ODM 1.3.2: our own export, or with --study a study of another system (metadata, and data if they are apart)."""
    from forms.odm13 import OdmProblem
    from trial.actions.import_odm import import_trial
    from trial.actions.imports import Order

    house = here.house
    uow = house.writing(who(house, username, role, "import.trial"))
    if data is not None and study is None:
        raise click.UsageError("A second file belongs to a study of another system: name it with --study.")
    try:
        if study is not None:
            return _study(house, uow, [path] + ([data] if data else []), study, dry, as_json)
        order = Order(path.name, "all" if whole else "row", dry, reason)
        with path.open("rb") as file, counter(" forms") as bar:
            done = import_trial(file, order, files=house.files, uow=uow, progress=bar)
    except OdmProblem as problem:
        said(str(problem), REFUSED)
        raise Broken from problem
    _told(done, as_json)
    if done.state == "refused":
        raise Broken
    return None


def _study(house: Any, uow: Any, paths: list[Path], name: str, dry: bool, as_json: bool) -> None:
    from contextlib import ExitStack

    from forms.odm13 import read
    from trial.actions.foreign import Source, take_study

    metadata, data = paths[0], paths[-1]
    study = read(lambda: metadata.open("rb"), (lambda: data.open("rb")) if data != metadata else None, name=name)
    with ExitStack() as stack, counter(" subjects") as bar:
        sources = [Source(path.name, stack.enter_context(path.open("rb"))) for path in paths]
        receipt = take_study(study, sources, dry=dry, uow=uow, files=house.files, progress=bar)
    if as_json:
        return shown(receipt, True)
    shown([f"{loss.message % loss.args} ({loss.count})" for loss in receipt.losses], False)
    click.echo(", ".join(f"{n} {what}" for what, n in receipt.counts.items()))
    return click.echo("dry run: nothing was kept" if dry else f"kept as study {receipt.study}")


def _told(done: Any, as_json: bool) -> None:
    if as_json:
        return shown(done, True)
    counts = ", ".join(f"{n} {verdict}" for verdict, n in sorted(done.counts.items()))
    shown([f"line {v.line}\t{v.participant}\t{v.words()}" for v in done.rejected], False)
    ended = {"dry": "dry run: nothing was kept", "refused": "all or nothing: nothing was kept", "done": "done"}
    click.echo(f"{ended[done.state]}; {counts or 'no lines'}")
    if done.foreign:
        click.echo(f"columns that were not read: {', '.join(done.foreign)}")
    return None


def _bar(path: Path) -> counter:
    """A bar on a terminal that counts the lines of a file."""
    with path.open("rb") as file:
        return counter(" lines", sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b"")))
