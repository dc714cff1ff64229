"""A broken link: what a verification has to say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trial.store.tables import key_names, metadata


@dataclass(frozen=True)
class Finding:
    """One broken link. `kind`: chain, witness, a table's name, or what a caller's check calls it; `seq`: the entry concerned."""

    kind: str
    where: str
    detail: str
    seq: int | None = None


def place(table: str, key: Mapping[str, Any]) -> str:
    """A row's table and key, in words: `crf_revision VG-01-0007/SCR/IC/1/2`."""
    named = (
        [name for name in key_names(metadata.tables[table]) if name in key] if table in metadata.tables else sorted(key)
    )
    return f"{table} {'/'.join(str(key[name]) for name in named)}"
