"""The populated trial, and two trials of twins."""

from collections.abc import Iterator

import pytest

from tests.actions.rooms import enter, house, populated
from tests.blinding.twins import Twins, entered

__all__ = ["enter", "house", "populated"]


@pytest.fixture(scope="package")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """The same answers twice, the arms exchanged within each pair."""
    made = Twins(*(entered(tmp_path_factory.mktemp("twins"), exchanged=exchanged) for exchanged in (False, True)))
    yield made
    made.close()
