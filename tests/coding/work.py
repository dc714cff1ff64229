"""What the tests of coding do again and again: the invented dictionaries, terms typed by a site, codes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.actions.house import SCREENED, House
from trial.actions import coding as actions
from trial.actions import dictionaries
from trial.actions.dictionaries import Imported
from trial.dictionaries import meddra, whodrug
from trial.dictionaries.terms import MINI as MINIS
from trial.dictionaries.terms import Broken, Source, Term
from trial.store import coding

MINI, DRUGS = MINIS["meddra"], MINIS["whodrug"]
EVENT = {"AESTDAT": "2026-02-01", "AETOXGR": "2", "AESER": "N", "AEOUT": "RECOVERED", "AEENDAT": "2026-02-10", "AEREL": ["NONE"],
         "AEACNRT": "NONE", "AEACNCH": "NONE", "AEACNIO": "NA"}  # fmt: skip
WHOLE = {"AECTCAE": "Fatigue"}
"""What else an adverse event needs before it can be signed."""


def edited(folder: Path, file: str, change: Callable[[str], str], of: Path = MINI) -> Path:
    """A copy of an invented dictionary with one file changed."""
    if not folder.exists():
        shutil.copytree(of, folder)
    path = folder / file
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    return folder


def line_of(text: str, part: str) -> str:
    """The line of a file that holds a text."""
    return next(line for line in text.splitlines() if part in line)


def reading(path: Path, kind: str = "meddra") -> tuple[list[Term], list[Broken]]:
    """Terms and problems of a folder or a zip."""
    found: list[Broken] = []
    source = Source(path)
    read = meddra.read if kind == "meddra" else whodrug.read
    terms = list(read(source, found.append))
    source.close()
    return terms, found


def load(
    house: House, path: Path = MINI, version: str = "1.0", kind: str = "meddra", by: str = "data_manager"
) -> Imported:
    return dictionaries.import_dictionary(kind, path, version, uow=house.work(by))


def report(house: House, term: str, number: int = 1, participant: str = SCREENED, **options: Any) -> None:
    """An adverse event as a site types it."""
    given = EVENT | {"AESPID": str(number), "AETERM": term} | options.pop("more", {})
    house.save(participant, "AE", given, "ANY", occurrence=number, **options)


def auto(house: House, by: str = "data_manager") -> actions.Coded:
    return actions.autocode(uow=house.work(by))


def live(
    house: House, number: int = 1, participant: str = SCREENED, form: str = "AE", path: str = "AETERM"
) -> list[dict[str, Any]]:
    place = {"participant": participant, "event": "ANY", "form": form, "occurrence": number, "path": path}
    return coding.live(house.reader, place)


def state(house: House, number: int = 1, participant: str = SCREENED, form: str = "AE") -> str | None:
    row = house.reader.one(
        "verbatim", participant=participant, event="ANY", form=form, occurrence=number, path="AETERM"
    )
    return row["state"] if row else None


def code_of(house: House, text: str, kind: str = "meddra") -> str:
    """The code of a term of the dictionary in use, by its text."""
    used = coding.in_use(house.reader, kind)
    assert used
    level = {"meddra": "LLT", "whodrug": "DRUG"}[kind]
    return str(house.reader.the("dictionary_term", dictionary=used["id"], level=level, text=text)["code"])


def code(house: House, folded: str, to: str, **options: Any) -> actions.Coded:
    """A data manager codes every term of that text."""
    by = options.pop("by", "data_manager")
    return actions.code_term("meddra", folded, code_of(house, to), uow=house.work(by), **options)
