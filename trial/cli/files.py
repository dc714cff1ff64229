"""`vigil files`: whether every file is there as it was stored, and what no row names."""

from __future__ import annotations

from dataclasses import asdict

import click

from trial.cli.base import Broken, Installation, json_option, shown


@click.group()
def files() -> None:
    """Uploaded files."""


@files.command()
@json_option
@click.pass_obj
def check(here: Installation, as_json: bool) -> None:
    """Read every file and preview and compare it with its digest; list bytes that no row names. Part of `vigil verify` but for these.

    Exit code 6 where a file is missing or damaged. Bytes without a row are no fault: a crash between disk and database leaves them.
    """
    from trial.store.leftovers import leftovers
    from trial.store.verify import files_kept

    house = here.house
    findings = list(files_kept(house.reading(), house.files))
    left = [
        {"path": str(p.relative_to(house.files.root)), "size": p.stat().st_size}
        for p in leftovers(house.reading(), house.files)
    ]
    if as_json:
        shown({"findings": [asdict(f) for f in findings], "leftovers": left}, True)
    else:
        strays = [f"no row names {each['path']} ({each['size']} bytes)" for each in left]
        shown([*(map(str, findings) if findings else ["every file is as it was stored"]), *strays], False)
    if findings:
        raise Broken
