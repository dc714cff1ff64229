"""Entering a CRF: what is refused is said beside the item, what was typed comes back, nothing is half-saved."""

import json
import re
from html import unescape

import pytest

from forms.catalogue import current
from tests.web.conftest import CONSENT, NOW, OURS, PASSWORD, THEIRS
from trial.store import crfs

IC = f"{OURS}/SCR/IC"
MH = f"{OURS}/SCR/MH"
HISTORY = {"PRIORMAL": "N", "AUTOIMM": "N", "ANTIBIO": "N", "METACRC": "N"}


def revisions(world, form="IC", event="SCR"):
    return crfs.history(world.house.reading(), OURS, event, form, 1)


def test_a_form_is_saved_and_shown_again(world):
    client = world.client()
    answer = world.save(IC, client, **CONSENT)
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "revision 1" in page
    assert 'value="2026-03-01"' in page
    assert revisions(world)[0]["answers"]["items"]["ICDAT"] == "2026-03-01"


def test_an_impossible_date_is_refused_beside_its_item_and_comes_back(world):
    answer = world.save(IC, **CONSENT | {"ICDAT": "2026-02-30"})
    assert answer.status_code == 422
    assert "that month has no such day" in answer.text
    assert 'value="2026-02-30"' in answer.text
    assert revisions(world) == []


@pytest.mark.parametrize("typed", ["１７２", "72,5", "172。5", "abc", "1e3", "-5", "172.123", "9" * 500, "172 cm"])
def test_text_that_is_no_number_is_said_and_given_back(consented, typed):
    answer = consented.save(f"{OURS}/SCR/DM", SEX="F", BRTHDAT="1960", HEIGHT=typed, WEIGHT="70", ECOG="0")
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text
    assert revisions(consented, "DM") == []


@pytest.mark.parametrize("typed", ["a\x00b", "left\u202eright", "\x07"])
def test_control_characters_are_refused_in_words_not_stored_and_no_fault(consented, typed):
    answer = consented.save(f"{OURS}/SCR/PATH", HISTO="OTHER", HISTOOTH=typed)
    assert answer.status_code == 422
    assert "Please retype it" in answer.text or "Not saved" in answer.text


def test_an_unknown_code_is_refused_and_shown(consented):
    answer = consented.save(f"{OURS}/SCR/DM", SEX="X", BRTHDAT="1960", HEIGHT="170", WEIGHT="70", ECOG="0")
    assert answer.status_code == 422
    assert "not one of the answers" in answer.text


def test_an_item_of_another_form_is_told_not_dropped(world):
    answer = world.save(IC, **CONSENT, DISTAV="80")
    assert answer.status_code == 422
    assert "no item “DISTAV”" in answer.text


def test_a_soft_check_asks_for_a_reason_and_takes_it(consented):
    client = consented.client()
    typed = {"SEX": "F", "BRTHDAT": "1960", "HEIGHT": "135", "WEIGHT": "70", "ECOG": "0"}
    answer = consented.save(f"{OURS}/SCR/DM", client, **typed)
    assert answer.status_code == 422
    assert 'name="confirm__DM.HEIGHT:soft"' in answer.text
    given = {"confirm__DM.HEIGHT:soft": "measured twice"}
    assert consented.save(f"{OURS}/SCR/DM", client, **typed, **given).status_code == 303
    assert revisions(consented, "DM")[0]["answers"]["confirmed"] == {"DM.HEIGHT:soft": "measured twice"}


def test_a_changed_value_needs_its_reason(consented):
    client = consented.client()
    changed = CONSENT | {"ICFUT": "Y", "based_on": "1"}
    answer = consented.save(IC, client, **changed)
    assert answer.status_code == 422
    assert "A reason is needed" in answer.text
    assert 'name="reason__ICFUT" value="" maxlength="2000" aria-invalid="true"' in answer.text
    assert consented.save(IC, client, **changed, reason__ICFUT="ticked the wrong box").status_code == 303
    assert revisions(consented)[1]["reason"] == "ICFUT: ticked the wrong box"


