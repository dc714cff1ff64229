"""Truth tables of follow-up, regrowth, recurrence, death and end of study."""

import pytest

from forms import catalogue
from forms.checks import findings
from tests.crfs.house import CONSENT, DEATH, about, asked, at, crf, day, missing, record_of, said, says, value
from tests.crfs.test_treatment_and_decision import dated

ALL_DUE = ("FU.DRE", "FU.ENDO", "FU.MRI", "FU.CHESTCT", "FU.COLO")
EXAMINATIONS = ("DRE", "ENDO", "MRI", "CHESTCT", "COLO")
DATES = {"ENDO": "ENDODAT", "MRI": "MRIDAT", "CHESTCT": "CHSTDAT", "COLO": "COLODAT"}
CLEAR = {"DRE": "NORMAL", "ENDO": "NOTUM", "MRI": "NOTUM", "CHESTCT": "NOMET", "COLO": "NOTUM"}


def visit(**items):
    return crf("FU", "FU12", **{"FUDAT": day("2027-03-01"), "FUMODE": "VISIT", "ALIVE": "Y"} | items)


# --- what is asked ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMINATIONS)
def test_an_examination_is_asked_and_required_where_the_schedule_says(name):
    due = {"scheduled": (f"FU.{name}",), "event": "FU12"}
    assert asked(visit(), name, **due) is True
    assert name in missing(visit(), **due)
    assert asked(visit(), name, scheduled=(), event="FU12") is False
    assert asked(visit(), name) is None, "schedule not known: shown, not required"
    assert name not in missing(visit())


@pytest.mark.parametrize("name", EXAMINATIONS)
def test_an_unscheduled_visit_may_record_any_examination_and_requires_none(name):
    assert asked(visit(), name, scheduled=(), event="UNS") is True
    assert name not in missing(visit(), scheduled=(), event="UNS")


@pytest.mark.parametrize("name", EXAMINATIONS)
def test_nothing_is_asked_of_the_dead(name):
    assert asked(visit(ALIVE="N"), name, scheduled=ALL_DUE, event="FU12") is False
    assert missing(visit(ALIVE="N"), scheduled=ALL_DUE, event="FU12") == set()


@pytest.mark.parametrize(("name", "date"), list(DATES.items()))
def test_an_examination_that_was_done_has_a_date(name, date):
    facts = {"scheduled": ALL_DUE, "event": "FU12"}
    answers = (CLEAR[name], "ND", None)
    assert [asked(visit(**{name: answer}), date, **facts) for answer in answers] == [True, False, None]
    assert asked(visit(), date, scheduled=(), event="FU12") is False


# --- deviations ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "opens", "closes", "asks"),
    [
        ("2027-02-14", "2027-02-15", "2027-03-15", True),
        ("2027-02-15", "2027-02-15", "2027-03-15", False),
        ("2027-03-15", "2027-02-15", "2027-03-15", False),
        ("2027-03-16", "2027-02-15", "2027-03-15", True),
        ("2027-03-16", None, None, False),
        (None, "2027-02-15", "2027-03-15", False),
    ],
)
def test_a_visit_outside_its_window_is_a_deviation(on, opens, closes, asks):
    subject = visit(FUDAT=dated(on))
    assert says("FU-S1", subject, window_opens=dated(opens), window_closes=dated(closes)) is asks


@pytest.mark.parametrize(("id", "name"), [(f"FU-S{n}", name) for n, name in enumerate(EXAMINATIONS, 2)])
def test_an_examination_that_was_due_and_not_done_is_a_minor_deviation(id, name):
    subject = visit(**{name: "ND"})
    record = record_of(subject, scheduled=ALL_DUE, event="FU12")
    assert [f.deviation for f in findings(record, subject) if f.id == id] == [("ASSESSMENT", "MINOR")]
    assert not says(id, subject, scheduled=(), event="UNS")
    assert not says(id, subject), "schedule not known"
    assert not says(id, visit(**{name: CLEAR[name]}), scheduled=ALL_DUE, event="FU12")
    assert not says(id, visit(), scheduled=ALL_DUE, event="FU12")


@pytest.mark.parametrize("name", EXAMINATIONS)
def test_a_telephone_call_is_no_disease_assessment(name):
    facts = {"scheduled": ALL_DUE, "event": "FU12"}
    assert says("FU-S7", visit(FUMODE="PHONE", **{name: CLEAR[name]}), **facts)
    assert not says("FU-S7", visit(FUMODE="PHONE", **{name: "ND"}), **facts)
    assert not says("FU-S7", visit(**{name: CLEAR[name]}), **facts)
    assert not says("FU-S7", visit(FUMODE=None, **{name: CLEAR[name]}), **facts)


@pytest.mark.parametrize(
    ("found", "suspicion", "asks"),
    [
        ({"ENDO": "SUSP"}, ("NONE",), True),
        ({"DRE": "SUSP"}, ("NONE",), True),
        ({"MRI": "SUSP"}, ("NONE",), True),
        ({"MRI": "SUSP"}, ("RGW",), False),
        ({"ENDO": "EQUIV"}, ("NONE",), False),
        ({"ENDO": "SUSP"}, None, False),
        ({}, ("NONE",), False),
    ],
)
def test_a_suspicious_examination_names_what_is_suspected(found, suspicion, asks):
    assert says("FU-S8", visit(SUSPECT=suspicion, **found), scheduled=ALL_DUE, event="FU12") is asks


