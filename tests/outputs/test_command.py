"""`vigil output`: what there is, and all of it as files; by arm only with a name and a role."""

from __future__ import annotations

import json

import pytest

from analysis import closed_outputs, outputs
from analysis.commands import closed_outputs as closed_command
from analysis.commands import outputs as command
from trial.cli.base import REFUSED


def test_the_list_names_every_output_and_marks_those_by_arm(vigil):
    code, text, _ = vigil("output", "list")
    assert code == 0 and "disposition" in text and "os-by-arm" in text
    told = json.loads(vigil("output", "list", "--json")[1])
    assert {row["id"] for row in told} == {o.id for o in (*outputs.OPEN, *closed_outputs.CLOSED)}
    assert {row["closed"] for row in told if row["id"] in closed_outputs.BY_ID} == {True}


def test_outputs_are_written_in_the_formats_asked_for_and_no_other(vigil, tmp_path):
    out = tmp_path / "made"
    code, text, _ = vigil("output", "make", "disposition", "--out", out, "--format", "text,csv")
    assert code == 0 and "1 outputs at 2026-06-01" in text
    assert sorted(str(p.relative_to(out)) for p in out.rglob("*") if p.is_file()) == [
        "disposition.txt",
        "disposition/disposition.csv",
        "disposition/disposition.csv-metadata.json",
    ]
    assert "Data cut 2026-06-01, digest" in (out / "disposition.txt").read_text("utf-8")


def test_the_same_command_writes_the_same_bytes(vigil, tmp_path):
    for folder in ("one", "two"):
        assert vigil("output", "make", "disposition", "os", "--out", tmp_path / folder)[0] == 0
    one = {p.relative_to(tmp_path / "one"): p.read_bytes() for p in (tmp_path / "one").rglob("*") if p.is_file()}
    two = {p.relative_to(tmp_path / "two"): p.read_bytes() for p in (tmp_path / "two").rglob("*") if p.is_file()}
    assert one == two and len(one) == 19 - 3


def test_all_of_them_come_with_one_volume_and_none_by_arm(vigil, tmp_path, monkeypatch):
    monkeypatch.setattr(command, "_open", lambda: (outputs.BY_ID["disposition"], outputs.BY_ID["adverse-events"]))
    monkeypatch.setattr(command.output.shelves[0], "_listed", command._open)
    assert vigil("output", "make", "--all", "--out", tmp_path / "all", "--format", "pdf")[0] == 0
    assert sorted(p.name for p in (tmp_path / "all").iterdir()) == ["adverse-events.pdf", "all.pdf", "disposition.pdf"]


@pytest.mark.parametrize(
    "wrong",
    [
        ("disposition", "--format", "docx"),
        ("nothing",),
        (),
        ("disposition", "--all"),
        ("os-by-arm",),
    ],
    ids=["format", "output", "neither", "both", "closed without a name"],
)
def test_what_cannot_be_made_is_wrong_use_and_nothing_is_written(vigil, tmp_path, wrong):
    code, _, complaint = vigil("output", "make", *wrong, "--out", tmp_path / "none")
    assert code == 2 and complaint and not (tmp_path / "none").exists()


def test_by_arm_needs_somebody_who_may_and_is_recorded(vigil, house, tmp_path):
    make = ("output", "make", "os-by-arm", "--out", tmp_path / "closed", "--format", "text")
    assert vigil(*make, "--as", "statistician")[0] == REFUSED
    assert vigil(*make, "--as", "statistician", "--role", "statistician")[0] == REFUSED
    assert not (tmp_path / "closed").exists()
    before = len(house.journal("person:data:taken"))
    assert vigil(*make, "--as", "unblinded_statistician")[0] == 0
    taken = house.journal("person:data:taken")
    assert len(taken) == before + 1 and "os-by-arm" in taken[-1]["body"]
    assert "WW against TME" in (tmp_path / "closed" / "os-by-arm.txt").read_text("utf-8")


def test_the_closed_shelf_is_brought_once(vigil):
    shelves = len(command.output.shelves)
    closed_command.register(type("Commands", (), {"commands": {"output": command.output}})())
    assert len(command.output.shelves) == shelves == 2


def test_without_the_closed_room_the_command_knows_of_none(monkeypatch, vigil):
    monkeypatch.setattr(command.output, "shelves", command.output.shelves[:1])
    assert "os-by-arm" not in vigil("output", "list")[1]
