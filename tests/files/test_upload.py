"""Chapter: sending a file. Kind by its first bytes, size, quota, scanner, a child that reads; what was sent is nowhere afterwards."""

import errno
import hashlib
import io
import os
import stat
from dataclasses import replace
from threading import Thread

import pytest

from tests.actions.house import ELSEWHERE, ENROLLED, RESTAGED
from tests.actions.rooms import on_both
from tests.files import made
from trial import contained
from trial.actions.upload import upload
from trial.errors import NotAllowed, NotFound, Refused, StorageFull, Unread
from trial.file_kinds import LARGEST, REASONS, known_problem, largest
from trial.intake import Intake
from trial.store.files import taken_at, taken_by
from trial.store.verify import verify

TABLE = b"feature,value\na,1\n"


@pytest.fixture
def intake(tmp_path):
    return Intake(b"a key for the tests of files", folder=tmp_path / "incoming")


def send(house, intake, content, form="RAD", item="RADFILE", participant=ENROLLED, by="coordinator"):
    return upload(participant, form, item, content, files=house.files, uow=house.work(by), intake=intake)


def study(house, intake, content=None, participant=ENROLLED, **options):
    return send(house, intake, content or made.study(2), "MRI0", "IMAGES", participant, **options)


def photograph(house, intake, content=None, participant=RESTAGED):
    return send(house, intake, content or made.jpeg(), "RST", "ENDOIMG", participant)


def report(house, ref, participant=ENROLLED):
    return house.reader.the("file_report", sha256=ref.sha256, participant=participant)


def refused(house, intake, *sent, **options):
    """The words of a refusal; nothing was kept, nothing is left in the private folder."""
    before, files = house.state(), kept(house)
    with pytest.raises(Refused) as caught:
        send(house, intake, *sent, **options)
    assert (house.state(), kept(house)) == (before, files)
    assert left(intake) == []
    (finding,) = caught.value.findings
    return finding.text()


def kept(house):
    return sorted(p.name for p in house.files.root.rglob("*") if p.is_file())


def left(intake):
    return [p.name for p in intake.folder.rglob("*")] if intake.folder.exists() else []


def script(folder, body):
    path = folder / "scanner.sh"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return (str(path), "--quiet")


# --- kind and size -------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R77")
@pytest.mark.parametrize("kind", LARGEST)
def test_size_is_limited_at_the_byte(kind):
    head = {"image": b"\xff\xd8\xff", "dicom-zip": b"PK\x03\x04", "mask": b"\x1f\x8b"}.get(kind, b"f,v")
    sizes = (0, 1, largest(kind), largest(kind) + 1)
    assert [known_problem(kind, head, size) for size in sizes] == ["empty", None, None, "large"]


@pytest.mark.requirement("R77")
@pytest.mark.parametrize(
    ("kind", "head", "problem"),
    [
        ("image", b"\x89PNG\r\n\x1a\n", None),
        ("image", b"\xff\xd8\xff\xe0", None),
        ("image", b"GIF89a", "kind"),
        ("image", b"<html>", "kind"),
        ("image", b"\x89PN", "kind"),
        ("dicom-zip", b"PK\x03\x04", None),
        ("dicom-zip", b"\0" * 128 + b"DICM", "kind"),
        ("mask", b"\0" * 128 + b"DICM", None),
        ("mask", b"\x1f\x8b\x08", None),
        ("mask", b"PK\x03\x04", "kind"),
        ("csv-features", b"anything", None),
    ],
)
def test_the_first_bytes_tell_the_kind_whatever_the_name_says(kind, head, problem):
    assert known_problem(kind, head, 1000) == problem


def test_a_refusal_is_in_words_with_its_numbers(house, intake):
    assert "is empty" in refused(house, intake, b"")
    assert "> 2.0 MB, and at most 2.0 MB" in refused(house, intake, b"x" * 2_000_001)
    assert "Line 3 of the table: the value is no finite number" in refused(house, intake, b"f,v\na,1\nb,x\n")
    assert "Line 3 is not so" in refused(house, intake, b"f,v\na,1\nb\n")
    assert "whatever its name says" in refused(house, intake, b"<html>", "RST", "ENDOIMG", RESTAGED)
    assert "password" in refused(house, intake, made.encrypted(made.study(1)), "MRI0", "IMAGES")


def test_no_more_is_read_than_the_kind_may_have(house, intake):
    class Endless(io.RawIOBase):
        taken = 0

        def readinto(self, buffer):
            self.taken += len(buffer)
            buffer[:] = b"x" * len(buffer)
            return len(buffer)

    endless = Endless()
    refused(house, intake, endless)
    assert endless.taken < 2_000_000 + 2 * 2**20


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_words_for_its_numbers(reason):
    given = {"size": "1 MB", "largest": "1 MB", "detail": "3", "most": "2 GB", "left": "1 MB"}
    assert "%" not in REASONS[reason] % given


