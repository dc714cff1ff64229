"""Every output on the made-up trial: its text as reviewed, its numbers, its place; and that an open one cannot follow from an arm."""

import dataclasses
import functools
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import closed_safety_outputs, safety_outputs
from analysis.closed_outputs import CLOSED
from analysis.output import Made
from analysis.outputs import OPEN
from analysis.safety.blind import without_arm
from analysis.safety.reading import openly
from forms.answers import Crf
from forms.dates import PartialDate
from tests.safety_analysis.made_trial import made, people
from tests.safety_analysis.people import day
from tests.safety_analysis.rows import ae, crf, drawn, extract, lb, operated, poc, row, treated
from trial.blinding import HIDDEN_EVENTS, HIDDEN_FORMS, HIDDEN_ITEMS
from trial.store.extract import Extract, Extracted

GOLDEN = Path(__file__).parent / "golden"
OUTPUTS = (*safety_outputs.OUTPUTS, *closed_safety_outputs.OUTPUTS)
IDS = [output.id for output in OUTPUTS]


@functools.cache
def plain(output) -> Made:
    """The output on the made-up trial as it is; drawing takes time, so once."""
    return output.make(made(), str)


def text(output, shown: Made) -> str:
    """Every table of an output as a terminal shows it, and what its figures say in words."""
    return (
        "\n".join(
            [
                f"{output.number} {output.title}",
                "",
                *(t.as_text() for t in shown.tables),
                *(f.alt for f in shown.figures),
            ]
        )
        + "\n"
    )


def content(shown: Made) -> tuple:
    """Everything anybody could get out of an output: cells, notes, denominators and the bytes of the figures."""
    return tuple(t.as_text() + t.as_csv() for t in shown.tables), tuple((f.alt, f.svg, f.pdf) for f in shown.figures)


@pytest.mark.parametrize("output", OUTPUTS, ids=IDS)
def test_the_text_is_the_one_that_was_reviewed(output):
    """A difference is a question to whoever reads the change; VIGIL_WRITE_GOLDEN=1 writes what it is now."""
    path = GOLDEN / f"{output.id}.txt"
    found = text(output, plain(output))
    if os.environ.get("VIGIL_WRITE_GOLDEN") == "1":
        path.write_text(found, "utf-8")
    assert found == path.read_text("utf-8")


def test_no_reviewed_text_is_left_over():
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(IDS)


@pytest.mark.parametrize("output", OUTPUTS, ids=IDS)
def test_an_output_of_nobody_is_made_and_names_no_silent_number(output):
    shown = output.make(extract(), str)
    assert shown.tables
    for table in shown.tables:
        assert "nan" not in table.as_text().lower().split()
        assert table.denominator


@pytest.mark.parametrize("output", OUTPUTS, ids=IDS)
def test_an_output_made_twice_is_the_same_to_the_byte(output):
    assert content(output.make(made(), str)) == content(plain(output))


def test_ids_are_unique_and_every_output_stands_in_a_list_with_its_number():
    tables = [t.id for output in OUTPUTS for t in plain(output).tables]
    figures = [f.id for output in OUTPUTS for f in plain(output).figures]
    assert len(set(IDS)) == len(IDS) and len(set(tables)) == len(tables) and len(set(figures)) == len(figures)
    assert set(safety_outputs.OUTPUTS) <= set(OPEN) and set(closed_safety_outputs.OUTPUTS) <= set(CLOSED)
    assert not set(closed_safety_outputs.OUTPUTS) & set(OPEN)
    assert all(output.number.startswith(("14.3.", "16.2.7", "16.2.8")) for output in OUTPUTS)


# --- what tells an arm ----------------------------------------------------------------------------------------------------

