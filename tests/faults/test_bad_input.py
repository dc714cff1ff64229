"""What people and machines really send: each gets a message in words, and nothing of it is half-saved."""

import pytest

from tests.actions.house import CONSENTED, ELSEWHERE, ENROLLED, RESTAGED, SCREENED, SCREENING, House, day
from tests.actions.rooms import on_both
from trial.actions import enter, sign
from trial.actions.entry import Entry
from trial.errors import ConfirmationNeeded, ContentChanged, NotFound, NotOpen, Refused, StaleRevision, UnstorableText

MRI, PERSON, CONSENT_FORM = SCREENING["MRI0"], SCREENING["DM"], SCREENING["IC"]
ROW = {"LBTEST": "CEA", "LBOPER": "=", "LBORRES": "3.0", "LBORRESU": "ug/L"}


def said(
    house: House, form: str, items: dict, participant: str = CONSENTED, event: str = "SCR", **options: object
) -> str:
    """What a refusal says, in words; and that it wrote nothing at all."""
    before = house.state()
    with pytest.raises(Refused) as refused:
        house.save(participant, form, items, event, **options)
    assert house.state() == before
    return " ".join(f.text() for f in refused.value.findings)


WRONG = [
    ("a day that is not", "MRI0", MRI | {"MRIDAT": "2026-02-30"}, "that month has no such day"),
    ("a month that is not", "MRI0", MRI | {"MRIDAT": "2026-13-01"}, "no such month"),
    ("29 February of a common year", "MRI0", MRI | {"MRIDAT": "2025-02-29"}, "no such day"),
    ("a year of the nineteenth century", "DM", PERSON | {"BRTHDAT": "1061-04-30"}, "not one a person alive could have"),
    ("a year before 1900", "DM", PERSON | {"BRTHDAT": "1899-12-31"}, "not one a person alive could have"),
    ("a spreadsheet's first day", "DM", PERSON | {"BRTHDAT": "0000-00-00"}, "0000"),
    ("two digits for a year", "DM", PERSON | {"BRTHDAT": "61-04-30"}, "is not a date"),
    ("the day first", "DM", PERSON | {"BRTHDAT": "30.04.1961"}, "is not a date"),
    ("a date in the future", "MRI0", MRI | {"MRIDAT": "2026-06-02"}, "cannot be above or after"),
    ("a day too many in a partial date", "DM", PERSON | {"BRTHDAT": "1961-02-30"}, "no such day"),
    ("text in a number", "MRI0", MRI | {"DISTAV": "sixty"}, "“sixty” is not a number"),
    ("a unit in a number", "MRI0", MRI | {"DISTAV": "60 mm"}, "is not a number"),
    ("infinity", "MRI0", MRI | {"DISTAV": "inf"}, "is not a number"),
    ("not a number", "MRI0", MRI | {"DISTAV": "NaN"}, "is not a number"),
    ("an exponent", "MRI0", MRI | {"DISTAV": "6e1"}, "is not a number"),
    ("a formula", "MRI0", MRI | {"DISTAV": "=60"}, "is not a number"),
    ("a number without end", "MRI0", MRI | {"DISTAV": "9" * 300}, "is not a number"),
    ("a decimal comma", "MRI0", MRI | {"DISTAV": "60,5"}, "did you mean 60.5?"),
    ("full-width digits", "MRI0", MRI | {"DISTAV": "６０"}, "did you mean 60?"),
    ("a Chinese full stop", "MRI0", MRI | {"DISTAV": "60。5"}, "did you mean 60.5?"),
    ("a Chinese comma", "MRI0", MRI | {"DISTAV": "60，5"}, "did you mean 60.5?"),
    ("Arabic digits", "MRI0", MRI | {"DISTAV": "٦٠"}, "“٦٠”"),
    ("full-width digits in a date", "MRI0", MRI | {"MRIDAT": "２０２６-０１-０２"}, "did you mean 2026-01-02?"),
    ("decimals in a whole number", "PATH", SCREENING["PATH"] | {"TUMCELL": "60.5"}, "whole number"),
    ("too many decimals", "MRI0", MRI | {"DISTAV": "60.55"}, "At most 1 decimals"),
    ("a negative distance", "MRI0", MRI | {"DISTAV": "-1"}, "0 mm to 250 mm"),
    ("an unknown code", "MRI0", MRI | {"CTCAT": "cT9"}, "not one of the answers"),
    ("a code in lower case", "DM", PERSON | {"SEX": "m"}, "not one of the answers"),
    ("a decode for a code", "MRI0", MRI | {"MRF": "no"}, "not one of the answers"),
    ("neither yes nor no", "MRI0", MRI | {"LPLN": "maybe"}, "neither yes nor no"),
    ("a boolean", "MRI0", MRI | {"LPLN": True}, "This is not text"),
    ("a list for one answer", "MRI0", MRI | {"CTCAT": ["cT2"]}, "This is not text"),
    ("an object for one answer", "MRI0", MRI | {"CTCAT": {"$ne": ""}}, "This is not text"),
    ("an item of another form", "MRI0", MRI | {"HISTO": "ADENO"}, "has no item “HISTO”"),
    ("a calculated item", "DM", PERSON | {"BMI": "23"}, "has no item “BMI”"),
    ("an item nobody has", "MRI0", MRI | {"__proto__": "x"}, "has no item “__proto__”"),
    ("a megabyte in a number", "MRI0", MRI | {"DISTAV": "6" * 2**20}, "too long: 1048576 characters"),
    ("NUL", "PATH", SCREENING["PATH"] | {"HISTO": "OTHER", "HISTOOTH": "carci\x00noid"}, "invisible control character (U+0000)"),
    ("an escape sequence", "PATH", SCREENING["PATH"] | {"HISTO": "OTHER", "HISTOOTH": "\x1b[31mred"}, "U+001B"),
    ("right-to-left override", "PATH", SCREENING["PATH"] | {"HISTO": "OTHER", "HISTOOTH": "dior\u202enic"}, "reverses the reading"),
    ("half a surrogate pair", "PATH", SCREENING["PATH"] | {"HISTO": "OTHER", "HISTOOTH": "\ud83d"}, "U+D83D"),
    ("a megabyte of text", "PATH", SCREENING["PATH"] | {"HISTO": "OTHER", "HISTOOTH": "x" * 2**20}, "at most 10000 are kept"),
    ("a birth date after consent", "DM", PERSON | {"BRTHDAT": "2026-02-01"}, "lies after the consent"),
    ("a consent version the site does not have", "IC", CONSENT_FORM | {"ICVER": "9.9"}, "not a consent form version of this site"),
    ("a full birth date, almost", "MRI0", MRI | {"MRIDAT": "2026-01"}, "needs year, month and day"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "form", "items", "words"), WRONG, ids=[row[0] for row in WRONG])
