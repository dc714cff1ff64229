"""Chapter: the trial gives the model what it was trained on. A life entered as CRFs yields the row the training used."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from forms.answers import Answers, FileRef, Row
from forms.catalogue import crf, record
from tests.model.released import MANIFEST
from tests.truth.lives import decided
from trial.frozen.cohort import inputs_of
from trial.prediction import collect
from trial.simulate.answers import OPERATORS

CONSENT = date(2026, 3, 2)


def on(day):
    return None if day is None else CONSENT + timedelta(day)


def entered(t):
    """The CRFs the model reads, in the order of the course, and the tables of their files."""
    tables, crfs = {}, list(screening(t))
    for event in ["SCR", *(r.event for r in t.restagings)]:
        again = [r for r in t.restagings if r.event == event]
        crfs += [one("RST", event, **restaging(r)) for r in again]
        crfs += [labs(event, s) for s in t.labs if s.event == event]
        crfs += omics(t.omics[event], event, tables)
        if event == "SCR":
            crfs.append(pathology(t, tables))
    return record(tuple(crfs)), tables


def one(form, event="SCR", **items):
    return crf(form, event, **{k: v for k, v in items.items() if v is not None})


def screening(t):
    m = t.molecular
    yield one(
        "MRI0",
        DISTAV=Decimal(t.mri.distance),
        LENGTH=Decimal(t.mri.length),
        CTCAT=t.mri.ct,
        CNCAT=t.mri.cn,
        MRF=t.mri.mrf,
        EMVI=t.mri.emvi,
    )
    yield one("PLAN", REGIMEN=t.plan.regimen)
    yield one("MOL", MMR=m.mmr, RAS=m.ras, BRAF=m.braf, CMS=m.cms)


def restaging(r):
    return {"RSTDAT": on(r.day), "DRE": r.dre, "ENDO": r.endoscopy, "MRTRG": r.mrtrg, "DWI": r.dwi, "RESP": r.response}


def labs(event, sample):
    rows = tuple(
        Row(
            f"r{i}",
            {"LBTEST": r.test, "LBOPER": OPERATORS[r.operator], "LBORRES": Decimal(str(r.value)), "LBORRESU": r.unit},
        )
        for i, r in enumerate(sample.results)
    )
    return replace(crf("LB", event), answers=Answers({"LBDAT": on(sample.day)}, groups={"R": rows}))


def stored(tables, name, table):
    tables[name] = table
    return FileRef(name, f"{name}.csv", 100)


def pathology(t, tables):
    slide = t.omics["SCR"].slide
    return one(
        "PATH",
        GRADE=t.biopsy.grade,
        QCSLIDE=t.biopsy.slide_qc,
        SLIDFEAT=stored(tables, "slide", slide) if slide else None,
    )


def omics(found, event, tables):
    point = "BASELINE" if event == "SCR" else "RESTAGING"
    if r := found.radiomics:
        yield one(
            "RAD", event, RADTP=point, RADDAT=on(r.day), RADQC=r.qc, RADFILE=stored(tables, f"rad-{event}", r.features)
        )
    if s := found.stool:
        yield one("MIC", event, MICDAT=on(s.day), MICREADS=s.reads, MICFILE=stored(tables, f"mic-{event}", s.taxa))
    if p := found.plasma:
        yield one("LBX", event, CDNADAT=on(p.day), CDNATP=point, CDNARES=p.result)


LIVES = decided(150)


@pytest.mark.parametrize("t", LIVES, ids=lambda t: f"life-{t.index}")
def test_a_life_entered_as_forms_gives_the_row_of_its_training(t):
    whole, tables = entered(t)
    found = collect(whole, MANIFEST, tables).values()
    wanted = inputs_of(t)
    assert set(found) == set(wanted)
    for name, value in wanted.items():
        assert found[name] == (None if value is None else pytest.approx(value, rel=1e-12)), name


def test_the_lives_looked_at_hold_every_special_case():
    assert any(len(t.restagings) == 2 for t in LIVES)
    assert any(len(t.restagings) == 2 and t.omics["RST2"].radiomics is None and t.omics["RST"].radiomics for t in LIVES)
    assert any(o.radiomics and o.radiomics.qc == "FAIL" for t in LIVES for o in t.omics.values())
    assert any(o.stool and o.stool.reads < 10_000 for t in LIVES for o in t.omics.values())
    assert any(t.omics["SCR"].slide is None for t in LIVES)
