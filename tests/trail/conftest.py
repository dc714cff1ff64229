"""The populated trial for the trail's own procedures."""

from tests.office.conftest import desk, either, enter, house, house_url, populated, populated_postgres

__all__ = ["desk", "either", "enter", "house", "house_url", "populated", "populated_postgres"]
