"""Chapter: the API does what the pages do, to whom the pages do it, and says so in OpenAPI."""

from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from tests.actions.house import ELSEWHERE, READY, RESTAGED, SCREENED, House, day
from trial.roles import ROLES, may
from trial.screening_log import AGE_BANDS, REASONS
from trial.web.api.operations import OPERATIONS, PERMISSIONS

IC = f"/participants/{SCREENED}/crfs/SCR/IC/1"
DM = f"/participants/{SCREENED}/crfs/SCR/DM/1"
CM = f"/participants/{SCREENED}/crfs/ANY/CM/1"
READS = {
    "me": "/me", "sites": "/sites", "forms": "/forms", "form": "/forms/IC/1", "protocol": "/protocol", "notices": "/notices",
    "participants": "/participants", "crfs_of": f"/participants/{SCREENED}/crfs", "crf": DM, "history": f"{DM}/history",
    "eligibility": f"/participants/{SCREENED}/eligibility", "due": "/due", "queries": "/queries", "held": "/holds",
    "modalities": "/modalities", "serious": "/safety", "ranges": "/ranges", "versions": "/versions", "screening_lines": "/screening-log",
    "deviations": "/deviations", "audit": f"/audit?participant={SCREENED}&limit=5", "openapi": "/openapi.json",
}  # fmt: skip


def declared(name: str) -> Any:
    return next(o for o in OPERATIONS if o.name == name)


def fits(name: str, answer: Any) -> None:
    Draft202012Validator(dict(declared(name).gives)).validate(answer)


def test_the_document_is_openapi_and_names_every_operation(program: Callable) -> None:
    document = program().get("/openapi.json")
    validate(document)
    named = {o["operationId"] for path in document["paths"].values() for o in path.values()}
    assert named == {o.name for o in OPERATIONS}
    assert all(
        "responses" in o and len(o["responses"]) == 7 for path in document["paths"].values() for o in path.values()
    )


@pytest.mark.parametrize("name", READS)
def test_what_is_read_is_what_the_document_says(program: Callable, name: str) -> None:
    answer = program().get(READS[name])
    fits(name, answer)
    if name not in ("held", "serious", "ranges", "screening_lines", "deviations"):  # made and read again below
        assert answer not in ([], {})


def test_every_reading_operation_is_tried() -> None:
    rest = {o.name for o in OPERATIONS if o.method == "GET"} - set(READS)
    assert rest == {"thread", "uncoded", "steps", "outputs", "output"}  # of other roles, below


@pytest.mark.parametrize("name", sorted(PERMISSIONS))
def test_a_right_that_a_role_lacks_is_refused_whatever_is_asked(program: Callable, house: House, name: str) -> None:
    operation = declared(name.partition(".")[2])
    lacking = [r for r in ROLES if not may(r, operation.verb)]
    filled = {
        "participant": SCREENED,
        "event": "SCR",
        "form": "IC",
        "occurrence": "1",
        "version": "1",
        "number": "1",
        "act": "close",
        "kind": "labs",
        "output": "disposition",
    }
    path = operation.path
    for part, value in filled.items():
        for shape in (f"<{part}>", f"<int:{part}>"):
            path = path.replace(shape, value)
    for role in lacking[:2]:
        mine, before = program(role), house.state()
        refused = mine.call(operation.method, path, {})
        assert refused.status_code == 403, (role, path, refused.text)
        assert house.state() == before


def test_a_browser_without_a_token_opens_nothing(desk) -> None:
    client = desk.client("coordinator01")
    assert client.get("/participants/").status_code == 200
    refused = client.get("/api/v1/participants")
    assert (refused.status_code, refused.mimetype) == (401, "application/problem+json")
    assert refused.headers["WWW-Authenticate"] == "Bearer"


