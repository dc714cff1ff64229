"""The populated trial, for the tests of calls that were stored."""

from tests.actions.rooms import either, enter, house, house_url, populated, populated_postgres

__all__ = ["either", "enter", "house", "house_url", "populated", "populated_postgres"]
