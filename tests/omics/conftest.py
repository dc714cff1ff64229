"""The rooms of the data office serve the omics platform too."""

from tests.office.conftest import desk, either, enter, house, house_url, populated, populated_postgres

__all__ = ["desk", "either", "enter", "house", "house_url", "populated", "populated_postgres"]
