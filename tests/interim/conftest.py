"""The populated trial behind page and command, and a state of it with events in both arms."""

from __future__ import annotations

import pytest

from analysis import interim_outputs
from analysis.interim import interim
from analysis.stopping_rules import stopping_rules
from tests.actions.rooms import house, populated
from tests.analysis import report_data
from tests.interim.bearing import DESIGN, by_arm
from tests.performance.conftest import client, vigil

__all__ = ["client", "house", "populated", "vigil"]


@pytest.fixture
def with_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """55 events, and people under watch-and-wait: to enter so many through the forms would take an hour."""

    def state(_found, earlier=None, *, last=False):
        return interim(by_arm(25, 30, log_hr=0.1), DESIGN, earlier, last=last)

    monkeypatch.setattr(interim_outputs, "state", state)
    monkeypatch.setattr(interim_outputs, "rules_of", lambda _taken: stopping_rules(report_data.rows(200), DESIGN))
