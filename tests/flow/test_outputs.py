"""The outputs together: on a trial from the database, on twins, and the two flows as they read (golden files)."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis import closed_flow_outputs, closed_outputs, flow_outputs, outputs
from forms.dates import PartialDate
from tests.flow.people import consented, crf, decided, ended, enrolled, logged, on, person, taken
from trial.errors import NotAllowed
from trial.store import extract

GOLDEN = Path(__file__).with_name("golden")
LOG = logged(NOTELIG=31, CLINICIAN=8, MISSED=3, DECLINED=12, WANTSTME=6)


def trial(arms: tuple[str, str] = ("WW", "TME")):
    """Somebody at every end of the flow; the two randomised are twins but for their arms, and what was begun goes with the arm."""

    def begun(arm: str, **more: str):
        return crf("MGT", {"MGTSTRT": arm, "MGTDAT": on("2027-02-01")} | more, "DEC")

    rows = [
        person(1, consented(), crf("MRI0", {"DISTAV": 101}), crf("ELIG", {"ELIGCONF": "N", "ELIGDAT": on("2026-03-09")})),
        person(2, consented()),
        person(3, *enrolled(), ended("WITHDRAWN")),
        *(person(4 + i, *decided(STRATEGY="CAND", RANDCONS="Y"), begun(arm), arm=arm) for i, arm in enumerate(arms)),
        person(6, *decided(STRATEGY="CAND", PREFARM="WW"), begun("WW"), ended("LOST")),
        person(7, *decided(STRATEGY="CAND", PREFARM="SURGERY"), begun("WW", MGTWHY="REFUSED")),
        person(8, *decided(STRATEGY="NOTCAND"), begun("TME"), crf("DTH", {"DTHDAT": PartialDate(2027, 5)}, "ANY")),
        person(9, *decided(STRATEGY="CAND")),
        person(10, *decided()),
    ]  # fmt: skip
    return taken(*rows, log=LOG)


@pytest.mark.parametrize(("module", "identity"), [(flow_outputs, "flow"), (closed_flow_outputs, "flow-arm")])
def test_the_flow_reads_as_it_did(module, identity):
    (output,) = [each for each in module.OUTPUTS if each.id == identity]
    text = output.make(trial(), str).tables[0].as_text()
    assert text == (GOLDEN / f"{identity}.txt").read_text("utf-8")


@pytest.mark.parametrize("output", flow_outputs.OUTPUTS, ids=lambda output: output.id)
def test_an_open_output_is_the_same_for_twins(output):
    assert output.make(trial(("WW", "TME")), str) == output.make(trial(("TME", "WW")), str)


@pytest.mark.parametrize("output", closed_flow_outputs.OUTPUTS[:2], ids=lambda output: output.id)
def test_a_closed_output_sees_the_arm(output):
    one, other = trial(("WW", "TME")), trial(("TME", "WW"))
    assert output.make(one, str) == output.make(one, str)
    if output.id == "flow-arm":  # the twins are alike: their numbers are, too
        assert output.make(one, str) == output.make(other, str)
        assert output.make(trial(("WW", "WW")), str) != output.make(one, str)


def test_every_output_is_listed_once_and_numbered():
    for listed, own in ((outputs.OPEN, flow_outputs.OUTPUTS), (closed_outputs.CLOSED, closed_flow_outputs.OUTPUTS)):
        assert set(own) <= set(listed) and len({each.id for each in listed}) == len(listed)
        assert len({each.number for each in own}) == len(own) and all(each.number.startswith("14.") for each in own)


def test_the_trial_in_the_database_gives_every_output(house):
    day, now = house.clock.today(), house.clock.now()
    with pytest.raises(NotAllowed):
        extract.closed(house.reader, house.actor("statistician"), cut_on=day, now=now)
    pooled = extract.pooled(house.reader, house.actor("statistician"), cut_on=day, now=now)
    closed = extract.closed(house.reader, house.actor("unblinded_statistician"), cut_on=day, now=now)
    for own, data in ((flow_outputs.OUTPUTS, pooled), (closed_flow_outputs.OUTPUTS, closed)):
        for output in own:
            made = output.make(data, str)
            assert made.tables and all(table.denominator for table in made.tables), output.id
            assert all(figure.alt and figure.svg.startswith(b"<?xml") for figure in made.figures), output.id
