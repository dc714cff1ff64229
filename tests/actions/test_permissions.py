"""Every role against every action. The table below is written out by hand from PROTOCOL 10, not read from the code."""

from collections.abc import Callable
from datetime import date

import pytest

from tests.actions.house import (
    CONSENTED,
    ELSEWHERE,
    ENROLLED,
    KEY,
    PREDICTED,
    READY,
    RESTAGED,
    SCREENED,
    SCREENING,
    House,
    day,
)
from trial import roles
from trial.actions import drafts, enter, people, setup, sign
from trial.actions.allocate import request_randomisation
from trial.actions.entry import Entry
from trial.actions.participants import add_participant
from trial.actions.predict import call_model, show_prediction
from trial.actions.upload import upload
from trial.actor import Actor
from trial.errors import NotAllowed, NotFound, Refused, VigilError

SITE_STAFF = {"coordinator", "investigator"}
Action = Callable[[House, Actor], object]


def _save(participant: str, form: str, items: dict, event: str = "SCR", **options: object) -> Action:
    return lambda house, actor: house.save(participant, form, items, event, by=actor, **options)


def _sign(house: House, actor: Actor) -> object:
    return house.sign(SCREENED, "MRI0", by=actor)


def _estimate(house: House, actor: Actor) -> object:
    entry = house.entry(RESTAGED, "PRE", {"PREDAT": day(128), "PRECR": "70", "PRESTRAT": "WW"}, "DEC")
    return sign.save_and_sign(entry, password="correct horse battery", uow=house.work(actor))


def _serious(house: House, actor: Actor) -> object:
    items = {"SAEEXP": "UNEXPECTED"} if actor.role == "safety_officer" else {"SAEREP": "INITIAL"}
    return house.save(ENROLLED, "SAE", items, "ANY", by=actor)


ACTIONS: dict[str, tuple[Action, set[str]]] = {
    "add a participant": (lambda h, a: add_participant("01", uow=h.work(a)), SITE_STAFF),
    "enter a CRF": (_save(CONSENTED, "DM", SCREENING["DM"]), SITE_STAFF),
    "enter a specimen": (_save(ENROLLED, "MOL", {"MOLDAT": day(20)}), SITE_STAFF | {"laboratory"}),
    "report a serious event": (_serious, SITE_STAFF | {"safety_officer"}),
    "keep a draft": (lambda h, a: drafts.keep_draft(Entry(CONSENTED, "SCR", "DM"), uow=h.work(a)), SITE_STAFF),
    "preview a CRF": (lambda h, a: enter.preview(Entry(CONSENTED, "SCR", "DM"), uow=h.work(a)), SITE_STAFF),
    "remove a CRF": (lambda h, a: enter.remove_crf(Entry(SCREENED, "SCR", "MH", based_on=1), "wrong", uow=h.work(a)), SITE_STAFF),
    "upload a file": (
        lambda h, a: upload(ENROLLED, "RAD", "RADFILE", b"feature,value\na,1\n", files=h.files, uow=h.work(a)),
        SITE_STAFF | {"laboratory"},
    ),
    "sign a CRF": (_sign, {"investigator"}),
    "confirm eligibility": (_save(SCREENED, "ELIG", {"ELIGCONF": "Y", "ELIGDAT": day(10)}), {"investigator"}),
    "record the own estimate": (_estimate, {"investigator"}),
    "record the decision": (_save(PREDICTED, "DEC", {"M1NOW": "N"}, "DEC"), {"investigator"}),
    "call the model": (lambda h, a: call_model(PREDICTED, uow=h.work(a), model=h.model, files=h.files), {"investigator"}),
    "see a prediction": (lambda h, a: show_prediction(PREDICTED, 1, uow=h.work(a)), SITE_STAFF | {"monitor", "data_manager", "auditor"}),
    "request randomisation": (lambda h, a: request_randomisation(READY, uow=h.work(a), key=KEY), SITE_STAFF),
    "close accrual": (lambda h, a: setup.close_randomisation(uow=h.work(a)), {"data_manager"}),
    "manage people": (lambda h, a: people.add_person("new", "New", uow=h.work(a), quick=True), {"administrator"}),
    "open a site": (
        lambda h, a: setup.open_site("09", "Nine", uow=h.work(a), opened_on=date(2026, 1, 1), consent_versions=()), {"administrator"},
    ),
}  # fmt: skip


ALLOWED = [(what, role) for what, (_, allowed) in ACTIONS.items() for role in sorted(allowed)]


@pytest.mark.parametrize(("what", "role"), ALLOWED, ids=[f"{role}: {what}" for what, role in ALLOWED])
def test_a_role_does_what_the_protocol_lets_it_do(house: House, what: str, role: str) -> None:
    action, _ = ACTIONS[what]
    action(house, house.actor(role))


@pytest.mark.parametrize("what", ACTIONS)
def test_nobody_else_does_it_and_the_attempt_writes_nothing(house: House, what: str) -> None:
    action, allowed = ACTIONS[what]
    before = house.state()
    for role in roles.ROLES.keys() - allowed:
        with pytest.raises(NotAllowed):
            action(house, house.actor(role))
    assert house.state() == before