# --- what is kept --------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R40")
@on_both
def test_a_study_is_kept_without_its_person_and_what_was_sent_is_nowhere(either, intake):
    sent = made.study(2)
    ref = study(either, intake, sent)
    content = either.files.read(ref.sha256)
    assert [str(o.PatientID) for o in made.objects(content)] == [ENROLLED, ENROLLED]
    assert b"immermann" not in content and ref.sha256 == hashlib.sha256(content).hexdigest()
    row = report(either, ref)
    assert (row["form"], row["item"], row["flags"], row["facts"]["images"]) == ("MRI0", "IMAGES", [], 2)
    assert kept(either) == sorted([ref.sha256, row["preview"]])
    assert left(intake) == []
    assert list(verify(either.engine, files=either.files)) == []


@pytest.mark.requirement("R77")
def test_the_same_study_again_is_the_same_file(house, intake):
    assert study(house, intake).sha256 == study(house, intake).sha256
    assert len(house.reader.all("file", participant=ENROLLED)) == 1


def test_the_journal_knows_a_keyed_digest_of_what_was_sent_and_not_the_digest(house, intake):
    sent = made.jpeg()
    ref = photograph(house, intake, sent)
    plain = hashlib.sha256(sent).hexdigest()
    entry = house.reader.all("journal", tag="site:file:stored")[-1]
    assert report(house, ref, RESTAGED)["source"] == intake.digest(plain) != plain
    assert intake.digest(plain) in entry["body"] and plain not in entry["body"]
    assert replace(intake, key=b"another key of this kind").digest(plain) != intake.digest(plain)


def test_a_photograph_is_to_be_looked_at_and_a_table_is_not(house, intake):
    assert report(house, photograph(house, intake), RESTAGED)["flags"] == ["to-look-at"]
    assert report(house, send(house, intake, TABLE))["flags"] == []


@pytest.mark.requirement("R77")
@pytest.mark.parametrize("sent", [photograph, study], ids=["photograph", "study"])
def test_the_same_file_for_another_participant_is_remarked_on(house, intake, sent):
    sent(house, intake, participant=ENROLLED)
    again = sent(house, intake, participant=RESTAGED)
    assert "elsewhere" in report(house, again, RESTAGED)["flags"]


@pytest.mark.requirement("R77")
def test_a_study_is_known_again_however_it_was_packed(house, intake):
    whole = made.zipped({f"a{n}": made.dicom(made.instance(n)) for n in (1, 2, 3)})
    part = made.zipped({"b": made.dicom(made.instance(2))})
    other = made.zipped({"c": made.dicom(made.instance(2, StudyInstanceUID=made.STUDY + "1"))})
    study(house, intake, whole)
    flags = [report(house, study(house, intake, sent, RESTAGED), RESTAGED)["flags"] for sent in (part, other)]
    assert ["elsewhere" in each for each in flags] == [True, False]


def test_the_remark_names_nobody(house, intake):
    photograph(house, intake, participant=ENROLLED)
    row = report(house, photograph(house, intake), RESTAGED)
    assert ENROLLED not in str(row)


@pytest.mark.requirement("R40")
def test_the_name_it_was_sent_under_is_not_kept(house, intake):
    for ref, name in (
        (study(house, intake), f"{ENROLLED}_MRI0_IMAGES.zip"),
        (photograph(house, intake), f"{RESTAGED}_RST_ENDOIMG.jpg"),
        (photograph(house, intake, made.png()), f"{RESTAGED}_RST_ENDOIMG.png"),
        (send(house, intake, TABLE), f"{ENROLLED}_RAD_RADFILE.csv"),
        (send(house, intake, made.packed(made.nifti()), item="RADMASK"), f"{ENROLLED}_RAD_RADMASK.nii.gz"),
        (send(house, intake, made.nifti(), item="RADMASK"), f"{ENROLLED}_RAD_RADMASK.nii"),
        (send(house, intake, made.dicom(made.instance(sop=made.SEG)), item="RADMASK"), f"{ENROLLED}_RAD_RADMASK.dcm"),
    ):
        assert ref.name == name
    assert "immermann" not in str(house.reader.all("file") + house.reader.all("journal")).lower()


# --- whoever may not -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "participant", "error"),
    [("monitor", ENROLLED, NotAllowed), ("coordinator", ELSEWHERE, NotFound), ("laboratory", ENROLLED, NotAllowed)],
)
def test_who_may_not_is_refused_before_anything_is_read(house, intake, monkeypatch, by, participant, error):
    monkeypatch.setattr(contained, "read", lambda *given: pytest.fail("read"))
    with pytest.raises(error):
        study(house, intake, participant=participant, by=by)
    assert left(intake) == []