ARM_ONLY: dict[str, tuple[Crf, ...]] = {
    "MGT": (crf("MGT", MGTSTRT="TME", MGTDAT=day(180)),),
    "SUR": operated(190),
    "YP": (crf("YP", YPSUR="SUR/SUR/1", YPT="ypT0", YPN="ypN0", RSTAT="R0"),),
    "STO": (crf("STO", STODAT=day(190), STOTYPE="ILEO", STOINT="TEMPORARY"),),
    "POC": (poc("PO30", found=[(195, "IVa")], leak="C", readmitted="Y"),),
    "SLV": (crf("SLV", SLVSUR="SUR/SUR/1"),),
    "RGW": (crf("RGW", RGWDAT=day(350), RGWCONF="CONFIRMED", RGWCDAT=day(360)),),
    "LR": (crf("LR", LRDAT=day(600), LRSITE="OTHER"),),
    "LARS": (crf("LARS", "FU12", QSDAT=day(530)),),
    "WEX": (crf("WEX", "FU12", QSDAT=day(530)),),
    "DV": (crf("DV", DVTERM="no endoscopy", DVDAT=day(400)),),
}
HIDDEN_VISITS = (
    crf("FU", "NC07", FUDAT=day(219), FUMODE="VISIT", ALIVE="Y"),
    crf("FU", "NC20", FUDAT=day(310), FUMODE="VISIT", ALIVE="Y"),
    lb(90, 225, ALT="900", BILI="90"),
    crf("CM", "PO30", CMTRT="a", CMCLAS="STEROID"),
)


def changed(of: Extract, change) -> Extract:
    return dataclasses.replace(of, rows=tuple(change(r) for r in of.rows))


def exchanged(of: Extract, one: str, other: str) -> Extract:
    """Allocation and every arm-only form of two participants, each with the other."""
    rows = {r.participant: r for r in of.rows}

    def swap(r: Extracted) -> Extracted:
        twin = rows[{one: other, other: one}[r.participant]] if r.participant in (one, other) else r
        kept = tuple(c for c in r.crfs if not hidden(c))
        return dataclasses.replace(r, allocation=twin.allocation, crfs=(*kept, *(c for c in twin.crfs if hidden(c))))

    return changed(of, swap)


def hidden(c: Crf) -> bool:
    return c.form in HIDDEN_FORMS or c.event.partition("-")[0] in HIDDEN_EVENTS


def without_forms(r: Extracted) -> Extracted:
    return dataclasses.replace(r, allocation=None, crfs=tuple(c for c in r.crfs if not hidden(c)))


def with_every_form(r: Extracted) -> Extracted:
    added = tuple(c for forms in ARM_ONLY.values() for c in forms)
    visits = tuple(dataclasses.replace(c, event="NC07") if c.form == "LB" else c for c in HIDDEN_VISITS)
    return dataclasses.replace(
        without_forms(r), allocation=drawn("TME"), crfs=(*without_forms(r).crfs, *added, *visits)
    )


def related_to_operation(r: Extracted) -> Extracted:
    """The part of the relation that tells an arm, turned round: operation and procedure where there was none, none where there was."""
    return dataclasses.replace(r, crfs=tuple(_turned(c) if c.form == "AE" else c for c in r.crfs))


def _turned(c: Crf) -> Crf:
    given = c.answers.items.get("AEREL")
    if given is None:
        return c
    kept = tuple(code for code in given if code in ("RT", "CHEMO", "IO"))
    told = {"OPERATION", "PROCEDURE"} & set(given)
    now = kept if told else (*kept, "OPERATION", "PROCEDURE")
    return dataclasses.replace(
        c, answers=dataclasses.replace(c.answers, items={**c.answers.items, "AEREL": now or ("NONE",)})
    )


CHANGES = {
    "allocations of two arms exchanged": lambda of: exchanged(of, "VG-01-0001", "VG-01-0002"),
    "a WW and a dead TME exchanged": lambda of: exchanged(of, "VG-01-0003", "VG-02-0001"),
    "an operated and a withdrawn exchanged": lambda of: exchanged(of, "VG-02-0004", "VG-02-0003"),
    "allocation and arm-only forms removed": lambda of: changed(of, without_forms),
    "everybody given every arm-only form": lambda of: changed(of, with_every_form),
    "the relation to operations turned round": lambda of: changed(of, related_to_operation),
    "decided for randomisation or not": lambda of: changed(
        of, lambda r: _decision(r, RANDCONS="N", PREFER="WW", PREFARM="WW")
    ),
}


def _decision(r: Extracted, **items) -> Extracted:
    def other(c: Crf) -> Crf:
        new = dataclasses.replace(c.answers, items={**c.answers.items, **items})
        return dataclasses.replace(c, answers=new) if c.form == "DEC" else c

    return dataclasses.replace(r, crfs=tuple(other(c) for c in r.crfs))


def test_the_changes_cover_every_form_that_is_hidden():
    assert set(ARM_ONLY) == HIDDEN_FORMS
    assert {"DEC.RANDCONS", "DEC.PREFER", "DEC.PREFARM", "AE.AEREL"} <= HIDDEN_ITEMS


