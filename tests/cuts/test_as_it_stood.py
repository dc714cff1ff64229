"""The same cut gives the same rows and the same digest, whatever was entered since; what cannot be explained is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from analysis.courses import course_rows
from analysis.cut import at_the_cut
from tests.actions.house import CONSENTED, ELSEWHERE, PREDICTED, READY, SCREENED, SCREENING, TODAY, House
from tests.actions.rooms import on_both
from tests.coding.work import auto, code, load, report
from tests.cuts.conftest import lock
from tests.participants.test_transfers import move
from tests.trail.test_redaction import mistyped, take_out
from trial.actions import coding as coding_actions
from trial.actions import setup
from trial.actions.cuts import verify_cut
from trial.actions.enter import remove_crf
from trial.actor import SYSTEM
from trial.clock import FixedClock
from trial.cuts import ALTERED, CALLS, CHAIN, CONTENT, REDACTED, ROWS, SAME
from trial.errors import CutAltered
from trial.happenings import ParticipantAdded
from trial.happenings_registry import HistoricalAdded
from trial.store import extract
from trial.store.cut_check import altered_cuts
from trial.store.extract import Extract
from trial.store.model_calls import Calls, model_calls
from trial.store.past import Past
from trial.store.tables import INSERT_ONLY
from trial.store.unit_of_work import UnitOfWork
from trial.store.verify import verify

ROLE = {"pooled": "statistician", "accrual": "auditor", "closed": "unblinded_statistician", "listing": "data_manager"}


def at(house: House, name: str | None = "dmc-1", take: str = "closed") -> Extract:
    """An extract at a cut; with None as things stand."""
    viewer, clock = house.actor(ROLE[take]), house.clock
    found: Extract = getattr(extract, take)(house.reader, viewer, cut_on=clock.today(), now=clock.now(), cut=name)
    return found


def calls_at(house: House, name: str | None = "dmc-1") -> Calls:
    return model_calls(house.reader, house.actor("statistician"), cut_on=house.clock.today(), cut=name)


def entered(house: House) -> None:
    house.save(CONSENTED, "DM", SCREENING["DM"])


def corrected(house: House) -> None:
    house.save(SCREENED, "DM", SCREENING["DM"] | {"WEIGHT": "71.5"}, reasons={"": "misread"})


def corrected_twice(house: House) -> None:
    corrected(house)
    house.save(SCREENED, "DM", SCREENING["DM"] | {"WEIGHT": "72.5"}, reasons={"": "misread again"})


def removed(house: House) -> None:
    remove_crf(house.entry(SCREENED, "CT0"), "another person's scan", uow=house.work())


def added(house: House) -> None:
    house.consented()


def added_and_corrected(house: House) -> None:
    new = house.screened()
    house.save(new, "DM", SCREENING["DM"] | {"WEIGHT": "71.5"}, reasons={"": "misread"})


def transferred(house: House) -> None:
    move(house)


def allocated(house: House) -> None:
    house.randomise(READY)


def called(house: House) -> None:
    house.save(PREDICTED, "MRI0", SCREENING["MRI0"] | {"LENGTH": "43"}, reasons={"": "remeasured"})
    house.ask(PREDICTED)


def coded(house: House) -> None:
    report(house, "White blood cell decreased", number=2)
    auto(house)


def coded_anew(house: House) -> None:
    code(house, "sore belly", "Febrile neutropenia", reason="read again", approve=True)


def opened(house: House) -> None:
    setup.open_site("03", "Third", uow=house.work(SYSTEM), opened_on=TODAY, consent_versions=())


def historical(house: House) -> None:
    with (uow := house.work(SYSTEM)):
        uow.insert(
            "participant", id="RG-01-0001", site_code="01", number=1, created_at=uow.clock.now(), created_by=None
        )
        told = {"committee": "Ethics", "reference": "7", "granted_on": TODAY}
        uow.insert("historical", participant="RG-01-0001", **told, by=None, at=uow.clock.now())
        uow.record(HistoricalAdded("01", "Ethics", "7", "2026-06-01", participant="RG-01-0001"))
        uow.commit()


LATER = (
    entered,
    corrected,
    corrected_twice,
    removed,
    added,
    added_and_corrected,
    allocated,
    called,
    transferred,
    opened,
    historical,
)
CODING = (coded, coded_anew)


def furnished(house: House, later) -> House:
    if later in CODING:
        load(house)
        report(house, "sore belly")
        auto(house)
        code(house, "sore belly", "Low haemoglobin", approve=True)
    return house


@on_both
@pytest.mark.requirement("R66")
@pytest.mark.parametrize("later", [*LATER, *CODING], ids=lambda f: f.__name__)
def test_what_happens_after_a_cut_changes_nothing_of_it(either, later):
    furnished(either, later)
    made = lock(either)
    before, calls = {take: at(either, take=take) for take in ROLE}, calls_at(either)
    live = at(either, None)
    assert before["closed"].digest == made.digest
    assert before["closed"].rows == live.rows, "at the moment of the cut the two are one"
    later(either)
    assert {take: at(either, take=take) for take in ROLE} == before
    assert calls_at(either) == calls
    verdict = verify_cut("dmc-1", uow=either.work("auditor"))
    assert (verdict.state, verdict.digest, verdict.problems) == (SAME, made.digest, ())
    if later not in (opened, historical):
        assert (at(either, None).rows, calls_at(either, None)) != (live.rows, calls), "it did happen"


@on_both
def test_everything_at_once_and_cuts_between_come_back_one_by_one(either):
    states = []
    for number, later in enumerate((*LATER, lambda house: None)):
        lock(either, f"cut-{number}")
        states.append((at(either, None).rows, calls_at(either, None).digest))
        later(either)
        either.clock.advance(timedelta(hours=1))
    for number, (rows, calls) in enumerate(states):
        found = at(either, f"cut-{number}")
        assert (found.rows, calls_at(either, f"cut-{number}").digest) == (rows, calls)
        assert verify_cut(f"cut-{number}", uow=either.work("statistician")).state == SAME
    digests = {at(either, f"cut-{n}").digest for n in range(len(states))}
    assert len(digests) == len(states) - 1, "the registry is not in it"
    assert verify(either.engine) == []


def test_a_cut_says_its_own_time_and_date_and_sites(house):
    made = lock(house, on=TODAY - timedelta(30))
    house.clock.advance(timedelta(days=90))
    opened(house)
    found = at(house)
    assert (found.cut_on, found.taken_at, found.cut) == (TODAY - timedelta(30), made.at, made)
    assert [site["code"] for site in found.sites] == ["01", "02"]
    assert [site["code"] for site in at(house, None).sites] == ["01", "02", "03"]
    assert (at(house, None).cut, found.redactions) == (None, ())


def test_what_is_dated_after_the_day_of_the_cut_is_left_out_of_the_results(house):
    """Journal and date both bind: what had been entered by then, and of it what had happened by then."""
    house.randomise(READY)
    lock(house, "all")
    lock(house, "spring", on=TODAY - timedelta(60))
    drawn = {
        name: sum(bool(c.randomised_on) for c in map(at_the_cut, course_rows(at(house, name))))
        for name in ("all", "spring")
    }
    assert at(house, "all").digest == at(house, "spring").digest
    assert drawn == {"all": 1, "spring": 0}


def test_calls_after_the_day_of_the_cut_do_not_count(house):
    lock(house, "all")
    lock(house, "yesterday", on=TODAY - timedelta(1))
    assert calls_at(house, "all").rows and not calls_at(house, "yesterday").rows


@on_both
def test_time_alone_does_not_tell_what_counts(either):
    """A row may be older than the cut's own time and yet have been committed after it: the journal's order rules."""
    made = lock(either)
    early = FixedClock(made.at - timedelta(hours=2))
    with (uow := UnitOfWork(either.engine, early, SYSTEM)):
        uow.insert("participant", id="VG-01-0099", site_code="01", number=99, created_at=early.now(), created_by=None)
        uow.record(ParticipantAdded("01", participant="VG-01-0099"))
        uow.commit()
    newest = either.reader.the("participant", id="VG-01-0099")
    assert newest["created_at"] < made.at
    assert "VG-01-0099" not in {row.participant for row in at(either).rows}
    assert "VG-01-0099" in {row.participant for row in at(either, None).rows}


def test_a_row_that_came_and_changed_since_was_not_there(house):
    position = lock(house).position
    added_and_corrected(house)
    transferred(house)
    past = Past(house.reader, position)
    assert {row["id"] for row in past.rows("participant")} == {
        CONSENTED,
        SCREENED,
        *(f"VG-01-000{n}" for n in (3, 4, 5, 6)),
        ELSEWHERE,
    }
    assert {row["site_code"] for row in past.rows("participant") if row["id"] == READY} == {"01"}
    assert past.rows("transfer") == []


def test_instants_and_dates_come_back_as_the_database_gives_them(house):
    before = [
        row
        for row in house.reader.all("signature", order_by="id")
        if row["form"] == "ELIG" and row["participant"] == READY
    ]
    position = lock(house).position
    house.save(READY, "ELIG", {"ELIGCONF": "N", "ELIGDAT": "2026-01-16"}, reasons={"": "an error"})
    now = house.reader.all("signature", order_by="id")
    assert [row for row in now if row["id"] == before[0]["id"]] != before
    assert [
        row for row in Past(house.reader, position).rows("signature", order_by="id") if row["id"] == before[0]["id"]
    ] == before


@on_both
def test_a_site_is_seen_by_where_people_are_followed_now(either):
    """A cut opens no door: who lost sight of a participant does not get them back by looking at an earlier day."""
    lock(either)
    move(either)
    seen = {}
    for site in ("01", "02"):
        monitor, now = either.actor("monitor", site), either.clock.now()
        found = extract.accrual(either.reader, monitor, cut_on=TODAY, now=now, cut="dmc-1")
        seen[site] = {row.participant for row in found.rows}
    assert READY not in seen["01"] and READY in seen["02"]


# --- what was taken out ------------------------------------------------------------------------------------------------


@on_both
@pytest.mark.requirement("R25")
def test_a_redaction_after_a_cut_gives_another_digest_and_says_why(either):
    mistyped(either)
    made = lock(either)
    take_out(either)
    verdict = verify_cut("dmc-1", uow=either.work("auditor"))
    assert (verdict.state, verdict.redactions, verdict.problems) == (REDACTED, (1,), ())
    assert verdict.digest != made.digest
    found = at(either)
    assert (found.digest, found.redactions) == (verdict.digest, (1,))
    assert "张伟" not in repr(found)
    assert verify_cut(lock(either, "after").name, uow=either.work("auditor")).state == SAME


@on_both
def test_a_redaction_before_a_cut_is_part_of_it(either):
    mistyped(either)
    take_out(either)
    made = lock(either)
    assert (at(either).digest, at(either).redactions) == (made.digest, ())


def test_a_redaction_of_what_came_after_a_cut_leaves_it_the_same(house):
    made = lock(house)
    mistyped(house)
    take_out(house)
    assert (at(house).digest, at(house).redactions) == (made.digest, ())


def test_two_redactions_of_one_answer_one_before_and_one_after(house):
    mistyped(house)
    take_out(house)
    made = lock(house)
    take_out(house, text="Aspirin")
    verdict = verify_cut("dmc-1", uow=house.work("auditor"))
    assert (verdict.state, verdict.redactions) == (REDACTED, (2,))
    assert verdict.digest != made.digest


def test_a_coded_term_that_is_redacted_leaves_the_codes_of_the_cut(house):
    load(house)
    report(house, "sore belly of Mr Zhang")
    code(house, "sore belly of mr zhang", "Low haemoglobin", approve=True)
    lock(house)
    codes = [c["codes"] for row in at(house).rows for c in row.codings]
    take_out(house, text="Zhang")
    found = at(house)
    assert [c["codes"] for row in found.rows for c in row.codings] == codes and codes
    assert found.redactions == (1,) and "Zhang" not in repr(found)


def named_low(house: House) -> House:
    """A person's name that is also a word of the dictionary: it stands in the term and in its codes."""
    load(house)
    report(house, "sore belly of Mrs Low")
    code(house, "sore belly of mrs low", "Low haemoglobin", approve=True)
    return house


