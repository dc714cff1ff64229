"""Who alters the database by SQL, triggers out of the way, is named: the first broken link first."""

import hashlib
import json
import sqlite3

import pytest
from sqlalchemy import inspect, make_url, select, text

from tests.store.house import NOON, RELEASED, Happened, House, decide
from trial.content import content_digest
from trial.store import crfs, journal, tables, tables_journal
from trial.store.broken import Finding
from trial.store.files import Files, register
from trial.store.foreign import covered_digest
from trial.store.types import canonical
from trial.store.verify import verify


@pytest.fixture
def trial(house):
    """Two revisions of one CRF, one of another, an allocation, a model call, a signature; entries 6 and on."""
    return everything(house)


@pytest.fixture(scope="module")
def guarded(standing):
    """The same, once for all tests in which the database refuses whatever is tried."""
    return everything(standing)


def everything(house: House) -> House:
    """A row in every table."""
    house.save(WORD="yes")
    house.save(based_on=1, WORD="no")
    house.save("VG-01-0002", WORD="maybe")
    decide(house)
    sign(house)
    access(house)
    office(house)
    return house


def omics(write, who):
    """A row in every table of the omics platform."""
    of = {"participant": "VG-01-0001", "by": who, "at": NOON}
    write("aliquot", label="S-1-A01", specimen="S-1", made_on=NOON.date(), **of)
    write("custody", label="S-1", move="stored", moved_on=NOON.date(), **of)
    made = {"modality": "radiomics", "extractor": "mirp 2.5.0", "method": "none", "version": "1", "sha256": "7" * 64}
    batch = write("batch", name="scanner A", **made, by=who, at=NOON)
    ran = {"modality": "radiomics", "label": "S-1", "platform": "mirp 2.5.0", "quality": "PASS", "consent": "IC/SCR/1"}
    write("assay_run", **ran, ran_on=NOON.date(), batch=batch["id"], **of)


def office(house: House):
    """A row in every table of the data office."""
    who, key = house.actor.person_id, {"participant": "VG-01-0001", "event": "SCR", "form": "AA", "occurrence": 1}
    signed = {"meaning": "all done", "signer": who, "printed_name": "Ada L", "role": "data_manager", "at": NOON}
    told = {"state": "open", "words": "Is it so?"}
    with house.writing() as write:
        foreign(write, who)
        asked = write("query", **key, path="WORD", source="data", raised_at=NOON, changed_at=NOON, **told)
        write("query_remark", query=asked["id"], number=1, act="raise", by=who, role="data_manager", at=NOON, **told)
        write("verification", **key, paths={"WORD": {"revision": 2}})
        write("review_plan", number=1, kind="all", reason="begin", by=who, at=NOON)
        write("hold", kind="freeze", site="01", reason="audit", by=who, role="data_manager", at=NOON)
        write("safety_reference", product="PD1", document="IB", version="7", valid_from=NOON.date(), by=who, at=NOON)
        write("expectedness", **key, revision=2, assessed="EXPECTED", against=[], by=who, at=NOON)
        write("breach", **key, key="window:FU03", because="FU03", said={"message": "late", "args": {}}, at=NOON)
        seen = {"month": "2026-02", "age_band": "60-69", "sex": "F", "reason": "DECLINED"}
        write("screening_log", site="01", **seen, void=False, by=who, at=NOON)
        write("site", code="02", name="Second", consent_versions=[], birth_year_only=False)
        moved = {"from_site": "01", "to_site": "02", "on": NOON.date(), "reason": "moved", "agreed_by": who}
        write("transfer", participant="VG-01-0002", **moved, by=who, at=NOON)
        write("participant", id="RG-01-0001", site_code="01", number=1, created_at=NOON, created_by=who)
        waived = {"committee": "Ethics", "reference": "2026-11", "granted_on": NOON.date()}
        write("historical", participant="RG-01-0001", **waived, by=who, at=NOON)
        write("checklist", results=[], content_digest="e" * 64, **signed)
        write("casebook", participant="VG-01-0001", forms={}, content_digest="f" * 64, **signed)
        out = write("redaction", participant="VG-01-0001", reason="a name", by=who, agreed=who, at=NOON)
        digests = {"before": "a" * 64, "after": "b" * 64}
        write("redaction_place", redaction=out["id"], place="hold 99", **digests)
        given = {"person": who, "role": "coordinator", "scope": "read", "label": "mine", "sha256": "9" * 64}
        write("token", **given, created_at=NOON, expires_on=NOON.date())
        limits = {"test": "HGB", "unit": "g/L", "low": "120", "valid_from": NOON.date(), "source": "leaflet"}
        write("laboratory_range", **limits, sha256="8" * 64, by=who, at=NOON)
        omics(write, who)
        reviewed = {"scope": "study", "first": 1, "last": 5, "looked_at": 5, "findings": "none"}
        write("activation", site="01", protocol="1.1", approved_on=NOON.date(), by=who, role="data_manager", at=NOON)
        sent = {"sha256": "a" * 64, "participant": "VG-01-0001"}
        write("file", **sent, name="f", size=1, media_type="image", by=who, at=NOON)
        facts = {
            "source": "b" * 64,
            "preview_size": 0,
            "flags": ["to-look-at"],
            "facts": {},
            "network": "none",
            "scanned": "",
        }
        write("file_report", **sent, form="RST", item="ENDOIMG", **facts)
        write("file_look", **sent, finding="clean", by=who, role="investigator", at=NOON)
        locked = {"position": 1, "head": "c" * 64, "digest": "d" * 64, "calls_digest": "e" * 64}
        cut = {"cut_on": NOON.date(), "definitions": {}, "code": "0.1.0", "reason": "the board", "role": "statistician"}
        write("data_cut", name="dmc-1", **locked, **cut, by=who, at=NOON)
        write("audit_review", **reviewed, by=who, role="data_manager", at=NOON)


