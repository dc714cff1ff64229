"""What a newcomer reads when the demo is ready."""

import re
from pathlib import Path

from trial.roles import ROLES as EVERY_ROLE
from trial.simulate.demo import ROLES, Login, greeting

LOGINS = tuple(Login(name, f"secret-{name}", role, site) for name, role, site in ROLES)


def said() -> str:
    return "\n".join(greeting("http://127.0.0.1:8010", LOGINS, Path("instance/demo")))


def test_the_address_comes_before_the_people():
    words = said()
    assert words.index("http://127.0.0.1:8010") < words.index("coordinator")


def test_there_is_one_line_a_login_with_the_role_in_words():
    for login in LOGINS:
        line = next(each for each in said().splitlines() if re.match(rf"  {login.username} ", each))
        assert f" {login.password} " in line
        assert EVERY_ROLE[login.role].label in line
        assert (f"site {login.site}" in line) == (login.site is not None)


def test_it_says_how_to_end_and_what_stays():
    words = said()
    assert "Ctrl-C" in words
    assert "instance/demo" in words
    assert "new at every start" in words
