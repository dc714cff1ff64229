"""An installation: its database, forms and first account; and serving it."""

from __future__ import annotations

import click

from trial.cli.base import Installation, migrated
from trial.cli.model_check import beside as checking_beside
from trial.cli.notify import beside
from trial.cli.people import recorded


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
    checking_beside(here)
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
