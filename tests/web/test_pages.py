"""The other pages, and what every page carries: headers, no inline script or style, words for every error."""

import ast
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from tests.web.conftest import OURS, PASSWORD
from trial import errors as e
from trial.actions.participants import add_participant
from trial.web.errors import said
from trial.web.house import House

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def test_every_answer_carries_the_policy(world):
    for path in ("/sign-in", "/", "/nowhere", "/static/css/vigil.css"):
        answer = world.client(None).get(path)
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        answer.close()


def test_pages_are_not_cached_and_cookies_are_not_readable(world):
    answer = world.client(None).post("/sign-in", data={"username": "coordinator", "password": PASSWORD})
    assert answer.headers["Cache-Control"] == "no-store"
    assert re.search(r"HttpOnly.*SameSite=Lax", answer.headers["Set-Cookie"])


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html")), ids=lambda p: p.name)
def test_no_template_holds_inline_script_style_or_another_host(template):
    text = template.read_text("utf-8")
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|\|\s*safe|javascript:", text)
    for tag in re.findall(r"<script[^>]*>", text):
        assert "src=" in tag or 'type="application/json"' in tag
    assert not re.search(r"(?:src|href|action)=[\"']https?:", text)


@pytest.mark.parametrize("script", sorted((TEMPLATES.parent / "static" / "js").glob("*.js")), ids=lambda p: p.name)
def test_no_script_evaluates_text_or_calls_another_host(script):
    text = script.read_text("utf-8")
    assert not re.search(r"\beval\(|new Function|innerHTML|document\.write|https?://", text)


def test_a_fault_is_said_in_words_without_a_trace(world, monkeypatch, caplog):
    def broken(self):
        raise RuntimeError("secret detail")

    client = world.client()
    monkeypatch.setattr(House, "reading", broken)
    answer = client.get("/study")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text
    reference = re.search(r"Reference for the administrator: ([0-9a-f]{8})", answer.text)[1]
    assert reference in caplog.text


ERRORS = [
    (e.NotFound("x", {}), 404),
    (e.AlreadyExists("x", ""), 409),
    (e.Busy(""), 503),
    (e.StorageFull(""), 503),
    (e.StorageUnavailable(""), 503),
    (e.NotMigrated(None, "1"), 503),
    (e.CrfLocked(OURS, "SCR", "IC", 1), 409),
    (e.NotAllowed("a", "b"), 403),
    (e.NotOpen("x", ("consent-first",)), 409),
    (e.UnstorableText("x", "U+0000"), 422),
    (e.ConstraintBroken("x", ""), 422),
    (e.WrongPassword("x"), 401),
    (e.ContentChanged("a", "b"), 409),
    (e.RightsHeldBack("a", "b", "01", ("site-closed",)), 403),
    (e.SeenByArm("x", "statistician"), 422),
    (e.SigningNotEnabled("x", ("identity",)), 403),
    (e.ComponentMissing("x", ("username", "code")), 422),
    (e.CodeNeeded(1, "x", ""), 401),
    (e.CutAltered("first", ("rows",)), 409),
    (e.CutNotEarlier("first", e.CutNotEarlier.LATER), 422),
    (e.CutNotEarlier("first", e.CutNotEarlier.INFORMATION), 422),
    (e.FileMissing("a"), 404),
    (e.FileDamaged("a"), 503),
    (e.Unread("table", "3"), 422),
    (e.ReasonNeeded(()), 422),
    (e.VersionNotInForce("IC", 1, (2,)), 409),
    (e.ApprovalAhead(date(2031, 1, 1), date(2030, 1, 1)), 422),
    (e.UnitOfWorkMisused("x"), 500),
]


@pytest.mark.parametrize(("error", "status"), ERRORS, ids=lambda v: type(v).__name__)
def test_every_error_has_words_and_a_status(world, error, status):
    with world.app.test_request_context():
        what = said(error)
    assert what.status == status
    assert what.title
    assert what.words


def test_every_class_of_error_is_covered():
    tested = {type(error) for error, _ in ERRORS}
    own = {e.Refused, e.ConfirmationNeeded, e.StaleRevision, e.TooManyAttempts, e.VigilError}
    named = {c for c in vars(e).values() if isinstance(c, type) and issubclass(c, e.VigilError)}
    assert named - tested - own <= {c for c in named if c.__name__ in ("FeatureTableUnreadable", "BackupUnfit")}


