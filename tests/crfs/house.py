"""Short words for the truth tables of the CRFs: instances, days, and what a form says about itself."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from forms import catalogue
from forms.answers import Answers, FileRef, Row
from forms.checks import findings
from forms.dates import PartialDate

TODAY = date(2027, 6, 1)
NOW = datetime(2027, 6, 1, 12, tzinfo=UTC)
FILE = FileRef("ab" * 32, "table.csv", 100)


def day(text):
    return date.fromisoformat(text)


def about(text):
    return PartialDate.parse(text)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def number(text):
    return Decimal(text)


def crf(form, _event="SCR", _occurrence=1, _rows=None, **items):
    """An instance with typed answers; `_rows` maps a group to the answers of its rows. A None answer is a blank."""
    made = catalogue.crf(form, _event, _occurrence, **{k: v for k, v in items.items() if v is not None})
    groups = {
        group: tuple(
            Row(f"{group}{n}", {k: v for k, v in row.items() if v is not None}) for n, row in enumerate(rows, 1)
        )
        for group, rows in (_rows or {}).items()
    }
    return replace(made, answers=Answers(made.answers.items, groups=groups))


def record_of(*crfs, **facts):
    return catalogue.record(crfs, **{"today": TODAY, "now": NOW, **facts})


def said(subject, *others, **facts):
    """Ids of what the subject says beside the other instances, blanks left out. The subject comes last in the course."""
    record = record_of(*(other for other in others if other is not None), subject, **facts)
    return {finding.id for finding in findings(record, subject) if finding.level != "missing"}


def missing(subject, *others, **facts):
    """Items whose answer is missing."""
    found = findings(record_of(*others, subject, **facts), subject)
    return {finding.item for finding in found if finding.level == "missing"}


def says(id, subject, *others, **facts):
    """Whether one check speaks."""
    form = catalogue.current(subject.form)
    ranges = {f"{item.key}:{level}" for item in form.every_item() for level in ("hard", "soft")}
    assert id in {check.id for check in form.checks} | ranges, f"{id} is no check of {subject.form}"
    return id in said(subject, *others, **facts)


def value(subject, item, *others, row=None, **facts):
    """The value of an item, calculated ones included; in a row where its number is given."""
    record = record_of(*others, subject, **facts)
    group = catalogue.current(subject.form).item(item).group
    rows = subject.answers.groups.get(group or "", ())
    return record.scope(subject, rows[row - 1] if row else None).item(f"{subject.form}.{item}")


def asked(subject, item, *others, row=None, **facts):
    """Whether an item is asked: True, False or None."""
    record = record_of(*others, subject, **facts)
    found = catalogue.current(subject.form).item(item)
    rows = subject.answers.groups.get(found.group or "", ())
    return True if found.ask_if is None else found.ask_if.value(record.scope(subject, rows[row - 1] if row else None))


CONSENT = crf("IC", ICTYPE="INITIAL", ICDAT=day("2026-01-10"), ICSIGN="Y", ICVER="1.0", ICSAMP="Y", ICFUT="Y")
DEATH = crf("DTH", "ANY", DTHDAT=about("2027-03-05"), DTHCAUS="RECTAL")
