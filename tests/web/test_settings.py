"""Settings are read once, refused when they cannot be meant, and secrets are kept for their owner only."""

from datetime import timedelta
from pathlib import Path

import pytest

from trial.settings import SettingInvalid, from_environment


def settings(folder, **more):
    return from_environment({"VIGIL_INSTANCE": str(folder), **more})


def test_one_machine_needs_nothing_else(tmp_path):
    found = settings(tmp_path)
    assert found.database_url == f"sqlite:///{tmp_path / 'vigil.sqlite3'}"
    assert found.files == tmp_path / "files"
    assert found.idle == timedelta(minutes=15)
    assert found.https


def test_secrets_are_made_once_and_readable_by_their_owner_only(tmp_path):
    first, second = settings(tmp_path), settings(tmp_path)
    assert first.secret_key == second.secret_key
    assert first.sealing_key == second.sealing_key
    assert len(first.sealing_key) == 32
    for name in ("secret_key", "sealing_key"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


def test_secrets_do_not_show_in_logs(tmp_path):
    found = settings(tmp_path)
    assert found.secret_key not in repr(found)
    assert repr(found.sealing_key) not in repr(found)


@pytest.mark.parametrize(("name", "value"), [
    ("SECRET_KEY", "short"), ("SEALING_KEY", "xyz"), ("SEALING_KEY", "aa"), ("ZONE", "Mars/Base"), ("HTTPS", "perhaps"),
    ("PROXY_HOPS", "-1"), ("PROXY_HOPS", "9"), ("IDLE_MINUTES", "61"), ("IDLE_MINUTES", "x"), ("FILES_URL", "s3://bucket"),
    ("SECOND_FACTOR", "some"), ("DELEGATION", "no"), ("PASSWORD_DAYS", "-1"), ("PASSWORDS_REMEMBERED", "25"),
])  # fmt: skip
def test_what_cannot_be_meant_is_refused_by_name(tmp_path, name, value):
    with pytest.raises(SettingInvalid, match=f"VIGIL_{name}"):
        settings(tmp_path, **{f"VIGIL_{name}": value})


def test_given_values_go_before_made_ones(tmp_path):
    found = settings(
        tmp_path,
        VIGIL_SECRET_KEY="k" * 40,
        VIGIL_SEALING_KEY="ab" * 32,
        VIGIL_HOSTS="a.example, b.example",
        VIGIL_HTTPS="no",
    )
    assert found.secret_key == "k" * 40
    assert found.hosts == ("a.example", "b.example")
    assert not found.https
    assert not Path(tmp_path / "secret_key").exists()
