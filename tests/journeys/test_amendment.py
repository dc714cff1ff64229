"""An amendment from the data manager's desk to the coordinator's: looked at, activated, consented to, lived under."""

from collections.abc import Callable

import pytest

from tests.actions.house import CONSENTED
from tests.amendments.worked import shipped
from tests.journeys.conftest import Desk


@pytest.mark.requirement("R37")
def test_an_amendment_is_looked_at_activated_and_consented_to(at_desk: Callable[..., Desk]):
    with shipped():
        manager = at_desk("data_manager")
        assert manager.open("/study") == 200
        manager.press("main a:has-text('Versions of the protocol')")
        manager.press("main button:has-text('See what 1.1 would change')")
        assert "Nothing was written." in manager.banner()
        manager.page.fill("form[action$='1.1/activate']:has(input[value='01']) [name=approved_on]", "2026-04-01")
        manager.press("main button:has-text('Activate at 01')")
        assert "stay on their version until they consent again" in manager.page.inner_text("body")

        coordinator = at_desk("coordinator01")
        coordinator.crf(CONSENTED, "DM")
        assert not coordinator.item("FRAIL").count()
        coordinator.open(f"/participants/{CONSENTED}/SCR/IC/2")
        coordinator.fill(
            {"ICTYPE": "RECONSENT", "ICDAT": "2026-05-25", "ICSIGN": "Y", "ICVER": "2.0", "ICSAMP": "N", "ICFUT": "Y"}
        )
        assert coordinator.save() < 400
        coordinator.crf(CONSENTED, "DM")
        assert coordinator.item("FRAIL").count() == 1
        coordinator.open(f"/participants/{CONSENTED}")
        assert "protocol 1.1" in coordinator.page.inner_text(".page-head")
