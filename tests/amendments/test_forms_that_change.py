"""Forms across their versions: what was answered stays, reads and counts; what is retired is asked of nobody anew."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from forms import catalogue
from forms.answers import Answers, Crf, Row, from_json, to_json
from forms.catalogue import VersionLosesAnswers, definitions, shelved
from forms.checks import everything, findings, pruned
from forms.codelist import Code, Codelist
from forms.decoded import decoded
from forms.document import as_typed, read_document
from forms.frozen import form_from_json, form_to_json
from forms.language import FormDef, GroupDef, Item
from forms.record import Record
from forms.retired import chosen_anew
from forms.successor import losses
from tests.amendments.worked import VERSIONS
from trial.amendments import Followed, Step
from trial.impact import UNASKED, effects
from trial.protocol import PROTOCOL

COLOURS = Codelist("COLOUR", (Code("R", "red"), Code("G", "green"), Code("B", "blue")))
FEWER = Codelist("COLOUR", (Code("R", "red", retired=True), Code("G", "green"), Code("B", "blue")))


def form(version: int, *items: Item, groups: tuple[GroupDef, ...] = (), **more: object) -> FormDef:
    return FormDef("ZZ", version, "Z", items=items, groups=groups, **more)  # type: ignore[arg-type]


def item(kind: str, oid: str, **more: object) -> Item:
    return Item(kind, oid.title(), oid=oid, form="ZZ", **more)  # type: ignore[arg-type]


OLD = form(
    1, item("code", "COLOUR", codes=COLOURS), item("multi", "ALL", codes=COLOURS, required=False), item("text", "WORD")
)
NEW = form(
    2,
    item("code", "COLOUR", codes=FEWER),
    item("multi", "ALL", codes=FEWER, required=False),
    item("text", "WORD", retired=True),
    item("int", "EXTRA"),
)
KNOWN = {("ZZ", 1): OLD, ("ZZ", 2): NEW}


def stands(version: int, **items: object) -> tuple[Record, Crf]:
    crf = Crf("ZZ", version, "SCR", 1, 1, Answers(items))
    return Record((crf,), KNOWN), crf


def keys(version: int, **items: object) -> set[str]:
    return {f"{f.level} {f.key}" for f in everything(*stands(version, **items))}


@pytest.mark.requirement("R37")
@pytest.mark.parametrize(
    ("items", "said"),
    [
        ({"COLOUR": "R"}, {"soft ZZ.COLOUR:retired"}),
        ({"COLOUR": "G"}, set()),
        ({"COLOUR": "G", "ALL": ("R", "B")}, {"soft ZZ.ALL:retired"}),
        ({"COLOUR": "G", "ALL": ("G", "B")}, set()),
        ({"COLOUR": "G", "ALL": ()}, set()),
    ],
)
def test_a_retired_code_is_asked_about_and_never_refused(items, said):
    assert keys(2, EXTRA=1, **items) == said
    assert not any("retired" in key for key in keys(1, **items))


@pytest.mark.requirement("R37")
def test_a_retired_code_is_read_shown_stored_and_kept_on_the_next_save():
    record, crf = stands(2, COLOUR="R", EXTRA=1, WORD="hello")
    again = read_document(NEW, as_typed(NEW, crf.answers), lambda: "r1")
    assert again.findings == ()
    assert again.answers == crf.answers == pruned(record, crf).answers
    assert from_json(to_json(crf.answers, NEW.kinds()), NEW.kinds()) == crf.answers
    assert decoded(NEW.item("COLOUR"), "R") == "red"


def test_a_confirmed_retired_code_says_nothing_more():
    crf = Crf("ZZ", 2, "SCR", 1, 1, Answers({"COLOUR": "R", "EXTRA": 1}, confirmed={"ZZ.COLOUR:retired": "so it was"}))
    assert findings(Record((crf,), KNOWN), crf) == ()


def test_a_retired_item_is_asked_of_nobody_and_keeps_its_answer():
    assert "missing ZZ.WORD:missing" in keys(1, COLOUR="G")
    assert keys(2, COLOUR="G", EXTRA=1) == set()
    record, crf = stands(2, COLOUR="G", EXTRA=1, WORD="said before")
    assert pruned(record, crf) is crf


@pytest.mark.parametrize(
    ("before", "now", "refused"),
    [
        (None, {"COLOUR": "R"}, 1),
        ({}, {"COLOUR": "R"}, 1),
        ({"COLOUR": "G"}, {"COLOUR": "R"}, 1),
        ({"COLOUR": "R"}, {"COLOUR": "R"}, 0),
        ({"COLOUR": "R"}, {"COLOUR": "G"}, 0),
        ({"ALL": ("R",)}, {"ALL": ("R", "B")}, 0),
        ({"ALL": ("B",)}, {"ALL": ("R", "B")}, 1),
        (None, {"COLOUR": "G"}, 0),
    ],
)
def test_a_retired_code_may_stay_and_not_be_chosen_anew(before, now, refused):
    found = chosen_anew(NEW, None if before is None else Answers(before), Answers(now))
    assert len(found) == refused
    assert all(f.blocks for f in found)


def test_in_a_group_each_row_is_looked_at_by_itself():
    rows = (replace(NEW.item("COLOUR"), group="G", oid="C", form="ZZ"),)
    grouped = form(2, groups=(GroupDef("G", "Rows", rows),))
    before = Answers(groups={"G": (Row("a", {"C": "R"}), Row("b", {"C": "G"}))})
    now = Answers(groups={"G": (Row("a", {"C": "R"}), Row("b", {"C": "R"}))})
    assert [f.row for f in chosen_anew(grouped, before, now)] == ["b"]


@pytest.mark.requirement("R30")
def test_an_item_that_only_another_version_asks_has_no_answer_here():
    """A rule of the new version that reads a form entered under the old one can tell nothing, and accuses nobody."""
    record, _crf = stands(1, COLOUR="G")
    assert record.value("ZZ.EXTRA") is None
    assert record.code("ZZ.EXTRA") is None
    assert record.definition_of("ZZ.EXTRA").label == "Extra"
    with pytest.raises(KeyError):
        record.value("ZZ.NEVER")


@pytest.mark.requirement("R30")
def test_an_answer_is_named_by_the_version_it_was_given_under():
    renamed = replace(NEW, items=tuple(replace(i, label=f"New {i.label}") for i in NEW.items))
    record = Record(stands(1, COLOUR="R")[0].crfs, {("ZZ", 1): OLD, ("ZZ", 2): renamed}, versions={"ZZ": 2})
    assert record.definition_of("ZZ.COLOUR").label == "Colour"
    assert record.newest["ZZ"] is renamed
    assert Record((), record.definitions, versions={"ZZ": 1}).newest["ZZ"] is OLD
    assert record.with_facts(event="SCR").versions == record.with_crf(stands(1)[1]).versions == {"ZZ": 2}


LOSSES = [
    (NEW, ()),
    (form(2, *NEW.items[:2], item("text", "WORD")), ()),
    (form(2, *NEW.items[:2]), ("WORD is gone",)),
    (form(2, *NEW.items[:2], item("int", "WORD")), ("WORD has another kind: 'text' became 'int'",)),
    (form(2, *NEW.items[:2], item("text", "WORD", unit="mm")), ("WORD has another unit: '' became 'mm'",)),
    (
        form(2, item("code", "COLOUR", codes=Codelist("COLOUR", COLOURS.codes[1:])), *NEW.items[1:]),
        ("COLOUR has lost the code R",),
    ),
]


@pytest.mark.requirement("R37")
@pytest.mark.parametrize(("later", "lost"), LOSSES)
def test_a_version_must_hold_whatever_the_one_before_it_could_be_answered_with(later, lost):
    assert losses(OLD, later) == lost


def test_a_form_that_repeated_must_repeat():
    assert losses(replace(OLD, repeats=True), NEW) == ("the form no longer repeats",)


@pytest.mark.requirement("R37")
def test_every_released_version_holds_the_answers_of_the_one_before_it(amended):
    assert catalogue.lost() == ()


def test_a_folder_with_a_version_that_loses_answers_is_refused(tmp_path: Path):
    data = json.loads((VERSIONS / "MRI0-v2.json").read_text("utf-8"))
    data["codelists"]["FIELD_STRENGTH"]["codes"].pop(0)
    (tmp_path / "MRI0-v2.json").write_text(json.dumps(data), "utf-8")
    with pytest.raises(VersionLosesAnswers, match=r"MRI0-v2: FIELD has lost the code 1\.5"), shelved(tmp_path):
        raise AssertionError("the folder was opened")
    assert ("MRI0", 2) not in definitions()


@pytest.mark.parametrize("name", ["DM-v2", "MRI0-v2"])
def test_the_worked_versions_are_frozen_without_loss(name):
    data = json.loads((VERSIONS / f"{name}.json").read_text("utf-8"))
    assert form_to_json(form_from_json(data)) == data


def test_an_answer_that_would_no_longer_be_asked_is_an_effect():
    """Of all effects the one that a correction under the new version would act on: it is named before."""
    extra = replace(NEW.item("EXTRA"), required=False)
    asks = replace(OLD.item("WORD"), ask_if=extra > 5)
    known = {("ZZ", 1): form(1, *OLD.items, extra), ("ZZ", 2): form(2, *OLD.items[:2], asks, extra)}

    def facts(record: Record, event: str, holds: Followed) -> Record:
        return Record(record.crfs, known, {}, holds.forms)

    def told(number: int) -> list[tuple[str, str, str]]:
        crf = Crf("ZZ", 1, "UNS-1", 1, 1, Answers({"COLOUR": "G", "WORD": "said", "EXTRA": number}))
        now, then = (Followed((Step(str(n)),), PROTOCOL, {"ZZ": n}) for n in (1, 2))
        found = effects(Record((crf,), known), now, then, facts=facts, allocation=None)
        return [(e.kind, e.path, e.was) for e in found if e.form == "ZZ"]

    assert told(3) == [(UNASKED, "WORD", "said")]
    assert told(6) == []
