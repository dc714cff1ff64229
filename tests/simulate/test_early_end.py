"""A participant who dies or withdraws before the decision: nothing is typed that came later."""

from datetime import date

import pytest

from tests.simulate.conftest import run
from trial.simulate.driver import Plan
from trial.simulate.truth import draw


@pytest.mark.parametrize(("seed", "participants", "reason"), [(26, 2, "DEATH"), (5, 1, "WITHDRAWN")])
def test_an_adverse_event_that_outlasts_the_end_stays_open(tmp_path, seed, participants, reason):
    early = draw(seed, participants - 1)
    assert early.early_end.reason == reason
    outlasting = [e for e in early.therapy.adverse_events if e.end and e.end > early.early_end.day >= e.start]
    trial = run(tmp_path, Plan(participants, seed, date(2021, 1, 4), 1, date(2022, 6, 30)))
    typed = trial.reader.all("crf_revision", form="AE", order_by="at")
    trial.engine.dispose()
    last = {(row["participant"], row["occurrence"]): row["answers"]["items"] for row in typed}
    assert sum(items["AEOUT"] == "NOTREC" for items in last.values()) >= len(outlasting) > 0
    assert all("AEENDAT" not in items for items in last.values() if items["AEOUT"] == "NOTREC")
