"""The populated trial for who may act, and its pages; a person with a second factor."""

import pytest

from tests.access.people import Telephone
from tests.actions.house import House
from tests.actions.rooms import either, enter, house, house_url, populated, populated_postgres

__all__ = ["either", "enter", "house", "house_url", "populated", "populated_postgres"]


@pytest.fixture
def telephone(house: House) -> Telephone:
    """The telephone of the investigator of site 01, who has enrolled it."""
    return Telephone.enrolled(house, "investigator01")
