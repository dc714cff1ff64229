"""Chapter: freezing. Two people approve exactly one content; whatever is changed afterwards is found."""

import json
import shutil

import pytest

from tests.model.released import FOLDER, RAW, values
from trial.frozen import pin
from trial.frozen.card import card
from trial.frozen.errors import ModelCorrupt, NotApproved
from trial.frozen.freezing import approved, findings, freeze, read_draft, written
from trial.frozen.manifest import Approval, content_digest, digest_of
from trial.frozen.runner import FrozenModel

ONNX = (FOLDER / "model.onnx").read_bytes()
DRAFT = {**RAW, "approvals": []}
DIGEST = content_digest(DRAFT)
ONE = Approval("Li Wei", "statistician", "2026-11-20", DIGEST)
TWO = Approval("Ana Costa", "coordinating investigator", "2026-11-21", DIGEST)


def draft(folder, **changes):
    written(folder, ONNX, {**DRAFT, **changes})
    return folder


def changed(approval, **fields):
    return Approval(**{**vars(approval), **fields})


def test_two_people_freeze_a_draft(tmp_path):
    digest = freeze(draft(tmp_path / "d"), tmp_path / "f", [ONE, TWO])
    assert {path.name for path in (tmp_path / "f").iterdir()} == {"model.onnx", "manifest.json", "card.md"}
    assert digest == digest_of((tmp_path / "f" / "manifest.json").read_bytes())
    assert findings(tmp_path / "f", digest) == []
    assert "Approved by Li Wei, statistician, on 2026-11-20." in (tmp_path / "f" / "card.md").read_text("utf-8")
    with FrozenModel(tmp_path / "f", RAW["sha256"], digest) as model:
        assert model.predict(values(0)) == RAW["references"][0]["probability"]


def test_the_same_draft_and_approvals_give_the_same_bytes(tmp_path):
    first, second = (freeze(draft(tmp_path / f"d{n}"), tmp_path / f"f{n}", [ONE, TWO]) for n in (1, 2))
    assert first == second


@pytest.mark.parametrize(
    ("approvals", "message"),
    [
        ([], "2 different people"),
        ([ONE], "2 different people"),
        ([ONE, ONE], "2 different people"),
        ([ONE, changed(ONE, role="investigator")], "2 different people"),
        ([ONE, changed(ONE, name="  li  WEI ")], "2 different people"),
        ([ONE, changed(TWO, digest="0" * 64)], "Ana Costa approved 0000"),
        ([ONE, TWO, changed(TWO, name="Third", digest="1" * 64)], "Third approved 1111"),
        ([ONE, changed(TWO, date="yesterday")], "gave no day"),
        ([ONE, changed(TWO, date="20261121")], "gave no day"),
        ([ONE, changed(TWO, name=" ")], "needs a name"),
        ([ONE, changed(TWO, role="")], "needs a name and a role"),
    ],
)
def test_anything_less_is_refused_and_nothing_is_written(tmp_path, approvals, message):
    with pytest.raises(NotApproved, match=message):
        freeze(draft(tmp_path / "d"), tmp_path / "f", approvals)
    assert not (tmp_path / "f").exists()


@pytest.mark.parametrize(
    "change",
    [
        {"threshold": 0.54}, {"version": "2.0.1"}, {"rule": "as you like"}, {"minimum": {}}, {"intended_use": "anything"},
        {"preprocessing": RAW["preprocessing"][::-1]}, {"inputs": RAW["inputs"][::-1]}, {"references": RAW["references"][1:]},
        {"training": {**RAW["training"], "cut_sha256": "0" * 64}}, {"out_of_scope": []},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_an_approval_of_one_content_is_none_of_another(change):
    with pytest.raises(NotApproved, match="approved"):
        approved({**DRAFT, **change}, [ONE, TWO])


def test_what_is_approved_names_the_weights():
    assert DRAFT["sha256"] == digest_of(ONNX)
    assert content_digest({**DRAFT, "sha256": "0" * 64}) != DIGEST
    assert content_digest({**DRAFT, "approvals": [vars(ONE)]}) == DIGEST


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": "2.0"}, "no semantic version"),
        ({"version": "02.0.0"}, "no semantic version"),
        ({"references": RAW["references"][:19]}, "19 reference vectors"),
        ({"threshold": 1.0}, "decides nothing"),
        ({"intended_use": ""}, "intended_use is not said"),
        ({"out_of_scope": []}, "out_of_scope is not said"),
        ({"format": 1}, "format 1"),
    ],
)
def test_a_draft_that_is_not_finished_is_not_frozen(tmp_path, change, message):
    digest = content_digest({**DRAFT, **change})
    with pytest.raises(ModelCorrupt, match=message):
        freeze(
            draft(tmp_path / "d", **change), tmp_path / "f", [changed(ONE, digest=digest), changed(TWO, digest=digest)]
        )


