"""Chapter: one stored row a form that is expected or entered. Missing, overdue and complete are one query on these rows."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms.catalogue import current, definitions
from forms.checks import findings
from forms.dependence import dependence
from tests.actions.house import CONSENTED, ENROLLED, READY, RESTAGED, SCREENED, SCREENING, House, day
from tests.actions.rooms import on_both
from tests.office.work import row
from trial.actions import due, enter
from trial.standing import concerns, standing
from trial.store import office

NEWEST = {oid: current(oid) for oid, _version in definitions()}


def rows(house: House, participant: str) -> list[dict]:
    return sorted(house.reader.all("due", participant=participant), key=repr)


def test_an_expected_form_is_required_until_it_is_entered(house: House) -> None:
    assert row(house, CONSENTED, "DM")["state"] == "required"
    house.save(CONSENTED, "DM", SCREENING["DM"])
    assert row(house, CONSENTED, "DM")["state"] == "entered"


def test_a_form_marked_not_done_is_not_required_any_more(house: House) -> None:
    house.save(CONSENTED, "MRI0", not_done={"reason": "claustrophobia", "on": ""})
    assert row(house, CONSENTED, "MRI0")["state"] == "not_done"


def test_what_death_cancels_stays_as_a_row_with_its_reason(house: House) -> None:
    house.save(RESTAGED, "DTH", {"DTHDAT": day(125), "DTHCAUS": "OTHER"}, "ANY")
    cancelled = [r for r in rows(house, RESTAGED) if r["state"] == "not_required"]
    assert cancelled
    assert {r["reason"] for r in cancelled} == {"The participant died before it fell due."}


def test_a_removed_form_is_required_again_if_it_is_expected_and_gone_if_it_is_not(house: House) -> None:
    house.save(SCREENED, "CM", {"CMTRT": "Aspirin"}, "ANY")
    enter.remove_crf(house.entry(SCREENED, "CM", event="ANY"), "not taken", uow=house.work())
    enter.remove_crf(house.entry(SCREENED, "CT0"), "another person's", uow=house.work())
    assert house.reader.one("due", participant=SCREENED, form="CM") is None
    assert row(house, SCREENED, "CT0")["state"] == "required"


def test_an_open_required_answer_is_counted(house: House) -> None:
    house.save(CONSENTED, "DM", {"SEX": "F"})
    wanted = sum(i.required is True and i.stored for i in current("DM").items) - 1
    assert row(house, CONSENTED, "DM")["missing"] == wanted


@on_both
def test_a_form_becomes_incomplete_when_another_form_asks_more_of_it(either: House) -> None:
    """WOCBP on MH is asked of women: DM says who is one."""
    participant = either.screened()
    assert row(either, participant, "MH")["missing"] == 0
    either.save(participant, "DM", SCREENING["DM"] | {"SEX": "F"}, reasons={"": "mixed up"})
    assert row(either, participant, "MH")["missing"] > 0


@pytest.mark.parametrize("form", sorted(NEWEST))
def test_whatever_a_form_reads_is_a_form_there_is(form: str) -> None:
    found = dependence(NEWEST[form], NEWEST)
    assert found.anywhere | found.here <= NEWEST.keys()


STAGES = (SCREENED, ENROLLED, RESTAGED, READY)


@on_both
def test_rows_made_save_by_save_are_the_rows_made_at_once(either: House) -> None:
    """What one save leaves alone must be what looking at everything would say."""
    before = {p: rows(either, p) for p in STAGES}
    due.rebuild(uow=either.work())
    assert {p: rows(either, p) for p in STAGES} == before


EDITS = (
    ("DM", {"SEX": "F"}), ("DM", {"SEX": "M"}), ("MH", {"AUTOIMM": "Y"}), ("PLAN", {"REGIMEN": "LCRT_IO"}),
    ("PATH", {"ENDODIST": "9"}), ("PATH", {"HISTO": "OTHER"}), ("MRI0", {"DISTAV": "101"}), ("MRI0", {"CTCAT": "cT2"}),
    ("CT0", {"CM": "M1"}), ("CT0", {"CM": "M0"}), ("IC", {"ICSAMP": "Y"}), ("MRI0", {"MRIDAT": day(-90)}),
)  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(EDITS), min_size=1, max_size=4))
def test_so_it_is_after_any_sequence_of_corrections(house: House, edits: list) -> None:
    participant = house.screened()
    for form, changed in edits:
        stored = house.stored(participant, form)["items"]
        entry = house.entry(participant, form, stored | changed, reasons={"": "corrected"})
        said = enter.preview(entry, uow=house.work()).findings
        if any(f.level in ("hard", "problem") for f in said):
            continue
        house.save(
            participant, form, stored | changed, reasons={"": "corrected"},
            confirmed={f.key: "so it was" for f in said if f.level == "soft"},
        )  # fmt: skip
    before = rows(house, participant)
    due.rebuild(uow=house.work())
    assert rows(house, participant) == before


def test_a_form_that_reads_another_is_looked_at_and_one_that_does_not_is_not(house: House) -> None:
    crfs = {c.form: c for c in house.case(READY).crfs}
    assert concerns(crfs["DM"], crfs["MH"])
    assert concerns(crfs["PATH"], crfs["MRI0"])
    assert not concerns(crfs["PATH"], crfs["DM"])
    assert not concerns(crfs["MRI0"], crfs["PLAN"])


def test_a_standing_says_what_the_findings_say(house: House) -> None:
    case = house.case(READY)
    for crf in case.crfs:
        if crf.counts:
            stood, said = standing(case.record(crf.event), crf), findings(case.record(crf.event), crf)
            assert stood.missing == sum(f.level == "missing" for f in said)


def test_figures_by_site_come_from_the_rows(house: House) -> None:
    figures = office.standing_by_site(house.reader, frozenset({"01"}))
    assert {f["site_code"] for f in figures} == {"01"}
    stored = [r for r in house.reader.all("due") if r["participant"].startswith("VG-01")]
    assert sum(f["forms"] for f in figures) == len(stored)
    assert sum(f["missing"] for f in figures) == sum(r["missing"] for r in stored)


def test_a_form_that_turns_out_not_to_be_done_lacks_nothing(house: House) -> None:
    house.save(CONSENTED, "DM", {"SEX": "F"})
    house.save(CONSENTED, "DM", not_done={"reason": "left at once", "on": ""}, reasons={"": "not done after all"})
    assert {name: row(house, CONSENTED, "DM")[name] for name in due.LACKS} == dict.fromkeys(due.LACKS[:2], 0) | {
        "to_verify": 1
    }


def test_rows_are_made_again_when_the_rules_are_others_and_only_then(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(house, SCREENED)
    everyone = len(house.reader.all("participant"))
    assert due.rebuild_if_rules_changed(uow=house.work()) == everyone
    assert due.rebuild_if_rules_changed(uow=house.work()) is None
    monkeypatch.setattr(due, "rules_digest", lambda: "of another release")
    with (uow := house.work()):
        uow.drop("due", {"participant": SCREENED})
        uow.commit()
    assert due.rebuild_if_rules_changed(uow=house.work()) == everyone
    assert rows(house, SCREENED) == before
    assert len(house.journal("system:due:derived")) == 2
