"""Chapter: a copy holds the audit trail with the record, and what is restored from it verifies (R27)."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import make_url, text

from tests.actions.house import READY, House, open_house
from tests.actions.rooms import on_both
from tests.conftest import _created
from tests.store.house import Happened
from trial.actions import keep
from trial.actor import SYSTEM
from trial.cli import commands
from trial.errors import BackupUnfit, FileDamaged, FileMissing
from trial.store import journal
from trial.store.engine import make_engine, migrate
from trial.store.files import Stored, register
from trial.store.tables import metadata
from trial.store.verify import verify

NOT_RECORD = {"session"}


def with_a_file(house: House) -> Stored:
    stored = house.files.put(b"feature,value\na,1\n")
    with (uow := house.work()):
        register(uow, stored, READY, name="f.csv", media_type="csv-features")
        uow.record(Happened("file"))
        uow.commit()
    return stored


def copied(house: House, folder: Path) -> Path:
    keep.back_up(folder, files=house.files, uow=house.work(SYSTEM))
    return folder


@pytest.fixture
def empty(tmp_path: Path) -> House:
    """A database with the schema and nothing in it."""
    house = open_house_at(f"sqlite:///{tmp_path / 'restored.sqlite3'}", tmp_path / "restored")
    yield house
    house.engine.dispose()


def open_house_at(url: str, folder: Path) -> House:
    engine = make_engine(url)
    migrate(engine)
    engine.dispose()
    return open_house(url, folder)


def rows(house: House, *, until: int) -> dict[str, list[dict]]:
    """Everything but who is signed in, and of the journal what had been written at that entry."""
    found = {t.name: sorted(house.reader.all(t), key=repr) for t in metadata.sorted_tables if t.name not in NOT_RECORD}
    found["journal"] = [row for row in found["journal"] if row["seq"] <= until]
    return {name: each for name, each in found.items() if name != "journal_head"}


@pytest.mark.requirement("R27")
@on_both
def test_what_is_restored_is_what_was_copied_trail_and_all(either: House, empty: House, tmp_path: Path) -> None:
    with_a_file(either)
    seq, head = journal.head(either.reader)
    before = rows(either, until=seq)
    folder = copied(either, tmp_path / "copy")
    manifest, broken = keep.restore(folder, files=empty.files, uow=empty.work(SYSTEM))
    assert broken == []
    assert (manifest.seq, manifest.head) == (seq, head)
    assert rows(empty, until=seq) == before
    assert len(before["journal"]) == seq == manifest.rows["journal"]


@pytest.mark.requirement("R27")
@pytest.mark.postgres
def test_a_copy_goes_from_one_engine_to_the_other_and_work_goes_on(
    house: House, tmp_path: Path, postgres_url: str, postgres_template: str
) -> None:
    with_a_file(house)
    with _created(postgres_url, template=str(make_url(postgres_template).database)) as address:
        _restored_on(open_house_at(address, tmp_path / "other"), house, tmp_path)


def _restored_on(other: House, house: House, tmp_path: Path) -> None:
    manifest, broken = keep.restore(copied(house, tmp_path / "copy"), files=other.files, uow=other.work(SYSTEM))
    assert broken == []
    other.clock.instant = house.clock.now()
    number = other.screened()  # the next participant, the next query, the next signature: ids go on
    assert number == "VG-01-0007"
    assert verify(other.engine, files=other.files, witnessed=[(manifest.seq, manifest.head)]) == []
    other.engine.dispose()


def test_every_file_is_in_the_copy_whichever_table_names_it(house: House, empty: House, tmp_path: Path) -> None:
    """Previews, reports, sources of other studies: the store is copied, not a list of tables that somebody must keep."""
    named, unnamed = with_a_file(house), house.files.put(b"a preview, a report, a source")
    manifest, _broken = keep.restore(copied(house, tmp_path / "copy"), files=empty.files, uow=empty.work(SYSTEM))
    assert {named.sha256, unnamed.sha256} <= set(manifest.files) == set(house.files.every())
    assert empty.files.read(unnamed.sha256) == b"a preview, a report, a source"


def test_both_are_said_in_the_journal(house: House, empty: House, tmp_path: Path) -> None:
    folder = copied(house, tmp_path / "copy")
    manifest, _broken = keep.restore(folder, files=empty.files, uow=empty.work(SYSTEM))
    (out,) = house.journal("system:backup:written")
    (back,) = empty.journal("system:backup:restored")
    assert json.loads(out["body"])["event"]["digest"] == json.loads(back["body"])["event"]["digest"] == manifest.digest


def test_nobody_is_signed_in_in_a_copy_and_no_seed_is_open(house: House, enter: Callable, tmp_path: Path) -> None:
    enter("coordinator01").get("/")
    assert house.reader.all("session")
    folder = copied(house, tmp_path / "copy")
    assert not (folder / "session.jsonl").exists()
    from tests.actions.house import SEED

    assert all(SEED.hex().encode() not in part.read_bytes() for part in folder.glob("*.jsonl"))


SPOILT = {
    "a table is missing": (lambda f: (f / "journal.jsonl").unlink(), BackupUnfit),
    "a byte of a table": (lambda f: (f / "crf_revision.jsonl").write_bytes((f / "crf_revision.jsonl").read_bytes()[:-2]), BackupUnfit),
    "no manifest": (lambda f: (f / "manifest.json").unlink(), BackupUnfit),
    "half a manifest": (lambda f: (f / "manifest.json").write_text('{"schema": 1}'), BackupUnfit),
    "a file is missing": (lambda f: shutil.rmtree(f / "files"), FileMissing),
    "a byte of a file": (lambda f: next(p for p in (f / "files").rglob("*") if p.is_file()).write_bytes(b"x"), FileDamaged),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "error"), SPOILT.values(), ids=SPOILT)
def test_a_copy_that_is_not_whole_restores_nothing(house: House, empty: House, tmp_path: Path, spoil, error) -> None:
    with_a_file(house)
    folder = copied(house, tmp_path / "copy")
    spoil(folder)
    with pytest.raises(error):
        keep.restore(folder, files=empty.files, uow=empty.work(SYSTEM))
    assert empty.reader.all("journal") == []


def test_a_copy_that_was_changed_with_its_manifest_is_found_by_the_verification(
    house: House, empty: House, tmp_path: Path
) -> None:
    folder = copied(house, tmp_path / "copy")
    part, manifest = folder / "crf_revision.jsonl", json.loads((folder / "manifest.json").read_text())
    part.write_text(part.read_text().replace("1961-04-30", "1962-04-30"))
    import hashlib

    manifest["digests"]["crf_revision"] = hashlib.sha256(part.read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    _manifest, broken = keep.restore(folder, files=empty.files, uow=empty.work(SYSTEM))
    assert {finding.kind for finding in broken} == {"crf_revision"}


def test_only_an_empty_database_of_the_same_schema_is_filled(house: House, empty: House, tmp_path: Path) -> None:
    folder = copied(house, tmp_path / "copy")
    before = house.reader.all("journal")
    with pytest.raises(BackupUnfit) as refused:
        keep.restore(folder, files=house.files, uow=house.work(SYSTEM))
    assert refused.value.problem == "not-empty"
    assert house.reader.all("journal") == before
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"schema": "20200101_0001"}))
    with pytest.raises(BackupUnfit) as refused:
        keep.restore(folder, files=empty.files, uow=empty.work(SYSTEM))
    assert refused.value.problem == "other-schema"


def test_a_restore_that_breaks_off_leaves_the_database_empty(house: House, empty: House, tmp_path: Path) -> None:
    folder = copied(house, tmp_path / "copy")
    calls = []

    def cut(count: int) -> None:
        calls.append(count)
        if len(calls) == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keep.restore(folder, files=empty.files, uow=empty.work(SYSTEM), progress=cut)
    assert [t.name for t in metadata.sorted_tables if empty.reader.all(t) and t.name != "journal_head"] == []
    _manifest, broken = keep.restore(folder, files=empty.files, uow=empty.work(SYSTEM))
    assert broken == []


def test_a_folder_that_holds_something_is_not_written_to(house: House, tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "mine.txt").write_text("keep me")
    with pytest.raises(BackupUnfit):
        copied(house, tmp_path / "copy")
    assert [p.name for p in (tmp_path / "copy").iterdir()] == ["mine.txt"]


def test_a_redacted_record_is_restored_as_it_was_left(house: House, empty: House, tmp_path: Path) -> None:
    from tests.trail.test_redaction import everything, mistyped, take_out

    mistyped(house)
    take_out(house)
    _manifest, broken = keep.restore(copied(house, tmp_path / "copy"), files=empty.files, uow=empty.work(SYSTEM))
    assert broken == []
    assert "张伟" not in everything(empty)


@pytest.mark.requirement("R27")
def test_the_commands_copy_restore_and_say_the_last_entry(tmp_path: Path, monkeypatch, house: House) -> None:
    from wsgi import create_app

    seq, head = journal.head(house.reader)
    monkeypatch.setenv("VIGIL_INSTANCE", str(tmp_path))
    runner, vigil = CliRunner(), commands(create_app)
    out = runner.invoke(vigil, ["backup", str(tmp_path / "copy")])
    assert f"last entry {seq}, hash {head}" in out.output, out.output
    monkeypatch.setenv("VIGIL_INSTANCE", str(tmp_path / "new"))
    back = runner.invoke(commands(create_app), ["restore", str(tmp_path / "copy"), "--json"])
    assert back.exit_code == 0, back.output
    assert json.loads(back.output)["findings"] == []


def test_a_table_that_is_added_later_is_in_the_copy(house: House, tmp_path: Path) -> None:
    manifest = keep.back_up(tmp_path / "copy", files=house.files, uow=house.work(SYSTEM))
    assert set(manifest.rows) == {t.name for t in metadata.sorted_tables} - NOT_RECORD
    with house.engine.connect() as connection:
        stored = connection.execute(text("select count(*) from crf_revision")).scalar_one()
    assert manifest.rows["crf_revision"] == stored > 0