def test_what_cannot_be_read_or_cannot_be_true_is_refused_in_words(
    house: House, what: str, form: str, items: dict, words: str
) -> None:
    options = {"reasons": {"": "corrected"}} if form == "IC" else {}
    assert words in said(house, form, items, **options)


def test_text_of_the_world_is_kept_as_it_is(house: House) -> None:
    words = "低分化腺癌，请复核 — “naïve” 🙂 عربي"
    house.save(CONSENTED, "PATH", SCREENING["PATH"] | {"HISTO": "OTHER", "HISTOOTH": words})
    assert house.stored(CONSENTED, "PATH")["items"]["HISTOOTH"] == words


@on_both
def test_markup_is_text(either: House) -> None:
    words = "<script>alert(1)</script>'; DROP TABLE crf; --"
    either.save(CONSENTED, "PATH", SCREENING["PATH"] | {"HISTO": "OTHER", "HISTOOTH": words})
    assert either.stored(CONSENTED, "PATH")["items"]["HISTOOTH"] == words


def test_centimetres_for_millimetres_are_asked_about_with_the_value_meant(house: House) -> None:
    with pytest.raises(ConfirmationNeeded) as asked:
        house.save(CONSENTED, "MRI0", MRI | {"DISTAV": "8"})
    assert "8 cm = 80 mm?" in asked.value.findings[0].text()


def test_a_partial_date_that_cannot_be_told_accuses_nobody(house: House) -> None:
    # Consent is on 5 January 2026; "2026" may be before it or after.
    assert house.save(CONSENTED, "MH", SCREENING["MH"] | {"PRIORMAL": "Y"}, groups={"PM": [
        {"PMTYPE": "BCC", "PMDAT": "2026", "PMCURED": "Y"}]}).complete  # fmt: skip


def test_a_partial_date_that_is_certainly_too_late_is_refused(house: House) -> None:
    rows = [{"PMTYPE": "BCC", "PMDAT": "2026-02", "PMCURED": "Y"}]
    assert "cannot be above or after" in said(house, "MH", SCREENING["MH"] | {"PRIORMAL": "Y"}, groups={"PM": rows})


