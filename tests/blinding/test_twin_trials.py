"""Two trials that differ only in who got which arm look the same to whoever is blinded: pages, files, exports, API answers, refusals."""

import itertools
import re
from datetime import UTC, date, datetime, time

import pytest

from analysis.outputs import OPEN
from analysis.performance_outputs import with_calls
from tests.blinding.looking import reachable, seen, unnamed
from tests.blinding.twins import PLAN
from trial.actions.tokens import Wanted, make_token
from trial.actor import Actor
from trial.store import extract
from trial.store.model_calls import model_calls

STATISTICIAN = Actor(None, "Statistician", "statistician", None)
NAMES = {
    "event": ("SUR", "NC07", "FU06", "DEC", "ANY"),
    "form": ("SUR", "MGT", "RGW", "FU", "DEC"),
    "occurrence": (1,),
    "number": (1, 2),
}


def both(twins):
    return twins.first, twins.second


def test_the_two_trials_differ_in_who_got_which_arm_and_in_what_followed(twins):
    """Else everything below would be as good as nothing."""
    arms = [
        [(a["participant"], a["arm"]) for a in w.house.reading().all("allocation", order_by="participant")]
        for w in both(twins)
    ]
    assert len(arms[0]) == 2
    assert all(name == other and arm != swapped for (name, arm), (other, swapped) in zip(*arms, strict=True))
    operated = [
        {c["participant"] for c in w.house.reading().all("crf", form="SUR", event="SUR-1")} for w in both(twins)
    ]
    assert operated[0] and operated[0] != operated[1]
    watched = [{c["participant"] for c in w.house.reading().all("crf", form="RGW")} for w in both(twins)]
    assert watched[0] and watched[0] != watched[1]


def test_whoever_is_not_blinded_sees_the_difference(twins):
    """What is compared below could be told apart."""
    viewer = Actor(None, "Unblinded", "unblinded_statistician", None)
    first, second = (listed(w, viewer) for w in both(twins))
    assert first != second


@pytest.mark.requirement("R54")
def test_a_statistician_sees_the_same_in_every_page_and_file_that_links_lead_to(twins):
    first, second = (list(reachable(w.client("statistician"))) for w in both(twins))
    assert [address for address, _, _ in first] == [address for address, _, _ in second]
    assert differing(first, second) == []
    assert {"/results/", "/results/status.pdf"} <= {address for address, status, _ in first if status == 200}
    assert all(status < 500 for _, status, _ in first)


def test_a_statistician_is_refused_in_the_same_words_at_every_address_that_takes_a_name(twins):
    first, second = ([(a, *seen(w.client("statistician"), a)) for a in addresses(w)] for w in both(twins))
    assert len(first) > 50
    assert differing(first, second) == []


@pytest.mark.parametrize("role", ["statistician", "data_manager"])
def test_what_leaves_for_analysis_is_the_same_row_by_row(twins, role):
    viewer = Actor(None, role, role, None)
    first, second = (listed(w, viewer) for w in both(twins))
    assert first == second
    assert any(row[2] for row in first)


def test_every_answer_of_the_api_to_a_statistician_is_the_same(twins):
    """A data manager reads single participants' forms, open label (PROTOCOL 10); exports and aggregates are held apart."""
    first, second = (api_answers(w, "statistician") for w in both(twins))
    assert len(first) > 15
    assert differing(first, second) == []


AGGREGATES = ("/results/", "/results/status.pdf", "/results/performance/", "/results/performance/performance.csv", "/oversight/",
              "/oversight/indicators.csv", "/participants/screening-log", "/data/modalities", "/data/modalities.csv")  # fmt: skip


@pytest.mark.parametrize("address", AGGREGATES)
def test_a_data_manager_sees_the_same_in_every_aggregate(twins, address):
    first, second = (seen(w.client("data_manager"), address) for w in both(twins))
    assert first[0] == 200
    assert first == second


@pytest.mark.parametrize("output", OPEN, ids=lambda output: output.id)
def test_every_output_that_is_open_is_the_same(twins, output):
    first, second = (output.make(pooled(w), str) for w in both(twins))
    assert [unnamed(str(table)) for table in first.tables] == [unnamed(str(table)) for table in second.tables]
    assert [(f.id, f.title, f.alt, f.svg) for f in first.figures] == [
        (f.id, f.title, f.alt, f.svg) for f in second.figures
    ]


def pooled(world):
    now = datetime.combine(PLAN.until, time(20, tzinfo=UTC))
    with world.house.reading() as reader:
        taken = extract.pooled(reader, STATISTICIAN, cut_on=PLAN.until, now=now)
        return with_calls(taken, model_calls(reader, STATISTICIAN, cut_on=PLAN.until))


def listed(world, viewer):
    """Rows as an export has them."""
    now = datetime.combine(PLAN.until, time(20, tzinfo=UTC))
    with world.house.reading() as reader:
        rows = extract.listing(reader, viewer, cut_on=PLAN.until, now=now).rows
    return [
        (row.participant, row.site, {c.address: unnamed(str(c.answers)) for c in row.crfs}, row.allocation, row.codings)
        for row in rows
    ]


def addresses(world, api=False):
    """Each route that can be asked, with names there are: also those a statistician has no business at."""
    people = [row["id"] for row in world.house.reading().all("participant", order_by="id")]
    names = {"participant": people[:4], **NAMES}
    for rule in sorted(world.app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if "GET" in rule.methods and rule.rule.startswith("/api/") == api and rule.arguments <= names.keys():
            template, wanted = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), sorted(rule.arguments)
            for values in itertools.product(*(names[name] for name in wanted)):
                yield template.format(**dict(zip(wanted, values, strict=True)))


def api_answers(world, role):
    row = world.house.reading().the("person", username=role)
    wanted = Wanted("twins", "read", date(2026, 12, 31))
    _row, secret = make_token(wanted, uow=world.uow(Actor(row["id"], row["full_name"], role)))
    client, headers = world.app.test_client(), {"Authorization": f"Bearer {secret}"}
    asked = [(address, client.get(address, headers=headers)) for address in addresses(world, api=True)]
    return [(address, answer.status_code, unnamed(answer.text)) for address, answer in asked]


def differing(first, second):
    """The addresses whose answers differ, with the first line that does."""
    told = []
    for (address, status, content), (_, other_status, other) in zip(first, second, strict=True):
        if (status, content) != (other_status, other):
            lines = [(a, b) for a, b in zip(content.splitlines(), other.splitlines(), strict=False) if a != b][:1]
            told.append((address, status, other_status, lines or "length"))
    return told
