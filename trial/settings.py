"""Settings of one installation: read from the environment once, at the start, and handed around as a value."""

from __future__ import annotations

import os
import secrets
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from trial.intake import GIGABYTE, Intake, key_from

SHORTEST_SECRET = 32
KEY_BYTES = 32
SECOND_FACTOR = ("offered", "sponsor", "everyone")
"""Who must sign in with a code: nobody, the roles of the sponsor (`trial.roles.SPONSOR`), everyone."""
DELEGATION = ("required", "recorded")
"""Whether a role is in force only with approval, training and delegation, or these are kept and ask for nothing."""


class SettingInvalid(ValueError):
    """A setting that cannot be meant. `name` is the environment variable."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")
        self.name = name


@dataclass(frozen=True)
class Settings:
    """What differs between installations.

    `instance` holds what must survive: the SQLite file, uploads, the two secrets when the environment does not give them.
    `https` False is for one machine only (demo, tests): cookies then travel without Secure. `hops`: proxies in front.
    `time_server`: what the clock is held against, none where it is empty; `clock_limit`: seconds it may be off.
    `address`: where people find this installation, for mails; `mail_server`: smtp://[name:password@]host[:port], none where it is empty.
    `password_days`: how old a password may get, 0 for any age (NIST SP 800-63B advises against ageing, 11.300(b) asks for a choice).
    """

    instance: Path = Path("instance")
    database_url: str = ""
    files: Path = Path()
    secret_key: str = field(default="", repr=False)
    sealing_key: bytes = field(default=b"", repr=False)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    https: bool = True
    hops: int = 0
    hosts: tuple[str, ...] = ()
    idle: timedelta = timedelta(minutes=15)
    longest: timedelta = timedelta(hours=12)
    second_factor: str = "offered"
    delegation: str = "required"
    passwords_remembered: int = 5
    password_days: int = 0
    largest_post: int = 32 * 1024 * 1024
    largest_form: int = 4 * 1024 * 1024
    most_parts: int = 3000
    time_server: str = ""
    clock_limit: int = 2
    address: str = ""
    mail_server: str = field(default="", repr=False)
    mail_from: str = ""
    largest_upload: int = 210_000_000
    quota_participant: int = 2 * GIGABYTE
    quota_site: int = 50 * GIGABYTE
    scanner: tuple[str, ...] = ()
    scan_seconds: int = 120

    @property
    def intake(self) -> Intake:
        """What is let in; files wait in the instance folder, on a disk and not in memory."""
        return Intake(
            key_from(self.sealing_key),
            self.quota_participant,
            self.quota_site,
            self.scanner,
            self.scan_seconds,
            self.instance / "incoming",
        )


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Read every VIGIL_ variable. Secrets that are not given are made once and kept in the instance folder, readable by its owner.

    Raises SettingInvalid.
    """
    given = {
        name.removeprefix("VIGIL_"): value for name, value in environment.items() if name.startswith("VIGIL_") and value
    }
    instance = Path(given.get("INSTANCE", "instance")).resolve()
    return Settings(
        instance=instance,
        database_url=given.get("DATABASE_URL", f"sqlite:///{instance / 'vigil.sqlite3'}"),
        files=_files(given.get("FILES_URL", str(instance / "files"))),
        secret_key=_secret(given, instance),
        sealing_key=_sealing_key(given, instance),
        zone=_zone(given.get("ZONE", "UTC")),
        https=_flag(given, "HTTPS", True),
        hops=_number(given, "PROXY_HOPS", 0, 3),
        hosts=tuple(host.strip() for host in given.get("HOSTS", "").split(",") if host.strip()),
        idle=timedelta(minutes=_number(given, "IDLE_MINUTES", 15, 60)),
        longest=timedelta(hours=_number(given, "SESSION_HOURS", 12, 24)),
        time_server=given.get("TIME_SERVER", ""),
        clock_limit=_number(given, "CLOCK_LIMIT", 2, 60),
        address=given.get("ADDRESS", "").rstrip("/"),
        mail_server=_mail_server(given.get("MAIL_SERVER", "")),
        mail_from=given.get("MAIL_FROM", "vigil@localhost"),
        quota_participant=GIGABYTE * _number(given, "QUOTA_PARTICIPANT_GB", 2, 10_000),
        quota_site=GIGABYTE * _number(given, "QUOTA_SITE_GB", 50, 1_000_000),
        scanner=_command(given.get("SCAN_COMMAND", "")),
        scan_seconds=_number(given, "SCAN_SECONDS", 120, 600),
        second_factor=_choice(given, "SECOND_FACTOR", SECOND_FACTOR),
        delegation=_choice(given, "DELEGATION", DELEGATION),
        passwords_remembered=_number(given, "PASSWORDS_REMEMBERED", 5, 24),
        password_days=_number(given, "PASSWORD_DAYS", 0, 3650),
    )


def _command(text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise SettingInvalid("VIGIL_SCAN_COMMAND", str(error)) from error


def _files(given: str) -> Path:
    if "://" in given and not given.startswith("file://"):
        raise SettingInvalid("VIGIL_FILES_URL", "only a local folder is supported")
    return Path(given.removeprefix("file://")).resolve()


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingInvalid("VIGIL_ZONE", f"no time zone is called {name!r}") from error


def _mail_server(text: str) -> str:
    if text and urlsplit(text).scheme not in ("smtp", "smtps"):
        raise SettingInvalid("VIGIL_MAIL_SERVER", "smtp://host:port, or smtps:// for TLS from the first byte")
    return text


def _flag(given: Mapping[str, str], name: str, default: bool) -> bool:
    text = given.get(name, str(default)).lower()
    if text not in ("1", "0", "true", "false", "yes", "no"):
        raise SettingInvalid(f"VIGIL_{name}", f"{text!r} is neither true nor false")
    return text in ("1", "true", "yes")


def _number(given: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = given.get(name, str(default))
    if not text.isdecimal() or int(text) > most:
        raise SettingInvalid(f"VIGIL_{name}", f"a whole number up to {most}, not {text!r}")
    return int(text)


def _choice(given: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    """One of the words; the first without any."""
    text = given.get(name, choices[0]).lower()
    if text not in choices:
        raise SettingInvalid(f"VIGIL_{name}", f"one of {', '.join(choices)}, not {text!r}")
    return text


def _secret(given: Mapping[str, str], instance: Path) -> str:
    secret = given.get("SECRET_KEY") or _kept(instance / "secret_key", lambda: secrets.token_hex(32))
    if len(secret) < SHORTEST_SECRET:
        raise SettingInvalid("VIGIL_SECRET_KEY", f"at least {SHORTEST_SECRET} characters")
    return secret


def _sealing_key(given: Mapping[str, str], instance: Path) -> bytes:
    text = given.get("SEALING_KEY") or _kept(instance / "sealing_key", lambda: secrets.token_hex(KEY_BYTES))
    try:
        key = bytes.fromhex(text)
    except ValueError as error:
        raise SettingInvalid("VIGIL_SEALING_KEY", "64 hexadecimal digits") from error
    if len(key) != KEY_BYTES:
        raise SettingInvalid("VIGIL_SEALING_KEY", "64 hexadecimal digits")
    return key


def _kept(path: Path, make: Callable[[], str]) -> str:
    """The text in the file, made once and readable by its owner."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii").strip()
    text = make()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
    return text