def foreign(write, who):
    """A study of another system, and an audit trail that came with a file."""
    by = {"by": who, "role": "data_manager", "at": NOON}

    def covered(table, *names):
        values = {name: [] for name in names}
        return values | {"digest": covered_digest(table, dict.fromkeys(names, "[]"))}

    told = covered("foreign_study", "definitions", "asides", "losses")
    study = write("foreign_study", system="odm", name="Other", sources=[], counts={}, report="a" * 64, **told, **by)
    told = covered("foreign_subject", "crfs", "unreadable", "audit", "asides")
    write("foreign_subject", study=study["id"], number=1, key="A", **told)
    run = write("import_run", kind="odm", name="f", sha256="b" * 64, mode="row", reason="", state="begun", **by)
    told = covered("source_audit", "records")
    write("source_audit", run=run["id"], participant="VG-01-0001", **told)


def access(house: House):
    """A row in every table of who may act."""
    who, today = house.actor.person_id, NOON.date()
    ours, did = {"person_id": who}, {"by": who, "at": NOON}
    with house.writing() as write:
        held = write("assignment", **ours, role="coordinator", site_code="01", granted_at=NOON, granted_by=who)
        write("access_approval", assignment=held["id"], approved_on=today, approved_by="The sponsor", **did)
        write("training", **ours, role="coordinator", title="GCP", version="R3", taken_on=today, **did)
        told = {"role": "coordinator", "tasks": "entry", "from_on": today, "basis": "paper", "content_digest": "1" * 64}
        write("delegation", **ours, site_code="01", principal=False, proposed_at=NOON, **told)
        write("site_closure", site_code="01", closed_on=today, reason="the end", **did)
        seen = write("identity_check", **ours, how="in-person", document="passport", checked_on=today, **did)
        write("certification", identity=seen["id"], **ours, version="1", text="I do", printed_name="Ada L", at=NOON)
        write("second_factor", **ours, sealed="5ea1", enrolled_at=NOON, last_step=1, recovery="a b")
        write("password_past", **ours, password_hash="y" * 40, set_at=NOON)
        signed = {"signer": who, "printed_name": "Ada L", "role": "administrator", "meaning": "reviewed", "at": NOON}
        write("access_review", people=1, content_digest="2" * 64, findings="none", **signed)


