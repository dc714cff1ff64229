"""The console script `vigil`: an installation, its people and sites, and the same answers as the screens.

Commands of one subject stand in a module of this package; what all of them share, exit codes too, in `base`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from trial import errors as e
from trial.cli.amend import amend
from trial.cli.base import BROKEN, Broken, Installation, bar, json_option, migrated, run, said, shown
from trial.cli.coding import coding
from trial.cli.deviations import deviations
from trial.cli.exports import export
from trial.cli.files import files
from trial.cli.imports import import_
from trial.cli.keep import backup, clock, restore
from trial.cli.notify import beside, notify
from trial.cli.people import recorded, signed_in, user
from trial.cli.redcap import export_records, import_records
from trial.cli.registry import registry

__all__ = ["commands", "run"]


def commands(factory: Callable[[], Any]) -> click.Group:
    """The command group. `factory` makes the application."""

    @click.group(context_settings={"help_option_names": ["-h", "--help"]})
    @click.version_option(package_name="vigil", message="%(version)s")
    @click.pass_context
    def vigil(context: click.Context) -> None:
        """Vigil: trial management and electronic data capture for watch-and-wait trials."""
        context.obj = Installation(factory)

    for command in (
        init,
        serve,
        user,
        site,
        due,
        eligibility,
        verify,
        randomisation,
        simulate,
        demo,
        import_,
        backup,
        restore,
        clock,
        notify,
        coding,
        amend,
        deviations,
        registry,
        files,
        export,
    ):
        vigil.add_command(command)
    import_.add_command(import_records)
    export.add_command(export_records)
    return vigil


@click.command()
@click.option("--username", prompt="User name of the administrator", help="The first account.")
@click.option("--name", prompt="Full name", help="As printed under signatures.")
@click.pass_obj
def init(here: Installation, username: str, name: str) -> None:
    """Create or update the database, release the forms, open randomisation, make the first administrator."""
    from trial.actions import people, setup

    house = migrated(here)
    click.echo(f"forms released: {setup.release_definitions(uow=here.writing())}")
    if house.reading().one("person", username=username.lower()) is None:
        added, password = people.add_person(username, name, uow=here.writing())
        recorded(added.username, "administrator", None, uow=here.writing(), clock=house.clock, by=name)
        click.echo(f"administrator {added.username}, one-time password: {password}")
    _open_randomisation(here)


def _open_randomisation(here: Installation) -> None:
    from trial.actions import setup

    house = here.house
    if not house.reading().all("randomisation"):
        click.echo(
            f"randomisation opened, commitment of the seed: {setup.open_randomisation(house.settings.sealing_key, uow=here.writing())}"
        )


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 64))
@click.pass_obj
def serve(here: Installation, host: str, port: int, threads: int) -> None:
    """Serve with waitress: one process, one write lock."""
    import waitress

    from trial.store.engine import check_migrated

    check_migrated(here.house.engine)
    beside(here)
    scheme = "https" if here.house.settings.https else "http"
    click.echo(f"serving on {scheme}://{host}:{port}")
    # Behind a proxy that speaks TLS the addresses of our own links are https.
    waitress.serve(
        here.app,
        host=host,
        port=port,
        threads=threads,
        url_scheme=scheme,
        ident=None,
        clear_untrusted_proxy_headers=not here.house.settings.hops,
    )


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


@click.command()
@json_option
@click.pass_obj
def verify(here: Installation, as_json: bool) -> None:
    """Whether anything stored was altered: chain, rows, revisions, signatures, files. Names the first broken link."""
    from trial.store.coding import altered
    from trial.store.verify import verify as check

    findings = check(here.house.engine, files=here.house.files, checks=(_replayed, altered, _model_digests(here)))
    shown({"findings": [asdict(f) for f in findings]} if as_json else (findings or ["nothing was altered"]), as_json)
    if findings:
        raise Broken


def _replayed(reader: Any) -> Iterator[Any]:
    """Once the seed is revealed, every allocation is drawn again."""
    from trial.protocol import PROTOCOL
    from trial.store.broken import Finding

    row = reader.one("randomisation", study=PROTOCOL.study_id)
    if row and row["revealed_seed"]:
        mismatch = _mismatch(reader, row)
        if mismatch:
            yield Finding("allocation", f"number {mismatch.number}", "is not what the revealed seed draws")


def _mismatch(reader: Any, row: Any) -> Any:
    from trial.actions.allocate import earlier_allocations
    from trial.allocation import replay
    from trial.protocol import plan_for

    seed = bytes.fromhex(row["revealed_seed"])
    return replay(plan_for(row["method"], row["parameters"]), seed, earlier_allocations(reader))


def _model_digests(here: Installation) -> Callable[[Any], Iterator[Any]]:
    """Whether the released model is the one this release names, and answers its reference vectors."""
    from trial.frozen.errors import ModelError
    from trial.store.broken import Finding

    def check(reader: Any) -> Iterator[Any]:
        try:
            here.house.model.check()
        except ModelError as problem:
            yield Finding("model", "trial/frozen", str(problem))
        finally:
            here.house.model.close()

    return check


@click.group()
def randomisation() -> None:
    """Opening, closing, revealing, replaying."""


@randomisation.command("open")
@click.pass_obj
def randomisation_open(here: Installation) -> None:
    """Draw and seal the seed; prints its commitment."""
    from trial.actions import setup

    click.echo(setup.open_randomisation(here.house.settings.sealing_key, uow=here.writing()))


@randomisation.command("close")
@click.pass_obj
def randomisation_close(here: Installation) -> None:
    """End accrual."""
    from trial.actions import setup

    setup.close_randomisation(uow=here.writing())


@randomisation.command("reveal")
@click.option("--username", prompt=True, help="An unblinded statistician.")
@click.password_option(confirmation_prompt=False)
@click.option("--code", default="", help="Code of the second factor, where there is one.")
@click.pass_obj
def randomisation_reveal(here: Installation, username: str, password: str, code: str) -> None:
    """Open the seal after accrual closed; logged in the name of who does it."""
    from trial.actions import setup

    person = signed_in(here, username, password, code)
    if "unblinded_statistician" not in {role for role, _site in person.roles}:
        raise e.NotAllowed("console", "seed.reveal")
    click.echo(
        setup.reveal_seed(
            here.house.settings.sealing_key, uow=here.house.writing(person.actor("unblinded_statistician"))
        )
    )


@randomisation.command("replay")
@json_option
@click.pass_obj
def randomisation_replay(here: Installation, as_json: bool) -> None:
    """Draw every allocation again from the revealed seed and compare. Fails at the first that differs."""
    from trial.actions.allocate import earlier_allocations
    from trial.draws import commitment
    from trial.protocol import PROTOCOL

    reader = here.house.reading()
    row = reader.the("randomisation", study=PROTOCOL.study_id)
    if row["revealed_seed"] is None:
        raise e.NotOpen("replay", ("seed-not-revealed",))
    seed = bytes.fromhex(row["revealed_seed"])
    if commitment(seed) != row["commitment"]:
        said("the revealed seed is not the one that was committed to", BROKEN)
        raise Broken
    allocations = earlier_allocations(reader)
    mismatch = _mismatch(reader, row)
    shown(
        {"allocations": len(allocations), "mismatch": mismatch}
        if as_json
        else [mismatch or f"{len(allocations)} allocations are reproduced"],
        as_json,
    )
    if mismatch:
        raise Broken


@click.command()
@click.option("--participants", default=60, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--seed", default=1, show_default=True)
@click.option("--months", default=48, show_default=True, type=click.IntRange(1, 200), help="Months of accrual.")
@click.option("--start", default="2022-01-01", show_default=True, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day; 36 months after accrual without it.")
@click.pass_obj
def simulate(
    here: Installation, participants: int, seed: int, months: int, start: datetime, until: datetime | None
) -> None:
    """A whole invented trial, driven through the same actions people use. Run again, it goes on where it was cut off."""
    from trial.simulate.driver import Plan
    from trial.simulate.driver import simulate as drive
    from trial.visits import months_after

    house = migrated(here)
    last = until.date() if until else months_after(start.date(), months + 36)
    plan = Plan(participants, seed, start.date(), months, last)
    with bar() as progress:
        done = drive(
            plan,
            engine=house.engine,
            files=house.files,
            model=house.model,
            key=house.settings.sealing_key,
            progress=progress,
        )
    click.echo(f"{done.participants} participants, {done.steps} steps, {done.left} after {last}")


@click.command()
@click.option("--participants", default=120, show_default=True, type=click.IntRange(1, 5000))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.pass_context
def demo(context: click.Context, participants: int, host: str, port: int) -> None:
    """A simulated trial at four sites, one login a role, and the server. For one machine: plain http."""
    from trial.simulate.demo import prepare

    # A setting that somebody made goes before the demo's own.
    os.environ.setdefault("VIGIL_INSTANCE", "instance/demo")
    os.environ.setdefault("VIGIL_HTTPS", "false")
    here: Installation = context.obj
    house = migrated(here)
    with bar() as progress:
        _done, logins = prepare(
            engine=house.engine,
            files=house.files,
            model=house.model,
            key=house.settings.sealing_key,
            participants=participants,
            progress=progress,
        )
    click.echo(f"http://{host}:{port}")
    for login in logins:
        click.echo(
            f"  {login.username:16} {login.password:20} {login.role}{' at site ' + login.site if login.site else ''}"
        )
    context.invoke(serve, host=host, port=port, threads=8)
