"""Chapter: queries (ODM 2.0 states; R29, R41): who asks, who answers, who closes, and that none is ever lost."""

import pytest

from forms.catalogue import current, order
from forms.mirrors import mirrors
from tests.actions.house import ELSEWHERE, ENROLLED, SCREENED, SCREENING, House, day
from tests.actions.rooms import on_both
from tests.office.work import act, ask, of_rule, row, state
from trial.actions import hold, queries
from trial.actions.hold import Scope
from trial.actions.queries import Question
from trial.errors import ConfirmationNeeded, CrfLocked, NotAllowed, NotFound, NotOpen, Refused
from trial.queries import ACTS, LIVE, STATE_WORDS, may_act, next_state, possible
from trial.roles import ROLES
from trial.store import office

MRI = SCREENING["MRI0"]
RAISERS = ("monitor", "data_manager", "safety_officer")


@pytest.mark.requirement("R41")
@on_both
def test_a_query_is_opened_answered_and_closed_and_every_step_is_kept(either: House) -> None:
    query = ask(either, SCREENED)
    assert state(either, query) == "open"
    act(either, query, "answer", "The report was misread; corrected.")
    assert state(either, query) == "answered"
    act(either, query, "close", "", by="monitor")
    said = [(s["act"], s["state"], s["role"], s["words"]) for s in office.thread(either.reader, query)]
    assert said == [
        ("raise", "open", "monitor", "The report says 65 mm. Please check."),
        ("answer", "answered", "coordinator", "The report was misread; corrected."),
        ("close", "closed", "monitor", ""),
    ]
    assert either.reader.the("query", id=query)["ended_at"] == either.clock.now()


@pytest.mark.requirement("R22")
def test_every_act_is_in_the_journal_with_who_did_it(house: House) -> None:
    query = ask(house, SCREENED)
    act(house, query, "answer")
    raised, moved = (
        house.journal("person:query:raised", SCREENED)[-1],
        house.journal("person:query:moved", SCREENED)[-1],
    )
    assert (raised["actor"], raised["role"]) == (house.actor("monitor").person_id, "monitor")
    assert (moved["actor"], moved["role"]) == (house.actor("coordinator").person_id, "coordinator")


@pytest.mark.parametrize("act_", ACTS)
@pytest.mark.parametrize("from_", STATE_WORDS)
def test_what_ended_is_never_moved_again(act_: str, from_: str) -> None:
    led = next_state(act_, from_)
    assert led is None or from_ in LIVE
    assert led is None or led in STATE_WORDS


CLOSERS = {
    "monitor": {"monitor", "data_manager"},
    "data_manager": {"data_manager"},
    "safety_officer": {"safety_officer", "data_manager"},
    None: {"data_manager"},
}


@pytest.mark.requirement("R41")
@pytest.mark.parametrize("raised", CLOSERS, ids=str)
@pytest.mark.parametrize("role", ROLES)
def test_it_is_closed_by_the_role_that_raised_it_or_a_data_manager_never_by_the_site(
    role: str, raised: str | None
) -> None:
    for what in ("close", "cancel", "reopen", "open"):
        assert may_act(role, what, raised) is (role in CLOSERS[raised])


@pytest.mark.parametrize("role", ROLES)
def test_only_who_enters_answers(role: str) -> None:
    assert may_act(role, "answer", "monitor") is (role in {"coordinator", "investigator", "laboratory"})


@pytest.mark.parametrize("by", ["coordinator", "investigator"])
def test_the_site_cannot_close(house: House, by: str) -> None:
    query = ask(house, SCREENED)
    with pytest.raises(NotAllowed):
        act(house, query, "close", by=by)
    assert state(house, query) == "open"


def test_one_monitor_may_close_what_another_monitor_asked_the_safety_officer_may_not(house: House) -> None:
    query = ask(house, SCREENED)
    with pytest.raises(NotAllowed):
        act(house, query, "close", by="safety_officer")
    act(house, query, "close", by="data_manager")


@pytest.mark.parametrize("by", sorted(set(ROLES) - set(RAISERS)))
def test_nobody_else_asks(house: House, by: str) -> None:
    with pytest.raises((NotAllowed, NotFound)):
        ask(house, SCREENED, by=by)
    assert house.reader.all("query", source="monitor") == []


def test_a_monitor_of_another_site_does_not_even_find_it(house: House) -> None:
    query = ask(house, SCREENED)
    with pytest.raises(NotFound):
        act(house, query, "close", by="monitor", site="02")
    with pytest.raises(NotFound):
        queries.raise_query(Question(ELSEWHERE, "Why?", "SCR", "MRI0", 1), uow=house.work("monitor", "01"))


