"""When a role is in force: approval, training, delegation and an open site, at the day (ICH E6(R3) 4.3.2, 4.3.8(b))."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trial import rights, roles
from trial.rights import APPROVAL, CLOSED, DELEGATION, ENDED, NOT_YET, TRAINING, UNBLINDED, Evidence

TODAY = date(2026, 6, 1)
YESTERDAY, TOMORROW = TODAY - timedelta(1), TODAY + timedelta(1)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def given_role(role="coordinator", site="01"):
    return {"id": 1, "role": role, "site_code": site}


def approval(on=TODAY, assignment=1):
    return {"assignment": assignment, "approved_on": on}


def trained(role="coordinator", on=TODAY):
    return {"role": role, "taken_on": on}


def delegated(role="coordinator", site="01", **told):
    return {
        "role": role,
        "site_code": site,
        "from_on": TODAY,
        "to_on": None,
        "approved_at": NOON,
        "ended_at": None,
    } | told


def closed(site="01", on=TODAY, reopened=None):
    return {"site_code": site, "closed_on": on, "reopened_at": reopened}


APPROVED, TRAINED, DELEGATED = (approval(),), (trained(),), (delegated(),)


def why(
    assignment=None,
    approvals=APPROVED,
    trainings=TRAINED,
    delegations=DELEGATED,
    closures=(),
    today=TODAY,
):
    evidence = Evidence(approvals, trainings, delegations, closures)
    (standing,) = rights.standings(assignment or given_role(), evidence, today)
    return standing.why


@pytest.mark.requirement("R06", "R75")
@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ({}, ()),
        ({"approvals": ()}, (APPROVAL,)),
        ({"approvals": (approval(assignment=2),)}, (APPROVAL,)),
        ({"approvals": (approval(TOMORROW),)}, (APPROVAL,)),
        ({"trainings": ()}, (TRAINING,)),
        ({"trainings": (trained("investigator"),)}, (TRAINING,)),
        ({"trainings": (trained(on=TOMORROW),)}, (TRAINING,)),
        ({"delegations": ()}, (DELEGATION,)),
        ({"delegations": (delegated(site="02"),)}, (DELEGATION,)),
        ({"delegations": (delegated("investigator"),)}, (DELEGATION,)),
        ({"delegations": (delegated(approved_at=None),)}, (DELEGATION,)),
        ({"approvals": (), "trainings": (), "delegations": ()}, (APPROVAL, TRAINING, DELEGATION)),
    ],
)
def test_what_is_missing_keeps_a_role_out_of_force(evidence, expected):
    assert why(**evidence) == expected


@pytest.mark.requirement("R07")
@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"from_on": TOMORROW}, (NOT_YET,)),
        ({"from_on": TODAY}, ()),
        ({"from_on": YESTERDAY, "to_on": TODAY}, ()),
        ({"from_on": YESTERDAY, "to_on": YESTERDAY}, (ENDED,)),
        ({"from_on": YESTERDAY, "to_on": TOMORROW}, ()),
        ({"from_on": TODAY, "ended_at": NOON}, (ENDED,)),
        ({"from_on": TOMORROW, "ended_at": NOON}, (NOT_YET,)),
    ],
)
def test_a_delegation_counts_from_its_first_to_its_last_day(told, expected):
    assert why(delegations=(delegated(**told),)) == expected


def test_a_new_delegation_takes_the_place_of_one_that_ended():
    assert why(delegations=(delegated(from_on=YESTERDAY, to_on=YESTERDAY), delegated())) == ()


@pytest.mark.requirement("R07")
@pytest.mark.parametrize(
    ("closures", "expected"),
    [
        ((closed(),), (CLOSED,)),
        ((closed(on=TOMORROW),), ()),
        ((closed("02"),), ()),
        ((closed(reopened=NOON),), ()),
        ((closed(reopened=NOON), closed()), (CLOSED,)),
    ],
)
def test_a_site_is_closed_from_its_day(closures, expected):
    assert why(closures=closures) == expected


@pytest.mark.requirement("R07")
@pytest.mark.parametrize("role", roles.ROLES)
def test_who_stops_when_the_site_closes(role):
    """Those who write what the site reports; monitors and the sponsor's people go on."""
    delegations = (delegated(role),)
    found = why(given_role(role), trainings=(trained(role),), delegations=delegations, closures=(closed(),))
    assert found == ((CLOSED,) if role in ("coordinator", "investigator", "laboratory") else ())


