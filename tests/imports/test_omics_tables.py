"""Chapter: omics tables become forms with the file that the model reads; what is another feature is refused (R38, R39)."""

import csv
import hashlib
import io
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.actions.house import CONSENTED, ELSEWHERE, RESTAGED, SCREENED, House, SmallManifest, day
from tests.actions.rooms import on_both
from tests.imports.sheets import reasons
from tests.imports.tables import FEATURES, MANIFEST, TAXA, declaring, row, sampled, table, take, take_bytes
from tests.office.work import row as due_row
from tests.omics.hands import state_batch
from trial.actions import hold
from trial.actions.hold import Scope
from trial.actions.predict import _tables
from trial.errors import NotAllowed
from trial.imports.features import CLOSURE, as_table, declared_by, name_and_unit, unclosed, unreadable
from trial.imports.omics import TABLES, time_point
from trial.imports.tabular import FileUnreadable
from trial.prediction import collect
from trial.roles import ROLES, may
from trial.store.files import feature_table
from trial.store.verify import verify

KINDS = {"radiomics": "RAD", "taxa": "MIC", "ctdna": "LBX", "molecular": "MOL"}
STORED: dict[str, dict[str, Any]] = {
    "radiomics": {"RADTP": "BASELINE", "RADDAT": day(-10), "RADSW": "pyradiomics 3.1.0", "RADSEG": "MANUAL", "RADQC": "PASS"},
    "taxa": {"MICDAT": day(2), "MICMETH": "16S", "MICREADS": 48000, "MICABX": "N"},
    "ctdna": {"CDNADAT": day(2), "CDNATP": "BASELINE", "CDNAASY": "INFORMED", "CDNARES": "DET", "CDNAVAF": "0.75"},
    "molecular": {"MOLDAT": day(5), "MOLMETH": ["IHC", "NGS"], "MMR": "PMMR", "RAS": "WT", "BRAF": "MUT", "CMS": "CMS4", "TMB": "4.2"},
}  # fmt: skip