def test_a_reading_token_changes_nothing(program: Callable) -> None:
    reads = program(scope="read")
    assert reads.call("GET", "/me").status_code == 200
    assert reads.call("POST", "/participants", {"site": "01", "key": "k"}).status_code == 403
    assert program(scope="calendar").call("GET", "/me").status_code == 403


def test_sites_are_kept_apart(program: Callable) -> None:
    mine = program()
    assert {p["site"] for p in mine.get("/participants")["items"]} == {"01"}
    assert {s["code"] for s in mine.get("/sites")} == {"01"}
    for path in (
        f"/participants/{ELSEWHERE}/crfs",
        f"/participants/{ELSEWHERE}/crfs/SCR/IC/1",
        f"/audit?participant={ELSEWHERE}",
    ):
        assert mine.call("GET", path).status_code == 404
    assert mine.call("POST", "/participants", {"site": "02", "key": "k"}).status_code in (403, 404)


def test_a_form_is_entered_asked_about_changed_with_a_reason_and_not_overwritten(
    program: Callable, house: House
) -> None:
    mine = program()
    typed = {"items": {"CMTRT": "Aspirin", "CMSTDAT": "2026-01", "CMCLAS": "OTHER"}, "based_on": None, "key": "once"}
    first = mine.call("PUT", CM, typed)
    assert (first.status_code, first.json["revision"], first.json["complete"]) == (200, 1, True)
    fits("save", first.json)
    assert mine.call("PUT", CM, typed).json == first.json  # the same key: the same answer, nothing twice
    changed = {"items": {**typed["items"], "CMTRT": "Ibuprofen"}, "based_on": 1}
    assert mine.call("PUT", CM, changed).status_code == 422
    assert mine.call("PUT", CM, changed | {"reasons": {"": "misread"}}).json["revision"] == 2
    stale = mine.call("PUT", CM, changed | {"reasons": {"": "again"}})
    assert stale.status_code == 409
    assert house.stored(SCREENED, "CM", "ANY")["items"]["CMTRT"] == "Ibuprofen"
    assert {r["source"] for r in mine.get(f"{CM}/history")} == {"api"}
    assert mine.get(CM)["answers"]["items"]["CMTRT"] == "Ibuprofen"


def test_what_cannot_be_true_is_refused_in_words_and_a_preview_writes_nothing(program: Callable, house: House) -> None:
    mine, before = program(), house.state()
    wrong = {"items": {"CMTRT": "Aspirin", "CMSTDAT": "2031-01-01"}}
    refused = mine.call("PUT", CM, wrong)
    assert refused.status_code == 422
    assert refused.json["details"]
    told = mine.call("POST", f"{CM}/preview", wrong)
    fits("preview", told.json)
    assert {f["level"] for f in told.json["findings"]} >= {"hard", "missing"}
    assert house.state() == before


def test_who_may_not_write_a_form_on_the_page_may_not_here(program: Callable) -> None:
    elig = f"/participants/{SCREENED}/crfs/SCR/ELIG/1"
    assert program().call("PUT", elig, {"items": {"ELIGCONF": "Y", "ELIGDAT": day(10)}}).status_code == 403
    assert program("monitor").call("PUT", CM, {"items": {}}).status_code == 403
    assert program("laboratory").call("GET", DM).status_code == 403


def test_a_query_is_raised_answered_and_closed(program: Callable) -> None:
    monitor, site = program("monitor"), program()
    asked = {
        "participant": SCREENED,
        "words": "Is it so?",
        "event": "SCR",
        "form": "DM",
        "occurrence": 1,
        "path": "SEX",
        "key": "q",
    }
    made = monitor.call("POST", "/queries", asked)
    assert made.status_code == 201
    number = made.json["id"]
    assert monitor.call("POST", "/queries", asked).json["id"] == number
    found = next(q for q in site.get("/queries?live=true")["items"] if q["id"] == number)
    fits("queries", {"total": 1, "items": [found]})
    assert site.call("POST", f"/queries/{number}/answer", {"words": "It is"}).json == {"done": 1}
    assert site.call("POST", f"/queries/{number}/close", {"words": ""}).status_code in (403, 409)
    assert monitor.call("POST", f"/queries/{number}/close", {"words": ""}).json == {"done": 1}
    thread = monitor.get(f"/queries/{number}/thread")
    fits("thread", thread)
    assert [r["act"] for r in thread] == ["raise", "answer", "close"]


