"""Was anything altered? Everything that can be recomputed is recomputed, and the first broken link is named first.

The chain shows an entry that was edited, removed, added or moved; the replay shows a row that no entry vouches for; digests show a
revision, a signature, a form version or a file that is not what it was. Only a witness outside (`witnessed`: sequence number and
hash that somebody wrote down) shows a chain that was cut at its end or rewritten whole.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain as concatenated

from sqlalchemy import Engine, Text, and_, literal, select, type_coerce, union_all

from forms import catalogue
from trial.content import content_digest
from trial.errors import FileDamaged, FileMissing
from trial.store.broken import Finding, place
from trial.store.chain import chain, witness
from trial.store.files import Files
from trial.store.reading import Reader, Reading, Row
from trial.store.redaction import redacted
from trial.store.replay import replaying
from trial.store.rows import rows
from trial.store.tables import CRF_KEY, file
from trial.store.tables_crfs import crf_revision, definition, signature
from trial.store.tables_files import file_report

__all__ = ["Check", "Finding", "verify"]
LAST = 1 << 62

Check = Callable[[Reader], Iterable[Finding]]


def verify(
    engine: Engine,
    *,
    files: Files | None = None,
    released: Mapping[tuple[str, int], str] | None = None,
    witnessed: Sequence[tuple[int, str]] = (),
    checks: Sequence[Check] = (),
) -> list[Finding]:
    """All broken links, the chain's first, then by journal entry; empty when everything holds.

    `released`: digest of each form version, by default those of `forms/versions/`. `checks` are the caller's: allocation replay,
    model digests. All of it is read at one moment, so a database in use may be verified.
    """
    expected = _released() if released is None else released
    with Reading(engine) as reader, replaying() as replay:
        taken_out = redacted(reader)
        broken = list(concatenated(chain(reader, replay, taken_out), witness(reader, witnessed)))
        others = [
            rows(reader, replay, taken_out),
            _signatures(reader, taken_out),
            _definitions(reader, expected),
            files_kept(reader, files),
        ]
        rest = list(concatenated(*others, *(check(reader) for check in checks)))
    return broken + sorted(rest, key=lambda finding: LAST if finding.seq is None else finding.seq)


def _released() -> dict[tuple[str, int], str]:
    return {key: catalogue.digest(form) for key, form in catalogue.definitions().items()}


def _signatures(reader: Reader, redacted: Mapping[str, str]) -> Iterator[Finding]:
    revision = and_(
        *(signature.c[n] == crf_revision.c[n] for n in CRF_KEY), signature.c.revision == crf_revision.c.number
    )
    signed = [type_coerce(crf_revision.c.answers, Text).label("answers"), crf_revision.c.form_version]
    own = [signature.c[n] for n in ("id", *CRF_KEY, "revision", "content_digest")]
    frozen = type_coerce(signature.c.calculated, Text).label("calculated")
    query = select(*own, frozen, *signed).outerjoin(crf_revision, revision).order_by(signature.c.id)
    for row in reader.stream(query):
        signed_at = place("crf_revision", row | {"number": row["revision"]})
        # What was taken out cannot be signed again; that nothing else changed, the digest of the revision shows.
        if signed_at not in redacted and not _signed(row):
            where = f"signature {row['id']} on {signed_at.partition(' ')[2]}"
            yield Finding("signature", where, "what was signed is not what is stored")


def _signed(row: Row) -> bool:
    address = f"{row['form']}/{row['event']}/{row['occurrence']}"
    try:
        answers, calculated = json.loads(row["answers"]), json.loads(row["calculated"] or "{}")
        found = content_digest(row["participant"], address, row["revision"], row["form_version"], answers, calculated)
    except (ValueError, TypeError):  # not JSON any more, or not there
        return False
    return bool(found == row["content_digest"])


def _definitions(reader: Reader, released: Mapping[tuple[str, int], str]) -> Iterator[Finding]:
    for row in reader.all(definition, order_by=("form", "version")):
        known = released.get((row["form"], row["version"]))
        if known != row["sha256"]:
            detail = "is unknown to this release" if known is None else "is not the version that was released"
            yield Finding("definition", f"definition {row['form']}/{row['version']}", detail)


def files_kept(reader: Reader, files: Files | None) -> Iterator[Finding]:
    """Files and previews that the store has not, or has with other bytes."""
    if files is None:
        return
    kept = select(file.c.sha256, file.c.name, file.c.participant)
    drawn = select(file_report.c.preview, literal("preview"), file_report.c.participant).where(
        file_report.c.preview.is_not(None)
    )
    for row in reader.stream(select(union_all(kept, drawn).subquery()).order_by("sha256")):
        try:
            files.check(row["sha256"])
        except FileMissing:
            yield Finding("file", f"file {row['sha256']}", f"{row['name']} of {row['participant']} is not in the store")
        except FileDamaged:
            yield Finding("file", f"file {row['sha256']}", f"{row['name']} of {row['participant']} has other bytes")