@pytest.mark.parametrize("role", roles.ROLES)
def test_who_needs_a_delegation(role):
    found = why(given_role(role), trainings=(trained(role),), delegations=())
    assert found == ((DELEGATION,) if role in ("coordinator", "investigator") else ())


@pytest.mark.requirement("R07")
@pytest.mark.parametrize("role", ["coordinator", "investigator"])
@pytest.mark.parametrize(
    ("evidence", "reads"),
    [
        ({"delegations": (delegated("{}", to_on=YESTERDAY, from_on=YESTERDAY),)}, True),
        ({"closures": (closed(),)}, True),
        ({"approvals": ()}, False),
        ({"delegations": ()}, False),
    ],
)
def test_only_an_investigator_reads_on_and_only_what_was_in_force_before(role, evidence, reads):
    own = [delegated(role)] if "delegations" not in evidence else [d | {"role": role} for d in evidence["delegations"]]
    rest = Evidence(evidence.get("approvals", (approval(),)), (trained(role),), own, evidence.get("closures", ()))
    (standing,) = rights.standings(given_role(role), rest, TODAY)
    assert not standing.in_force
    assert standing.reads_on is (reads and role == "investigator")


def test_a_sites_role_that_was_given_everywhere_is_in_force_where_it_was_delegated():
    evidence = Evidence(
        (approval(),),
        (trained(),),
        (delegated(site="02"), delegated(site="01", to_on=YESTERDAY, from_on=YESTERDAY)),
        (),
    )
    found = {s.site: s.why for s in rights.standings(given_role(site=None), evidence, TODAY)}
    assert found == {"01": (ENDED,), "02": ()}


def test_a_sites_role_that_was_given_everywhere_and_delegated_nowhere_is_awaited():
    (standing,) = rights.standings(given_role(site=None), Evidence((approval(),), (trained(),)), TODAY)
    assert (standing.site, standing.why) == (None, (DELEGATION,))


@pytest.mark.parametrize(
    ("delegations", "expected"),
    [
        ((), None),
        ((delegated(),), None),
        ((delegated(to_on=TOMORROW),), TOMORROW),
        ((delegated(to_on=TODAY), delegated(to_on=TOMORROW)), TOMORROW),
        ((delegated(to_on=TODAY), delegated()), None),
        ((delegated(to_on=YESTERDAY, from_on=YESTERDAY),), None),
    ],
)
def test_until_when(delegations, expected):
    assert rights.until("coordinator", "01", delegations, TODAY) == expected


BLANK = st.none() | st.just(NOON)
DAYS = st.dates(date(2026, 5, 1), date(2026, 7, 1))
ROWS = st.builds(
    lambda a, e, f, t: delegated(approved_at=a, ended_at=e, from_on=f, to_on=t), BLANK, BLANK, DAYS, st.none() | DAYS
)


@given(st.lists(ROWS, max_size=4), DAYS)
def test_whatever_the_log_says_a_role_is_in_force_exactly_under_a_signed_delegation_that_covers_the_day(log, today):
    covered = any(
        d["approved_at"] and not d["ended_at"] and d["from_on"] <= today and (d["to_on"] is None or d["to_on"] >= today)
        for d in log
    )
    early = (approval(date(2026, 1, 1)),), (trained(on=date(2026, 1, 1)),)
    assert (why(None, *early, delegations=log, today=today) == ()) is covered


def test_every_reason_has_words():
    assert set(rights.WHY) == {APPROVAL, TRAINING, DELEGATION, UNBLINDED, NOT_YET, ENDED, CLOSED}
    assert all(len(words) > 10 for words in rights.WHY.values())


@pytest.mark.requirement("R48")
def test_the_digest_of_a_delegation_is_bound_to_each_of_its_parts():
    row = {
        "person_id": 1,
        "site_code": "01",
        "role": "coordinator",
        "tasks": "entry",
        "principal": False,
        "from_on": TODAY,
        "to_on": None,
    }
    changed = {"person_id": 2, "site_code": "02", "role": "investigator", "tasks": "all", "principal": True, "from_on": TOMORROW,
               "to_on": TOMORROW}  # fmt: skip
    digests = {rights.delegation_digest(row | {name: value}) for name, value in changed.items()}
    assert len(digests | {rights.delegation_digest(row)}) == len(changed) + 1
