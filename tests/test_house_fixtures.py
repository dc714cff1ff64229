"""The fixtures everyone leans on: an empty database is empty, a migrated one is migrated, and the matrix tells the worst."""

from types import SimpleNamespace

import pytest
from sqlalchemy import create_engine, inspect, make_url

from tests import traceability
from tests.conftest import absent
from tests.postgres import running
from trial.store.engine import check_migrated, make_engine


def table_names(url: str) -> list[str]:
    engine = create_engine(url)
    names = inspect(engine).get_table_names()
    engine.dispose()
    return names


def test_each_test_gets_an_empty_database(engine_url):
    assert table_names(engine_url) == []
    engine = create_engine(engine_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE left_behind (id INTEGER)")
    engine.dispose()
    assert table_names(engine_url) == ["left_behind"]


@pytest.mark.parametrize("turn", [1, 2])
def test_a_migrated_database_is_at_the_head_and_keeps_nothing_of_the_test_before(migrated_url, turn):
    assert "left_behind" not in table_names(migrated_url)
    engine = make_engine(migrated_url)
    check_migrated(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE left_behind (id INTEGER)")
    engine.dispose()


def test_a_given_address_is_used_as_it_is(monkeypatch):
    monkeypatch.setenv("VIGIL_TEST_DATABASE_URL", "postgresql+psycopg://tester@db.example/vigil")
    with running() as address:
        assert make_url(address).host == "db.example"


def test_the_browser_opens_a_page(browser):
    page = browser.new_page()
    page.set_content("<h1>Vigil</h1>")
    assert page.inner_text("h1") == "Vigil"
    page.close()


def test_the_matrix_is_sorted_by_number_and_holds_every_pair():
    text = traceability.table({("R19", "b"): "passed", ("R2", "a"): "failed", ("R19", "a"): "skipped"})
    assert text.splitlines()[-3:] == ["| R2 | `a` | failed |", "| R19 | `a` | skipped |", "| R19 | `b` | passed |"]


@pytest.mark.parametrize(
    ("outcomes", "kept"),
    [
        (["passed", "passed", "passed"], "passed"),
        (["passed", "failed", "passed"], "failed"),
        (["skipped", "passed"], "skipped"),
        (["skipped", "failed"], "failed"),
    ],
)
def test_a_requirement_keeps_the_worst_outcome_of_its_test(monkeypatch, outcomes, kept):
    # A stand-in for the item: a real mark here would claim, in the printed matrix, a proof that this test is not.
    marks = [SimpleNamespace(args=("R19", "R2"))]
    item = SimpleNamespace(iter_markers=lambda name: marks)
    monkeypatch.setattr(traceability, "results", {})
    for outcome in outcomes:
        report = SimpleNamespace(nodeid="tests/a.py::test_b[1]", outcome=outcome, user_properties=[("other", "R3")])
        traceability.carry(item, report)
        traceability.note(report)
    assert traceability.results == {("R2", "tests/a.py::test_b"): kept, ("R19", "tests/a.py::test_b"): kept}


def test_what_is_absent_is_skipped_with_its_reason(monkeypatch):
    monkeypatch.delenv("VIGIL_REQUIRE_BROWSER", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no browser"):
        absent("no browser", "VIGIL_REQUIRE_BROWSER")


def test_what_is_absent_and_required_is_an_error(monkeypatch):
    monkeypatch.setenv("VIGIL_REQUIRE_BROWSER", "1")
    with pytest.raises(pytest.fail.Exception, match="no browser"):
        absent("no browser", "VIGIL_REQUIRE_BROWSER")
