"""Chapter: a laboratory file goes through the checks of the page, and the report says of every line what became of it (R39)."""

import csv
import io
import tracemalloc

import pytest

from tests.actions.house import CONSENTED, ELSEWHERE, ENROLLED, SCREENED, House
from tests.actions.rooms import on_both
from tests.imports.sheets import CEA, HB, HEADING, PLT, line, read, reasons, rows, sheet
from tests.office.work import row
from trial.actions import hold, verify_data
from trial.actions.hold import Scope
from trial.errors import NotAllowed
from trial.imports.laboratory import Names
from trial.imports.tabular import FileUnreadable
from trial.roles import ROLES, may

BOTH = sheet(line(SCREENED), line(SCREENED, CEA), line(ENROLLED))


@pytest.mark.requirement("R39")
@on_both
@pytest.mark.parametrize("mode", ["row", "all"])
def test_results_of_one_sample_stand_on_one_form_a_row_a_test(either: House, mode: str) -> None:
    outcome = read(either, BOTH, mode=mode)
    assert (outcome.state, outcome.counts) == ("done", {"accepted": 3})
    assert {t: (r["items"]["LBORRES"], r["items"]["LBORRESU"]) for t, r in rows(either, SCREENED).items()} == {
        "HGB": ("132", "g/L"),
        "CEA": ("3.1", "ug/L"),
    }
    assert either.stored(SCREENED, "LB")["items"] == {"LBDAT": "2026-01-10"}


@pytest.mark.requirement("R38")
@pytest.mark.requirement("R26")
def test_the_digest_of_the_file_is_the_source_and_who_imported_the_author(house: House) -> None:
    outcome = read(house, BOTH)
    (revision,) = house.revisions(SCREENED, "LB")
    assert revision["source"] == f"import:labs:{outcome.sha256}"
    assert revision["author"] == house.actor("data_manager").person_id
    assert house.files.read(outcome.sha256) == BOTH


def test_every_sample_is_a_form_of_its_own(house: House) -> None:
    read(house, sheet(line(SCREENED), line(SCREENED, day="2026-01-12"), line(SCREENED, CEA)))
    assert rows(house, SCREENED).keys() == {"HGB", "CEA"}
    assert rows(house, SCREENED, occurrence=2).keys() == {"HGB"}


def test_results_that_come_later_join_the_form_and_rows_keep_their_ids(house: House) -> None:
    read(house, sheet(line(SCREENED)))
    before = rows(house, SCREENED)["HGB"]["id"]
    outcome = read(house, sheet(line(SCREENED, PLT), line(SCREENED)))
    assert outcome.counts == {"accepted": 1, "unchanged": 1}
    assert rows(house, SCREENED)["HGB"]["id"] == before


@on_both
def test_the_same_file_again_changes_nothing(either: House) -> None:
    read(either, BOTH)
    before = either.reader.all("crf_revision")
    assert read(either, BOTH).counts == {"unchanged": 3}
    assert either.reader.all("crf_revision") == before


def test_another_value_needs_the_reason_of_the_run(house: House) -> None:
    read(house, BOTH)
    other = sheet(line(SCREENED, ("HGB", "=", "128", "g/L")), line(SCREENED, PLT))
    outcome = read(house, other)
    assert outcome.counts == {"rejected": 1, "accepted": 1}
    assert reasons(outcome) == {2: "A saved value would change, and no reason was given for the import."}
    assert read(house, other, reason="corrected by the laboratory").counts == {"changed": 1, "unchanged": 1}
    assert rows(house, SCREENED)["HGB"]["items"]["LBORRES"] == "128"
    assert house.revisions(SCREENED, "LB")[-1]["reason"] == "corrected by the laboratory"


def test_an_unusual_value_is_rejected_in_the_words_of_the_check_unless_a_reason_is_given(house: House) -> None:
    odd = sheet(line(SCREENED, ("HGB", "=", "13.2", "g/L")), line(SCREENED, CEA))
    outcome = read(house, odd)
    assert outcome.counts == {"rejected": 1, "accepted": 1}
    assert "is unusual" in reasons(outcome)[2]
    assert read(house, odd, reason="read twice").counts == {"accepted": 1, "unchanged": 1}
    (query,) = [q for q in house.reader.all("query", participant=SCREENED) if q["rule"].startswith("LB-S1")]
    assert query["state"] == "answered"