@pytest.mark.parametrize(
    ("ct", "suspicion", "asks"),
    [
        ("MET", ("NONE",), True),
        ("MET", ("RGW", "MET"), False),
        ("MET", None, False),
        ("EQUIV", ("NONE",), False),
        (None, ("NONE",), False),
    ],
)
def test_a_metastasis_on_ct_is_named(ct, suspicion, asks):
    assert says("FU-S9", visit(CHESTCT=ct, SUSPECT=suspicion), scheduled=ALL_DUE, event="FU12") is asks


# --- regrowth, salvage, recurrence --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "event", "salvage"),
    [("CONFIRMED", "2026-11-02", True), ("PENDING", None, False), ("NOTCONF", None, False), (None, None, None)],
)
def test_a_regrowth_is_an_event_on_the_day_first_suspected_once_confirmed(outcome, event, salvage):
    subject = crf("RGW", "RGW-1", RGWDAT=day("2026-11-02"), RGWCONF=outcome, RGWCDAT=day("2026-11-20"))
    assert value(subject, "RGWEVDT") == dated(event)
    assert asked(subject, "SALV") is salvage
    assert asked(subject, "RGWCDAT") is salvage


@pytest.mark.parametrize(
    ("histology", "outcome", "asks"),
    [
        ("POS", "NOTCONF", True),
        ("POS", "PENDING", False),
        ("NEG", "NOTCONF", False),
        ("ND", "NOTCONF", False),
        ("POS", None, False),
    ],
)
def test_positive_histology_that_is_not_confirmed_is_asked_about(histology, outcome, asks):
    assert says("RGW-S1", crf("RGW", "RGW-1", RGWBX=histology, RGWCONF=outcome)) is asks


@pytest.mark.parametrize(("on", "asks"), [("2026-05-19", True), ("2026-05-20", False), (None, False)])
def test_a_regrowth_before_the_decision_is_asked_about(on, asks):
    decided = crf("DEC", "DEC", DECDAT=day("2026-05-20"))
    assert says("RGW.RGWDAT:soft", crf("RGW", "RGW-1", RGWDAT=dated(on)), decided) is asks


def test_the_date_of_salvage_is_that_of_the_operation_it_names():
    operations = (crf("SUR", "SUR-1", SURDAT=day("2026-06-10")), crf("SUR", "SLV-1", SURDAT=day("2026-12-01")))
    assert value(crf("SLV", "SLV-1", SLVSUR="SUR/SLV-1/1"), "SLVDAT", *operations) == day("2026-12-01")
    assert value(crf("SLV", "SLV-1", SLVSUR="SUR/SLV-1/1"), "SLVDAT") is None


@pytest.mark.parametrize(("procedure", "asks"), [("LAR", False), ("LE", True), ("OTHER", True), (None, False)])
def test_a_local_recurrence_follows_a_tme(procedure, asks):
    operated = crf("SUR", "SUR-1", SURDAT=day("2026-06-10"), SURPROC=procedure)
    assert says("LR-S1", crf("LR", "ANY", LRDAT=day("2027-01-01")), operated) is asks


def test_a_local_recurrence_without_any_operation_asks():
    assert says("LR-S1", crf("LR", "ANY", LRDAT=day("2027-01-01")))


@pytest.mark.parametrize(("on", "asks"), [("2026-06-09", True), ("2026-06-10", False)])
def test_a_local_recurrence_before_the_first_operation_is_asked_about(on, asks):
    operations = (crf("SUR", "SLV-1", SURDAT=day("2026-12-01")), crf("SUR", "SUR-1", SURDAT=day("2026-06-10")))
    assert says("LR.LRDAT:soft", crf("LR", "ANY", LRDAT=day(on)), *operations) is asks


@pytest.mark.parametrize(("on", "refused"), [("2026-01-10", True), ("2026-01-11", False), ("2027-06-02", True)])
@pytest.mark.parametrize(("form", "item"), [("MET", "METDAT"), ("SPC", "SPCDAT")])
def test_metastasis_and_second_cancer_come_after_consent(form, item, on, refused):
    assert says(f"{form}.{item}:hard", crf(form, "ANY", **{item: day(on)}), CONSENT) is refused


# --- death --------------------------------------------------------------------------------------------------------

ALIVE = [
    (form.oid, check.on[0], check.id)
    for form in catalogue.written()
    for check in form.checks
    if check.source.endswith("DTH.DTHDAT") and form.oid != "DTH"
]


def dated_instance(item, on):
    convert = {"date": day, "pdate": about, "datetime": lambda text: at(f"{text}T10:00")}[item.kind]
    answers = {item.oid: on and convert(on)}
    extra = {"FUMODE": "VISIT", "ALIVE": "Y"} if item.key == "FU.FUDAT" else {}
    if item.group:
        return crf(item.form, "ANY", _rows={item.group: [answers]})
    return crf(item.form, "ANY", **answers, **extra)


