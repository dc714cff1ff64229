"""The files of an issued output: one name, one content. A page gives them one by one, a command writes them, an archive holds them.

A table is a CSV of its own with nothing in it but a heading row and rows (RFC 4180); what belongs to it beside the cells (title,
denominator, footnotes, cut, digest, code) stands in `<table>.csv-metadata.json`, the name and shape that W3C's "Metadata Vocabulary for
Tabular Data" (2015) gives to it.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Collection, Iterable, Iterator

from analysis.figure import stamped
from analysis.issued import SYSTEM, Issued, as_json, as_text, foot, source
from analysis.table import Table, Translate

FORMATS = ("text", "csv", "json", "svg", "png", "pdf")
SIDECAR = "csv-metadata.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time an archive can hold: its members have no date of their own


def files(
    issued: Issued, formats: Collection[str] = FORMATS, *, tr: Translate = str, language: str = "en"
) -> Iterator[tuple[str, bytes]]:
    """Names with "/" between folder and file, and their bytes; parts of an output stand in a folder of its name."""
    if "text" in formats:
        yield f"{issued.id}.txt", as_text(issued, tr).encode()
    if "json" in formats:
        yield f"{issued.id}.json", as_json(issued).encode()
    if "pdf" in formats:
        from analysis.reports.issued import one_output

        yield f"{issued.id}.pdf", one_output(issued, tr=tr, language=language)
    if "csv" in formats:
        for table in issued.tables:
            yield f"{issued.id}/{table.id}.csv", part(issued, table.id, "csv", tr)
            yield f"{issued.id}/{table.id}.{SIDECAR}", part(issued, table.id, SIDECAR, tr)
    for kind in ("svg", "png"):
        if kind in formats:
            for figure in issued.figures:
                yield f"{issued.id}/{figure.id}.{kind}", part(issued, figure.id, kind, tr)


def part(issued: Issued, name: str, ending: str, tr: Translate = str) -> bytes:
    """One table as "csv" or its sidecar, or one figure as "svg" or "png". Raises KeyError where there is none of that name."""
    if ending in ("csv", SIDECAR):
        table = {table.id: table for table in issued.tables}[name]
        # Signs such as the en dash of an interval come out right in a spreadsheet only behind a byte order mark.
        return table.as_csv().encode("utf-8-sig") if ending == "csv" else sidecar(issued, table).encode()
    if ending not in ("svg", "png"):
        raise KeyError(ending)
    figure = {figure.id: figure for figure in issued.figures}[name]
    said = " ".join((figure.alt, *issued.meaning))
    return stamped(figure, ending, foot=foot(issued, tr), source=source(issued), description=said)


def sidecar(issued: Issued, table: Table) -> str:
    """What stands beside a CSV, as CSV on the Web has it."""
    told = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": f"{table.id}.csv",
        "dialect": {"encoding": "utf-8", "delimiter": ",", "header": True},
        "dc:title": table.title,
        "dc:description": [table.denominator, *table.footnotes, *issued.meaning],
        "dc:source": source(issued),
        "vigil:output": issued.id,
        "vigil:cut": {"name": issued.cut.name, "date": issued.cut.on.isoformat(), "sha256": issued.cut.digest},
        "vigil:code": f"{SYSTEM} {issued.code}",
        "tableSchema": {"columns": [{"titles": column.label} for column in table.columns]},
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def archive(members: Iterable[tuple[str, bytes]]) -> bytes:
    """A ZIP whose bytes depend on nothing but names and contents."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members:
            member = zipfile.ZipInfo(name, _EPOCH)
            member.compress_type, member.external_attr, member.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            packed.writestr(member, content)
    return out.getvalue()