OF_A_PARTICIPANT = {
    "enter a CRF": _save(ELSEWHERE, "MRI0", SCREENING["MRI0"]),
    "preview a CRF": lambda h, a: enter.preview(Entry(ELSEWHERE, "SCR", "DM"), uow=h.work(a)),
    "keep a draft": lambda h, a: drafts.keep_draft(Entry(ELSEWHERE, "SCR", "DM"), uow=h.work(a)),
    "remove a CRF": lambda h, a: enter.remove_crf(Entry(ELSEWHERE, "SCR", "MH", based_on=1), "wrong", uow=h.work(a)),
    "upload": lambda h, a: upload(ELSEWHERE, "RAD", "RADFILE", b"a,1\n", files=h.files, uow=h.work(a)),
    "sign": lambda h, a: sign.sign_crf(ELSEWHERE, "SCR", "ELIG", 1, seen="", password="x", uow=h.work(a)),
    "call the model": lambda h, a: call_model(ELSEWHERE, uow=h.work(a), model=h.model, files=h.files),
    "see a prediction": lambda h, a: show_prediction(ELSEWHERE, 1, uow=h.work(a)),
    "randomise": lambda h, a: request_randomisation(ELSEWHERE, uow=h.work(a), key=KEY),
}


@pytest.mark.parametrize("what", OF_A_PARTICIPANT)
def test_another_sites_participant_is_not_there_whatever_the_role_may_do(house: House, what: str) -> None:
    before = house.state()
    for role in ("coordinator", "investigator", "monitor", "laboratory"):
        with pytest.raises(NotFound):
            OF_A_PARTICIPANT[what](house, house.actor(role, "01"))
    assert house.state() == before


def test_a_participant_that_does_not_exist_looks_the_same_as_another_sites(house: House) -> None:
    said = []
    for participant in (ELSEWHERE, "VG-02-9999"):
        with pytest.raises(NotFound) as missing:
            house.post(Entry(participant, "SCR", "DM"), by=house.actor("coordinator", "01"))
        said.append((missing.value.what, set(missing.value.key)))
    assert said[0] == said[1]


def test_a_coordinator_adds_participants_at_the_own_site_only(house: House) -> None:
    with pytest.raises(NotAllowed):
        add_participant("02", uow=house.work(house.actor("coordinator", "01")))


def test_a_right_that_was_revoked_is_gone_with_the_next_action(house: House) -> None:
    who = house.actor("coordinator")
    held = house.reader.the("assignment", person_id=who.person_id)
    people.revoke(held["id"], uow=house.work("administrator"))
    with pytest.raises(KeyError):
        house.actor("coordinator")


def test_a_role_nobody_declared_may_do_nothing(house: House) -> None:
    stranger = Actor(house.actor().person_id, "Stranger", "superuser", None)
    for action, _ in ACTIONS.values():
        with pytest.raises(NotAllowed):
            action(house, stranger)


# --- items of other roles ---------------------------------------------------------------------------------------------

SERIOUS = {"SAEREP": "INITIAL", "SAEAWARE": f"{day(30)} 08:30", "SAENARR": "fever after cycle 1"}


def test_causality_is_the_investigators(house: House) -> None:
    with pytest.raises(Refused) as refused:
        house.save(ENROLLED, "SAE", SERIOUS | {"SAECAUSI": "RELATED"}, "ANY")
    assert [(f.item, f.id) for f in refused.value.findings] == [("SAECAUSI", "SAECAUSI:role")]
    assert (
        "SAECAUSI" in house.save(ENROLLED, "SAE", SERIOUS | {"SAECAUSI": "RELATED"}, "ANY", by="investigator").changed
    )


def test_expectedness_is_the_safety_officers_who_changes_nothing_else(house: House) -> None:
    house.save(ENROLLED, "SAE", SERIOUS, "ANY")
    house.save(ENROLLED, "SAE", {"SAEEXP": "UNEXPECTED"}, "ANY", by="safety_officer")
    assert house.stored(ENROLLED, "SAE", "ANY")["items"]["SAENARR"] == "fever after cycle 1"
    with pytest.raises(Refused):
        house.save(ENROLLED, "SAE", {"SAEEXP": "UNEXPECTED", "SAENARR": "rewritten"}, "ANY", by="safety_officer")
    with pytest.raises(Refused):
        house.save(ENROLLED, "SAE", SERIOUS | {"SAEEXP": "EXPECTED"}, "ANY", by="coordinator", reasons={"": "surely"})


def test_the_laboratory_fills_in_the_slide_and_cannot_take_the_biopsy_away(house: House) -> None:
    house.save(SCREENED, "PATH", {"QCSLIDE": "PASS", "TUMCELL": "60"}, by="laboratory", reasons={"": "slide arrived"})
    stored = house.stored(SCREENED, "PATH")["items"]
    assert stored["HISTO"] == "ADENO" and (stored["QCSLIDE"], stored["TUMCELL"]) == ("PASS", 60)
    with pytest.raises(Refused):
        house.save(SCREENED, "PATH", {"HISTO": "OTHER"}, by="laboratory", reasons={"": "looks odd"})


def test_what_comes_back_unchanged_is_no_change(house: House) -> None:
    house.save(ENROLLED, "SAE", SERIOUS | {"SAECAUSI": "RELATED"}, "ANY", by="investigator")
    both = SERIOUS | {"SAECAUSI": "RELATED", "SAENARR": "fever and rigors after cycle 1"}
    assert house.save(ENROLLED, "SAE", both, "ANY", reasons={"": "follow-up"}).changed == ("SAENARR",)


def test_a_file_goes_to_an_item_that_takes_files(house: House) -> None:
    for form, item in (("DM", "SEX"), ("RAD", "NOITEM"), ("XX", "FILE")):
        with pytest.raises(VigilError) as refused:
            upload(ENROLLED, form, item, b"a,1\n", files=house.files, uow=house.work())
        assert isinstance(refused.value, NotFound | NotAllowed)
