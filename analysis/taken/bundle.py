"""Everything a reader is given, as one zip: the datasets in one format, the dictionary, the estimands, a page to read, and a manifest.

The same extract gives the same bytes: times in the files and in the zip are those of the cut, entries stand in a fixed order.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import date

from analysis.adam import dictionary
from analysis.adam.made import Made
from analysis.taken.parquet import parquet_of
from analysis.taken.plain import csv_of, json_of, table_of
from analysis.taken.r_files import load_r, primary_r
from analysis.taken.stata import stata_of
from analysis.taken.xpt import xpt_of
from trial.protocol import PROTOCOL

CSV, PARQUET, XPT, STATA, R = "csv", "parquet", "xpt", "stata", "r"
FORMATS = (CSV, PARQUET, XPT, STATA, R)
MANIFEST = "manifest.json"
README = """Datasets of study {study}, cut {cut}
Digest of the cut (SHA-256): {digest}
Made by Vigil {release}. {blinding} {dates}

dictionary.csv, dictionary.json   every variable: label, type, origin, derivation, source, codes
estimands.csv                     every endpoint with its attributes after ICH E9(R1)
manifest.json                     the SHA-256 of every file

Missing is empty (CSV), null (Parquet), or the format's own missing. Times are in days. CSV files are not quoted against formulas: read them
with a program, not with a spreadsheet. In transport files (xpt) a text of more than 200 bytes goes on in a variable of the same name with
a number.
"""
BLINDED = "Nothing in these files tells an arm: ADTTE holds what the visible forms tell, ADTTEP the pooled times of the primary endpoint."
UNBLINDED = "These files tell the arm of each participant: they are for the unblinded statistician alone."
DATED = "Dates are given as dates."
IN_DAYS = (
    "There are no dates and no free text: days are counted from informed consent, which is day 1; there is no day 0. A date of which a\n"
    "part is unknown has no day, but for death, which is imputed by the rule in the dictionary and not marked. Ages of 90 and above stand\n"
    "as 90. The participants' numbers and their sites stay: the files are pseudonymous, not anonymous."
)


def files_of(made: Made, form: str, release: str) -> dict[str, bytes]:
    """Every file by name, in the order of the zip, the manifest last. Raises KeyError for a format that is not one of FORMATS."""
    found = _datasets(made, form) | _described(made, release)
    found[MANIFEST] = json_of(manifest(made, form, release, found))
    return found


def manifest(made: Made, form: str, release: str, found: Mapping[str, bytes]) -> dict[str, object]:
    """What vouches for the files."""
    return {
        "study": made.study,
        "cut": {"name": made.cut.name, "on": made.cut.on.isoformat(), "digest": made.cut.digest},
        "format": form,
        "blinded": made.blinded,
        "study_days": made.study_days,
        "release": release,
        "rows": {each.dataset.name: len(each.rows) for each in made.datasets},
        "files": [
            {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()} for name, content in found.items()
        ],
    }  # fmt: skip


def zip_of(found: Mapping[str, bytes], on: date) -> bytes:
    """The files as one zip, each dated to midnight of the cut."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in found.items():
            entry = zipfile.ZipInfo(name, (max(on.year, 1980), on.month, on.day, 0, 0, 0))
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(entry, content, compresslevel=9)
    return out.getvalue()


def _datasets(made: Made, form: str) -> dict[str, bytes]:
    about = {"study": made.study, "cut": made.cut.named, "cut_digest": made.cut.digest}
    write: Mapping[str, tuple[str, Callable[..., bytes]]] = {
        CSV: ("csv", csv_of),
        PARQUET: ("parquet", lambda filled: parquet_of(filled, about)),
        XPT: ("xpt", lambda filled: xpt_of(filled, made.cut.on)),
        STATA: ("dta", lambda filled: stata_of(filled, made.cut.on)),
        R: ("csv", csv_of),
    }
    ending, written = write[form]
    found = {f"{each.dataset.name.lower()}.{ending}": written(each) for each in made.datasets}
    if form == R:
        found |= {"load.R": load_r(made.datasets), "primary.R": primary_r(PROTOCOL.design.margin_hazard_ratio)}
    return found


def _described(made: Made, release: str) -> dict[str, bytes]:
    return {
        "dictionary.csv": table_of(dictionary.COLUMNS, dictionary.variables(made)),
        "dictionary.json": json_of(dictionary.document(made)),
        "estimands.csv": table_of(dictionary.ESTIMAND_COLUMNS, dictionary.estimands(made)),
        "README.txt": README.format(
            study=made.study, cut=made.cut.named, digest=made.cut.digest, release=release,
            blinding=BLINDED if made.blinded else UNBLINDED, dates=IN_DAYS if made.study_days else DATED,
        ).encode(),
    }  # fmt: skip
