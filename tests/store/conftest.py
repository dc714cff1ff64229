import shutil
from collections.abc import Iterator

import pytest
from sqlalchemy import make_url

from tests.conftest import _created
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


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def standing_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a migrated database that a whole module shares."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("standing") / "vigil.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    template = make_url(request.getfixturevalue("postgres_template")).database
    with _created(request.getfixturevalue("postgres_url"), template=str(template)) as address:
        yield address


@pytest.fixture(scope="module")
def standing(standing_url: str) -> Iterator[House]:
    """The house as `house` is, for tests whose every act is refused: nothing in it ever changes."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(crfs, "definitions", lambda: FORMS)
        house = furnish(House(standing_url))
        yield house
        house.engine.dispose()
