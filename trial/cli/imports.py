"""`vigil import`: files from outside, through the same checks as the screen, with a report of every line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import click

from trial.cli.base import REFUSED, Broken, Installation, acting, counter, json_option, said, shown


@click.group("import")
def import_() -> None:
    """Read data from a file, with the same checks as the screen."""


PATH = click.Path(exists=True, dir_okay=False, path_type=Path)


def _common(command: Any) -> Any:
    """The file and the options that every import has."""
    who = click.option(
        "--as", "username", required=True, help="Who imports: a data manager, or a laboratory at its sites."
    )
    role = click.option("--role", default="data_manager", show_default=True, help="In which of the roles held.")
    dry = click.option("--dry-run", "dry", is_flag=True, help="Say what would happen; nothing is kept.")
    names = click.option("--names", type=PATH, help="JSON: the sender's own names of columns, tests, units.")
    for wrap in (click.pass_obj, json_option, names, dry, role, who, click.argument("path", type=PATH)):
        command = wrap(command)
    return command


def _lined(command: Any) -> Any:
    """The options of an import whose lines may be taken one by one."""
    whole = click.option(
        "--all", "whole", is_flag=True, help="All or nothing, in one transaction; without it, form by form."
    )
    reason = click.option("--reason", default="", help="Why saved values change, and why unusual ones are right.")
    return whole(reason(command))


@import_.command("labs")
@_lined
@_common
def labs(here: Installation, path: Path, as_json: bool, whole: bool = False, reason: str = "", **said_: Any) -> None:
    """Laboratory results: CSV with participant, event, date, test, operator, result, unit."""
    _imported(here, "labs", path, as_json, whole=whole, reason=reason, **said_)


@import_.command("omics")
@click.option(
    "--kind",
    required=True,
    type=click.Choice(("radiomics", "taxa", "ctdna", "molecular")),
    help="What the table holds.",
)
@_lined
@_common
def omics(
    here: Installation, path: Path, as_json: bool, kind: str, whole: bool = False, reason: str = "", **said_: Any
) -> None:
    """An omics table: CSV, a row a participant and visit; for radiomics and taxa a column a feature that the model declares."""
    _imported(here, kind, path, as_json, whole=whole, reason=reason, **said_)


@import_.command("biom")
@click.option("--method", required=True, type=click.Choice(("16S", "SHOTGUN")), help="How the samples were sequenced.")
@click.option(
    "--rank", default="genus", show_default=True, help="Taxa are summed by this rank; without lineages, by their ids."
)
@click.option("--event", default="", help="The visit of samples whose metadata names none.")
@_lined
@_common
def biom(
    here: Installation,
    path: Path,
    as_json: bool,
    username: str,
    role: str,
    dry: bool,
    names: Path | None,
    **how: Any,
) -> None:
    """Taxa by samples in BIOM 1.0 or 2.1: counts or shares; the id of a sample is the label of its specimen."""
    from trial.actions.biom import Sequenced, import_biom
    from trial.actions.import_order import Order

    if names is not None:
        raise click.UsageError("A BIOM table has no columns to rename.")
    house = here.house
    order = Order(path.name, "all" if how["whole"] else "row", dry, how["reason"])
    sequenced = Sequenced(how["method"], how["rank"], how["event"].upper())
    uow = acting(here, username, role, "import.data")
    kept = {"manifest": house.model.manifest, "files": house.files, "intake": house.settings.intake}
    done = read_in(
        path,
        lambda file, bar: import_biom(file, order, sequenced, uow=uow, progress=bar, **kept),
        counter(" samples"),
    )
    told(done, as_json)


@import_.command("ranges")
@_common
def ranges(here: Installation, path: Path, as_json: bool, **said_: Any) -> None:
    """Reference ranges: CSV with test, unit, low, high, valid_from, source; site, sex, age_from, age_to, valid_to, replaces if they apply.

    All of its lines are taken, or none.
    """
    _imported(here, "ranges", path, as_json, **said_)


def _imported(
    here: Installation,
    name: str,
    path: Path,
    as_json: bool,
    *,
    username: str,
    role: str,
    dry: bool,
    names: Path | None,
    whole: bool = False,
    reason: str = "",
) -> None:
    from trial.actions.import_kinds import kind_named
    from trial.actions.import_order import Order
    from trial.actions.imports import import_file
    from trial.imports.laboratory import Names

    house = here.house
    kind = kind_named(name, lambda: house.model.manifest)
    uow = acting(here, username, role, kind.verb)
    known = Names(**json.loads(names.read_text("utf-8"))) if names else Names()
    order = Order(path.name, "all" if whole else "row", dry, reason, known)
    done = read_in(path, lambda file, bar: import_file(file, order, kind, files=house.files, uow=uow, progress=bar))
    told(done, as_json)


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
    from trial.actions.import_order import Order

    house = here.house
    uow = acting(here, username, role, "import.trial")
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
    return told(done, as_json)


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


def read_in(path: Path, read: Callable[[IO[bytes], Callable[[int], None]], Any], bar: Any = None) -> Any:
    """Read a file with `bar`, or one that counts its lines. Raises Broken for one that is no such table, having said why."""
    from trial.imports.tabular import FileUnreadable

    try:
        with path.open("rb") as file, bar or _line_bar(path) as counted:
            return read(file, counted)
    except FileUnreadable as problem:
        said(problem.message % problem.args_ if problem.args_ else problem.message, REFUSED)
        raise Broken from problem


def told(done: Any, as_json: bool) -> None:
    """Print what became of a file. Raises Broken where all of it was refused."""
    if as_json:
        shown(done, True)
    else:
        _in_words(done)
    if done.state == "refused":
        raise Broken


def _in_words(done: Any) -> None:
    counts = ", ".join(f"{n} {verdict}" for verdict, n in sorted(done.counts.items()))
    shown([f"line {v.line}\t{v.participant}\t{v.words()}" for v in done.rejected], False)
    ended = {"dry": "dry run: nothing was kept", "refused": "all or nothing: nothing was kept", "done": "done"}
    click.echo(f"{ended[done.state]}; {counts or 'no lines'}")
    if done.foreign:
        click.echo(f"columns that were not read: {', '.join(done.foreign)}")


def _line_bar(path: Path) -> counter:
    """A bar on a terminal that counts the lines of a file."""
    with path.open("rb") as file:
        return counter(" lines", sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b"")))