def test_one_reason_may_stand_for_all_changes(consented):
    changed = CONSENT | {"ICFUT": "Y", "ICDAT": "2026-03-02", "based_on": "1"}
    assert consented.save(IC, **changed, reason_for_all="checked against the paper").status_code == 303


def test_a_second_editor_sees_both_versions_and_can_lay_his_changes_on_top(consented):
    first, second = consented.client("coordinator"), consented.client("investigator")
    assert (
        consented.save(IC, first, **CONSENT | {"ICFUT": "Y", "based_on": "1"}, reason__ICFUT="wrong").status_code == 303
    )
    mine = CONSENT | {"ICDAT": "2026-03-02", "based_on": "1", "reason__ICDAT": "paper says so"}
    answer = consented.save(IC, second, **mine)
    assert answer.status_code == 409
    assert "Coordinator Person" in answer.text
    assert "2026-03-02" in answer.text
    together = consented.save(IC, second, **mine, do="merge")
    assert together.status_code == 200
    assert 'name="based_on" value="2"' in together.text
    assert 'value="2026-03-02"' in together.text
    assert len(revisions(consented)) == 2


def test_the_same_post_twice_saves_once(world):
    client = world.client()
    for _ in range(2):
        assert world.save(IC, client, **CONSENT, key="k1").status_code == 303
    assert len(revisions(world)) == 1


def test_a_draft_is_kept_for_its_author_and_answers_with_findings(consented):
    client = consented.client()
    typed = {"version": "1", "based_on": "", "SEX": "F", "HEIGHT": "1700", "WEIGHT": "70"}
    told = client.post(f"/participants/{OURS}/SCR/DM/1/draft", data=typed).get_json()
    assert [f["path"] for f in told["findings"] if f["level"] == "hard"] == ["HEIGHT"]
    assert told["calculated"]["BMI"] != "—"
    page = client.get(f"/participants/{OURS}/SCR/DM").text
    assert 'value="1700"' in page
    assert "This is what you typed and did not save" in page
    assert 'value="1700"' not in consented.client("investigator").get(f"/participants/{OURS}/SCR/DM").text
    assert revisions(consented, "DM") == []


def test_a_draft_can_be_dropped(consented):
    client = consented.client()
    client.post(f"/participants/{OURS}/SCR/DM/1/draft", data={"version": "1", "HEIGHT": "171"})
    assert client.post(f"/participants/{OURS}/SCR/DM/1/drop-draft").status_code == 303
    assert 'value="171"' not in client.get(f"/participants/{OURS}/SCR/DM").text


def test_preview_keeps_nothing(consented):
    client = consented.client()
    told = client.post(
        f"/participants/{OURS}/SCR/DM/1/preview", data={"version": "1", "HEIGHT": "170", "WEIGHT": "68"}
    ).get_json()
    assert told["calculated"]["BMI"].startswith("23.5")
    assert consented.house.reading().all("draft") == []


def test_saving_drops_the_draft(consented):
    client = consented.client()
    client.post(f"/participants/{OURS}/SCR/MH/1/draft", data={"version": "1", "PRIORMAL": "N"})
    assert consented.save(MH, client, **HISTORY).status_code == 303
    assert consented.house.reading().all("draft") == []


def test_conditional_items_are_there_and_marked(consented):
    page = consented.client().get(f"/participants/{MH}").text
    assert 'class="item unasked" id="item-HBV"' in page or 'id="item-HBV"' in page
    assert 'id="item-WOCBP"' in page


def test_rows_are_added_without_a_script_and_get_permanent_ids(consented):
    client = consented.client()
    page = consented.save(MH, client, PRIORMAL="Y", do="add-row:PM")
    assert page.status_code == 200
    assert 'name="PM-0-PMTYPE"' in page.text
    assert "checked" in page.text
    typed = HISTORY | {
        "PRIORMAL": "Y",
        "PM-0-id": "",
        "PM-0-PMTYPE": "BASAL",
        "PM-0-PMDAT": "2010",
        "PM-0-PMCURED": "Y",
    }
    answer = consented.save(MH, client, **typed)
    if answer.status_code == 303:
        (row,) = revisions(consented, "MH")[0]["answers"]["groups"]["PM"]
        assert row["id"]
        assert row["items"]["PMDAT"] == "2010"
    else:
        assert "PM-0-PMTYPE" in answer.text


