"""crf.csv read as expectations: one per item, with rows such as Q1..Q30 expanded."""

import csv
import re
from dataclasses import dataclass

from tests.shared_data import SHARED

PROTOCOL_FOLDER = SHARED / "protocol"
KINDS = {"float": "decimal"}
NAMELESS = re.compile(r"([A-Z])(\d+)\.\.[A-Z](\d+)")


@dataclass(frozen=True)
class Wanted:
    form: str
    group: str | None
    item: str
    label: str
    kind: str
    unit: str
    values: str
    soft: str
    required: str
    asked_when: str

    @property
    def key(self):
        return f"{self.form}.{self.item}"


def rows():
    """Every item crf.csv asks for; none where the folder is absent (the tests then skip)."""
    path = PROTOCOL_FOLDER / "crf.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as table:
        return [wanted for row in csv.DictReader(table) for wanted in expanded(row)]


def expanded(row):
    form, _, group = row["form"].partition(".")
    for name, label in names(row):
        yield Wanted(
            form,
            group or None,
            name,
            label,
            KINDS.get(row["type"], row["type"]),
            row["unit"].replace("by test", ""),
            values_of(row["values_or_hard_range"], name),
            row["soft_range"],
            row["required"],
            row["asked_when"],
        )


def names(row):
    if ".." not in row["item"]:
        return [(row["item"], row["label"])]
    spans = NAMELESS.findall(row["item"])
    return [(f"{letter}{n}", f"Item {n}") for letter, a, b in spans for n in range(int(a), int(b) + 1)]


def values_of(text, name):
    """ "1..4; Q29 and Q30 1..7" says two things; each item gets its own."""
    usual, _, other = text.partition("; Q")
    if other:
        return other.split()[-1] if name in ("Q29", "Q30") else usual
    return text


def repeating():
    """The repeating forms and groups PROTOCOL.md names."""
    text = (PROTOCOL_FOLDER / "PROTOCOL.md").read_text("utf-8")
    groups = re.search(r"Repeating groups: ([^.]+\.[^.]+\.[^.]+\.[A-Z]+)\.", text)[1]
    forms = re.search(r"Repeating forms: ([A-Z, ]+)\.", text)[1]
    return set(forms.split(", ")), set(groups.split(", "))


def schedule():
    with (PROTOCOL_FOLDER / "soa.csv").open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))
