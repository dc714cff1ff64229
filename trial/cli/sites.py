"""Sites: opening one, listing them."""

from __future__ import annotations

import click

from trial.cli.base import Installation, json_option, shown


@click.group()
def site() -> None:
    """Sites."""


@site.command("open")
@click.argument("code")
@click.option("--name", required=True)
@click.option("--consent-version", "version", default="1.0", show_default=True)
@click.option("--target", type=click.IntRange(0))
@click.option("--birth-year-only", is_flag=True)
@click.pass_obj
def site_open(
    here: Installation, code: str, name: str, version: str, target: int | None, birth_year_only: bool
) -> None:
    """Let a site enrol from today."""
    from trial.actions import setup

    today = here.house.clock.today()
    versions = ({"version": version, "valid_from": today.isoformat(), "valid_to": None},)
    setup.open_site(
        code,
        name,
        uow=here.writing(),
        opened_on=today,
        consent_versions=versions,
        birth_year_only=birth_year_only,
        target=target,
    )


@site.command("list")
@json_option
@click.pass_obj
def site_list(here: Installation, as_json: bool) -> None:
    """Every site."""
    rows = here.house.reading().all("site", order_by="code")
    shown(rows, as_json, lambda s: f"{s['code']}\t{s['name']}\t{s['opened_on']}")