# --- quotas --------------------------------------------------------------------------------------------------------------


def test_what_files_take_is_counted_with_their_previews(house, intake):
    before = taken_at(house.reader, "01")
    ref = photograph(house, intake)
    size = ref.size + report(house, ref, RESTAGED)["preview_size"]
    assert taken_by(house.reader, RESTAGED) == size == taken_at(house.reader, "01") - before
    assert taken_at(house.reader, "02") == 0


@pytest.mark.requirement("R77")
@pytest.mark.parametrize("whose", ["of_participant", "of_site"])
def test_a_quota_holds_at_the_byte_and_the_refusal_says_what_is_left(house, intake, whose):
    before = taken_at(house.reader, "01") if whose == "of_site" else taken_by(house.reader, ENROLLED)
    room = replace(intake, **{whose: before + len(TABLE)})
    assert "18 B are left, and this file needs 19 B" in refused(house, room, TABLE + b"\n")
    send(house, room, TABLE)
    assert "0 B are left" in refused(house, room, TABLE + b"b,2\n")
    assert send(house, room, TABLE).size == 18  # the same again takes no room


@on_both
def test_two_at_once_do_not_both_find_the_last_room(either, intake):
    room = replace(intake, of_participant=taken_by(either.reader, ENROLLED) + 20)
    outcomes = []
    units = [either.work() for _ in range(2)]

    def one(number):
        try:
            content = TABLE + b"\n" * number
            outcomes.append(
                upload(ENROLLED, "RAD", "RADFILE", content, files=either.files, uow=units[number], intake=room).size
            )
        except Refused:
            outcomes.append("refused")

    threads = [Thread(target=one, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes))[1] == "refused" and len(set(outcomes)) == 2
    assert taken_by(either.reader, ENROLLED) <= room.of_participant


# --- the scanner ---------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R77")
def test_a_scanner_sees_the_file_as_it_came_and_lets_it_pass(house, intake, tmp_path):
    seen = tmp_path / "seen"
    ref = send(house, replace(intake, scanner=script(tmp_path, f'cp "$2" {seen}')), TABLE)
    assert seen.read_bytes() == TABLE
    assert report(house, ref)["scanned"].endswith("scanner.sh")


@pytest.mark.requirement("R77")
@pytest.mark.parametrize("code", [1, 2, 127])
def test_what_the_scanner_stops_is_not_kept_and_written_down(house, intake, tmp_path, monkeypatch, code):
    monkeypatch.setattr(contained, "read", lambda *given: pytest.fail("read"))
    files = kept(house)
    with pytest.raises(Refused, match="does not let the file pass"):
        send(house, replace(intake, scanner=script(tmp_path, f"exit {code}")), TABLE)
    assert (kept(house), left(intake)) == (files, [])
    (entry,) = house.reader.all("journal", tag="system:file:refused")
    assert entry["participant"] == ENROLLED and "RAD.RADFILE" in entry["body"]


@pytest.mark.requirement("R77")
def test_a_scanner_that_does_not_work_lets_nothing_pass(house, intake, tmp_path):
    for broken in (("/nowhere/scanner",), script(tmp_path, "sleep 9")):
        with pytest.raises(Refused, match="does not work"):
            send(house, replace(intake, scanner=broken, scan_seconds=0.3), TABLE)


# --- faults --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["sent", "made", "staged"])
def test_a_full_disk_keeps_nothing_and_leaves_nothing(house, intake, monkeypatch, where):
    full = OSError(errno.ENOSPC, "no space")

    class Full(io.BytesIO):
        def read(self, size=-1):
            raise full

    def failing(*given):
        raise StorageFull("full") if where == "made" else full

    if where == "made":
        monkeypatch.setattr(contained, "read", failing)
    if where == "staged":
        monkeypatch.setattr("trial.store.files.os.fsync", failing)
    before, files = house.state(), kept(house)
    with pytest.raises(StorageFull):
        send(house, intake, Full() if where == "sent" else TABLE)
    assert (house.state(), kept(house), left(intake)) == (before, files, [])


def test_a_reader_that_dies_is_told_in_words_and_leaves_nothing(house, intake, monkeypatch):
    def dying(*given):
        raise Unread("memory")

    monkeypatch.setattr(contained, "read", dying)
    assert "more memory than is allowed" in refused(house, intake, TABLE)


def test_what_a_killed_process_left_behind_is_swept_away(house, intake):
    old, fresh = intake.folder / "vigil-sent-old", intake.folder / "vigil-sent-new"
    for folder in (old, fresh):
        folder.mkdir(parents=True)
        (folder / "sent").write_bytes(b"Zimmermann")
    os.utime(old, (1, 1))
    send(house, intake, TABLE)
    assert [p.name for p in intake.folder.iterdir()] == ["vigil-sent-new"]