def texts(found: Extract) -> list[str]:
    return [each["text"] for row in found.rows for coding in row.codings for each in coding["codes"]]


@on_both
@pytest.mark.requirement("R25")
def test_a_redaction_inside_the_codes_is_told_and_not_refused(either):
    made = lock(named_low(either))
    assert "Low haemoglobin" in texts(at(either))
    take_out(either, text="Low")
    verdict = verify_cut("dmc-1", uow=either.work("auditor"))
    assert (verdict.state, verdict.redactions, verdict.problems) == (REDACTED, (1,), ())
    assert verdict.digest != made.digest
    found = at(either)
    assert "[removed] haemoglobin" in texts(found) and "Low" not in repr([row.codings for row in found.rows])
    assert (found.digest, found.redactions) == (verdict.digest, (1,))
    assert verify(either.engine, checks=(altered_cuts,)) == []


@on_both
def test_codes_that_were_redacted_are_still_guarded(either):
    lock(named_low(either))
    take_out(either, text="Low")
    alter(
        either, "coding", "update coding set codes = replace(codes, '[removed] haemo', '[removed] potassium and haemo')"
    )
    assert verify_cut("dmc-1", uow=either.work("auditor")).problems == (CONTENT,)
    with pytest.raises(CutAltered):
        at(either)