def sign(house: House):
    key = {"participant": "VG-01-0001", "event": "SCR", "form": "AA", "occurrence": 1}
    digest = content_digest("VG-01-0001", "AA/SCR/1", 2, 1, {"items": {"WORD": "no"}}, {"SUM": "3"})
    values = {
        "meaning": "reviewed",
        "signer": house.actor.person_id,
        "printed_name": "Ada L",
        "role": "investigator",
        "at": NOON,
    }
    house.write("signature", **key, revision=2, content_digest=digest, calculated={"SUM": "3"}, **values)


def found(house: House, **options) -> list[Finding]:
    return verify(house.engine, released=RELEASED, **options)


def tamper(house: House, *statements: str, **values) -> None:
    """Run SQL as an owner of the database would, with every trigger dropped first."""
    with house.engine.begin() as c:
        if house.engine.dialect.name == "sqlite":
            for (name,) in c.execute(text("select name from sqlite_master where type = 'trigger'")).all():
                c.execute(text(f"drop trigger {name}"))
            c.execute(text("pragma defer_foreign_keys = on"))
        else:
            c.execute(text("set session_replication_role = replica"))
        for statement in statements:
            assert c.execute(text(statement), values).rowcount != 0, statement
    if house.engine.dialect.name == "postgresql":
        house.engine.dispose()


def entry_of(house: House, table: str, **key) -> int:
    """The last entry that wrote this row."""
    rows = journal.entries(house.reader)
    return max(
        e["seq"] for e in rows for w in e["body"]["writes"] if w["table"] == table and w["key"].items() >= key.items()
    )


def test_an_untouched_database_has_nothing_to_say(trial):
    assert found(trial) == []


def test_an_empty_database_has_nothing_to_say(bare):
    assert verify(bare.engine, released={}) == []


ROWS = {
    "one letter of an answer": (
        "crf_revision",
        "update crf_revision set answers = replace(answers, 'no', 'nO') where number = 2",
    ),
    "one blank in the stored text": (
        "crf_revision",
        "update crf_revision set answers = answers || ' ' where participant = 'VG-01-0002'",
    ),
    "the author of a revision": ("crf_revision", "update crf_revision set author = null where number = 2"),
    "the time of a revision": (
        "crf_revision",
        "update crf_revision set at = replace(at, '2026', '2025') where number = 2",
    ),
    "the reason of a change": ("crf_revision", "update crf_revision set reason = 'other' where number = 2"),
    "a digest": (
        "crf_revision",
        "update crf_revision set digest = replace(digest, substr(digest, 1, 1), 'z') where number = 2",
    ),
    "the arm": ("allocation", "update allocation set arm = 'TME'"),
    "a factor": ("allocation", "update allocation set factors = replace(factors, '01', '02')"),
    "the draw": ("allocation", "update allocation set number = 2"),
    "a probability": ("prediction", "update prediction set probability = '0.8'"),
    "a used slot": ("stratum", "update stratum set used = 0"),
    "an answer to a query": ("query_remark", "update query_remark set words = 'no'"),
    "a verified value": ("verification", "update verification set paths = replace(paths, 'WORD', 'SIZE')"),
    "a lifted lock": ("hold", "update hold set reason = 'other'"),
    "a password": ("person", "update person set password_hash = 'y' where username = 'ada'"),
    "a password taken away": ("person", "update person set password_hash = null where username = 'ada'"),
    "a sealed seed": ("randomisation", "update randomisation set seed_sealed = '5ea2'"),
    "a form version": ("definition", "update definition set json = 'ZZ' where form = 'AA'"),
    "what a deviation follows from": ("breach", "update breach set because = 'FU06'"),
    "a line of the screening log": ("screening_log", "update screening_log set reason = 'MISSED'"),
    "a waiver of consent": ("historical", "update historical set reference = 'other'"),
    "a transfer": ("transfer", "update transfer set reason = 'other'"),
    "a site's opening": ("site", "update site set opened_on = '2026-01-01' where code = '01'"),
    "a printed name": ("signature", "update signature set printed_name = 'Eve'"),
}