BAD = [
    ("VG-1", {}, "“VG-1” is no participant number."),
    (SCREENED, {"event": "FU99"}, "Laboratory results have no visit “FU99”."),
    (SCREENED, {"day": "2026-02-30"}, "“2026-02-30” is no date, written YYYY-MM-DD."),
    (SCREENED, {"day": "10.01.2026"}, "“10.01.2026” is no date, written YYYY-MM-DD."),
    (SCREENED, {"day": "2026-01"}, "“2026-01” is no date, written YYYY-MM-DD."),
    (SCREENED, {"result": ("XYZ", "=", "1", "g/L")}, "The test “XYZ” is not known."),
    ("VG-01-9999", {}, "There is no such participant, or you may not import for its site."),
]


@pytest.mark.requirement("R39")
@pytest.mark.parametrize(("participant", "wrong", "words"), BAD)
def test_a_line_that_cannot_be_placed_says_why(house: House, participant: str, wrong: dict, words: str) -> None:
    outcome = read(house, sheet(line(participant, **wrong), line(ENROLLED)))
    assert outcome.counts == {"rejected": 1, "accepted": 1}
    assert reasons(outcome) == {2: words}


@pytest.mark.parametrize(
    "result",
    [("HGB", "=", "13,2", "g/dL"), ("HGB", "=", "１３２", "g/L"), ("HGB", "=", "high", "g/L"), ("HGB", "=", "132", "stone"),
     ("HGB", "=", "-5", "g/L"), ("HGB", "≈", "132", "g/L"), ("HGB", "=", "132", "U/L")],
)  # fmt: skip
def test_a_value_the_page_would_refuse_is_refused_in_its_words_and_the_others_are_taken(
    house: House, result: tuple
) -> None:
    odd = ",".join(f'"{cell}"' for cell in result)
    outcome = read(house, sheet(f"{SCREENED},SCR,2026-01-10,{odd}", line(SCREENED, CEA)))
    assert outcome.counts == {"rejected": 1, "accepted": 1}, reasons(outcome)
    assert list(reasons(outcome)) == [2]
    assert rows(house, SCREENED).keys() == {"CEA"}


def test_a_test_that_stands_twice_for_a_sample_is_taken_once_and_told(house: House) -> None:
    outcome = read(house, sheet(line(SCREENED), line(SCREENED, ("HGB", "=", "131", "g/L"))))
    assert reasons(outcome) == {3: "The test stands twice for this sample; line 2 was taken."}


def test_a_limit_of_detection_may_stand_with_the_result(house: House) -> None:
    read(house, sheet(f"{SCREENED},SCR,2026-01-10,CEA,<0.5,ug/L", heading=HEADING.replace("operator,", "")))
    assert rows(house, SCREENED)["CEA"]["items"]["LBOPER"] == "<"


@pytest.mark.requirement("R39")
def test_one_bad_line_in_a_hundred_is_named_with_its_reason(house: House) -> None:
    days = [f"2026-{m:02d}-{d:02d}" for m in (1, 2, 3) for d in range(10, 28)]
    lines = [line(SCREENED, test, day=day) for day in days[:50] for test in (HB, CEA)] * 1
    broken = [text.replace(",132,", ",1x2,") if n % 100 == 40 else text for n, text in enumerate(lines, 2)]
    outcome = read(house, sheet(*broken))
    assert outcome.counts["rejected"] == len(reasons(outcome)) == 1
    ((number, words),) = reasons(outcome).items()
    assert broken[number - 2].split(",")[5] == "1x2"
    assert words


# --- all or nothing -------------------------------------------------------------------------------------------------


