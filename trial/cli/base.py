"""What every command of `vigil` stands on: the installation, the exit codes, how rows are printed, the progress bar.

Exit codes tell the kind of failure: 2 wrong use, 3 refused by a rule of the trial, 4 not found, 5 the database does not
answer or is at another schema, 6 something stored is not what it should be, 7 busy. No trace is printed for any of these.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from typing import Any

import click

from trial import errors as e
from trial.actor import SYSTEM
from trial.frozen.errors import ModelCorrupt, ModelTimeout, ModelUnavailable
from trial.settings import SettingInvalid

REFUSED, MISSING, DATABASE, BROKEN, BUSY = 3, 4, 5, 6, 7
EXIT_CODES: tuple[tuple[tuple[type[Exception], ...], int], ...] = (
    ((e.NotFound, e.FileMissing), MISSING),
    ((e.StorageUnavailable, e.StorageFull, e.NotMigrated), DATABASE),
    ((e.FileDamaged, e.BackupUnfit, e.CutAltered, ModelCorrupt), BROKEN),
    ((e.Busy, ModelUnavailable, ModelTimeout), BUSY),
    ((e.VigilError,), REFUSED),
)
"""The first match counts."""


class Broken(Exception):
    """A verification that failed; what was found has been printed."""


def run(commands: click.Group) -> int:
    """Run the command line; returns the exit code."""
    try:
        result = commands.main(standalone_mode=False)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.Abort:
        return 130
    except click.ClickException as wrong:
        wrong.show()
        return wrong.exit_code
    except SettingInvalid as wrong:
        return said(str(wrong), 2)
    except Broken:
        return BROKEN
    except e.VigilError as refusal:
        return said(str(refusal), next(code for kinds, code in EXIT_CODES if isinstance(refusal, kinds)))
    return result if isinstance(result, int) else 0


def said(words: str, code: int) -> int:
    click.echo(words, err=True)
    return code


def plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def shown(data: Any, as_json: bool, line: Callable[[Any], str] = str) -> None:
    """Print rows: one a line for a person, one document for a machine."""
    if as_json:
        click.echo(json.dumps(data, default=plain, ensure_ascii=False, indent=1))
    else:
        for row in data if isinstance(data, (list, tuple)) else [data]:
            click.echo(line(row))


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


class Installation:
    """The application, made when a command first needs it: `--help` needs no database."""

    def __init__(self, factory: Callable[[], Any]) -> None:
        self._factory = factory
        self._app: Any = None

    @property
    def app(self) -> Any:
        """The Flask application."""
        if self._app is None:
            self._app = self._factory()
        return self._app

    def somebody(self, username: str, role: str, verb: str) -> Any:
        """A person in one of the roles they hold, as it stands today. Raises NotFound, and NotAllowed for a role they do not hold."""
        from trial.actions.people import person

        house = self.house
        account = house.reading().the("person", username=username.lower())
        found = person(house.reading(), account["id"], on=house.clock.today(), gated=house.gated)
        if role not in {held for held, _site in found.roles}:
            raise e.NotAllowed(role, verb)
        return found.actor(role)

    @property
    def house(self) -> Any:
        """What it stands on."""
        return self.app.extensions["vigil"]

    def writing(self) -> Any:
        """A unit of work in the system's name: whoever has this shell has the installation."""
        return self.house.writing(SYSTEM)


def migrated(here: Installation) -> Any:
    """The house with its schema up to date, and what is due derived anew where another release derived it."""
    from trial.actions import due
    from trial.store.engine import migrate

    here.house.settings.instance.mkdir(parents=True, exist_ok=True)
    migrate(here.house.engine)
    due.rebuild_if_rules_changed(uow=here.writing())
    return here.house


def acting(here: Installation, username: str, role: str, verb: str) -> Any:
    """A unit of work in the name of somebody who holds that role. Raises NotFound, NotAllowed."""
    return here.house.writing(here.somebody(username, role, verb))


@contextmanager
def bar() -> Iterator[Callable[[int, int, date], None]]:
    """A progress bar on a terminal; the total grows as the course of each participant unfolds."""
    from tqdm import tqdm

    with tqdm(unit=" steps", disable=None, file=sys.stderr) as bar:

        def progress(taken: int, waiting: int, on: date) -> None:
            bar.total = taken + waiting
            bar.set_description(on.isoformat(), refresh=False)
            bar.update(taken - bar.n)

        yield progress


class counter:  # noqa: N801  # used as a function
    """A bar on a terminal that counts what was done."""

    def __init__(self, unit: str, total: int | None = None) -> None:
        self._unit, self._total = unit, total

    def __enter__(self) -> Any:
        from tqdm import tqdm

        self._shown = tqdm(total=self._total, unit=self._unit, disable=None, file=sys.stderr)
        return lambda done: self._shown.update(max(0, done - self._shown.n))

    def __exit__(self, *_error: object) -> None:
        self._shown.close()
