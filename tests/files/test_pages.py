"""Chapter: getting a file back. Only through the permission check, never as a page, and pictures of a body are written down."""

import io
import json

import pytest

from tests.actions.house import ELSEWHERE, ENROLLED, RESTAGED, SCREENING
from tests.actions.rooms import on_both
from tests.files import made
from tests.files.test_upload import TABLE, photograph, send, study
from trial import roles
from trial.actions import files
from trial.actions.files import CLEAN, NAME, Place
from trial.actions.upload import upload
from trial.errors import AlreadyExists, NotAllowed, NotFound, NotOpen
from trial.intake import Intake, key_from
from trial.store.leftovers import leftovers
from trial.store.verify import files_kept, verify


@pytest.fixture
def intake(tmp_path):
    return Intake(key_from(b"k" * 32), folder=tmp_path / "incoming")


def address(participant, ref, more=""):
    return f"/participants/{participant}/files/{ref.sha256}{more}"


def tags(house, tag):
    return house.reader.all("journal", tag=tag)


# --- serving -------------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R77")
def test_a_file_comes_back_as_an_attachment_that_can_do_nothing(house, enter, intake):
    ref = study(house, intake)
    answer = enter("coordinator01").get(address(ENROLLED, ref))
    assert answer.data == house.files.read(ref.sha256)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert (answer.headers["Content-Type"], answer.headers["X-Content-Type-Options"]) == (
        "application/octet-stream",
        "nosniff",
    )
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert int(answer.headers["Content-Length"]) == ref.size == len(answer.data)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_preview_comes_inline_as_a_small_png(house, enter, intake):
    ref = photograph(house, intake)
    answer = enter("coordinator01").get(address(RESTAGED, ref, "/preview"))
    assert answer.data.startswith(b"\x89PNG") and answer.headers["Content-Type"] == "image/png"
    assert (
        answer.headers["Content-Disposition"].startswith("inline")
        and "sandbox" in answer.headers["Content-Security-Policy"]
    )
    assert b"Zimmermann" not in answer.data


def test_where_there_is_no_preview_there_is_nothing(house, enter, intake):
    assert enter("coordinator01").get(address(ENROLLED, send(house, intake, TABLE), "/preview")).status_code == 404


@pytest.mark.requirement("R28")
@on_both
def test_each_download_of_a_picture_is_written_down_and_a_table_is_not(either, intake):
    pictured, table = study(either, intake), send(either, intake, TABLE)
    for ref in (pictured, pictured, table):
        files.download(ENROLLED, ref.sha256, uow=either.work("monitor"))
    entries = tags(either, "person:file:downloaded")
    assert len(entries) == 2 and all(pictured.sha256 in e["body"] and e["role"] == "monitor" for e in entries)


READ_IT = {
    ("MRI0", "IMAGES"): {"coordinator", "investigator", "monitor", "data_manager", "auditor"},
    ("RAD", "RADFILE"): {"coordinator", "investigator", "monitor", "data_manager", "laboratory", "auditor"},
}


@pytest.mark.parametrize(("form", "item"), READ_IT)
def test_a_file_is_there_for_who_reads_its_item_and_for_nobody_else(house, intake, form, item):
    ref = send(house, intake, made.study(1) if item == "IMAGES" else TABLE, form, item)
    for role in roles.ROLES:
        actor = house.actor(role)
        if role in READ_IT[form, item]:
            assert files.one(house.reader, actor, ENROLLED, ref.sha256).places == (Place(form, item),)
            continue
        with pytest.raises((NotAllowed, NotFound)):
            files.one(house.reader, actor, ENROLLED, ref.sha256)


def test_another_sites_file_and_another_participants_file_are_not_there(house, enter, intake):
    theirs = upload(
        ELSEWHERE,
        "RAD",
        "RADFILE",
        TABLE,
        files=house.files,
        uow=house.work("coordinator", "02"),
        intake=intake,
    )
    client = enter("coordinator01")
    for participant in (ELSEWHERE, ENROLLED):
        assert client.get(address(participant, theirs)).status_code == 404
        assert client.get(address(participant, theirs, "/preview")).status_code == 404
    assert client.get(f"/participants/{ELSEWHERE}/files").status_code == 404


def test_a_damaged_file_is_not_served(house, enter, intake):
    ref = send(house, intake, TABLE)
    (house.files.root / ref.sha256[:2] / ref.sha256).write_bytes(TABLE.replace(b"1", b"2"))
    assert enter("coordinator01").get(address(ENROLLED, ref)).status_code == 503


# --- looking at pictures -------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R40")
@on_both
def test_the_flag_stands_until_somebody_has_looked(either, intake):
    ref = photograph(either, intake)
    assert files.one(either.reader, either.actor(), RESTAGED, ref.sha256).to_look_at
    files.look(RESTAGED, ref.sha256, CLEAN, uow=either.work("investigator"))
    found = files.one(either.reader, either.actor(), RESTAGED, ref.sha256)
    assert (found.flags, found.to_look_at, found.looks[CLEAN]["role"]) == ((), False, "investigator")
    assert len(tags(either, "person:file:looked")) == 1
    assert list(verify(either.engine, files=either.files)) == []


@pytest.mark.requirement("R40")
def test_a_picture_with_a_name_in_it_is_served_to_nobody(house, enter, intake):
    ref = photograph(house, intake)
    files.look(RESTAGED, ref.sha256, NAME, uow=house.work("data_manager"))
    for who in ("coordinator01", "investigator01", "data_manager"):
        client = enter(who)
        assert [client.get(address(RESTAGED, ref, more)).status_code for more in ("", "/preview")] == [404, 404]
        assert "withheld" in client.get(f"/participants/{RESTAGED}/files").text


