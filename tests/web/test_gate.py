"""Every route has an entry, deny by default; every role gets what its verbs say, and no other site's participant."""

import re

import pytest

from tests.web.conftest import OURS, THEIRS
from trial import roles
from trial.web import gate

EXAMPLE = {"participant": OURS, "event": "SCR", "form": "IC", "occurrence": 2, "path": "ICDAT", "number": 1, "sha256": "a" * 64,
           "username": "nobody", "version": "1.1", "assignment": 999_999, "code": "99", "filename": "css/vigil.css",
           "output": "disposition", "part_name": "disposition", "ending": "csv"}  # fmt: skip

PROGRAMS = "api."


def _address(rule, participant=OURS):
    values = EXAMPLE | {"participant": participant}
    return re.sub(r"<(?:[a-z]+:)?([a-z0-9_]+)>", lambda m: str(values[m[1]]), rule.rule)


def _routes(app):
    return [(rule, method) for rule in app.url_map.iter_rules() for method in sorted(rule.methods & {"GET", "POST"})
            if set(rule.arguments) <= set(EXAMPLE) and rule.endpoint != "static"]  # fmt: skip


def test_every_route_has_an_entry(world):
    assert [rule.endpoint for rule in world.app.url_map.iter_rules() if gate.verb_of(rule.endpoint) is None] == []


def test_every_entry_names_a_route_and_a_verb(world):
    assert set(gate.PERMISSIONS) <= {rule.endpoint for rule in world.app.url_map.iter_rules()}
    assert set(gate.PERMISSIONS.values()) <= set(roles.VERBS) | {gate.OPEN, gate.SIGNED_IN}


def test_a_route_without_an_entry_is_closed(world):
    world.app.view_functions["forgotten"] = lambda: "open"
    world.app.url_map.add(world.app.url_rule_class("/forgotten", endpoint="forgotten"))
    assert world.client("administrator").get("/forgotten").status_code == 403


def test_nobody_gets_in_without_a_session(world):
    for rule, method in _routes(world.app):
        if gate.verb_of(rule.endpoint) != gate.OPEN:
            answer = world.client(None).open(_address(rule), method=method)
            assert answer.status_code == 401, (rule.rule, method, answer.status_code)
            assert "VG-01" not in answer.text.replace(OURS, "")


@pytest.mark.parametrize("role", list(roles.ROLES))
def test_each_role_on_each_route(consented, role):
    """403 exactly where the role lacks the verb; never a fault."""
    client = consented.client(role)
    for rule, method in _routes(consented.app):
        verb = gate.verb_of(rule.endpoint)
        if rule.endpoint in ("signin.sign_out", "signin.sign_in"):
            continue
        if rule.endpoint.startswith(PROGRAMS):
            # A session opens nothing there; what a token opens, tests/api asks of every operation.
            assert client.open(_address(rule), method=method).status_code == 401
            continue
        status = client.open(_address(rule), method=method).status_code
        if verb not in (gate.OPEN, gate.SIGNED_IN) and not roles.may(role, verb):
            assert status == 403, (role, rule.rule, method, status)
        else:
            assert status < 500, (role, rule.rule, method, status)


@pytest.mark.parametrize("role", [r.name for r in roles.ROLES.values() if r.scope in ("own", "assigned")])
def test_another_sites_participant_is_not_there_at_all(consented, role):
    client = consented.client(role)
    for rule, method in _routes(consented.app):
        if "participant" in rule.arguments and not rule.endpoint.startswith(PROGRAMS):
            status = client.open(_address(rule, THEIRS), method=method).status_code
            assert status in (403, 404), (role, rule.rule, method, status)
            if roles.may(role, gate.verb_of(rule.endpoint) or "") and roles.may_read_form(role, "IC"):
                missing = client.open(_address(rule, "VG-09-0001"), method=method).status_code
                assert status == missing, "whether it exists must not show"


def test_an_administrator_sees_no_participant_anywhere(consented):
    client = consented.client("administrator")
    for path in ("/", "/study", "/admin/people"):
        assert "VG-0" not in client.get(path).text


def test_the_gate_takes_later_rooms_but_no_second_entry():
    with pytest.raises(ValueError, match=r"home\.home"):
        gate.open_to({"home.home": "study.read"})
    with pytest.raises(ValueError, match="no verb"):
        gate.open_to({"results.somewhere": "anything"})
