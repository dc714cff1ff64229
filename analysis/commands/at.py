"""The moment a command looks at: today, another day, or a locked data cut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any

import click


@dataclass(frozen=True)
class At:
    """A day (None: today) of the data as they stand, or the name of a data cut."""

    on: date | None = None
    cut: str | None = None


def at_a_cut(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options --date and --cut, of which one at most may be given; the command gets them as `at`."""

    @click.option("--date", "on", type=click.DateTime(["%Y-%m-%d"]), help="Cut date; today when left out.")
    @click.option("--cut", help="The name of a locked data cut: the same cut gives the same bytes.")
    @wraps(command)
    def asked(*arguments: Any, on: datetime | None, cut: str | None, **options: Any) -> Any:
        if on is not None and cut is not None:
            raise click.UsageError("Give --date or --cut, not both: a cut has its date.")
        return command(*arguments, at=At(on.date() if on else None, cut), **options)

    return asked
