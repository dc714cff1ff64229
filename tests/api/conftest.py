"""Programs at the populated trial."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.actions.house import House
from tests.office.conftest import desk, either, enter, house, house_url, populated, populated_postgres
from trial.actions.tokens import Wanted, make_token

__all__ = ["desk", "either", "enter", "house", "house_url", "populated", "populated_postgres"]
UNTIL = date(2026, 12, 31)


@dataclass
class Program:
    """Calls the API with a token of somebody; `client` has a signed-in browser's cookies, which must not matter."""

    client: FlaskClient
    secret: str
    headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.headers = {"Authorization": f"Bearer {self.secret}"}

    def call(self, method: str, path: str, sent: Any = None, **options: Any) -> TestResponse:
        return self.client.open(f"/api/v1{path}", method=method, json=sent, headers=self.headers, **options)

    def get(self, path: str) -> Any:
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json


@pytest.fixture
def program(house: House, enter: Callable[[str], FlaskClient]) -> Callable[..., Program]:
    """A program of somebody: `program("coordinator")`, `program("monitor", scope="read")`."""

    def made(role: str = "coordinator", site: str = "01", scope: str = "write") -> Program:
        _row, secret = make_token(Wanted("test", scope, UNTIL), uow=house.work(role, site))
        return Program(
            enter(f"{role}{site}" if f"{role}{site}" in _names(house) else role).application.test_client(), secret
        )

    return made


def _names(house: House) -> set[str]:
    return {row["username"] for row in house.reader.all("person")}
