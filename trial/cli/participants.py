"""The same answers about participants as the screens give: what is due, who is eligible."""

from __future__ import annotations

from dataclasses import asdict

import click

from trial.cli.base import Installation, json_option, shown


@click.command()
@click.option("--site", "place", help="One site only.")
@click.option("--days", default=14, show_default=True, type=click.IntRange(0, 3650), help="How far ahead.")
@json_option
@click.pass_obj
def due(here: Installation, place: str | None, days: int, as_json: bool) -> None:
    """What is due: the same list as the first page."""
    from datetime import timedelta

    from trial import schedule
    from trial.store import worklist

    today = here.house.clock.today()
    rows = worklist.open_forms(
        here.house.reading(),
        frozenset({place}) if place else None,
        today=today,
        ahead=timedelta(days=days),
        limit=100_000,
    )
    told = [
        {**row, "status": str(schedule.on_day(row["due_from"], row["due_to"], row["given_up_from"], today))}
        for row in rows
    ]
    shown(
        told,
        as_json,
        lambda r: (
            f"{r['status']}\t{r['participant']}\t{r['form']}/{r['event']}/{r['occurrence']}\t{r['due_from']} to {r['due_to']}"
        ),
    )


@click.command()
@click.argument("participant")
@json_option
@click.pass_obj
def eligibility(here: Installation, participant: str, as_json: bool) -> None:
    """The argument for or against a participant's eligibility, line by line."""
    from trial.actions.case import load
    from trial.eligibility import assess

    reader = here.house.reading()
    case = load(reader, reader.the("participant", id=participant), here.house.clock)
    found = assess(case.protocol, case.record("SCR"))
    if as_json:
        return shown(
            {"participant": participant, "eligible": found.eligible, "lines": list(map(asdict, found.lines))}, True
        )
    shown(
        found.lines,
        False,
        lambda line: f"{line.id}\t{line.verdict}\t{line.text}\t{'; '.join(f'{s.key}={s.shown}' for s in line.sources)}",
    )
    click.echo({True: "eligible", False: "not eligible", None: "cannot tell yet"}[found.eligible])
    return None
