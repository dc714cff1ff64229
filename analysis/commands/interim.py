"""`vigil interim`: the present look and the stopping rules, for the unblinded statistician. Closed: registered by name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from analysis.commands.at import At, at_a_cut

if TYPE_CHECKING:
    from analysis.interim import Earlier
    from analysis.interim_outputs import AtLook
    from analysis.table import Table

ROLE, VERB = "unblinded_statistician", "results.closed"
NOT_EARLIER = {
    "later": "the cut {name} was not locked before the data that are looked at",
    "information": "no event has come since the cut {name}: the look after it holds no more information",
}


def register(commands: click.Group) -> None:
    """Add the command to `vigil`."""
    commands.add_command(show)


@click.command("interim")
@click.option(
    "--as", "username", required=True, help="Who looks: an unblinded statistician. That they did is recorded."
)
@at_a_cut
@click.option(
    "--before",
    multiple=True,
    help="The locked cut of an earlier look; again for each. Its information and z are worked out from it.",
)
@click.option(
    "--looks",
    help="Looks made outside the system, typed and marked so: the share of the information at each, "
    '"0.5, 0.75"; with its z, "0.5=1.83"; 0: none. Without --before and left out: as planned.',
)
@click.option("--last", is_flag=True, help="This is the last look: everything that is left is spent.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def show(here: Any, username: str, at: At, before: tuple[str, ...], looks: str | None, last: bool, as_csv: bool,
         as_json: bool) -> None:  # fmt: skip
    """The interim analysis by arm: looks and bounds, the present look, the stopping rules of watch-and-wait. Closed."""
    from analysis.brownian import InformationInvalid
    from trial.errors import CutNotEarlier

    given, viewer = _typed(looks), here.somebody(username, ROLE, VERB)
    try:
        found = _seen(here.house, viewer, at, tuple(dict.fromkeys(before)), given, last)
    except CutNotEarlier as wrong:
        raise click.BadParameter(NOT_EARLIER[wrong.problem].format(name=wrong.name), param_hint="--before") from wrong
    except InformationInvalid as wrong:
        raise click.BadParameter(str(wrong), param_hint="--looks") from wrong
    if as_json:
        click.echo(json.dumps(document(found), indent=1, ensure_ascii=False))
        return
    click.echo("\n".join(t.as_csv() if as_csv else t.as_text() for t in found.tables(str)))


def document(found: AtLook) -> dict[str, Any]:
    """The tables and the cut as JSON values."""
    tables = [_table(t) for t in found.tables(str)]
    before = [each.cut.told() for each in found.interim.earlier if each.cut is not None]
    return {"study": found.study, **found.cut.told(), "before": before, "tables": tables}


def _table(table: Table) -> dict[str, Any]:
    return {"id": table.id, "columns": [c.label for c in table.columns], "rows": table.rows, "notes": table.footnotes}


def _typed(text: str | None) -> Sequence[Earlier] | None:
    from analysis.brownian import InformationInvalid
    from analysis.interim import LooksUnreadable, typed

    try:
        return typed(text or "")
    except (LooksUnreadable, InformationInvalid) as wrong:
        raise click.BadParameter(str(wrong), param_hint="--looks") from wrong


def _seen(
    house: Any, viewer: Any, at: At, before: Sequence[str], given: Sequence[Earlier] | None, last: bool
) -> AtLook:
    from analysis.interim_outputs import at_look, looked_at
    from trial.happenings import ResultsSeen
    from trial.store import extract

    with house.reading() as reader:
        on, now = at.on or house.clock.today(), house.clock.now()
        taken = extract.closed(reader, viewer, cut_on=on, now=now, cut=at.cut, before=before)
    found = at_look(taken, given, last=last)
    with house.writing(viewer) as uow:
        uow.record(ResultsSeen(looked_at(before, at.cut), closed=True))
        uow.commit()
    return found
