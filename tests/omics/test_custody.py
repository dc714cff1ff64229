"""Chapter: labels, where a specimen is, what may happen next, and how far the chain to it holds. Pure parts."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trial.omics.chain import BROKEN, WHOLE, Chain, Known, chains
from trial.omics.custody import MOVES, NEXT, STATES, custody, refused_move
from trial.omics.labels import ALPHABET, aliquot_label, check_character, mistyped, specimen_label, tidy

PARTICIPANTS = st.builds(
    lambda s, n: f"VG-{s}-{n:04d}", st.text(ALPHABET, min_size=1, max_size=3), st.integers(1, 9999)
)
D = date


# --- labels --------------------------------------------------------------------------------------------------------------


def test_the_check_character_is_that_of_the_standard() -> None:
    """The published example of ISO 7064 MOD 37,36, a Global Release Identifier: A1-2425G-ABC1234002-M."""
    assert check_character("A12425GABC1234002") == "M"
    assert check_character("A1-2425G-ABC1234002") == "M"


def test_a_label_names_participant_specimen_and_aliquot() -> None:
    label = specimen_label("VG-01-0007", 3)
    assert label[:-1] == "VG010007-S03-"
    assert not mistyped(label)
    other = aliquot_label(label, 2)
    assert other[:-1] == "VG010007-S03-A02-" and not mistyped(other)


def test_the_label_of_another_laboratory_stays_as_it_is() -> None:
    assert aliquot_label("S-77", 1) == "S-77-A01"
    assert not mistyped("S-77") and tidy(" s-77 ") == "s-77"
    assert tidy(" vg010007-s03-k") == "VG010007-S03-K"


@given(PARTICIPANTS, st.integers(1, 99), st.data())
def test_one_wrong_character_is_always_found(participant: str, number: int, data: Any) -> None:
    label = specimen_label(participant, number)
    at = data.draw(st.integers(2, len(label) - 1).filter(lambda n: label[n] not in "-S" and label[n - 1] != "-S"))
    other = data.draw(st.sampled_from([c for c in ALPHABET if c != label[at]]))
    wrong = label[:at] + other + label[at + 1 :]
    assert mistyped(wrong) or not wrong.startswith("VG")


def test_nearly_all_neighbours_that_changed_places_are_found() -> None:
    """A hybrid system of ISO 7064 finds every wrong character, and of two that changed places nearly all."""
    found = []
    for number in range(1, 100):
        body = specimen_label(f"VG-{number % 9 + 1:02d}-{number * 97:04d}", number).replace("-", "")[:-1]
        for at in range(len(body) - 1):
            turned = body[:at] + body[at + 1] + body[at] + body[at + 2 :]
            if turned != body:
                found.append(check_character(turned) != check_character(body))
    assert sum(found) / len(found) > 0.97


# --- custody -------------------------------------------------------------------------------------------------------------


def step(move: str, on: date, **more: Any) -> dict[str, Any]:
    return {"move": move, "moved_on": on, "place": None, "temperature": None} | more


def at(*moves: dict[str, Any], received: date | None = None) -> Any:
    return custody("S-1", D(2026, 1, 7), received, "-80", moves)


def test_the_form_says_the_first_steps() -> None:
    assert (at().state, at().since, at().temperature, at().thaws) == ("collected", D(2026, 1, 7), "-80", 0)
    assert at(received=D(2026, 1, 8)).state == "received"


def test_each_thaw_counts_and_the_last_place_holds() -> None:
    now = at(
        step("stored", D(2026, 1, 8), place="freezer 2", temperature="-80"), step("thawed", D(2026, 2, 1)),
        step("stored", D(2026, 2, 1), place="freezer 3"), step("thawed", D(2026, 3, 1)),
    )  # fmt: skip
    assert (now.state, now.thaws, now.place, now.temperature, now.left) == ("thawed", 2, "freezer 3", "-80", True)


ORDER = {
    "collected": {"shipped", "received", "stored", "used", "to-destroy", "destroyed"},
    "shipped": {"received", "to-destroy", "destroyed"},
    "received": {"shipped", "stored", "used", "to-destroy", "destroyed"},
    "stored": {"shipped", "stored", "thawed", "used", "to-destroy", "destroyed"},
    "thawed": {"stored", "used", "to-destroy", "destroyed"},
    "used": set(),
    "to-destroy": {"shipped", "received", "destroyed"},
    "destroyed": set(),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("move", MOVES)
def test_what_may_follow_what(state: str, move: str) -> None:
    now = at() if state == "collected" else at(step(state, D(2026, 1, 8)))
    refused = refused_move(now, move, D(2026, 1, 9), D(2026, 1, 9))
    assert (refused is None) is (move in ORDER[state])
    assert set(now.next) == ORDER[state] == set(NEXT[state])


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (D(2026, 1, 7), "before that day"),
        (D(2026, 1, 8), None),
        (D(2026, 1, 9), None),
        (D(2026, 1, 10), "in the future"),
    ],
)
def test_a_move_lies_between_the_last_one_and_today(on: date, words: str | None) -> None:
    refused = refused_move(at(step("shipped", D(2026, 1, 8))), "received", on, D(2026, 1, 9))
    assert (refused is None) if words is None else words in (refused[0] % refused[1])


@given(st.lists(st.sampled_from(list(MOVES)), max_size=12))
def test_what_is_gone_stays_gone(wanted: list[str]) -> None:
    taken: list[dict[str, Any]] = []
    for move in wanted:
        if refused_move(at(*taken), move, D(2026, 1, 8), D(2026, 1, 8)) is None:
            taken.append(step(move, D(2026, 1, 8)))
    ends = [n for n, each in enumerate(taken) if each["move"] in ("used", "destroyed")]
    assert ends in ([], [len(taken) - 1])
    assert at(*taken).thaws == sum(each["move"] == "thawed" for each in taken)


# --- the chain -----------------------------------------------------------------------------------------------------------

TABLE, IMAGE = "a" * 64, "b" * 64
INPUTS = [
    {"name": "distance", "modality": "clinical", "source": "MRI0/SCR/1#1"},
    {"name": "fusobacterium", "modality": "microbiota", "source": "MIC/SCR/1#2"},
    {"name": "roseburia", "modality": "microbiota", "source": "MIC/SCR/1#2"},
    {"name": "ctdna", "modality": "ctDNA", "source": None},
]
RUN = {"id": 4, "label": "S-1-A01", "image": None, "consent": "IC/SCR/1"}


def known(**more: Any) -> Known:
    usual: dict[str, Any] = {
        "answers": lambda source: {"MICFILE": {"sha256": TABLE}, "RADFILE": {"sha256": TABLE}}, "intact": lambda digest: True,
        "runs": {TABLE: RUN}, "aliquots": {"S-1-A01": "S-1"}, "specimens": frozenset({"S-1"}), "consents": frozenset({"IC/SCR/1"}),
    }  # fmt: skip
    return Known(**usual | more)


def test_a_whole_chain_names_every_step() -> None:
    names = ("fusobacterium", "roseburia")
    (found,) = chains(INPUTS, known())
    assert found == Chain("MIC/SCR/1#2", names, WHOLE, TABLE, 4, "S-1-A01", "S-1", None, "IC/SCR/1")


def test_a_run_on_an_image_ends_at_the_image() -> None:
    run = {TABLE: RUN | {"label": None, "image": IMAGE}}
    (found,) = chains([{"name": "mean", "modality": "radiomics", "source": "RAD/SCR/1#1"}], known(runs=run))
    assert (found.held, found.image, found.specimen, found.aliquot) == (WHOLE, IMAGE, None, None)


@pytest.mark.parametrize(
    ("more", "held"),
    [
        ({"answers": lambda source: {}}, "no-table"),
        ({"intact": lambda digest: False}, "file"),
        ({"runs": {}}, "no-run"),
        ({"specimens": frozenset()}, "no-source"),
        ({"aliquots": {}}, "no-source"),
        ({"consents": frozenset()}, "no-consent"),
        ({"runs": {TABLE: RUN | {"label": None, "image": IMAGE}}, "intact": lambda digest: digest == TABLE}, "file"),
    ],
)
def test_a_chain_that_is_broken_says_where(more: dict[str, Any], held: str) -> None:
    (found,) = chains(INPUTS, known(**more))
    assert found.held == held and held in BROKEN


def test_a_call_of_clinical_inputs_alone_has_no_chain() -> None:
    assert chains(INPUTS[:1], known()) == ()
