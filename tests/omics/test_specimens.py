"""Chapter: specimen, aliquot, assay run, table, input of the model: each step asks for the consent, and the way back is shown."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from tests.actions.house import CONSENT, ELSEWHERE, PASSWORD, SCREENED, TODAY, House, day
from tests.actions.rooms import on_both
from tests.imports.tables import row, sampled, take
from tests.omics.hands import state_batch
from trial.actions import hold, redact, specimens
from trial.actions.hold import Scope
from trial.actions.specimens import Assay, Move
from trial.errors import NotAllowed, NotFound, NotOpen, Refused
from trial.omics.labels import mistyped, specimen_label
from trial.roles import ROLES, may
from trial.store.specimens import chains_of, held, runs
from trial.store.tables import metadata
from trial.store.verify import verify

WITHDRAWN = day(100)


def registered(house: House, label: str = "", kind: str = "STOOL", site: str = "01") -> tuple[str, str]:
    """Somebody who agreed to samples, and the label of a specimen of theirs."""
    participant = sampled(house, site)
    label = label or specimen_label(participant, 1)
    items = {"SPTYPE": kind, "SPID": label, "SPCOLL": f"{day(2)}T08:00Z", "SPQC": "PASS"}
    house.save(participant, "SPEC", items, "ANY")
    return participant, label


def move(
    house: House, participant: str, label: str, what: str, on: int = 3, by: str = "coordinator", **more: str
) -> None:
    when = CONSENT + timedelta(days=on)
    specimens.move(participant, Move(label, what, when, **more), uow=house.work(by))


def aliquots(house: House, participant: str, label: str, count: int = 1, on: int = 3, **more: Any) -> tuple[str, ...]:
    when = CONSENT + timedelta(days=on)
    return specimens.take_aliquots(participant, label, count, on=when, uow=house.work(), **more)


def assay(house: House, participant: str, label: str | None, on: int = 4, by: str = "coordinator", **more: Any) -> int:
    usual: dict[str, Any] = {"modality": "microbiota", "platform": "16S v4 pipeline 2.1", "passed": True}
    what = Assay(ran_on=CONSENT + timedelta(days=on), label=label, **usual | more)
    return specimens.record_assay(participant, what, files=house.files, uow=house.work(by))


def withdraw(house: House, participant: str, *scope: str) -> None:
    items = house.stored(participant, "IC")["items"]
    house.save(participant, "IC", {**items, "ICWDAT": WITHDRAWN, "ICWSCOPE": list(scope)}, reasons={"": "asked for it"})


def words(caught: Any) -> str:
    (finding,) = caught.value.findings
    return str(finding.text())


def state(house: House, participant: str, label: str) -> Any:
    kept = held(house.reader, participant, house.case(participant).crfs)
    return next(each for each in kept if each.label == label)


# --- the way of a specimen -----------------------------------------------------------------------------------------------


@on_both
def test_a_specimen_is_moved_divided_and_used_and_all_of_it_stands_in_the_journal(either: House) -> None:
    participant, label = registered(either)
    move(either, participant, label, "shipped", 2, place="courier")
    move(either, participant, label, "received", 3, place="core laboratory")
    move(either, participant, label, "stored", 3, place="freezer 2", temperature="-80")
    first, second = aliquots(either, participant, label, 2, amount="0.5", unit="mL")
    move(either, participant, first, "stored", 3, temperature="-80")
    move(either, participant, first, "thawed", 5)
    number = assay(either, participant, first, 5, uses_up=True)
    one, other, whole = (state(either, participant, each) for each in (first, second, label))
    assert (one.custody.state, one.custody.thaws, one.amount) == ("used", 1, "0.5 mL")
    assert (other.custody.state, other.custody.left) == ("received", True)
    assert (whole.custody.place, whole.custody.temperature) == ("freezer 2", "-80")
    assert [each["id"] for each in runs(either.reader, participant)] == [number]
    assert len(either.journal("site:specimen:moved", participant)) == 6
    assert len(either.journal("site:aliquot:made", participant)) == 2
    assert either.journal("site:assay:run", participant)[0]["body"].count('"consent":"IC/SCR/1"')
    assert verify(either.engine, files=either.files) == []


def test_labels_of_aliquots_go_on_where_the_last_ended_and_fit_their_check_character(house: House) -> None:
    participant, label = registered(house)
    made = (*aliquots(house, participant, label, 2), *aliquots(house, participant, label))
    assert [each.rpartition("-")[0][-3:] for each in made] == ["A01", "A02", "A03"]
    assert not any(map(mistyped, made))


def test_a_label_that_was_typed_wrongly_is_told_from_one_that_is_not_there(house: House) -> None:
    participant, label = registered(house)
    wrong = label[:-1] + ("0" if label[-1] != "0" else "1")
    for typed, expected in (
        (wrong, "is no label"),
        ("S-9", "is registered"),
        (specimen_label(participant, 9), "is registered"),
    ):
        with pytest.raises(Refused) as caught:
            move(house, participant, typed, "stored")
        assert expected in words(caught)
    move(house, participant, f"  {label.lower()} ", "stored")


REFUSED_MOVES = [
    (["used"], "stored", 3, "is used up: it cannot be stored now"),
    (["destroyed"], "used", 3, "is destroyed: it cannot be used up now"),
    ([], "thawed", 3, "is collected: it cannot be thawed now"),
    (["shipped"], "used", 3, "is shipped: it cannot be used up now"),
    ([], "stored", 1, "nothing can have happened to it before that day"),
    ([], "stored", 10_000, "The day lies in the future."),
    ([], "to-destroy", 3, "Say why it is to be destroyed."),
]


@pytest.mark.parametrize(("before", "what", "on", "expected"), REFUSED_MOVES)
def test_a_move_that_cannot_have_been_is_refused(
    house: House, before: list[str], what: str, on: int, expected: str
) -> None:
    participant, label = registered(house)
    for each in before:
        move(house, participant, label, each)
    moves = len(house.reader.all("custody"))
    with pytest.raises(Refused) as caught:
        move(house, participant, label, what, on)
    assert expected in words(caught)
    assert len(house.reader.all("custody")) == moves


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"count": 0}, "Between 1 and 20"),
        ({"count": 21}, "Between 1 and 20"),
        ({"amount": "none"}, "is no amount"),
        ({"amount": "0"}, "is no amount"),
        ({"amount": "NaN"}, "is no amount"),
        ({"on": 1}, "before that day"),
    ],
)
def test_aliquots_that_cannot_be_are_refused(house: House, more: dict[str, Any], expected: str) -> None:
    participant, label = registered(house)
    with pytest.raises(Refused) as caught:
        aliquots(house, participant, label, **more)
    assert expected in words(caught)
    assert house.reader.all("aliquot") == []


def test_an_aliquot_is_not_divided_again_and_what_is_gone_not_at_all(house: House) -> None:
    participant, label = registered(house)
    (part,) = aliquots(house, participant, label)
    with pytest.raises(Refused) as caught:
        aliquots(house, participant, part)
    assert "is an aliquot" in words(caught)
    move(house, participant, label, "destroyed", reason="spilled")
    with pytest.raises(Refused) as caught:
        aliquots(house, participant, label)
    assert "no aliquot can be taken" in words(caught)


# --- the consent ---------------------------------------------------------------------------------------------------------

USES = {
    "aliquot": lambda h, p, s: aliquots(h, p, s, on=120),
    "used": lambda h, p, s: move(h, p, s, "used", 120),
    "assay": lambda h, p, s: assay(h, p, s, 120),
}


@pytest.mark.requirement("R45")
@pytest.mark.parametrize("scope", [("SAMPLES",), ("SAMPLES", "VISITS"), ()])
@pytest.mark.parametrize("use", USES)
def test_after_samples_were_withdrawn_nothing_is_used_and_the_attempt_is_kept(
    house: House, use: str, scope: tuple[str, ...]
) -> None:
    participant, label = registered(house)
    withdraw(house, participant, *scope)
    with pytest.raises(Refused) as caught:
        USES[use](house, participant, label)
    assert f"Consent for this was withdrawn on {WITHDRAWN}" in words(caught)
    assert house.reader.all("aliquot") == house.reader.all("custody") == house.reader.all("assay_run") == []
    (kept,) = house.journal("site:specimen:refused", participant)
    assert '"why":"withdrawn"' in kept["body"]


@pytest.mark.parametrize("use", USES)
def test_a_withdrawal_from_visits_alone_leaves_the_specimens(house: House, use: str) -> None:
    participant, label = registered(house)
    withdraw(house, participant, "VISITS")
    USES[use](house, participant, label)


def test_what_was_withdrawn_may_be_marked_sent_and_destroyed(house: House) -> None:
    participant, label = registered(house)
    withdraw(house, participant, "SAMPLES")
    move(house, participant, label, "to-destroy", 121, reason="consent withdrawn")
    move(house, participant, label, "shipped", 121, place="to the core laboratory")
    with pytest.raises(Refused):
        move(house, participant, label, "used", 122)
    move(house, participant, label, "received", 122)
    move(house, participant, label, "destroyed", 122)
    assert state(house, participant, label).custody.state == "destroyed"


def test_an_image_needs_the_consent_to_the_study_and_not_to_samples(house: House) -> None:
    """SCREENED did not agree to samples: a stool assay has no specimen there, a radiomics run on an image may be recorded."""
    from trial.store.files import register

    with house.work() as uow:
        from trial.happenings import FileStored

        stored = house.files.put(b"an image")
        register(uow, stored, SCREENED, name="x", media_type="dicom-zip")
        uow.record(FileStored(stored.sha256, participant=SCREENED))
        uow.commit()
    assay(house, SCREENED, None, modality="radiomics", platform="mirp 2.5.0", image=stored.sha256)
    (ran,) = runs(house.reader, SCREENED)
    assert (ran["image"], ran["label"], ran["consent"]) == (stored.sha256, None, "IC/SCR/1")
    withdraw(house, SCREENED)
    with pytest.raises(Refused) as caught:
        assay(house, SCREENED, None, 120, modality="radiomics", platform="mirp 2.5.0", image=stored.sha256)
    assert "withdrawn" in words(caught)


# --- the assay -----------------------------------------------------------------------------------------------------------


def test_the_table_of_an_assay_is_the_participants_and_as_it_was_kept(house: House) -> None:
    participant, label = registered(house)
    other = sampled(house)
    take(house, "taxa", row("taxa", other))
    theirs = house.stored(other, "MIC")["items"]["MICFILE"]["sha256"]
    for digest in (theirs, "0" * 64):
        with pytest.raises(Refused) as caught:
            assay(house, participant, label, table=digest)
        assert "no such file of this participant" in words(caught)
    take(house, "taxa", row("taxa", participant))
    own = house.stored(participant, "MIC")["items"]["MICFILE"]["sha256"]
    assay(house, participant, label, table=own)
    for path in house.files.root.rglob("*"):
        if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == own:
            path.chmod(0o600)
            path.write_bytes(b"another")
    with pytest.raises(Refused):
        assay(house, participant, label, table=own)


def test_an_assay_with_another_platform_than_the_batch_is_refused(house: House) -> None:
    from trial.actions import batches
    from trial.omics.harmonise import Batch

    participant, label = registered(house)
    batches.state(Batch("microbiota", "run 7", "01", "16S v4 pipeline 2.1"), uow=house.work("data_manager"))
    with pytest.raises(Refused) as caught:
        assay(house, participant, label, platform="16S v3 pipeline 1.0")
    assert "Batch run 7 of the site is measured with 16S v4 pipeline 2.1" in words(caught)
    assay(house, participant, label)
    assert runs(house.reader, participant)[0]["batch"] is not None
    with pytest.raises(Refused) as caught:
        assay(house, participant, label, platform=" ")
    assert "Say with what it was measured" in words(caught)


def test_what_is_used_up_has_no_second_assay(house: House) -> None:
    participant, label = registered(house)
    assay(house, participant, label, uses_up=True)
    with pytest.raises(Refused) as caught:
        assay(house, participant, label)
    assert "no assay can be run on it" in words(caught)


def test_a_source_is_one_specimen_or_one_image(house: House) -> None:
    participant, label = registered(house)
    for more in ({"label": None}, {"label": label, "image": "0" * 64}):
        with pytest.raises(NotFound):
            assay(house, participant, more.pop("label"), **more)
    with pytest.raises(NotFound):
        assay(house, participant, label, modality="astrology")


# --- the chain -----------------------------------------------------------------------------------------------------------


def test_the_model_input_leads_back_to_the_consent(house: House) -> None:
    participant, label = registered(house)
    take(house, "taxa", row("taxa", participant))
    digest = house.stored(participant, "MIC")["items"]["MICFILE"]["sha256"]
    call = {"inputs": [{"name": "roseburia", "modality": "microbiota", "source": "MIC/SCR/1#1"}]}

    def walked() -> Any:
        (found,) = chains_of(house.reader, participant, house.case(participant).crfs, call, house.files)
        return found

    assert walked().held == "no-run"
    (part,) = aliquots(house, participant, label)
    number = assay(house, participant, part, table=digest)
    found = walked()
    assert (found.held, found.table, found.run, found.aliquot, found.specimen, found.consent) == (
        "whole", digest, number, part, label, "IC/SCR/1",
    )  # fmt: skip
    for path in [p for p in house.files.root.rglob("*") if p.is_file()]:
        path.unlink()
    assert walked().held == "file"


@on_both
def test_a_name_in_what_was_written_of_a_specimen_can_be_taken_out_and_nothing_else_changed(either: House) -> None:
    participant, label = registered(either)
    move(either, participant, label, "stored", place="freezer of Zhang Wei")
    assay(either, participant, label, laboratory="Zhang Wei")
    order = redact.Order(participant, "Zhang Wei", "a name, not a place", "investigator01", PASSWORD)
    redact.redact(order, uow=either.work("data_manager"))
    assert "Zhang Wei" not in (state(either, participant, label).custody.place or "")
    assert "Zhang Wei" not in runs(either.reader, participant)[0]["laboratory"]
    assert not any("Zhang Wei" in row["body"] for row in either.journal("site:specimen:moved", participant))
    assert verify(either.engine, files=either.files) == []


@on_both
@pytest.mark.parametrize("table", ["custody", "aliquot", "batch", "assay_run"])
def test_what_was_recorded_is_never_changed(either: House, table: str) -> None:
    participant, label = registered(either)
    move(either, participant, label, "stored")
    assay(either, participant, *aliquots(either, participant, label, on=4))
    state_batch(either, "b1")
    assert either.reader.all(table)
    for statement in (
        metadata.tables[table].update().values(at=either.clock.now()),
        metadata.tables[table].delete(),
    ):
        with pytest.raises(DBAPIError, match="append-only"), either.engine.begin() as connection:
            connection.execute(statement)


# --- who ----------------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R03")
@pytest.mark.parametrize("role", ROLES)
def test_each_role(house: House, role: str) -> None:
    participant, label = registered(house)
    if may(role, "specimen.handle"):
        return move(house, participant, label, "stored", by=role)
    with pytest.raises((NotAllowed, NotFound)):
        move(house, participant, label, "stored", by=role)
    return None


@pytest.mark.requirement("R04")
def test_another_sites_specimen_is_not_there(house: House) -> None:
    registered(house, "S-2", site="02")
    with pytest.raises(NotFound):
        move(house, ELSEWHERE, "S-2", "stored")


def test_a_frozen_participant_moves_nothing(house: House) -> None:
    participant, label = registered(house)
    hold.place("freeze", Scope(participant=participant), "monitoring", uow=house.work("data_manager"))
    with pytest.raises(NotOpen):
        move(house, participant, label, "stored")


# --- the page ------------------------------------------------------------------------------------------------------------


def test_the_page_tells_all_of_it_and_takes_each_step(house: House, desk: Any) -> None:
    participant, label = registered(house)
    client = desk.client("coordinator01")
    address = f"/participants/{participant}/specimens"
    assert address in client.get(f"/participants/{participant}").text
    day_ = TODAY.isoformat()
    client.post(
        f"{address}/moves", {"label": label, "move": "stored", "on": day_, "place": "freezer 9", "temperature": "-80"}
    )
    client.post(f"{address}/aliquots", {"label": label, "count": "2", "amount": "0.5", "unit": "mL", "on": day_})
    part = next(row["label"] for row in house.reader.all("aliquot", order_by="label"))
    sent = {
        "label": part,
        "modality": "microbiota",
        "platform": "pipeline 2",
        "quality": "PASS",
        "on": day_,
        "uses_up": "y",
    }
    client.post(f"{address}/assays", sent)
    page = client.get(address).text
    assert all(
        each in page for each in (label, part, "freezer 9", "-80 °C", "0.5 mL", "used up", "pipeline 2", "IC/SCR/1")
    )
    drawn = desk.client("coordinator01").get(f"{address}/{part}/label.svg")
    assert drawn.status_code == 200 and drawn.headers["Content-Type"] == "image/svg+xml" and "<svg" in drawn.text
    assert desk.client("coordinator01").get(f"{address}/S-404/label.svg").status_code == 404


def test_a_refusal_is_said_on_the_page_and_withdrawn_specimens_are_to_be_destroyed(house: House, desk: Any) -> None:
    participant, label = registered(house)
    client = desk.client("coordinator01")
    address = f"/participants/{participant}/specimens"
    client.post(f"{address}/moves", {"label": label, "move": "thawed"})
    assert "it cannot be thawed now" in client.get(address).text
    withdraw(house, participant, "SAMPLES")
    page = client.get(address).text
    assert "to be destroyed" in page and "Consent for this was withdrawn" in page
    assert "Take aliquots" not in page


@pytest.mark.requirement("R04")
def test_the_page_of_another_sites_participant_is_not_there(desk: Any) -> None:
    assert desk.client("coordinator01").get(f"/participants/{ELSEWHERE}/specimens").status_code == 404


def test_a_monitor_reads_and_moves_nothing(house: House, desk: Any) -> None:
    participant, label = registered(house)
    client = desk.client("monitor01")
    page = client.get(f"/participants/{participant}/specimens").text
    assert label in page and 'name="move"' not in page
    assert (
        client.post(f"/participants/{participant}/specimens/moves", {"label": label, "move": "stored"}).status_code
        == 403
    )