def test_missing_answers_have_reasons(consented):
    assert consented.save(MH, **HISTORY | {"ANTIBIO": "", "ANTIBIO__missing": "UNK"}).status_code == 303
    assert revisions(consented, "MH")[0]["answers"]["missing"] == {"ANTIBIO": "UNK"}


def test_a_whole_form_not_done_needs_why(consented):
    assert consented.save(MH, not_done="y").status_code == 422
    assert (
        consented.save(MH, not_done="y", not_done__reason="lost in the post", not_done__on="2026-03-05").status_code
        == 303
    )
    assert revisions(consented, "MH")[0]["answers"]["not_done"] == {"reason": "lost in the post", "on": "2026-03-05"}


def test_another_persons_page_is_not_saved_in_this_persons_name(world):
    answer = world.save(IC, **CONSENT, typed_by="999")
    assert answer.status_code == 409
    assert "Somebody else is signed in" in answer.text
    assert "2026-03-01" in answer.text
    assert revisions(world) == []


def test_a_participant_of_another_site_is_not_found(world):
    assert world.save(f"{THEIRS}/SCR/IC", **CONSENT).status_code == 404


@pytest.mark.parametrize("place", ["SCR/NOPE", "XXX/IC", "SUR-0/SUR", "SCR/RST", "FU99/FU", "SCR/DM/2", "SCR/IC/0"])
def test_addresses_that_do_not_exist_are_not_found(consented, place):
    assert consented.client().get(f"/participants/{OURS}/{place}").status_code == 404


def test_consent_comes_first(world):
    page = world.client().get(f"/participants/{MH}")
    assert "Consent is entered first" in page.text
    answer = world.save(MH, **HISTORY)
    assert answer.status_code == 409
    assert "Consent is entered first" in answer.text


def test_who_only_reads_sees_values_and_no_inputs(consented):
    page = consented.client("monitor").get(f"/participants/{IC}").text
    assert "2026-03-01" in page
    assert 'name="ICDAT"' not in page


def test_history_shows_every_value_who_when_why(consented):
    client = consented.client()
    consented.save(IC, client, **CONSENT | {"ICFUT": "Y", "based_on": "1"}, reason__ICFUT="ticked the wrong box")
    page = client.get(f"/participants/{IC}/1/history/ICFUT").text
    assert all(
        words in page
        for words in ("Coordinator Person", "ticked the wrong box", "2026-03-10 09:30:00", ">No<", ">Yes<")
    )


def test_the_history_of_a_form_begins_with_the_newest_revision_each_in_the_order_of_the_form(consented):
    client = consented.client()
    consented.save(IC, client, **CONSENT | {"ICFUT": "Y", "based_on": "1"}, reason__ICFUT="ticked the wrong box")
    page = client.get(f"/participants/{IC}/1/history").text
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr><td>.*?</tr>", page, re.DOTALL)]
    labels = [item.label for item in current("IC").every_item()]
    assert [row[0] for row in rows] == ["2", *["1"] * (len(rows) - 1)]
    assert len(rows) > 4
    told = [unescape(row[3]) for row in rows[1:]]
    assert told == sorted(told, key=labels.index)


def test_each_value_in_the_history_has_its_own_reason_and_no_other(consented):
    client = consented.client()
    place = f"{OURS}/SCR/DM"
    consented.save(place, client, HEIGHT="172.0", WEIGHT="70.5")
    consented.save(place, client, HEIGHT="173.0", WEIGHT="71.5", ECOG="0", based_on="1",
                   reason__HEIGHT="misread the scale", reason__WEIGHT="typed twice")  # fmt: skip
    page = client.get(f"/participants/{place}/1/history").text
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr><td>2<.*?</tr>", page, re.DOTALL)]
    assert [row[6] for row in rows] == ["misread the scale", "typed twice", ""]


