"""What the tests of the omics platform do over and over."""

from __future__ import annotations

from tests.actions.house import House
from trial.actions import batches
from trial.omics.harmonise import Batch

PARAMETERS = {"stat_mean": (300.0, 50.0, 310.0, 40.0)}


def files_of(house: House) -> list[str]:
    """Names of everything the store of files holds."""
    return sorted(p.name for p in house.files.root.rglob("*") if p.is_file())


def state_batch(house: House, name: str, *, extractor: str = "mirp 2.5.0", site: str | None = None, **more) -> int:
    """A batch as a data manager states it; without harmonisation unless `parameters` are given."""
    made = Batch("radiomics", name, site, extractor, more.get("reference"), more.get("parameters"))
    return batches.state(made, uow=house.work("data_manager"))
