"""`vigil export`: data out of the house, with a manifest that vouches for the files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from trial.cli.base import REFUSED, Broken, Installation, acting, counter, json_option, said, shown


@click.group("export")
def export() -> None:
    """Write data to files, with digests."""


@export.command("odm")
@click.option("--out", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="A new folder.")
@click.option("--as", "username", required=True, help="Who exports.")
@click.option("--role", default="data_manager", show_default=True, help="In which of the roles held.")
@click.option("--site", help="One site only.")
@click.option("--study", help="A study of another system, by its name, in place of the trial.")
@click.option("--vendors", is_flag=True, help="With --study: put the extensions of other vendors back.")
@json_option
@click.pass_obj
def odm(
    here: Installation,
    folder: Path,
    username: str,
    role: str,
    site: str | None,
    study: str | None,
    vendors: bool,
    as_json: bool,
) -> None:
    """ODM 1.3.2: definitions, and every value with its audit record."""
    uow = acting(here, username, role, "export.blinded")
    if study is not None:
        return _study(here, uow, folder, study, vendors, as_json)
    from trial.actions.export_odm import export_trial
    from trial.release import release

    try:
        with counter(" participants") as bar:
            done = export_trial(folder, site=site, release=release(), uow=uow, progress=bar)
    except FileExistsError as problem:
        said(f"{problem.filename} is there already", REFUSED)
        raise Broken from problem
    if as_json:
        return shown(done.manifest | {"sha256": done.sha256}, True)
    shown([f"{f['sha256']}  {f['name']}" for f in done.manifest["files"]], False)
    return shown([f"{done.sha256}  manifest.json"], False)


def _study(here: Installation, uow: Any, folder: Path, name: str, vendors: bool, as_json: bool) -> None:
    from trial.actions.foreign import export_study
    from trial.release import release

    number = here.house.reading().the("foreign_study", name=name)["id"]
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / "study.xml"
    if place.exists():
        said(f"{place} is there already", REFUSED)
        raise Broken
    with place.open("w+b") as file:
        sha256 = export_study(number, file, release=release(), vendors=vendors, uow=uow)
    shown({"file": place.name, "sha256": sha256} if as_json else [f"{sha256}  {place.name}"], as_json)