@on_both
def test_all_or_nothing_keeps_nothing_where_one_line_is_rejected(either: House) -> None:
    before = either.state()
    outcome = read(either, sheet(line(SCREENED), line("VG-01-9999")), mode="all")
    assert (outcome.state, outcome.counts) == ("refused", {"accepted": 1, "rejected": 1})
    after = either.state()
    assert {k: v for k, v in after.items() if k != "journal"} == {k: v for k, v in before.items() if k != "journal"}
    run = either.reader.the("import_run", id=outcome.run)
    assert (run["state"], run["rejected"]) == ("refused", 1)


class Unplugged(BaseException):
    pass


@on_both
@pytest.mark.parametrize("mode", ["row", "all"])
def test_a_connection_that_is_cut_leaves_whole_forms_or_nothing(either: House, mode: str) -> None:
    def cut(line_: int) -> None:
        if line_ >= 3:
            raise Unplugged

    with pytest.raises(Unplugged):
        read(either, BOTH, mode=mode, progress=cut)
    saved = [
        r["participant"]
        for r in either.reader.all("crf", form="LB", event="SCR")
        if r["participant"] in (SCREENED, ENROLLED)
    ]
    assert saved == []  # the cut came before the commit of the first form
    assert either.reader.all("import_run")[0]["state"] == "begun"
    assert read(either, BOTH, mode=mode).counts == {"accepted": 3}


@on_both
def test_a_dry_run_says_what_would_happen_and_keeps_nothing(either: House) -> None:
    before = either.state()
    dry = read(either, BOTH, dry=True)
    assert (dry.state, dry.run, dry.counts) == ("dry", None, {"accepted": 3})
    assert either.state() == before
    assert read(either, BOTH).counts == dry.counts


# --- what stands in the way -------------------------------------------------------------------------------------------


@pytest.mark.requirement("R43")
@pytest.mark.parametrize(("kind", "words"), [("freeze", "The form is frozen."), ("lock", "The form is locked.")])
def test_a_held_form_receives_nothing(house: House, kind: str, words: str) -> None:
    read(house, BOTH)
    hold.place(kind, Scope(None, SCREENED, "SCR", "LB", 1), "cleaned", uow=house.work("data_manager"))
    outcome = read(house, sheet(line(SCREENED, PLT), line(ENROLLED, PLT)))
    assert outcome.counts == {"rejected": 1, "accepted": 1}
    assert reasons(outcome) == {2: words}


@pytest.mark.requirement("R42")
def test_a_verified_value_changed_by_an_import_must_be_verified_again(house: House) -> None:
    read(house, BOTH)
    path = f"R/{rows(house, SCREENED)['HGB']['id']}/LBORRES"
    verify_data.verify_values(SCREENED, "SCR", "LB", 1, revision=1, uow=house.work("monitor"))
    read(house, sheet(line(SCREENED, ("HGB", "=", "128", "g/L"))), reason="corrected by the laboratory")
    kept = house.reader.the("verification", participant=SCREENED, form="LB")["paths"]
    assert path not in kept and len(kept) == 8
    assert f'"{path}"' in house.journal("system:verification:reset", SCREENED)[-1]["body"]


def test_a_participant_without_consent_receives_nothing(house: House) -> None:
    participant = house.add()
    assert read(house, sheet(line(participant))).counts == {"rejected": 1}


def test_what_is_due_follows(house: House) -> None:
    assert row(house, CONSENTED, "LB")["state"] == "required"
    read(house, sheet(line(CONSENTED)))
    assert row(house, CONSENTED, "LB")["state"] == "entered"


# --- who ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [r for r in ROLES if not may(r, "import.data")])
def test_who_may_not_import_imports_nothing(house: House, by: str) -> None:
    with pytest.raises(NotAllowed):
        read(house, BOTH, by)


def test_a_laboratory_imports_for_its_own_site(house: House) -> None:
    outcome = read(house, sheet(line(SCREENED), line(ELSEWHERE)), "laboratory")
    assert outcome.counts == {"accepted": 1, "rejected": 1}
    assert reasons(outcome) == {3: "There is no such participant, or you may not import for its site."}


def test_who_may_import_still_types_nothing(house: House) -> None:
    with pytest.raises(NotAllowed):
        house.save(SCREENED, "LB", {"LBDAT": "2026-01-10"}, by="data_manager")


