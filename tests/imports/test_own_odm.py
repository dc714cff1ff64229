"""Chapter: the trial's own ODM export comes into another installation through the door of the page (R26, R38, R39, R66)."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from forms.answers import Crf
from forms.odm13 import OdmProblem
from tests.actions.house import SCREENED, SCREENING, House, furnish, open_house
from tests.actions.rooms import on_both
from tests.odm.files import EXAMPLES
from tests.shared_data import needs_shared
from trial.actions import hold
from trial.actions.export_odm import DATA, export_trial
from trial.actions.hold import Scope
from trial.actions.import_odm import SIGNED_FIRST, UNSIGNED, import_trial
from trial.actions.import_order import Order
from trial.actions.import_run import Outcome
from trial.errors import NotAllowed
from trial.roles import ROLES
from trial.store import crfs
from trial.store.foreign import source_audit_of
from trial.store.verify import verify


def exported(house: House, folder: Path) -> bytes:
    export_trial(folder, release="1.0", uow=house.work("unblinded_statistician"))
    return (folder / DATA).read_bytes()


def taken(house: House, data: bytes, who: str = "data_manager", **options: object) -> Outcome:
    order = Order("clinicaldata.xml", **options)  # type: ignore[arg-type]
    return import_trial(io.BytesIO(data), order, files=house.files, uow=house.work(who))


def answers(house: House) -> dict[str, dict[str, Crf]]:
    """Participant to address to the answers that stand."""
    return {
        row["id"]: {crf.address: crf for crf in crfs.current(house.reader, row["id"])}
        for row in house.reader.all("participant", order_by="id")
    }


@pytest.fixture
def other(sqlite_template: Path, tmp_path: Path, house: House) -> Iterator[House]:
    """Another installation with the same sites and participants, and nothing entered."""
    folder = tmp_path / "other"
    folder.mkdir()
    place = folder / "vigil.sqlite3"
    place.write_bytes(sqlite_template.read_bytes())
    made = furnish(open_house(f"sqlite:///{place}", folder / "files"))
    for row in house.reader.all("participant", order_by="id"):
        assert made.add(row["site_code"]) == row["id"]
    yield made
    made.engine.dispose()


def same(left: dict[str, dict[str, Crf]], right: dict[str, dict[str, Crf]]) -> None:
    assert left.keys() == right.keys()
    for participant, forms in left.items():
        kept = {a: c for a, c in forms.items() if c.form not in SIGNED_FIRST}
        assert right[participant].keys() == kept.keys(), participant
        for address, crf in kept.items():
            assert right[participant][address].answers == crf.answers, (participant, address)


@pytest.mark.requirement("R66")
@pytest.mark.requirement("R39")
def test_an_export_comes_into_an_empty_installation_and_goes_out_with_the_same_answers(
    house: House, other: House, tmp_path: Path
) -> None:
    house.save(SCREENED, "DM", SCREENING["DM"] | {"ECOG": "1"}, reasons={"ECOG": "typing error"})
    data = exported(house, tmp_path / "first")
    outcome = taken(other, data)
    rejected = {v.participant.replace(" ", "/"): v.message for v in outcome.rejected}
    signed = {f"{p}/{a}" for p, forms in answers(house).items() for a, c in forms.items() if c.form in SIGNED_FIRST}
    assert rejected == dict.fromkeys(signed, UNSIGNED)
    same(answers(house), answers(other))
    again = taken(other, exported(other, tmp_path / "second"))
    assert set(again.counts) == {"unchanged"}
    assert verify(other.engine, files=other.files) == []


@pytest.mark.requirement("R38")
@pytest.mark.requirement("R26")
def test_the_source_is_the_file_and_the_audit_trail_it_brought_is_kept(
    house: House, other: House, tmp_path: Path
) -> None:
    house.save(SCREENED, "DM", SCREENING["DM"] | {"ECOG": "1"}, reasons={"ECOG": "typing error"})
    data = exported(house, tmp_path / "first")
    outcome = taken(other, data)
    assert other.files.read(outcome.sha256) == data
    (revision,) = other.revisions(SCREENED, "DM")
    assert revision["source"] == f"import:odm:{outcome.sha256}"
    assert revision["author"] == other.actor("data_manager").person_id
    assert outcome.run is not None
    kept = source_audit_of(other.reader, outcome.run, SCREENED)
    first, second = [each for each in kept if (each.form, each.path) == ("DM", "ECOG")]
    assert (first.user, first.location, first.action, first.value, first.source) == (
        "coordinator01",
        "01",
        "Insert",
        "0",
        "screen",
    )
    assert (second.action, second.value, second.reason) == ("Update", "1", "typing error")
    told = len(house.reader.all("crf_revision", participant=SCREENED))
    assert len({(each.form, each.event, each.occurrence, each.at) for each in kept}) == told


@pytest.mark.requirement("R39")
def test_the_report_says_of_every_form_what_became_of_it(house: House, other: House, tmp_path: Path) -> None:
    data = exported(house, tmp_path / "first")
    outcome = taken(other, data)
    assert outcome.report is not None
    report = list(csv.DictReader(io.StringIO(other.files.read(outcome.report).decode())))
    forms = {f"{p} {a}" for p, forms in answers(house).items() for a in forms}
    assert {line["participant"] for line in report} == forms
    (run,) = other.reader.all("import_run")
    assert (run["kind"], run["state"], run["lines"]) == ("odm", "done", len(forms))
    assert (run["accepted"], run["rejected"]) == (outcome.counts["accepted"], outcome.counts["rejected"])


def test_the_same_file_again_changes_nothing(house: House, tmp_path: Path) -> None:
    data = exported(house, tmp_path / "first")
    before = house.reader.all("crf_revision")
    assert set(taken(house, data).counts) <= {"unchanged", "rejected"}
    assert house.reader.all("crf_revision") == before


@on_both
def test_a_value_that_differs_needs_the_reason_of_the_run(either: House, tmp_path: Path) -> None:
    data = exported(either, tmp_path / "first")
    either.save(SCREENED, "DM", SCREENING["DM"] | {"ECOG": "1"}, reasons={"ECOG": "typing error"})
    at = f"{SCREENED} DM/SCR/1"
    refused = {v.participant: v.words() for v in taken(either, data).rejected}
    assert refused[at] == "A saved value would change, and no reason was given for the import."
    assert taken(either, data, reason="the other house is right").counts["changed"] == 1
    assert either.stored(SCREENED, "DM")["items"]["ECOG"] == "0"


def test_a_dry_run_says_the_same_and_keeps_nothing(house: House, other: House, tmp_path: Path) -> None:
    data = exported(house, tmp_path / "first")
    before = other.state()
    dry = taken(other, data, dry=True)
    assert (dry.state, dry.run, dry.report) == ("dry", None, None)
    assert other.state() == before
    assert dry.counts == taken(other, data).counts


def test_all_or_nothing_keeps_nothing_where_one_form_is_rejected(house: House, other: House, tmp_path: Path) -> None:
    outcome = taken(other, exported(house, tmp_path / "first"), mode="all")
    assert outcome.state == "refused"
    assert other.reader.all("crf_revision") == []
    assert other.reader.all("source_audit") == []


def test_a_locked_form_is_not_written(house: House, other: House, tmp_path: Path) -> None:
    data = exported(house, tmp_path / "first")
    hold.place("lock", Scope(site="01"), "data are final", uow=other.work("data_manager"))
    outcome = taken(other, data)
    assert {v.words() for v in outcome.rejected if v.participant.startswith("VG-01") and v.message != UNSIGNED} == {
        "The form is locked."
    }
    assert {row["participant"][:5] for row in other.reader.all("crf_revision")} == {"VG-02"}


def test_a_participant_that_is_not_there_is_rejected(house: House, other: House, tmp_path: Path) -> None:
    data = exported(house, tmp_path / "first").replace(b'"VG-02-0001"', b'"VG-02-0099"')
    outcome = taken(other, data)
    words = "There is no such participant, or you may not import for its site."
    assert {v.words() for v in outcome.rejected if v.participant.startswith("VG-02")} == {words}
    assert other.reader.all("crf_revision", participant="VG-02-0099") == []


def test_a_value_the_form_cannot_take_is_rejected_in_the_words_of_the_check(
    house: House, other: House, tmp_path: Path
) -> None:
    data = exported(house, tmp_path / "first").replace(
        b'ItemOID="DM.v1.HEIGHT" TransactionType="Insert" Value="172.0"',
        b'ItemOID="DM.v1.HEIGHT" TransactionType="Insert" Value="17"',
    )
    outcome = taken(other, data)
    refused = {v.participant: v.words() for v in outcome.rejected}
    assert "is possible" in refused[f"{SCREENED} DM/SCR/1"]


@pytest.mark.parametrize("role", [r for r in ROLES if r != "data_manager"])
def test_nobody_but_a_data_manager_imports_the_trial(house: House, role: str) -> None:
    with pytest.raises(NotAllowed):
        taken(house, b"<ODM/>", role)


@needs_shared
@pytest.mark.parametrize(
    ("file", "code"), [("openedc_clinicaldata.xml", "other_study"), ("openedc_metadata.xml", "no_clinical_data")]
)
def test_a_study_of_another_system_is_not_taken_for_ours(house: House, file: str, code: str) -> None:
    with pytest.raises(OdmProblem) as refused:
        taken(house, (EXAMPLES / file).read_bytes())
    assert refused.value.code == code
    assert house.reader.all("import_run") == []


def test_a_file_that_breaks_off_is_refused_whole(house: House, other: House, tmp_path: Path) -> None:
    data = exported(house, tmp_path / "first")
    with pytest.raises(OdmProblem):
        taken(other, data[: len(data) * 3 // 4])
    assert other.reader.all("crf_revision") == other.reader.all("import_run") == []
