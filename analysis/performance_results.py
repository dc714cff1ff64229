"""From what leaves the database to the validation: the extract and the calls at one cut, under one digest."""

from __future__ import annotations

import hashlib

from analysis import results, training_reference
from analysis.called import models, people
from analysis.cut import DataCut
from analysis.performance import Performance, performance
from analysis.reports.performance_tables import every_table
from analysis.table import Column, Table, Translate
from trial.protocol import PROTOCOL
from trial.release import release, system_words
from trial.store.extract import Extract
from trial.store.model_calls import Calls


def cut_of(extract: Extract, calls: Calls) -> DataCut:
    """Date of the cut, and the SHA-256 over the digests of data and calls; a locked cut is its own, and vouches for both."""
    if extract.cut is not None:
        return results.cut_of(extract)
    digest = hashlib.sha256(f"{extract.digest} {calls.digest}".encode()).hexdigest()
    return DataCut(extract.cut_on.isoformat(), extract.cut_on, digest)


def performance_results(extract: Extract, calls: Calls) -> Performance:
    """The validation of the model that answered most first calls, drift judged where its training reference is kept."""
    everyone = people(extract, calls)
    ranked = models(everyone)
    reference = training_reference.load(ranked[0][1]) if ranked else None
    return performance(everyone, cut=cut_of(extract, calls), study=PROTOCOL.study_id, reference=reference)


def long_table(found: Performance, tr: Translate = str) -> Table:
    """Every cell of every table on a line of its own, with what its table says of it, cut, digest and code: to compute with."""
    origin = (found.cut.named, found.cut.digest, release())
    rows = tuple(
        (table.id, row[0], column.label, cell, table.denominator, " ".join(table.footnotes), *origin)
        for table in every_table(found, tr)
        for row in table.rows
        for column, cell in zip(table.columns[1:] or table.columns, row[1:] or row, strict=True)
    )
    labels = ("table", "row", "column", "value", "denominator", "footnotes", "cut", "digest", "code")
    return Table("performance", "Performance", tuple(map(Column, labels)), rows, "")


def document(found: Performance, tr: Translate = str) -> dict[str, object]:
    """The tables and where they come from, as JSON holds them."""
    tables = [t.told() for t in every_table(found, tr)]
    model = found.model and {"name": found.model.name, "sha256": found.model.digest, "threshold": found.model.threshold}
    return {**found.cut.told(), "system": system_words(), "model": model, "tables": tables}
