"""The populated trial for the tests of this folder."""

from tests.actions.rooms import either, house, house_url, populated, populated_postgres

__all__ = ["either", "house", "house_url", "populated", "populated_postgres"]
