"""What follows an operation set into a table, by group: the closed report's alone. No open module imports this one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis.safety.clavien import GRADES, WINDOWS
from analysis.safety.surgery import LEAKS, Aftermath
from analysis.safety.surgery_lines import lines as surgical
from analysis.safety.tables import MAY, counted, heading
from analysis.table import Column, Table, Translate
from forms.text import _l


def surgery_table(groups: Sequence[tuple[str, Sequence[Aftermath]]], tr: Translate = str) -> Table:
    """Complications of those operated on, one column a group."""
    made = [(label, found, surgical(found)) for label, found in groups]
    words = _surgical_words(tr)
    ids = [line.id for line in surgical(())]
    rows = tuple(
        (words[id], *(counted(each[i].n, each[i].unknown, len(found)) for _, found, each in made))
        for i, id in enumerate(ids)
    )
    return Table(
        "safety-surgery-arm",
        tr(_l("After an operation: complications within 30 and 90 days")),
        (
            Column(tr(_l("Worst of each participant"))),
            *(Column(heading(label, len(found)), numeric=True) for label, found, _ in made),
        ),
        rows,
        tr(
            _l("Participants who were operated on, for any reason; by the strategy begun, else as allocated or chosen.")
        ),
        (
            tr(MAY),
            tr(_l("Without a report on every operation that reaches the day nobody counts as free of complications.")),
            tr(_l("Days: the operation is day 0, and the last day counts.")),
            tr(_l("Clavien-Dindo: Dindo 2004. Leak: ISREC, Rahbari 2010.")),
        ),
    )


def _surgical_words(tr: Translate) -> Mapping[str, str]:
    words: dict[str, str] = {}
    for days in WINDOWS:
        words[f"NONE_{days}"] = tr(_l("No complication within {days} days")).format(days=days)
        words |= {
            f"{g}_{days}": tr(_l("Clavien-Dindo {grade} within {days} days")).format(grade=g, days=days) for g in GRADES
        }
        words[f"SEVERE_{days}"] = tr(_l("Clavien-Dindo IIIa or worse within {days} days")).format(days=days)
        words[f"UNKNOWN_{days}"] = tr(_l("Not known within {days} days")).format(days=days)
        words[f"DIED_{days}"] = tr(_l("Died within {days} days")).format(days=days)
    words |= {f"LEAK_{grade}": tr(_l("Anastomotic leak, grade {grade}")).format(grade=grade) for grade in LEAKS}
    plain = {"LEAK": _l("Anastomotic leak, any"), "NOANAST": _l("No anastomosis"), "READM": _l("Readmitted")}
    return words | {id: tr(text) for id, text in plain.items()}
