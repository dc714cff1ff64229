"""BIOM tables for the tests. The small one is the example of the format's own documentation (biom-format.org, version 1.0, sparse)."""

from __future__ import annotations

import io
import json
from typing import Any

import h5py
import numpy as np

CELLS = [
    [0, 2, 1], [1, 0, 5], [1, 1, 1], [1, 3, 2], [1, 4, 3], [1, 5, 1], [2, 2, 1], [2, 3, 4], [2, 4, 2], [3, 0, 2], [3, 1, 1], [3, 2, 1],
    [3, 5, 1], [4, 1, 1], [4, 2, 1],
]  # fmt: skip
EXAMPLE: dict[str, Any] = {
    "id": None, "format": "Biological Observation Matrix 0.9.1-dev", "type": "OTU table", "generated_by": "QIIME",
    "rows": [{"id": f"GG_OTU_{n}", "metadata": None} for n in range(1, 6)],
    "columns": [{"id": f"Sample{n}", "metadata": None} for n in range(1, 7)],
    "matrix_type": "sparse", "matrix_element_type": "int", "shape": [5, 6], "data": CELLS,
}  # fmt: skip
EXAMPLE["format"] = "Biological Observation Matrix 1.0.0"


def biom1(**changes: Any) -> bytes:
    return json.dumps(EXAMPLE | changes).encode()


def lineage(genus: str) -> list[str]:
    return ["k__Bacteria", "p__Firmicutes", "c__Clostridia", "o__Clostridiales", "f__Some", f"g__{genus}", "s__"]


def of_samples(counts: dict[str, dict[str, float]], genera: list[str], **more: Any) -> bytes:
    """A BIOM 1.0 table of counts by sample and genus, an observation a genus, dense."""
    samples = list(counts)
    said: dict[str, Any] = more.pop("said", {})
    return biom1(
        rows=[{"id": f"asv{n}", "metadata": {"taxonomy": lineage(name)}} for n, name in enumerate(genera)],
        columns=[{"id": name, "metadata": said.get(name)} for name in samples],
        shape=[len(genera), len(samples)],
        matrix_type="dense",
        data=[[counts[sample].get(name, 0) for sample in samples] for name in genera],
        **more,
    )


def biom2(**changes: Any) -> bytes:
    """The same example as BIOM 2.1, with lineages where `taxonomy` gives them."""
    made = io.BytesIO()
    with h5py.File(made, "w") as file:
        file.attrs["format-version"] = changes.get("version", (2, 1))
        file.attrs["shape"] = changes.get("shape", (5, 6))
        file.attrs["id"], file.attrs["type"] = "none", "OTU table"
        words = h5py.string_dtype("utf-8")
        file.create_dataset("observation/ids", data=[f"GG_OTU_{n}" for n in range(1, 6)], dtype=words)
        file.create_dataset("sample/ids", data=[f"Sample{n}" for n in range(1, 7)], dtype=words)
        starts = [0] + [sum(row <= n for row, _c, _v in CELLS) for n in range(5)]
        file.create_dataset("observation/matrix/data", data=np.array([float(v) for _r, _c, v in CELLS]))
        file.create_dataset("observation/matrix/indices", data=np.array([c for _r, c, _v in CELLS], dtype="int32"))
        file.create_dataset("observation/matrix/indptr", data=np.array(changes.get("starts", starts), dtype="int32"))
        if "taxonomy" in changes:
            file.create_dataset("observation/metadata/taxonomy", data=changes["taxonomy"], dtype=words)
        if "link" in changes:
            del file["sample/ids"]
            file["sample/ids"] = h5py.ExternalLink(changes["link"], "/sample/ids")
    return made.getvalue()