def test_what_is_due_comes_first_and_leads_to_the_form(consented):
    page = consented.client().get("/").text
    assert f'href="/participants/{OURS}/SCR/MH"' in page
    assert "Screening" in page


def test_participants_are_narrowed_and_paged(world):
    for _ in range(60):
        add_participant("01", uow=world.uow())
    client = world.client()
    first = client.get("/participants/").text
    assert "page 1 of 2" in first
    assert first.count('class="code go"') == 50
    assert client.get("/participants/?page=2").text.count('class="code go"') == 11
    assert client.get("/participants/?text=0033").text.count('class="code go"') == 1
    assert "No participant matches" in client.get("/participants/?phase=ended").text
    assert client.get("/participants/?page=-3&phase=drop table&text=%25").status_code == 200


def test_a_new_participant_gets_the_next_number_once(world):
    client = world.client()
    for _ in range(2):
        answer = client.post("/participants/new", data={"site": "01", "key": "k"})
        assert answer.location == "/participants/VG-01-0002/SCR/IC"
    assert client.post("/participants/new", data={"site": "02", "key": "k2"}).status_code == 403


def test_the_page_of_a_participant_shows_visits_and_status(consented):
    page = consented.client().get(f"/participants/{OURS}").text
    assert "chip complete" in page
    assert "Informed consent: complete" in page
    assert "<svg" in page


def test_the_eligibility_page_says_what_it_waits_for(consented):
    page = consented.client().get(f"/participants/{OURS}/eligibility").text
    assert "cannot tell yet" in page
    assert "Waits for:" in page
    assert "IN4" in page


def test_the_decision_page_shows_the_order_and_what_is_missing(consented):
    page = consented.client("investigator").get(f"/participants/{OURS}/decision").text
    assert page.index("Own estimate") < page.index("Frozen model") < page.index("Multidisciplinary decision")
    assert "A restaging form is not entered" in page


def test_randomisation_is_refused_with_every_reason(consented):
    client = consented.client()
    assert "Eligibility is not confirmed" in client.get(f"/participants/{OURS}/randomisation").text
    answer = client.post(f"/participants/{OURS}/randomisation", data={"key": "k"})
    assert answer.status_code == 409
    assert "The decision is not signed" in answer.text
    assert consented.house.reading().all("allocation") == []


def test_the_audit_trail_names_who_did_what(consented):
    page = consented.client("auditor").get(f"/participants/{OURS}/audit").text
    assert "site:crf:saved" in page
    assert "Coordinator Person" in page


def test_the_administrator_creates_a_person_whose_password_is_shown_once(world):
    client = world.client("administrator")
    page = client.post("/admin/people/add", data={"username": "Li.Na", "full_name": "Li Na"}).text
    once = re.search(r'class="code once">([^<]+)<', page)[1]
    assert once not in client.get("/admin/people").text
    assert client.post("/admin/people/li.na/grant", data={"role": "coordinator", "site": "02"}).status_code == 303
    assert world.client(None).post("/sign-in", data={"username": "li.na", "password": once}).status_code == 302
    assert client.post("/admin/people/add", data={"username": "li.na", "full_name": "Another"}).status_code == 409


def test_the_study_page_shows_parameters_and_released_forms(world):
    page = world.client("statistician").get("/study").text
    assert "Margin as a hazard ratio" in page
    assert "1.77" in page
    assert "days 0 to 28, planned 28" in page
    assert "MRI0" in page


def test_health_is_told_to_anyone(world):
    assert world.client(None).get("/healthz").get_json() == {"status": "ok"}
    assert world.client(None).get("/readyz").status_code == 200


def test_serving_imports_nothing_that_only_analyses_need(tmp_path):
    script = (
        "import sys, wsgi; from trial.settings import from_environment; "
        "wsgi.create_app(from_environment({'VIGIL_INSTANCE': sys.argv[1]})); print(sorted(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True, cwd=TEMPLATES.parent
    )
    loaded = ast.literal_eval(done.stdout.strip().splitlines()[-1])
    assert {"pandas", "lifelines", "sklearn", "matplotlib", "scipy"} & set(loaded) == set()


def test_an_address_that_leads_nowhere_still_knows_who_asks(world):
    signed_in = world.client().get("/nowhere")
    assert signed_in.status_code == 404
    assert "Sign out" in signed_in.text
    assert "Sign out" not in world.client(None).get("/nowhere").text