@pytest.mark.parametrize(
    "statement",
    [
        "update coding set code = 'X1'",
        "update coding set codes = '[]'",
        "update dictionary_term set text = 'Lower haemoglobin' where text = 'Low haemoglobin'",
    ],
)
def test_a_redaction_of_codes_explains_nothing_else(house, statement):
    lock(named_low(house))
    take_out(house, text="Low")
    alter(house, "coding", statement)
    assert verify_cut("dmc-1", uow=house.work("auditor")).state == ALTERED


def test_codes_altered_without_a_redaction_are_altered_though_they_look_like_one(house):
    lock(named_low(house))
    alter(house, "coding", "update coding set codes = replace(codes, 'Low', '[removed]')")
    assert verify_cut("dmc-1", uow=house.work("auditor")).problems == (ROWS,)


@pytest.mark.parametrize("first", ["Low", "Mrs"])
def test_codes_redacted_before_a_cut_and_a_term_redacted_after_it_and_the_other_way_round(house, first):
    named_low(house)
    take_out(house, text=first)
    made = lock(house)
    assert (at(house).digest, at(house).redactions) == (made.digest, ())
    take_out(house, text={"Low": "Mrs", "Mrs": "Low"}[first])
    verdict = verify_cut("dmc-1", uow=house.work("auditor"))
    assert (verdict.state, verdict.redactions) == (REDACTED, (2,))


