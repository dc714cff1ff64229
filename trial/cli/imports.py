"""`vigil import`: files from outside, through the same checks as the screen, with a report of every line."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from trial.cli.base import REFUSED, Broken, Installation, json_option, said, shown
from trial.cli.people import acting


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
    who = acting(here, username, role)
    known = Names(**json.loads(names.read_text("utf-8"))) if names else Names()
    order = Order(path.name, "all" if whole else "row", dry, reason, known)
    try:
        with path.open("rb") as file, _bar(path) as bar:
            done = import_labs(file, order, files=house.files, uow=house.writing(who), progress=bar)
    except FileUnreadable as problem:
        said(problem.message % problem.args_ if problem.args_ else problem.message, REFUSED)
        raise Broken from problem
    _told(done, as_json)
    if done.state == "refused":
        raise Broken


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


class _bar:  # noqa: N801  # used as a function
    """A bar on a terminal that counts lines."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._lines = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))

    def __enter__(self) -> Any:
        from tqdm import tqdm

        self._shown = tqdm(total=self._lines, unit=" lines", disable=None, file=sys.stderr)
        return lambda line: self._shown.update(max(0, line - self._shown.n))

    def __exit__(self, *_error: object) -> None:
        self._shown.close()
