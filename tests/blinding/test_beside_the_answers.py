"""What stands beside answers tells as much: what somebody confirmed of them, queries about them, digests they could be guessed from."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from forms.answers import Answers, Crf
from tests.actions.house import READY, TODAY, House
from trial.actor import SYSTEM, Actor
from trial.happenings_cuts import CutVerified
from trial.roles import ROLES
from trial.store import crfs, extract

BLINDED = sorted(name for name, role in ROLES.items() if role.blinded)
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
CONFIRMED = {
    "FU-S3": "Nothing was seen where the tumour had been.",
    "FU-S9@2": "The chest was looked at elsewhere.",
    "FU.ENDO:soft": "As the endoscopist says.",
    "FU.FUDAT:soft": "The date is right.",
}


def looking(role: str) -> Actor:
    return Actor(None, role, role, None)


@pytest.fixture
def followed(house: House) -> House:
    """Somebody followed up, with hidden answers, what was confirmed of them, and queries of every sort."""
    answers = Answers({"ENDO": "SCAR", "ALIVE": "Y"}, confirmed=CONFIRMED)
    with (uow := house.work(SYSTEM)):
        crfs.append_revision(
            uow, READY, Crf("FU", 1, "FU03", 1, 1, answers), based_on=None, reason=None, source="screen"
        )
        for event, form, path in (
            ("FU03", "FU", "ENDO"), ("FU03", "FU", "ALIVE"), ("FU03", "FU", ""), ("SUR-1", "SUR", ""), ("NC07", None, ""),
            ("PO30", None, ""), ("FU03", None, ""), (None, None, ""),
        ):  # fmt: skip
            told = {"participant": READY, "event": event, "form": form, "occurrence": 1 if form else None, "path": path}
            uow.insert("query", **told, state="open", source="system", words="Why?", raised_at=NOW, changed_at=NOW)
        uow.record(CutVerified("none", "same", ""))
        uow.commit()
    return house


def history(house: House, role: str) -> extract.History:
    return next(h for h in extract.histories(house.reader, looking(role)) if h.participant == READY)


def listed(house: House, role: str) -> Crf:
    rows = extract.listing(house.reader, looking(role), cut_on=TODAY, now=NOW).rows
    return next(crf for row in rows if row.participant == READY for crf in row.crfs if crf.form == "FU")


@pytest.mark.requirement("R54")
@pytest.mark.parametrize("role", BLINDED)
def test_what_was_confirmed_of_a_hidden_answer_goes_with_it(followed, role):
    for crf in (listed(followed, role), next(c for _, c in history(followed, role).revisions if c.form == "FU")):
        assert crf.answers.confirmed == {"FU.FUDAT:soft": "The date is right."}
        assert crf.answers.items == {"ALIVE": "Y"}


def test_whoever_is_not_blinded_gets_all_that_was_confirmed(followed):
    assert listed(followed, "unblinded_statistician").answers.confirmed == CONFIRMED


@pytest.mark.requirement("R54")
@pytest.mark.parametrize("role", BLINDED)
def test_queries_of_hidden_answers_forms_and_visits_are_withheld_and_so_is_how_many_there_are(followed, role):
    def asked(of: str) -> set[tuple[str | None, str | None, str]]:
        return {(q["event"], q["form"], q["path"]) for q in history(followed, of).queries if q["words"] == "Why?"}

    seen = {("FU03", "FU", "ALIVE"), ("FU03", "FU", ""), ("FU03", None, ""), (None, None, "")}
    assert asked(role) == seen
    assert asked("unblinded_statistician") - seen == {
        ("FU03", "FU", "ENDO"), ("SUR-1", "SUR", ""), ("NC07", None, ""), ("PO30", None, ""),
    }  # fmt: skip


@pytest.mark.parametrize("role", BLINDED)
def test_nothing_is_given_out_from_which_a_hidden_answer_could_be_guessed(followed, role):
    """Who knows all of a revision but one coded answer tries its few values against a digest."""
    found = history(followed, role)
    rows = [row for row, _ in found.revisions] + list(found.signatures)
    assert rows and not any({"answers", "digest", "content_digest", "calculated"} & row.keys() for row in rows)
    assert "SCAR" not in repr([r for r in found.revisions if r[1].form == "FU"])
