"""The application at work behind the server of production, with the populated trial in it, and people at browsers."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from waitress import wasyncore
from waitress.server import create_server

import wsgi
from tests.actions.house import KEY, PASSWORD, House
from tests.actions.rooms import house, populated
from trial.settings import Settings

__all__ = ["house", "populated"]

PATIENCE = 15_000
"""Milliseconds: two cores are shared with a server, a browser and whatever else is tested."""
SCREEN = {"width": 1280, "height": 900}
SAVE = "#crf .bar button[value=save]"


@dataclass
class Office:
    """The address of the running application, and the house behind it."""

    address: str
    house: House
    desks: list[Any] = field(default_factory=list)


@pytest.fixture
def office(house: House, tmp_path: Path) -> Iterator[Office]:
    """The application on a port of its own, living by the clock of the house."""
    with at_work(house, tmp_path) as opened:
        yield opened


@contextmanager
def at_work(house: House, folder: Path) -> Iterator[Office]:
    """Serve the application on the house until the block ends."""
    settings = Settings(
        instance=folder,
        database_url=house.engine.url.render_as_string(hide_password=False),
        files=folder / "files",
        secret_key="a secret of the journeys, long enough",
        sealing_key=KEY,
        https=False,
    )
    app = wsgi.create_app(settings, clock=house.clock, model=house.model)
    with _served(app) as port:
        yield Office(f"http://127.0.0.1:{port}", house)
    app.extensions["vigil"].engine.dispose()


@contextmanager
def _served(app: Any) -> Iterator[int]:
    """Serve as `vigil serve` does, on a free port, until the block ends; gives the port.

    Not by the development server: it leaves the file it was sending open when a browser goes away.
    """
    sockets: dict[int, Any] = {}
    server = create_server(app, map=sockets, host="127.0.0.1", port=0, threads=8, ident=None)
    stopped = threading.Event()

    def turn() -> None:
        while not stopped.is_set():
            wasyncore.loop(timeout=1, map=sockets, use_poll=True, count=1)

    thread = threading.Thread(target=turn)
    thread.start()
    try:
        yield server.effective_port
    finally:
        stopped.set()
        server.pull_trigger()
        thread.join()
        server.task_dispatcher.shutdown()
        wasyncore.close_all(sockets)


@dataclass
class Desk:
    """Somebody at a browser. Faults of the page's scripts are kept: a journey with one did not go well."""

    page: Any
    office: Office
    faults: list[str] = field(default_factory=list)

    def open(self, path: str) -> int:
        """Go to a page; returns the status."""
        return self.page.goto(self.office.address + path).status

    def crf(self, participant: str, form: str, event: str = "SCR") -> None:
        """Open a CRF."""
        assert self.open(f"/participants/{participant}/{event}/{form}") == 200

    def item(self, name: str) -> Any:
        """The line of one item."""
        return self.page.locator(f"#item-{name}")

    def answer(self, name: str, value: str) -> None:
        """Answer an item the way its field wants it."""
        field = self.page.locator(f"#item-{name} .answer [name='{name}']").first
        kind = field.evaluate("f => f.tagName === 'SELECT' ? 'select' : f.type")
        if kind == "radio":
            self.page.locator(f"#item-{name} label.radio:has(input[value='{value}'])").click()
        elif kind == "select":
            field.select_option(value)
        elif kind == "checkbox":
            self.page.locator(f"#item-{name} label.check:has(input[value='{value}'])").click()
        else:
            field.fill(value)

    def fill(self, items: dict[str, Any]) -> None:
        """Answer several items, in the order given."""
        for name, value in items.items():
            self.answer(name, value)

    def typed(self, name: str) -> str:
        """What stands in a text field."""
        return self.page.locator(f"#item-{name} .answer [name='{name}']").first.input_value()

    def said(self, name: str) -> str:
        """What is written beside an item."""
        return " ".join(self.item(name).locator(".finding:visible .words").all_inner_texts())

    def save(self) -> int:
        """Press Save; returns the status of the page that follows."""
        with self.page.expect_navigation() as following:
            self.page.click(SAVE)
        return (
            self.page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus") or following.value.status
        )

    def press(self, selector: str) -> None:
        """Click what leads to another page, and wait until that page is there."""
        with self.page.expect_navigation():
            self.page.click(selector)

    def heading(self) -> str:
        """The title of the page."""
        return self.page.locator("h1").inner_text()

    def banner(self) -> str:
        """What the page says at its top."""
        return " ".join(self.page.locator("main .banner:visible").all_inner_texts())


@pytest.fixture
def at_desk(office: Office, browser: Any) -> Iterator[Callable[[str], Desk]]:
    """Sit somebody down, each in a browser of their own, and sign in."""
    with desks(office, browser) as sit:
        yield sit


@contextmanager
def desks(office: Office, browser: Any) -> Iterator[Callable[[str], Desk]]:
    """Desks to sit down at until the block ends; no page may have had a fault by then."""
    contexts: list[Any] = []

    def sit(username: str) -> Desk:
        context = browser.new_context(viewport=SCREEN, locale="en-GB")
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        desk = Desk(context.new_page(), office)
        desk.page.on("pageerror", lambda error: desk.faults.append(str(error)))
        sign_in(desk, username)
        office.desks.append(desk)
        return desk

    yield sit
    faults = [fault for desk in office.desks for fault in desk.faults]
    for context in contexts:
        context.close()
    assert faults == []


def sign_in(desk: Desk, username: str) -> None:
    """Name and password on the first page."""
    desk.open("/sign-in")
    desk.page.fill("#username", username)
    desk.page.fill("#password", PASSWORD)
    desk.page.click("main button[type=submit]")
    desk.page.wait_for_url(re.compile(r"^(?!.*sign-in)"))


def later(office: Office, minutes: int) -> None:
    """Let time pass for the whole house."""
    office.house.clock.advance(timedelta(minutes=minutes))
