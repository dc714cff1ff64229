"""The pages of who may act: signing in with a code, the own account, the delegation log, the review of access, trust in an account."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from tests.access.people import Newcomer, Telephone
from tests.actions.house import CONSENTED, PASSWORD, SCREENED, SCREENING, TODAY, House
from trial import second_factor as codes
from trial.actions import delegation, people, second_factor
from trial.actions.delegation import Tasks
from trial.signing_rights import CERTIFICATION, LETTER

Enter = Callable[[str], FlaskClient]
WHO = "investigator01"


@pytest.fixture
def browser_of(enter: Enter) -> Callable[[], FlaskClient]:
    """A browser in which nobody is signed in."""

    def fresh() -> FlaskClient:
        return enter("auditor").application.test_client()

    return fresh


def seen_on(page: str) -> str:
    return re.search(r'name="seen" value="([0-9a-f]{64})"', page)[1]


def password(client: FlaskClient, username: str = WHO, **more: str):
    return client.post("/sign-in", data={"username": username, "password": PASSWORD, **more})


# --- signing in -----------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R14")
def test_signing_in_takes_the_code_too(house: House, telephone: Telephone, browser_of) -> None:
    client = browser_of()
    asked = password(client)
    assert asked.status_code == 200
    assert 'autocomplete="one-time-code"' in asked.text
    assert client.get("/").status_code == 401, "the password alone opens nothing"
    wrong = client.post("/sign-in/code", data={"code": "000000"})
    assert wrong.status_code == 401
    assert "The code is not right" in wrong.text
    assert client.post("/sign-in/code", data={"code": telephone.next_code()}).status_code == 302
    assert client.get("/").status_code == 200


@pytest.mark.requirement("R14")
def test_a_code_without_the_password_before_it_opens_nothing(house: House, telephone: Telephone, browser_of) -> None:
    client = browser_of()
    assert client.post("/sign-in/code", data={"code": telephone.next_code()}).status_code == 401
    assert client.get("/").status_code == 401


def test_a_code_is_waited_for_five_minutes(house: House, telephone: Telephone, browser_of) -> None:
    client = browser_of()
    password(client)
    house.clock.advance(timedelta(minutes=5, seconds=1))
    late = client.post("/sign-in/code", data={"code": telephone.next_code()})
    assert (late.status_code, "That took too long" in late.text) == (401, True)


@pytest.mark.requirement("R12", "R14")
def test_what_was_typed_before_the_session_ended_comes_back_after_the_code(
    house: House, telephone: Telephone, browser_of
) -> None:
    client = browser_of()
    held = {"held__HEIGHT": "172.0", "held_path": f"/participants/{CONSENTED}/SCR/DM"}
    asked = password(client, **held)
    assert 'name="held__HEIGHT" value="172.0"' in asked.text
    wrong = client.post("/sign-in/code", data={"code": "000000", **held})
    assert 'name="held__HEIGHT" value="172.0"' in wrong.text
    back = client.post("/sign-in/code", data={"code": telephone.next_code(), **held})
    assert back.status_code == 200
    assert f'action="/participants/{CONSENTED}/SCR/DM"' in back.text
    assert 'name="HEIGHT" value="172.0"' in back.text


# --- enrolling ------------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R14")
def test_a_telephone_is_enrolled_with_the_square_or_the_text(house: House, enter: Enter) -> None:
    client = enter(WHO)
    assert client.post("/account/second-factor").location == "/account/second-factor/confirm"
    page = client.get("/account/second-factor/confirm").text
    phone = Telephone(house, WHO)
    phone.scan()
    shown = re.search(r'class="code secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    assert shown == codes.as_text(phone.secret)
    square = client.get("/account/second-factor/square.svg")
    assert (square.mimetype, square.headers["Cache-Control"]) == ("image/svg+xml", "no-store")
    assert square.data.startswith(b"<?xml") and b"<script" not in square.data
    wrong = client.post("/account/second-factor/confirm", data={"code": "000000"})
    assert wrong.status_code == 422
    done = client.post("/account/second-factor/confirm", data={"code": phone.code()})
    assert len(re.findall(r'<li class="code">[a-z0-9-]{14}</li>', done.text)) == 10
    assert client.get("/account/second-factor/square.svg").status_code == 404, "the secret is not shown again"
    assert "in use" in client.get("/account/").text


def test_replacing_and_removing_on_the_page(house: House, telephone: Telephone, browser_of) -> None:
    client = browser_of()
    password(client)
    client.post("/sign-in/code", data={"code": telephone.next_code()})
    assert client.post("/account/second-factor", data={"password": PASSWORD, "code": "000000"}).status_code == 422
    given = {"password": PASSWORD, "code": telephone.next_code()}
    assert client.post("/account/second-factor/remove", data=given).status_code == 303
    assert not second_factor.enrolled(house.reader, telephone.person["id"])


def setting(client: FlaskClient, **changed: object) -> None:
    """Another setting of the installation."""
    house = client.application.extensions["vigil"]
    client.application.extensions["vigil"] = replace(house, settings=replace(house.settings, **changed))


@pytest.mark.requirement("R14")
@pytest.mark.parametrize(
    ("rule", "username", "must"),
    [
        ("offered", "data_manager", False),
        ("sponsor", "data_manager", True),
        ("sponsor", "monitor01", True),
        ("sponsor", "coordinator01", False),
        ("sponsor", "investigator01", False),
        ("everyone", "coordinator01", True),
        ("everyone", "auditor", True),
    ],
)
def test_who_must_enrol_before_going_on(house: House, enter: Enter, rule: str, username: str, must: bool) -> None:
    client = enter(username)
    setting(client, second_factor=rule)
    answer = client.get("/study")
    assert (answer.status_code, answer.location) == ((302, "/account/") if must else (200, None))
    if must:
        Telephone.enrolled(house, username)
        assert client.get("/study").status_code == 200


def test_an_administrator_who_took_it_away_is_named_at_the_next_sign_in(
    house: House, telephone: Telephone, enter: Enter
) -> None:
    admin = enter("administrator")
    page = "/admin/people/investigator01/second-factor"
    assert admin.post(page, data={"confirmed": "y", "why": ""}).status_code == 422
    assert admin.post(page, data={"confirmed": "y", "why": "telephone lost"}).status_code == 303
    client = enter(WHO)
    assert "Administrator removed your second factor" in client.get("/").text
    assert "removed your second factor" not in enter(WHO).get("/").text, "it is told once"


@pytest.mark.requirement("R10")
def test_a_password_grows_old_where_the_installation_says_so(house: House, enter: Enter) -> None:
    client = enter("coordinator01")
    setting(client, password_days=90)
    house.clock.advance(timedelta(minutes=1))
    assert client.get("/study").status_code == 200
    house.clock.advance(timedelta(days=91))
    old = enter("coordinator01")
    setting(old, password_days=90)
    assert old.get("/study").location == "/password"


# --- signing --------------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R47")
def test_the_page_asks_for_what_the_signature_takes(house: House, enter: Enter) -> None:
    client = enter(WHO)
    place = f"/participants/{SCREENED}/SCR/MRI0/1/sign"
    page = client.get(place).text
    assert 'name="signer"' in page and 'name="code"' not in page
    seen = seen_on(page)
    short = client.post(place, data={"seen": seen, "password": PASSWORD})
    assert short.status_code == 422
    assert "your user name" in short.text
    assert client.post(place, data={"seen": seen, "password": PASSWORD, "signer": WHO}).status_code == 303
    assert 'name="signer"' not in client.get(f"/participants/{SCREENED}/SCR/CT0/1/sign").text
    assert 'name="signer"' in enter(WHO).get(f"/participants/{SCREENED}/SCR/CT0/1/sign").text


@pytest.mark.requirement("R51")
def test_somebody_new_is_led_to_the_declaration_and_then_signs(house: House, enter: Enter) -> None:
    Newcomer(house, role="investigator").admitted()
    client, admin = enter("newcomer"), enter("administrator")
    place = f"/participants/{SCREENED}/SCR/MRI0/1/sign"
    page = client.get(place).text
    assert "You cannot sign electronically yet" in page and 'type="password"' not in page
    given = {"how": "in-person", "document": "passport", "checked_on": TODAY.isoformat()}
    assert admin.post("/admin/people/newcomer/identity", data=given).status_code == 303
    assert 'href="/account/signature"' in client.get(place).text
    words = client.get("/account/signature").text
    assert CERTIFICATION in words
    version = re.search(r'name="version" value="([^"]+)"', words)[1]
    declared = {"version": version, "password": PASSWORD, "signer": "newcomer"}
    assert client.post("/account/signature", data=declared).status_code == 303
    assert client.post(place, data={"seen": seen_on(client.get(place).text), "password": PASSWORD}).status_code == 303
    letter = admin.get("/admin/letter").text
    assert LETTER in letter and "New Comer" in letter


@pytest.mark.requirement("R51")
def test_the_number_of_a_document_is_asked_nowhere(enter: Enter) -> None:
    page = enter("administrator").get("/admin/people/coordinator02").text
    fields = set(re.findall(r'name="([a-z_]+)"', page))
    assert not [name for name in fields if "number" in name]


@pytest.mark.parametrize("day", ["", "yesterday", "2026-02-30", "2999-01-01"])
def test_a_day_that_is_none_or_to_come_records_no_identity(house: House, enter: Enter, day: str) -> None:
    Newcomer(house)
    admin = enter("administrator")
    told = {"how": "video", "document": "passport", "checked_on": day}
    answer = admin.post("/admin/people/newcomer/identity", data=told, follow_redirects=True)
    assert "Not saved" in answer.text
    assert house.reader.all("identity_check", person_id=house.reader.the("person", username="newcomer")["id"]) == []


# --- delegation log -------------------------------------------------------------------------------------------------------


def test_an_administrator_gives_a_role_in_one_go(house: House, enter: Enter) -> None:
    Newcomer(house)
    admin = enter("administrator")
    given = {
        "role": "coordinator", "site": "01", "approved_by": "Head of data management", "approved_on": TODAY.isoformat(), "course": "GCP",
        "course_version": "R3", "taken_on": TODAY.isoformat(), "tasks": "Data entry", "from_on": TODAY.isoformat(), "to_on": "",
        "on_paper": TODAY.isoformat(),
    }  # fmt: skip
    assert admin.post("/admin/people/newcomer/grant", data=given).status_code == 303
    assert enter("newcomer").get(f"/participants/{CONSENTED}/SCR/DM").status_code == 200


@pytest.mark.requirement("R06")
def test_a_role_that_waits_says_for_what(house: House, enter: Enter) -> None:
    Newcomer(house).record()
    client = enter("newcomer")
    page = client.get("/", follow_redirects=True).text
    for words in ("approval of this access", "No training for this role", "has not delegated this role"):
        assert words in page
    assert client.get(f"/participants/{CONSENTED}/SCR/DM").status_code == 302


@pytest.mark.requirement("R46")
def test_the_principal_investigator_signs_the_log_on_its_page(house: House, enter: Enter) -> None:
    Newcomer(house).record()
    number = delegation.delegate(
        "newcomer", "coordinator", "01", Tasks("Data entry", TODAY), uow=house.work("administrator")
    )
    page = enter("coordinator01").get("/delegations").text
    assert "to be signed" in page and 'name="seen"' not in page
    client = enter(WHO)
    assert "delegations to sign" in client.get("/").text
    assert "delegations to sign" not in enter("investigator02").get("/").text
    page = client.get("/delegations").text
    given = {"seen": seen_on(page), "signer": WHO, "password": PASSWORD}
    assert client.post(f"/delegations/{number}/sign", data=given | {"password": "wrong"}).status_code == 422
    assert client.post(f"/delegations/{number}/sign", data=given).status_code == 303
    assert house.reader.the("delegation", id=number)["approved_by"] == "Investigator01"


def test_the_log_of_another_site_is_not_there(house: House, enter: Enter) -> None:
    (other,) = house.reader.all("delegation", person_id=house.actor("coordinator", "02").person_id)
    for username in ("coordinator01", "investigator01", "monitor01"):
        client = enter(username)
        page = client.get("/delegations").text
        assert "Coordinator01" in page and "Coordinator02" not in page
        assert client.get(f"/delegations/{other['id']}/end").status_code == 404
    for username in ("auditor", "data_manager", "administrator"):
        assert "Coordinator02" in enter(username).get("/delegations").text


@pytest.mark.requirement("R07")
def test_a_page_that_was_open_when_the_delegation_ended_gives_the_text_back_with_the_reason(
    house: House, enter: Enter
) -> None:
    Newcomer(house).admitted()
    client = enter("newcomer")
    (row,) = house.reader.all("delegation", person_id=house.reader.the("person", username="newcomer")["id"])
    admin = enter("administrator")
    ended = admin.post(f"/delegations/{row['id']}/end", data={"confirmed": "y", "why": "left the site"})
    assert ended.status_code == 303
    typed = {"version": "1", "based_on": "", **SCREENING["DM"]}
    refused = client.post(f"/participants/{CONSENTED}/SCR/DM", data=typed)
    assert refused.status_code == 403
    assert "The delegation at the site has ended." in refused.text
    assert "172.0" in refused.text
    assert house.revisions(CONSENTED, "DM") == []


@pytest.mark.requirement("R07")
def test_a_closed_site_says_so_on_every_page_of_its_investigator(house: House, enter: Enter) -> None:
    admin = enter("administrator")
    asked = admin.get("/admin/sites/01/close")
    assert "Close site 01" in asked.text
    assert admin.post("/admin/sites/01/close", data={"confirmed": "y", "why": "trial over"}).status_code == 303
    page = enter(WHO).get(f"/participants/{SCREENED}")
    assert page.status_code == 200
    assert "The site is closed." in page.text
    assert admin.post("/admin/sites/01/reopen", data={"confirmed": "y", "why": "not over"}).status_code == 303
    assert "The site is closed." not in enter(WHO).get(f"/participants/{SCREENED}").text


# --- review of access -----------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R08")
def test_the_review_is_read_exported_and_signed(house: House, enter: Enter) -> None:
    admin = enter("administrator")
    page = admin.get("/access/").text
    assert "never reviewed" in page
    given = {"seen": seen_on(page), "findings": "None", "signer": "administrator", "password": PASSWORD}
    assert admin.post("/access/", data=given | {"password": "wrong"}).status_code == 422
    assert admin.post("/access/", data=given).status_code == 303
    assert "last reviewed by Administrator" in admin.get("/access/").text
    export = enter("auditor").get("/access/access.csv")
    assert export.mimetype == "text/csv"
    assert export.text.splitlines()[0].startswith("user name,full name,account,role,site")
    assert 'name="seen"' not in enter("auditor").get("/access/").text.split("</table>")[1]


def test_a_name_that_looks_like_a_formula_is_exported_harmless(house: House, enter: Enter) -> None:
    people.add_person("odd", "=HYPERLINK(1)", uow=house.work("administrator"), password=PASSWORD, quick=True)
    assert ",'=HYPERLINK(1)," in enter("administrator").get("/access/access.csv").text


@pytest.mark.requirement("R52")
def test_failed_attempts_are_listed_for_administrators_and_auditors(house: House, enter: Enter) -> None:
    client = enter(WHO)
    place = f"/participants/{SCREENED}/SCR/MRI0/1/sign"
    seen = seen_on(client.get(place).text)
    for _ in range(5):
        client.post(place, data={"seen": seen, "signer": WHO, "password": "wrong"})
    for username in ("administrator", "auditor"):
        page = enter(username).get("/access/attempts").text
        assert page.count("Signature refused") == 5
        assert "Too many: closed for a while" in page and "MRI0/SCR/1" in page
    assert enter("coordinator01").get("/access/attempts").status_code == 403


@pytest.mark.requirement("R13")
def test_a_compromised_account_loses_its_session_in_the_middle(house: House, enter: Enter) -> None:
    client, admin = enter("coordinator01"), enter("administrator")
    assert client.get("/").status_code == 200
    page = "/admin/people/coordinator01/compromised"
    assert "stop working at once" in admin.get(page).text
    assert admin.post(page, data={"confirmed": "y", "why": "phished"}).status_code == 303
    assert client.get("/").status_code == 401
    assert password(client, "coordinator01").status_code == 401
    assert "credentials void" in admin.get("/admin/people/coordinator01").text
