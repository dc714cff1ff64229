"""Chapter: archives, photographs and masks. What is an attack or an accident is refused by name, what is kept tells nothing."""

import gzip
import io
import struct
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.files import made
from trial.imaging import archive, nifti, picture, preview, series
from trial.imaging.pseudonyms import Pseudonyms
from trial.imaging.refusal import Unacceptable

NAMES = Pseudonyms(b"a key for the tests of files", "VG-01-0001")


def sent(folder, content):
    place = folder / "sent"
    place.write_bytes(content)
    return place


def through(folder, content, how):
    """What `how` writes."""
    how(sent(folder, content), folder / "content")
    return (folder / "content").read_bytes()


def why(act, *given_to):
    with pytest.raises(Unacceptable) as refused:
        act(*given_to)
    return refused.value.reason


def studied(folder, content):
    found = series.rewritten(sent(folder, content), folder, NAMES)
    return (folder / "content").read_bytes(), found


# --- archives ------------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R77")
@pytest.mark.parametrize(
    ("reason", "content"),
    [
        ("bomb", made.zipped({"a": bytes(30_000_000)})),
        ("bomb", made.zipped({f"{n}": b"" for n in range(archive.MOST_ENTRIES + 1)})),
        ("nested", made.zipped({"a.zip": made.study(1)})),
        ("nested", made.zipped({"innocent": gzip.compress(b"x" * 900)})),
        ("outside", made.zipped({"../../etc/cron.d/x": b"x"})),
        ("outside", made.zipped({"/etc/passwd": b"x"})),
        ("outside", made.zipped({"a\\..\\..\\b": b"x"})),
        ("outside", made.zipped({"C:evil": b"x"})),
        ("link", made.link()),
        ("encrypted", made.encrypted(made.study(1))),
        ("no-image", made.zipped({"readme.txt": b"hello"})),
        ("no-image", made.zipped({})),
        ("no-image", made.zipped({"r": made.dicom(made.instance(sop=made.REPORT))})),
        ("unreadable", made.study(1)[:-30]),
        ("unreadable", b"PK\x03\x04" + b"x" * 500),
        ("unreadable", made.zipped({"a": b"x"}).replace(b"PK\x01\x02", b"PK\x01\x03")),
    ],
    ids=[
        "ratio",
        "entries",
        "zip in zip",
        "gzip in zip",
        "up",
        "absolute",
        "backslash",
        "drive",
        "link",
        "encrypted",
        "text",
        "nothing",
        "report",
        "cut",
        "no directory",
        "garbled",
    ],
)
def test_an_archive_that_is_an_attack_or_an_accident_is_refused(tmp_path, reason, content):
    assert why(studied, tmp_path, content) == reason
    assert {p.name for p in tmp_path.iterdir()} <= {"sent"}


def test_a_method_that_is_rare_is_refused(tmp_path):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as packed:
        packed.writestr("a", b"x" * 2000)
    assert why(studied, tmp_path, target.getvalue()) == "unreadable"


def test_a_size_the_archive_lies_about_is_not_believed(tmp_path):
    """The directory says ten bytes, the data unpack to more: no more than ten are read, and the CRC tells."""
    content = made.zipped({"a": b"Z" * 5000})
    central = content.index(b"PK\x01\x02")
    lying = bytearray(content)
    lying[central + 24 : central + 28] = struct.pack("<I", 10)
    assert why(studied, tmp_path, bytes(lying)) == "unreadable"