def test_a_death_date_before_the_last_visit_is_refused_with_that_visit(house: House) -> None:
    words = said(house, "DTH", {"DTHDAT": day(100), "DTHCAUS": "OTHER"}, participant=RESTAGED, event="ANY")
    assert "RST/RST/1" in words and day(121) in words


ADVERSE = {"AESPID": "1", "AETERM": "fever", "AESTDAT": day(20), "AETOXGR": "3", "AESER": "Y", "AESCRIT": ["HOSPITAL"], "AEREL": ["CHEMO"],
           "AEIR": "N", "AEOUT": "NOTREC", "AEACNRT": "NONE", "AEACNCH": "NONE", "AEACNIO": "NONE"}  # fmt: skip
SERIOUS = {"SAEAENO": "AE/ANY/1", "SAEREP": "INITIAL", "SAEAWARE": f"{day(21)} 08:30", "SAENARR": "fever"}


def test_a_link_to_a_removed_event_is_refused_with_its_name(house: House) -> None:
    house.save(ENROLLED, "AE", ADVERSE, "ANY")
    enter.remove_crf(Entry(ENROLLED, "ANY", "AE", based_on=1), "entered twice", uow=house.work())
    assert "AE/ANY/1, which does not exist or was removed" in said(house, "SAE", SERIOUS, ENROLLED, "ANY")


@pytest.mark.parametrize("link", ["AE/ANY/9", "SUR/SUR-1/1", "AE", "../../etc/passwd", "AE/ANY/1'--"])
def test_a_link_to_nothing_or_to_another_kind_is_refused(house: House, link: str) -> None:
    assert link.split("'")[0] in said(house, "SAE", SERIOUS | {"SAEAENO": link}, ENROLLED, "ANY")


def test_a_link_to_another_participants_event_is_a_link_to_nothing(house: House) -> None:
    house.save(RESTAGED, "AE", ADVERSE, "ANY")
    assert "does not exist" in said(house, "SAE", SERIOUS, ENROLLED, "ANY")


# --- documents nobody's page would send ---------------------------------------------------------------------------------


def posted(house: House, raw: object, form: str = "LB", **options: object) -> object:
    return house.post(Entry(CONSENTED, "SCR", form, raw=raw, **options))


@pytest.mark.parametrize(
    "raw",
    [
        {"items": "x"}, {"items": ["LBDAT"]}, {"groups": {"R": "x"}}, {"groups": {"R": [1, None]}}, {"groups": ["R"]}, {"missing": 3},
        {"confirmed": ["a"]}, {"not_done": "yes"}, {"groups": {"R": [{"items": "x"}]}},
    ],
    ids=repr,
)  # fmt: skip
def test_a_misshapen_document_is_refused_and_not_read_as_blank(house: House, raw: dict) -> None:
    before = house.state()
    with pytest.raises(Refused, match="did not arrive"):
        posted(house, raw)
    assert house.state() == before


@pytest.mark.parametrize(
    "raw", [{}, {"items": None, "groups": None}, {"groups": {"R": [{"id": {"a": 1}, "items": {}}]}}], ids=repr
)
def test_a_document_with_nothing_in_it_is_a_blank_form(house: House, raw: dict) -> None:
    posted(house, raw)
    assert house.stored(CONSENTED, "LB") == {"items": {}}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (
            {"items": {"LBDAT": "2026-01-06"}, "groups": {"R": [{"items": ROW | {"LBORRES": "3,1"}}]}},
            "did you mean 3.1?",
        ),
        ({"groups": {"R": [{"items": {"NOPE": "1"}}]}}, "has no item “NOPE”"),
        ({"groups": {"NOPE": []}}, "has no item “NOPE”"),
        ({"groups": {"R": [{"items": ROW}] * 201}}, "At most 200 rows"),
        ({"missing": {"LBDAT": "WHATEVER"}}, "not a reason for a missing answer"),
        ({"missing": {"LBDAT": ["ND"]}}, "not a reason for a missing answer"),
        ({"confirmed": {"LB-S1": 7}}, "This is not text"),
        ({"confirmed": {"LB-S1": "x\x00"}}, "control character"),
        ({"not_done": {"reason": "lost", "on": "2026-02-30"}}, "no such day"),
        ({"not_done": {"reason": "x" * 10_001, "on": ""}}, "too long"),
    ],
)
def test_each_part_of_a_document_is_read_with_the_same_care(house: House, raw: dict, words: str) -> None:
    before = house.state()
    with pytest.raises(Refused) as refused:
        posted(house, raw)
    assert words in " ".join(f.text() for f in refused.value.findings)
    assert house.state() == before


