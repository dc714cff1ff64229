"""`vigil datasets`: the derived datasets of the trial as files, with a dictionary and a manifest that vouches for them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import click

from analysis.dataset_work import BLINDED_VERBS, taken_datasets
from trial.release import release

FORMATS = ("csv", "parquet", "xpt", "stata", "r")


@click.command()
@click.option(
    "--out",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="A new folder, or an empty one.",
)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="csv", show_default=True, help="Format of the files."
)
@click.option("--as", "username", required=True, help="Who takes them.")
@click.option("--role", default="statistician", show_default=True, help="In which of the roles held.")
@click.option("--cut", help="The name of a locked data cut: the same cut gives the same bytes.")
@click.option("--study-days", is_flag=True, help="Days of the study in place of dates, and no free text.")
@click.option("--zip", "as_zip", is_flag=True, help="One zip in the folder instead of the files.")
@click.option("--json", "as_json", is_flag=True, help="Print the manifest as JSON.")
@click.pass_obj
def datasets(
    here: Any,
    folder: Path,
    form: str,
    username: str,
    role: str,
    cut: str | None,
    study_days: bool,
    as_zip: bool,
    as_json: bool,
) -> None:
    """ADSL, ADTTE, ADAE, ADRS and ADQS of the data as they stand, or of a cut. A blinded role gets no arm, and nothing that tells one."""
    from analysis.taken.bundle import MANIFEST, zip_of

    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(f"{folder} is not empty")
    uow = here.house.writing(here.somebody(username, role, BLINDED_VERBS[1]))
    found = taken_datasets(form, study_days=study_days, release=release(), uow=uow, cut=cut)
    written = {f"{found.name}.zip": zip_of(found.files, found.cut.on)} if as_zip else found.files
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in written.items():
        (folder / name).write_bytes(content)
    if as_json:
        click.echo(json.dumps(json.loads(found.files[MANIFEST]), indent=1))
        return
    click.echo("\n".join(f"{hashlib.sha256(content).hexdigest()}  {name}" for name, content in written.items()))