@pytest.mark.parametrize(("kind", "sql"), ROWS.values(), ids=ROWS.keys())
def test_a_changed_row_is_named_with_the_entry_that_wrote_it(trial, kind, sql):
    tamper(trial, sql)
    first, *rest = found(trial)
    assert first.kind == kind
    assert first.where.startswith(f"{kind} ")
    assert first.seq is not None
    assert {f.kind for f in rest} <= {"signature"}  # a signed revision breaks its signature as well


def test_a_changed_revision_is_named_by_its_address_and_number(trial):
    tamper(trial, "update crf_revision set answers = replace(answers, 'no', 'nO') where number = 2")
    seq = entry_of(trial, "crf_revision", participant="VG-01-0001", number=2)
    revision, signature = found(trial)
    assert revision == Finding(
        "crf_revision", "crf_revision VG-01-0001/SCR/AA/1/2", "its content does not match its digest", seq
    )
    assert (signature.kind, signature.detail) == ("signature", "what was signed is not what is stored")
    assert "VG-01-0001/SCR/AA/1/2" in signature.where


def test_a_changed_allocation_is_named_by_participant_and_column(trial):
    tamper(trial, "update allocation set arm = 'TME'")
    seq = entry_of(trial, "allocation", participant="VG-01-0001")
    assert found(trial) == [Finding("allocation", "allocation VG-01-0001", f"is not what entry {seq} wrote: arm", seq)]


def test_a_revision_with_a_fitting_digest_is_still_not_the_one_in_the_journal(trial):
    row = trial.reader.the("crf_revision", participant="VG-01-0002")
    forged = {"items": {"WORD": "forged"}}
    digest = crfs.digest(row | {"answers": canonical(forged)})
    tamper(
        trial,
        "update crf_revision set answers = :a, digest = :d where participant = 'VG-01-0002'",
        a=canonical(forged),
        d=digest,
    )
    (finding,) = found(trial)
    assert (finding.kind, finding.detail.split(": ")[1]) == ("crf_revision", "digest")


def test_a_row_that_was_deleted_is_missed(trial):
    tamper(trial, "delete from prediction")
    seq = entry_of(trial, "prediction")
    assert found(trial) == [Finding("prediction", "prediction VG-01-0001/1", f"written in entry {seq}, is gone", seq)]


def test_a_row_that_nobody_vouches_for_is_named(trial):
    tamper(trial, "insert into setting (key, value) values ('sneaked', 'in')")
    assert found(trial) == [Finding("setting", "setting sneaked", "no journal entry vouches for it")]


def test_broken_rows_are_named_in_the_order_of_their_entries(trial):
    tamper(
        trial,
        "update site set name = 'Other' where code = '01'",
        "update allocation set arm = 'TME'",
        "insert into setting (key) values ('x')",
    )
    assert [f.kind for f in found(trial)] == ["site", "allocation", "setting"]


@pytest.mark.parametrize(
    "change",
    ["body = replace(body, 'yes', 'no')", "body = body || ' '", "hash = replace(hash, substr(hash, 1, 1), 'g')", "body = '{}'",
     "body = 'not json'", "previous = hash", "previous = 'x'"],
)  # fmt: skip
def test_a_changed_entry_is_the_first_broken_link(trial, change):
    trial.write("setting", key="answer", value="yes")
    trial.write("setting", key="after", value="1")
    seq = trial.reader.scalar(select(tables_journal.journal_head.c.seq)) - 1
    tamper(trial, f"update journal set {change} where seq = {seq}")
    first = found(trial)[0]
    assert (first.kind, first.where, first.seq) == ("chain", f"journal {seq}", seq)


