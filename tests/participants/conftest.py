"""The populated trial for the tests of this folder, and its pages."""

from tests.actions.rooms import either, enter, house, house_url, populated, populated_postgres
from tests.office.conftest import desk

__all__ = ["desk", "either", "enter", "house", "house_url", "populated", "populated_postgres"]
