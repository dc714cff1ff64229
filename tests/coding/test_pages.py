"""Chapter: the pages of coding, as a data manager sees them, without a script."""

import io
import re
import zipfile

import pytest

from tests.actions.house import READY, SCREENED
from tests.coding.test_versions import without
from tests.coding.work import MINI, auto, code_of, edited, live, load, report, state
from trial.actions import coding as actions
from trial.actions.coding_follow import settle
from trial.roles import ROLES
from trial.store.journal import entries
from trial.web import trail

HOME = "/data/coding"


def zipped(folder) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for path in folder.iterdir():
            file.write(path, path.name)
    made.seek(0)
    return made


def test_without_a_dictionary_the_pages_say_so_and_offer_no_code(desk) -> None:
    report(desk.house, "felt odd")
    client = desk.client("data_manager")
    page = client.get(HOME).text
    assert "terms stay as they were typed" in page
    assert "felt odd" in page
    assert "Look for codes" not in page
    term = client.get(f"{HOME}/term?folded=felt+odd").text
    assert "No dictionary is in use" in term
    refused = client.post(f"{HOME}/term", {"kind": "meddra", "folded": "felt odd", "code": "VGL0001"})
    assert (refused.status_code, "No dictionary is in use" in refused.text) == (409, True)


def test_a_dictionary_comes_as_a_zip_and_a_bad_one_is_named_line_by_line(desk, tmp_path) -> None:
    client = desk.client("data_manager")
    bad = edited(tmp_path / "bad", "llt.asc", lambda s: s + "x\n")
    refused = client.post(f"{HOME}/dictionaries", {"kind": "meddra", "version": "1.0", "file": (zipped(bad), "m.zip")})
    assert refused.status_code == 422
    assert "llt.asc:65" in refused.text
    client.post(f"{HOME}/dictionaries", {"kind": "meddra", "version": "1.0", "file": (zipped(MINI), "m.zip")})
    assert "in use" in client.get(f"{HOME}/dictionaries").text
    again = client.post(f"{HOME}/dictionaries", {"kind": "meddra", "version": "1.0", "file": (zipped(MINI), "m.zip")})
    assert again.status_code == 409
    nothing = client.post(
        f"{HOME}/dictionaries", {"kind": "meddra", "version": "2.0", "file": (io.BytesIO(b"no zip"), "m.zip")}
    )
    assert nothing.status_code == 404


def test_a_data_manager_looks_for_codes_and_sees_what_is_left(desk) -> None:
    load(desk.house)
    for number, words in enumerate(("fatigue", "anaemia", "felt odd"), start=1):
        report(desk.house, words, number)
    client = desk.client("data_manager")
    assert re.search(r'Coding <span class="tag">3</span>', client.get("/data").text)
    client.post(f"{HOME}/auto", {"kind": "meddra"})
    page = client.get(HOME).text
    assert "1 term is coded. 1 code waits for approval. 1 is left to you." in page
    assert "felt odd" in page
    assert "anaemia" not in page
    assert "Low haemoglobin" in client.get(f"{HOME}?state=proposed").text


def test_terms_are_searched_chosen_and_coded_together_and_kept_as_a_synonym(desk) -> None:
    load(desk.house)
    report(desk.house, "loose motions")
    report(desk.house, "Loose  motions", 2)
    client = desk.client("data_manager")
    page = client.get(f"{HOME}/term?kind=meddra&folded=loose+motions&search=diarrh").text
    assert "Loose stools" in page
    assert page.count(f'href="/participants/{SCREENED}/ANY/AE') == 2
    code = code_of(desk.house, "Diarrhea")
    sent = client.post(
        f"{HOME}/term", {"kind": "meddra", "folded": "loose motions", "code": code, "keep": "y", "do": "code"}
    )
    assert sent.status_code == 303
    assert "2 terms are coded." in client.get(HOME).text
    listed = client.get(f"{HOME}/synonyms").text
    assert "loose motions" in listed.lower()
    assert client.post(f"{HOME}/synonyms/1/remove", {"reason": ""}).status_code == 422
    client.post(f"{HOME}/synonyms/1/remove", {"reason": "too vague"})
    assert "None yet." in client.get(f"{HOME}/synonyms").text


def test_what_stands_under_a_preferred_term_is_shown_and_may_be_chosen(desk) -> None:
    load(desk.house)
    report(desk.house, "felt odd")
    client = desk.client("data_manager")
    page = client.get(f"{HOME}/term?kind=meddra&folded=felt+odd&search=febrile").text
    link = re.search(r'href="([^"]+under=[^"]+)"', page)
    assert link
    under = client.get(link[1].replace("&amp;", "&")).text
    offered = re.findall(r'<label for="c-[^"]+">([^<]+)</label>', under)
    assert offered == ["Febrile neutropenia", "Low neutrophils", "Neutrophil count decreased"]
    assert "<s>Neutropenic fever</s>" in under


def test_another_code_asks_for_a_reason_and_the_old_one_stays_in_the_history(desk) -> None:
    load(desk.house)
    report(desk.house, "fatigue")
    auto(desk.house)
    client = desk.client("data_manager")
    given = {"kind": "meddra", "folded": "fatigue", "code": code_of(desk.house, "Nausea"), "do": "code"}
    refused = client.post(f"{HOME}/term", given)
    assert refused.status_code == 422
    assert "Why the code changes" in refused.text
    client.post(f"{HOME}/term", given | {"reason": "nausea was meant"})
    page = client.get(f"{HOME}/term?kind=meddra&folded=fatigue").text
    assert "nausea was meant" in page
    assert state(desk.house) == "approved"