def test_who_looked_better_may_say_so_and_nobody_may_take_it_back(house, intake):
    ref = photograph(house, intake)
    for finding in (CLEAN, NAME):
        files.look(RESTAGED, ref.sha256, finding, uow=house.work("investigator"))
    for finding in (CLEAN, NAME):
        with pytest.raises(AlreadyExists):
            files.look(RESTAGED, ref.sha256, finding, uow=house.work("investigator"))


@pytest.mark.parametrize("finding", ["", "perhaps", CLEAN])
def test_there_is_nothing_to_say_about_a_table(house, intake, finding):
    ref = send(house, intake, TABLE)
    with pytest.raises(NotOpen):
        files.look(ENROLLED, ref.sha256, finding, uow=house.work("investigator"))


def test_only_investigator_and_data_manager_say_it(house, intake):
    ref = photograph(house, intake)
    for role in roles.ROLES.keys() - {"investigator", "data_manager"}:
        with pytest.raises(NotAllowed):
            files.look(RESTAGED, ref.sha256, CLEAN, uow=house.work(house.actor(role)))


# --- pages ---------------------------------------------------------------------------------------------------------------


def test_the_list_shows_name_size_digest_remarks_and_what_to_do(house, enter, intake):
    ref = photograph(house, intake)
    page = enter("investigator01").get(f"/participants/{RESTAGED}/files").text
    for words in (
        f"{RESTAGED}_RST_ENDOIMG.jpg",
        ref.sha256[:12],
        "nobody has looked yet",
        "I looked: no name is in it",
        address(RESTAGED, ref, "/preview"),
    ):
        assert words in page
    assert "I looked" not in enter("coordinator01").get(f"/participants/{RESTAGED}/files").text
    assert f"/participants/{RESTAGED}/files" in enter("coordinator01").get(f"/participants/{RESTAGED}").text


def test_the_button_says_it(house, enter, intake):
    ref = photograph(house, intake)
    client = enter("investigator01")
    answer = client.post(address(RESTAGED, ref, "/look"), data={"finding": "clean"}, follow_redirects=True)
    assert "no name is burned into the picture" in answer.text and "looked at by" in answer.text


def posted(client, content, name="ZIMMERMANN.zip"):
    fields = SCREENING["MRI0"] | {"version": "1", "based_on": "", "IMAGES__file": (io.BytesIO(content), name)}
    return client.post(
        f"/participants/{ENROLLED}/SCR/MRI0", data=fields | {"reason_for_all": "images arrived", "based_on": "1"}
    )


def test_a_form_takes_a_study_and_shows_it(house, enter, intake):
    client = enter("coordinator01")
    assert posted(client, made.study(2)).status_code == 303
    page = client.get(f"/participants/{ENROLLED}/SCR/MRI0").text
    ref = house.stored(ENROLLED, "MRI0")["items"]["IMAGES"]
    for words in (f"{ENROLLED}_MRI0_IMAGES.zip", ref["sha256"][:12], "2 images in 1 series", "/preview"):
        assert words in page
    assert files.listing(house.reader, house.actor(), ENROLLED)[0].places == (Place("MRI0", "IMAGES", "SCR", 1),)


def test_a_study_that_is_refused_is_told_at_its_item_and_the_rest_is_still_typed(enter):
    answer = posted(enter("coordinator01"), made.zipped({"../../x": b"x"}))
    assert answer.status_code == 422
    assert (
        "names files outside its folder" in answer.text and 'value="images arrived"' in answer.text
    ) or "60" in answer.text


def announced(client, path, size):
    """The status of a post that says it has so many bytes."""
    said = {"CONTENT_LENGTH": str(size)}
    kind = "multipart/form-data; boundary=x"
    return client.post(path, input_stream=io.BytesIO(b"--x--"), content_type=kind, environ_overrides=said).status_code


def test_a_study_may_be_large_where_studies_are_sent_and_nothing_else_may(enter):
    coordinator, form = enter("coordinator01"), f"/participants/{ENROLLED}/SCR/MRI0"
    assert announced(coordinator, form, 211_000_000) == 413
    assert announced(coordinator, form, 190_000_000) != 413
    assert announced(coordinator, form + "/1/draft", 34_000_000) == 413
    assert announced(enter("data_manager"), "/imports/", 34_000_000) == 413


# --- checking the store --------------------------------------------------------------------------------------------------


def test_a_lost_preview_and_bytes_without_a_row_are_found(house, intake):
    ref = photograph(house, intake)
    stray = house.files.put(b"nobody's").sha256
    preview = house.reader.the("file_report", sha256=ref.sha256, participant=RESTAGED)["preview"]
    assert [p.name for p in leftovers(house.reader, house.files)] == [stray]
    (house.files.root / preview[:2] / preview).unlink()
    assert [(f.kind, f.where) for f in files_kept(house.reader, house.files)] == [("file", f"file {preview}")]


def test_the_command_tells_a_machine(house, intake, tmp_path, monkeypatch, capsys):
    from trial import cli
    from wsgi import create_app

    ref = photograph(house, intake)
    monkeypatch.setenv("VIGIL_INSTANCE", str(tmp_path))
    monkeypatch.setenv("VIGIL_DATABASE_URL", house.engine.url.render_as_string(hide_password=False))
    commands = cli.commands(create_app)
    for argv, code in (("vigil files check --json", 0), ("vigil files check", 0)):
        monkeypatch.setattr("sys.argv", argv.split())
        assert cli.run(commands) == code
    (house.files.root / ref.sha256[:2] / ref.sha256).write_bytes(b"other")
    assert cli.run(commands) == 6
    first = capsys.readouterr().out
    assert json.loads(first[: first.index("}\n") + 1]) == {"findings": [], "leftovers": []}
    assert "has other bytes" in first
