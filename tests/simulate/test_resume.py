"""A simulation that was cut off, in the middle of a step too, goes on where it stopped, and ends as if it had never been cut off."""

import json
from collections import defaultdict
from dataclasses import replace
from datetime import date
from random import Random

import pytest

from tests.simulate.conftest import PLAN, Trial, run
from trial.store.tables import JOURNALLED
from trial.store.unit_of_work import UnitOfWork
from trial.store.verify import verify

SMALL = replace(PLAN, participants=5, seed=962, until=date(2024, 12, 31))
CUTS = 6
RANDOM = frozenset({"password_hash", "seed_sealed", "digest", "content_digest"})
"""Columns that hold salt, a nonce, or cover the random ids of the rows of repeating groups."""
DERIVED = ("due", "taken")


class PowerCut(Exception):
    """What ends a run."""


class Power:
    """Counts the commits that write; fails at the n-th of them, before it (nothing is kept) or after it (nobody hears that it is)."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.written, self.until, self.heard = 0, 10**9, True
        commit = UnitOfWork.commit

        def counted(uow: UnitOfWork) -> None:
            writes = bool(uow._entries)
            self.written += writes
            cut = writes and self.written >= self.until
            if not (cut and self.heard):
                commit(uow)
            if cut:
                raise PowerCut

        monkeypatch.setattr(UnitOfWork, "commit", counted)

    def fails_at(self, n: int, *, before: bool) -> None:
        self.written, self.until, self.heard = 0, n, before


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The trial that was never cut off, the one that was cut off six times, and how often each cut struck a step half done."""
    with pytest.MonkeyPatch.context() as patched:
        power = Power(patched)
        whole = run(tmp_path_factory.mktemp("whole"), SMALL)
        folder, inside = tmp_path_factory.mktemp("broken"), 0
        for n, before in _cuts(power.written):
            power.fails_at(n, before=before)
            steps: list[int] = []
            with pytest.raises(PowerCut):
                run(folder, SMALL, progress=lambda taken, waiting, on, done=steps: done.append(power.written))
            inside += bool(steps) and power.written - steps[-1] > 1
        power.fails_at(10**9, before=True)
        broken = run(folder, SMALL)
        yield whole, broken, inside
        whole.engine.dispose()
        broken.engine.dispose()


def _cuts(written: int):
    """Seeded places in the whole run, each as the number of commits since the cut before it."""
    chance = Random(20261145)
    places = [4, *sorted(chance.sample(range(30, written), CUTS - 1))]
    for former, place in zip([0, *places], places, strict=False):
        yield place - former, chance.random() < 0.5


def test_the_trial_has_everything_that_must_not_be_done_twice(both):
    reader = both[0].reader
    assert all(reader.all(table) for table in ("allocation", "prediction", "signature", "file"))
    revised = {row["form"] for row in reader.all("crf") if row["revision"] > 1}
    assert revised >= {"AE", "IC", "RGW"}, "resolved, withdrawn, confirmed"
    assert {row["form"] for row in reader.all("crf")} >= {"SAE", "SUR", "EOS"}


def test_the_cuts_struck_in_the_middle_of_steps(both):
    assert both[2] >= CUTS // 2


def test_every_stored_row_is_what_it_would_have_been(both):
    whole, broken, _ = both
    for table in (*(t.name for t in JOURNALLED), *DERIVED):
        assert rows(broken, table) == rows(whole, table), table


def test_the_same_things_happened_to_each_participant_in_the_same_order_at_the_same_time(both):
    whole, broken, _ = both
    assert happened(broken) == happened(whole)
    assert len(happened(whole)) == SMALL.participants + 1


def test_the_journal_of_the_broken_run_vouches_for_all_of_it(both):
    assert list(verify(both[1].engine, files=both[1].files)) == []


def test_a_run_that_is_finished_does_nothing_when_it_is_run_again(both):
    _, broken, _ = both
    before = broken.reader.all("journal_head")
    again = run(broken.files.root.parent, SMALL)
    again.engine.dispose()
    assert again.done == broken.done
    assert broken.reader.all("journal_head") == before


def test_a_later_last_day_goes_on_from_the_earlier_one(tmp_path, both):
    early = run(tmp_path, replace(SMALL, until=date(2022, 1, 31)))
    early.engine.dispose()
    later = run(tmp_path, SMALL)
    later.engine.dispose()
    assert early.done.steps < later.done.steps
    assert happened(later) == happened(both[0])


def rows(trial: Trial, table: str) -> list[str]:
    """Every row of a table as text, in an order of its own, without what is random."""
    found = trial.reader.all(table)
    return sorted(json.dumps(_told(row), default=str, sort_keys=True) for row in found)


def _told(row):
    kept = {name: value for name, value in row.items() if name not in RANDOM}
    if isinstance(
        kept.get("versions"), dict
    ):  # a run that was cut off starts another worker, which is tested at its start
        kept["versions"] = {name: value for name, value in kept["versions"].items() if name != "references_at"}
    if not isinstance(kept.get("answers"), dict):
        return kept
    # An id of a row of a group becomes its place, wherever it is named: in the row, in a key of what was confirmed.
    text = json.dumps(kept["answers"], sort_keys=True)
    for group, members in kept["answers"].get("groups", {}).items():
        for place, member in enumerate(members):
            text = text.replace(member["id"], f"{group}{place}")
    return kept | {"answers": text}


def happened(trial: Trial) -> dict[str | None, list[tuple]]:
    """Tag, instant and person of each entry of the journal, by participant; None: what concerns nobody."""
    told = defaultdict(list)
    for entry in trial.reader.all("journal", order_by="seq"):
        told[entry["participant"]].append((entry["tag"], entry["at"], entry["actor"], entry["role"]))
    return dict(told)
