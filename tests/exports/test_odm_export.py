"""Chapter: the trial as ODM 1.3.2: every revision of every value with its audit record, blinded, vouched for (R22, R28, R38, R66)."""

import hashlib
import json
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.actions.house import READY, SCREENED, SCREENING, House
from tests.actions.rooms import on_both
from tests.odm.files import ODM, schema_says
from tests.shared_data import needs_shared
from trial.actions.export_odm import DATA, MANIFEST, METADATA, Exported, export_trial
from trial.blinding import HIDDEN_EVENTS, HIDDEN_FORMS, HIDDEN_ITEMS
from trial.changes import changes
from trial.errors import NotAllowed
from trial.roles import ROLES, may
from trial.store import crfs, journal


def exported(house: House, folder: Path, who: str = "unblinded_statistician", site: str | None = None) -> Exported:
    return export_trial(folder / f"out-{who}-{site}", site=site, release="1.0", uow=house.work(who))


def tree(done: Exported, name: str = DATA) -> ElementTree.Element:
    return ElementTree.fromstring((done.folder / name).read_bytes())


@needs_shared
@on_both
def test_both_files_are_as_the_schema_wants_them(either: House, tmp_path: Path) -> None:
    done = exported(either, tmp_path)
    for name in (METADATA, DATA):
        assert schema_says((done.folder / name).read_bytes()) == []


@pytest.mark.requirement("R38")
def test_every_change_of_every_revision_has_its_audit_record(house: House, tmp_path: Path) -> None:
    house.save(SCREENED, "DM", SCREENING["DM"] | {"ECOG": "1"}, reasons={"ECOG": "typing error"})
    found = Counter[str]()
    for subject in tree(exported(house, tmp_path)).iter(f"{ODM}SubjectData"):
        found[subject.get("SubjectKey", "")] += sum(
            len(item.findall(f"{ODM}AuditRecord")) for item in subject.iter(f"{ODM}ItemData")
        )
    expected = Counter[str]()
    former: dict[tuple[str, str], crfs.Crf] = {}
    for row in house.reader.all("crf_revision", order_by=("participant", "number")):
        crf = crfs.as_crf(row)
        before = former.get((row["participant"], crf.address))
        made = changes(before.answers if before else None, crf.answers)
        expected[row["participant"]] += len([c for c in made if c.path])
        former[row["participant"], crf.address] = crf
    assert found == expected
    assert found[READY] > 50


@pytest.mark.requirement("R38")
def test_a_correction_says_who_where_when_why_and_from_what(house: House, tmp_path: Path) -> None:
    house.save(SCREENED, "DM", SCREENING["DM"] | {"ECOG": "1"}, reasons={"ECOG": "typing error"})
    (revision,) = [r for r in house.revisions(SCREENED, "DM") if r["number"] == 2]
    done = tree(exported(house, tmp_path))
    subject = next(s for s in done.iter(f"{ODM}SubjectData") if s.get("SubjectKey") == SCREENED)
    first, second = [i for i in subject.iter(f"{ODM}ItemData") if i.get("ItemOID") == "DM.v1.ECOG"]
    assert (first.get("Value"), first.get("TransactionType")) == ("0", "Insert")
    assert (second.get("Value"), second.get("TransactionType")) == ("1", "Update")
    record = second.find(f"{ODM}AuditRecord")
    assert record is not None
    told = {part.tag.removeprefix(ODM): part.text or "".join(part.attrib.values()) for part in record}
    author = house.reader.the("person", id=revision["author"])["username"]
    assert told == {
        "UserRef": author,
        "LocationRef": "01",
        "DateTimeStamp": revision["at"].strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "ReasonForChange": "typing error",
        "SourceID": "screen",
    }


def test_a_signature_carries_who_when_and_what_it_means(house: House, tmp_path: Path) -> None:
    done = tree(exported(house, tmp_path))
    signed = house.reader.all("signature", order_by="id")
    found = list(done.iter(f"{ODM}Signature"))
    assert (
        len(found)
        == len({(s["participant"], s["event"], s["form"], s["occurrence"], s["revision"]) for s in signed})
        > 0
    )
    meanings = {d.get("OID"): d.findtext(f"{ODM}Meaning") for d in done.iter(f"{ODM}SignatureDef")}
    assert set(meanings.values()) == {s["meaning"] for s in signed}
    refs = {ref.get("SignatureOID") for ref in done.iter(f"{ODM}SignatureRef")}
    assert refs == set(meanings)


def test_references_lead_to_something(house: House, tmp_path: Path) -> None:
    done = tree(exported(house, tmp_path))
    for name, attribute, target in (
        ("UserRef", "UserOID", "User"), ("LocationRef", "LocationOID", "Location"), ("ItemRef", "ItemOID", "ItemDef"),
        ("ItemData", "ItemOID", "ItemDef"), ("FormData", "FormOID", "FormDef"), ("CodeListRef", "CodeListOID", "CodeList"),
        ("ItemGroupData", "ItemGroupOID", "ItemGroupDef"), ("StudyEventData", "StudyEventOID", "StudyEventDef"),
        ("MeasurementUnitRef", "MeasurementUnitOID", "MeasurementUnit"), ("FlagType", "CodeListOID", "CodeList"),
        ("ItemRef", "CollectionExceptionConditionOID", "ConditionDef"), ("ItemRef", "MethodOID", "MethodDef"),
    ):  # fmt: skip
        defined = {each.get("OID") for each in done.iter(f"{ODM}{target}")}
        used = {each.get(attribute) for each in done.iter(f"{ODM}{name}")} - {None}
        assert used <= defined, (name, used - defined)


