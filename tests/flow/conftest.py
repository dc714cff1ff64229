"""The populated trial for what is read from the database."""

from tests.actions.rooms import either, enter, house, house_url, populated, populated_postgres

__all__ = ["either", "enter", "house", "house_url", "populated", "populated_postgres"]
