"""The populated trial, on each engine, for what only a database can show."""

from tests.actions.rooms import either, house, house_url, populated, populated_postgres

__all__ = ["either", "house", "house_url", "populated", "populated_postgres"]
