"""One byte changed by SQL, by somebody who owns the database: `verify` names that place first."""

import json

import pytest
from sqlalchemy import text

from tests.actions.house import READY, SCREENED, SCREENING, House
from tests.actions.rooms import on_both
from tests.store.test_tampering import tamper
from trial.store.verify import verify


@pytest.fixture
def lived(either: House) -> House:
    """A trial in which something happened: a correction, a signature broken, an allocation."""
    either.sign(SCREENED, "MRI0")
    either.save(SCREENED, "MRI0", SCREENING["MRI0"] | {"LENGTH": "40"}, reasons={"": "misread"})
    either.randomise(READY)
    return either


@on_both
def test_a_trial_that_nobody_touched_verifies(lived: House) -> None:
    assert verify(lived.engine) == []


def raw(house: House, table: str, column: str, **key: object) -> str:
    """The stored text, byte for byte."""
    where = " AND ".join(f"{name} = :{name}" for name in key)
    with house.engine.connect().execution_options(vigil_read_only=True) as connection:
        return str(connection.execute(text(f"SELECT {column} FROM {table} WHERE {where}"), key).scalar_one())


def flipped(stored: str, place: int) -> str:
    """The text with one character turned into another."""
    other = "7" if stored[place] != "7" else "8"
    return stored[:place] + other + stored[place + 1 :]


REVISION = {"participant": SCREENED, "form": "MRI0", "event": "SCR", "occurrence": 1, "number": 2}


@on_both
def test_one_byte_of_a_revision_is_named_by_its_address(lived: House) -> None:
    stored = raw(lived, "crf_revision", "answers", **REVISION)
    where = " AND ".join(f"{name} = :{name}" for name in REVISION)
    changed = flipped(stored, stored.index("40"))
    tamper(lived, f"UPDATE crf_revision SET answers = :changed WHERE {where}", changed=changed, **REVISION)
    (first, *rest) = verify(lived.engine)
    assert first.where == f"crf_revision {SCREENED}/SCR/MRI0/1/2"
    assert rest == []


@on_both
def test_one_byte_of_a_signed_revision_breaks_its_signature_as_well(lived: House) -> None:
    key = REVISION | {"number": 1}
    stored = raw(lived, "crf_revision", "answers", **key)
    where = " AND ".join(f"{name} = :{name}" for name in key)
    tamper(
        lived,
        f"UPDATE crf_revision SET answers = :changed WHERE {where}",
        changed=flipped(stored, stored.index("60")),
        **key,
    )
    found = verify(lived.engine)
    assert found[0].where == f"crf_revision {SCREENED}/SCR/MRI0/1/1"
    assert "signature" in {f.kind for f in found}


@on_both
@pytest.mark.parametrize("column", ["arm", "number", "factors", "participant"])
def test_one_value_of_an_allocation_is_named_by_its_participant(lived: House, column: str) -> None:
    stored = raw(lived, "allocation", column, participant=READY)
    other = {"arm": {"WW": "TME", "TME": "WW"}.get(stored, ""), "number": 2, "participant": SCREENED}
    changed = other.get(column) or stored.replace("CCR", "NCR")
    tamper(lived, f"UPDATE allocation SET {column} = :changed", changed=changed)
    found = verify(lived.engine)
    assert found[0].kind == "allocation"
    assert READY in {part for f in found for part in f.where.split()} or column == "participant"


@on_both
def test_one_byte_of_any_journal_row_is_the_first_broken_link(lived: House) -> None:
    last = max(row["seq"] for row in lived.reader.all("journal"))
    for seq in (1, last // 2, last):
        body = raw(lived, "journal", "body", seq=seq)
        place = next(n for n, character in enumerate(body) if character.isdigit())
        tamper(lived, "UPDATE journal SET body = :changed WHERE seq = :seq", changed=flipped(body, place), seq=seq)
        first = verify(lived.engine)[0]
        assert (first.kind, first.seq) == ("chain", seq)
        tamper(lived, "UPDATE journal SET body = :changed WHERE seq = :seq", changed=body, seq=seq)
        assert verify(lived.engine) == [], "put back, it holds again"


@on_both
@pytest.mark.parametrize("column", ["at", "tag", "role", "previous", "hash"])
def test_any_column_of_a_journal_row_is_covered(lived: House, column: str) -> None:
    seq = lived.journal("system:participant:allocated")[0]["seq"]
    stored = raw(lived, "journal", column, seq=seq)
    # A time must still be one, or the engine itself would refuse it.
    changed = stored.replace("2026", "2025") if column == "at" else flipped(stored, 0)
    tamper(lived, f"UPDATE journal SET {column} = :changed WHERE seq = :seq", changed=changed, seq=seq)
    first = verify(lived.engine)[0]
    assert first.seq in (seq, seq + 1) and first.kind == "chain"


@on_both
def test_an_allocation_that_was_taken_out_is_missed(lived: House) -> None:
    tamper(lived, "DELETE FROM allocation")
    first = verify(lived.engine)[0]
    assert (first.kind, first.where) == ("allocation", f"allocation {READY}")


@on_both
def test_an_allocation_nobody_made_is_named(lived: House) -> None:
    row = lived.reader.the("allocation", participant=READY)
    copy = row | {
        "participant": SCREENED,
        "number": 2,
        "factors": json.dumps(row["factors"]),
        "detail": json.dumps(row["detail"]),
    }
    names = [n for n in copy if copy[n] is not None and n != "at"]
    values = ", ".join(f":{n}" for n in names)
    quoted = ", ".join(f'"{n}"' for n in names)
    statement = f"INSERT INTO allocation ({quoted}, at) SELECT {values}, at FROM allocation LIMIT 1"
    tamper(lived, statement, **{n: copy[n] for n in names})
    assert verify(lived.engine)[0].where == f"allocation {SCREENED}"
