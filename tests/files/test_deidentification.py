"""Chapter: a DICOM object without its person (PS3.15 Basic Profile, as an allow-list)."""

import io
import warnings
from datetime import date

import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom.datadict import DicomDictionary
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.sequence import Sequence

from tests.files import made
from trial.imaging import kept
from trial.imaging.deidentify import clean
from trial.imaging.pseudonyms import Pseudonyms
from trial.imaging.refusal import Unacceptable
from trial.imaging.stream import without_comments

KEY = b"a key for the tests of files"
JPEG_BASELINE, JPEG_2000, MPEG = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.100"


@pytest.fixture
def cleaned(tmp_path):
    def do(found, participant="VG-01-0001", key=KEY, **options):
        place = tmp_path / "sent.dcm"
        place.write_bytes(found if isinstance(found, bytes) else made.dicom(found))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return clean(place, Pseudonyms(key, participant), **options)

    return do


def read(found):
    return pydicom.dcmread(io.BytesIO(found.content))


def refused(cleaned, found, **options):
    with pytest.raises(Unacceptable) as caught:
        cleaned(found, **options)
    return caught.value.reason


@pytest.mark.requirement("R40")
def test_no_value_of_an_identifying_element_is_anywhere_in_the_bytes(cleaned):
    content = cleaned(made.instance()).content
    for value in (
        *made.PERSONAL.values(),
        "Zimmermann",
        "SIEMENS CSA",
        "ZIMMER_AE",
        made.STUDY,
        made.SERIES,
        "20260115",
    ):
        assert value.encode() not in content, value
        assert value.encode("utf-16le") not in content, value


NOT_KEPT = sorted(
    tag
    for tag, (vr, _vm, _name, retired, keyword) in DicomDictionary.items()
    if vr in ("LO", "SH", "ST", "LT", "UT", "PN", "UC", "AE", "TM", "DT", "UR")
    and keyword
    and tag >> 16 > 2
    and keyword
    not in {
        *kept.TEXT,
        *kept.EMPTIED,
        "PatientName",
        "PatientID",
        "Manufacturer",
        "DeidentificationMethod",
        "TimezoneOffsetFromUTC",
    }
)
words = st.text("abcdefghijklmnopqrstuvwxyz", min_size=12, max_size=16).map(lambda text: f"Qz{text}")


@pytest.mark.requirement("R40")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.dictionaries(st.sampled_from(NOT_KEPT), words, max_size=12), st.integers(0, 3))
def test_no_text_in_any_element_of_the_standard_survives_at_any_depth(cleaned, values, depth):
    found = made.instance()
    holder = Dataset()
    for tag, word in values.items():
        holder.add_new(tag, pydicom.datadict.dictionary_VR(tag), word)
    for name in ("SourceImageSequence", "DerivationImageSequence", "SharedFunctionalGroupsSequence")[:depth]:
        outer = Dataset()
        outer.add_new(name, "SQ", Sequence([holder]))
        holder = outer
    found.update(holder)
    content = cleaned(found).content
    assert [word for word in values.values() if word.encode() in content] == []


@pytest.mark.requirement("R40")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.integers(0x0009, 0x7FFF).filter(lambda g: g % 2 == 1), st.sampled_from(["LO", "UN", "OB", "UT"]), words)
def test_no_private_element_survives_whatever_its_group(cleaned, group, vr, word):
    found = made.instance()
    found.private_block(group, "MADE UP", create=True).add_new(1, vr, word.encode() if vr in ("UN", "OB") else word)
    made_of = cleaned(found)
    assert word.encode() not in made_of.content
    assert [e for e in read(made_of).iterall() if e.tag.is_private] == []


def test_everything_left_is_on_the_list(cleaned):
    listed = (
        kept.CODES
        | kept.NUMBERS
        | kept.TABLES
        | set(kept.TEXT)
        | kept.UIDS
        | kept.DATES
        | kept.SEQUENCES
        | set(kept.EMPTIED)
    )
    ours = {
        "PatientName",
        "PatientID",
        "Manufacturer",
        "PixelData",
        "PatientIdentityRemoved",
        "LongitudinalTemporalInformationModified",
        "DeidentificationMethod",
        "DeidentificationMethodCodeSequence",
        "CodeMeaning",
    }
    assert {e.keyword for e in read(cleaned(made.instance())).iterall()} <= listed | ours