def test_values_are_verified_and_forms_frozen(program: Callable, house: House) -> None:
    done = program("monitor").call("POST", f"{DM}/verification", {"revision": 1})
    assert done.json["done"] > 0
    office = program("data_manager")
    held = office.call("POST", "/holds", {"kind": "freeze", "reason": "audit", "participant": SCREENED})
    assert held.status_code == 201
    assert program().call("PUT", CM, {"items": {"CMTRT": "x"}}).status_code == 409
    assert [h["reason"] for h in office.get("/holds")] == ["audit"]
    lifted = office.call("DELETE", f"/holds/{held.json['id']}", {"reason": "done"})
    fits("lift", lifted.json)
    assert office.get("/holds") == []


def test_a_participant_is_numbered_once(program: Callable) -> None:
    mine = program()
    first = mine.call("POST", "/participants", {"site": "01", "key": "a"})
    assert (first.status_code, mine.call("POST", "/participants", {"site": "01", "key": "a"}).json) == (201, first.json)


def test_a_file_of_results_is_tried_then_taken(program: Callable, house: House) -> None:
    rows = f"participant,event,date,test,operator,result,unit\n{READY},RST,{day(118)},HGB,=,135,g/L\n{READY},RST,{day(118)},XXX,=,1,g/L\n"
    office = program("data_manager")
    before = house.state()
    tried = office.client.post("/api/v1/imports/labs?name=a.csv", data=rows, headers=office.headers)
    assert (tried.status_code, tried.json["state"]) == (200, "dry")
    fits("take", tried.json)
    assert [r["line"] for r in tried.json["rejected"]] == [3]
    assert house.state() == before
    broken = office.client.post("/api/v1/imports/labs", data=b"\xff\xfe", headers=office.headers)
    assert (broken.status_code, broken.json["detail"]) == (400, "The file is not UTF-8 text.")


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        "text",
        {"items": {}, "foreign": 1},
        {"based_on": 1},
        {"items": []},
        {"items": {}, "based_on": "1"},
        {"items": {}, "based_on": True},
    ],
)
def test_what_is_not_of_the_declared_shape_is_refused(program: Callable, house: House, sent: Any) -> None:
    mine, before = program(), house.state()
    assert mine.call("PUT", CM, sent).status_code == 400
    assert house.state() == before


def test_an_address_that_is_none_and_a_fault_are_told_as_problems(program: Callable) -> None:
    gone = program().call("GET", "/nothing")
    assert gone.status_code in (401, 404)
    assert gone.mimetype == "application/problem+json"
    assert program().call("GET", "/forms/ZZZ/1").json["status"] == 404


def test_the_audit_trail_hides_what_the_role_must_not_see(program: Callable, house: House) -> None:
    house.randomise(READY)
    told = program("safety_officer").get(f"/audit?participant={READY}&kind=system:participant")
    assert told
    assert {e["what"] for e in told} == {""}


def test_a_line_of_the_log_is_counted_once_and_read_again(program: Callable) -> None:
    mine = program()
    line = {
        "site": "01",
        "month": "2026-05",
        "age_band": next(iter(AGE_BANDS)),
        "sex": "F",
        "reason": next(iter(REASONS)),
        "key": "l",
    }
    made = mine.call("POST", "/screening-log", line)
    assert made.status_code == 201, made.text
    assert mine.call("POST", "/screening-log", line).json == made.json
    (read,) = mine.get("/screening-log")
    fits("screening_lines", [read])
    assert read["month"] == "2026-05"
    assert mine.call("POST", "/screening-log", line | {"month": "2031-01", "key": "m"}).status_code == 422


