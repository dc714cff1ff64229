"""`vigil interim`: the present look and the stopping rules, for the unblinded statistician. Closed: registered by name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from analysis.interim import Earlier
    from analysis.interim_outputs import AtLook
    from analysis.table import Table

ROLE, VERB = "unblinded_statistician", "results.closed"


def register(commands: click.Group) -> None:
    """Add the command to `vigil`."""
    commands.add_command(show)


@click.command("interim")
@click.option(
    "--as", "username", required=True, help="Who looks: an unblinded statistician. That they did is recorded."
)
@click.option(
    "--looks",
    help='Share of the information at each look made before, "0.5, 0.75"; with its z, "0.5=1.83"; 0: none. Left out: as planned.',
)
@click.option("--last", is_flag=True, help="This is the last look: everything that is left is spent.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def show(here: Any, username: str, looks: str | None, last: bool, as_csv: bool, as_json: bool) -> None:
    """The interim analysis by arm: looks and bounds, the present look, the stopping rules of watch-and-wait. Closed."""
    from analysis.brownian import InformationInvalid

    earlier, viewer = _earlier(looks), here.somebody(username, ROLE, VERB)
    try:
        found = _seen(here.house, viewer, earlier, last)
    except InformationInvalid as wrong:
        raise click.BadParameter(str(wrong), param_hint="--looks") from wrong
    if as_json:
        click.echo(json.dumps(document(found), indent=1, ensure_ascii=False))
        return
    click.echo("\n".join(t.as_csv() if as_csv else t.as_text() for t in found.tables(str)))


def document(found: AtLook) -> dict[str, Any]:
    """The tables and the cut as JSON values."""
    tables = [_table(t) for t in found.tables(str)]
    return {"study": found.study, "cut": found.cut.on.isoformat(), "digest": found.cut.digest, "tables": tables}


def _table(table: Table) -> dict[str, Any]:
    return {"id": table.id, "columns": [c.label for c in table.columns], "rows": table.rows, "notes": table.footnotes}


def _earlier(text: str | None) -> Sequence[Earlier] | None:
    from analysis.brownian import InformationInvalid
    from analysis.interim import LooksUnreadable, typed

    try:
        return typed(text or "")
    except (LooksUnreadable, InformationInvalid) as wrong:
        raise click.BadParameter(str(wrong), param_hint="--looks") from wrong


def _seen(house: Any, viewer: Any, earlier: Sequence[Earlier] | None, last: bool) -> AtLook:
    from analysis.interim_outputs import at_look
    from trial.happenings import ResultsSeen
    from trial.store import extract

    with house.reading() as reader:
        taken = extract.closed(reader, viewer, cut_on=house.clock.today(), now=house.clock.now())
    found = at_look(taken, earlier, last=last)
    with house.writing(viewer) as uow:
        uow.record(ResultsSeen("interim analysis", closed=True))
        uow.commit()
    return found