def test_the_lists_name_elements_of_the_standard():
    known = {keyword for *_rest, keyword in DicomDictionary.values()}
    named = (
        kept.CODES
        | kept.NUMBERS
        | kept.TABLES
        | set(kept.TEXT)
        | kept.UIDS
        | kept.DATES
        | kept.SEQUENCES
        | set(kept.EMPTIED)
    )
    assert named - known == set()


@pytest.mark.parametrize(
    "identifying",
    [
        "PatientName",
        "PatientBirthDate",
        "AccessionNumber",
        "InstitutionName",
        "SeriesDescription",
        "ProtocolName",
        "DeviceSerialNumber",
        "PatientAge",
        "RequestAttributesSequence",
        "OverlayData",
        "ImageComments",
        "AcquisitionTime",
        "EncapsulatedDocument",
        "IconImageSequence",
        "OriginalAttributesSequence",
        "ReferencedPatientSequence",
        "ContentSequence",
        "SpecificCharacterSet",
        "DigitalSignaturesSequence",
    ],
)
def test_the_lists_keep_nothing_that_the_profile_removes(identifying):
    assert (
        identifying
        not in kept.CODES | kept.NUMBERS | kept.TABLES | set(kept.TEXT) | kept.UIDS | kept.DATES | kept.SEQUENCES
    )


@pytest.mark.requirement("R40")
def test_it_says_whose_it_is_by_number_and_how_it_was_done(cleaned):
    found = read(cleaned(made.instance()))
    assert (str(found.PatientID), str(found.PatientName)) == ("VG-01-0001", "VG-01-0001")
    assert (found.PatientIdentityRemoved, found.LongitudinalTemporalInformationModified) == ("YES", "MODIFIED")
    assert [c.CodeValue for c in found.DeidentificationMethodCodeSequence] == ["113100", "113107"]


def test_what_measurement_needs_is_kept(cleaned):
    found = read(cleaned(made.instance()))
    assert (found.SliceThickness, list(found.PixelSpacing), found.EchoTime, found.Manufacturer) == (
        3.0,
        [0.5, 0.5],
        101,
        "SIEMENS",
    )
    assert found.pixel_array.tolist() == np.arange(96).reshape(8, 12).tolist()


# --- UIDs and dates ------------------------------------------------------------------------------------------------------


def test_the_same_object_twice_gives_the_same_bytes(cleaned):
    assert cleaned(made.instance()).content == cleaned(made.instance()).content


def test_the_images_of_a_study_stay_together_and_differ(cleaned):
    one, two = read(cleaned(made.instance(1))), read(cleaned(made.instance(2)))
    assert (one.StudyInstanceUID, one.SeriesInstanceUID) == (two.StudyInstanceUID, two.SeriesInstanceUID)
    assert one.SOPInstanceUID != two.SOPInstanceUID


def test_a_reference_to_an_image_still_finds_it(cleaned):
    found = read(cleaned(made.instance(1)))
    assert found.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID == found.SOPInstanceUID


@pytest.mark.parametrize("other", [{"participant": "VG-01-0002"}, {"key": b"another key for the tests"}])
def test_another_participant_or_another_key_gives_other_uids(cleaned, other):
    assert read(cleaned(made.instance())).StudyInstanceUID != read(cleaned(made.instance(), **other)).StudyInstanceUID


def test_a_uid_that_only_looks_like_one_of_the_standard_is_replaced(cleaned):
    assert (
        b"1.2.840.10008.99.19570311"
        not in cleaned(made.instance(FrameOfReferenceUID="1.2.840.10008.99.19570311")).content
    )


def test_intervals_between_studies_of_a_participant_are_kept_to_the_day(cleaned):
    first, second = (
        pydicom.valuerep.DA(read(cleaned(made.instance(StudyDate=d))).StudyDate) for d in ("20260115", "20260601")
    )
    assert (second - first).days == 137