def test_the_limits_hold_at_their_edge(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MOST_ENTRIES", 3)
    studied(tmp_path, made.study(3))
    assert why(studied, tmp_path, made.study(4)) == "bomb"


def test_all_of_it_together_is_limited_too(tmp_path, monkeypatch):
    size = len(made.dicom(made.instance()))
    monkeypatch.setattr(archive, "MOST_UNPACKED", 3 * size)
    studied(tmp_path, made.study(3))
    assert why(studied, tmp_path, made.study(4)) == "bomb"


@pytest.mark.requirement("R40")
def test_a_study_comes_out_in_order_under_names_that_tell_nothing(tmp_path):
    files = {f"ZIMMERMANN/{9 - n}.dcm": made.dicom(made.instance(n)) for n in (3, 1, 2)}
    content, found = studied(
        tmp_path, made.zipped(files | {"DICOMDIR": b"x" * 200, "viewer.exe": b"MZ" + b"Zimmermann" * 20})
    )
    assert list(made.unzipped(content)) == ["00001.dcm", "00002.dcm", "00003.dcm"]
    assert [each.InstanceNumber for each in made.objects(content)] == [1, 2, 3]
    assert found["facts"] == {"images": 3, "series": 1, "left_out": 2, "modalities": ["MR"]}
    assert found["flags"] == ["left-out"]
    assert b"immermann" not in content.lower()
    assert {p.name for p in tmp_path.iterdir()} == {"sent", "content", "preview"}


@pytest.mark.requirement("R77")
def test_the_same_study_twice_gives_the_same_bytes_whatever_the_archive_looks_like(tmp_path):
    files = {n: made.dicom(made.instance(n)) for n in (1, 2, 3)}
    one, _ = studied(tmp_path, made.zipped({f"a/{n}": c for n, c in files.items()}))
    two, _ = studied(tmp_path, made.zipped({f"b/{9 - n}": c for n, c in reversed(files.items())}))
    assert one == two


def test_one_damaged_object_refuses_the_whole_study(tmp_path):
    good = made.dicom(made.instance(1))
    assert why(studied, tmp_path, made.zipped({"1": good, "2": good[: len(good) - 60]})) == "truncated"


def test_images_no_decoder_reads_are_kept_and_have_no_preview(tmp_path):
    frame = b"\xff\xd8\xff\xf7\x00\x0b\x10\x00\x08\x00\x0c\x01\x01\x11\x00\xff\xda\x00\x08\x01\x01\x00\x00\x00\x00garbage\xff\xd9\x00"
    strange = made.instance(syntax="1.2.840.10008.1.2.4.80", PixelData=made.pydicom.encaps.encapsulate([frame]))
    strange["PixelData"].VR = "OB"
    content, found = studied(tmp_path, made.zipped({"1": made.dicom(strange)}))
    assert found["flags"] == ["no-preview"] and len(made.objects(content)) == 1


# --- photographs ---------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R40")
def test_a_photograph_loses_place_time_name_and_keeps_its_picture(tmp_path):
    content = through(tmp_path, made.jpeg(), picture.rewritten)
    assert b"Zimmermann" not in content and b"Exif" not in content
    found = Image.open(io.BytesIO(content))
    assert dict(found.getexif()) == {} and set(found.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    before = np.asarray(Image.open(io.BytesIO(made.jpeg()))).astype(int)
    assert abs(np.asarray(found).astype(int) - before).max() <= 4


def test_a_turned_photograph_is_turned_upright(tmp_path):
    content = through(tmp_path, made.jpeg((40, 30), orientation=6), picture.rewritten)
    assert Image.open(io.BytesIO(content)).size == (30, 40)


@pytest.mark.parametrize(
    "content", [made.png(text="Zimmermann"), made.png(tail=b"<html><script>alert('Zimmermann')</script></html>")]
)
def test_a_png_that_is_something_else_too_is_a_png_afterwards(tmp_path, content):
    after = through(tmp_path, content, picture.rewritten)
    assert b"Zimmermann" not in after and b"<html" not in after
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(after))), np.asarray(Image.open(io.BytesIO(made.png()))))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_keeps_every_pixel(tmp_path, mode):
    target = io.BytesIO()
    before = (
        Image.fromarray(np.arange(64, dtype=np.uint16).reshape(8, 8))
        if mode == "I;16"
        else Image.new("RGBA", (8, 8), (9, 200, 3, 77)).convert(mode)
    )
    before.save(target, "PNG")
    after = Image.open(io.BytesIO(through(tmp_path, target.getvalue(), picture.rewritten)))
    assert (after.mode, after.size) == (before.mode, before.size)
    assert np.array_equal(np.asarray(after), np.asarray(before))


@pytest.mark.requirement("R77")
@pytest.mark.parametrize(
    ("reason", "content"),
    [
        ("bomb", made.png_bomb(30_000)),
        ("bomb", made.png_bomb(8_000)),
        ("truncated", made.png((400, 300))[:900]),
        ("unreadable", b"\x89PNG\r\n\x1a\n" + b"x" * 50),
        ("unreadable", b"GIF89a" + b"x" * 50),
        ("truncated", made.jpeg((400, 300))[:-900]),
        ("unreadable", b"<svg onload='x'/>"),
    ],
    ids=["bomb", "just a bomb", "cut png", "no png", "gif", "cut jpeg", "svg"],
)
def test_a_picture_that_is_an_attack_or_an_accident_is_refused(tmp_path, reason, content):
    assert why(through, tmp_path, content, picture.rewritten) == reason


