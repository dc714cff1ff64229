"""Pages about participants far into the trial: what a call, an allocation, a course and the journal read like, and for whom."""

import re

import pytest

from tests.actions.house import DECISION, PREDICTED, READY, RESTAGED
from tests.actions.rooms import enter, house, populated

__all__ = ["enter", "house", "populated"]


WITHOUT_DRAW = {name: v for name, v in DECISION.items() if name != "RANDCDAT"} | {
    "RANDCONS": "N",
    "PREFER": "WW",
    "PREFARM": "WW",
}
"""A candidate who declines the draw and chooses."""


@pytest.fixture
def call(enter):
    return enter("coordinator01").get(f"/participants/{PREDICTED}/prediction/1").text


def test_a_call_shows_labels_and_answers_where_it_kept_names_and_numbers(call):
    assert "Distance, anal verge to distal tumour edge" in call
    assert re.search(r"<td>\d+ mm</td>", call)
    assert "Clinical response, investigator" in call
    assert "Carcinoembryonic antigen, restaging" in call
    assert "µg/L" in call
    assert not re.search(r"<td>(distance|length|cea|response)</td>", call)


def test_a_coded_answer_is_decoded_and_the_number_that_was_passed_stands_beside_it(call):
    assert re.search(r'<td>c?CR</td><td class="number code">1\.0</td>', call)


def test_each_value_leads_to_the_history_of_the_revision_it_came_from(call):
    assert f'href="/participants/{PREDICTED}/SCR/MRI0/1/history"' in call
    assert "MRI0, Screening, revision 1" in call


def test_a_call_says_what_answered_and_when(call):
    for words in ("70.0 %", "positive from 50.0 % on", "small 1.0", "5" * 64, "Called by", "UTC", "0.700000"):
        assert words in call


def test_a_call_of_another_model_is_shown_as_it_was_stored(enter, house):
    client = enter("coordinator01")
    house.model.manifest = type(house.model.manifest)(sha256="6" * 64)
    page = client.get(f"/participants/{PREDICTED}/prediction/1").text
    assert "<td>distance</td>" in page
    assert "70.0 %" in page


def test_a_certificate_names_the_arm_and_the_factors_in_words(enter, house):
    arm = house.randomise(READY).arm
    page = enter("coordinator01").get(f"/participants/{READY}/randomisation").text
    assert {"WW": "Watch and wait", "TME": "Total mesorectal excision"}[arm] in page
    assert re.search(r"<dt>Clinical response</dt><dd>(near-)?complete \(", page)
    assert re.search(r"<dt>Regimen</dt><dd>with(out)? immunotherapy</dd>", page)


def test_what_stops_randomisation_is_named_by_its_label_and_not_by_its_code(enter):
    page = enter("coordinator01").get(f"/participants/{RESTAGED}/randomisation").text
    assert "DECDAT" not in re.sub(r'href="[^"]*"', "", page)
    assert "Decision date" in page


ARM = re.compile(r"\bWW\b|\bTME\b|Watch and wait|mesorectal excision|Randomised", re.IGNORECASE)


@pytest.mark.parametrize("username", ["safety_officer", "laboratory01"])
@pytest.mark.parametrize("page", ["", "/audit", "/randomisation", "/decision"])
def test_who_may_not_see_allocations_finds_the_arm_on_no_page(enter, house, username, page):
    house.randomise(READY)
    text = enter(username).get(f"/participants/{READY}{page}").text
    assert not ARM.search(text)


def test_an_arm_that_was_chosen_is_hidden_like_one_that_was_drawn(enter, house):
    chosen = house.predicted()
    house.save(chosen, "DEC", WITHOUT_DRAW, "DEC")
    address = f"/participants/{chosen}"
    assert "Watch and wait, by choice" in enter("coordinator01").get(address).text
    for username in ("safety_officer", "laboratory01"):
        text = enter(username).get(address).text
        assert not ARM.search(text)
        assert "preference cohort" not in text


def test_who_may_see_the_allocation_reads_it_in_the_audit_trail(enter, house):
    arm = house.randomise(READY).arm
    assert f"arm: {arm}" in enter("coordinator01").get(f"/participants/{READY}/audit").text


def test_the_audit_trail_begins_with_the_newest_and_leads_to_the_oldest(enter, monkeypatch):
    monkeypatch.setattr("trial.web.trail.PAGE", 5)
    client, seen = enter("auditor"), []
    address = f"/participants/{READY}/audit"
    while address:
        page = client.get(address).text
        seen += [int(n) for n in re.findall(r'<td class="number">(\d+)</td>', page)]
        found = re.search(r'href="([^"]*before=\d+)">older', page)
        address = found and found[1]
    assert len(seen) > 10
    assert seen == sorted(set(seen), reverse=True)
    assert "Number given" in page


def test_the_first_crf_is_one_click_from_signing_in(enter):
    client = enter("coordinator01")
    due = re.findall(r'<a class="go" href="([^"]+)"', client.get("/").text)
    assert due
    assert 'id="crf"' in client.get(due[0]).text


def test_the_tiles_count_what_the_role_can_act_on(enter):
    """A safety officer enters no visit: nothing of the sites' forms is counted as due."""
    tiles = {
        w: int(n) for n, w in re.findall(r"<strong>(\d+)</strong><span>([^<]+)<", enter("safety_officer").get("/").text)
    }
    assert tiles["due within two weeks"] == tiles["forms overdue"] == 0
    assert "forms incomplete" not in enter("monitor01").get("/").text


def test_a_role_without_lists_reads_what_it_may_do_and_where(enter):
    page = enter("statistician").get("/").text
    assert page.index("Where to go") < page.index("What this role may do")
    assert "See pooled results" in page
    assert 'class="btn btn-outline-primary" href="/results/"' in page


def test_who_may_read_outcomes_by_arm_finds_them_on_the_first_page(enter):
    assert 'href="/results/closed/"' in enter("unblinded_statistician").get("/").text
    assert "/results/closed/" not in enter("statistician").get("/").text


def test_the_grid_tells_each_status_and_each_form_in_words(enter):
    page = enter("coordinator01").get(f"/participants/{READY}").text
    for words in ("complete", "signed", "overdue", "not done", "later"):
        assert re.search(rf'aria-hidden="true">[^<]+</span> {words}</span>', page)
    assert re.search(r'<dt class="code">LB</dt><dd>Laboratory</dd>', page)
