"""The registry taken for somebody: the training table and the comparison, each told to the journal with the digest of its cut."""

from __future__ import annotations

from analysis.registry import Comparison, compare
from analysis.registry_rows import Table, training_table
from trial.frozen.manifest import Manifest
from trial.happenings_registry import RegistryTaken
from trial.store import extract
from trial.store.extract import Extract
from trial.store.files import Files, feature_table
from trial.store.unit_of_work import UnitOfWork


def taken_table(manifest: Manifest, files: Files, *, uow: UnitOfWork) -> Table:
    """The training table. Raises NotAllowed; FileMissing, FileDamaged, FeatureTableUnreadable for a table that cannot be read."""
    with uow:
        found = training_table(_extract(uow), manifest, lambda sha256: feature_table(files, sha256))
        uow.record(RegistryTaken("training table", found.counts["rows"], found.digest))
        uow.commit()
    return found


def taken_comparison(*, uow: UnitOfWork) -> Comparison:
    """The treatment comparison. Raises NotAllowed."""
    with uow:
        taken = _extract(uow)
        uow.record(RegistryTaken("treatment comparison", len(taken.rows), taken.digest))
        uow.commit()
    return compare(taken)


def _extract(uow: UnitOfWork) -> Extract:
    return extract.registry(uow, uow.actor, cut_on=uow.clock.today(), now=uow.clock.now())