@pytest.mark.parametrize(
    ("form", "event", "path"),
    [("XX", "SCR", ""), ("MRI0", "FU03", ""), ("MRI0", "SCR", "NOSUCH"), ("MRI0", "SCR", "R/none/DISTAV")],
)
def test_a_query_points_at_something_that_exists(house: House, form: str, event: str, path: str) -> None:
    with pytest.raises(NotFound):
        ask(house, SCREENED, form, path, event=event)


@pytest.mark.parametrize(
    "place",
    [
        {"form": None, "event": None, "occurrence": None, "path": ""},
        {"form": None, "occurrence": None, "path": ""},
        {"path": ""},
        {},
    ],
    ids=["participant", "visit", "form", "item"],
)
def test_it_may_stand_on_a_participant_a_visit_a_form_or_an_item(house: House, place: dict) -> None:
    query = house.reader.the("query", id=ask(house, SCREENED, **place))
    assert query["participant"] == SCREENED
    assert {name: query[name] for name in place} == place


def test_a_blank_item_and_a_form_that_was_not_entered_can_be_asked_about(house: House) -> None:
    assert ask(house, SCREENED, "MRI0", "VOLUME")
    assert ask(house, SCREENED, "SPEC", "", event="ANY")


@pytest.mark.parametrize("words", ["", "  ", "\x00"])
def test_a_question_without_words_is_refused(house: House, words: str) -> None:
    with pytest.raises(Refused):
        ask(house, SCREENED, words=words)


@pytest.mark.parametrize("what", ["answer", "remark"])
def test_an_answer_without_words_is_refused(house: House, what: str) -> None:
    query = ask(house, SCREENED)
    with pytest.raises(Refused):
        act(house, query, what, " ")
    assert state(house, query) == "open"


def test_an_answer_to_what_was_answered_is_refused_and_told(house: House) -> None:
    query = ask(house, SCREENED)
    act(house, query, "answer")
    with pytest.raises(NotOpen) as told:
        act(house, query, "answer")
    assert told.value.blockers == ("query-answered",)


def test_an_answer_that_does_not_satisfy_opens_it_again(house: House) -> None:
    query = ask(house, SCREENED)
    act(house, query, "answer")
    act(house, query, "reopen", "Which report?", by="monitor")
    assert state(house, query) == "open"
    assert house.reader.the("query", id=query)["ended_at"] is None


def test_a_double_click_asks_once(house: House) -> None:
    assert ask(house, SCREENED, key="k1") == ask(house, SCREENED, key="k1")
    assert len(house.reader.all("query", participant=SCREENED, source="monitor")) == 1


def test_many_are_closed_at_once_or_none(house: House) -> None:
    first, second = ask(house, SCREENED), ask(house, SCREENED, path="LENGTH")
    assert queries.act_on([first, second, first], "close", "", uow=house.work("data_manager")) == 2
    third = ask(house, SCREENED)
    with pytest.raises(NotOpen):
        queries.act_on([third, first], "close", "", uow=house.work("data_manager"))
    assert state(house, third) == "open"


def test_it_is_given_to_somebody_who_reaches_the_site(house: House) -> None:
    query = ask(house, SCREENED)
    act(house, query, "assign", "", by="monitor", assigned="coordinator01")
    assert house.reader.the("query", id=query)["assigned"] == house.actor("coordinator").person_id
    with pytest.raises(NotFound):
        act(house, query, "assign", "", by="monitor", assigned="coordinator02")


@pytest.mark.parametrize("role", ROLES)
def test_a_page_offers_what_the_action_would_do(role: str) -> None:
    offered = possible(role, {"state": "open", "raised_role": "monitor"})
    assert all(may_act(role, what, "monitor") and next_state(what, "open") for what in offered)


# --- rows and revisions ---------------------------------------------------------------------------------------------


ROWS = [
    {"LBTEST": "CEA", "LBOPER": "=", "LBORRES": "2.1", "LBORRESU": "ug/L"},
    {"LBTEST": "HGB", "LBOPER": "=", "LBORRES": "140", "LBORRESU": "g/L"},
]


@on_both
def test_a_query_on_row_2_stands_while_row_1_is_saved_again_reordered_and_taken_away(either: House) -> None:
    either.save(SCREENED, "LB", {"LBDAT": day(3)}, groups={"R": ROWS})
    one, two = [r["id"] for r in either.stored(SCREENED, "LB")["groups"]["R"]]
    path = f"R/{two}/LBORRES"
    query = ask(either, SCREENED, "LB", path)
    kept = [{"id": two, "items": ROWS[1]}, {"id": one, "items": ROWS[0] | {"LBORRES": "2.2"}}]
    either.save(SCREENED, "LB", {"LBDAT": day(3)}, groups={"R": kept}, reasons={"": "typing error"})
    either.save(SCREENED, "LB", {"LBDAT": day(3)}, groups={"R": kept[:1]}, reasons={"": "another person's"})
    found = either.reader.the("query", id=query)
    assert (found["path"], found["state"]) == (path, "open")
    assert either.stored(SCREENED, "LB")["groups"]["R"][0]["id"] == two


