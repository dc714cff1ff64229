"""The open status report tells no arm by what adverse events are related to (PROTOCOL 10: AE relation is arm-revealing)."""

import pytest

from analysis.results import adverse_events, open_events, pooled_results
from analysis.status_outputs import OUTPUTS
from tests.safety_analysis.made_trial import made
from tests.safety_analysis.people import day
from tests.safety_analysis.rows import ae, extract, row, treated
from tests.safety_analysis.test_outputs import CHANGES, content

(OUTPUT,) = (output for output in OUTPUTS if output.id == "adverse-events")


@pytest.mark.requirement("R03")
@pytest.mark.parametrize(
    "change",
    [
        "the relation to operations turned round",
        "allocations of two arms exchanged",
        "everybody given every arm-only form",
    ],
)
def test_the_open_status_is_the_same_whatever_tells_an_arm(change):
    now, before = CHANGES[change](made()), made()
    assert open_events(now) == open_events(before)
    assert content(OUTPUT.make(now, str)) == content(OUTPUT.make(before, str))
    assert pooled_results(now, day(-200)).adverse_events == pooled_results(before, day(-200)).adverse_events


def test_without_the_stripping_the_same_change_would_be_seen():
    now = CHANGES["the relation to operations turned round"](made())
    assert [list(adverse_events(r)) for r in now.rows] != [list(adverse_events(r)) for r in made().rows]


def test_an_event_of_an_operation_alone_stands_in_no_line_of_relation():
    """Else the line less those of therapy would be the participants of whom only an operation explains an event."""
    people = [
        row(name, *treated(), ae(1, "Ileus", 210, 3, AESER="Y", AESCRIT=("HOSPITAL",), AEREL=related))
        for name, related in (
            ("A", ("OPERATION",)),
            ("B", ("PROCEDURE",)),
            ("C", ("RT", "OPERATION")),
            ("D", ("NONE",)),
        )
    ]
    overview = OUTPUT.make(extract(*people), str).tables[0]
    found = {r[0]: r[1:] for r in overview.rows}
    assert found["Any adverse event"] == ("4 (100.0 %)", "0")
    for line in ("", ", grade 3 or higher", " and serious"):
        assert found[f"Related to neoadjuvant therapy{line}"] == ("1 (25.0 %)", "0")
    assert not any("operation" in first or "procedure" in first for first in found)
    assert "would tell an arm" in overview.footnotes[1]
