"""Chapter: a study of another system is taken in whole, beside the trial; the receipt says what came, and what did not (R26, R38, R39)."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from forms.foreign import ForeignStudy, ForeignSubject
from forms.foreign_json import definitions_from_json, definitions_to_json
from forms.frozen import form_to_json
from tests.actions.house import House
from tests.actions.rooms import on_both
from tests.foreign.other_study import ADA, BASE, BOB, CAT, COUNTS, OTHER, files_of
from trial.actions.foreign import BLOCK, Receipt, take_study
from trial.errors import AlreadyExists, NotAllowed, NotFound, UnitOfWorkMisused
from trial.roles import ROLES, may
from trial.store.foreign import foreign_study_of, listed
from trial.store.verify import verify


def taken(house: House, study: ForeignStudy = OTHER, who: str = "data_manager", *, dry: bool = False) -> Receipt:
    return take_study(study, files_of(b"one", b"two"), dry=dry, uow=house.work(who), files=house.files)


def rows(house: House, receipt: Receipt) -> list[dict[str, str]]:
    assert receipt.report is not None
    return list(csv.DictReader(io.StringIO(house.files.read(receipt.report).decode())))


@pytest.mark.requirement("R39")
@on_both
def test_the_receipt_counts_what_came_and_what_the_checks_of_the_screen_say(either: House) -> None:
    receipt = taken(either)
    assert receipt.counts == COUNTS
    said = {(r.subject, r.finding.level, r.finding.item, r.finding.row) for r in receipt.remarks}
    assert said == {
        ("A-1", "soft", "LAB", "7"),
        ("B-2", "problem", "DAY", None),
        ("B-2", "problem", "LABS/2/LAB", None),
        ("B-2", "problem", "SEX", None),
        ("B-2", "soft", "AGE", None),
        ("C-3", "hard", "AGE", None),
        ("C-3", "soft", "PREG", None),
    }


@on_both
def test_the_study_is_read_back_as_it_was(either: House) -> None:
    receipt = taken(either)
    assert receipt.study is not None
    found = foreign_study_of(either.reader, receipt.study)
    assert tuple(found.subjects) == OTHER.subjects
    assert (found.subjects[1], found.subjects[-1], found.subjects[1:]) == (BOB, CAT, (BOB, CAT))
    assert (found.system, found.name, found.asides, found.losses) == ("odm", "Other", OTHER.asides, OTHER.losses)
    assert [form_to_json(f) for f in found.definitions.values()] == [form_to_json(BASE)]


def test_a_form_whose_words_are_missing_is_frozen_and_read_again() -> None:
    written = definitions_to_json({("BASE", 1): BASE})
    assert definitions_to_json(definitions_from_json(written)) == written


@pytest.mark.requirement("R38")
@pytest.mark.requirement("R26")
def test_the_files_are_kept_and_the_study_names_their_digests_and_who_took_it(house: House) -> None:
    taken(house)
    (row,) = listed(house.reader)
    assert [house.files.read(s["sha256"]) for s in row["sources"]] == [b"one", b"two"]
    assert (row["by"], row["role"]) == (house.actor("data_manager").person_id, "data_manager")
    (entry,) = house.journal("person:foreign_study:taken")
    assert json.loads(entry["body"])["event"]["sources"] == [s["sha256"] for s in row["sources"]]


@pytest.mark.requirement("R39")
def test_the_report_says_every_loss_and_every_remark_in_words(house: House) -> None:
    report = rows(house, taken(house))
    assert [(r["where"], r["count"], r["words"]) for r in report if r["what"] == "loss:calculation"] == [
        ("BASE.TWICE", "3", "“TWICE” is calculated by us.")
    ]
    assert [r["words"] for r in report if r["what"] == "check:problem"] == [
        "“30 February” is no value of this item.",
        "“high” is no value of this item.",
        "“X” is not on the list of “Sex”.",
    ]
    assert {r["what"]: int(r["count"]) for r in report if r["what"].startswith("count:")} == {
        f"count:{name}": n for name, n in COUNTS.items()
    }


def test_a_dry_run_says_the_same_and_keeps_nothing(house: House) -> None:
    before = house.state()
    receipt = taken(house, dry=True)
    assert (receipt.counts, receipt.study, receipt.report) == (COUNTS, None, None)
    assert house.state() == before
    assert not house.files.root.exists() or not list(house.files.root.rglob("*"))


@on_both
def test_a_name_is_taken_once(either: House) -> None:
    taken(either)
    with pytest.raises(AlreadyExists):
        taken(either)
    assert len(listed(either.reader)) == 1


class Failing(tuple[ForeignSubject, ...]):
    """Subjects that can be gone through once; the second time the last one is not there."""

    def __iter__(self) -> Iterator[ForeignSubject]:
        if hasattr(self, "seen"):
            yield from (ADA, BOB)
            raise OSError("gone")
        self.seen = True
        yield from (ADA, BOB, CAT)


@on_both
def test_a_study_that_breaks_off_is_not_kept_at_all(either: House) -> None:
    with pytest.raises(OSError, match="gone"):
        taken(either, replace(OTHER, subjects=Failing()))
    assert listed(either.reader) == []
    assert either.reader.all("foreign_subject") == []
    assert either.journal("person:foreign_study:taken") == []


def test_a_subject_that_occurs_twice_is_refused_before_anything_is_kept(house: House) -> None:
    with pytest.raises(AlreadyExists) as refused:
        taken(house, replace(OTHER, subjects=(ADA, BOB, ADA)))
    assert refused.value.detail == "A-1"
    assert listed(house.reader) == []


def test_more_subjects_than_one_entry_of_the_journal_holds_keep_their_order(house: House) -> None:
    many = tuple(replace(CAT, key=f"C-{n}") for n in range(2 * BLOCK + 1))
    receipt = taken(house, replace(OTHER, subjects=many))
    assert receipt.study is not None
    assert [s.key for s in foreign_study_of(house.reader, receipt.study).subjects] == [s.key for s in many]
    entries = [json.loads(e["body"])["event"] for e in house.journal("person:foreign_subjects:kept")]
    assert [(e["first"], e["last"]) for e in entries] == [
        (1, BLOCK),
        (BLOCK + 1, 2 * BLOCK),
        (2 * BLOCK + 1, 2 * BLOCK + 1),
    ]


@pytest.mark.parametrize("role", [r for r in ROLES if r != "data_manager"])
def test_nobody_but_a_data_manager_takes_a_study_in(house: House, role: str) -> None:
    assert not may(role, "foreign.take")
    with pytest.raises(NotAllowed):
        taken(house, who=role)
    assert listed(house.reader) == []


def test_a_study_that_is_not_there_is_not_found(house: House) -> None:
    with pytest.raises(NotFound):
        foreign_study_of(house.reader, 1)


# --- nothing of it changes unseen ----------------------------------------------------------------------------------------


@pytest.mark.requirement("R18")
@on_both
@pytest.mark.parametrize("table", ["foreign_study", "foreign_subject"])
def test_what_was_taken_is_never_changed(either: House, table: str) -> None:
    taken(either)
    before = either.reader.all(table)
    with either.work("data_manager") as uow, pytest.raises(UnitOfWorkMisused):
        uow.update(table, {n: before[0][n] for n in ("id", "study", "number") if n in before[0]}, digest="0" * 64)
    for change in (f"update {table} set digest = digest", f"delete from {table}"):
        with pytest.raises(DBAPIError, match="append-only"), either.engine.begin() as connection:
            connection.execute(text(change))
    assert either.reader.all(table) == before


def test_the_journal_vouches_for_every_row(house: House) -> None:
    taken(house)
    assert verify(house.engine, files=house.files) == []


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("foreign_subject", "crfs = replace(crfs, '44', '45') where number = 1"),
        ("foreign_subject", "audit = replace(audit, 'u.1', 'u.9') where number = 1"),
        ("foreign_subject", "unreadable = replace(unreadable, 'high', 'low') where number = 2"),
        ("foreign_subject", "asides = asides || ' ' where number = 1"),
        ("foreign_study", "definitions = replace(definitions, 'female', 'Female')"),
        ("foreign_study", "losses = '[]'"),
    ],
)
def test_who_alters_it_by_sql_is_found_out(house: House, table: str, change: str) -> None:
    taken(house)
    with house.engine.begin() as connection:
        connection.execute(text(f"drop trigger {table}_refuses_update"))
        assert connection.execute(text(f"update {table} set {change}")).rowcount == 1
    (finding,) = verify(house.engine, files=house.files)
    assert (finding.kind, finding.detail) == (table, "its content does not match its digest")
