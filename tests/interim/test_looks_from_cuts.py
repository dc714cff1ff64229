"""Earlier looks come from named, verified cuts: nobody types an information or a z that the record holds (PROTOCOL 8; decision 0026)."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from analysis.closed_results import nrdfs_by_arm
from analysis.commands import closed_outputs as closed_command
from analysis.commands import outputs as command
from analysis.interim import Earlier
from analysis.interim_looks import earlier_looks
from analysis.interim_outputs import at_look
from analysis.issued import as_json, issue
from analysis.results import cut_of
from analysis.sequential import boundaries
from tests.actions.house import READY, House, day
from tests.actions.rooms import on_both
from tests.cuts.conftest import either, house_url, lock, populated_postgres
from tests.cuts.test_as_it_stood import alter
from tests.interim.bearing import DESIGN
from trial.errors import CutAltered, CutNotEarlier, NotAllowed, NotFound
from trial.store import extract
from trial.store.extract import Extract

__all__ = ["either", "house_url", "populated_postgres"]
PAGE, REPORT, OUTPUT = "/results/closed/interim", "/results/closed/closed.pdf", "/results/closed/outputs/interim"
WHO = "unblinded_statistician"


def taken(house: House, cut: str | None = None, before: tuple[str, ...] = (), take=extract.closed) -> Extract:
    when = {"cut_on": house.clock.today(), "now": house.clock.now()}
    return take(house.reader, house.actor(WHO), cut=cut, before=before, **when)


def died(house: House, participant: str, after: int) -> None:
    """A death so many days after consent, entered when it has happened."""
    house.save(participant, "DTH", {"DTHDAT": day(after), "DTHCAUS": "OTHER"}, "ANY")


def looked_at_twice(house: House) -> None:
    """Five randomised; three events at the cut dmc-1, four at dmc-2, five now. A death known at dmc-1 was dated anew since."""
    names = [READY, *(house.ready() for _ in range(4))]
    for name in names:
        house.randomise(name)
    arms = {name: house.reader.the("allocation", participant=name)["arm"] for name in names}
    ww, tme = ([name for name in names if arms[name] == arm] for arm in ("WW", "TME"))
    house.clock.advance(timedelta(days=60))
    died(house, ww[0], 160)
    died(house, tme[0], 170)
    died(house, ww[1], 180)
    lock(house, "dmc-1", house.clock.today())
    house.clock.advance(timedelta(days=60))
    died(house, tme[1], 240)
    house.save(ww[0], "DTH", {"DTHDAT": day(175), "DTHCAUS": "OTHER"}, "ANY", reasons={"": "misread"})
    lock(house, "dmc-2", house.clock.today())
    house.clock.advance(timedelta(days=60))
    died(house, tme[2], 290)


@pytest.fixture
def looked(house: House) -> House:
    looked_at_twice(house)
    return house


@on_both
@pytest.mark.requirement("R66")
def test_a_look_at_a_later_cut_uses_the_earlier_cuts_own_numbers(either):
    looked_at_twice(either)
    then, _ = nrdfs_by_arm(taken(either, "dmc-1"))
    now = at_look(taken(either, "dmc-2", ("dmc-1",))).interim
    (first,) = now.earlier
    assert (first.fraction, first.z) == (3 / 99, then.comparison.z) and first.z is not None
    assert first.cut == cut_of(taken(either, "dmc-1"))
    assert (now.events, now.place, now.assumed) == (4, 1, False)
    assert now.looks == boundaries((3 / 99, 4 / 99, 0.5, 0.75, 1.0))
    anew = at_look(taken(either, "dmc-1")).interim
    assert (first.fraction, first.z) == (anew.look.fraction, anew.comparison.z), "the look as it was when it was made"


def test_what_was_corrected_since_does_not_change_the_earlier_look(looked):
    """The same deaths read from today's data compare otherwise: the look is that of its cut and not of a day."""
    first = at_look(taken(looked, None, ("dmc-1",))).interim.earlier[0]
    second = at_look(taken(looked, "dmc-2", ("dmc-1",))).interim.earlier[0]
    assert first == second
    assert first.z != at_look(taken(looked, "dmc-2")).interim.comparison.z


def test_two_cuts_in_any_order_are_two_looks_in_their_order(looked):
    for before in (("dmc-1", "dmc-2"), ("dmc-2", "dmc-1")):
        found = at_look(taken(looked, None, before)).interim
        assert [look.cut.name for look in found.earlier] == ["dmc-1", "dmc-2"]
        assert [look.fraction for look in found.looks][:3] == [3 / 99, 4 / 99, 5 / 99]


def test_a_look_outside_the_system_is_typed_beside_them_and_stands_by_its_information(looked):
    found = at_look(taken(looked, None, ("dmc-2",)), (Earlier(0.01, 0.3),)).interim
    assert [(look.fraction, look.cut and look.cut.name) for look in found.earlier] == [(0.01, None), (4 / 99, "dmc-2")]