@pytest.mark.requirement("R03")
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_an_open_output_is_made_from_is_the_same_whatever_tells_an_arm(change):
    """Before anything is counted: so no open number, now or later, can follow from an arm."""
    now, before = ([without_arm(r) for r in of.rows] for of in (change(made()), made()))
    assert now == before
    assert openly(change(made())) == openly(made())


@pytest.mark.requirement("R03")
@pytest.mark.parametrize("change", ["allocations of two arms exchanged", "everybody given every arm-only form"])
@pytest.mark.parametrize("output", safety_outputs.OUTPUTS, ids=[o.id for o in safety_outputs.OUTPUTS])
def test_an_open_output_is_the_same_to_the_byte_whatever_tells_an_arm(output, change):
    assert content(output.make(CHANGES[change](made()), str)) == content(plain(output))


@pytest.mark.parametrize("output", safety_outputs.OUTPUTS, ids=[o.id for o in safety_outputs.OUTPUTS])
def test_an_open_output_reads_answers_only_without_the_arm(output):
    """Rows that have been stripped give the same output: nobody goes round by the whole ones."""
    stripped = changed(made(), without_arm)
    assert [t.as_text() for t in output.make(stripped, str).tables] == [t.as_text() for t in plain(output).tables]


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ("allocations of two arms exchanged", {"safety-overview-arm", "safety-terms-arm", "safety-listing-arm"}),
        ("allocation and arm-only forms removed", {"safety-overview-arm", "safety-surgery-arm", "safety-listing-arm"}),
        ("the relation to operations turned round", {"safety-overview-arm", "safety-listing-arm"}),
    ],
)
def test_the_same_changes_are_seen_by_closed_outputs(change, seen):
    """Or the tests above would prove nothing."""
    asked = [o for o in closed_safety_outputs.OUTPUTS if o.id in seen]
    moved = {o.id for o in asked if content(o.make(CHANGES[change](made()), str)) != content(plain(o))}
    assert moved == seen


@given(st.permutations([r.participant for r in people()]))
def test_what_open_outputs_are_made_from_holds_over_every_exchange_of_pairs(names):
    of = made()
    for one, other in zip(names[::2], names[1::2], strict=True):
        of = exchanged(of, one, other)
    assert [without_arm(r) for r in of.rows] == [without_arm(r) for r in made().rows]


def test_nothing_of_an_open_output_names_an_arm_or_an_operation():
    """Left out: the terms of events, which a pooled table carries as they were reported."""
    for output in safety_outputs.OUTPUTS:
        words = set(text(output, plain(output)).lower().replace(",", " ").replace(":", " ").split())
        assert not words & {"ww", "tme", "watch-and-wait", "operation", "operated", "clavien-dindo", "arm", "allocated"}


# --- listings -------------------------------------------------------------------------------------------------------------


def listing(output_id: str, *rows: Extracted) -> list[tuple[str, ...]]:
    output = next(o for o in OUTPUTS if o.id == output_id)
    return [
        r for t in output.make(extract(*rows), str).tables for r in t.rows if "listing" in t.id or "serious" in t.id
    ]


@pytest.mark.parametrize(
    ("onset", "openly"),
    [(169, True), (170, False), (300, False)],
    ids=["the day before", "the day of the decision", "later"],
)
def test_an_open_listing_ends_the_day_before_the_decision(onset, openly):
    one = row("A", *treated(), ae(1, "Rectal anastomotic leak", onset, 3, AESER="Y", AESCRIT=("HOSPITAL",)), arm="TME")
    for id in ("safety-listing", "safety-serious"):
        assert bool(listing(id, one)) is openly
        assert len(listing(f"{id}-arm", one)) == 1


def test_an_event_that_may_lie_after_the_decision_is_not_in_an_open_listing():
    one = row("A", *treated(), ae(1, "Nausea", PartialDate(2026, 6), 1))  # days 151 to 180
    assert listing("safety-listing", one) == [] and listing("safety-listing-arm", one)[0][2] == "152 – 181"


def test_without_a_decision_everything_is_listed_and_days_are_study_days():
    one = row("A", *treated(decided=None), ae(1, "Nausea", 0, 1), ae(2, "Nausea", -1, 1), ae(3, "Nausea", None, 1))
    assert [r[1] for r in listing("safety-listing", one)] == ["— – 1001", "-1", "1"]


def test_a_listing_holds_no_date():
    for output in OUTPUTS:
        assert not re.search(r"\b20\d\d-\d\d", text(output, plain(output)))