@pytest.mark.parametrize(
    ("given_date", "expected"),
    [("2026", ""), ("20260230", ""), ("", ""), ("2026-1-1", ""), ("Zimmerma", ""), ("00010101", "")],
)
def test_a_date_that_is_none_becomes_blank(given_date, expected):
    assert Pseudonyms(KEY, "VG-01-0001").shifted(given_date) == expected


@given(st.dates(min_value=date(1940, 1, 1)), st.from_regex(r"VG-[0-9]{2}-[0-9]{4}", fullmatch=True))
def test_every_date_moves(on, participant):
    names = Pseudonyms(KEY, participant)
    assert 1 <= names.days <= 3650
    assert names.shifted(f"{on:%Y%m%d}") != f"{on:%Y%m%d}"


def test_a_key_that_could_be_guessed_is_refused():
    with pytest.raises(ValueError, match="at least 16 bytes"):
        Pseudonyms(b"short", "VG-01-0001")


# --- values that are not what their element holds ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("element", "vr", "value"),
    [
        (0x00180015, "LO", "Zimmermann"),
        (0x00180050, "LO", "Zimmermann"),
        (0x00080060, "UT", "Zimmermann"),
        (0x00180081, "SH", "Zimmermann"),
    ],
)
def test_an_element_of_another_representation_is_removed(cleaned, element, vr, value):
    found = made.instance()
    if element in found:
        del found[element]
    found.add_new(element, vr, value)
    assert b"Zimmermann" not in cleaned(found).content


@pytest.mark.parametrize("value", ["Zimmermann", "ZIMMERMANN QUENTIN", "zimmer"])
def test_a_code_that_is_no_code_is_removed(cleaned, value):
    assert value.encode() not in cleaned(made.instance(BodyPartExamined=value)).content


def test_a_manufacturer_is_one_of_those_known_or_not_said(cleaned):
    assert "Manufacturer" not in read(cleaned(made.instance(Manufacturer="Dr Zimmermann")))


# --- pixels --------------------------------------------------------------------------------------------------------------


def test_surplus_behind_the_pixels_is_cut_off(cleaned):
    found = made.instance()
    found.PixelData += b"Zimmermann!!"
    assert b"Zimmermann" not in cleaned(found).content


def test_an_overlay_in_the_unused_bits_is_cleared(cleaned):
    pixels = np.arange(96, dtype="<u2") | 0xF000
    assert read(cleaned(made.instance(PixelData=pixels.tobytes()))).pixel_array.max() == 95


def test_too_few_pixels_are_refused(cleaned):
    assert refused(cleaned, made.instance(PixelData=b"\0\0")) == "truncated"


def jpeg_frame(**options):
    return made.jpeg(**options)


def compressed(frame, syntax=JPEG_BASELINE):
    return made.instance(
        sop=made.CAPTURE,
        syntax=syntax,
        PixelData=encapsulate([frame]),
        SamplesPerPixel=3,
        PhotometricInterpretation="YBR_FULL_422",
        PlanarConfiguration=0,
        Rows=30,
        Columns=40,
        BitsAllocated=8,
        BitsStored=8,
        HighBit=7,
    )


def test_text_inside_a_compressed_stream_goes_and_the_picture_stays(cleaned):
    found = compressed(jpeg_frame())
    found["PixelData"].VR = "OB"
    done = cleaned(found)
    assert b"Zimmermann" not in done.content
    (frame,) = generate_frames(read(done).PixelData, number_of_frames=1)
    before, after = Image.open(io.BytesIO(jpeg_frame())), Image.open(io.BytesIO(frame))
    assert np.asarray(before).tolist() == np.asarray(after).tolist()


def test_a_comment_between_two_scans_goes_too():
    target = io.BytesIO()
    Image.new("RGB", (32, 32), (200, 10, 10)).save(target, "JPEG", progressive=True)
    frame = target.getvalue()
    second = frame.index(b"\xff\xda", frame.index(b"\xff\xda") + 2)
    second = frame.rindex(b"\xff\xc4", 0, second)  # the tables of the second scan
    spoiled = frame[:second] + b"\xff\xfe\x00\x0cZimmermann" + frame[second:] + b"Zimmermann"
    assert without_comments(spoiled).rstrip(b"\0") == without_comments(frame).rstrip(b"\0")
    assert b"Zimmermann" not in without_comments(spoiled)


