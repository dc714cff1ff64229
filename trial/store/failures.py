"""The database's complaints, turned into the few a person can act on; and trying again where that is right."""

import errno
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from trial.errors import AlreadyExists, Busy, ConstraintBroken, StorageFull, StorageUnavailable, VigilError

T = TypeVar("T")

# PostgreSQL's SQLSTATEs; SQLite's primary result codes.
BUSY_STATES = frozenset({"40001", "40P01", "55P03", "57014"})
FULL_STATES = frozenset({"53100", "54000"})
UNIQUE_STATES = frozenset({"23505"})
BUSY_CODES = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
# A file-size limit of the process shows as an I/O error on writing: to the person it is the same full disk.
FULL_CODES = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE})
FULL_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
UNIQUE_CODES = frozenset({sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY})


def translated(error: DBAPIError, what: str) -> VigilError:
    """The error of ours that stands for `error`, met while working on `what`."""
    state = getattr(error.orig, "sqlstate", None)
    code = getattr(error.orig, "sqlite_errorcode", None) or 0
    said = str(error.orig).strip()
    if state in BUSY_STATES or code & 0xFF in BUSY_CODES:
        return Busy(said)
    if state in FULL_STATES or code in FULL_CODES:
        return StorageFull(said)
    if state in UNIQUE_STATES or code in UNIQUE_CODES:
        return AlreadyExists(what, said)
    if isinstance(error, IntegrityError | DataError) or state == "P0001":
        return ConstraintBroken(what, said)
    return StorageUnavailable(said)


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Within it, an error of the database is raised as one of ours; a mistake in our own SQL is not disguised."""
    try:
        yield
    except PoolExhausted as error:
        raise Busy(str(error)) from error
    except DBAPIError as error:
        if type(error).__name__ in ("ProgrammingError", "InterfaceError", "NotSupportedError"):
            raise
        raise translated(error, what) from error


@contextmanager
def disk_explained() -> Iterator[None]:
    """Within it, an error of the file system is raised as one of ours."""
    try:
        yield
    except OSError as error:
        raise (StorageFull if error.errno in FULL_ERRNOS else StorageUnavailable)(str(error)) from error


def retrying(
    action: Callable[[], T], *, tries: int = 8, pause: float = 0.02, sleep: Callable[[float], None] = time.sleep
) -> T:
    """Call `action` until it is not `Busy`, at most `tries` times, waiting longer each time, by chance, so that two do not meet again.

    The action must open its own unit of work, and be safe to call again: an idempotency key for what a person asked for.
    """
    for attempt in range(1, tries):
        try:
            return action()
        except Busy:
            sleep(pause * 2**attempt * random.random())  # noqa: S311  # a pause needs no secrecy
    return action()