def test_weights_that_are_not_those_of_the_manifest_are_not_frozen(tmp_path):
    (draft(tmp_path) / "model.onnx").write_bytes(ONNX[:-1])
    with pytest.raises(ModelCorrupt, match="the manifest says"):
        read_draft(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"[]", "no manifest"), (b"{}", "no manifest"), (b"\xff", "no manifest"), (None, "cannot be read")],
)
def test_what_is_no_manifest_says_so(tmp_path, content, message):
    path = draft(tmp_path) / "manifest.json"
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(ModelCorrupt, match=message):
        read_draft(tmp_path)
    assert message in findings(tmp_path)[0]


def release_in(folder):
    for name in ("model.onnx", "manifest.json", "card.md"):
        shutil.copy(FOLDER / name, folder / name)
    return folder


def test_the_release_has_no_findings(tmp_path):
    assert findings(release_in(tmp_path), pin.MANIFEST_DIGEST) == []


CHANGES = {
    "preprocessing": lambda raw: raw["preprocessing"][3].update(mean=raw["preprocessing"][3]["mean"] + 1e-9),
    "threshold": lambda raw: raw.update(threshold=raw["threshold"] + 0.01),
    "feature order": lambda raw: raw["inputs"].insert(0, raw["inputs"].pop(1)),
    "a range": lambda raw: raw["inputs"][0].update(range=[0.0, 999.0]),
    "a code": lambda raw: raw["inputs"][2]["codes"].update(cT1=4.0),
    "the minimum": lambda raw: raw["minimum"].clear(),
    "a reference": lambda raw: raw["references"][0].update(probability=0.5),
    "weights": None,
}


@pytest.mark.parametrize("what", CHANGES)
def test_one_change_of_the_release_refuses_the_call_and_says_which_file(tmp_path, what):
    folder = release_in(tmp_path)
    if CHANGES[what] is None:
        (folder / "model.onnx").write_bytes(bytes([*ONNX[:5000], ONNX[5000] ^ 1, *ONNX[5001:]]))
    else:
        raw = json.loads((folder / "manifest.json").read_text("utf-8"))
        CHANGES[what](raw)
        (folder / "manifest.json").write_text(json.dumps(raw, indent=1, ensure_ascii=False) + "\n", "utf-8")
    with FrozenModel(folder=folder) as model:
        with pytest.raises(ModelCorrupt, match="model.onnx" if what == "weights" else "manifest.json"):
            model.predict(values(0))
        assert model.pid is None
    assert findings(folder, pin.MANIFEST_DIGEST)


@pytest.mark.parametrize("what", [name for name in CHANGES if CHANGES[name]])
def test_a_changed_manifest_without_any_pin_is_found_by_its_approvals(tmp_path, what):
    raw = json.loads((FOLDER / "manifest.json").read_text("utf-8"))
    CHANGES[what](raw)
    written(tmp_path, ONNX, raw)
    assert any("approved" in each for each in findings(tmp_path))


def test_a_card_of_another_manifest_is_found(tmp_path):
    folder = release_in(tmp_path)
    (folder / "card.md").write_text(card({**RAW, "threshold_rule": "the one we like"}), "utf-8")
    assert findings(folder, pin.MANIFEST_DIGEST) == ["card.md is not the card of this manifest"]
    (folder / "card.md").unlink()
    assert findings(folder, pin.MANIFEST_DIGEST) == ["card.md is not the card of this manifest"]


def test_another_pin_is_found(tmp_path):
    assert findings(release_in(tmp_path), "0" * 64)[0].startswith("manifest.json has SHA-256")


@pytest.mark.parametrize("key", [key for key in RAW if key not in ("approvals", "card")])
def test_a_manifest_that_lost_a_part_is_found_and_raises_nothing(tmp_path, key):
    folder = release_in(tmp_path)
    (folder / "manifest.json").write_text(json.dumps({k: v for k, v in RAW.items() if k != key}), "utf-8")
    assert findings(folder)


@pytest.mark.parametrize("key", RAW)
@pytest.mark.parametrize("value", [None, [], "nonsense", 7])
def test_a_manifest_with_nonsense_in_a_part_is_found_and_raises_nothing(tmp_path, key, value):
    folder = release_in(tmp_path)
    (folder / "manifest.json").write_text(json.dumps({**RAW, key: value}), "utf-8")
    assert findings(folder)