# --- taking a table ------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R38")
@pytest.mark.requirement("R39")
@on_both
@pytest.mark.parametrize("mode", ["row", "all"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_row_becomes_a_form_whose_source_is_the_file(either: House, kind: str, mode: str) -> None:
    participant = sampled(either)
    outcome = take(either, kind, row(kind, participant), mode=mode)
    assert (outcome.state, outcome.counts, reasons(outcome)) == ("done", {"accepted": 1}, {})
    (revision,) = either.revisions(participant, KINDS[kind])
    assert revision["source"] == f"import:omics:{outcome.sha256}"
    assert revision["author"] == either.actor("data_manager").person_id
    items = revision["answers"]["items"]
    assert {k: v for k, v in items.items() if k not in ("RADFILE", "MICFILE")} == STORED[kind]
    assert either.reader.the("import_run", id=outcome.run)["kind"] == kind
    assert verify(either.engine, files=either.files) == []


@pytest.mark.parametrize(("kind", "item", "values"), [("radiomics", "RADFILE", FEATURES), ("taxa", "MICFILE", TAXA)])
def test_the_features_of_a_row_are_the_file_of_the_form(
    house: House, kind: str, item: str, values: dict[str, str]
) -> None:
    participant = sampled(house)
    take(house, kind, row(kind, participant))
    reference = house.stored(participant, KINDS[kind])["items"][item]
    assert feature_table(house.files, reference["sha256"]) == {name: float(text) for name, text in values.items()}
    kept = house.reader.the("file", sha256=reference["sha256"], participant=participant)
    assert (kept["size"], kept["name"]) == (reference["size"], reference["name"])
    assert kept["media_type"] == {"RADFILE": "csv-features", "MICFILE": "csv-taxa"}[item]
    assert len(house.journal("site:file:stored", participant)) == 1


@pytest.mark.requirement("R38")
def test_the_model_reads_what_was_imported(house: House) -> None:
    take(house, "radiomics", row("radiomics", SCREENED))
    case = house.case(SCREENED)
    vector = collect(case.record("DEC"), MANIFEST, _tables(case, house.files))
    read = {
        i.name: (i.value, i.source) for i in vector.inputs if i.modality == "radiomics" and i.name.endswith("_baseline")
    }
    assert len(read) == 8
    assert read["volume_baseline"] == (31500.5, "RAD/SCR/1#1")
    assert read["lze_baseline"] == (120.0, "RAD/SCR/1#1")


@on_both
@pytest.mark.parametrize("kind", KINDS)
def test_the_same_table_again_changes_nothing(either: House, kind: str) -> None:
    participant = sampled(either)
    take(either, kind, row(kind, participant))
    before = either.reader.all("crf_revision")
    assert take(either, kind, row(kind, participant)).counts == {"unchanged": 1}
    assert either.reader.all("crf_revision") == before


def test_features_in_another_order_are_the_same_file(house: House) -> None:
    take(house, "radiomics", row("radiomics", SCREENED))
    turned = dict(reversed(row("radiomics", SCREENED).items()))
    assert take(house, "radiomics", turned).counts == {"unchanged": 1}


def test_another_value_needs_the_reason_of_the_run(house: House) -> None:
    take(house, "radiomics", row("radiomics", SCREENED))
    other = row("radiomics", SCREENED, stat_mean="311")
    outcome = take(house, "radiomics", other)
    assert reasons(outcome) == {2: "A saved value would change, and no reason was given for the import."}
    assert take(house, "radiomics", other, reason="segmented again").counts == {"changed": 1}
    assert house.revisions(SCREENED, "RAD")[-1]["number"] == 2


def test_a_second_sample_of_a_visit_is_a_second_form(house: House) -> None:
    participant = sampled(house)
    take(house, "ctdna", row("ctdna", participant))
    assert take(house, "ctdna", row("ctdna", participant, date=day(3))).counts == {"accepted": 1}
    assert house.stored(participant, "LBX", occurrence=2)["items"]["CDNADAT"] == day(3)


def test_what_was_marked_as_not_done_is_replaced_with_a_reason(house: House) -> None:
    rst = row("radiomics", RESTAGED, event="RST", date=day(119))
    assert list(reasons(take(house, "radiomics", rst))) == [2]
    assert take(house, "radiomics", rst, reason="the core laboratory found the images").counts == {"changed": 1}
    assert house.stored(RESTAGED, "RAD", "RST")["items"]["RADTP"] == "RESTAGING"


def test_what_the_table_does_not_say_stays(house: House) -> None:
    participant = sampled(house)
    take(house, "taxa", row("taxa", participant))
    cells = row("taxa", participant, reads="50000")
    del cells["antibiotics"]
    assert take(house, "taxa", cells, reason="counted again").counts == {"changed": 1}
    items = house.stored(participant, "MIC")["items"]
    assert (items["MICABX"], items["MICREADS"]) == ("N", 50000)


@pytest.mark.parametrize(
    ("event", "point"),
    [
        ("SCR", "BASELINE"),
        ("NAT-3", "MID"),
        ("EOT", "MID"),
        ("RST", "RESTAGING"),
        ("RST2", "RESTAGING"),
        ("FU12", "FU"),
        ("UNS-1", "FU"),
    ],
)
def test_the_time_point_follows_from_the_visit(event: str, point: str) -> None:
    assert time_point(event) == point


def test_what_is_due_follows(house: House) -> None:
    assert due_row(house, SCREENED, "MOL")["state"] == "required"
    take(house, "molecular", row("molecular", SCREENED))
    assert due_row(house, SCREENED, "MOL")["state"] == "entered"


# --- a table that is another ---------------------------------------------------------------------------------------------

REFUSED = [
    ("radiomics", {"statMean": "310"}, ["stat_mean"], "The table lacks features that the model reads: stat_mean"),
    ("radiomics", {}, ["stat_mean", "szm_lze"], "reads: stat_mean, szm_lze"),
    ("radiomics", {"stat_median": "300"}, [], "The model declares no feature “stat_median”."),
    ("radiomics", {"morph_volume [cm3]": "31.5"}, ["morph_volume"], "is given in cm3; the model reads it in mm3"),
    ("radiomics", {"stat_mean [HU]": "31.5"}, ["stat_mean"], "is given in HU; the model reads it in –"),
    ("radiomics", {"stat_mean [ ]": "1"}, [], "The heading names “stat_mean” twice."),
    ("taxa", {"Faecalibacterum": "0.1"}, ["Faecalibacterium"], "reads: Faecalibacterium (Faecalibacterum?)"),
    ("taxa", {"Roseburia [%]": "5"}, ["Roseburia"], "is given in %; the model reads it in proportion"),
    ("radiomics", {}, ["participant"], "The heading has no column “participant”."),
    ("ctdna", {}, ["result"], "The heading has no column “result”."),
]


@pytest.mark.requirement("R39")
@pytest.mark.parametrize(("kind", "more", "less", "words"), REFUSED)
def test_a_feature_that_is_missing_renamed_or_in_another_unit_refuses_the_table(
    house: House, kind: str, more: dict[str, str], less: list[str], words: str
) -> None:
    cells = {name: text for name, text in (row(kind, SCREENED) | more).items() if name not in less}
    with pytest.raises(FileUnreadable) as told:
        take(house, kind, cells)
    assert words in told.value.message % told.value.args_
    assert house.reader.all("import_run") == []


def test_a_heading_that_names_a_feature_twice_is_refused(house: House) -> None:
    content = table(row("radiomics", SCREENED)).replace(b"stat_skew", b"stat_mean")
    with pytest.raises(FileUnreadable) as told:
        take_bytes(house, "radiomics", content)
    assert told.value.args_ == {"names": "stat_mean"}


def test_the_declared_unit_and_taxa_the_model_does_not_read_are_fine(house: House) -> None:
    cells = row("radiomics", SCREENED)
    cells["morph_volume [mm3]"] = cells.pop("morph_volume")
    assert take(house, "radiomics", cells).counts == {"accepted": 1}
    participant = sampled(house)
    assert take(house, "taxa", row("taxa", participant, other="0.8", Blautia="0.03")).counts == {"accepted": 1}


def test_the_senders_own_names_are_mapped(house: House) -> None:
    from trial.imports.laboratory import Names

    cells = row("radiomics", SCREENED)
    cells |= {"Subject": cells.pop("participant"), "original_firstorder_Mean": cells.pop("stat_mean")}
    names = Names({"Subject": "participant", "original_firstorder_Mean": "stat_mean"})
    assert take(house, "radiomics", cells, names=names).counts == {"accepted": 1}


@pytest.mark.parametrize(("declared", "counts"), [("pyradiomics 3.1.0", "accepted"), ("pyradiomics 3.0.1", "rejected")])
def test_features_of_another_extractor_than_the_models_are_refused(house: House, declared: str, counts: str) -> None:
    outcome = take(house, "radiomics", row("radiomics", SCREENED), manifest=declaring(declared))
    assert outcome.counts == {counts: 1}


def test_where_the_model_declares_none_the_batch_of_the_site_says_the_extractor(house: House) -> None:
    state_batch(house, "scanner A", extractor="pyradiomics 3.1.0", site="01")
    assert take(house, "radiomics", row("radiomics", SCREENED)).counts == {"accepted": 1}
    outcome = take(house, "radiomics", row("radiomics", CONSENTED, version="3.0.1"))
    words = "Batch scanner A of the site is extracted with pyradiomics 3.1.0; this line was extracted with “pyradiomics 3.0.1”."
    assert reasons(outcome) == {2: words}


def test_a_model_that_declares_no_feature_takes_any_table(house: House) -> None:
    cells = row("radiomics", SCREENED) | {"anything": "1"}
    assert take(house, "radiomics", cells, manifest=SmallManifest()).counts == {"accepted": 1}


# --- a line that cannot be -----------------------------------------------------------------------------------------------

BAD_LINES = [
    ("radiomics", {"stat_mean": "NaN"}, "“stat_mean”: “NaN” is no number."),
    ("radiomics", {"stat_mean": "inf"}, "“stat_mean”: “inf” is no number."),
    ("radiomics", {"stat_mean": "1e999"}, "“stat_mean”: “1e999” is no number."),
    ("radiomics", {"stat_mean": "3,5" [:1] + "_0"}, "“stat_mean”: “3_0” is no number."),
    ("radiomics", {"stat_mean": "high"}, "“stat_mean”: “high” is no number."),
    ("radiomics", {"stat_mean": ""}, "“stat_mean” has no value."),
    ("radiomics", {"segmentation": "by eye"}, "“by eye” is not one of the answers of this item."),
    ("radiomics", {"event": "FU12"}, "The form RAD has no visit “FU12”."),
    ("radiomics", {"date": "2026-02-30"}, "“2026-02-30” is no date, written YYYY-MM-DD."),
    ("radiomics", {"date": ""}, "“” is no date, written YYYY-MM-DD."),
    ("radiomics", {"participant": "SUBJ-7"}, "“SUBJ-7” is no participant number."),
    ("taxa", {"other": "0.9"}, "The abundances sum to 1.07, not to 1 (within 0.001)."),
    ("taxa", {"other": "-0.1"}, "“other” is no share: it does not lie between 0 and 1."),
    ("taxa", {"Fusobacterium": ""}, "“Fusobacterium” has no value."),
    ("taxa", {"reads": "many"}, "“many”"),
    ("ctdna", {"result": "positive"}, "“positive” is not one of the answers of this item."),
    ("ctdna", {"vaf": "101"}, ""),
    ("molecular", {"mmr": "stable"}, "“stable” is not one of the answers of this item."),
    ("molecular", {"method": "IHC|PCRX"}, "“PCRX” is not one of the answers of this item."),
]  # fmt: skip


@pytest.mark.requirement("R39")
@pytest.mark.parametrize(("kind", "cells", "words"), BAD_LINES)
def test_a_bad_line_is_named_and_the_others_are_taken(
    house: House, kind: str, cells: dict[str, str], words: str
) -> None:
    participant = sampled(house)
    other = sampled(house)
    outcome = take(house, kind, row(kind, other), row(kind, participant, **cells))
    assert outcome.counts == {"accepted": 1, "rejected": 1}
    assert list(reasons(outcome)) == [3]
    assert words in reasons(outcome)[3]
    assert not house.revisions(participant, KINDS[kind])


def test_all_or_nothing_keeps_nothing(house: House) -> None:
    rows = (row("radiomics", SCREENED), row("radiomics", RESTAGED, stat_mean="NaN"))
    assert take(house, "radiomics", *rows, mode="all").state == "refused"
    assert house.revisions(SCREENED, "RAD") == []
    assert house.reader.all("file") == []


def test_a_row_that_stands_twice_is_named(house: House) -> None:
    rows = (row("radiomics", SCREENED), row("radiomics", CONSENTED), row("radiomics", SCREENED, date=day(-9)))
    told = reasons(take(house, "radiomics", *rows))
    assert told[4] == "The participant stands twice for this visit; line 2 was taken."


def test_a_soft_check_is_answered_by_the_reason_of_the_run_or_refuses_the_line(house: House) -> None:
    other = row("radiomics", SCREENED, date=day(-8))
    assert "match no pelvic MRI" in reasons(take(house, "radiomics", other))[2]
    assert take(house, "radiomics", other, reason="the scan was repeated").counts == {"accepted": 1}


def test_a_failed_image_may_lack_its_features(house: House) -> None:
    blank = dict.fromkeys(FEATURES, "")
    assert take(house, "radiomics", row("radiomics", SCREENED, quality="fail", **blank)).counts == {"accepted": 1}
    stored = house.stored(SCREENED, "RAD")["items"]
    assert stored["RADQC"] == "FAIL" and "RADFILE" not in stored
    assert house.reader.all("file") == []


def test_without_consent_to_samples_nothing_is_taken(house: House) -> None:
    assert take(house, "taxa", row("taxa", SCREENED)).counts == {"rejected": 1}


def test_a_dry_run_keeps_neither_form_nor_file(house: House) -> None:
    outcome = take(house, "radiomics", row("radiomics", SCREENED), dry=True)
    assert (outcome.state, outcome.counts) == ("dry", {"accepted": 1})
    assert house.revisions(SCREENED, "RAD") == []
    assert house.reader.all("file") == house.reader.all("import_run") == []
    assert not house.files.root.exists() or not [p for p in house.files.root.rglob("*") if p.is_file()]


def test_the_report_has_every_line(house: House) -> None:
    outcome = take(house, "radiomics", row("radiomics", SCREENED), row("radiomics", RESTAGED, stat_mean="x"))
    assert outcome.report
    told = list(csv.DictReader(io.StringIO(house.files.read(outcome.report).decode())))
    assert [(r["line"], r["participant"], r["verdict"]) for r in told] == [
        ("2", SCREENED, "accepted"),
        ("3", RESTAGED, "rejected"),
    ]


# --- who, and whose ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [r for r in ROLES if not may(r, "import.data")])
def test_who_may_not_import_imports_nothing(house: House, by: str) -> None:
    with pytest.raises(NotAllowed):
        take(house, "radiomics", row("radiomics", SCREENED), by=by)


@on_both
def test_a_laboratory_imports_for_its_own_site(either: House) -> None:
    outcome = take(either, "radiomics", row("radiomics", SCREENED), row("radiomics", ELSEWHERE), by="laboratory")
    assert outcome.counts == {"accepted": 1, "rejected": 1}
    assert reasons(outcome) == {3: "There is no such participant, or you may not import for its site."}
    assert reasons(take(either, "radiomics", row("radiomics", "VG-01-9999")))[2] == reasons(outcome)[3]


@pytest.mark.parametrize("form", ["RAD", "MIC", "LBX", "MOL"])
def test_who_may_import_still_types_nothing(house: House, form: str) -> None:
    with pytest.raises(NotAllowed):
        house.save(SCREENED, form, {}, by="data_manager")


def test_a_frozen_form_receives_nothing(house: House) -> None:
    hold.place("freeze", Scope(participant=SCREENED), "monitoring", uow=house.work("data_manager"))
    assert reasons(take(house, "molecular", row("molecular", SCREENED))) == {2: "The form is frozen."}


def with_specimen(house: House, participant: str, number: str = "S-77") -> None:
    items = {"SPTYPE": "STOOL", "SPID": number, "SPCOLL": f"{day(2)}T08:00Z", "SPQC": "PASS"}
    house.save(participant, "SPEC", items, "ANY", by="coordinator")


@on_both
def test_a_laboratory_that_knows_the_specimen_names_the_specimen(either: House) -> None:
    participant = sampled(either)
    with_specimen(either, participant)
    cells = row("taxa", "") | {"specimen": "S-77"}
    unknown = row("taxa", "") | {"specimen": "S-78"}
    other = row("taxa", SCREENED) | {"specimen": "S-77"}
    nowhere = row("taxa", "") | {"specimen": "S-77", "event": "FU12"}
    outcome = take(either, "taxa", cells, unknown, other, nowhere)
    assert outcome.counts == {"accepted": 1, "rejected": 3}
    assert reasons(outcome) == {
        3: "No specimen “S-78” is registered, or you may not import for its site.",
        4: "The specimen “S-77” is of another participant.",
        5: "The file names no visit for this specimen, and the form MIC has none “FU12”.",
    }
    assert either.stored(participant, "MIC")["items"]["MICREADS"] == 48000


def test_the_specimen_of_another_site_is_not_there(house: House) -> None:
    there = sampled(house, "02")
    items = {"SPTYPE": "STOOL", "SPID": "S-2", "SPCOLL": f"{day(2)}T08:00Z", "SPQC": "PASS"}
    house.save(there, "SPEC", items, "ANY", by="coordinator")
    cells = row("taxa", "") | {"specimen": "S-2"}
    outcome = take(house, "taxa", cells, by="laboratory")
    assert reasons(outcome) == {2: "No specimen “S-2” is registered, or you may not import for its site."}
    assert there not in str(outcome)


# --- the pure parts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("a", ("a", None)),
        ("a [mm3]", ("a", "mm3")),
        ("a(mm3)", ("a", "mm3")),
        ("a []", ("a", "")),
        ("[a]", ("[a]", None)),
    ],
)
def test_a_column_may_name_its_unit(column: str, expected: tuple[str, str | None]) -> None:
    assert name_and_unit(column) == expected