def test_a_query_survives_the_removal_of_the_form_it_stands_on(house: House) -> None:
    from trial.actions import enter

    house.save(SCREENED, "LB", {"LBDAT": day(3)}, groups={"R": ROWS[:1]})
    query = ask(house, SCREENED, "LB", "")
    enter.remove_crf(house.entry(SCREENED, "LB"), "another person's", uow=house.work())
    assert state(house, query) == "open"


# --- the system's own -------------------------------------------------------------------------------------------------


def _overridden(house: House) -> str:
    """A tumour at 155 mm is unusual: confirmed with a reason."""
    participant = house.screened()
    items = MRI | {"DISTAV": "155"}
    why = {"MRI0.DISTAV:soft": "measured twice"}
    house.save(participant, "MRI0", items, reasons={"": "second reading"}, confirmed=why)
    return participant


@pytest.mark.requirement("R29")
@on_both
def test_an_overridden_soft_check_stands_as_an_answered_query_with_its_reason(either: House) -> None:
    participant = _overridden(either)
    (query,) = of_rule(either, participant, "MRI0.DISTAV:soft")
    assert (query["state"], query["source"], query["path"], query["raised_role"]) == (
        "answered",
        "system",
        "DISTAV",
        None,
    )
    assert [(s["act"], s["words"]) for s in office.thread(either.reader, query["id"])][1] == (
        "answer",
        "measured twice",
    )


def test_what_the_check_no_longer_says_is_resolved_by_the_system(house: House) -> None:
    participant = _overridden(house)
    house.save(participant, "MRI0", MRI, reasons={"": "first reading was right"})
    (query,) = of_rule(house, participant, "MRI0.DISTAV:soft")
    assert query["state"] == "resolved"
    assert office.thread(house.reader, query["id"])[-1]["role"] is None


def test_what_a_data_manager_closed_is_not_asked_again_while_nothing_changes(house: House) -> None:
    participant = _overridden(house)
    (query,) = of_rule(house, participant, "MRI0.DISTAV:soft")
    act(house, query["id"], "close", "", by="data_manager")
    again = MRI | {"DISTAV": "155", "LENGTH": "41"}
    house.save(participant, "MRI0", again, reasons={"": "typo"}, confirmed={"MRI0.DISTAV:soft": "measured twice"})
    assert [q["state"] for q in of_rule(house, participant, "MRI0.DISTAV:soft")] == ["closed"]


def test_another_unusual_value_is_asked_about_anew(house: House) -> None:
    participant = _overridden(house)
    (query,) = of_rule(house, participant, "MRI0.DISTAV:soft")
    act(house, query["id"], "close", "", by="data_manager")
    other = MRI | {"DISTAV": "160"}
    house.save(participant, "MRI0", other, reasons={"": "third"}, confirmed={"MRI0.DISTAV:soft": "and again"})
    assert [q["state"] for q in of_rule(house, participant, "MRI0.DISTAV:soft")] == ["closed", "answered"]


def test_the_system_never_closes_what_a_person_asked(house: House) -> None:
    query = ask(house, SCREENED)
    house.save(SCREENED, "MRI0", MRI | {"DISTAV": "65"}, reasons={"": "the query"})
    assert state(house, query) == "open"


# --- what an open query stops, and what stops queries ---------------------------------------------------------------


def test_an_open_query_on_a_source_of_the_model_holds_the_own_estimate_back(house: House) -> None:
    participant = house.restaged()
    query = ask(house, participant)
    with pytest.raises(NotOpen) as told:
        house.estimate(participant)
    assert [b.id for b in told.value.blockers] == ["query-open"]
    act(house, query, "answer")
    house.estimate(participant)


def test_an_open_query_on_a_form_the_model_does_not_read_holds_nothing_back(house: House) -> None:
    participant = house.restaged()
    ask(house, participant, "IC", "ICVER")
    house.estimate(participant)


def test_a_frozen_form_is_still_asked_about_a_locked_one_is_not(house: House) -> None:
    place = Scope(None, ENROLLED, "SCR", "MRI0", 1)
    hold.place("freeze", place, "cleaned", uow=house.work("data_manager"))
    query = ask(house, ENROLLED)
    hold.place("lock", place, "done", uow=house.work("data_manager"))
    for attempt in (lambda: ask(house, ENROLLED), lambda: act(house, query, "answer")):
        with pytest.raises(CrfLocked):
            attempt()


