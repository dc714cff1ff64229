"""What stands above every page: the version of the protocol where there is a participant, and where in the system one is."""

import re

import pytest

from tests.actions.house import ENROLLED, READY, SCREENED
from tests.actions.rooms import enter, house, populated

__all__ = ["enter", "house", "populated"]

HEAD = re.compile(r"<header.*?</header>", re.DOTALL)
CURRENT = re.compile(r'aria-current="page">([^<]+)<')


def head(page: str) -> str:
    return HEAD.findall(page)[0]


@pytest.mark.parametrize("address", ["/", "/participants/", "/queries", "/data", "/study", "/account/"])
def test_a_page_without_a_participant_names_no_version_of_the_protocol(enter, address):
    """Sites may work under different versions at the same time."""
    page = enter("coordinator01").get(address).text
    assert "VIGIL-1" in head(page)
    assert "protocol" not in head(page)


@pytest.mark.parametrize(
    "address",
    ["", "/eligibility", "/decision", "/randomisation", "/audit", "/card", "/SCR/DM", "/SCR/DM/1/history"],
)
def test_a_participants_pages_name_the_version_the_participant_is_on(enter, address):
    assert "protocol 1.0" in head(enter("coordinator01").get(f"/participants/{READY}{address}").text)


@pytest.mark.parametrize("address", ["/casebook", "/SCR/ELIG/1/sign"])
def test_so_do_the_pages_on_which_an_investigator_signs(enter, address):
    assert "protocol 1.0" in head(enter("investigator01").get(f"/participants/{ENROLLED}{address}").text)


@pytest.mark.parametrize(
    ("who", "address", "marked"),
    [
        ("coordinator01", "/", "Due"),
        ("coordinator01", "/participants/screening-log", "Participants"),
        ("coordinator01", f"/participants/{SCREENED}/SCR/DM", "Participants"),
        ("investigator01", f"/participants/{SCREENED}/casebook", "Participants"),
        ("data_manager", "/data/coding", "Data"),
        ("data_manager", "/data/coding/synonyms", "Data"),
        ("data_manager", "/data/checklist", "Data"),
        ("data_manager", "/study/versions/", "Study"),
        ("statistician", "/", "Start"),
    ],
)
def test_one_entry_of_the_navigation_says_where_one_is(enter, who, address, marked):
    assert CURRENT.findall(head(enter(who).get(address).text)) == [marked]
