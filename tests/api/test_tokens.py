"""Chapter: a token lets a program act in one role of a person, as long as role, account and token stand, and never signs (R02)."""

from datetime import date, timedelta

import pytest

from tests.actions.house import PASSWORD, TODAY, House
from tests.actions.rooms import on_both
from trial.actions import people, tokens
from trial.actions.tokens import LONGEST, PREFIX, Wanted, bearer, make_token, revoke_token
from trial.actor import SYSTEM
from trial.errors import NotAllowed, NotFound, Refused
from trial.store.verify import verify
from trial.web.api.operations import OPERATIONS, PERMISSIONS

MINE = Wanted("My script", "read", date(2026, 12, 31))


@on_both
def test_it_is_shown_once_and_kept_as_a_hash(either: House) -> None:
    row, secret = make_token(MINE, uow=either.work())
    assert secret.startswith(PREFIX)
    stored = either.reader.the("token", id=row["id"])
    assert stored["sha256"] == tokens.hashed(secret)
    assert not any(secret in str(each) for table in ("token", "journal") for each in either.reader.all(table))
    assert verify(either.engine) == []
    found = bearer(either.reader, secret, TODAY)
    assert found is not None
    assert (found[0]["id"], found[1].username) == (row["id"], "coordinator01")


@pytest.mark.parametrize("days", [-1, 0, LONGEST.days + 1])
def test_it_ends_after_today_and_within_a_year(house: House, days: int) -> None:
    with pytest.raises(Refused):
        make_token(Wanted("x", "read", TODAY + timedelta(days)), uow=house.work())


@pytest.mark.parametrize(("label", "scope"), [(" ", "read"), ("x", "sign"), ("x", "")])
def test_it_says_what_it_is_for_and_what_it_may(house: House, label: str, scope: str) -> None:
    with pytest.raises(Refused):
        make_token(Wanted(label, scope, MINE.expires_on), uow=house.work())


def test_the_last_day_is_the_last(house: House) -> None:
    _row, secret = make_token(MINE, uow=house.work())
    assert bearer(house.reader, secret, MINE.expires_on) is not None
    assert bearer(house.reader, secret, MINE.expires_on + timedelta(1)) is None


@on_both
def test_it_ends_with_its_owner_the_role_and_the_account(either: House) -> None:
    row, secret = make_token(MINE, uow=either.work())
    other = make_token(MINE, uow=either.work("monitor"))[1]
    revoke_token(row["id"], uow=either.work())
    revoke_token(row["id"], uow=either.work())
    assert bearer(either.reader, secret, TODAY) is None
    assert len(either.journal("person:token:revoked")) == 1
    with pytest.raises(NotFound):
        revoke_token(2, uow=either.work())
    held = either.reader.the("assignment", role="monitor", site_code="01", revoked_at=None)
    people.revoke(held["id"], uow=either.work(SYSTEM))
    assert bearer(either.reader, other, TODAY) is None
    third = make_token(MINE, uow=either.work("investigator"))[1]
    people.close_account("investigator01", uow=either.work(SYSTEM))
    assert bearer(either.reader, third, TODAY) is None


def test_the_system_has_none(house: House) -> None:
    with pytest.raises(NotAllowed):
        make_token(MINE, uow=house.work(SYSTEM))


@pytest.mark.parametrize("secret", ["", "vgl_", "x", "vgl_" + "a" * 43])
def test_no_other_text_opens_anything(house: House, secret: str) -> None:
    make_token(MINE, uow=house.work())
    assert bearer(house.reader, secret, TODAY) is None


@pytest.mark.requirement("R02")
def test_no_operation_signs() -> None:
    assert not set(PERMISSIONS.values()) & {
        "crf.sign",
        "eligibility.sign",
        "decision.record",
        "delegation.sign",
        "access.review",
    }
    assert not [o for o in OPERATIONS if o.takes and "password" in o.takes["properties"]]


def test_the_page_makes_shows_once_and_ends_one(desk) -> None:
    client = desk.client("coordinator01")
    made = client.post("/tokens/", {"label": "My script", "scope": "write", "until": "2026-12-31"}).text
    secret = made.split("vgl_")[1].split("<")[0]
    assert len(secret) == 43
    assert secret not in client.get("/tokens/").text
    (row,) = desk.house.reader.all("token")
    client.post(f"/tokens/{row['id']}/revoke")
    assert "ended" in client.get("/tokens/").text
    assert client.post("/tokens/", {"label": "x", "scope": "write", "until": "soon"}).status_code == 422


def test_the_calendar_has_its_own_address_and_nothing_else(desk) -> None:
    client = desk.client("coordinator01")
    made = client.post("/tokens/", {"label": "Phone", "scope": "calendar", "until": "2026-12-31"}).text
    address = "/calendar/" + made.split("/calendar/")[1].split("<")[0]
    anybody = desk.house
    feed = client.get(address)
    assert feed.mimetype == "text/calendar"
    assert "VG-01-" in feed.text
    assert "VG-02-" not in feed.text
    secret = address.removeprefix("/calendar/").removesuffix(".ics")
    assert bearer(anybody.reader, secret, TODAY) is not None
    assert client.get("/calendar/vgl_nothing.ics").status_code == 404
    assert PASSWORD not in feed.text
