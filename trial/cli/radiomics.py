"""`vigil radiomics`: features from a de-identified image and its mask; batches and their harmonisation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from trial.cli.base import Installation, acting, json_option, shown

FILE = click.Path(exists=True, path_type=Path)


@click.group()
def radiomics() -> None:
    """Radiomics: extraction inside the system, batches, harmonisation with frozen parameters."""


@radiomics.command()
@click.argument("image", type=FILE)
@click.argument("mask", type=FILE)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Where the table is written.")
@click.option("--reader", required=True, help="Who drew or checked the mask: a code, no name.")
@click.option("--segmentation", required=True, type=click.Choice(("MANUAL", "SEMI", "AUTO")), help="How it was drawn.")
@click.option("--modality", default="mr", show_default=True, type=click.Choice(("mr", "ct", "pet")))
@click.option("--bins", type=click.IntRange(2, 1024), help="Fixed number of grey levels (32 unless --width is given).")
@click.option("--width", type=float, help="Width of a grey level instead, from --lowest on.")
@click.option("--lowest", default=0.0, show_default=True, help="Lower end of the first grey level.")
@click.option("--spacing", type=float, help="Interpolate to voxels of so many mm first.")
@click.option("--all", "everything", is_flag=True, help="Every feature, not only those that the released model reads.")
@json_option
@click.pass_obj
def extract(
    here: Installation, /, image: Path, mask: Path, out: Path, reader: str, segmentation: str, everything: bool, as_json: bool, **how: Any
) -> None:  # fmt: skip
    """Features of IMAGE (NIfTI, or a folder of de-identified DICOM) within MASK (NIfTI or DICOM SEG), as the form RAD takes them."""
    from trial.imports.features import declared_by
    from trial.omics.extraction import Settings, as_table, digest_of
    from trial.omics.extraction import extract as extracted

    if not how["width"] and not how["bins"]:
        how["bins"] = 32
    settings = Settings(**how)
    wanted = None if everything else list(declared_by(here.house.model.manifest, "RAD.RADFILE", only=True).units)
    found = extracted(image, mask, settings)
    said = {
        "image": digest_of(image), "mask": digest_of(mask), "reader": reader, "segmentation": segmentation, "settings": settings.told(),
    }  # fmt: skip
    content = as_table(found, said, wanted)
    out.write_bytes(content)
    told = {
        "extractor": found.extractor,
        "features": content.count(b"\n") - len(said) - 2,
        "network": found.network,
        **said,
    }
    shown(told if as_json else [f"{key}: {value}" for key, value in told.items()], as_json)


@radiomics.command()
@click.argument("name")
@click.option("--extractor", required=True, help="Extractor and version that tables of this batch must come from.")
@click.option("--site", help="The site whose tables these are; every site's without it.")
@click.option("--reference", help="The batch whose values the parameters lead to.")
@click.option("--parameters", type=FILE, help="JSON: feature to [location, scale, to_location, to_scale].")
@click.option("--modality", default="radiomics", show_default=True)
@click.option("--as", "username", required=True, help="Who states it: a data manager.")
@click.pass_obj
def batch(here: Installation, /, name: str, username: str, parameters: Path | None, **said: Any) -> None:
    """State the batch NAME: what its tables come from and, with --parameters, how they are harmonised. It is never changed."""
    from trial.actions.batches import state
    from trial.omics.harmonise import Batch, ParametersUnfit

    given = json.loads(parameters.read_text("utf-8")) if parameters else None
    try:
        made = Batch(name=name, parameters=given and {n: tuple(map(float, p)) for n, p in given.items()}, **said)
    except (ParametersUnfit, TypeError, ValueError, AttributeError) as problem:
        raise click.UsageError(f"No such parameters can be applied: {problem}") from problem
    number = state(made, uow=acting(here, username, "data_manager", "batch.set"))
    click.echo(f"batch {number}: {made.method}, sha256 {made.sha256}")


@radiomics.command()
@click.argument("table", type=FILE)
@click.option("--batch", "name", required=True, help="The batch that the table belongs to.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Where the harmonised table is written.")
@click.pass_obj
def harmonise(here: Installation, /, table: Path, name: str, out: Path) -> None:
    """Bring the values of TABLE to those of the reference batch, with the parameters as they were stated; nothing is estimated."""
    from trial.actions.batches import harmonised_table
    from trial.feature_table import LineUnreadable
    from trial.omics.harmonise import ParametersUnfit

    try:
        content = harmonised_table(table.read_bytes(), name, reader=here.house.reading())
    except LineUnreadable as problem:
        raise click.UsageError(f"The table cannot be read: {problem}") from problem
    except ParametersUnfit as problem:
        raise click.UsageError(f"The batch has no parameters for: {problem}") from problem
    out.write_bytes(content)
    click.echo(f"written: {out.name}")