def test_the_steps_before_the_lock_and_what_waits_for_a_code_are_read(program: Callable) -> None:
    office = program("data_manager")
    steps = office.get("/checklist")
    fits("steps", steps)
    assert {s["id"] for s in steps} >= {"forms-owed", "terms-uncoded"}
    waiting = office.get("/coding/meddra")
    fits("uncoded", waiting)
    assert (
        office.call("POST", "/coding/meddra", {"folded": "x", "code": "y"}).status_code == 409
    )  # no dictionary is in use


def test_a_participant_is_moved_and_a_day_that_is_none_is_refused(program: Callable, house: House) -> None:
    office = program("data_manager")
    order = {"to_site": "02", "on": "2026-06-01", "reason": "moved house", "agreed_by": "investigator02", "key": "t"}
    assert office.call("POST", f"/participants/{SCREENED}/transfer", order | {"on": "soon"}).status_code == 400
    moved = office.call("POST", f"/participants/{SCREENED}/transfer", order)
    assert moved.status_code == 201, moved.text
    assert house.reader.the("participant", id=SCREENED)["site_code"] == "02"
    assert program().call("GET", f"/participants/{SCREENED}/crfs").status_code == 404
    assert program(site="02").get(f"/participants/{SCREENED}/crfs")


def test_a_version_that_is_none_is_not_activated(program: Callable) -> None:
    office = program("data_manager")
    fits("versions", office.get("/versions"))
    assert (
        office.call("POST", "/versions/9.9/activations", {"site": "01", "approved_on": "2026-05-01"}).status_code == 404
    )


def test_a_serious_event_is_read_with_its_clocks(program: Callable, house: House) -> None:
    event = {"AESPID": "1", "AETERM": "Fever", "AESTDAT": "2026-05-20", "AEOUT": "RECOVERING", "AETOXGR": "4", "AESER": "Y",
             "AESCRIT": "LIFETHREAT", "AEREL": "CHEMO"}  # fmt: skip
    mine = program()
    place = f"/participants/{RESTAGED}/crfs/ANY"
    asked = mine.call("POST", f"{place}/AE/1/preview", {"items": event}).json["findings"]
    confirmed = {f["check"]: "as reported" for f in asked if f["level"] == "soft"}
    assert mine.call("PUT", f"{place}/AE/1", {"items": event, "confirmed": confirmed}).status_code == 200
    report = {
        "SAEAENO": "AE/ANY/1",
        "SAEREP": "INITIAL",
        "SAEDRUG": "CAPECITABINE",
        "SAEAWARE": "2026-06-01 08:00",
        "SAENARR": "Fever.",
    }
    asked = mine.call("POST", f"{place}/SAE/1/preview", {"items": report}).json["findings"]
    confirmed = {f["check"]: "as reported" for f in asked if f["level"] == "soft"}
    assert mine.call("PUT", f"{place}/SAE/1", {"items": report, "confirmed": confirmed}).status_code == 200
    (line,) = program("safety_officer").get("/safety")
    fits("serious", [line])
    assert (line["term"], line["grade"], line["open"]) == ("Fever", 4, True)


def test_outputs_are_listed_and_read_at_a_cut_and_none_by_arm(program: Callable) -> None:
    mine = program("statistician")
    rows = mine.get("/outputs")
    fits("outputs", rows)
    assert {row["closed"] for row in rows} == {False} and "disposition" in {row["id"] for row in rows}
    told = mine.get("/outputs/disposition")
    fits("output", told)
    assert told["tables"][0]["denominator"] and len(told["cut"]["digest"]) == 64
    for address in ("/outputs/os-by-arm", "/outputs/nothing", "/outputs/disposition?cut=never"):
        assert mine.call("GET", address).status_code == 404
    assert program("coordinator").call("GET", "/outputs").status_code == 403
