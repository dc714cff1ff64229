"""What the data office's tests do again and again."""

from __future__ import annotations

from typing import Any

from tests.actions.house import House
from trial.actions import queries
from trial.actions.queries import Question


def ask(
    house: House, participant: str, form: str | None = "MRI0", path: str = "DISTAV", *, by: str = "monitor", **more: Any
) -> int:
    """A query on an item of a screening form, unless told otherwise."""
    place = {"event": "SCR", "form": form, "occurrence": 1, "path": path} | more
    words = place.pop("words", "The report says 65 mm. Please check.")
    return queries.raise_query(Question(participant, words, **place), uow=house.work(by, participant[3:5]))


def act(
    house: House, query: int, what: str, words: str = "seen", *, by: str = "coordinator", site: str = "01", **more: Any
) -> int:
    return queries.act_on([query], what, words, uow=house.work(by, site), **more)


def state(house: House, query: int) -> str:
    return str(house.reader.the("query", id=query)["state"])


def of_rule(house: House, participant: str, rule: str) -> list[dict[str, Any]]:
    """The system's queries of one check, oldest first."""
    return house.reader.all("query", order_by="id", participant=participant, rule=rule)


def row(house: House, participant: str, form: str, event: str = "SCR", occurrence: int = 1) -> dict[str, Any]:
    """The row of `due` of one form."""
    return house.reader.the("due", participant=participant, form=form, event=event, occurrence=occurrence)
