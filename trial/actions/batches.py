"""Stating a batch of omics tables: what its tables must come from, and the frozen parameters of its harmonisation."""

from __future__ import annotations

import hashlib

from forms.findings import Finding
from forms.text import _l
from trial.actions.permission import permit
from trial.errors import AlreadyExists, NotFound, Refused
from trial.feature_table import read
from trial.happenings_omics import BatchStated
from trial.imports.features import quoted
from trial.omics.harmonise import VERSION, Batch, harmonised
from trial.store.reading import Reader, Row
from trial.store.unit_of_work import UnitOfWork

TWICE = _l("The table is harmonised already.")
OTHER = _l("Batch %(batch)s is extracted with %(declared)s; the table was extracted with “%(typed)s”.")


def state(batch: Batch, *, uow: UnitOfWork) -> int:
    """Keep a batch for good; its number. From now on tables of its site are held against it.

    A batch is never changed: other parameters are another batch, under another name. Raises NotAllowed, NotFound for a site there is
    not, AlreadyExists for a name that is taken.
    """
    with uow:
        permit(uow.actor, "batch.set", batch.site)
        if batch.site is not None and uow.one("site", code=batch.site) is None:
            raise NotFound("site", {"code": batch.site})
        if uow.one("batch", modality=batch.modality, name=batch.name) is not None:
            raise AlreadyExists("batch", batch.name)
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


def harmonised_table(content: bytes, name: str, *, reader: Reader, modality: str = "radiomics") -> bytes:
    """A feature table with its values as the reference batch would have them; it says so, and names the table that it came from.

    Raises NotFound for a batch there is not, LineUnreadable, ParametersUnfit, Refused for a table that is harmonised already or was
    extracted with something else than the batch says.
    """
    batch = as_batch(reader.the("batch", modality=modality, name=name))
    table = read(content)
    said = table.said
    if "harmonisation" in said or said.get("extractor", batch.extractor) != batch.extractor:
        message = TWICE if "harmonisation" in said else OTHER
        told = {"batch": name, "typed": said.get("extractor", "")[:60], "declared": batch.extractor}
        raise Refused((Finding("problem", "batch:table", message, args=told),))
    values = harmonised({row.name: row.value for row in table.rows if row.value is not None}, batch)
    added = {
        "batch": name,
        "harmonisation": f"{batch.method} {VERSION} {batch.sha256}",
        "raw": hashlib.sha256(content).hexdigest(),
    }
    lines = [f"# {key}: {value}" for key, value in {**said, **added}.items()]
    rows = [f"{quoted(row.name)},{values[row.name]!r},{row.unit or ''}" for row in table.rows if row.name in values]
    return ("\n".join((*lines, "feature,value,unit", *rows)) + "\n").encode()