def test_a_comment_in_jpeg_2000_goes_too():
    target = io.BytesIO()
    Image.new("L", (32, 32), 90).save(target, "JPEG2000", no_jp2=True)
    frame = target.getvalue()
    place = 4 + int.from_bytes(frame[4:6])  # behind SOC and SIZ
    spoiled = frame[:place] + b"\xff\x64\x00\x0e\x00\x01Zimmermann" + frame[place:]
    assert b"Zimmermann" not in without_comments(spoiled)
    assert Image.open(io.BytesIO(without_comments(spoiled))).getpixel((3, 3)) == 90


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\xff\xd8",
        b"\xff\xd8\xff",
        b"not a frame",
        b"\xff\xd8\xff\xe0\x00\x01",
        b"\xff\xd8\xff\xda\x00\x04ab",
        b"\xff\xd8\xff\xe0\xff\xff",
    ],
)
def test_a_frame_that_is_none_is_refused(frame):
    with pytest.raises(Unacceptable):
        without_comments(frame)


def outcome(frame):
    try:
        return without_comments(frame)[:2]
    except Unacceptable as refusal:
        return refusal.reason


@settings(max_examples=200)
@given(st.binary(max_size=60))
def test_any_bytes_as_a_frame_end_in_a_frame_or_a_refusal(rest):
    assert outcome(b"\xff\xd8" + rest) in (b"\xff\xd8", "truncated", "unreadable")


def test_a_film_is_refused_for_its_compression(cleaned):
    assert refused(cleaned, compressed(b"\0\0\1\xb3film", MPEG)) == "syntax"


# --- what is no image, and what is looked at -----------------------------------------------------------------------------


@pytest.mark.parametrize("sop", [made.REPORT, made.PDF, "1.2.840.10008.5.1.4.1.1.11.1", "1.2.3.4", made.SEG])
def test_reports_documents_and_unknown_objects_are_left_out(cleaned, sop):
    assert cleaned(made.instance(sop=sop)) is None


def test_an_image_without_pixels_is_refused(cleaned):
    found = made.instance()
    del found.PixelData
    assert refused(cleaned, found) == "no-image"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "unreadable"),
        (b"x" * 200, "unreadable"),
        (made.dicom(made.instance())[:-20], "truncated"),
    ],
    ids=["empty", "letters", "cut"],
)
def test_what_is_damaged_is_refused(cleaned, content, expected):
    assert refused(cleaned, content) == expected


FLAGGED = [
    ({"BurnedInAnnotation": "NO"}, set()),
    ({"BurnedInAnnotation": "YES"}, {"burned-in"}),
    ({"BurnedInAnnotation": None}, {"to-look-at"}),
    ({"BurnedInAnnotation": "PERHAPS"}, {"to-look-at"}),
    ({"BurnedInAnnotation": "NO", "Modality": "US"}, {"to-look-at"}),
    ({"BurnedInAnnotation": "NO", "Modality": "OT"}, {"to-look-at"}),
    ({"BurnedInAnnotation": "NO", "Modality": "CT"}, set()),
    ({"BurnedInAnnotation": "NO", "Modality": None}, {"to-look-at"}),
    ({"BurnedInAnnotation": "NO", "ConversionType": "WSD"}, {"to-look-at"}),
    ({"BurnedInAnnotation": "NO", "sop": made.CAPTURE}, {"to-look-at"}),
    ({"BurnedInAnnotation": "YES", "sop": made.CAPTURE}, {"burned-in"}),
]


@pytest.mark.requirement("R40")
@pytest.mark.parametrize(("elements", "flags"), FLAGGED)
def test_who_must_look_at_the_picture(cleaned, elements, flags):
    assert cleaned(made.instance(**elements)).flags == flags


def test_a_segmentation_is_asked_for_by_its_class(cleaned):
    assert cleaned(made.instance(sop=made.SEG, Modality="SEG"), classes={made.SEG}).flags == frozenset()
