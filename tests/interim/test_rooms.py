"""Who opens the interim analysis: the unblinded statistician page, command and report, the monitoring board the report, others nothing."""

import json
from io import BytesIO

import pytest
from pypdf import PdfReader

from trial.errors import NotAllowed
from trial.roles import ROLES
from trial.store import extract

USERS = {role: role if ROLES[role].scope in ("all", "none") else f"{role}01" for role in ROLES}
ANALYSE, READ = ("unblinded_statistician",), ("unblinded_statistician", "dsmb_member")


@pytest.mark.requirement("R03")
@pytest.mark.parametrize("role", list(ROLES))
def test_page_and_figure_open_for_who_analyses_by_arm_and_the_report_for_the_board_as_well(house, client, role):
    somebody = client(USERS[role])
    analyses = 200 if role in ANALYSE else 403
    assert somebody.get("/results/closed/interim").status_code == analyses
    assert somebody.get("/results/closed/interim.svg").status_code == analyses
    assert somebody.get("/results/closed/").status_code == analyses
    assert somebody.get("/results/closed/closed.pdf").status_code == (200 if role in READ else 403)


@pytest.mark.requirement("R03")
@pytest.mark.parametrize("role", list(ROLES))
def test_the_rows_behind_the_report_come_only_with_the_right_to_read_it(house, role):
    """The page is not the only guard."""
    actor = house.actor(role)
    take = lambda: extract.board(house.reader, actor, cut_on=house.clock.today(), now=house.clock.now())  # noqa: E731
    if role in READ:
        assert take().rows
    else:
        with pytest.raises(NotAllowed):
            take()


@pytest.mark.requirement("R28")
def test_that_it_was_opened_or_taken_is_recorded_with_the_name_of_who_did(house, client):
    board, unblinded = client("dsmb_member"), client("unblinded_statistician")
    unblinded.get("/results/closed/interim")
    board.get("/results/closed/closed.pdf")
    seen, taken = (json.loads(house.journal(f"person:{tag}")[-1]["body"]) for tag in ("results:seen", "data:taken"))
    assert (seen["event"], seen["role"]) == ({"what": "interim analysis", "closed": True}, "unblinded_statistician")
    assert (taken["event"]["what"], taken["role"]) == ("closed report", "dsmb_member")


def test_the_board_finds_the_report_on_its_first_page_and_nothing_else_closed(house, client):
    page = client("dsmb_member").get("/").text
    assert 'href="/results/closed/closed.pdf"' in page
    assert "/results/closed/interim" not in page and 'href="/results/closed/"' not in page


def test_the_unblinded_statistician_finds_the_interim_analysis(house, client):
    somebody = client("unblinded_statistician")
    assert 'href="/results/closed/interim"' in somebody.get("/").text
    assert 'href="/results/closed/interim"' in somebody.get("/results/closed/").text


@pytest.mark.parametrize("role", ["statistician", "data_manager", "auditor"])
def test_nobody_else_is_shown_that_it_is_there(house, client, role):
    for address in ("/", "/results/"):
        assert "/results/closed/" not in client(role).get(address).text


def test_before_the_first_event_the_page_says_so(house, client):
    page = client("unblinded_statistician").get("/results/closed/interim").text
    assert "No comparison until both arms had an event" in page
    assert "Stopping rules of watch-and-wait" in page and "cannot be told" in page


def test_the_page_shows_looks_prospects_and_rules(house, client, with_events):
    page = client("unblinded_statistician").get("/results/closed/interim").text
    for words in ("55 of 99", "Bound of z at this look", "repeated confidence interval", "Conditional power, hazard ratio 1",
                  "Predictive power", "Futile as the trend goes", "R0; not R0; not reported", "was not said"):  # fmt: skip
        assert words in page, words


def test_looks_as_they_were_made_are_taken_as_typed(house, client, with_events):
    somebody = client("unblinded_statistician")
    page = somebody.get("/results/closed/interim?looks=0.31%3D1.25").text
    assert "0.310" in page and "1.250" in page and "was not said" not in page
    assert "looks=0.31" in page.replace("%3D", "=")  # figure and report ask for the same
    assert somebody.get("/results/closed/interim.svg?looks=0.31").status_code == 200
    assert "2, now" not in somebody.get("/results/closed/interim?looks=0").text


def test_the_last_look_spends_what_is_left(house, client, with_events):
    page = client("unblinded_statistician").get("/results/closed/interim?looks=0.3&last=Y").text
    assert "0.02500" in page and "3, planned" not in page and "One-sided p that allows for the looks" in page


@pytest.mark.parametrize("looks", ["0.7", "half", "0.5, 0.4", "<script>"])
def test_looks_that_cannot_be_are_refused_in_words_and_change_nothing(house, client, with_events, looks):
    somebody = client("unblinded_statistician")
    answer = somebody.get("/results/closed/interim", query_string={"looks": looks})
    assert answer.status_code == 422
    assert "is not a look" in answer.text or "These looks cannot be" in answer.text
    assert "<script>" not in answer.text and "55 of 99" in answer.text
    for name in ("interim.svg", "closed.pdf"):
        assert somebody.get(f"/results/closed/{name}", query_string={"looks": looks}).status_code == 422


def test_the_closed_report_holds_the_looks_that_were_given(house, client, with_events):
    answer = client("dsmb_member").get("/results/closed/closed.pdf?looks=0.31%3D1.25")
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)
    assert "0.310" in text and "Stopping rules" in text
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.requirement("R03")
@pytest.mark.parametrize("role", list(ROLES))
def test_the_command_answers_the_unblinded_statistician_alone(house, vigil, role):
    code, out, _err = vigil("interim", "--as", USERS[role])
    assert (code, bool(out)) == ((0, True) if role in ANALYSE else (3, False))


def test_the_command_says_what_the_page_says_and_is_recorded(house, vigil, with_events):
    before = len(house.journal("person:results:seen"))
    code, out, _ = vigil("interim", "--as", "unblinded_statistician", "--looks", "0.31=1.25")
    assert code == 0
    for words in ("The present look", "Looks and bounds", "Stopping rules of watch-and-wait", "0.310", "1.250"):
        assert words in out
    assert len(house.journal("person:results:seen")) == before + 1


def test_a_machine_reads_json_and_a_spreadsheet_csv(house, vigil, with_events):
    told = json.loads(vigil("interim", "--as", "unblinded_statistician", "--json")[1])
    assert [t["id"] for t in told["tables"]] == ["interim-present", "interim-looks", "ww-stopping-rules"]
    assert told["digest"] and told["study"]
    assert vigil("interim", "--as", "unblinded_statistician", "--csv")[1].startswith("Measure,Value")


@pytest.mark.parametrize("looks", ["0.7", "half", "0.5,0.4"])
def test_the_command_refuses_looks_that_cannot_be_as_wrong_use(house, vigil, with_events, looks):
    code, out, err = vigil("interim", "--as", "unblinded_statistician", "--looks", looks)
    assert (code, out) == (2, "") and "--looks" in err


def test_somebody_unknown_is_not_found(house, vigil):
    assert vigil("interim", "--as", "nobody")[0] == 4