# --- a check of another form ----------------------------------------------------------------------------------------

EVENT = {"AESPID": "1", "AETERM": "Ileus", "AESTDAT": day(20), "AETOXGR": "3", "AESER": "Y", "AESCRIT": ["HOSPITAL"], "AEREL": ["CHEMO"],
         "AEOUT": "RECOVERING"}  # fmt: skip
REPORT = {"SAEAENO": "AE/ANY/1", "SAEREP": "INITIAL", "SAEAWARE": f"{day(21)} 08:30", "SAENARR": "Admitted."}
MILD = {k: v for k, v in EVENT.items() if k != "AESCRIT"} | {"AESER": "N"}


def mistaken(house: House) -> str:
    """Somebody whose serious event was reported, and called not serious afterwards."""
    participant = house.eligible()
    house.save(participant, "AE", EVENT, "ANY")
    house.save(participant, "SAE", REPORT, "ANY")
    house.save(participant, "AE", MILD, "ANY", reasons={"": "discussed"})
    return participant


@on_both
def test_a_check_that_a_later_save_of_another_form_breaks_is_asked_of_the_site(either: House) -> None:
    participant = mistaken(either)
    (query,) = of_rule(either, participant, "SAE-S1")
    assert (query["state"], query["form"], query["path"]) == ("open", "SAE", "SAEAENO")
    assert row(either, participant, "SAE", "ANY")["asks"] == 1


def test_it_is_answered_by_confirming_it_on_the_form(house: House) -> None:
    participant = mistaken(house)
    house.save(participant, "SAE", REPORT, "ANY", confirmed={"SAE-S1": "reported to be on the safe side"})
    (query,) = of_rule(house, participant, "SAE-S1")
    assert query["state"] == "answered"
    assert row(house, participant, "SAE", "ANY")["asks"] == 0


def test_it_is_resolved_when_the_other_form_is_mended(house: House) -> None:
    participant = mistaken(house)
    house.save(participant, "AE", EVENT, "ANY", reasons={"": "it was"})
    (query,) = of_rule(house, participant, "SAE-S1")
    assert query["state"] == "resolved"
    assert row(house, participant, "SAE", "ANY")["asks"] == 0


# --- one fact, asked about from two forms ---------------------------------------------------------------------------

BENT = {"PATH-S1": "the scope was bent"}
FAR = SCREENING["PATH"] | {"ENDODIST": "9"}


@on_both
def test_what_was_answered_on_one_form_is_not_asked_on_the_other(either: House) -> None:
    participant = either.screened()
    either.save(participant, "PATH", FAR, reasons={"": "report found"}, confirmed=BENT)
    assert of_rule(either, participant, "MRI0-S2") == []
    assert row(either, participant, "MRI0")["asks"] == 0
    (query,) = of_rule(either, participant, "PATH-S1")
    assert query["state"] == "answered"
    either.save(participant, "MRI0", MRI | {"LENGTH": "43"}, reasons={"": "remeasured"})


def test_a_new_value_is_a_new_question_on_whichever_form_it_is_typed(house: House) -> None:
    participant = house.screened()
    house.save(participant, "PATH", FAR, reasons={"": "report found"}, confirmed=BENT)
    with pytest.raises(ConfirmationNeeded) as asked:
        house.save(participant, "MRI0", MRI | {"DISTAV": "30"}, reasons={"": "remeasured"})
    assert {f.key for f in asked.value.findings} == {"MRI0-S2"}


def test_it_is_asked_again_when_the_form_that_was_answered_is_gone(house: House) -> None:
    participant = house.screened()
    house.save(participant, "PATH", FAR, reasons={"": "report found"}, confirmed=BENT)
    house.save(participant, "PATH", SCREENING["PATH"] | {"ENDODIST": "6"}, reasons={"": "misread"})
    (query,) = of_rule(house, participant, "PATH-S1")
    assert query["state"] == "resolved"
    assert row(house, participant, "MRI0")["asks"] == 0


def test_mirrors_are_derived_from_what_the_checks_read_and_deviations_have_none() -> None:
    found = mirrors(tuple(current(form) for form in order()))
    assert found["PATH", "PATH-S1"] == (("MRI0", "MRI0-S2"),)
    assert found["MRI0", "MRI0-S2"] == (("PATH", "PATH-S1"),)
    assert set(found["MRI0", "MRI0-S1"]) == {("RT", "RT-S5"), ("EX", "EX-S5")}
    checks = {(f, c.id): c for f in order() for c in current(f).checks}
    assert all(
        checks[one].deviation is None and one in found[other] for one, others in found.items() for other in others
    )