def test_proposals_are_approved_or_rejected_together(desk) -> None:
    load(desk.house)
    report(desk.house, "anaemia")
    report(desk.house, "Anaemia", 2)
    auto(desk.house)
    client = desk.client("data_manager")
    ticks = re.findall(r'name="coding" id="[^"]+" value="([0-9,]+)"', client.get(f"{HOME}?state=proposed").text)
    assert [t.count(",") for t in ticks] == [1]
    assert client.post(f"{HOME}/judge", {"coding": ticks, "do": "reject"}).status_code == 422
    client.post(f"{HOME}/judge", {"do": "approve"})
    assert state(desk.house) == "proposed", "nothing was ticked"
    client.post(f"{HOME}/judge", {"coding": ticks, "do": "approve"})
    assert (state(desk.house), state(desk.house, 2)) == ("approved", "approved")


def test_different_proposals_for_one_text_are_ticked_one_by_one(desk) -> None:
    load(desk.house)
    report(desk.house, "anaemia")
    auto(desk.house)
    report(desk.house, "Anaemia", 2)
    with desk.house.work("data_manager") as uow:
        place = uow.the("verbatim", participant=SCREENED, event="ANY", form="AE", occurrence=2, path="AETERM")
        chosen = actions.choice(uow, "meddra", code_of(desk.house, "Fatigue"))
        actions.propose_again(place, chosen, uow)
        settle(place, chosen.of["id"], uow)
        uow.commit()
    client = desk.client("data_manager")
    ticks = re.findall(r'name="coding" id="[^"]+" value="([0-9,]+)"', client.get(f"{HOME}?state=proposed").text)
    assert len(ticks) == 2
    client.post(f"{HOME}/judge", {"coding": ticks[:1], "do": "approve"})
    assert (state(desk.house), state(desk.house, 2)) == ("approved", "proposed")


def test_a_question_goes_from_the_term_to_the_site_as_one_of_coding(desk) -> None:
    report(desk.house, "felt odd")
    client = desk.client("data_manager")
    link = re.search(r'href="([^"]+/ask[^"]+)"', client.get(f"{HOME}/term?folded=felt+odd").text)
    assert link
    address = link[1].replace("&amp;", "&")
    assert client.post(address, {"words": "Odd in what way?"}).status_code == 303
    (query,) = desk.house.reader.all("query", participant=SCREENED, source="coding")
    assert (query["form"], query["path"]) == ("AE", "AETERM")
    assert "Odd in what way?" in desk.client("coordinator01").get(f"/participants/{SCREENED}/ANY/AE").text


def test_another_version_shows_its_impact_first_and_is_used_on_request(desk, tmp_path) -> None:
    load(desk.house)
    report(desk.house, "fatigue")
    auto(desk.house)
    again = load(desk.house, edited(tmp_path / "next", "llt.asc", lambda s: without("Fatigue")), "1.1")
    client = desk.client("data_manager")
    page = client.get(f"{HOME}/dictionaries/{again.dictionary}").text
    assert "The code is not in the new version." in page
    assert "fatigue" in page
    assert SCREENED not in page
    client.post(f"{HOME}/dictionaries/{again.dictionary}")
    assert "1 are left to you" in client.get(f"{HOME}?state=recode").text
    assert client.post(f"{HOME}/dictionaries/1").status_code == 409


@pytest.mark.requirement("R54")
def test_a_term_on_a_form_of_one_arm_is_coded_without_naming_its_participant(desk) -> None:
    house = desk.house
    load(house)
    key = {"participant": READY, "event": "PO30", "form": "POC", "occurrence": 1, "path": "R/1/POCTERM"}
    with house.work() as uow:
        uow.put(
            "verbatim", **key, kind="meddra", text="ileus of the pouch", folded="ileus of the pouch", state="uncoded"
        )
        uow.commit()
    report(house, "Ileus of the pouch")
    client = desk.client("data_manager")
    page = client.get(f"{HOME}/term?folded=ileus+of+the+pouch").text
    assert SCREENED in page
    assert READY not in page
    assert "POC" not in page
    assert "1 more on forms" in page
    assert READY not in client.get(HOME).text


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"data_manager"}))
def test_nobody_else_opens_it_or_is_shown_the_way(desk, role: str) -> None:
    wide = desk.house.reader.one("person", username=role) is not None
    client = desk.client(role if wide else f"{role}01")
    for path in ("", "/term?folded=x", "/synonyms", "/dictionaries", "/dictionaries/1"):
        assert client.get(HOME + path).status_code == 403
    assert HOME not in client.get("/data").text


def test_the_trail_of_a_code_is_read_by_who_reads_its_form(desk) -> None:
    house = desk.house
    load(house)
    report(house, "fatigue")
    auto(house)
    page = desk.client("monitor01").get(f"/participants/{SCREENED}/audit").text
    assert "Code approved" in page
    assert code_of(house, "Fatigue") in page
    (entry,) = entries(house.reader, tag="person:coding:approved")
    assert {role: trail._hidden(entry, role) for role in ("monitor", "safety_officer", "laboratory")} == {
        "monitor": False, "safety_officer": False, "laboratory": True,
    }  # fmt: skip


def test_what_is_not_there_is_not_found(desk) -> None:
    client = desk.client("data_manager")
    for path in ("/term?folded=nobody", "/dictionaries/99"):
        assert client.get(HOME + path).status_code == 404
    assert client.post(f"{HOME}/judge", {"coding": "99", "do": "approve"}).status_code == 404


def test_the_investigator_sees_the_code_that_is_signed(desk) -> None:
    load(desk.house)
    report(desk.house, "fatigue", more={"AECTCAE": "Fatigue"})
    auto(desk.house)
    assert live(desk.house)
    page = desk.client("investigator01").get(f"/participants/{SCREENED}/ANY/AE/1/sign").text
    assert "Tiredness" in page
