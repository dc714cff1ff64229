"""Signing in: durable lockout, sessions that end, roles to choose from, and typed text that survives an expired session."""

import re
from datetime import timedelta

import pytest

from tests.web.conftest import CONSENT, OURS, PASSWORD, add, admitted
from trial.actions import people
from trial.store import crfs


def sign_in(world, username, password=PASSWORD, client=None, **fields):
    client = client or world.client(None)
    return client, client.post("/sign-in", data={"username": username, "password": password, **fields})


def test_a_wrong_password_and_an_unknown_name_are_told_apart_by_nobody(world):
    _, wrong = sign_in(world, "coordinator", "wrong")
    _, unknown = sign_in(world, "nobody", "wrong")
    assert wrong.status_code == unknown.status_code == 401
    assert "Wrong name or password" in wrong.text
    shown = [re.sub(r'"csrf_token" value="[^"]+"', "", answer.text.split("<main")[1]) for answer in (wrong, unknown)]
    assert shown[0].replace("coordinator", "nobody") == shown[1]


def test_five_failures_close_the_name_for_fifteen_minutes_also_after_a_restart(world):
    for _ in range(5):
        sign_in(world, "coordinator", "wrong")
    assert sign_in(world, "coordinator")[1].status_code == 429
    world.clock.advance(timedelta(minutes=14, seconds=59))
    assert sign_in(world, "coordinator")[1].status_code == 429
    world.clock.advance(timedelta(seconds=2))
    assert sign_in(world, "coordinator")[1].status_code == 302


def test_the_database_holds_no_usable_token_and_no_password(world):
    client = world.client()
    (row,) = world.house.reading().all("session")
    with client.session_transaction() as cookie:
        assert cookie["token"] not in row["id"]
        assert len(row["id"]) == 64


def test_an_idle_session_ends_after_fifteen_minutes(world):
    client = world.client()
    world.clock.advance(timedelta(minutes=14))
    assert client.get("/").status_code == 200
    world.clock.advance(timedelta(minutes=14))
    assert client.get("/").status_code == 200
    world.clock.advance(timedelta(minutes=15))
    assert client.get("/").status_code == 401


def test_no_session_lives_longer_than_its_absolute_limit(world):
    client = world.client()
    for _ in range(72):
        world.clock.advance(timedelta(minutes=10))
        last = client.get("/").status_code
    assert last == 401


def test_signing_out_ends_the_session_in_the_database(world):
    client = world.client()
    with client.session_transaction() as cookie:
        token = dict(cookie)
    client.post("/sign-out")
    with client.session_transaction() as cookie:
        cookie.update(token)
    assert client.get("/").status_code == 401


def test_taking_a_role_back_ends_open_sessions_at_once(world):
    client = world.client("monitor")
    held = next(a for a in world.house.reading().all("assignment") if a["role"] == "monitor")
    people.revoke(held["id"], uow=world.uow())
    assert client.get("/").status_code == 401


def test_a_closed_account_cannot_sign_in_and_loses_its_session(world):
    client = world.client("monitor")
    people.close_account("monitor", uow=world.uow())
    assert client.get("/").status_code == 401
    assert sign_in(world, "monitor")[1].status_code == 401


def test_several_roles_are_chosen_from_and_none_is_guessed(world):
    add(world, "double", "coordinator", "01")
    admitted(world, "double", "monitor", "02")
    client, _ = sign_in(world, "double")
    assert client.get("/").location == "/role"
    assert client.post("/role", data={"role": "administrator"}).status_code == 403
    assert client.post("/role", data={"role": "monitor"}).status_code == 302
    assert "VG-02-0001" in client.get("/participants/").text
    assert "VG-01-0001" not in client.get("/participants/").text


def test_an_account_without_a_role_opens_nothing(world):
    add(world, "fresh", None, None)
    client, _ = sign_in(world, "fresh")
    assert "No role has been given" in client.get("/", follow_redirects=True).text


def test_a_one_time_password_is_changed_before_anything_opens(world):
    _, first = people.add_person("newcomer", "New Comer", uow=world.uow())
    admitted(world, "newcomer", "coordinator", "01")
    client, _ = sign_in(world, "newcomer", first)
    assert client.get("/participants/").location == "/password"
    for new, again in (("short", "short"), (first, first), ("a longer password", "another password")):
        assert client.post("/password", data={"old": first, "new": new, "again": again}).status_code == 422
    assert (
        client.post(
            "/password", data={"old": first, "new": "a longer password", "again": "a longer password"}
        ).status_code
        == 302
    )
    assert client.get("/participants/").status_code == 200


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\nb"]
)
def test_signing_in_never_leads_to_another_host(world, elsewhere):
    _, answer = sign_in(world, "coordinator", next=elsewhere)
    assert answer.location == "/"


def test_signing_in_leads_back_to_the_page(world):
    _, answer = sign_in(world, "coordinator", next="/participants/?page=2")
    assert answer.location == "/participants/?page=2"


def test_what_was_typed_before_the_session_ended_is_kept_through_signing_in(world):
    client = world.client()
    world.clock.advance(timedelta(minutes=20))
    answer = world.save(f"{OURS}/SCR/IC", client, **CONSENT)
    assert answer.status_code == 401
    assert 'name="held__ICDAT" value="2026-03-01"' in answer.text
    held = {f"held__{name}": value for name, value in CONSENT.items()} | {"held_path": f"/participants/{OURS}/SCR/IC"}
    _, again = sign_in(world, "coordinator", client=client, **held)
    assert again.status_code == 200
    assert f'action="/participants/{OURS}/SCR/IC"' in again.text
    assert 'name="ICDAT" value="2026-03-01"' in again.text
    assert world.save(f"{OURS}/SCR/IC", client, **CONSENT).status_code == 303
    assert len(crfs.history(world.house.reading(), OURS, "SCR", "IC", 1)) == 1


def test_a_post_from_another_site_is_not_offered_again(world):
    answer = world.client(None).post(
        f"/participants/{OURS}/SCR/IC", data=CONSENT, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 401
    assert "2026-03-01" not in answer.text


def test_a_token_that_is_no_longer_valid_gives_the_text_back(world):
    client = world.client()
    world.app.config["WTF_CSRF_ENABLED"] = True
    answer = world.save(f"{OURS}/SCR/IC", client, **CONSENT)
    assert answer.status_code == 400
    assert 'name="ICDAT" value="2026-03-01"' in answer.text
    assert "Send it again" in answer.text
    token = answer.text.split('name="csrf_token" value="')[1].split('"')[0]
    assert world.save(f"{OURS}/SCR/IC", client, **CONSENT, csrf_token=token).status_code == 303


def test_the_pulse_of_an_open_page(world):
    client = world.client()
    assert client.get("/pulse").get_json()["person"] > 0
    world.clock.advance(timedelta(minutes=20))
    answer = client.get("/pulse", headers={"X-Vigil-Person": "1"})
    assert answer.status_code == 401
    assert answer.get_json()["title"] == "Please sign in"


def test_only_who_sent_something_reads_of_a_session_that_ended_and_of_typed_text(world):
    nobody = world.client(None)
    first, sent = nobody.get("/"), nobody.post(f"/participants/{OURS}/SCR/IC", data=CONSENT)
    assert first.status_code == sent.status_code == 401
    assert "what you typed" in sent.text
    assert "typed" not in first.text
    assert "ended" not in first.text
