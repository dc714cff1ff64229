"""Chapter: reference ranges come from a file, all lines or none, and every bad line is named (R39)."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.actions.house import CONSENTED, ELSEWHERE, ENROLLED, SCREENED, House
from tests.actions.rooms import on_both
from tests.imports.sheets import line, read, reasons, sheet
from tests.office.work import row as due_row
from trial.actions import due
from trial.actions.import_order import Order
from trial.actions.import_run import Outcome
from trial.actions.ranges import import_ranges
from trial.actions.sign import content
from trial.errors import ConstraintBroken, NotAllowed, UnitOfWorkMisused
from trial.imports.tabular import FileUnreadable
from trial.ranges import choose
from trial.roles import ROLES, may
from trial.store.ranges import listed, over_site
from trial.store.verify import verify

HEADING = "site,laboratory,test,unit,sex,age_from,age_to,low,high,valid_from,valid_to,source,replaces"
NAMES = HEADING.split(",")
USUAL = {
    "site": "01",
    "test": "HGB",
    "unit": "g/L",
    "low": "120",
    "high": "160",
    "valid_from": "2025-01-01",
    "source": "Sheet 3",
}


def stated(**more: str) -> str:
    """A line: haemoglobin at site 01, unless told otherwise."""
    cells = USUAL | more
    return ",".join(cells.get(name, "") for name in NAMES)


def table(*lines: str) -> bytes:
    return sheet(*lines, heading=HEADING)


def state(house: House, *lines: str, by: str = "data_manager", **order: Any) -> Outcome:
    content = table(*lines)
    return import_ranges(io.BytesIO(content), Order("ranges.csv", **order), files=house.files, uow=house.work(by))


def indicator(house: House, participant: str = SCREENED, test: str = "HGB", event: str = "SCR") -> dict[str, Any]:
    """Flag and grade of a test, as the form shows them now."""
    case = house.case(participant)
    crf = next(c for c in case.crfs if (c.form, c.event) == ("LB", event))
    wanted = next(r.id for r in crf.answers.groups["R"] if r.items["LBTEST"] == test)
    values = content(case, event, "LB").calculated
    return {name: values[f"R/{wanted}/{name}"] for name in ("LBNRIND", "LBTOXGR")}


# --- taking a file -------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R39")
@on_both
def test_ranges_are_kept_as_they_are_stated(either: House) -> None:
    outcome = state(
        either,
        stated(low="12.0", high="16.0", unit="g/dL", sex="f", age_from="18", age_to="64", valid_to="2026-12-31"),
        stated(site="", laboratory="Central", test="cea", unit="ng/mL", low="", high="4.7"),
    )
    assert (outcome.state, outcome.counts) == ("done", {"accepted": 2})
    first, second = either.reader.all("laboratory_range", order_by="id")
    assert (first["low"], first["high"], first["unit"], first["sex"]) == ("12.0", "16.0", "g/dL", "F")
    assert (first["age_from"], first["age_to"], str(first["valid_to"])) == (18, 64, "2026-12-31")
    assert (second["site"], second["laboratory"], second["test"], second["low"]) == (None, "Central", "CEA", None)
    assert first["sha256"] == outcome.sha256 and first["by"] == either.actor("data_manager").person_id
    assert [r["tag"] for r in either.journal("person:range:stated")] == ["person:range:stated"] * 2
    assert verify(either.engine) == []


BAD = [
    ({"test": "HBG"}, "The test “HBG” is not known."),
    ({"unit": "mg/dL"}, "“mg/dL” is no unit of HGB: g/L, g/dL, mmol/L."),
    ({"unit": ""}, "“” is no unit of HGB: g/L, g/dL, mmol/L."),
    ({"low": "160", "high": "120"}, "The lower limit lies above the upper one."),
    ({"low": "", "high": ""}, "Neither a lower nor an upper limit is given."),
    ({"low": "-1"}, "“-1” is no limit: digits, and a point."),
    ({"low": "1e2"}, "“1e2” is no limit: digits, and a point."),
    ({"high": "NaN"}, "“NaN” is no limit: digits, and a point."),
    ({"age_from": "65", "age_to": "18"}, "The first age is greater than the last."),
    ({"age_from": "18.5"}, "“18.5” is no whole number."),
    ({"age_to": "131"}, "“131” is no age in years."),
    ({"sex": "X"}, "“X” is no sex: M, F, or blank for both."),
    ({"valid_from": "2025-02-30"}, "“2025-02-30” is no date, written YYYY-MM-DD."),
    ({"valid_from": ""}, "“” is no date, written YYYY-MM-DD."),
    ({"valid_from": "2025-01-02", "valid_to": "2025-01-01"}, "The first day lies after the last."),
    ({"source": ""}, "The document that the range is taken from is not named."),
    ({"site": "77"}, "There is no such site, or it is not yours."),
    ({"replaces": "9"}, "There is no range number 9 for this site and test that could be corrected."),
    ({"replaces": "x"}, "“x” is no whole number."),
]


@pytest.mark.requirement("R39")
@pytest.mark.parametrize(("cells", "words"), BAD)
def test_a_bad_line_is_named_and_nothing_is_kept(house: House, cells: dict[str, str], words: str) -> None:
    outcome = state(house, stated(test="PLAT", unit="10^9/L"), stated(**cells))
    assert (outcome.state, reasons(outcome)) == ("refused", {3: words})
    assert house.reader.all("laboratory_range") == []


def test_every_bad_line_is_named_at_once(house: House) -> None:
    lines = [stated(**cells) for cells, _words in BAD]
    assert sorted(reasons(state(house, *lines))) == list(range(2, len(BAD) + 2))


def test_limits_at_their_own_ends_are_fine(house: House) -> None:
    same = {"low": "5", "high": "5", "age_from": "0", "age_to": "0", "valid_to": "2025-01-01"}
    assert state(house, stated(**same)).state == "done"


@on_both
def test_a_range_that_stands_level_with_another_is_refused_in_the_file_and_in_the_table(either: House) -> None:
    outcome = state(either, stated(), stated(low="110"))
    assert list(reasons(outcome)) == [3]
    state(either, stated())
    (kept,) = either.reader.all("laboratory_range")
    told = reasons(state(either, stated(low="110")))
    assert told[2].startswith(f"Range {kept['id']} holds for the same people from the same day.")
    assert state(either, stated(low="110", valid_from="2025-01-02")).state == "done", "a later one goes before it"


def test_the_same_file_again_changes_nothing(house: House) -> None:
    lines = (stated(), stated(site=""), stated(sex="M", low="130.0"))
    state(house, *lines)
    assert state(house, *lines).counts == {"unchanged": 3}
    assert len(house.reader.all("laboratory_range")) == 3


@on_both
def test_a_wrong_row_is_corrected_by_another_once(either: House) -> None:
    state(either, stated(low="12"))
    (wrong,) = either.reader.all("laboratory_range")
    right = stated(low="120", replaces=str(wrong["id"]))
    assert state(either, right).state == "done"
    assert state(either, right).counts == {"unchanged": 1}
    assert list(reasons(state(either, stated(low="121", replaces=str(wrong["id"]))))) == [2]
    assert list(reasons(state(either, stated(test="PLAT", unit="10^9/L", replaces=str(wrong["id"]))))) == [2]
    told = over_site(either.reader, "01")
    assert told is not None and [str(r.low) for r in told.of_test("HGB")] == ["120"]


def test_a_dry_run_says_the_same_and_keeps_nothing(house: House) -> None:
    outcome = state(house, stated(), stated(low="1", high="0"), dry=True)
    assert (outcome.state, outcome.counts, list(reasons(outcome))) == ("dry", {"accepted": 1, "rejected": 1}, [3])
    assert house.reader.all("laboratory_range") == house.reader.all("import_run") == []


def test_the_report_names_the_number_of_each_row(house: House) -> None:
    outcome = state(house, stated())
    assert outcome.report
    (told,) = csv.DictReader(io.StringIO(house.files.read(outcome.report).decode()))
    assert (told["participant"], told["verdict"]) == ("01 HGB", "accepted")
    assert told["number"] == str(house.reader.all("laboratory_range")[0]["id"])


def test_a_table_of_something_else_is_refused_as_a_whole(house: House) -> None:
    with pytest.raises(FileUnreadable):
        import_ranges(io.BytesIO(b"a,b\n1,2\n"), Order("x.csv"), files=house.files, uow=house.work("data_manager"))


@pytest.mark.parametrize("by", [r for r in ROLES if not may(r, "ranges.set")])
def test_who_may_not_state_ranges_states_none(house: House, by: str) -> None:
    with pytest.raises(NotAllowed):
        state(house, stated(), by=by)


def test_what_was_stated_is_never_changed(house: House) -> None:
    state(house, stated())
    with house.work("data_manager") as uow, pytest.raises(UnitOfWorkMisused):
        uow.update("laboratory_range", {"test": "HGB"}, low="1")
    with pytest.raises(ConstraintBroken), house.work("data_manager") as uow:
        uow.insert("laboratory_range", test="HGB", unit="g/L", valid_from=house.clock.today(), source="", sha256="a" * 64,
                   by=None, at=house.clock.now())  # fmt: skip


@on_both
def test_of_two_files_that_arrive_together_one_finds_the_place_taken(either: House) -> None:
    works = [either.work("data_manager") for _ in range(2)]

    def send(n: int) -> Outcome:
        content = table(stated(low=str(110 + n)))
        return import_ranges(io.BytesIO(content), Order(f"{n}.csv"), files=either.files, uow=works[n])

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(send, range(2)))
    assert sorted(o.state for o in outcomes) == ["done", "refused"]
    assert len(either.reader.all("laboratory_range")) == 1


# --- what it does ---------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R39")
@on_both
def test_a_result_is_judged_against_the_range_of_its_site_and_day(either: House) -> None:
    read(either, sheet(line(SCREENED, day="2026-01-10")))
    assert indicator(either) == {"LBNRIND": "NORMAL", "LBTOXGR": 0}
    state(either, stated(low="133", high="170", valid_from="2026-01-11"))
    assert indicator(either)["LBNRIND"] == "NORMAL", "the range begins the day after the sample"
    state(either, stated(low="133", high="170", valid_from="2026-01-10"))
    assert indicator(either) == {"LBNRIND": "LOW", "LBTOXGR": 1}


@pytest.mark.parametrize(
    ("cells", "flag"),
    [
        ({"low": "133"}, "LOW"),
        ({"low": "133", "site": ""}, "LOW"),
        ({"low": "133", "site": "02"}, "NORMAL"),
        ({"low": "133", "sex": "M"}, "LOW"),
        ({"low": "133", "sex": "F"}, "NORMAL"),
        ({"low": "133", "age_from": "64"}, "LOW"),  # born 1961-04-30, 64 on the day of the sample
        ({"low": "133", "age_from": "65"}, "NORMAL"),
        ({"low": "13.3", "high": "17", "unit": "g/dL"}, "LOW"),
        ({"low": "", "high": "131"}, "HIGH"),
        ({"low": "133", "valid_to": "2026-01-09"}, "NORMAL"),
        ({"low": "133", "valid_to": "2026-01-10"}, "LOW"),
    ],
)
def test_each_dimension_of_a_range_counts(house: House, cells: dict[str, str], flag: str) -> None:
    read(house, sheet(line(SCREENED)))
    assert state(house, stated(**cells)).state == "done"
    assert indicator(house)["LBNRIND"] == flag


def test_two_samples_of_one_visit_are_each_judged_on_their_day(house: House) -> None:
    state(house, stated(low="133", valid_from="2026-01-12"))
    read(house, sheet(line(SCREENED), line(SCREENED, day="2026-01-12")))
    case = house.case(SCREENED)
    flags = [content(case, "SCR", "LB", n).calculated for n in (1, 2)]
    assert [next(v for k, v in f.items() if k.endswith("LBNRIND")) for f in flags] == ["NORMAL", "LOW"]


def test_nothing_is_flagged_where_the_range_cannot_be_told(house: House) -> None:
    """Sex and birth date are not entered: the limits of women and men differ here."""
    state(house, stated(sex="M", low="133"))
    read(house, sheet(line(CONSENTED)))
    assert indicator(house, CONSENTED) == {"LBNRIND": None, "LBTOXGR": None}


def test_the_report_of_an_import_says_flag_grade_and_range(house: House) -> None:
    state(house, stated(sex="M", low="133"))
    (kept,) = house.reader.all("laboratory_range")
    outcome = read(
        house, sheet(line(SCREENED), line(SCREENED, ("CEA", "=", "7.5", "ug/L")), line(ELSEWHERE), line(CONSENTED))
    )
    assert outcome.report
    told = [
        (r["flag"], r["grade"], r["range"])
        for r in csv.DictReader(io.StringIO(house.files.read(outcome.report).decode()))
    ]
    assert told == [
        ("LOW", "1", f"133..160 (range {kept['id']})"),
        ("HIGH", "", "..5 (fall-back)"),
        ("NORMAL", "0", "130..175 (fall-back)"),
        ("", "", "cannot be told"),
    ]


def test_what_was_signed_keeps_the_values_it_was_signed_with(house: House) -> None:
    read(house, sheet(line(ENROLLED)))
    house.sign(ENROLLED, "LB")
    before = house.reader.all("signature", participant=ENROLLED, form="LB")
    state(house, stated(low="133"))
    assert indicator(house, ENROLLED)["LBNRIND"] == "LOW"
    after = house.reader.all("signature", participant=ENROLLED, form="LB")
    assert after == before and after[0]["voided_at"] is None
    assert "NORMAL" in str(after[0]["calculated"])
    assert verify(house.engine) == []


@on_both
def test_a_new_range_reaches_the_rows_of_what_is_due_at_the_next_save(either: House) -> None:
    read(either, sheet(line(SCREENED), line(ELSEWHERE)))
    before = due_row(either, SCREENED, "LB")
    state(either, stated(low="133"))
    assert due_row(either, SCREENED, "LB") == before
    other = due_row(either, ELSEWHERE, "LB")
    either.save(SCREENED, "CM", {}, "ANY", not_done={"reason": "none taken", "on": ""})
    assert due_row(either, SCREENED, "LB")["told"] != before["told"]
    assert due_row(either, ELSEWHERE, "LB") == other
    rows = sorted(either.reader.all("due", participant=SCREENED), key=repr)
    due.rebuild(uow=either.work("data_manager"))
    assert sorted(either.reader.all("due", participant=SCREENED), key=repr) == rows


def test_another_birth_date_is_another_age(house: House) -> None:
    state(house, stated(low="133", age_from="65"))
    read(house, sheet(line(SCREENED)))
    before = due_row(house, SCREENED, "LB")["told"]
    typed = house.stored(SCREENED, "DM")["items"] | {"BRTHDAT": "1950-04-30"}
    house.save(SCREENED, "DM", typed, reasons={"": "misread"})
    assert indicator(house)["LBNRIND"] == "LOW"
    assert due_row(house, SCREENED, "LB")["told"] != before


# --- reading --------------------------------------------------------------------------------------------------------------


def test_a_site_reads_its_own_ranges_and_those_of_all(house: House) -> None:
    state(house, stated(), stated(site="02"), stated(site="", test="PLAT", unit="10^9/L"))
    listing = [(r["site"], r["test"]) for r in listed(house.reader, frozenset({"01"}))]
    assert listing == [("01", "HGB"), (None, "PLAT")]
    assert len(listed(house.reader, None)) == 3
    assert [r["test"] for r in listed(house.reader, None, test="PLAT")] == ["PLAT"]
    assert [r["site"] for r in listed(house.reader, None, site="02")] == ["02", None]


def test_a_house_without_ranges_tells_its_forms_nothing(house: House) -> None:
    assert over_site(house.reader, "01") is None
    assert house.case(SCREENED).record("SCR").facts["laboratory_ranges"] is None
    state(house, stated(site="02"))
    assert over_site(house.reader, "01") is None
    told = over_site(house.reader, "02")
    assert (
        told is not None
        and choose(told.of_test("HGB"), "HGB", "M", None, house.clock.today()).range == told.of_test("HGB")[0]
    )
