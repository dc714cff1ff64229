"""Replay of the journal equals the current rows, whatever was written, changed, abandoned or refused, in any order."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from forms.answers import Answers, Crf
from tests.store.house import NOON, RELEASED, Happened
from trial.errors import AlreadyExists, ConstraintBroken, NotFound, StaleRevision
from trial.store import crfs, journal
from trial.store.types import canonical
from trial.store.verify import verify

words = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | words,
    lambda inner: st.lists(inner) | st.dictionaries(words, inner),
    max_leaves=6,
)
versions = st.lists(st.dictionaries(words, values, max_size=3), max_size=2)
keys = st.sampled_from(["a", "b", "c", "d"])
codes = st.sampled_from(["01", "02", "03"])

writes = st.one_of(
    st.tuples(st.just("insert"), st.just("setting"), st.fixed_dictionaries({"key": keys, "value": words | st.none()})),
    st.tuples(st.just("ensure"), st.just("setting"), st.fixed_dictionaries({"key": keys, "value": words | st.none()})),
    st.tuples(st.just("update"), st.just("setting"), st.fixed_dictionaries({"key": keys, "value": words | st.none()})),
    st.tuples(
        st.just("insert"),
        st.just("site"),
        st.fixed_dictionaries(
            {"code": codes, "name": words, "consent_versions": versions, "birth_year_only": st.booleans()}
        ),
    ),
    st.tuples(
        st.just("update"),
        st.just("site"),
        st.fixed_dictionaries(
            {"code": codes},
            optional={
                "name": words,
                "consent_versions": versions,
                "opened_on": st.dates() | st.none(),
                "target": st.integers(-1, 99),
            },
        ),
    ),
    st.tuples(
        st.just("update"),
        st.just("person"),
        st.fixed_dictionaries({"username": st.just("ada"), "password_hash": words | st.none()}),
    ),
    st.tuples(st.just("save"), st.sampled_from([None, 1, 2]), words.filter(bool)),
)
KEY = {"setting": "key", "site": "code", "person": "username"}
transactions = st.lists(st.tuples(st.lists(writes, max_size=4), st.booleans()), max_size=5)


def act(uow, kind, target, given_values):
    if kind == "save":
        instance = Crf("AA", 1, "SCR", 1, 1, Answers({"WORD": given_values}))
        crfs.append_revision(uow, "VG-01-0001", instance, based_on=target, reason="r", source="screen")
    elif kind == "update":
        name = KEY[target]
        uow.update(target, {name: given_values[name]}, **{k: v for k, v in given_values.items() if k != name})
    else:
        getattr(uow, kind)(target, **given_values)


def run(house, steps, commits):
    """One transaction; a refused write abandons it, as an action would."""
    try:
        with house.work() as uow:
            for step in steps:
                act(uow, *step)
            uow.record(Happened(repr(len(steps))))
            if commits:
                uow.commit()
                return True
    except (AlreadyExists, ConstraintBroken, NotFound, StaleRevision):
        return False
    return False


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(plan=transactions)
def test_replay_equals_the_current_rows_whatever_happened(house, plan):
    """The database is kept from one example to the next, so that histories grow long."""
    before = journal.head(house.reader)[0]
    committed = sum(run(house, steps, commits) for steps, commits in plan)
    assert journal.head(house.reader)[0] == before + committed
    assert verify(house.engine, released=RELEASED) == []


@given(value=values)
def test_canonical_text_reads_back_as_the_same_value_and_the_same_text(value):
    assert json.loads(canonical(value)) == value
    assert canonical(json.loads(canonical(value))) == canonical(value)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    at=st.datetimes(min_value=(NOON - timedelta(days=36500)).replace(tzinfo=None), timezones=st.timezones()),
    value=versions,
)
@example(at=datetime(2002, 3, 31, 2, tzinfo=ZoneInfo("Asia/Irkutsk")), value=[])  # a local time the clocks skipped
def test_what_is_stored_comes_back_the_same_on_both_engines(house, at, value):
    instant = at.astimezone(UTC)  # Python calls a skipped local time unequal to every time of another zone (PEP 495)
    with house.work() as uow:
        row = uow.update("person", {"username": "ada"}, created_at=at)
        site = uow.update("site", {"code": "01"}, consent_versions=value)
        assert row["created_at"] == instant
        assert uow.the("person", username="ada")["created_at"] == instant
        assert site["consent_versions"] == uow.the("site", code="01")["consent_versions"] == value
