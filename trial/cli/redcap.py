"""`vigil import redcap` and `vigil export redcap`: the trial in REDCap's layout, and REDCap projects beside the trial."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from trial.cli.base import REFUSED, Broken, Installation, acting, json_option, said, shown
from trial.cli.imports import read_in, told

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("redcap")
@click.argument("paths", nargs=-1, required=True, type=_FILE)
@click.option("--as", "username", required=True, help="Who imports.")
@click.option("--role", default=None, help="In which of the roles held.  [coordinator; data_manager with --study]")
@click.option("--dry-run", "dry", is_flag=True, help="Say what would happen; nothing is kept.")
@click.option("--all", "whole", is_flag=True, help="All or nothing, in one transaction; without it, form by form.")
@click.option("--reason", default="", help="Why saved values change, and why unusual ones are right.")
@click.option("--study", default=None, help="Keep a project of its own beside the trial, under this name.")
@click.option("--events", type=_FILE, help="Of a project: its events file.")
@click.option("--arms", type=_FILE, help="Of a project: its arms file.")
@click.option("--mapping", type=_FILE, help="Of a project: its instrument-event mapping.")
@click.option(
    "--missing",
    default="",
    help="Of a project: its missing data codes, as REDCap writes them: NI, No information | UNK, Unknown.",
)
@json_option
@click.pass_obj
def import_records(
    here: Installation,
    paths: tuple[Path, ...],
    username: str,
    role: str | None,
    dry: bool,
    whole: bool,
    reason: str,
    study: str | None,
    events: Path | None,
    arms: Path | None,
    mapping: Path | None,
    missing: str,
    as_json: bool,
) -> None:
    """REDCap: DATA.csv in the layout of `vigil export redcap`; with --study, DICTIONARY.csv [DATA.csv] or PROJECT.xml."""
    if study is not None:
        actor = here.somebody(username, role or "data_manager", "foreign.take")
        more = {"events": events, "arms": arms, "mapping": mapping}
        return _take(here.house, actor, study, paths, more, missing, dry, as_json)
    if len(paths) != 1 or events or arms or mapping:
        raise click.UsageError("one data file goes into the trial; a project is named with --study")
    actor = here.somebody(username, role or "coordinator", "import.forms")
    return _into_the_trial(here.house, actor, paths[0], dry, whole, reason, as_json)


def _into_the_trial(house: Any, actor: Any, path: Path, dry: bool, whole: bool, reason: str, as_json: bool) -> None:
    from trial.actions.import_order import Order
    from trial.actions.import_redcap import import_redcap

    order = Order(path.name, "all" if whole else "row", dry, reason)
    uow = house.writing(actor)
    told(read_in(path, lambda file, bar: import_redcap(file, order, files=house.files, uow=uow, progress=bar)), as_json)


def _take(
    house: Any,
    actor: Any,
    name: str,
    paths: tuple[Path, ...],
    more: Mapping[str, Path | None],
    missing: str,
    dry: bool,
    as_json: bool,
) -> None:
    from forms.redcap import RedcapProblem
    from trial.actions.foreign import Source, take_study

    given = [*paths, *(path for path in more.values() if path)]
    try:
        files = {key: path.read_bytes() if path else b"" for key, path in more.items()}
        study = _project(name, paths, files, missing)
    except RedcapProblem as problem:
        said(str(problem), REFUSED)
        raise Broken from problem
    with ExitStack() as open_files:
        sources = [Source(path.name, open_files.enter_context(path.open("rb"))) for path in given]
        receipt = take_study(study, sources, dry=dry, uow=house.writing(actor), files=house.files)
    if as_json:
        return shown(receipt, True)
    shown([f"{loss.count}x {loss.where}: {loss.message % loss.args}" for loss in receipt.losses], False)
    shown([f"check\t{each.subject}\t{each.address}\t{each.finding.text()}" for each in receipt.remarks], False)
    counts = ", ".join(f"{number} {what}" for what, number in receipt.counts.items())
    click.echo(f"{'dry run: nothing was kept' if dry else f'study {receipt.study}'}; {counts}")
    return None


def _project(name: str, paths: tuple[Path, ...], more: Mapping[str, bytes], missing: str) -> Any:
    from dataclasses import replace

    from forms.redcap import read_missing, read_project, read_project_xml, read_setup

    first, *rest = paths
    if len(rest) > 1:
        raise click.UsageError("a project is a dictionary and its data, or one XML file")
    if first.suffix.lower() == ".xml":
        return replace(read_project_xml(first.read_bytes()), name=name)
    setup = read_setup(more["events"], more["arms"], more["mapping"], read_missing(missing))
    return read_project(name, first.read_bytes(), rest[0].read_bytes() if rest else None, setup)


@click.command("redcap")
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="A folder that is new or empty."
)
@click.option("--as", "username", required=True, help="Who takes the data.")
@click.option("--role", default="data_manager", show_default=True, help="In which of the roles held.")
@click.option("--study", default=None, help="A REDCap project that was read in, instead of the trial.")
@json_option
@click.pass_obj
def export_records(here: Installation, out: Path, username: str, role: str, study: str | None, as_json: bool) -> None:
    """The trial as a REDCap project: dictionary, data, events, mapping, manifest."""
    from trial.actions.export_redcap import export_foreign, export_redcap

    if out.exists() and any(out.iterdir()):
        raise click.UsageError(f"{out} is not empty")
    verb = "foreign.read" if study else "export.blinded"
    uow = acting(here, username, role, verb)
    files = (
        export_foreign(study, uow=uow) if study else export_redcap("Vigil", software=version("vigil"), uow=uow).files
    )
    out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (out / name).write_bytes(content)
    rows = [{"file": name, "bytes": len(c), "sha256": hashlib.sha256(c).hexdigest()} for name, c in files.items()]
    shown(rows, as_json, lambda row: f"{row['sha256']}  {row['file']}")
