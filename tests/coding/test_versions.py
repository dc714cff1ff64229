"""Chapter: importing a dictionary whole or not at all, and what another version would change before it is put in use."""

import pytest

from tests.actions.house import ELSEWHERE, SCREENED, House
from tests.actions.rooms import on_both
from tests.coding.work import DRUGS, MINI, auto, code, edited, line_of, live, load, report, state
from trial.actions import checklist, dictionaries, hold
from trial.actions.dictionaries import Adopted
from trial.actions.hold import Scope
from trial.dictionaries.impact import change
from trial.errors import AlreadyExists, NotFound, NotOpen
from trial.store import coding
from trial.store.verify import verify


@on_both
def test_an_import_is_one_entry_of_the_journal_with_the_digest_of_all_its_terms(either: House) -> None:
    done = load(either)
    assert (done.state, done.terms, done.problems) == ("current", 116, ())
    row = either.reader.the("dictionary", id=done.dictionary)
    assert coding.digest(either.reader, done.dictionary) == (row["terms"], row["terms_sha256"])
    assert set(row["files"]) == {f.name for f in MINI.iterdir()}
    entries = [e for e in either.reader.all("journal", order_by="seq") if ":dictionary:" in e["tag"]]
    assert [e["tag"].rpartition(":")[2] for e in entries] == ["begun", "imported", "adopted"]
    assert verify(either.engine) == []


@on_both
def test_the_digest_is_the_same_on_both_engines(either: House) -> None:
    done = load(either)
    assert coding.digest(either.reader, done.dictionary)[1] == DIGEST


DIGEST = "7dc0ac482dc6432390e1625f53e4ae5933f88f6e5076dbe7afa1ad1287b43528"


@on_both
def test_one_bad_line_refuses_the_whole_and_names_itself(either: House, tmp_path) -> None:
    done = load(either, edited(tmp_path / "bad", "llt.asc", lambda s: s + "VGL9999$Nowhere$VGP9999$$$$$$$Y$$\n"))
    assert (done.state, done.found) == ("refused", 1)
    assert either.reader.all("dictionary_term") == either.reader.all("dictionary_word") == []
    (said,) = either.reader.the("dictionary", id=done.dictionary)["problems"]
    assert said == "llt.asc:65 Lowest level term VGL9999 has no preferred term."
    assert load(either).state == "current", "the same version may come again"


def test_a_code_that_stands_twice_among_the_lowest_terms_refuses_the_whole(house: House, tmp_path) -> None:
    done = load(house, edited(tmp_path / "bad", "llt.asc", lambda s: s + s.splitlines()[0] + "\n"))
    assert done.state == "refused"
    assert house.reader.all("dictionary_term") == []


def test_a_folder_without_the_files_of_a_dictionary_is_refused_before_anything_is_written(
    house: House, tmp_path
) -> None:
    with pytest.raises(NotFound) as told:
        load(house, tmp_path)
    assert "llt.asc" in told.value.key["name"]
    assert house.reader.all("dictionary") == []


def test_a_version_is_imported_once(house: House) -> None:
    load(house)
    with pytest.raises(AlreadyExists):
        load(house)


