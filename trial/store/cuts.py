"""Data cuts as they were locked."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from trial.cuts import Cut
from trial.store.past import Past
from trial.store.reading import Reader, Row
from trial.store.tables_accounts import person
from trial.store.tables_cuts import data_cut

_COLUMNS = tuple(name for name in Cut.__dataclass_fields__ if name != "on")


def named(reader: Reader, name: str) -> Cut:
    """The cut of that name. Raises NotFound."""
    return cut_of(reader.the(data_cut, name=name))


def cut_of(row: Row) -> Cut:
    """A row of `data_cut` as a value."""
    return Cut(on=row["cut_on"], **{name: row[name] for name in _COLUMNS})


def every(reader: Reader) -> list[tuple[Cut, str]]:
    """Every cut with the name of who made it ("" for the system), the last first."""
    found = select(data_cut, person.c.full_name.label("maker")).outerjoin(person, person.c.id == data_cut.c.by)
    rows = reader.all(found.order_by(data_cut.c.at.desc(), data_cut.c.name))
    return [(cut_of(row), row["maker"] or "") for row in rows]


def names(reader: Reader) -> list[str]:
    """The names of all cuts, the last first."""
    return [row["name"] for row in reader.all(select(data_cut.c.name).order_by(data_cut.c.at.desc(), data_cut.c.name))]


def definitions_then(reader: Reader, past: Past) -> dict[str, Any]:
    """What was in force: versions of the protocol active at sites, form versions with their digests, dictionaries in use."""
    versions: dict[str, list[str]] = {}
    for row in past.rows("activation"):
        versions.setdefault(row["site"], []).append(row["protocol"])
    return {
        "activations": {site: sorted(active) for site, active in sorted(versions.items())},
        "forms": {f"{row['form']}/{row['version']}": row["sha256"] for row in past.rows("definition")},
        "dictionaries": {r["kind"]: r["version"] for r in past.rows("dictionary") if r["state"] == "current"},
    }
