"""Chapter: what an installation lets in, by its settings."""

import pytest

from trial.intake import GIGABYTE, Intake, key_from
from trial.settings import SettingInvalid, from_environment


def settings(folder, **more):
    return from_environment({"VIGIL_INSTANCE": str(folder), "VIGIL_SEALING_KEY": "ab" * 32, **more})


def test_without_a_setting_there_are_quotas_and_no_scanner(tmp_path):
    found = settings(tmp_path).intake
    assert (found.of_participant, found.of_site, found.scanner) == (2 * GIGABYTE, 50 * GIGABYTE, ())
    assert found.folder == tmp_path / "incoming"


@pytest.mark.requirement("R77")
def test_quotas_and_scanner_are_settings(tmp_path):
    given = {
        "VIGIL_QUOTA_PARTICIPANT_GB": "3",
        "VIGIL_QUOTA_SITE_GB": "7",
        "VIGIL_SCAN_COMMAND": "clamdscan --fdpass '--x y'",
    }
    found = settings(tmp_path, **given, VIGIL_SCAN_SECONDS="9").intake
    assert (found.of_participant, found.of_site, found.scan_seconds) == (3 * GIGABYTE, 7 * GIGABYTE, 9)
    assert found.scanner == ("clamdscan", "--fdpass", "--x y")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QUOTA_PARTICIPANT_GB", "-1"),
        ("QUOTA_SITE_GB", "much"),
        ("SCAN_COMMAND", "clamscan 'open"),
        ("SCAN_SECONDS", "601"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(tmp_path, name, value):
    with pytest.raises(SettingInvalid, match=f"VIGIL_{name}"):
        settings(tmp_path, **{f"VIGIL_{name}": value})


def test_the_key_of_the_pseudonyms_is_not_the_key_of_the_seal_and_does_not_show(tmp_path):
    found = settings(tmp_path).intake
    assert found.key == key_from(bytes.fromhex("ab" * 32)) != bytes.fromhex("ab" * 32)
    assert repr(found.key) not in repr(found)


def test_the_private_folder_is_the_owners_and_goes_with_a_fault(tmp_path):
    intake = Intake(folder=tmp_path / "incoming")
    modes = []

    def breaking_off():
        with intake.room() as room:
            modes.append((room.stat().st_mode & 0o777, intake.folder.stat().st_mode & 0o777))
            (room / "sent").write_bytes(b"Zimmermann")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        breaking_off()
    assert modes == [(0o700, 0o700)] and list(intake.folder.iterdir()) == []
