"""Chapter: personal data typed by mistake are taken out, by a procedure of two persons that leaves a trail (R25)."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from tests.actions.house import ELSEWHERE, PASSWORD, SCREENED, TODAY, House
from tests.actions.rooms import on_both
from trial.actions import queries
from trial.actions.access import Approval, Course, admit
from trial.actions.delegation import Tasks
from trial.actions.redact import Order, Removed, redact
from trial.actor import SYSTEM
from trial.errors import NotAllowed, NotFound, NotOpen, Refused, WrongPassword
from trial.redaction import MARK, cut, cut_answers, lost
from trial.roles import ROLES, may
from trial.store.redaction import OPENED, _texts
from trial.store.tables import INSERT_ONLY, metadata
from trial.store.verify import verify

NAME = 'Zhang "Wei" 张伟'
WHY = "A name was typed into a remark of the site."


def order(**changed: Any) -> Order:
    return replace(Order(SCREENED, NAME, WHY, "investigator01", PASSWORD), **changed)


def take_out(house: House, by: str = "data_manager", **changed: Any) -> Removed:
    return redact(order(**changed), uow=house.work(by))


def mistyped(house: House) -> None:
    """A name in a free text, twice corrected, in a reason, in a query and its thread, in a draft."""
    first = {"CMTRT": f"Aspirin, as {NAME} says", "CMSTDAT": "2026-01", "CMCLAS": "OTHER"}
    house.save(SCREENED, "CM", first, "ANY")
    house.save(SCREENED, "CM", first | {"CMTRT": f"Aspirin {NAME}"}, "ANY", reasons={"": f"{NAME} told us"})
    asked = queries.Question(SCREENED, f"Who is {NAME}?", "ANY", "CM", 1, "CMTRT")
    number = queries.raise_query(asked, uow=house.work("monitor"))
    queries.act_on([number], "answer", f"{NAME} is the participant", uow=house.work())


def everything(house: House) -> str:
    """Every text of every table, as stored."""
    rows = (row for table in metadata.sorted_tables for row in house.reader.all(table))
    return "\n".join(json.dumps({k: str(v) for k, v in row.items()}, ensure_ascii=False) for row in rows)


@pytest.mark.requirement("R25")
@on_both
def test_the_text_is_gone_from_everything_that_is_stored(either: House) -> None:
    mistyped(either)
    assert "张伟" in everything(either)
    removed = take_out(either)
    assert "张伟" not in everything(either)
    assert removed.places["crf_revision"] == 2
    assert removed.places["query_remark"] >= 1
    assert removed.places["journal"] >= 1
    assert either.stored(SCREENED, "CM", "ANY")["items"]["CMTRT"] == f"Aspirin {MARK}"


@pytest.mark.requirement("R25")
@on_both
def test_nothing_looks_altered_afterwards_and_a_forgery_still_does(either: House) -> None:
    mistyped(either)
    take_out(either)
    assert verify(either.engine) == []
    with either.engine.begin() as connection:  # the row is open to the redaction that named it, not to another text
        connection.execute(
            text(
                "update crf_revision set answers = replace(answers, 'Aspirin', 'Warfarin') where form = 'CM' and number = 1"
            )
        )
    assert [f.kind for f in verify(either.engine)] == ["crf_revision"]


@on_both
def test_a_journal_entry_that_was_redacted_is_checked_against_what_was_left_of_it(either: House) -> None:
    mistyped(either)
    take_out(either)
    seq = either.reader.all("redaction_place", order_by="place")
    first = next(r["place"] for r in seq if r["place"].startswith("journal ")).partition(" ")[2]
    with either.engine.begin() as connection:
        connection.execute(
            text("update journal set body = replace(body, 'removed', 'Removed') where seq = :s"), {"s": first}
        )
    assert (verify(either.engine)[0].kind, verify(either.engine)[0].where) == ("chain", f"journal {first}")


@on_both
def test_the_database_lets_through_only_the_text_of_the_rows_that_were_named(either: House) -> None:
    mistyped(either)
    take_out(either)
    refused = (
        "update crf_revision set answers = answers where form = 'IC'",
        "update crf_revision set author = null where form = 'CM'",
        "update crf_revision set digest = digest || '' , source = 'x' where form = 'CM'",
        "update journal set body = body where seq = 1",
        "update journal set hash = previous where seq in (select max(seq) from journal)",
        "delete from crf_revision where form = 'CM'",
        "update redaction set reason = 'other'",
        "delete from redaction_place",
    )
    for statement in refused:
        with pytest.raises(Exception, match="append-only"), either.engine.begin() as connection:
            connection.execute(text(statement))


@pytest.mark.requirement("R25")
def test_who_agreed_why_and_where_are_kept_and_the_text_is_not(house: House) -> None:
    mistyped(house)
    take_out(house)
    (row,) = house.reader.all("redaction")
    people = {p["id"]: p["username"] for p in house.reader.all("person")}
    assert (people[row["by"]], people[row["agreed"]], row["reason"]) == ("data_manager", "investigator01", WHY)
    (entry,) = house.journal("person:data:removed")
    assert json.loads(entry["body"])["event"]["places"] == len(house.reader.all("redaction_place"))


@pytest.mark.requirement("R25")
@pytest.mark.parametrize("by", [r for r in ROLES if not may(r, "trail.redact")])
def test_no_other_role_takes_anything_out(house: House, by: str) -> None:
    mistyped(house)
    before = house.state()
    with pytest.raises((NotAllowed, NotFound)):
        take_out(house, by)
    assert house.state() == before


@pytest.mark.parametrize("agreeing", ["coordinator01", "investigator02", "data_manager", "administrator"])
def test_only_an_investigator_of_the_site_can_agree(house: House, agreeing: str) -> None:
    mistyped(house)
    with pytest.raises(NotAllowed):
        take_out(house, agreeing=agreeing)
    assert house.reader.all("redaction") == []


def test_a_wrong_password_is_recorded_and_takes_nothing_out(house: House) -> None:
    mistyped(house)
    with pytest.raises(WrongPassword):
        take_out(house, password="guess guess guess")
    assert "张伟" in everything(house)
    assert [json.loads(e["body"])["event"] for e in house.journal("person:signature:refused")] == [{"crf": "redaction"}]


def test_nobody_agrees_with_themselves(house: House) -> None:
    mistyped(house)
    approved, course = Approval("The sponsor", TODAY), Course("GCP", "R3", TODAY)
    tasks = Tasks("All tasks of the role", TODAY, None, True, TODAY)
    admit("data_manager", "investigator", "01", uow=house.work(SYSTEM), approval=approved, course=course, tasks=tasks)
    with pytest.raises(NotOpen) as refused:
        take_out(house, agreeing="data_manager")
    assert refused.value.blockers == ("two-persons",)


@pytest.mark.parametrize(
    "changed",
    [{"text": "ab"}, {"text": "VG-01"}, {"text": "CM"}, {"text": "removed"}, {"text": "nowhere at all"}, {"reason": " "},
     {"reason": f"{NAME} was typed"}, {"text": "coordinator"}],
)  # fmt: skip
def test_what_would_break_the_record_or_says_nothing_is_refused(house: House, changed: dict[str, str]) -> None:
    mistyped(house)
    before = house.state()
    with pytest.raises(Refused):
        take_out(house, **changed)
    assert house.state() == before


def test_a_current_value_without_room_for_a_mark_is_corrected_first_and_then_goes_from_the_past(house: House) -> None:
    born = "1961-04-30"
    with pytest.raises(Refused) as refused:
        take_out(house, text=born)
    assert dict(refused.value.findings[0].args)["items"] == "BRTHDAT"
    items = dict(house.stored(SCREENED, "DM")["items"]) | {"BRTHDAT": "1961"}
    house.save(SCREENED, "DM", items, reasons={"": "only the year may be kept"})
    take_out(house, text=born)
    first, second = (r["answers"]["items"] for r in house.revisions(SCREENED, "DM"))
    assert ("BRTHDAT" in first, second["BRTHDAT"]) == (False, "1961")
    assert born not in json.dumps([e["body"] for e in house.reader.all("journal", participant=SCREENED)])
    assert verify(house.engine) == []


def test_another_participant_keeps_what_they_have(house: House) -> None:
    mistyped(house)
    house.save(ELSEWHERE, "CM", {"CMTRT": NAME}, "ANY")
    take_out(house)
    assert house.stored(ELSEWHERE, "CM", "ANY")["items"]["CMTRT"] == NAME


def test_it_can_be_done_twice_in_one_place(house: House) -> None:
    mistyped(house)
    take_out(house)
    take_out(house, text="Aspirin")
    assert house.stored(SCREENED, "CM", "ANY")["items"]["CMTRT"] == f"{MARK} {MARK}"
    assert verify(house.engine) == []


def test_a_signed_form_keeps_its_signature_and_nothing_looks_altered(house: House) -> None:
    mistyped(house)
    house.sign(SCREENED, "CM", "ANY")
    take_out(house)
    (signature,) = house.reader.all("signature", participant=SCREENED)
    assert signature["voided_at"] is None
    assert verify(house.engine) == []


KINDS = {"A": "text", "N": "int", "D": "date"}
WORDS = st.text(alphabet='ab"\\张 ', max_size=6)


@given(WORDS, WORDS.filter(lambda t: len(t) >= 3))
def test_whatever_stood_there_the_text_is_in_no_free_text_afterwards(words: str, out: str) -> None:
    document = {"items": {"A": words, "N": 12}, "confirmed": {"X-1": words}}
    left = cut_answers(document, out, KINDS)
    for kept in (left["items"]["A"], left["confirmed"]["X-1"]):
        # Taking out can bring two halves together: what is left of "aaba" without "ab" is "a" and "a" with a mark between.
        assert out not in kept.replace(MARK, "\n")
    assert left["items"]["N"] == 12


def test_a_value_that_is_no_text_goes_whole_and_its_name_is_told() -> None:
    document = {
        "items": {"D": "1961-04-30", "A": "born 1961-04-30"},
        "groups": {"G": [{"id": "r1", "items": {"N": 1961}}]},
    }
    kinds = KINDS
    assert lost(document, "1961", kinds) == ("D", "N")
    assert cut_answers(document, "1961", kinds) == {
        "items": {"A": f"born {MARK}-04-30"},
        "groups": {"G": [{"id": "r1", "items": {}}]},
    }
    assert cut(["a1961", {"1961": "1961"}], "1961") == [f"a{MARK}", {"1961": MARK}]


def test_every_table_of_a_participant_that_is_written_once_holds_no_free_text_or_is_opened() -> None:
    """A new table that cannot be rewritten must be thought of: either it holds no words of people, or a trigger opens it."""
    closed = {t.name for t in metadata.sorted_tables if t.name in INSERT_ONLY and "participant" in t.c}
    assert {n for n in closed if _texts(metadata.tables[n])} - OPENED - {"crf_revision"} == {
        "allocation", "prediction", "expectedness",  # numbers, codes and documents of the trial
        "file_report",  # what a file said of itself, after its identifiers were removed
        "redaction",  # its reason is refused if it holds the text
    }  # fmt: skip


def posted(**changed: str) -> dict[str, str]:
    fields = {
        "participant": SCREENED.lower(),
        "text": NAME,
        "reason": WHY,
        "agreeing": "investigator01",
        "password": PASSWORD,
    }
    return fields | changed


def test_it_is_done_on_the_page_of_the_trail(desk) -> None:
    mistyped(desk.house)
    client = desk.client("data_manager")
    assert "Take personal data out" in client.get("/audit/").text
    done = client.post("/audit/redact", posted())
    assert done.status_code == 303
    assert "Redaction 1: taken out of" in client.get(done.location).text
    assert "张伟" not in everything(desk.house)


def test_a_refusal_gives_back_what_was_typed_but_no_password(desk) -> None:
    mistyped(desk.house)
    client = desk.client("data_manager")
    wrong = client.post("/audit/redact", posted(password="guess guess guess"))
    assert wrong.status_code == 401
    assert WHY in wrong.text
    assert "guess guess" not in wrong.text
    stranger = client.post("/audit/redact", posted(agreeing="coordinator01"))
    assert "must be an investigator" in stranger.text


def test_who_may_not_is_offered_nothing(desk) -> None:
    assert "Take personal data out" not in desk.client("monitor01").get("/audit/").text
    assert desk.client("monitor01").post("/audit/redact", posted()).status_code == 403
