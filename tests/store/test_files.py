import errno
import hashlib
import io
import os

import pytest

from tests.store.house import Happened
from trial.errors import FeatureTableUnreadable, FileDamaged, FileMissing, NotFound, StorageFull, StorageUnavailable
from trial.store.files import CHUNK, Files, Stored, feature_table, register


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path / "deep" / "files")


def kept(files):
    return sorted(p.name for p in files.root.rglob("*") if p.is_file())


@pytest.mark.parametrize(
    "content", [b"", b"a", b"x" * CHUNK, b"y" * (CHUNK + 1)], ids=["empty", "one", "a chunk", "a chunk and one"]
)
def test_what_was_put_is_read_under_its_digest(files, content):
    stored = files.put(io.BytesIO(content))
    assert stored == Stored(hashlib.sha256(content).hexdigest(), len(content))
    assert files.read(stored.sha256) == content
    files.check(stored.sha256)


def test_the_same_bytes_are_kept_once(files):
    assert files.put(b"same") == files.put(io.BytesIO(b"same"))
    assert kept(files) == [hashlib.sha256(b"same").hexdigest()]


def test_damaged_bytes_are_never_served(files):
    stored = files.put(b"good")
    (files.root / stored.sha256[:2] / stored.sha256).write_bytes(b"Good")
    for act in (files.read, files.check):
        with pytest.raises(FileDamaged):
            act(stored.sha256)


@pytest.mark.parametrize("name", ["0" * 64, "../../etc/passwd", "", "A" * 64, "0" * 63, "/etc/" + "0" * 59])
def test_only_a_digest_is_a_name(files, name):
    for act in (files.read, files.check):
        with pytest.raises(FileMissing):
            act(name)


@pytest.mark.parametrize(
    ("code", "expected"), [(errno.ENOSPC, StorageFull), (errno.EDQUOT, StorageFull), (errno.EIO, StorageUnavailable)]
)
def test_a_full_or_failing_disk_leaves_nothing_half(files, monkeypatch, code, expected):
    def failing(handle):
        raise OSError(code, "no")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(expected):
        files.put(b"content")
    assert kept(files) == []


def test_an_upload_that_breaks_off_leaves_nothing(files):
    class Cut(io.BytesIO):
        def read(self, size=-1):
            raise ConnectionResetError

    with pytest.raises(StorageUnavailable):
        files.put(Cut())
    assert kept(files) == []


def test_bytes_and_folders_reach_the_disk_before_put_returns(files, monkeypatch):
    order, fsync, replace = [], os.fsync, type(files.root).replace
    monkeypatch.setattr(os, "fsync", lambda handle: (order.append("fsync"), fsync(handle))[1])
    monkeypatch.setattr(type(files.root), "replace", lambda a, b: (order.append("rename"), replace(a, b))[1])
    files.put(b"content")
    assert order == ["fsync", "rename", "fsync", "fsync"]


def test_a_file_belongs_to_a_participant_by_a_row_that_keeps_its_first_name(house, files):
    stored = files.put(b"feature,value\n")
    for name in ("first.csv", "again.csv"):
        with (uow := house.work()):
            row = register(uow, stored, "VG-01-0001", name=name, media_type="text/csv")
            uow.record(Happened())
            uow.commit()
    assert (row["name"], row["size"], row["by"]) == ("first.csv", 14, house.actor.person_id)
    with pytest.raises(NotFound):
        house.reader.the("file", sha256=stored.sha256, participant="VG-01-0002")


def test_a_feature_table_is_read_and_a_blank_is_missing(files):
    stored = files.put("\ufefffeature,value\r\nfirstorder_Mean,12.5\r\nvolume, -3e2\r\nabsent,\r\n\r\n".encode())
    assert feature_table(files, stored.sha256) == {"firstorder_Mean": 12.5, "volume": -300.0}


def test_zero_is_a_value(files):
    assert feature_table(files, files.put(b"taxon,abundance\nFusobacterium,0\n").sha256) == {"Fusobacterium": 0.0}


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"f,v\na,1\nb,x\n", 3), (b"f,v\na,nan\n", 2), (b"f,v\na,inf\n", 2), (b"f,v\na,1,5\n", 2), (b"f,v\na\n", 2), (b"f,v\n,1\n", 2),
        (b"f,v\na,1\na,2\n", 3), (b"\xff\xfe", 0), (b'f,v\n"a,1', 0),
    ],
    ids=["word", "nan", "infinite", "comma", "one cell", "no name", "twice", "not text", "open quote"],
)  # fmt: skip
def test_a_table_that_cannot_be_read_names_the_line(files, content, line):
    with pytest.raises(FeatureTableUnreadable) as caught:
        feature_table(files, files.put(content).sha256)
    assert caught.value.line == line