def test_without_a_cut_what_is_typed_or_planned_stands(looked):
    here = taken(looked)
    found, _ = nrdfs_by_arm(here)
    assert earlier_looks(here, found, None, DESIGN) is None
    assert earlier_looks(here, found, (Earlier(0.01),), DESIGN) == (Earlier(0.01),)


@pytest.mark.parametrize(
    ("cut", "before", "name"),
    [("dmc-1", ("dmc-2",), "dmc-2"), ("dmc-1", ("dmc-1",), "dmc-1"), ("dmc-2", ("dmc-1", "dmc-2"), "dmc-2")],
)
def test_a_cut_that_does_not_lie_before_is_no_earlier_look(looked, cut, before, name):
    with pytest.raises(CutNotEarlier) as refused:
        at_look(taken(looked, cut, before))
    assert (refused.value.name, refused.value.problem) == (name, CutNotEarlier.LATER)


def test_a_cut_of_a_day_after_the_day_that_is_looked_at_is_no_earlier_look(looked):
    on = looked.clock.today() - timedelta(days=61)
    here = extract.closed(looked.reader, looked.actor(WHO), cut_on=on, now=looked.clock.now(), before=("dmc-2",))
    with pytest.raises(CutNotEarlier, match="dmc-2"):
        at_look(here)


def test_a_cut_after_which_no_event_came_is_no_earlier_look(looked):
    lock(looked, "again", looked.clock.today())
    looked.clock.advance(timedelta(days=1))
    for cut, before, name in ((None, ("again",), "again"), (None, ("dmc-1", "again"), "again")):
        with pytest.raises(CutNotEarlier) as refused:
            at_look(taken(looked, cut, before))
        assert (refused.value.name, refused.value.problem) == (name, CutNotEarlier.INFORMATION)


def test_a_cut_before_any_event_is_no_look(house):
    lock(house, "none", house.clock.today())
    house.clock.advance(timedelta(days=1))
    with pytest.raises(CutNotEarlier, match="information"):
        at_look(taken(house, None, ("none",)))


@pytest.mark.requirement("R66")
@pytest.mark.parametrize("take", [extract.closed, extract.board])
def test_a_cut_that_does_not_verify_gives_no_look(looked, take):
    alter(looked, "data_cut", "update data_cut set digest = replace(digest, 'a', 'b') where name = 'dmc-1'")
    with pytest.raises(CutAltered) as refused:
        taken(looked, "dmc-2", ("dmc-1",), take)
    assert refused.value.name == "dmc-1"
    with pytest.raises(NotFound):
        taken(looked, "dmc-2", ("nobody's",), take)


@pytest.mark.requirement("R03")
@pytest.mark.parametrize("take", [extract.closed, extract.board])
@pytest.mark.parametrize("role", ["statistician", "data_manager", "auditor"])
def test_no_other_role_gets_an_earlier_cut_by_naming_it(looked, role, take):
    with pytest.raises(NotAllowed):
        take(looked.reader, looked.actor(role), cut_on=day(300), now=looked.clock.now(), before=("dmc-1",))


# --- page, report, output, command -------------------------------------------------------------------------------------


def numbers(house: House) -> tuple[str, str]:
    """Share and z of the first look, as tables print them."""
    found, _ = nrdfs_by_arm(taken(house, "dmc-1"))
    return f"{3 / 99:.3f}", f"{found.comparison.z:.3f}"


def test_page_report_output_and_command_show_the_same_look(looked, client, vigil):
    share, z = numbers(looked)
    somebody = client(WHO)
    asked = "?cut=dmc-2&before=dmc-1"
    page = somebody.get(PAGE + asked).text
    output = somebody.get(OUTPUT + asked).text
    pdf = somebody.get(REPORT + asked).data
    report = " ".join(" ".join(p.extract_text().split()) for p in PdfReader(BytesIO(pdf)).pages)
    code, told, _ = vigil("interim", "--as", WHO, "--cut", "dmc-2", "--before", "dmc-1")
    assert code == 0
    for said in (page, output, report, told):
        assert share in said and z in said and "cut dmc-1" in said
        assert "Look 1: Data cut dmc-1" in said and "was not said" not in said
    assert (
        'value="dmc-1" checked' in page
        and 'value="dmc-2"' not in page.partition("earlier-looks")[2].partition("</fieldset>")[0]
    )
    assert "before=dmc-1" in output.partition("<img")[2], "figure and files of the output are of the same looks"


def test_the_output_is_kept_with_its_looks(looked, client):
    """The same data with and without an earlier look are two outputs: neither is served for the other."""
    somebody = client(WHO)
    plain, after, again = (somebody.get(f"{OUTPUT}.csv?cut=dmc-2{more}").text for more in ("", "&before=dmc-1", ""))
    rows = lambda told: [r["value"] for r in csv.DictReader(io.StringIO(told)) if r["table"] == "interim-looks"]  # noqa: E731
    assert "cut dmc-1" in rows(after) and "cut dmc-1" not in rows(plain)
    assert plain == again


