from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from forms.answers import Answers, Crf, NotDone
from tests.store.house import Happened
from trial.errors import ConstraintBroken, NotFound, StaleRevision
from trial.store import crfs
from trial.store.types import canonical

ONE = "VG-01-0001"
KEY = {"participant": ONE, "event": "SCR", "form": "AA", "occurrence": 1}


def specimen(value, *, occurrence=1, **more):
    return Crf("SP", 1, "SCR", occurrence, 1, Answers({"SPID": value}, **more))


def append(house, instance, *, participant=ONE, based_on=None, reason="r", **options):
    with (uow := house.work()):
        row = crfs.append_revision(
            uow, participant, instance, based_on=based_on, reason=reason, source="screen", **options
        )
        uow.record(Happened("save", participant=participant))
        uow.commit()
    return row


def test_what_was_saved_is_what_is_read(house):
    house.save(WORD="yes", SIZE=Decimal("172.0"))
    assert crfs.current(house.reader, ONE) == (
        Crf("AA", 1, "SCR", 1, 1, Answers({"WORD": "yes", "SIZE": Decimal("172.0")})),
    )
    assert crfs.current(house.reader, "VG-01-0002") == ()


def test_the_first_revision_makes_the_row_of_state_and_a_later_one_moves_it(house):
    house.save(WORD="yes")
    first = house.reader.the("crf", **KEY)
    assert (first["status"], first["revision"], first["signed"]) == ("entered", 1, False)
    house.save(based_on=1, WORD="no")
    second = house.reader.the("crf", **KEY)
    assert second == first | {"revision": 2}


def test_history_keeps_every_revision_with_its_author_reason_and_time(house):
    house.save(WORD="yes", reason=None)
    house.save(based_on=1, WORD="no", reason="misread")
    told = [
        (r["number"], r["answers"]["items"], r["reason"], r["author_name"]) for r in crfs.history(house.reader, **KEY)
    ]
    assert told == [(1, {"WORD": "yes"}, None, "Ada L"), (2, {"WORD": "no"}, "misread", "Ada L")]
    first, second = crfs.history(house.reader, **KEY)
    assert second["at"] - first["at"] == timedelta(seconds=1)


@pytest.mark.requirement("R17")
@pytest.mark.parametrize("reason", [None, ""])
def test_the_database_refuses_a_change_without_a_reason(house, reason):
    house.save(WORD="yes", reason=None)
    with pytest.raises(ConstraintBroken):
        house.save(based_on=1, WORD="no", reason=reason)


@pytest.mark.requirement("R36")
def test_a_second_editor_gets_both_versions_and_who_was_faster(house):
    house.save(WORD="first")
    house.save(based_on=1, WORD="theirs")
    with pytest.raises(StaleRevision) as caught:
        house.save(based_on=1, WORD="mine")
    error = caught.value
    assert (error.based_on, error.current, error.author_name) == (1, 2, "Ada L")
    assert error.at == crfs.history(house.reader, **KEY)[1]["at"]
    assert [d["items"]["WORD"] for d in (error.base, error.mine, error.theirs)] == ["first", "mine", "theirs"]
    assert len(crfs.history(house.reader, **KEY)) == 2


def test_who_thought_the_form_was_empty_gets_the_other_version(house):
    house.save(WORD="theirs")
    with pytest.raises(StaleRevision) as caught:
        house.save(WORD="mine")
    assert (caught.value.based_on, caught.value.base, caught.value.theirs["items"]) == (None, None, {"WORD": "theirs"})


def test_who_saw_a_revision_that_never_was_is_stale_too(house):
    with pytest.raises(StaleRevision) as caught:
        house.save(based_on=3, WORD="mine")
    assert (caught.value.current, caught.value.author, caught.value.theirs) == (None, None, None)


def test_a_stale_form_is_refused_before_anything_is_written(house):
    house.save(WORD="theirs")
    mine = Crf("AA", 1, "SCR", 1, 1, Answers({"WORD": "mine"}))
    with pytest.raises(StaleRevision):
        crfs.refuse_stale(house.reader, ONE, mine, based_on=None)
    assert crfs.refuse_stale(house.reader, ONE, mine, based_on=1) is None


def test_not_done_and_removed_are_states_and_stay_in_the_record(house):
    append(house, Crf("AA", 1, "SCR", 1, 1, Answers(not_done=NotDone("refused"))), complete=False)
    assert house.reader.the("crf", **KEY)["status"] == "not_done"
    assert house.reader.the("crf", **KEY)["complete"] is False
    (instance,) = crfs.current(house.reader, ONE)
    append(house, replace(instance, number=2, answers=replace(instance.answers, removed="wrong person")), based_on=1)
    assert house.reader.the("crf", **KEY)["status"] == "removed"
    (instance,) = crfs.current(house.reader, ONE)
    assert (instance.number, instance.counts, instance.answers.removed) == (2, False, "wrong person")


def test_instances_come_first_entered_first(house):
    for occurrence in (3, 1, 2):
        house.save(occurrence=occurrence, WORD="x")
    house.save(occurrence=3, based_on=1, WORD="y")
    assert [(c.occurrence, c.number) for c in crfs.current(house.reader, ONE)] == [(3, 2), (1, 1), (2, 1)]


def test_a_form_version_that_nobody_released_is_refused(house, monkeypatch):
    from tests.store.house import FORMS

    monkeypatch.setattr(crfs, "definitions", lambda: FORMS | {("AA", 2): replace(FORMS["AA", 1], version=2)})
    with pytest.raises(ConstraintBroken):
        append(house, Crf("AA", 2, "SCR", 1, 1, Answers({"WORD": "x"})))


def test_a_participant_who_is_not_there_gets_no_form(house):
    with pytest.raises(NotFound):
        house.save("VG-09-0001", WORD="x")


def test_the_digest_covers_every_column_of_a_revision(house):
    row = house.save(WORD="yes")
    stored = row | {"answers": canonical(row["answers"])}
    assert crfs.digest(stored) == row["digest"]
    others = {"number": 9, "form_version": 9, "occurrence": 9, "author": None, "at": "x"}
    for name in set(row) - {"digest"}:
        assert crfs.digest(stored | {name: others.get(name, "other")}) != row["digest"], name


def test_a_value_that_may_occur_once_is_found_in_any_other_instance(house):
    append(house, specimen("S-1"))
    (finding,) = crfs.repeated_values(house.reader, "VG-01-0002", specimen("S-1"))
    assert (finding.level, finding.item, finding.row, finding.args["value"]) == ("hard", "SPID", None, "S-1")
    assert ONE not in finding.text()
    assert len(crfs.repeated_values(house.reader, ONE, specimen("S-1", occurrence=2))) == 1
    assert crfs.repeated_values(house.reader, ONE, specimen("S-1")) == ()
    assert crfs.repeated_values(house.reader, "VG-01-0002", specimen("S-2")) == ()


def test_a_value_is_free_again_when_corrected_or_removed(house):
    append(house, specimen("S-1"))
    append(house, specimen("S-2"), based_on=1)
    assert crfs.repeated_values(house.reader, "VG-01-0002", specimen("S-1")) == ()
    assert len(crfs.repeated_values(house.reader, "VG-01-0002", specimen("S-2"))) == 1
    append(house, specimen("S-2", removed="mislabelled"), based_on=2)
    append(house, specimen("S-2"), participant="VG-01-0002")
    assert house.reader.the("taken", value="S-2")["participant"] == "VG-01-0002"
