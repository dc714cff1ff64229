"""The pages of efficacy and registry under axe, wide and on a telephone, where nothing scrolls sideways but a table."""

from collections.abc import Callable

import pytest

from tests.actions.house import READY
from tests.journeys.conftest import Desk, Office
from tests.journeys.test_accessibility import _violations
from tests.registry.conftest import whole

PAGES = {
    "efficacy": ("investigator01", f"/participants/{READY}/efficacy"),
    "registry": ("coordinator01", "/registry/"),
    "new historical patient": ("coordinator01", "/registry/new"),
    "historical patient": ("coordinator01", "/registry/RG-01-0001"),
    "treatment comparison": ("statistician", "/results/registry/"),
}


@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_keeps_anybody_out(at_desk: Callable[[str], Desk], office: Office, width: int) -> None:
    whole(office.house)
    for who, path in PAGES.values():
        desk = at_desk(who)
        desk.page.set_viewport_size({"width": width, "height": 844})
        assert desk.open(path) == 200
        assert _violations(desk) == [], path
        assert desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
