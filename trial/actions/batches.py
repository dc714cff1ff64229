"""Stating a batch of omics tables: what its tables must come from, and the frozen parameters of its harmonisation."""

from __future__ import annotations

from trial.actions.permission import permit
from trial.errors import NotFound
from trial.happenings_omics import BatchStated
from trial.omics.harmonise import VERSION, Batch
from trial.store.reading import Row
from trial.store.unit_of_work import UnitOfWork


def state(batch: Batch, *, uow: UnitOfWork) -> int:
    """Keep a batch for good; its number. From now on tables of its site are held against it.

    A batch is never changed: other parameters are another batch, under another name. Raises NotAllowed, NotFound for a site there is
    not, AlreadyExists for a name that is taken.
    """
    with uow:
        permit(uow.actor, "batch.set", batch.site)
        if batch.site is not None and uow.one("site", code=batch.site) is None:
            raise NotFound("site", {"code": batch.site})
        row = uow.insert(
            "batch", modality=batch.modality, name=batch.name, site=batch.site, extractor=batch.extractor, method=batch.method,
            version=VERSION, reference=batch.reference, parameters=batch.as_json(), sha256=batch.sha256, by=uow.actor.person_id,
            at=uow.clock.now(),
        )  # fmt: skip
        uow.record(BatchStated(row["id"], batch.modality, batch.name, batch.site, batch.method, batch.sha256))
        uow.commit()
    return int(row["id"])


def as_batch(row: Row) -> Batch:
    """A stored batch as a value."""
    given = row["parameters"]
    numbers = None if given is None else {name: tuple(each) for name, each in given.items()}
    return Batch(row["modality"], row["name"], row["site"], row["extractor"], row["reference"], numbers)
