"""`vigil amend`: the versions of the protocol, what one would change for the data there are, and activating one at a site."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

import click

from trial.cli.base import Installation, acting, json_option, shown

COLUMNS = ("site", "participant", "kind", "form", "event", "occurrence", "path", "now", "would_be", "words")


@click.group()
def amend() -> None:
    """Versions of the protocol. `dry-run` before `activate`: it reads everything and writes nothing."""


@amend.command("list")
@json_option
@click.pass_obj
def amend_list(here: Installation, as_json: bool) -> None:
    """Every version, with the sites that work under it and how many participants are on it."""
    from trial.actions.amend import places
    from trial.actor import SYSTEM
    from trial.amendments import releases

    found = places(here.house.reading(), SYSTEM)
    rows = [
        {
            "version": each.version,
            "title": str(each.title),
            "forms": dict(each.forms),
            "consents": list(each.consents),
            "sites": {
                p.code: p.active[each.version]["approved_on"].isoformat() for p in found if each.version in p.active
            },
            "participants": {p.code: p.on[each.version] for p in found if p.on is not None},
        }
        for each in releases()
    ]
    shown(rows, as_json, _version)


def _version(row: dict[str, Any]) -> str:
    sites = ", ".join(f"{site} since {day}" for site, day in row["sites"].items())
    return f"{row['version']}\t{row['title']}\t{sites or '-'}\t{sum(row['participants'].values())} participants"


@amend.command("dry-run")
@click.argument("version")
@click.option("--site", "place", help="One site only.")
@click.option(
    "--as",
    "username",
    help="Who asks: what tells an arm is left out for a blinded role. Without it, the installation itself.",
)
@click.option("--role", default="data_manager", show_default=True, help="In which of the roles held.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A CSV file with every line.")
@json_option
@click.pass_obj
def amend_dry_run(
    here: Installation,
    version: str,
    place: str | None,
    username: str | None,
    role: str,
    out: Path | None,
    as_json: bool,
) -> None:
    """What a version would change if every participant consented to it today. Nothing is written."""
    from trial.actions import amend as actions

    asks = acting(here, username, role, "amendment.preview") if username else here.writing()
    with _sheet(out) as each, _bar() as progress:
        found = actions.dry_run(version, place, uow=asks, shown=0 if out else None, each=each, progress=progress)
    if as_json:
        shown(_document(found), True)
        return
    for line in found.lines:
        click.echo("\t".join(map(str, _cells(line))))
    click.echo(
        f"nothing was written; {found.looked_at} participants, {found.touched} concerned, {found.there} on it already, "
        f"{found.ended} whose study has ended"
    )
    for kind, count in _by_kind(found).items():
        click.echo(f"{count}\t{kind}")


def _document(found: Any) -> dict[str, Any]:
    lines = [dict(zip(COLUMNS, _cells(line), strict=True)) for line in found.lines]
    totals = {name: getattr(found, name) for name in ("version", "looked_at", "there", "ended", "touched", "withheld")}
    return {**totals, "kinds": _by_kind(found), "lines": lines}


def _by_kind(found: Any) -> dict[str, int]:
    from trial.impact import KIND_WORDS

    return {kind: found.of_kind(kind) for kind in KIND_WORDS if found.of_kind(kind)}


def _cells(line: Any) -> tuple[Any, ...]:
    effect = line.effect
    form, event, occurrence = effect.address.split("/")
    place = (line.site, line.participant, effect.kind, form, event, int(occurrence))
    return (*place, effect.path, effect.was, effect.would_be, effect.words())


@contextmanager
def _sheet(out: Path | None) -> Iterator[Callable[[Any], None]]:
    """What writes a line to the file as it is found; the whole list is never held."""
    if out is None:
        yield lambda line: None
        return
    with out.open("w", encoding="utf-8", newline="") as file:
        yield _writer(file)


def _writer(file: IO[str]) -> Callable[[Any], None]:
    sheet = csv.writer(file)
    sheet.writerow(COLUMNS)
    return lambda line: sheet.writerow(_cells(line))


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    from tqdm import tqdm

    with tqdm(unit=" participants", disable=None, file=sys.stderr) as bar:

        def progress(done: int, of: int) -> None:
            bar.total = of
            bar.update(done - bar.n)

        yield progress


@amend.command("activate")
@click.argument("version")
@click.option("--site", "place", required=True, help="Site code.")
@click.option("--approved-on", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Day of the ethics approval.")
@click.option("--as", "username", required=True, help="Who activates: a data manager or an administrator.")
@click.option("--role", default="data_manager", show_default=True, help="In which of the roles held.")
@click.pass_obj
def amend_activate(
    here: Installation, version: str, place: str, approved_on: datetime, username: str, role: str
) -> None:
    """Let a site work under a version. Participants stay on theirs until they consent again."""
    from trial.actions import amend as actions

    uow = acting(here, username, role, "amendment.activate")
    day: date = approved_on.date()
    moved = actions.activate(version, place, day, uow=uow)
    click.echo(f"site {place} works under protocol {version}, approved on {day}")
    for participant in moved:
        click.echo(f"{participant}\tconsented to it before: on it from now")