def test_the_star_of_a_required_item_hangs_on_its_last_word(world):
    page = world.client().get(f"/participants/{IC}").text
    assert re.search(r'</(label|span)>&nbsp;<span class="must"', page)
    assert not re.search(r'\s<span class="must"', page)


def test_a_repeating_form_is_added_at_the_next_number(consented):
    client = consented.client()
    assert client.get(f"/participants/{OURS}/add/AE").location.endswith("/ANY/AE/1") or client.get(
        f"/participants/{OURS}/add/AE"
    ).location.endswith("/ANY/AE")
    page = client.get(f"/participants/{OURS}/add/AE", follow_redirects=True).text
    assert 'name="AESPID" id="f-AESPID" value="1"' in page
    assert client.get(f"/participants/{OURS}/add/DM").status_code == 404


def test_a_form_that_should_not_exist_is_taken_out_with_a_reason(consented):
    client = consented.client()
    consented.save(f"{OURS}/ANY/CM", client, CMTRT="aspirin", CMSTDAT="2026", CMCLAS="OTHER")
    place = f"/participants/{OURS}/ANY/CM/1"
    assert client.post(f"{place}/remove", data={"based_on": "1", "why": ""}).status_code == 422
    assert client.post(f"{place}/remove", data={"based_on": "1", "why": "other participant"}).status_code == 303
    assert "aspirin" in client.get(f"{place}/history").text


def test_a_megabyte_in_one_field_is_refused_not_a_fault(consented):
    answer = consented.save(f"{OURS}/SCR/PATH", HISTO="OTHER", HISTOOTH="x" * 1_000_000)
    assert answer.status_code == 422
    assert "too long" in answer.text


def test_a_post_larger_than_the_limit_is_said_in_words(consented):
    answer = consented.save(f"{OURS}/SCR/PATH", HISTOOTH="x" * 5_000_000)
    assert answer.status_code == 413
    assert "Too large" in answer.text


def test_more_rows_than_can_be_meant_are_refused(consented):
    rows = {f"PM-{n}-PMTYPE": "BASAL" for n in range(201)}
    assert consented.save(MH, PRIORMAL="Y", **rows).status_code == 413


def test_the_page_carries_its_logic_and_no_secret(consented):
    page = consented.client().get(f"/participants/{MH}").text
    told = json.loads(page.split('id="live">')[1].split("</script>")[0])
    assert told["form"]["form"] == "MH"
    assert told["outside"]["DM.SEX"] == [None, None]
    assert told["facts"]["today"] == {"d": NOW.date().isoformat()}


def test_a_signature_asks_the_password_again(consented):
    client = consented.client("investigator")
    consented.save(f"{OURS}/SCR/ELIG", client, ELIGCONF="N", ELIGDAT="2026-03-09")
    page = client.get(f"/participants/{OURS}/SCR/ELIG/1/sign").text
    if 'name="seen" value="' in page:
        seen = page.split('name="seen" value="')[1].split('"')[0]
        first = {"seen": seen, "signer": "investigator", "password": PASSWORD}
        wrong = client.post(f"/participants/{OURS}/SCR/ELIG/1/sign", data=first | {"password": "wrong"})
        assert wrong.status_code == 422
        assert client.post(f"/participants/{OURS}/SCR/ELIG/1/sign", data=first).status_code == 303
        assert "signed by Investigator Person" in client.get(f"/participants/{OURS}/SCR/ELIG").text
    else:
        pytest.fail(page[page.index("cannot be signed") - 100 :][:1500])


def test_a_draft_that_changes_a_saved_value_asks_why_when_the_page_opens_again(consented):
    client = consented.client()
    client.post(f"/participants/{IC}/1/draft", data=CONSENT | {"version": "1", "based_on": "1", "ICFUT": "Y"})
    page = client.get(f"/participants/{IC}").text
    assert 'data-path="ICFUT" data-changed' in page
    assert 'data-path="ICSAMP" data-changed' not in page