def test_an_output_with_looks_from_cuts_is_the_same_to_the_byte_after_later_entries(looked):
    from analysis.closed_outputs import BY_ID

    made = lambda: as_json(issue(BY_ID["interim"], taken(looked, "dmc-2", ("dmc-1",)), closed=True))  # noqa: E731
    first = made()
    looked.clock.advance(timedelta(days=10))
    looked.save(READY, "DTH", {"DTHDAT": day(171), "DTHCAUS": "OTHER"}, "ANY", reasons={"": "misread"})
    assert made() == first and "dmc-1" in first


def test_the_command_makes_the_output_after_its_looks(looked, vigil, tmp_path, monkeypatch):
    monkeypatch.setattr(command.output, "shelves", list(command.output.shelves))
    closed_command.register(type("Commands", (), {"commands": {"output": command.output}})())
    out = tmp_path / "made"
    asked = ("output", "make", "interim", "--out", out, "--format", "json", "--cut", "dmc-2")
    assert vigil(*asked, "--before", "dmc-1", "--as", WHO)[0] == 0
    made = out / "interim.json"
    looks = next(t for t in json.loads(made.read_text())["tables"] if t["id"] == "interim-looks")
    assert looks["rows"][0][-1] == "cut dmc-1" and looks["rows"][0][1] == numbers(looked)[0]


def test_what_is_no_earlier_look_for_an_open_output_is_wrong_use(looked, vigil, tmp_path):
    code, _, err = vigil("output", "make", "design", "--out", tmp_path / "made", "--before", "dmc-1")
    assert code == 2 and "--before" in err


def test_the_journal_says_which_cuts_were_looked_at(looked, client, vigil):
    client(WHO).get(f"{PAGE}?cut=dmc-2&before=dmc-1")
    vigil("interim", "--as", WHO, "--cut", "dmc-2", "--before", "dmc-1")
    seen = [json.loads(row["body"])["event"]["what"] for row in looked.journal("person:results:seen")]
    assert seen[-2:] == ["interim analysis, cut dmc-2, after dmc-1"] * 2


def test_a_machine_reads_which_cuts_the_looks_are_of(looked, vigil):
    told = json.loads(vigil("interim", "--as", WHO, "--cut", "dmc-2", "--before", "dmc-1", "--json")[1])
    assert (told["name"], [each["name"] for each in told["before"]]) == ("dmc-2", ["dmc-1"])
    assert told["before"][0]["digest"] == taken(looked, "dmc-1").digest


@pytest.mark.parametrize(("address", "status"), [(PAGE, 409), (REPORT, 409), (OUTPUT, 409), (f"{PAGE}.svg", 409)])
def test_a_cut_that_does_not_verify_is_refused_in_words(looked, client, address, status):
    alter(looked, "data_cut", "update data_cut set digest = replace(digest, 'a', 'b') where name = 'dmc-1'")
    answer = client(WHO).get(f"{address}?cut=dmc-2&before=dmc-1")
    assert answer.status_code == status
    assert "no longer what the data cut dmc-1 locked" in answer.text and "Observed z" not in answer.text


def test_the_command_refuses_a_cut_that_does_not_verify(looked, vigil):
    alter(looked, "data_cut", "update data_cut set digest = replace(digest, 'a', 'b') where name = 'dmc-1'")
    code, out, err = vigil("interim", "--as", WHO, "--cut", "dmc-2", "--before", "dmc-1")
    assert (code, out) == (6, "") and "dmc-1" in err
    assert vigil("interim", "--as", WHO, "--before", "nobody")[0] == 4


@pytest.mark.parametrize("address", [PAGE, REPORT, OUTPUT, f"{PAGE}.svg"])
def test_a_cut_that_is_no_earlier_look_is_refused_in_words(looked, client, address):
    answer = client(WHO).get(f"{address}?cut=dmc-1&before=dmc-2")
    assert answer.status_code == 422
    assert "The cut dmc-2 is no look before this one." in answer.text


def test_the_page_refuses_beside_the_field_and_shows_the_looks_as_planned(looked, client):
    page = client(WHO).get(f"{PAGE}?cut=dmc-1&before=dmc-2").text
    assert 'name="before" value="dmc-2" checked' in " ".join(page.split())
    assert "Below, earlier looks stand as planned." in page and "Looks and bounds" in page
    assert page.count("interim.svg?cut=dmc-1") == 1 and "before=dmc-2" not in page


def test_the_command_says_which_cut_is_no_earlier_look(looked, vigil):
    code, out, err = vigil("interim", "--as", WHO, "--cut", "dmc-1", "--before", "dmc-2")
    assert (code, out) == (2, "") and "--before" in err and "dmc-2 was not locked before" in err


def test_typed_looks_that_cannot_be_leave_the_figure_at_the_cut_of_the_page(looked, client):
    """The page shows the cut with looks as planned: figure and report beside it are of that cut too."""
    page = client(WHO).get(f"{PAGE}?cut=dmc-2&looks=half").text
    assert page.count("interim.svg?cut=dmc-2") == 1 and "closed.pdf?cut=dmc-2" in page