def test_several_pictures_in_one_are_refused(tmp_path):
    target = io.BytesIO()
    Image.new("L", (8, 8)).save(target, "PNG", save_all=True, append_images=[Image.new("L", (8, 8), 9)])
    assert why(through, tmp_path, target.getvalue(), picture.rewritten) == "several"


def test_a_preview_is_small_and_tells_nothing(tmp_path):
    content = through(tmp_path, made.jpeg((2000, 1000)), preview.of_picture)
    assert Image.open(io.BytesIO(content)).size == (640, 320) and b"Zimmermann" not in content


@pytest.mark.parametrize(
    ("elements", "corner", "other"),
    [
        ({"WindowCenter": "48", "WindowWidth": "96"}, 0, 252),
        ({"WindowCenter": ["48", "0"], "WindowWidth": ["96", "1"]}, 0, 252),
        ({"WindowCenter": "1048", "WindowWidth": "96", "RescaleIntercept": "1000", "RescaleSlope": "1"}, 0, 252),
        ({}, 0, 255),
        ({"PhotometricInterpretation": "MONOCHROME1"}, 255, 0),
    ],
)
def test_a_slice_is_drawn_through_its_window(tmp_path, elements, corner, other):
    place = sent(tmp_path, made.dicom(made.instance(**elements)))
    assert preview.of_slice(place, tmp_path / "p")
    drawn = np.asarray(Image.open(tmp_path / "p"))
    assert (int(drawn[0, 0]), int(drawn[-1, -1])) == (corner, other)


# --- masks ---------------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R40")
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_mask_loses_its_text_and_keeps_its_voxels(tmp_path, order, packed):
    content = made.nifti(extension=b"Zimmermann" + bytes(14), order=order, surplus=b"Zimmermann")
    after = through(tmp_path, made.packed(content) if packed else content, nifti.rewritten)
    plain = gzip.decompress(after) if packed else after
    assert b"ZIMMERMANN" not in after and b"Zimmermann" not in plain
    assert plain[352:] == bytes(range(24)) and struct.unpack_from(f"{order}f", plain, 108)[0] == 352


def test_the_same_mask_twice_gives_the_same_bytes(tmp_path):
    one, two = (through(tmp_path, made.packed(made.nifti(), name), nifti.rewritten) for name in ("a.nii", "b.nii"))
    assert one == two


@pytest.mark.requirement("R77")
@pytest.mark.parametrize(
    ("reason", "content"),
    [
        ("truncated", made.nifti()[:-1]),
        ("truncated", made.nifti()[:300]),
        ("unreadable", b"\x5c\x01\x00\x00" + bytes(400)),
        ("unreadable", made.nifti(sizes=(0, 4, 3, 2, 1, 1, 1, 1))),
        ("unreadable", made.nifti(sizes=(3, 4, -3, 2, 1, 1, 1, 1))),
        (
            "bomb",
            gzip.compress(
                made.nifti(sizes=(1, 1, 1, 1, 1, 1, 1, 1))[:40]
                + struct.pack("<8h", 4, 32000, 32000, 32, 1, 1, 1, 1)
                + made.nifti()[56:]
            ),
        ),
        ("truncated", made.packed(made.nifti())[:-12]),
        ("unreadable", made.packed(b"<html>" * 100)),
        ("unreadable", b"\x1f\x8bnot gzip"),
    ],
    ids=["short", "no header", "no magic", "no dimension", "negative", "bomb", "cut gzip", "html", "no gzip"],
)
def test_a_mask_that_is_an_attack_or_an_accident_is_refused(tmp_path, reason, content):
    assert why(through, tmp_path, content, nifti.rewritten) == reason


def test_a_gzip_bomb_is_not_unpacked_beyond_what_its_header_says(tmp_path):
    content = through(tmp_path, gzip.compress(made.nifti() + bytes(50_000_000)), nifti.rewritten)
    assert len(gzip.decompress(content)) == 352 + 24


@settings(max_examples=150)
@given(st.binary(max_size=400))
def test_any_bytes_are_kept_or_refused_and_nothing_else(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("any")
    for how in (nifti.rewritten, picture.rewritten):
        assert why(through, folder, content, how) in ("unreadable", "truncated")
