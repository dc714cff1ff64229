"""Posted names to the raw document, and two raw documents to one."""

import pytest
from hypothesis import given
from werkzeug.datastructures import MultiDict

from forms.catalogue import definitions
from forms.decoded import options
from forms.document import read_document
from forms.language import Coded, FormDef, Item
from forms.webform import document, posted, shown_as, web_class
from tests.web.parity import COLOURS, FORM, documents
from trial.web.merge import merged


def raw_of(pairs):
    return document(posted(FORM, MultiDict(pairs)), FORM)


def pairs_of(raw):
    for name, value in raw["items"].items():
        yield from ((name, each) for each in (value if isinstance(value, list) else [value]))
    for n, row in enumerate(raw["groups"].get("G", ())):
        yield f"G-{n}-id", row["id"]
        yield from ((f"G-{n}-{name}", value) for name, value in row["items"].items())


def test_blanks_are_left_out_and_text_is_kept_as_typed():
    raw = raw_of([("n1", " 12,5 "), ("d1", ""), ("m1", "RED"), ("m1", "BLUE"), ("n2__missing", "UNK")])
    assert raw["items"] == {"n1": "12,5", "m1": ["RED", "BLUE"]}
    assert raw["missing"] == {"n2": "UNK"}


def test_rows_keep_their_ids_and_removed_and_blank_ones_go():
    raw = raw_of(
        [
            ("G-0-id", "a"),
            ("G-0-rn", "1"),
            ("G-1-id", "b"),
            ("G-1-rn", "2"),
            ("G-1-remove", "y"),
            ("G-2-id", ""),
            ("G-2-rn", ""),
            ("G-5-rn", "5"),
        ]
    )
    assert [(row["id"], row["items"]) for row in raw["groups"]["G"]] == [("a", {"rn": "1"}), ("", {"rn": "5"})]


def test_reasons_confirmations_and_not_done():
    raw = raw_of(
        [
            ("reason__n1", "typo"),
            ("reason__G/a/rn", "x"),
            ("confirm__ZZ-1@a", "so it is"),
            ("confirm__ZZ-2", " "),
            ("not_done", "y"),
            ("not_done__reason", "lost"),
        ]
    )
    assert raw["reasons"] == {"n1": "typo", "G/a/rn": "x"}
    assert raw["confirmed"] == {"ZZ-1@a": "so it is"}
    assert raw["not_done"] == {"reason": "lost", "on": ""}


def test_a_name_of_another_form_is_told():
    assert raw_of([("DISTAV", "8")])["items"]["DISTAV"] == "?"


def test_too_many_rows_are_refused_before_they_are_parsed():
    with pytest.raises(ValueError, match="rows"):
        posted(FORM, MultiDict([(f"G-{n}-rn", "1") for n in range(201)]))


@given(documents())
def test_a_document_survives_the_page(raw):
    """What a page shows and posts unchanged is read as the same answers."""
    again = raw_of(list(pairs_of(raw)))
    first, second = (read_document(FORM, each, lambda: "new").answers for each in (raw, again))
    assert first == second


@pytest.mark.parametrize("form", list(definitions().values()), ids=lambda f: f.oid)
def test_every_released_form_has_a_class_with_every_item_it_stores(form: FormDef):
    fields = set(web_class(form)()._fields)
    assert {i.oid for i in form.items if i.stored} <= fields
    assert {g.oid for g in form.groups} <= fields


@pytest.mark.parametrize(
    ("kind", "how"),
    [("yn", "radio"), ("text", "area"), ("int", "line"), ("pdate", "line"), ("file", "file"), ("calc", "calc")],
)
def test_how_a_kind_is_shown(kind, how):
    assert shown_as(Item(kind, "x")) == how


def test_short_lists_are_radio_buttons_and_no_list_is_a_line():
    assert shown_as(Coded("x", COLOURS)) == "radio"
    assert shown_as(Coded("x", None)) == "line"
    assert options(Coded("x", COLOURS))[0] == ("RED", "red")


def doc(rows=(), **items):
    return {"items": items, "missing": {}, "groups": {"G": list(rows)}, "confirmed": {}, "not_done": None}


def row(name, **items):
    return {"id": name, "items": items, "missing": {}}


def test_my_changes_go_on_their_version():
    together = merged(doc(a="1", b="1", c="1"), doc(a="2", b="1", c="1", d="9"), doc(a="1", b="3"))
    assert together["items"] == {"a": "2", "b": "3", "d": "9"}


def test_rows_are_matched_by_id():
    base = doc([row("r1", x="1"), row("r2", x="1")])
    together = merged(
        base,
        doc([row("r1", x="2"), row("r2", x="1"), row("r3", x="7")]),
        doc([row("r1", x="1", y="5"), row("r4", x="8")]),
    )
    assert together["groups"]["G"] == [row("r1", x="2", y="5"), row("r3", x="7"), row("r4", x="8")]


@given(documents(), documents())
def test_merging_what_i_did_not_change_gives_their_version_and_the_reverse(base, other):
    def clean(raw):
        return {kind: raw.get(kind, {}) for kind in ("items", "groups")}

    def values(raw):
        return {name: value for name, value in raw["items"].items() if value is not None}

    assert values(merged(base, other, base)) == values(clean(other))
    assert values(merged(base, base, other)) == values(clean(other))
