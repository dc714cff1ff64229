"""Tables and figures from the command line: what there is, and all of it as files."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click

from analysis.commands.at import At, at_a_cut
from analysis.output_shelf import Shelf
from trial.cli.base import Installation, json_option, shown

FORMATS = ("text", "csv", "json", "svg", "png", "pdf")
ROLES = {False: ("statistician", "results.pooled"), True: ("unblinded_statistician", "results.closed")}
"""In which role a shelf is opened unless another is named, and the right it needs: pooled, by arm."""


def _open() -> Any:
    from analysis.outputs import OPEN

    return OPEN


class Shelves(click.Group):
    """`vigil output`. The closed shelf is brought by `analysis.commands.closed_outputs`: nothing open knows it."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.shelves = [Shelf(_open, closed=False)]


@click.group(cls=Shelves)
def output() -> None:
    """Tables, figures and listings as text, CSV, JSON, SVG, PNG and PDF."""


def _shelves() -> list[Shelf]:
    group = click.get_current_context().find_root().command
    while not isinstance(group, Shelves):
        assert isinstance(group, click.Group)
        group = group.commands["output"]
    return group.shelves


@output.command("list")
@json_option
def list_outputs(as_json: bool) -> None:
    """Every output by its number in a report. It shows no result."""
    rows = [
        {"id": each.id, "number": each.number, "title": str(each.title), "closed": shelf.closed}
        for shelf in _shelves()
        for each in shelf.outputs
    ]
    shown(rows, as_json, lambda r: f"{r['number']:10} {r['id']:28} {r['title']}{'  [closed]' if r['closed'] else ''}")


@output.command("make")
@click.argument("ids", nargs=-1, metavar="ID...")
@click.option("--all", "everything", is_flag=True, help="Every output; those by arm only with --closed.")
@click.option("--closed", is_flag=True, help="With --all: also those by arm. Needs --as.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="The folder to write into."
)
@click.option("--format", "formats", default="text,csv,json,svg,png,pdf", show_default=True, help="Which, with commas.")
@at_a_cut
@click.option(
    "--before", multiple=True, help="By arm: the locked cut of an earlier look of the interim analysis; again for each."
)
@click.option("--as", "username", help="Who takes them: recorded. Needed for outputs by arm.")
@click.option("--role", help="In which of the roles held.")
@click.pass_obj
def make(here: Installation, ids: tuple[str, ...], everything: bool, closed: bool, out: Path, formats: str, at: At,
         before: tuple[str, ...], username: str | None, role: str | None) -> None:  # fmt: skip
    """Write outputs, each in the formats asked for, and with --all and pdf one volume of them."""
    wanted = tuple(formats.split(","))
    if unknown := [name for name in wanted if name not in FORMATS]:
        raise click.UsageError(f"no such format: {', '.join(unknown)}; there are {', '.join(FORMATS)}")
    if bool(ids) == everything:
        raise click.UsageError("name outputs, or say --all")
    for shelf, names in _asked(ids, everything, closed):
        if before and not shelf.closed:
            raise click.UsageError("--before is for outputs by arm: no open one has looks before it")
        if shelf.closed and username is None:
            raise click.UsageError("an output by arm needs --as: who takes it is recorded")
        _write(here, shelf, names, out, wanted, at, (username, role), everything, before)


def _asked(ids: tuple[str, ...], everything: bool, closed: bool) -> Iterator[tuple[Shelf, list[str]]]:
    """Each shelf with what is wanted of it. Raises UsageError for an id nobody has."""
    left = set(ids)
    chosen = []
    for shelf in _shelves():
        whole = everything and (closed or not shelf.closed)
        names = [each.id for each in shelf.outputs if whole or each.id in left]
        left -= set(names)
        if names:
            chosen.append((shelf, names))
    if left:
        raise click.UsageError(f"no such output: {', '.join(sorted(left))}; see vigil output list")
    yield from chosen


def _write(
    here: Installation,
    shelf: Shelf,
    names: list[str],
    out: Path,
    formats: tuple[str, ...],
    at: At,
    who: tuple[str | None, str | None],
    whole: bool,
    before: tuple[str, ...],
) -> None:
    from tqdm import tqdm

    from analysis.issued_files import files
    from analysis.reports.issued import every_output

    extract = taken(here, shelf, names, at, *who, before=before)
    issued = []
    for name in tqdm(names, unit=" outputs", disable=None, file=sys.stderr):
        issued.append(shelf.issued(name, extract))
        for member, content in files(issued[-1], formats):
            _put(out / member, content)
    if whole and "pdf" in formats:
        _put(out / ("closed-all.pdf" if shelf.closed else "all.pdf"), every_output(issued))
    cut = issued[0].cut
    click.echo(f"{out}: {len(names)} outputs at {cut.named}, data {cut.digest[:16]}")


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def taken(here: Installation, shelf: Shelf, names: list[str], at: At, username: str | None, role: str | None, *,
          before: tuple[str, ...] = ()) -> Any:  # fmt: skip
    """The data, with the calls of the model: the one place where the command gets them. Raises NotAllowed, NotFound, CutAltered.

    With a name, that they were taken is recorded; without one the command line sees what a blinded statistician may see.
    """
    from analysis.performance_outputs import with_calls
    from trial.actor import Actor
    from trial.happenings import DataTaken
    from trial.store import extract
    from trial.store.model_calls import model_calls

    house, (usual, verb) = here.house, ROLES[shelf.closed]
    viewer = here.somebody(username, role or usual, verb) if username else Actor(None, "command line", usual, None)
    with house.reading() as reader:
        take = partial(extract.closed, before=tuple(dict.fromkeys(before))) if shelf.closed else extract.pooled
        found = take(reader, viewer, cut_on=at.on or house.clock.today(), now=house.clock.now(), cut=at.cut)
        found = with_calls(found, model_calls(reader, viewer, cut_on=found.cut_on, cut=at.cut))
    if username:
        with (uow := house.writing(viewer)):
            uow.record(DataTaken(f"outputs: {', '.join(names)}"[:200], found.digest))
            uow.commit()
    return found
