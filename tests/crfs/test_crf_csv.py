"""The catalogue against crf.csv and soa.csv, item by item."""

import re

import pytest

from forms import catalogue
from forms.crfs.facts import CONSENT_VERSIONS, OPERATED_ON
from forms.crfs.words import CONSENTED, DECIDED, ELIGIBLE_ON, ref
from forms.language import NOW, TODAY, Item, Range, forms_of
from forms.logic import Expr, least, lift
from tests.crfs.specification import repeating, rows, schedule
from tests.shared_data import needs_shared

ROWS = rows()
each_row = pytest.mark.parametrize("wanted", ROWS, ids=[w.key for w in ROWS])

UPLOADS = {
    "CSV: feature,value": "csv-features",
    "DICOM zip": "dicom-zip",
    "NIfTI or DICOM SEG": "mask",
    "CSV: taxon,abundance; sums to 1 within 0.001": "csv-taxa",
    "PNG or JPEG": "image",
}
# Where the specification names something other than a codelist or a range, what stands in its place.
BY_CHECK = {"IC.ICVER": "IC-H4", "LB.LBORRESU": "LB-H1", "SAE.SAEDRUG": "SAE-S2"}
SOFT_BY_CHECK = {
    "DM.ECOG": "DM-S1",
    "LB.LBORRES": "LB-S1",
    "RT.RTSTDT": "RT-S1",
    "SUR.SURDAT": "SUR-S1",
}
# docs/decisions/0003: dates the specification bounds on one side only cannot lie in the future either.
NOT_IN_FUTURE = {
    *("IC.ICWDAT", "PATH.RPTDAT", "ELIG.ELIGDAT", "RT.RTENDT", "EX.EXENDT", "SPEC.SPRECV", "DEC.RANDCDAT", "YP.YPDAT"),
    *(
        "STO.STOREV",
        "POC.POCDAT",
        "RGW.RGWCDAT",
        "RGW.SALVDAT",
        "MET.METDAT",
        "SPC.SPCDAT",
        "AE.AEENDAT",
        "SAE.SAESPON",
    ),
    *("SAE.SAERPTA", "SAE.SAERPTE", "SAE.SAERPTF", "CM.CMSTDAT", "CM.CMENDAT", "EOS.EOSDAT"),
}
# Routing of the scoring manual; and a link in a row stands under the condition of its group.
CONDITIONAL_TOO = {*(f"QLQ29.Q{n}" for n in range(55, 60)), "POC.POCAENO"}
NOT_IN_CSV = {"QLQ29.QLQSC"}
OWN_CONSENT_DATE = {"IC.ICWDAT"}


def found(key: str) -> Item:
    form, _, oid = key.partition(".")
    return catalogue.current(form).item(oid)


def check_ids(form: str) -> set[str]:
    return {check.id for check in catalogue.current(form).checks}


def end(text: str, wanted) -> Expr | None:
    """The expression one end of a range in crf.csv means."""
    known = {"today": TODAY, "now": NOW, "ELIGDAT": ELIGIBLE_ON, "DECDAT": DECIDED, "RSTDAT": ref("RST.RSTDAT")}
    if re.fullmatch(r"-?[\d.]+", text):
        return lift(int(text)) if text.isdigit() else Expr("number", (text,))
    if text == "ICDAT" and wanted.key not in OWN_CONSENT_DATE:
        return CONSENTED
    if text == "SURDAT":
        by_form = {"POC": OPERATED_ON, "LR": least(forms_of("SUR"), ref("SUR.SURDAT"))}
        return by_form.get(wanted.form)
    return known[text] if text in known else ref(f"{wanted.form}.{text}")


def ends(text: str, wanted) -> tuple[Expr | None, Expr | None, bool]:
    if text.startswith("<="):
        return None, end(text[2:], wanted), False
    if text.startswith(">"):
        return end(text.lstrip(">="), wanted), None, not text.startswith(">=")
    low, high = text.split("..")
    return end(low, wanted), end(high, wanted), False


def written(span: Range | None) -> tuple[object, object, bool]:
    low, high = (span.low, span.high) if span else (None, None)
    return json_of(low.at if low else None), json_of(high.at if high else None), bool(low and low.exclusive)


def json_of(expr: Expr | None) -> object:
    return None if expr is None else expr.to_json()


def is_range(text: str) -> bool:
    return text.startswith(("<", ">")) or (bool(re.fullmatch(r"[\w.-]+\.\.[\w.]+", text)) and "," not in text)


@each_row
def test_the_item_is_asked_in_the_words_of_the_specification(wanted):
    item = found(wanted.key)
    assert (item.label, item.kind, item.unit, item.group) == (wanted.label, wanted.kind, wanted.unit, wanted.group)


@each_row
def test_it_is_required_exactly_where_the_specification_says(wanted):
    required = found(wanted.key).required
    assert (required is not False) == (wanted.required == "y")


@each_row
def test_it_has_a_condition_exactly_where_the_specification_names_one(wanted):
    item = found(wanted.key)
    group = catalogue.current(wanted.form).group(item.group) if item.group else None
    conditional = item.ask_if is not None or bool(group and group.ask_if)
    assert conditional == bool(wanted.asked_when or wanted.key in CONDITIONAL_TOO)


CODED = [
    w
    for w in ROWS
    if w.kind in ("code", "multi", "calc") and "," in w.values and not is_range(w.values) and w.key not in BY_CHECK
]