# --- the manifest -------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R66")
def test_the_manifest_vouches_for_the_files_and_says_what_they_were_made_from(house: House, tmp_path: Path) -> None:
    seq, head = journal.head(house.reader)
    done = exported(house, tmp_path)
    manifest = json.loads((done.folder / MANIFEST).read_bytes())
    assert manifest == done.manifest
    for file in manifest["files"]:
        content = (done.folder / file["name"]).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (file["sha256"], file["bytes"])
    assert manifest["journal"] == {"seq": seq, "hash": head}
    rows = manifest["files"][1]["rows"]
    data = tree(done)
    assert rows["participants"] == len(list(data.iter(f"{ODM}SubjectData"))) == len(house.reader.all("participant"))
    assert rows["revisions"] == len(list(data.iter(f"{ODM}FormData"))) == len(house.reader.all("crf_revision"))
    assert rows["values"] == len(list(data.iter(f"{ODM}ItemData")))
    assert {(d["form"], d["version"]) for d in manifest["definitions"]} == {
        (r["form"], r["form_version"]) for r in house.reader.all("crf_revision")
    }


@pytest.mark.requirement("R22")
@pytest.mark.requirement("R28")
def test_the_export_is_in_the_journal_with_the_digest_of_its_manifest(house: House, tmp_path: Path) -> None:
    done = exported(house, tmp_path)
    (entry,) = house.journal("person:trial:exported")
    told = json.loads(entry["body"])
    assert told["actor"] == house.actor("unblinded_statistician").person_id
    assert told["event"]["manifest"] == hashlib.sha256((done.folder / MANIFEST).read_bytes()).hexdigest() == done.sha256


def test_nothing_is_written_over(house: House, tmp_path: Path) -> None:
    exported(house, tmp_path)
    with pytest.raises(FileExistsError):
        exported(house, tmp_path)
    assert len(house.journal("person:trial:exported")) == 1


# --- who gets what ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_only_an_export_right_opens_it(house: House, tmp_path: Path, role: str) -> None:
    if may(role, "export.blinded") or may(role, "export.unblinded"):
        assert exported(house, tmp_path, role).manifest["files"]
        return
    with pytest.raises(NotAllowed):
        exported(house, tmp_path, role)
    assert not list(tmp_path.glob("out-*"))
    assert house.journal("person:trial:exported") == []


@pytest.mark.requirement("R54")
@pytest.mark.parametrize("role", ["data_manager", "statistician"])
def test_a_blinded_export_has_nothing_that_tells_an_arm(house: House, tmp_path: Path, role: str) -> None:
    house.randomise(READY)
    open_, blind = tree(exported(house, tmp_path)), tree(exported(house, tmp_path, role))
    revealing = ("v1." + key.partition(".")[2] for key in HIDDEN_ITEMS)
    names = {key.partition(".")[0] + "." + rest for key, rest in zip(HIDDEN_ITEMS, revealing, strict=True)}

    def shown(root: ElementTree.Element) -> set[str]:
        return {
            v for e in root.iter() for n, v in e.attrib.items() if n in ("ItemOID", "OID", "FormOID", "StudyEventOID")
        }

    hidden = names | {f"{form}.v1" for form in HIDDEN_FORMS} | HIDDEN_EVENTS
    assert "DEC.v1.RANDCONS" in shown(open_)
    assert not shown(blind) & hidden
    kinds = {e.text for e in blind.iter(f"{ODM}FlagType")}
    assert "ALLOCATED" in {e.text for e in open_.iter(f"{ODM}FlagType")}
    assert "ALLOCATED" not in kinds


def test_a_site_is_exported_alone(house: House, tmp_path: Path) -> None:
    done = exported(house, tmp_path, site="02")
    keys = {s.get("SubjectKey", "")[:5] for s in tree(done).iter(f"{ODM}SubjectData")}
    assert keys == {"VG-02"}
    assert {e.get("OID") for e in tree(done).iter(f"{ODM}Location")} == {"02"}


def test_what_was_not_done_or_is_missing_is_said(house: House, tmp_path: Path) -> None:
    house.save(
        SCREENED, "MH", SCREENING["MH"] | {"PRIORMAL": ""}, missing={"PRIORMAL": "UNK"}, reasons={"": "asked again"}
    )
    data = tree(exported(house, tmp_path))
    item = [i for i in data.iter(f"{ODM}ItemData") if i.get("ItemOID") == "MH.v1.PRIORMAL"]
    (last,) = [i for i in item if i.get("IsNull") == "Yes"]
    assert last.get("TransactionType") == "Update"
    assert [e.text for e in last.iter(f"{ODM}FlagValue")] == ["UNK"]