@pytest.mark.parametrize(
    ("column", "value"),
    [("tag", "a:b:c"), ("role", "dsmb"), ("at", "2025-01-01T00:00:00.000000Z"), ("participant", "VG-01-0002")],
)
def test_a_column_of_an_entry_that_its_body_does_not_say_is_named(trial, column, value):
    tamper(trial, f"update journal set {column} = :v where seq = 7", v=value)
    assert found(trial) == [Finding("chain", "journal 7", f"its columns do not match its content: {column}", 7)]


def test_a_removed_entry_is_named_before_the_rows_it_vouched_for(trial):
    seq = entry_of(trial, "allocation")
    tamper(trial, f"delete from journal where seq = {seq}")
    first, *rest = found(trial)
    assert first == Finding("chain", f"journal {seq}", f"missing, up to entry {seq}", seq)
    assert "no journal entry vouches for it" in {f.detail for f in rest}


def test_a_chain_closed_over_a_removed_entry_is_seen(trial):
    last = journal.head(trial.reader)[0]
    tamper(
        trial,
        "delete from journal where seq = 7",
        *(f"update journal set seq = {n - 1} where seq = {n}" for n in range(8, last + 1)),
    )
    assert found(trial)[0] == Finding("chain", "journal 7", "does not follow the entry before it", 7)


def test_two_entries_that_changed_places_are_seen(trial):
    tamper(
        trial,
        "update journal set seq = 9999 where seq = 7",
        "update journal set seq = 7 where seq = 8",
        "update journal set seq = 8 where seq = 9999",
    )
    assert found(trial)[0].where == "journal 7"


def test_an_entry_added_at_the_end_does_not_fit_the_head(trial):
    seq, previous = journal.head(trial.reader)
    body = trial.reader.the("journal", seq=seq)["body"]
    values = {"s": seq + 1, "b": body, "p": previous, "h": journal.link(seq + 1, previous, body)}
    columns = "seq, at, actor, role, tag, participant, body, previous, hash"
    tamper(
        trial,
        f"insert into journal ({columns}) select :s, at, actor, role, tag, participant, :b, :p, :h from journal where seq = {seq}",
        **values,
    )
    first = found(trial)[0]
    assert (first.kind, first.where) == ("chain", "journal head")


@pytest.mark.parametrize("change", ["seq = seq + 1", "seq = seq - 1", "hash = replace(hash, substr(hash, 1, 1), 'g')"])
def test_a_changed_head_is_seen(trial, change):
    tamper(trial, f"update journal_head set {change}")
    (finding,) = found(trial)
    assert (finding.kind, finding.where) == ("chain", "journal head")


def test_a_head_that_is_gone_is_seen(trial):
    tamper(trial, "delete from journal_head")
    assert [f.where for f in found(trial)] == ["journal head"]


def test_a_tail_cut_with_its_rows_is_seen_by_a_witness_only(trial):
    seq, known = journal.head(trial.reader)
    previous = trial.reader.the("journal", seq=seq)["previous"]
    tamper(
        trial,
        "delete from audit_review",
        f"delete from journal where seq = {seq}",
        f"update journal_head set seq = {seq - 1}, hash = '{previous}'",
    )
    assert found(trial) == []
    assert found(trial, witnessed=[(seq, known)]) == [
        Finding("witness", f"journal {seq}", "was witnessed and is not there", seq)
    ]