def test_two_rows_with_one_id_become_two_rows(house: House) -> None:
    rows = [
        {"id": "same", "items": ROW},
        {"id": "same", "items": ROW | {"LBTEST": "HGB", "LBORRES": "130", "LBORRESU": "g/L"}},
    ]
    posted(house, {"items": {"LBDAT": day(1)}, "groups": {"R": rows}})
    assert len({row["id"] for row in house.stored(CONSENTED, "LB")["groups"]["R"]}) == 2


@pytest.mark.parametrize("words", ["x" * 2**20, "mis\x00read", "mis\u202eread"])
def test_a_reason_is_read_with_the_same_care_as_an_answer(house: House, words: str) -> None:
    before = house.state()
    with pytest.raises(Refused):
        house.save(SCREENED, "MRI0", MRI | {"LENGTH": "40"}, reasons={"LENGTH": words})
    with pytest.raises(Refused):
        enter.remove_crf(Entry(SCREENED, "SCR", "MRI0", based_on=1), words, uow=house.work())
    assert house.state() == before


@pytest.mark.parametrize("participant", ["", "VG-99-0001", "VG-01-0001' OR 1=1", "x" * 5000, "VG-01-0001\u202e"])
def test_a_participant_that_is_none_is_not_found(house: House, participant: str) -> None:
    with pytest.raises(NotFound):
        enter.save_crf(Entry(participant, "SCR", "DM", raw={}), uow=house.work())


@on_both
def test_nul_in_an_address_is_refused_alike_on_both_engines(either: House) -> None:
    with pytest.raises(UnstorableText):
        enter.save_crf(Entry("VG-01-\x00", "SCR", "DM", raw={}), uow=either.work())


def test_another_sites_participant_is_not_found(house: House) -> None:
    with pytest.raises(NotFound):
        enter.save_crf(Entry(ELSEWHERE, "SCR", "DM", raw={}), uow=house.work(house.actor("coordinator", "01")))


def test_a_stale_revision_gives_both_versions_back(house: House) -> None:
    house.save(SCREENED, "MRI0", MRI | {"LENGTH": "40"}, reasons={"": "misread"})
    with pytest.raises(StaleRevision) as stale:
        house.save(SCREENED, "MRI0", MRI | {"DISTAV": "55"}, reasons={"": "mine"}, based_on=1)
    assert (stale.value.mine["items"]["DISTAV"], stale.value.theirs["items"]["LENGTH"]) == ("55", "40")


@pytest.mark.parametrize("based_on", [0, -1, 10**9])
def test_a_revision_that_never_was_is_stale(house: House, based_on: int) -> None:
    with pytest.raises(StaleRevision):
        house.save(SCREENED, "MRI0", MRI, based_on=based_on)


# --- two sessions at the decision point ---------------------------------------------------------------------------------


def _decide(house: House, based_on: int | None) -> object:
    return house.save(RESTAGED, "DEC", {"M1NOW": "N", "CONTRA": "N"}, "DEC", based_on=based_on)


def test_two_open_estimates_make_one_and_the_second_is_told_it_is_locked(house: House) -> None:
    entry = house.entry(RESTAGED, "PRE", {"PREDAT": day(128), "PRECR": "70", "PRESTRAT": "WW"}, "DEC")
    house.estimate(RESTAGED, {"PREDAT": day(128), "PRECR": "20", "PRESTRAT": "SURGERY"})
    with pytest.raises(NotOpen) as closed:
        house.post(entry, by="investigator")
    assert closed.value.blockers == ("own-estimate-locked",)
    assert house.stored(RESTAGED, "PRE", "DEC")["items"]["PRECR"] == 20


def test_two_open_decisions_make_one_and_the_second_sees_both(house: House) -> None:
    house.estimate(RESTAGED)
    house.ask(RESTAGED)
    _decide(house, None)
    with pytest.raises(StaleRevision):
        _decide(house, None)


def test_a_decision_signed_from_a_page_that_another_session_changed_is_not_signed(house: House) -> None:
    seen = sign.content(house.case(SCREENED), "SCR", "PATH").digest
    house.save(SCREENED, "PATH", SCREENING["PATH"] | {"GRADE": "G3"}, reasons={"": "second opinion"})
    with pytest.raises(ContentChanged):
        house.sign(SCREENED, "PATH", seen=seen)
