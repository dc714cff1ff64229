"""The populated trial for the tests of this folder, and its pages."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient

from tests.actions.house import House
from tests.actions.rooms import either, enter, house, house_url, populated, populated_postgres

__all__ = ["either", "enter", "house", "house_url", "populated", "populated_postgres"]


@dataclass(frozen=True)
class Desk:
    """The house, and a client of somebody on its pages."""

    house: House
    client: Callable[[str], FlaskClient]


class Typing:
    """A client that posts fields as a page does."""

    def __init__(self, client: FlaskClient) -> None:
        self.get, self._client = client.get, client

    def post(self, address: str, fields: dict[str, object] | None = None) -> object:
        return self._client.post(address, data=fields or {})


@pytest.fixture
def desk(house: House, enter: Callable[[str], FlaskClient]) -> Desk:
    return Desk(house, lambda username: Typing(enter(username)))