def test_a_chain_rewritten_whole_is_seen_by_a_witness(trial):
    witnessed = [journal.head(trial.reader)]
    assert found(trial, witnessed=witnessed) == []
    rows = trial.reader.all("journal", order_by="seq")
    previous, updates = tables_journal.GENESIS, []
    for row in rows:
        body = row["body"].replace("First", "Forged")
        digest = journal.link(row["seq"], previous, body)
        updates.append({"seq": row["seq"], "body": body, "previous": previous, "hash": digest})
        previous = digest
    tamper(trial, "update site set name = 'Forged' where code = '01'", f"update journal_head set hash = '{previous}'")
    for u in updates:
        tamper(trial, "update journal set body = :body, previous = :previous, hash = :hash where seq = :seq", **u)
    assert found(trial) == []
    assert [f.kind for f in found(trial, witnessed=witnessed)] == ["witness"]


def test_a_form_version_that_this_release_does_not_know_is_named(house):
    assert [f.detail for f in verify(house.engine, released={})] == ["is unknown to this release"] * 2
    changed = RELEASED | {("SP", 1): "0" * 64}
    assert [(f.where, f.detail) for f in verify(house.engine, released=changed)] == [
        ("definition SP/1", "is not the version that was released")
    ]


def test_files_are_compared_with_their_names(house, tmp_path):
    files = Files(tmp_path / "files")
    good, damaged, lost = (files.put(word) for word in (b"good", b"damaged", b"lost"))
    with house.work() as uow:
        for n, stored in enumerate((good, damaged, lost)):
            register(uow, stored, "VG-01-0001", name=f"f{n}.csv", media_type="text/csv")
        uow.record(Happened())
        uow.commit()
    assert found(house, files=files) == []
    place = files.root / damaged.sha256[:2] / damaged.sha256
    place.write_bytes(b"Damaged")
    (files.root / lost.sha256[:2] / lost.sha256).unlink()
    said = {f.where: f.detail for f in found(house, files=files)}
    assert said == {
        f"file {damaged.sha256}": "f1.csv of VG-01-0001 has other bytes",
        f"file {lost.sha256}": "f2.csv of VG-01-0001 is not in the store",
    }


def test_a_caller_adds_its_own_checks_on_the_same_moment(trial):
    def replayed(reader):
        for row in reader.all("allocation"):
            yield Finding("replay", row["participant"], "another arm", 1)

    assert [f.kind for f in found(trial, checks=[replayed])] == ["replay"]


def test_an_offline_verifier_needs_only_the_rule_in_the_manual(trial):
    """SHA-256(0x00, seq as 8 bytes, previous hash, body): written again here without any of our code."""
    previous = bytes(32)
    for row in trial.reader.all("journal", order_by="seq"):
        previous = hashlib.sha256(b"\0" + row["seq"].to_bytes(8, "big") + previous + row["body"].encode()).digest()
        assert previous.hex() == row["hash"]
        assert (
            json.dumps(json.loads(row["body"]), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            == row["body"]
        )


@pytest.mark.parametrize("table", ["journal", *sorted(tables.INSERT_ONLY)])
def test_the_database_itself_refuses_change_and_deletion(guarded, table):
    column = next(c.name for c in tables.table_named(table).columns)
    copy = ", ".join(f'"{c.name}"' for c in tables.table_named(table).columns)
    statements = [f"update {table} set {column} = {column}", f"delete from {table}"]
    if guarded.engine.dialect.name == "sqlite":
        statements += [
            f"insert or replace into {table} ({copy}) select {copy} from {table}",
            f"replace into {table} select * from {table}",
        ]
    else:
        statements += [f"truncate {table} cascade"]
    before = guarded.reader.all(table)
    for statement in statements:
        with pytest.raises(Exception, match="append-only"), guarded.engine.begin() as c:
            c.execute(text(statement))
    assert guarded.reader.all(table) == before


@pytest.mark.parametrize("table", ["journal", *sorted(tables.INSERT_ONLY)])
def test_replace_is_refused_also_on_a_connection_without_our_settings(guarded, table):
    if guarded.engine.dialect.name != "sqlite":
        assert not inspect(guarded.engine).has_table("sqlite_master")
        return
    other = sqlite3.connect(make_url(guarded.url).database)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        other.execute(f"insert or replace into {table} select * from {table}")
    other.close()