# --- what was altered --------------------------------------------------------------------------------------------------

GUARDED = INSERT_ONLY | {"journal"}


def alter(house: House, table: str, statement: str) -> None:
    """By SQL, the triggers out of the way, as somebody with the database file could."""
    with house.engine.begin() as connection:
        if house.engine.dialect.name == "sqlite":
            if table in GUARDED:
                connection.execute(text(f"drop trigger {table}_refuses_update"))
        else:
            connection.execute(text(f"alter table {table} disable trigger user"))
        connection.execute(text(statement))


ALTERATIONS = {
    "an answer": (
        "crf_revision",
        "update crf_revision set answers = replace(answers, '70.5', '70.6') where form = 'DM'",
        (CONTENT,),
    ),
    "an answer's digest": (
        "crf_revision",
        "update crf_revision set digest = replace(digest, 'a', 'b') where form = 'DM'",
        (ROWS, CONTENT),
    ),
    "an arm": ("allocation", "update allocation set arm = 'ZZ'", (ROWS,)),
    "a site": ("participant", "update participant set site_code = '02' where number = 3", (ROWS,)),
    "a day": ("site", "update site set opened_on = '2025-07-01'", (ROWS,)),
    "a call": ("prediction", "update prediction set probability = '0.1'", (CALLS,)),
    "the chain": ("journal", "update journal set hash = replace(hash, 'a', 'b')", (CHAIN,)),
    "the cut's digest": ("data_cut", "update data_cut set digest = replace(digest, 'a', 'b')", (ROWS,)),
    "the cut's position": ("data_cut", "update data_cut set position = position - 1", (CHAIN, ROWS)),
    "the cut's end": ("data_cut", "update data_cut set position = 999999", (CHAIN,)),
}


@on_both
@pytest.mark.requirement("R19")
@pytest.mark.parametrize("what", ALTERATIONS)
def test_what_no_redaction_explains_is_altered_and_gives_no_results(either, what):
    table, statement, problems = ALTERATIONS[what]
    either.randomise(READY)
    lock(either)
    alter(either, table, statement)
    verdict = verify_cut("dmc-1", uow=either.work("auditor"))
    assert (verdict.state, verdict.problems) == (ALTERED, problems)
    for take in ROLE:
        with pytest.raises(CutAltered) as caught:
            at(either, take=take)
        assert (caught.value.name, caught.value.problems) == ("dmc-1", problems)
    if CALLS in problems:
        with pytest.raises(CutAltered):
            calls_at(either)


def test_the_verification_of_everything_names_a_cut_that_was_altered(house):
    mistyped(house)
    lock(house)
    lock(house, "dmc-2")
    take_out(house)
    assert verify(house.engine, checks=(altered_cuts,)) == []
    alter(house, "data_cut", "update data_cut set digest = replace(digest, 'a', 'b') where name = 'dmc-2'")
    found = [f for f in verify(house.engine, checks=(altered_cuts,)) if f.where == "dmc-2"]
    assert [f.kind for f in found] == ["data_cut"] and "rows" in found[0].detail


def test_a_redaction_does_not_hide_an_alteration(house):
    mistyped(house)
    lock(house)
    take_out(house)
    alter(
        house,
        "crf_revision",
        "update crf_revision set answers = replace(answers, 'Aspirin', 'Warfarin') where form = 'CM'",
    )
    assert verify_cut("dmc-1", uow=house.work("auditor")).problems == (CONTENT,)


def test_an_ended_code_that_is_revived_by_sql_is_found(house):
    furnished(house, coded)
    lock(house)
    with house.engine.begin() as connection:
        connection.execute(text("update coding set code = 'X1'"))
    assert verify_cut("dmc-1", uow=house.work("auditor")).problems == (ROWS,)
    assert coding_actions.approve([], uow=house.work("data_manager")) is not None
