"""An output that was made becomes a document: what it shows, what it means, of which data, by which code.

Values in, values out: the same extract gives the same bytes, on any day and in any process. Nothing here reads the clock; the time a
PDF prints is the time the extract was taken. The shape of the JSON is `SCHEMA`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analysis.cut import DataCut
from analysis.estimands import ESTIMANDS
from analysis.figure import Figure
from analysis.output import Output
from analysis.reports.wording import estimand_lines, score_lines
from analysis.results import cut_of
from analysis.score_estimands import SCORE_ESTIMANDS
from analysis.table import Table, Translate
from forms.text import _l
from trial.protocol import PROTOCOL
from trial.release import SYSTEM as SYSTEM
from trial.release import release
from trial.sheets import harmless
from trial.store.extract import Extract

OPEN_HEAD = _l("Confidential. Pooled over all arms.")
CLOSED_HEAD = _l("CLOSED. Outcomes by arm.")
CLOSED_MARK = _l("CLOSED")


@dataclass(frozen=True)
class Issued:
    """One output at one cut. `estimand`: its id, and `meaning` the same in words; `code`: the release of Vigil that made it.

    `taken_at` is the aware instant at which the data were taken; `closed` says that it shows outcomes by arm.
    """

    id: str
    number: str
    title: str
    study: str
    closed: bool
    tables: tuple[Table, ...]
    figures: tuple[Figure, ...]
    estimand: str | None
    meaning: tuple[str, ...]
    cut: DataCut
    code: str
    taken_at: datetime

    @property
    def system(self) -> str:
        """Name and release."""
        return f"{SYSTEM} {self.code}"

    @property
    def heading(self) -> str:
        """Number and title."""
        return f"{self.number} {self.title}".strip()


def issue(output: Output, extract: Extract, *, closed: bool, tr: Translate = str) -> Issued:
    """Make an output of an extract, in the language of `tr`."""
    made = output.make(extract, tr)
    return Issued(
        output.id,
        output.number,
        tr(output.title),
        PROTOCOL.study_id,
        closed,
        made.tables,
        made.figures,
        made.estimand,
        _meaning(made.estimand, tr),
        cut_of(extract),
        release(),
        extract.taken_at,
    )


def _meaning(estimand: str | None, tr: Translate) -> tuple[str, ...]:
    if known := ESTIMANDS.get(estimand or ""):
        return estimand_lines(known, tr)
    scored = SCORE_ESTIMANDS.get(estimand or "")
    return score_lines(scored, tr) if scored else ()


def in_order(outputs: tuple[Output, ...]) -> tuple[Output, ...]:
    """By number after ICH E3, 14.2.10 after 14.2.9; those without a number last; else as they were listed."""
    return tuple(sorted(outputs, key=lambda output: _place(output.number)))


def _place(number: str) -> tuple[bool, tuple[tuple[int, str], ...]]:
    parts = [part for part in number.split(".") if part]
    return not parts, tuple((int(part), "") if part.isdigit() else (0, part) for part in parts)


def head(issued: Issued, tr: Translate = str) -> str:
    """Whose it is: pooled, or by arm and closed."""
    return tr(CLOSED_HEAD if issued.closed else OPEN_HEAD)


def foot(issued: Issued, tr: Translate = str) -> str:
    """The line under a figure: that it is closed, study, output, cut with the beginning of its digest, code."""
    closed = (tr(CLOSED_MARK),) if issued.closed else ()
    return " · ".join((*closed, issued.study, issued.number or issued.id, issued.cut.words(16, tr), issued.system))


def source(issued: Issued) -> str:
    """The same with the whole digest, for the metadata of a file: not translated, a program may look for it."""
    return f"{issued.study}; {issued.id}; cut {issued.cut.named}; sha256 {issued.cut.digest}; {issued.system}"


def as_text(issued: Issued, tr: Translate = str) -> str:
    """For a terminal or a letter: tables, figures in words, the estimand, where it comes from."""
    shown = tr(_l("Figure: {title}. {alt}"))
    parts = [
        f"{issued.heading}\n{'=' * len(issued.heading)}\n",
        *(table.as_text() for table in issued.tables),
        *(shown.format(title=figure.title, alt=figure.alt) + "\n" for figure in issued.figures),
        *(["\n".join(issued.meaning) + "\n"] if issued.meaning else []),
        "\n".join(provenance(issued, tr)) + "\n",
    ]
    return "\n".join(parts)


def provenance(issued: Issued, tr: Translate = str) -> tuple[str, ...]:
    """Whose the numbers are and where they come from, one line each, the digest whole."""
    return (
        head(issued, tr),
        tr(_l("Study {study}, output {id}.")).format(study=issued.study, id=issued.id),
        f"{issued.cut.words(tr=tr)}.",
        tr(_l("Made by {system}.")).format(system=issued.system),
    )


LONG = ("output", "table", "row", "column", "value", "denominator", "footnotes", "estimand", "cut", "digest", "code")
"""Columns of `as_csv`."""


def as_csv(issued: Issued) -> str:
    """Every cell of every table on a line of its own, with what its table says of it, estimand, cut, digest and code. RFC 4180."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(LONG)
    origin = (issued.cut.named, issued.cut.digest, issued.code)
    for table in issued.tables:
        meant = (harmless(table.denominator), harmless(" ".join(table.footnotes)), issued.estimand or "")
        for row in table.rows:
            # A table of one column says one thing a row: it is named by its heading, and is its own value.
            cells = zip(table.columns[1:] or table.columns, row[1:] or row, strict=True)
            writer.writerows(
                [issued.id, table.id, harmless(row[0]), column.label, harmless(cell), *meant, *origin]
                for column, cell in cells
            )
    return out.getvalue()


