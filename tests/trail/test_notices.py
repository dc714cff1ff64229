"""Chapter: people are told what concerns them, on their pages and by mail, and no mail holds data of a participant."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from tests.actions.house import ELSEWHERE, READY, SCREENED, House
from tests.actions.rooms import on_both
from tests.trail.test_redaction import mistyped
from trial.actions import notify, queries
from trial.actor import SYSTEM
from trial.cli import commands
from trial.cli.notify import mail_words
from trial.mail import send
from trial.notices import BY_KIND, RETRY, RULES, Holder, again_at, due_for_mail, told_by
from trial.roles import ROLES
from trial.store import journal
from trial.store.tables_accounts import person
from wsgi import create_app

NOW = datetime(2026, 6, 1, tzinfo=UTC)
HOLDERS = (
    Holder(1, "coordinator", "01"), Holder(2, "coordinator", "02"), Holder(3, "monitor", "01"), Holder(4, "safety_officer", None),
    Holder(5, "administrator", None), Holder(6, "investigator", "01"), Holder(1, "investigator", "01"),
)  # fmt: skip


def entry(tag: str, actor: int | None = None, **event: Any) -> dict[str, Any]:
    return {"tag": tag, "actor": actor, "body": {"event": event}}


TOLD = {
    "a query of a person": (entry("person:query:raised", 3, rule=None), "01", [(1, "query"), (6, "query")]),
    "a query of a check": (entry("person:query:raised", None, rule="AE-1"), "01", []),
    "a query at the other site": (entry("person:query:raised", 3, rule=None), "02", [(2, "query")]),
    "an answer": (entry("person:query:moved", 1, act="answer"), "01", [(3, "answer")]),
    "a closed query": (entry("person:query:moved", 3, act="close"), "01", []),
    "a serious event": (entry("site:crf:saved", 1, crf="SAE/ANY/1"), "01", [(3, "sae"), (4, "sae")]),
    "an adverse event": (entry("site:crf:saved", 1, crf="AE/ANY/1"), "01", []),
    "one's own act": (entry("system:participant:allocated", 6), "01", [(1, "allocated")]),
    "what concerns no site": (entry("system:clock:drifted"), None, [(5, "clock")]),
    "a model that cannot be used": (entry("system:model:failed"), None, [(5, "model")]),
    "what nobody is told": (entry("site:crf:saved", 1, crf="LB/RST/1"), "01", []),
}


@pytest.mark.parametrize(("given", "site", "expected"), TOLD.values(), ids=TOLD)
def test_who_is_told_of_what(given: dict[str, Any], site: str | None, expected: list[tuple[int, str]]) -> None:
    assert sorted(told_by(given, site, HOLDERS)) == expected


def test_rules_name_roles_and_kinds_that_there_are() -> None:
    assert {role for rule in RULES for role in rule.roles} <= set(ROLES)
    assert len(BY_KIND) == len(RULES)


@pytest.mark.parametrize(
    ("kinds", "last", "due"),
    [(["query"], None, True), (["query"], timedelta(hours=23, minutes=59), False), (["query"], timedelta(hours=24), True),
     (["sae"], timedelta(minutes=1), True), ([], None, False), (["gone"], None, False)],
)  # fmt: skip
def test_urgent_mails_leave_at_once_and_the_rest_once_a_day(
    kinds: list[str], last: timedelta | None, due: bool
) -> None:
    assert due_for_mail([{"kind": k} for k in kinds], NOW - last if last else None, NOW) is due


def test_a_mail_that_fails_is_tried_again_and_given_up_in_the_end() -> None:
    assert [again_at(n, NOW) for n in range(1, len(RETRY) + 2)] == [*(NOW + wait for wait in RETRY), None]


@on_both
def test_notices_follow_the_journal_once(either: House) -> None:
    while notify.follow(uow=either.work(SYSTEM)):
        pass
    before = either.reader.all("notice")
    queries.raise_query(queries.Question(SCREENED, "Is it so?", "SCR", "DM", 1, "SEX"), uow=either.work("monitor"))
    assert notify.follow(uow=either.work(SYSTEM)) == 1
    assert notify.follow(uow=either.work(SYSTEM)) == 0
    fresh = either.reader.all("notice", order_by="id")[len(before) :]
    names = {p["id"]: p["username"] for p in either.reader.all("person")}
    assert {(names[n["person"]], n["kind"], n["participant"]) for n in fresh} == {
        ("coordinator01", "query", SCREENED), ("investigator01", "query", SCREENED),
    }  # fmt: skip
    assert either.reader.the("followed", one=1)["seq"] == journal.head(either.reader)[0]


def quiet(house: House) -> None:
    """Everybody has an address and has seen all there was."""
    while notify.follow(uow=house.work(SYSTEM)):
        pass
    with house.engine.begin() as connection:
        connection.execute(update(person).values(email=person.c.username + "@trial.example"))
    for row in house.reader.all("person"):
        notify.seen(row["id"], uow=house.work(SYSTEM))


def words(counts: list[tuple[str, int]]) -> tuple[str, str]:
    return f"{sum(n for _w, n in counts)} for you", "; ".join(f"{n} {w}" for w, n in counts)


@on_both
def test_a_mail_is_written_sent_and_not_sent_twice(either: House) -> None:
    quiet(either)
    mistyped(either)
    notify.follow(uow=either.work(SYSTEM))
    assert (
        notify.write_mails(words, uow=either.work(SYSTEM)) == 4
    )  # two of the site for the query, monitor and data manager for the answer
    assert notify.write_mails(words, uow=either.work(SYSTEM)) == 0
    left: list[notify.Letter] = []
    assert notify.send_mails(left.append, uow=either.work(SYSTEM)) == (4, 0)
    assert notify.send_mails(left.append, uow=either.work(SYSTEM)) == (0, 0)
    assert {letter.address for letter in left} == {
        f"{n}@trial.example" for n in ("coordinator01", "investigator01", "monitor01", "data_manager")
    }


def test_a_server_that_is_away_loses_no_mail(house: House) -> None:
    quiet(house)
    mistyped(house)
    notify.follow(uow=house.work(SYSTEM))
    notify.write_mails(words, uow=house.work(SYSTEM))

    def refused(_letter: notify.Letter) -> None:
        raise ConnectionRefusedError("nobody there")

    for wait in (timedelta(0), *RETRY):
        house.clock.advance(wait)
        assert notify.send_mails(refused, uow=house.work(SYSTEM))[1] == 4
    rows = house.reader.all("outbox")
    assert {(r["given_up"], r["tries"], r["sent_at"]) for r in rows} == {(True, 1 + len(RETRY), None)}
    assert "nobody there" in rows[0]["problem"]


def test_what_was_seen_on_the_page_is_not_mailed(house: House) -> None:
    quiet(house)
    mistyped(house)
    notify.follow(uow=house.work(SYSTEM))
    for row in house.reader.all("person"):
        notify.seen(row["id"], uow=house.work(SYSTEM))
    assert notify.write_mails(words, uow=house.work(SYSTEM)) == 0


def test_no_mail_holds_data_of_a_participant(house: House) -> None:
    """Whatever happens in a trial: every mail of it names no participant, site, form, value or remark."""
    from functools import partial

    quiet(house)
    mistyped(house)
    house.randomise(READY)
    while notify.follow(uow=house.work(SYSTEM)):
        pass
    with create_app_of(house).app_context():
        notify.write_mails(partial(mail_words, "https://trial.example"), uow=house.work(SYSTEM))
    texts = [row["subject"] + row["text"] for row in house.reader.all("outbox")]
    assert texts
    for text in texts:
        assert not re.search(r"VG-|\b0[12]\b|WW|TME|张|Aspirin|CM\b", text), text
        assert "https://trial.example" in text


def create_app_of(house: House) -> Any:
    from pathlib import Path

    from trial.settings import Settings

    settings = Settings(
        instance=Path(), database_url=house.engine.url.render_as_string(hide_password=False), files=house.files.root,
        secret_key="s" * 64, sealing_key=b"k" * 32, https=False,
    )  # fmt: skip
    return create_app(settings, clock=house.clock, model=house.model)


def test_the_page_lists_them_counts_them_and_puts_them_away(desk) -> None:
    house = desk.house
    quiet(house)
    mistyped(house)
    notify.follow(uow=house.work(SYSTEM))
    client = desk.client("coordinator01")
    page = client.get("/notices/").text
    assert "Query to answer" in page
    assert SCREENED in page
    assert '<span class="count">1</span>' in page
    client.post("/notices/seen")
    assert '<span class="count">' not in client.get("/notices/").text
    assert ELSEWHERE not in page
    assert "Query to answer" not in desk.client("coordinator02").get("/notices/").text


@contextmanager
def mail_server() -> Iterator[tuple[str, list[bytes]]]:
    """A real mail server on this machine that takes one mail (RFC 5321)."""
    taken: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def serve() -> None:
            connection, _peer = server.accept()
            with connection, connection.makefile("rwb") as lines:

                def answer(line: bytes) -> None:
                    lines.write(line + b"\r\n")
                    lines.flush()

                answer(b"220 here")
                for line in lines:
                    verb = line[:4].upper().strip()
                    if verb == b"DATA":
                        answer(b"354 go on")
                        body = []
                        for part in lines:
                            if part == b".\r\n":
                                break
                            body.append(part)
                        taken.append(b"".join(body))
                    answer(b"221 bye" if verb == b"QUIT" else b"250 ok")
                    if verb == b"QUIT":
                        return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"smtp://127.0.0.1:{server.getsockname()[1]}", taken
        thread.join(10)


def test_a_mail_reaches_a_real_server() -> None:
    with mail_server() as (server, taken):
        send(
            server,
            "vigil@trial.example",
            "ada@site.example",
            "Vigil: 1 notice waits for you",
            "  1 × Query to answer\n",
        )
    assert b"To: ada@site.example" in taken[0]
    assert b"Auto-Submitted: auto-generated" in taken[0]


def test_the_command_tells_and_sends(house: House, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet(house)
    with house.engine.begin() as connection:
        connection.execute(update(person).where(person.c.username != "safety_officer").values(email=None))
    house.save(SCREENED, "CM", {"CMTRT": "Aspirin"}, "ANY")
    monkeypatch.setenv("VIGIL_INSTANCE", str(tmp_path))
    monkeypatch.setenv("VIGIL_HTTPS", "false")
    assert "0 mails" in CliRunner().invoke(commands(create_app), ["notify"]).output
    event = {"crf": "SAE/ANY/1"}
    with house.work() as uow:
        from trial.happenings import CrfSaved

        uow.record(CrfSaved(event["crf"], 1, 1, (), "screen", participant=SCREENED))
        uow.commit()
    with mail_server() as (server, taken):
        monkeypatch.setenv("VIGIL_MAIL_SERVER", server)
        out = CliRunner().invoke(commands(create_app), ["notify"])
    assert "1 sent" in out.output, out.output
    assert b"Serious adverse event" in taken[0]