def test_an_import_that_was_cut_off_leaves_nothing_in_use_and_may_be_run_again(house: House, monkeypatch) -> None:
    def stop(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as m:
        m.setattr(dictionaries, "_end", stop)
        with pytest.raises(KeyboardInterrupt):
            load(house)
    assert coding.in_use(house.reader, "meddra") is None
    assert load(house).state == "current"


def test_names_of_drugs_are_coded_with_their_own_dictionary(house: House) -> None:
    load(house, DRUGS, kind="whodrug")
    house.save(SCREENED, "CM", {"CMTRT": "aspirin INVENTED brand", "CMINDC": "fever", "CMCLAS": "ANALGESIC"}, "ANY")
    auto(house)
    (row,) = live(house, form="CM", path="CMTRT")
    assert [(c["level"], c["text"]) for c in row["codes"]] == [
        ("DRUG", "Aspirin invented brand"), ("PREF", "Aspirin"), ("ATC", "Invented: against pain"),
    ]  # fmt: skip
    assert live(house, form="CM", path="CMINDC") == [], "no dictionary of events is in use"


# --- another version ----------------------------------------------------------------------------------------------------

LLT, PT = (MINI / "llt.asc").read_text("utf-8"), (MINI / "pt.asc").read_text("utf-8")


def without(text: str) -> str:
    return LLT.replace(line_of(LLT, f"${text}$") + "\n", "")


def retired(text: str) -> str:
    line = line_of(LLT, f"${text}$")
    return LLT.replace(line, line.replace("$Y$", "$N$"))


def moved(text: str, preferred: str) -> str:
    line = line_of(LLT, f"${text}$")
    return LLT.replace(line, line.replace(line.split("$")[2], line_of(PT, preferred).split("$")[0]))


NEXT = [
    ("gone", lambda s: without("Fatigue")),
    ("not-current", lambda s: retired("Fatigue")),
    ("moved-pt", lambda s: moved("Fatigue", "No appetite")),
]


@pytest.fixture
def coded(house: House) -> House:
    load(house)
    report(house, "fatigue")
    report(house, "nausea", 2)
    auto(house)
    return house


@pytest.mark.parametrize(("what", "edit"), NEXT, ids=[what for what, _ in NEXT])
def test_the_impact_names_each_code_that_would_not_mean_the_same_and_writes_nothing(
    coded: House, tmp_path, what, edit
) -> None:
    load(coded, edited(tmp_path / "next", "llt.asc", edit), "1.1")
    before = coded.state()
    told = dictionaries.impact(coded.reader, dictionaries.dictionary(coded.reader, "meddra", "1.1"))
    assert [(i.coding["verbatim"], i.what) for i in told.changed] == [("fatigue", what)]
    assert told.same == 1
    assert coded.state() == before


def test_another_class_is_named_and_what_it_is_now(coded: House, tmp_path) -> None:
    folder = edited(tmp_path / "next", "pt.asc", lambda s: s.replace("Tiredness$$VGS0003", "Tiredness$$VGS0001"))
    line = line_of((MINI / "mdhier.asc").read_text("utf-8"), "$Tiredness$")
    code_, *_rest = line.split("$")
    there = f"{code_}$VGH0001$VGG0001$VGS0001$Tiredness$$$$$$VGS0001$Y$"
    edited(folder, "mdhier.asc", lambda s: s.replace(line, there))
    edited(folder, "hlt_pt.asc", lambda s: s + f"VGH0001${code_}$\n")
    load(coded, folder, "1.1")
    (found,) = dictionaries.impact(coded.reader, dictionaries.dictionary(coded.reader, "meddra", "1.1")).changed
    assert (found.what, found.now[-1]["text"]) == ("moved-soc", "Invented class: blood")


def test_synonyms_whose_code_is_gone_are_listed(coded: House, tmp_path) -> None:
    report(coded, "worn out", 3)
    code(coded, "worn out", "Fatigue", approve=True, keep=True)
    load(coded, edited(tmp_path / "next", "llt.asc", lambda s: without("Fatigue")), "1.1")
    told = dictionaries.impact(coded.reader, dictionaries.dictionary(coded.reader, "meddra", "1.1"))
    assert [s["text"] for s in told.synonyms] == ["worn out"]


@on_both
def test_adopted_it_carries_what_is_the_same_and_proposes_the_rest(either: House, tmp_path) -> None:
    load(either)
    for number, words in enumerate(("fatigue", "nausea", "pruritus", "colitis"), start=1):
        report(either, words, number)
    auto(either)
    lines = {"Fatigue": without("Fatigue")}
    text = lines["Fatigue"].replace(line_of(LLT, "$Pruritus$"), line_of(LLT, "$Pruritus$").replace("$Y$", "$N$"))
    text += "VGL9001$pruritus$VGP0001$$$$$$$Y$$\n"
    text = text.replace(
        line_of(LLT, "$Colitis$"), line_of(LLT, "$Colitis$").replace(line_of(LLT, "$Colitis$").split("$")[2], "VGP0001")
    )
    again = load(either, edited(tmp_path / "next", "llt.asc", lambda s: text), "1.1")
    assert again.state == "ready"
    assert dictionaries.adopt(again.dictionary, uow=either.work("data_manager")) == Adopted(
        carried=1, proposed=2, left=1
    )
    assert [state(either, n) for n in (1, 2, 3, 4)] == ["recode", "approved", "proposed", "proposed"]
    old, new = live(either, 3)
    assert (old["state"], old["version"], new["state"], new["version"]) == ("approved", "1.0", "proposed", "1.1")
    (kept,) = live(either, 2)
    assert (kept["version"], kept["valid_in"]) == ("1.0", again.dictionary), "chosen from 1.0, found the same in 1.1"
    assert verify(either.engine) == []


def test_run_again_it_goes_on_where_it_was_cut_off(coded: House, tmp_path) -> None:
    report(coded, "nausea", participant=ELSEWHERE)
    auto(coded)
    again = load(coded, edited(tmp_path / "next", "llt.asc", lambda s: without("Fatigue")), "1.1")

    def stop(_done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        dictionaries.adopt(again.dictionary, uow=coded.work("data_manager"), progress=stop)
    assert dictionaries.adopt(again.dictionary, uow=coded.work("data_manager")).carried == 1
    assert all(r["valid_in"] == again.dictionary for r in (*live(coded, 2), *live(coded, participant=ELSEWHERE)))


def test_what_is_locked_keeps_its_code_and_its_version(coded: House, tmp_path) -> None:
    again = load(coded, edited(tmp_path / "next", "llt.asc", lambda s: without("Fatigue")), "1.1")
    hold.place("lock", Scope(None, SCREENED), "done", uow=coded.work("data_manager"))
    before = coded.reader.all("coding", order_by="id")
    assert dictionaries.adopt(again.dictionary, uow=coded.work("data_manager")) == Adopted(held=2)
    assert coded.reader.all("coding", order_by="id") == before


def test_a_version_that_was_given_up_or_refused_is_not_adopted(coded: House, tmp_path) -> None:
    again = load(coded, edited(tmp_path / "next", "llt.asc", lambda s: s), "1.1")
    dictionaries.adopt(again.dictionary, uow=coded.work("data_manager"))
    bad = load(coded, edited(tmp_path / "bad", "llt.asc", lambda s: s + "x\n"), "1.2")
    for number, why in ((1, "dictionary-retired"), (bad.dictionary, "dictionary-refused")):
        with pytest.raises(NotOpen) as told:
            dictionaries.adopt(number, uow=coded.work("data_manager"))
        assert told.value.blockers == (why,)


def path(**codes: str) -> list[dict[str, str]]:
    return [{"level": level, "code": code, "text": code} for level, code in codes.items()]


WAS = path(LLT="1", PT="2", HLT="3", HLGT="4", SOC="5")
CHANGES = [
    (None, True, "gone"),
    (WAS, False, "not-current"),
    (WAS, True, "same"),
    (path(LLT="1", PT="9", HLT="3", HLGT="4", SOC="9"), True, "moved-pt"),
    (path(LLT="1", PT="2", HLT="9", HLGT="9", SOC="9"), True, "moved-soc"),
    (path(LLT="1", PT="2", HLT="9", HLGT="4", SOC="5"), True, "moved"),
    ([each | {"text": "renamed"} for each in WAS], True, "same"),
]


@pytest.mark.parametrize(("now", "current", "what"), CHANGES)
def test_the_gravest_change_is_named(now, current: bool, what: str) -> None:
    assert change(WAS, now, current=current) == what


# --- searching ----------------------------------------------------------------------------------------------------------


def found(house: House, text: str) -> list[str]:
    used = coding.in_use(house.reader, "meddra")
    assert used
    return [row["text"] for row in coding.search(house.reader, used, text)]


@on_both
def test_a_search_finds_by_the_beginning_of_words_in_any_order_best_first(either: House) -> None:
    load(either)
    assert found(either, "rash") == ["Rash", "Rash maculo-papular"]
    assert found(either, "decr neutr") == ["Neutrophil count decreased"]
    assert found(either, "NEUTROPENI") == ["Febrile neutropenia", "Neutropenic fever"], "the second is not current"
    assert found(either, "neutropenic fever") == ["Neutropenic fever"]
    assert found(either, "anaemia") == ["Anemia"]
    assert found(either, "xyz") == found(either, "") == found(either, "%") == []


@on_both
def test_terms_are_listed_by_text_and_counted_within_the_sites_that_are_reached(either: House) -> None:
    load(either)
    for number, words in enumerate(("Fatigue", "fatigue", "Müdigkeit 100%"), start=1):
        report(either, words, number)
    report(either, "FATIGUE", participant=ELSEWHERE)
    every = coding.groups(either.reader, None, "meddra", {"uncoded"})
    assert [(r["folded"], r["places"], r["participants"]) for r in every] == [
        ("fatigue", 3, 2),
        ("mudigkeit 100", 1, 1),
    ]
    two = frozenset({"02"})
    assert [(r["folded"], r["places"]) for r in coding.groups(either.reader, two, "meddra", {"uncoded"})] == [
        ("fatigue", 1)
    ]
    assert coding.count_groups(either.reader, None, "meddra", {"uncoded"}) == 2
    assert coding.count_groups(either.reader, None, "meddra", {"uncoded"}, text="mudi") == 1
    assert coding.count_groups(either.reader, None, "meddra", {"uncoded"}, text="%") == 0
    assert coding.count_terms(either.reader, two, {"uncoded"}) == 1
    auto(either)
    past = coding.history(either.reader, None, "meddra", "fatigue")
    assert [(r["participant"], r["occurrence"]) for r in past] == [(SCREENED, 1), (SCREENED, 2), (ELSEWHERE, 1)]
    used = coding.in_use(either.reader, "meddra")
    assert used
    assert [
        r["text"] for r in coding.below(either.reader, used["id"], "meddra", live(either)[0]["codes"][1]["code"])
    ] == ["Fatigue", "Tiredness"]


def test_a_search_uses_the_index(house: House) -> None:
    load(house)
    from sqlalchemy import event

    plans: list[str] = []

    @event.listens_for(house.engine, "before_cursor_execute")
    def note(connection, cursor, sql, parameters, context, many):
        if "dictionary_word" in sql and not sql.startswith("EXPLAIN"):
            plans.extend(row[3] for row in cursor.connection.execute("EXPLAIN QUERY PLAN " + sql, parameters))

    assert found(house, "neutro")
    assert plans
    assert not [step for step in plans if step.startswith("SCAN")]


# --- the checklist ------------------------------------------------------------------------------------------------------


def left(house: House, site: str | None = None) -> tuple[int, tuple[str, ...]]:
    step = next(s for s in checklist.count(house.reader, site, house.clock) if s.id == "terms-uncoded")
    return step.left, step.where


@pytest.mark.requirement("R44")
@on_both
def test_terms_that_are_not_coded_stand_on_the_checklist_once_a_dictionary_is_in_use(either: House) -> None:
    report(either, "felt odd")
    report(either, "fatigue", 2)
    assert left(either) == (0, ())
    load(either)
    assert left(either) == (2, (f"{SCREENED} AE/ANY/1", f"{SCREENED} AE/ANY/2"))
    auto(either)
    assert left(either) == (1, (f"{SCREENED} AE/ANY/1",))
    assert left(either, "02") == (0, ())
    code(either, "felt odd", "Fatigue")
    assert left(either)[0] == 1, "a proposal is not a code"
    code(either, "felt odd", "Fatigue", approve=True)
    assert left(either) == (0, ())


@pytest.mark.requirement("R44")
def test_coding_again_changes_what_a_checklist_was_signed_for(coded: House) -> None:
    def digest() -> str:
        return checklist.digest_of(coded.reader, None, checklist.count(coded.reader, None, coded.clock))

    before = digest()
    code(coded, "fatigue", "Nausea", approve=True, reason="nausea was meant")
    assert digest() != before