def as_json(issued: Issued) -> str:
    """The document as JSON text, of the shape `SCHEMA`."""
    return json.dumps(document(issued), ensure_ascii=False, indent=1) + "\n"


def document(issued: Issued) -> dict[str, Any]:
    """The document as plain values."""
    return {
        **listed(issued),
        "study": issued.study,
        "tables": [_table(table) for table in issued.tables],
        "figures": [{"id": f.id, "title": f.title, "alt": f.alt} for f in issued.figures],
        "estimand": issued.estimand and {"id": issued.estimand, "lines": list(issued.meaning)},
        "cut": _cut(issued.cut),
        "system": {"name": SYSTEM, "version": issued.code},
    }


def listed(issued: Issued) -> dict[str, Any]:
    """What a list says of an output."""
    return {"id": issued.id, "number": issued.number, "title": issued.title, "closed": issued.closed}


def _cut(cut: DataCut) -> dict[str, Any]:
    """`journal` is the last entry that counts in a locked cut, None where the data are those of the moment."""
    told = {"name": cut.name, "date": cut.on.isoformat(), "digest": cut.digest, "journal": cut.position}
    return {**told, "redactions": list(cut.redactions)}


def _table(table: Table) -> dict[str, Any]:
    return {
        "id": table.id,
        "title": table.title,
        "columns": [{"label": column.label, "numeric": column.numeric} for column in table.columns],
        "rows": [list(row) for row in table.rows],
        "indented": sorted(table.indented),
        "denominator": table.denominator,
        "footnotes": list(table.footnotes),
    }


def _shape(**properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _many(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": schema}


_TEXT = {"type": "string"}
LISTED = _shape(id=_TEXT, number=_TEXT, title=_TEXT, closed={"type": "boolean"})
"""JSON Schema of `listed`."""
SCHEMA = _shape(
    **LISTED["properties"],
    study=_TEXT,
    tables=_many(
        _shape(
            id=_TEXT,
            title=_TEXT,
            columns=_many(_shape(label=_TEXT, numeric={"type": "boolean"})),
            rows=_many(_many(_TEXT)),
            indented=_many({"type": "integer", "minimum": 0}),
            denominator={"type": "string", "minLength": 1},
            footnotes=_many(_TEXT),
        )
    ),
    figures=_many(_shape(id=_TEXT, title=_TEXT, alt={"type": "string", "minLength": 1})),
    estimand={"anyOf": [_shape(id=_TEXT, lines=_many(_TEXT)), {"type": "null"}]},
    cut=_shape(
        name=_TEXT,
        date={"type": "string", "format": "date"},
        digest={"type": "string", "pattern": "^[0-9a-f]{64}$"},
        journal={"type": ["integer", "null"]},
        redactions=_many({"type": "integer"}),
    ),
    system=_shape(name=_TEXT, version=_TEXT),
)
"""JSON Schema (2020-12) of `document`: cells are the words and numbers of the printed table, in the reader's language."""
