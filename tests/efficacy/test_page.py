"""The page and the print: what each role sees, the model after the own estimate, photographs through the permission check."""

import io
import re

import pikepdf
import pytest
from pypdf import PdfReader

from tests.actions.house import CONSENTED, ELSEWHERE, PREDICTED, RESTAGED
from tests.actions.rooms import on_both
from tests.efficacy.conftest import WITH_RADIOMICS, with_everything
from trial import roles
from trial.actions.efficacy import tell
from trial.actions.files import NAME, look
from trial.errors import NotAllowed, NotFound
from trial.store.files import Files


def page(client, participant=RESTAGED):
    answer = client.get(f"/participants/{participant}/efficacy")
    return answer.status_code, re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def read(house, participant=RESTAGED, by="investigator"):
    return tell(participant, uow=house.work(by), files=house.files, manifest=WITH_RADIOMICS)


def test_before_and_after_with_their_changes(assessed, house, enter):
    status, words = page(enter("investigator01"))
    assert status == 200
    assert "Tumour volume mm³ 20000 5000 −15000 −75.0 %" in words
    assert "CEA µg/L 8.4 2.1 −6.3 −75.0 %" in words
    assert "T category cT3b ycT0" in words


def test_a_discordance_stands_at_the_head_in_words(house, intake, enter):
    with_everything(house, intake, ENDO="TUMOUR", RESP="ICR")
    assert "DRE: complete; endoscopy: incomplete; MRI: complete" in page(enter("investigator01"))[1]


def test_without_a_restaging_the_page_says_so(house, enter):
    status, words = page(enter("coordinator01"), CONSENTED)
    assert status == 200 and "No restaging yet." in words and "not yet" in words


@pytest.mark.requirement("R59")
def test_the_model_shows_after_the_own_estimate_and_not_before(house, enter):
    before, after = page(enter("investigator01"), RESTAGED)[1], page(enter("investigator01"), PREDICTED)[1]
    assert "Hidden until the investigator's own estimate is signed and locked." in before.replace("&#39;", "'")
    assert "70.0 %" not in before
    assert "70.0 %" in after and "Model 70.0 %, own estimate 70 %: +0.0 percentage points." in after


@pytest.mark.requirement("R59")
@on_both
def test_that_the_answer_was_looked_at_is_recorded(either):
    assert either.journal("person:prediction:seen", PREDICTED) == []
    told = read(either, PREDICTED, "monitor")
    (row,) = either.journal("person:prediction:seen", PREDICTED)
    assert told.found.added.number == 1 and row["role"] == "monitor"
    read(either, RESTAGED)
    assert either.journal("person:prediction:seen", RESTAGED) == []


def test_a_photograph_comes_through_the_permission_check(assessed, house, enter):
    answer = enter("coordinator01").get(f"/participants/{RESTAGED}/efficacy")
    (address,) = set(re.findall(r'<img src="([^"]+preview)"', answer.text))
    assert enter("coordinator01").get(address).data.startswith(b"\x89PNG")
    assert enter("coordinator02").get(address).status_code == 404


def test_a_photograph_with_a_name_in_it_is_on_no_page(assessed, house, enter):
    (seen,) = read(house).photographs
    look(RESTAGED, seen.file.sha256, NAME, uow=house.work("investigator"))
    (after,) = read(house).photographs
    assert (after.preview, after.withheld) == (None, True)
    assert "withheld: a name is in the picture" in page(enter("investigator01"))[1]


def test_a_table_that_is_gone_leaves_the_rest_readable(assessed, house):
    told = tell(RESTAGED, uow=house.work(), files=Files(house.files.root / "empty"), manifest=WITH_RADIOMICS)
    (line,) = [m for s in told.found.sections for m in s.measures if m.name == "RAD.morph_volume"]
    assert [c.text for c in line.cells] == ["the table cannot be read"] * 2


@pytest.mark.parametrize("role", list(roles.ROLES))
def test_who_reads_the_argument_reads_the_page_and_nobody_else(house, role):
    actor = house.actor(role)
    work = lambda: tell(RESTAGED, uow=house.work(actor), files=house.files, manifest=WITH_RADIOMICS)  # noqa: E731
    if roles.may(role, "eligibility.read"):
        assert work().found.times == ("SCR", "RST")
    else:
        with pytest.raises(NotAllowed):
            work()


def test_another_sites_participant_is_not_there(house):
    with pytest.raises(NotFound):
        read(house, ELSEWHERE)


# The print.


def words_of(answer):
    return " ".join(" ".join(p.extract_text().split()) for p in PdfReader(io.BytesIO(answer.data)).pages)


def test_the_print_is_one_page_with_the_same_words(assessed, house, enter):
    answer = enter("investigator01").get(f"/participants/{RESTAGED}/efficacy.pdf")
    assert answer.status_code == 200 and answer.mimetype == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.data)) as found:
        assert len(found.pages) == 1
    words = words_of(answer)
    assert "20000" in words and "Hidden until the investigator's own estimate" in words
    (taken,) = house.journal("person:data:taken")
    assert "efficacy report" in taken["body"]


def test_two_restagings_and_a_call_still_fit_one_page(house, intake, enter):
    with_everything(house, intake, DRE="SMOOTH", ENDO="IRREGULAR", MRIRESP="NCR", DWI="SMALL", RESP="NCR")
    answer = enter("investigator01").get(f"/participants/{RESTAGED}/efficacy.pdf")
    assert len(PdfReader(io.BytesIO(answer.data)).pages) == 1
    assert "near-complete" in words_of(answer)


def test_the_same_state_prints_the_same_bytes(assessed, house, enter):
    client = enter("investigator01")
    first, second = (client.get(f"/participants/{RESTAGED}/efficacy.pdf").data for _ in range(2))
    assert first == second
