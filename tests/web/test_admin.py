"""Administration: what ends something asks first, on a page of its own, and says what follows."""

import pytest

from tests.web.conftest import PASSWORD


@pytest.fixture
def administrator(world):
    return world.client("administrator")


def _active(world, username):
    return world.house.reading().one("person", username=username)["active"]


def test_closing_an_account_asks_first_and_changes_nothing(world, administrator):
    for answer in (
        administrator.get("/admin/people/monitor/close"),
        administrator.post("/admin/people/monitor/close"),
        administrator.post("/admin/people/monitor/close", data={"confirmed": "n"}),
    ):
        assert "Close the account of Monitor Person?" in answer.text
        assert "can never sign in with this account again" in answer.text
        assert 'href="/admin/people/monitor"' in answer.text
    assert _active(world, "monitor")


def test_an_account_is_closed_once_it_was_confirmed(world, administrator):
    answer = administrator.post("/admin/people/monitor/close", data={"confirmed": "y"})
    assert answer.status_code == 303
    assert not _active(world, "monitor")
    assert world.client(None).post("/sign-in", data={"username": "monitor", "password": PASSWORD}).status_code == 401
    assert "/admin/people/monitor/close" not in administrator.get("/admin/people/monitor").text


def test_closing_the_own_account_says_so(administrator):
    assert "your own account" in administrator.get("/admin/people/administrator/close").text
    assert "your own account" not in administrator.get("/admin/people/monitor/close").text


def test_a_role_is_taken_back_only_after_a_question(world, administrator):
    reader = world.house.reading()
    person = reader.one("person", username="monitor")["id"]
    held = reader.one("assignment", person_id=person)
    address = f"/admin/assignments/{held['id']}/revoke"
    assert "is signed out everywhere" in administrator.get(address).text
    administrator.post(address)
    assert reader.one("assignment", id=held["id"])["revoked_at"] is None
    administrator.post(address, data={"confirmed": "y"})
    assert reader.one("assignment", id=held["id"])["revoked_at"] is not None


def test_a_new_password_is_made_only_after_a_question_and_shown_once(world, administrator):
    administrator.post("/admin/people/monitor/reset")
    assert world.client("monitor").get("/").status_code == 200
    page = administrator.post("/admin/people/monitor/reset", data={"confirmed": "y"}).text
    assert "shown once" in page
    assert world.client(None).post("/sign-in", data={"username": "monitor", "password": PASSWORD}).status_code == 401


def test_an_account_that_is_not_there_is_not_found(administrator):
    for end in ("", "/close", "/reset"):
        assert administrator.get(f"/admin/people/nobody{end}").status_code == 404
