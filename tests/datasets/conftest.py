"""The populated trial of the actions, and the page of the datasets in it."""

from tests.actions.rooms import either, enter, house, house_url, populated, populated_postgres, run

__all__ = ["either", "enter", "house", "house_url", "populated", "populated_postgres", "run"]
