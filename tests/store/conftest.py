import pytest

from tests.store.house import FORMS, House, furnish
from trial.store import crfs


@pytest.fixture
def bare(migrated_url):
    """A migrated database without a row."""
    house = House(migrated_url)
    yield house
    house.engine.dispose()


@pytest.fixture
def house(bare, monkeypatch):
    """A database with one site, one coordinator, two participants and two small forms."""
    monkeypatch.setattr(crfs, "definitions", lambda: FORMS)
    return furnish(bare)