@pytest.mark.parametrize("wanted", CODED, ids=[w.key for w in CODED])
def test_it_offers_the_answers_of_the_specification_in_their_order(wanted):
    codes = found(wanted.key).codes
    assert codes is not None
    assert [code.decode for code in codes] == [text.strip() for text in wanted.values.split(",")]


HARD = [w for w in ROWS if is_range(w.values) and w.kind != "code" and w.key != "QLQ30.QLQSC"]


@pytest.mark.parametrize("wanted", HARD, ids=[w.key for w in HARD])
def test_what_is_impossible_is_refused(wanted):
    low, high, exclusive = written(found(wanted.key).hard)
    wanted_low, wanted_high, wanted_exclusive = ends(wanted.values, wanted)
    if wanted_high is None and wanted.key in NOT_IN_FUTURE:
        wanted_high = NOW if wanted.kind == "datetime" else TODAY
    if wanted.key == "DM.BRTHDAT":
        wanted_low = Expr("date", ("1900-01-01",))
    if wanted.key == "YP.YPDAT":
        wanted_low = catalogue.current("YP").item("YPDAT").hard.low.at
        assert wanted_low.keys() == {"SUR.SURDAT"}
    assert (low, high, exclusive) == (json_of(wanted_low), json_of(wanted_high), wanted_exclusive)


UNBOUNDED = [w for w in ROWS if not w.values and w.kind in ("date", "pdate", "datetime", "int", "decimal")]


@pytest.mark.parametrize("wanted", UNBOUNDED, ids=[w.key for w in UNBOUNDED])
def test_what_the_specification_leaves_open_is_refused_only_in_the_future(wanted):
    low, high, _ = written(found(wanted.key).hard)
    assert low is None
    assert high == (TODAY.to_json() if wanted.key in NOT_IN_FUTURE else None)


SOFT = [w for w in ROWS if w.soft]


@pytest.mark.parametrize("wanted", SOFT, ids=[w.key for w in SOFT])
def test_what_is_unusual_asks_for_a_reason(wanted):
    if wanted.key in SOFT_BY_CHECK:
        assert SOFT_BY_CHECK[wanted.key] in check_ids(wanted.form)
        return
    wanted_low, wanted_high, exclusive = ends(wanted.soft, wanted)
    assert written(found(wanted.key).soft) == (json_of(wanted_low), json_of(wanted_high), exclusive)


NO_SOFT = [w for w in ROWS if not w.soft]


@pytest.mark.parametrize("wanted", NO_SOFT, ids=[w.key for w in NO_SOFT])
def test_nothing_else_has_a_usual_range(wanted):
    assert found(wanted.key).soft is None


LINKS = [w for w in ROWS if w.kind == "link"]


@pytest.mark.parametrize("wanted", LINKS, ids=[w.key for w in LINKS])
def test_a_link_points_at_the_form_the_specification_names(wanted):
    assert found(wanted.key).target == wanted.values


FILES = [w for w in ROWS if w.kind == "file"]


@pytest.mark.parametrize("wanted", FILES, ids=[w.key for w in FILES])
def test_a_file_is_of_the_kind_the_specification_names(wanted):
    assert found(wanted.key).accept == UPLOADS[wanted.values]


@needs_shared
def test_the_catalogue_holds_the_items_of_the_specification_and_one_more():
    asked = {w.key for w in ROWS}
    held = {item.key for form in catalogue.written() for item in form.every_item()}
    assert asked - held == set()
    assert held - asked == NOT_IN_CSV


@needs_shared
def test_what_a_site_or_the_record_brings_is_held_by_a_check():
    assert {key: id for key, id in BY_CHECK.items() if id not in check_ids(key.partition(".")[0])} == {}
    rule = next(c.rule for c in catalogue.current("IC").checks if c.id == "IC-H4")
    assert rule.facts() == CONSENT_VERSIONS.facts()


@needs_shared
def test_specimen_ids_are_unique_and_nothing_else_is():
    assert {w.key for w in ROWS if w.values == "unique"} == {
        item.key for form in catalogue.written() for item in form.every_item() if item.unique
    }


@needs_shared
def test_forms_and_groups_repeat_where_the_protocol_says():
    forms, groups = repeating()
    assert {form.oid for form in catalogue.written() if form.repeats} == forms
    assert {f"{form.oid}.{g.oid}" for form in catalogue.written() for g in form.groups} == groups


@needs_shared
def test_the_schedule_of_activities_names_known_forms_and_items_and_every_form_is_on_it():
    scheduled = {row["form"] for row in schedule()}
    forms = {name for name in scheduled if "." not in name}
    assert forms == set(catalogue.order())
    assert {found(name).key for name in scheduled - forms} == scheduled - forms


UNKNOWN = {
    *("unknown", "not assessable", "failed", "not done"),
    *("cTx", "cNx", "Mx", "ycTx", "ycNx", "ypTx", "ypNx"),
}


@pytest.mark.parametrize("form", catalogue.written(), ids=lambda form: form.oid)
def test_an_answer_is_unknown_to_logic_exactly_where_the_protocol_says(form):
    asked = [(item.key, code) for item in form.every_item() if item.stored for code in item.codes or ()]
    assert [(key, code.code) for key, code in asked if code.unknown != (code.decode in UNKNOWN)] == []
