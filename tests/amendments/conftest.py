"""The populated trial, and the worked amendment shipped for the time of a test."""

from collections.abc import Iterator

import pytest

from tests.actions.rooms import either, enter, house, house_url, populated, populated_postgres
from tests.amendments.worked import shipped
from tests.office.conftest import desk

__all__ = ["desk", "either", "enter", "house", "house_url", "populated", "populated_postgres"]


@pytest.fixture
def amended() -> Iterator[None]:
    """Protocol 1.1 is shipped."""
    with shipped():
        yield
