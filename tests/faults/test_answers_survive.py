"""What was answered is what is read: through the page's text, through JSON, through the database, for every released form."""

import json
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms.answers import Crf, from_json, to_json
from forms.catalogue import definitions
from forms.document import as_typed, read_document
from tests.actions.house import ENROLLED, House
from tests.actions.rooms import on_both
from tests.faults.answers import answers_of
from tests.store.house import Happened
from trial.actor import SYSTEM
from trial.store import crfs

RELEASED = sorted(definitions())
each_version = pytest.mark.parametrize("version", RELEASED, ids=lambda v: f"{v[0]}-v{v[1]}")
NUMBERS = count(1)


@each_version
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_json_and_the_page_give_back_every_answer(version: tuple[str, int], data: st.DataObject) -> None:
    form = definitions()[version]
    answers = data.draw(answers_of(form))
    text = json.dumps(to_json(answers, form.kinds()))
    assert from_json(json.loads(text), form.kinds()) == answers
    read = read_document(form, as_typed(form, answers), lambda: "new")
    assert read.findings == ()
    assert read.answers == answers


@on_both
@settings(max_examples=3, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_database_gives_back_every_answer_of_every_form(either: House, data: st.DataObject) -> None:
    saved = []
    with (uow := either.work(SYSTEM)):
        for form, version in RELEASED:
            answers = data.draw(answers_of(definitions()[form, version]))
            crf = Crf(form, version, "UNS-9", next(NUMBERS), 1, answers)
            if form != "SPEC":  # its ids are unique in the trial, and two examples may draw the same
                crfs.append_revision(uow, ENROLLED, crf, based_on=None, reason=None, source="test")
                saved.append(crf)
        uow.record(Happened("saved", participant=ENROLLED))
        uow.commit()
    stored = {crf.address: crf for crf in crfs.current(either.reader, ENROLLED)}
    assert [stored[crf.address] for crf in saved] == saved


@on_both
@settings(max_examples=3, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_saved_loaded_and_saved_again_the_stored_text_is_the_same(either: House, data: st.DataObject) -> None:
    with (uow := either.work(SYSTEM)):
        for form, version in RELEASED:
            if form == "SPEC":
                continue
            answers = data.draw(answers_of(definitions()[form, version]))
            place = (form, version, "UNS-9", next(NUMBERS))
            crfs.append_revision(uow, ENROLLED, Crf(*place, 1, answers), based_on=None, reason=None, source="test")
            key = {"participant": ENROLLED, "form": form, "event": "UNS-9", "occurrence": place[3]}
            first = uow.the("crf_revision", number=1, **key)
            again = Crf(*place, 2, crfs.as_crf(first).answers)
            crfs.append_revision(uow, ENROLLED, again, based_on=1, reason="again", source="test")
            second = uow.the("crf_revision", number=2, **key)
            assert json.dumps(first["answers"]) == json.dumps(second["answers"])
        uow.record(Happened("saved twice", participant=ENROLLED))
        uow.commit()