# --- the file -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + BOTH,
        BOTH.replace(b",", b";"),
        BOTH.replace(b",", b"\t"),
        BOTH.replace(b"\n", b"\r\n"),
        BOTH.replace(b"participant,event", b"Participant,EVENT"),
        BOTH + b"\n\n,,,,,,\n",
    ],
)
def test_a_table_may_be_written_in_several_ways(house: House, content: bytes) -> None:
    assert read(house, content).counts == {"accepted": 3}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"subject,visit\n", "The heading has no column"),
        ((HEADING + ",date\n").encode(), "twice"),
        (BOTH.decode().encode("utf-16"), "UTF-8"),
        (b"\xff\xfe\x00\x01", "UTF-8"),
    ],
)
def test_a_file_that_is_no_table_is_refused_as_a_whole(house: House, content: bytes, words: str) -> None:
    with pytest.raises(FileUnreadable) as told:
        read(house, content)
    assert words in told.value.message % told.value.args_ if told.value.args_ else words in told.value.message


def test_a_line_of_another_width_and_an_open_quotation_are_rejected_lines(house: House) -> None:
    outcome = read(house, sheet(line(SCREENED), f"{ENROLLED},SCR", f'{ENROLLED},SCR,"2026'))
    assert outcome.counts == {"accepted": 1, "rejected": 2}
    assert sorted(reasons(outcome)) == [3, 4]


def test_columns_that_are_not_ours_are_named(house: House) -> None:
    content = sheet(line(SCREENED) + ",Dr Who", heading=HEADING + ",doctor")
    assert read(house, content).foreign == ("doctor",)


def test_the_senders_own_names_are_mapped(house: House) -> None:
    content = sheet(f"{SCREENED},SCR,2026-01-10,Hb,=,13.2,g%", heading="Subject,Visit,Drawn,test,operator,result,unit")
    names = Names({"Subject": "participant", "Visit": "event", "Drawn": "date"}, {"Hb": "HGB"}, {"g%": "g/dL"})
    assert read(house, content, names=names).counts == {"accepted": 1}
    assert rows(house, SCREENED)["HGB"]["items"]["LBORRESU"] == "g/dL"


@pytest.mark.requirement("R39")
def test_the_report_has_every_line(house: House) -> None:
    outcome = read(house, sheet(line(SCREENED), line("VG-01-9999"), line(ENROLLED)))
    assert outcome.report
    told = list(csv.DictReader(io.StringIO(house.files.read(outcome.report).decode())))
    assert [(r["line"], r["verdict"]) for r in told] == [("2", "accepted"), ("3", "rejected"), ("4", "accepted")]
    run = house.reader.the("import_run", id=outcome.run)
    assert (run["lines"], run["accepted"], run["rejected"], run["report"]) == (3, 2, 1, outcome.report)


@pytest.mark.requirement("R22")
def test_an_import_is_in_the_journal_from_its_beginning_to_its_end(house: House) -> None:
    read(house, BOTH)
    assert len(house.journal("person:import:begun")) == len(house.journal("person:import:ended")) == 1


def test_progress_is_told_line_by_line(house: House) -> None:
    told: list[int] = []
    read(house, BOTH, progress=told.append)
    assert told == [3, 4]


def test_reading_needs_no_more_memory_for_more_lines() -> None:
    """Ten times the lines, the same peak: what is held are the lines of one participant."""
    from trial.actions.import_labs import LABS
    from trial.actions.imports import _blocks
    from trial.imports import laboratory
    from trial.imports.tabular import lines

    def peak(participants: int) -> int:
        text = sheet(
            *(line(f"VG-01-{n:04d}", day=f"2026-01-{d:02d}") for n in range(participants) for d in range(1, 29))
        )
        file = io.BytesIO(text)
        tracemalloc.start()
        told = lines(file, laboratory.COLUMNS, laboratory.OPTIONAL, {})
        next(told)
        assert sum(len(block) for block in _blocks(told, LABS)) == 28 * participants
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(400) < 1.5 * peak(40) + 50_000
