"""Chapter: the page of a call. The answer, what was missing, what each modality did, what people did around it; and a call that failed."""

import re
from dataclasses import replace
from html import unescape

import pytest
from sqlalchemy import text

from tests.actions.house import DECISION, PREDICTED, READY, RESTAGED, SCREENING, Answering
from tests.actions.rooms import enter, house, populated
from tests.model import graphs
from tests.model.released import MANIFEST
from trial.frozen.answers import Answer
from trial.frozen.errors import InputsInvalid, ModelTimeout, ModelUnavailable
from trial.frozen.manifest import InputSpec

__all__ = ["enter", "house", "populated"]

CLINICAL = replace(Answering().manifest, inputs=(
    *Answering().manifest.inputs, InputSpec("texture", "radiomics", "RAD.RADFILE:stat_mean@RESTAGING", None, 0, 1),
))  # fmt: skip


def plain(html):
    """The words of a page, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def page(enter, participant, number, who="investigator01"):
    answer = enter(who).get(f"/participants/{participant}/prediction/{number}")
    assert answer.status_code == 200
    return answer.text


class Told(Answering):
    """A model that says what each modality did."""

    without: dict

    def call(self, values):
        return Answer(self.predict(values), self.without, {"onnxruntime": "1.0", "numpy": "2.0"}, 0.0, 20)


@pytest.fixture
def telling(house):
    """The house has a model that says what it is told; named before `enter`, whose pages then have it too."""
    house.model = Told(CLINICAL, 0.63)
    house.model.without = {"clinical": 0.41, "radiomics": None}
    return house.model


@pytest.fixture
def asked(house, telling):
    """A call of which the contributions, and what was missing, are known."""
    house.estimate(RESTAGED)
    house.ask(RESTAGED)
    return house


# --- the answer ---------------------------------------------------------------------------------------------------------


def test_the_answer_stands_first_with_its_class_and_threshold(asked, enter):
    words = plain(page(enter, RESTAGED, 1))
    order = [
        words.index(each)
        for each in ("63.0 %", "positive", "positive from 50.0 % on", "To bear in mind", "What went in")
    ]
    assert order == sorted(order)


def test_a_contribution_is_said_in_words_beside_its_bar(asked, enter):
    html = page(enter, RESTAGED, 1)
    assert "Clinical raised the probability from 41.0 % to 63.0 %." in html
    # ln(0.63/0.37) - ln(0.41/0.59) = 0.8962; the longest bar is half the plot.
    assert "+0.90" in html
    assert re.search(r'<rect class="bar" x="100.0" y="2" width="100.0" height="10" rx="2"/>', html)


@pytest.mark.parametrize(
    ("without", "words", "bar"),
    [
        (0.8, "Clinical lowered the probability from 80.0 % to 63.0 %.", 'x="0.0" y="2" width="100.0"'),
        (0.63, "Clinical left the probability at 63.0 %.", 'x="100.0" y="2" width="0.0"'),
        (
            0.6296,
            "Clinical raised the probability of 63.0 % by less than can be shown.",
            'x="100.0" y="2" width="100.0"',
        ),
        (
            0.6304,
            "Clinical lowered the probability of 63.0 % by less than can be shown.",
            'x="0.0" y="2" width="100.0"',
        ),
    ],
)
def test_a_modality_can_lower_or_do_nothing_or_nearly_nothing(house, telling, enter, without, words, bar):
    telling.without = {"clinical": without, "radiomics": None}
    house.estimate(RESTAGED)
    house.ask(RESTAGED)
    html = page(enter, RESTAGED, 1)
    assert words in html
    assert bar in html


def test_the_plot_is_drawn_by_the_server_and_hidden_from_who_hears_the_page(asked, enter):
    html = page(enter, RESTAGED, 1)
    assert html.count('<svg viewBox="0 0 200 14" aria-hidden="true"') == 2
    main = html[html.index("<main") :]
    assert not re.search(r"<script|\sstyle=|\son[a-z]+=", main)


def test_what_was_missing_is_named_before_anything_is_read_into_the_answer(asked, enter):
    words = plain(page(enter, RESTAGED, 1))
    assert "Missing altogether: Radiomics" in words
    assert "Missing: the model was asked without it." in words
    assert "4 of 4 known" in words


def test_an_input_out_of_range_is_flagged_with_the_range_of_the_model(house, enter):
    narrow = InputSpec("distance", "clinical", "MRI0.DISTAV", "mm", 0, 50)
    house.model.manifest = replace(
        house.model.manifest, inputs=(narrow, *house.model.manifest.inputs[1:]), sha256="6" * 64
    )
    house.ask(PREDICTED)
    words = plain(page(enter, PREDICTED, 2))
    assert "Outside the range the model was trained on:" in words
    assert "Distance, anal verge to distal tumour edge: 60 mm, trained on 0 mm to 50 mm" in words


def test_where_everything_was_known_and_in_range_that_is_said(enter):
    assert "Every input was known and in its range." in page(enter, PREDICTED, 1)


def test_what_it_must_not_be_used_for_is_on_the_page(enter):
    words = plain(page(enter, PREDICTED, 1))
    assert "What it must not be used for" in words
    assert "It does not decide." in words


# --- before and after ---------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R59")
def test_the_own_estimate_the_first_look_and_the_decision_are_on_the_page(enter):
    enter("monitor01").get(f"/participants/{READY}/prediction/1")
    words = plain(page(enter, READY, 1))
    assert "Own estimate of complete response 70 % locked by Investigator01" in words
    assert "First seen by Monitor01" in words
    assert re.search(
        r"Decision that followed MDT strategy after the model: .*recorded by Investigator01, .*; signed by Investigator01",
        words,
    )


def test_a_call_that_another_one_followed_has_no_decision_of_its_own(house, enter):
    house.save(PREDICTED, "MRI0", SCREENING["MRI0"] | {"DISTAV": "55"}, reasons={"": "misread"})
    house.ask(PREDICTED)
    house.save(PREDICTED, "DEC", DECISION, "DEC")
    assert "Decision that followed none before call 2" in plain(page(enter, PREDICTED, 1))
    assert "Decision that followed MDT strategy after the model: candidate" in plain(page(enter, PREDICTED, 2))


def test_a_call_without_a_decision_says_so(enter):
    assert "Decision that followed none yet" in plain(page(enter, PREDICTED, 1))


def test_what_changed_since_the_last_call_is_shown_old_and_new(house, enter):
    house.save(PREDICTED, "MRI0", SCREENING["MRI0"] | {"DISTAV": "55"}, reasons={"": "misread"})
    house.ask(PREDICTED)
    words = plain(page(enter, PREDICTED, 2))
    assert "Changed since call 1 Input then now Distance, anal verge to distal tumour edge 60 mm 55 mm" in words
    assert "Changed since" not in plain(page(enter, PREDICTED, 1))


@pytest.mark.requirement("R59")
def test_the_decision_page_keeps_the_answer_until_it_is_opened_and_the_look_recorded(house, enter):
    client = enter("coordinator01")
    before = plain(client.get(f"/participants/{PREDICTED}/decision").text)
    assert "70.0 %" not in before
    assert "positive" not in before
    assert "answered; open it to see the answer" in before
    client.get(f"/participants/{PREDICTED}/prediction/1")
    assert "70.0 %" in client.get(f"/participants/{PREDICTED}/decision").text
    assert "70.0 %" not in enter("monitor01").get(f"/participants/{PREDICTED}/decision").text, "each looks for himself"


# --- a model that fails -------------------------------------------------------------------------------------------------

THRESHOLD = f'"threshold": {MANIFEST.threshold}'.encode()
NAME = f'"name": "{MANIFEST.inputs[0].name}"'.encode()
FLIPS = {
    "weights": ("model.onnx", -9, "its weights and its preparation of the inputs is not the one that was released"),
    "preprocessing": ("model.onnx", 60, "its weights and its preparation of the inputs is not the one that was released"),
    "threshold": ("manifest.json", THRESHOLD, "its list of inputs, their order and its threshold is not the one that was released"),
    "feature order": ("manifest.json", NAME, "its list of inputs, their order and its threshold is not the one that was released"),
}  # fmt: skip


@pytest.fixture
def release(house, tmp_path):
    """A release of its own behind the pages."""
    folder = tmp_path / "release"
    folder.mkdir()
    with graphs.released(folder, graphs.sigmoid(), minimum={}) as model:
        house.model = model
        yield folder


def place_in(path, place):
    """Where the byte is: of a text its last but one, and a number as it stands."""
    return place if isinstance(place, int) else path.read_bytes().index(place) + len(place) - 2


def flip(path, at):
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("what", FLIPS)
def test_one_flipped_byte_refuses_the_call_on_screen_and_in_the_journal_and_the_rest_works(house, release, enter, what):
    name, place, words = FLIPS[what]
    house.estimate(RESTAGED)
    at = place_in(release / name, place)
    flip(release / name, at)
    client = enter("investigator01")
    answer = client.post(f"/participants/{RESTAGED}/decision/call", follow_redirects=True)
    told = plain(answer.text)
    assert answer.status_code == 200
    assert "The model gave no answer." in told
    assert words in told
    assert "An administrator must put the release back." in told
    assert "nobody is randomised on it" in told
    assert f"{name} has SHA-256" in told
    assert "complete response by 12 months" not in told
    (failed,) = house.journal("system:model:failed", RESTAGED)
    assert f"{name} has SHA-256" in failed["body"]
    (row,) = house.reader.all("prediction", participant=RESTAGED)
    assert (row["probability"], row["classification"]) == (None, None)
    # The rest works: other pages, other participants, and the decision without the model.
    for address in (
        "/",
        f"/participants/{RESTAGED}",
        f"/participants/{READY}/randomisation",
        f"/participants/{READY}/prediction/1",
    ):
        assert client.get(address).status_code == 200
    assert house.eligible()
    without = {k: v for k, v in DECISION.items() if k not in ("RANDCONS", "RANDCDAT")}
    house.save(RESTAGED, "DEC", without | {"CANDWHY": "clinically complete", "PREFARM": "WW"}, "DEC")
    flip(release / name, at)
    assert house.ask(RESTAGED).probability is not None, "put back, it answers"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ModelTimeout("the worker did not answer in time"), "The model did not answer in time and was stopped."),
        (ModelUnavailable("the worker ended with code -6"), "The model broke off, for want of memory for example, and was stopped."),
        (InputsInvalid("inputs that differ"), "The inputs are not those the model declares, and it was not asked."),
    ],
)  # fmt: skip
def test_a_model_that_hangs_or_breaks_off_is_told_in_words_with_what_to_do(house, enter, error, words):
    house.estimate(RESTAGED)
    house.model.answer = error
    house.ask(RESTAGED)
    told = plain(page(enter, RESTAGED, 1))
    assert words in told
    assert error.detail in told
    assert "administrator" in told
    assert "Call again" in plain(enter("investigator01").get(f"/participants/{RESTAGED}/decision").text)


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("administrator", True),
        ("auditor", True),
        ("monitor01", True),
        ("investigator01", True),
        ("coordinator01", False),
    ],
)
def test_who_calls_it_or_can_put_it_right_sees_it_on_the_first_page_until_it_answers(house, enter, who, sees):
    house.estimate(RESTAGED)
    house.model.answer = ModelTimeout("the worker did not answer in time")
    house.ask(RESTAGED)
    client = enter(who)
    assert ("The frozen model cannot be used." in client.get("/").text) is sees
    house.model.answer = 0.7
    house.ask(RESTAGED)
    assert "The frozen model cannot be used." not in client.get("/").text


def test_what_a_model_says_of_itself_is_shown_as_text(house, enter):
    house.estimate(RESTAGED)
    house.model.answer = ModelUnavailable("the model failed: <script>alert(1)</script>")
    house.ask(RESTAGED)
    html = page(enter, RESTAGED, 1)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


def test_below_the_minimum_the_page_lists_what_is_missing(house, enter):
    house.model.manifest = replace(CLINICAL, minimum={"radiomics": 1})
    house.estimate(RESTAGED)
    house.ask(RESTAGED)
    told = plain(page(enter, RESTAGED, 1))
    assert "The model was not asked. Too little is known of what it needs. Missing: Mean intensity, restaging" in told
    assert "What each modality did" not in told


def test_a_call_older_than_contributions_is_shown_without_them(house, enter):
    with house.engine.connect() as connection:
        connection.execute(text("DROP TRIGGER prediction_refuses_update"))
        connection.execute(
            text('UPDATE prediction SET contributions = NULL, versions = \'{"changed":[],"onnxruntime":"1"}\'')
        )
        connection.commit()
    words = plain(page(enter, PREDICTED, 1))
    assert "70.0 %" in words
    assert "4 of 4 known" in words
    assert "raised" not in words