@pytest.mark.parametrize(("form", "item", "id"), ALIVE, ids=[id for _, _, id in ALIVE])
@pytest.mark.parametrize(("on", "refused"), [("2027-03-05", False), ("2027-03-06", True), (None, False)])
def test_nothing_happens_after_death_on_either_form(form, item, id, on, refused):
    subject = dated_instance(item, on)
    assert says(id, subject, DEATH) is refused
    assert says(f"DTH-H-{form}-{item.oid}", DEATH, subject) is refused


def test_both_forms_know_the_same_dates():
    seen_by_death = {c.id.removeprefix("DTH-H-") for c in catalogue.current("DTH").checks if c.id.startswith("DTH-H-")}
    assert seen_by_death == {f"{form}-{item.oid}" for form, item, _ in ALIVE}


@pytest.mark.parametrize(
    ("died", "onset", "refused"),
    [
        ("2027-03", "2027-03-20", False),
        ("2027-03", "2027-04-01", True),
        ("2027", "2027-12", False),
        ("2027-03-05", "2027-03", False),
        ("2027-03-05", "2027-04", True),
        ("2027", None, False),
    ],
)
def test_a_partial_date_is_refused_only_where_every_reading_is_impossible(died, onset, refused):
    death, event = crf("DTH", "ANY", DTHDAT=about(died)), crf("AE", "ANY", AESTDAT=onset and about(onset))
    assert says("AE-H3", event, death) is refused
    assert says("DTH-H-AE-AESTDAT", death, event) is refused


@pytest.mark.parametrize(
    ("mode", "alive", "refused"),
    [
        ("VISIT", "Y", True),
        ("VISIT", "N", True),
        ("PHONE", "N", False),
        ("REGISTRY", "N", False),
        ("PHONE", "Y", True),
        ("PHONE", None, False),
    ],
)
def test_the_news_of_a_death_comes_after_it_but_nobody_is_alive_then(mode, alive, refused):
    contact = crf("FU", "FU12", FUDAT=day("2027-03-20"), FUMODE=mode, ALIVE=alive)
    assert says("FU-H1", contact, DEATH) is refused
    assert says("DTH-H-FU-FUDAT", DEATH, contact) is refused


def test_reports_awareness_and_decisions_may_be_later_than_death():
    late = (
        crf("SAE", "ANY", SAENARR="died at home"),
        crf("YP", "SUR-1", YPDAT=day("2027-04-01")),
        crf("DEC", "DEC", DECDAT=day("2027-04-01")),
        crf("EOS", "EOS", EOSDAT=day("2027-04-01"), EOSREAS="DEATH"),
    )
    assert said(DEATH, *late) == set()


def test_a_complication_after_death_is_refused_on_either_form():
    late = crf("POC", "PO30-1", POCANY="Y", _rows={"R": [{"POCDAT": day("2027-03-01")}, {"POCDAT": day("2027-03-06")}]})
    assert says("POC-H1", late, DEATH)
    assert says("DTH-H-POC-POCDAT", DEATH, late)


@pytest.mark.parametrize(("born", "refused"), [("1960", False), ("2027-03-06", True), ("2027", False), (None, False)])
def test_death_does_not_come_before_birth(born, refused):
    assert says("DTH-H1", DEATH, crf("DM", BRTHDAT=born and about(born))) is refused


# --- end of study -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "death", "without", "against"),
    [
        ("DEATH", DEATH, False, False),
        ("DEATH", None, True, False),
        ("LOST", DEATH, False, True),
        ("LOST", None, False, False),
        (None, DEATH, False, False),
        (None, None, False, False),
    ],
)
def test_the_reason_and_the_death_form_agree(reason, death, without, against):
    subject = crf("EOS", "EOS", EOSREAS=reason)
    assert says("EOS-S1", subject, death) is without
    assert says("EOS-S3", subject, death) is against


@pytest.mark.parametrize(
    ("reason", "on", "asks"),
    [("WITHDRAWN", None, True), ("WITHDRAWN", "2026-06-01", False), ("LOST", None, False), (None, None, False)],
)
def test_a_withdrawal_stands_on_the_consent_form(reason, on, asks):
    consent = crf("IC", ICTYPE="INITIAL", ICDAT=day("2026-01-10"), ICWDAT=dated(on))
    assert says("EOS-S2", crf("EOS", "EOS", EOSREAS=reason), consent) is asks


@pytest.mark.parametrize(("on", "refused"), [("2027-03-05", False), ("2027-03-06", True), (None, False)])
def test_nobody_is_known_alive_after_death(on, refused):
    assert says("EOS-H1", crf("EOS", "EOS", EOSREAS="LOST", LSTALVDT=dated(on)), DEATH) is refused


@pytest.mark.parametrize(("reason", "wanted"), [("LOST", True), ("DEATH", False), (None, None)])
def test_the_date_last_alive_is_asked_of_the_living(reason, wanted):
    assert asked(crf("EOS", "EOS", EOSREAS=reason), "LSTALVDT") is wanted
