"""`vigil user`: what an administrator does about access, at the console."""

import json
from datetime import timedelta

import pytest

from tests.web.conftest import NOW, PASSWORD, furnished, world
from tests.web.test_cli import run
from trial import second_factor as codes
from trial.actions import second_factor
from trial.actions.people import person
from trial.actor import Actor

__all__ = ["furnished", "run", "world"]
TODAY = NOW.date().isoformat()


def standing(world, username):
    reader = world.house.reading()
    return person(reader, reader.the("person", username=username)["id"], on=world.clock.today())


@pytest.mark.requirement("R06", "R75")
def test_one_command_puts_a_role_in_force(run, world):
    assert run("user", "add", "li.na", "--name", "Li Na", "--role", "coordinator@01")[0] == 0
    assert standing(world, "li.na").roles == ()
    listed = {p["username"]: p for p in json.loads(run("user", "list", "--json")[1])}
    assert [each["why"] for each in listed["li.na"]["not_in_force"]] == [["approval", "training", "delegation"]]
    assert "coordinator@01 (not in force)" in run("user", "list")[1]
    assert (
        run("user", "admit", "li.na", "coordinator", "--site", "01", "--approved-by", "The sponsor", "--to", TODAY)[0]
        == 0
    )
    assert standing(world, "li.na").actor("coordinator").held_back == ()
    world.clock.advance(timedelta(days=1))
    assert standing(world, "li.na").actor("coordinator").held_back == (("01", ("delegation-ended",)),)


def test_a_principal_investigator_is_named_at_the_console(run, world):
    assert run("user", "add", "pi", "--name", "Pi", "--role", "investigator@02")[0] == 0
    told = ("user", "admit", "pi", "investigator", "--site", "02", "--approved-by", "The sponsor", "--principal")
    assert run(*told)[0] == 0
    (row,) = world.house.reading().all("delegation", person_id=standing(world, "pi").id)
    assert (row["principal"], row["basis"]) == (True, "sponsor")


def test_the_first_administrator_is_in_force(run, world):
    assert run("init", "--username", "root", "--name", "Root Person")[0] == 0
    assert standing(world, "root").actor("administrator")


@pytest.mark.requirement("R51")
@pytest.mark.parametrize(("how", "code"), [("in-person", 0), ("hearsay", 3)])
def test_identity_is_recorded_at_the_console(run, world, how, code):
    run("user", "add", "li.na", "--name", "Li Na")
    assert run("user", "identity", "li.na", "--how", how, "--document", "passport")[0] == code
    assert len(world.house.reading().all("identity_check", person_id=standing(world, "li.na").id)) == (code == 0)


@pytest.mark.requirement("R13")
def test_lost_credentials_are_voided_at_the_console(run, world):
    client = world.client("coordinator")
    assert run("user", "compromised", "coordinator", "--reason", "stolen")[0] == 0
    assert client.get("/").status_code == 401
    assert (
        world.client(None).post("/sign-in", data={"username": "coordinator", "password": PASSWORD}).status_code == 401
    )


@pytest.mark.requirement("R14")
def test_the_console_asks_for_the_code_too(run, world):
    who = standing(world, "unblinded_statistician")
    oneself = Actor(who.id, who.full_name, "person")
    key = world.house.settings.sealing_key
    second_factor.begin(uow=world.uow(oneself), key=key)
    secret = second_factor.pending(world.house.reading(), who.id, key)
    second_factor.confirm(codes.code_at(secret, codes.step_of(NOW)), uow=world.uow(oneself), key=key)
    assert run("randomisation", "close")[0] == 0
    reveal = ("randomisation", "reveal", "--username", who.username, "--password", PASSWORD)
    assert run(*reveal)[0] == 3
    code, out, _ = run(*reveal, "--code", codes.code_at(secret, codes.step_of(NOW) + 1))
    assert (code, out.strip()) == (0, (b"r" * 32).hex())
