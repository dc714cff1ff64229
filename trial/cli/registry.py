"""`vigil registry`: historical patients and their waiver. The analysis adds the training table and the comparison."""

from __future__ import annotations

from typing import Any

import click

from trial.cli.base import Installation, acting, json_option, shown


@click.group()
def registry() -> None:
    """Historical patients, treated before the trial: never in one of its numbers."""


@registry.command("add")
@click.option("--site", required=True, help="The site whose patients they are.")
@click.option("--committee", required=True, help="The ethics committee that waived their consent.")
@click.option("--reference", required=True, help="The reference of its decision.")
@click.option("--date", "granted_on", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day of its decision.")
@click.option("--count", default=1, show_default=True, help="How many numbers are given.")
@click.option("--as", "username", required=True, help="Who enters them.")
@click.option("--role", default="coordinator", show_default=True, help="In which of the roles held.")
@json_option
@click.pass_obj
def add(
    here: Installation,
    site: str,
    committee: str,
    reference: str,
    granted_on: Any,
    count: int,
    username: str,
    role: str,
    as_json: bool,
) -> None:
    """Give historical patients their numbers, under a waiver of consent; `vigil import` then fills their forms."""
    from trial.actions.registry import add_historical
    from trial.registry import Waiver

    uow = acting(here, username, role, "registry.add")
    shown(add_historical(site, Waiver(committee, reference, granted_on.date()), uow=uow, count=count), as_json)


@registry.command("list")
@click.option("--as", "username", required=True, help="Who asks.")
@click.option("--role", default="coordinator", show_default=True, help="In which of the roles held.")
@json_option
@click.pass_obj
def listing(here: Installation, username: str, role: str, as_json: bool) -> None:
    """The historical patients of the sites the role reaches, with their waiver and how far their forms are."""
    from trial.actions.registry import patients

    with here.house.reading() as reader:
        found = patients(reader, here.somebody(username, role, "registry.read"))
    rows = [
        {"id": p.id, "site": p.row["site_code"], "committee": p.waiver.committee, "reference": p.waiver.reference,
         "granted_on": p.waiver.granted_on, "entered": p.entered, "complete": p.complete}
        for p in found
    ]  # fmt: skip
    shown(
        rows, as_json, lambda r: f"{r['id']}  {r['committee']}, {r['reference']}  {r['complete']}/{r['entered']} forms"
    )