def test_the_features_expected_are_those_of_the_manifest() -> None:
    assert set(declared_by(MANIFEST, "RAD.RADFILE", only=True).units) == set(FEATURES)
    assert set(declared_by(MANIFEST, "MIC.MICFILE", only=False).units) == set(TAXA) - {"other"}
    assert declared_by(MANIFEST, "RAD.RADFILE", only=True).extractor is None
    assert set(KINDS) == set(TABLES)


@given(st.lists(st.decimals(0, 1, places=4), min_size=1, max_size=12))
def test_shares_are_closed_exactly_within_the_tolerance(shares: list[Decimal]) -> None:
    features = {f"t{n}": str(share) for n, share in enumerate(shares)}
    assert (unclosed(features) is None) is (abs(sum(shares) - 1) <= CLOSURE)


@pytest.mark.parametrize(("total", "closed"), [("0.999", True), ("0.9989", False), ("1.001", True), ("1.0011", False)])
def test_the_tolerance_is_met_on_both_sides(total: str, closed: bool) -> None:
    half = Decimal(total) / 2
    assert (unclosed({"a": str(half), "b": str(half)}) is None) is closed


@given(
    values=st.dictionaries(
        st.text('abcdef_,"', min_size=1, max_size=8), st.floats(allow_nan=False, allow_infinity=False), max_size=6
    )
)
def test_a_file_of_features_is_read_back_as_it_was(
    values: dict[str, float], tmp_path_factory: pytest.TempPathFactory
) -> None:
    from trial.store.files import Files

    texts = {name: repr(value) for name, value in values.items() if name.strip() == name}
    files = Files(tmp_path_factory.mktemp("features"))
    content = as_table(texts, "feature,value")
    stored = files.put(content)
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    assert feature_table(files, stored.sha256) == {name: float(text) for name, text in texts.items()}


@given(st.text(max_size=12))
def test_what_is_read_as_a_number_is_finite(text: str) -> None:
    if text and unreadable({"a": text}, may_lack=False) is None:
        assert abs(float(text)) < float("inf")
