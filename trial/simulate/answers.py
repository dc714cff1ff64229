"""A simulated life as CRF answers: what a coordinator would type, form by form. Pure; days become dates on a base day.

Each function returns the raw items of one form, as text. Codes are those of `forms/codelists`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from trial.simulate.chance import Dice
from trial.simulate.course import Course, Metastasis, Recurrence, Regrowth, SecondCancer
from trial.simulate.operation import Operation
from trial.simulate.person import History
from trial.simulate.restaging import Restaging
from trial.simulate.tables import Plasma, Radiomics, Stool
from trial.simulate.therapy import Cycle
from trial.simulate.toxicity import AdverseEvent
from trial.simulate.truth import Truth
from trial.simulate.visits import Visit

Items = dict[str, Any]
OPERATORS = {"EQ": "=", "LT": "<", "GT": ">"}


def day(base: date, offset: int | None) -> str | None:
    """The ISO date of an offset in days; None stays None."""
    return None if offset is None else (base + timedelta(days=offset)).isoformat()


def document(items: Mapping[str, Any], **groups: list[Items]) -> dict[str, Any]:
    """The raw document of a form: blanks left out, numbers as a person types them."""
    rows = {g: [{"id": "", "items": _texts(r)} for r in each] for g, each in groups.items() if each}
    return {"items": _texts(items), "groups": rows}


def _texts(items: Mapping[str, Any]) -> Items:
    return {name: _text(value) for name, value in items.items() if value is not None}


def _text(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return list(value)
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return value if isinstance(value, dict) else str(value)


def consent(truth: Truth, base: date, version: str) -> Items:
    """IC."""
    return {
        "ICTYPE": "INITIAL", "ICDAT": day(base, 0), "ICSIGN": "Y", "ICVER": version,
        "ICSAMP": truth.consent.samples, "ICFUT": truth.consent.future,
    }  # fmt: skip


def demography(truth: Truth, base: date, *, year_only: bool) -> Items:
    """DM; the birth date is a year where the site keeps no more."""
    born = base - timedelta(days=truth.person.age_days)
    who = truth.person
    return {
        "BRTHDAT": str(born.year) if year_only else born.isoformat(), "SEX": who.sex, "ETHNIC": who.ethnic,
        "HEIGHT": f"{who.height:.1f}", "WEIGHT": f"{who.weight:.1f}", "ECOG": who.ecog, "SMOKE": who.smoking,
    }  # fmt: skip


def history(found: History, base: date) -> tuple[Items, list[Items]]:
    """MH and its rows of prior malignancies."""
    items = {
        "PRIORMAL": "Y" if found.prior else "N", "AUTOIMM": found.autoimmune, "DIABETES": found.diabetes,
        "CVD": found.cardiovascular, "ANTIBIO": found.antibiotics, "METACRC": found.earlier_crc,
        "WOCBP": found.childbearing, "PREGTEST": found.pregnancy_test, "HBV": found.hbv,
    }  # fmt: skip
    rows = [
        {"PMTYPE": p.kind, "PMSITE": p.site, "PMDAT": day(base, -p.days_before), "PMCURED": p.cured}
        for p in found.prior
    ]
    return items, rows


def pathology(truth: Truth, base: date) -> Items:
    """PATH, without the slide table, which is uploaded."""
    found = truth.biopsy
    return {
        "BXDAT": day(base, found.day), "BXMETH": found.method, "RPTDAT": day(base, found.report_day),
        "HISTO": found.histology, "HISTOOTH": found.histology_other, "GRADE": found.grade,
        "SYNCHCRC": found.synchronous, "ENDODIST": f"{found.endoscopic_cm:.1f}", "QCSLIDE": found.slide_qc,
        "TUMCELL": found.cellularity,
    }  # fmt: skip


def mri(truth: Truth, base: date) -> Items:
    """MRI0."""
    found = truth.mri
    return {
        "MRIDAT": day(base, found.day), "FIELD": found.field, "DISTAV": found.distance, "CTCAT": found.ct,
        "CNCAT": found.cn, "MRF": found.mrf, "EMVI": found.emvi, "LPLN": found.lateral_node,
        "LENGTH": found.length, "VOLUME": f"{found.volume:.2f}",
    }  # fmt: skip


def staging(truth: Truth, base: date) -> Items:
    """CT0."""
    found = truth.ct
    sites = found.sites or None
    return {"CTDAT": day(base, found.day), "CTMOD": found.modality, "CM": found.cm, "METSITE": sites}


def plan(truth: Truth, base: date) -> Items:
    """PLAN."""
    found = truth.plan
    return {"NATPLAN": found.planned, "REGIMEN": found.regimen, "PLANSTDT": day(base, found.start_day)}


def molecular(truth: Truth, base: date) -> Items:
    """MOL."""
    found = truth.molecular
    return {
        "MOLDAT": day(base, found.day), "MOLMETH": found.methods, "MMR": found.mmr, "RAS": found.ras,
        "BRAF": found.braf, "CMS": found.cms, "TMB": f"{found.tmb:.2f}",
    }  # fmt: skip


def laboratory(on: int, results: Any, base: date) -> tuple[Items, list[Items]]:
    """LB and its rows."""
    rows = [
        {"LBTEST": r.test, "LBOPER": OPERATORS[r.operator], "LBORRES": r.value, "LBORRESU": r.unit} for r in results
    ]
    return {"LBDAT": day(base, on)}, rows


def radiomics(found: Radiomics, base: date, point: str, file: Any) -> Items:
    """RAD with its uploaded table."""
    return {
        "RADTP": point, "RADDAT": day(base, found.day), "RADFILE": file, "RADSW": "PyRadiomics 3.0.1",
        "RADSEG": found.segmentation, "RADQC": found.qc,
    }  # fmt: skip


def stool(found: Stool, base: date, file: Any) -> Items:
    """MIC with its uploaded table."""
    return {
        "MICDAT": day(base, found.day), "MICMETH": found.method, "MICFILE": file, "MICREADS": found.reads,
        "MICABX": found.antibiotics,
    }  # fmt: skip


def plasma(found: Plasma, base: date, point: str) -> Items:
    """LBX."""
    vaf = None if found.vaf is None else f"{found.vaf:.4f}"
    return {
        "CDNADAT": day(base, found.day), "CDNATP": point, "CDNAASY": found.assay, "CDNARES": found.result,
        "CDNAVAF": vaf,
    }  # fmt: skip


def radiotherapy(truth: Truth, base: date) -> Items:
    """RT."""
    assert truth.therapy is not None
    rt = truth.therapy.radiotherapy
    return {
        "RTSTDT": day(base, rt.start), "RTENDT": day(base, rt.end), "RTFRAC": rt.fractions,
        "RTDPF": rt.dose_per_fraction, "RTDOSE": rt.dose, "RTBOOST": rt.boost, "RTCOMP": rt.completed,
        "RTREAS": rt.reason,
    }  # fmt: skip


def cycle(given: Cycle, base: date) -> Items:
    """EX."""
    return {
        "EXTRT": given.drug, "EXCYC": given.number, "EXSTDT": day(base, given.start),
        "EXENDT": day(base, given.end), "EXDOSE": given.dose, "EXADJ": given.changes, "EXADJR": given.reason,
        "EXPROD": given.product,
    }  # fmt: skip


def restaging(found: Restaging, base: date) -> Items:
    """RST."""
    return {
        "RSTDAT": day(base, found.day), "DRE": found.dre, "ENDO": found.endoscopy,
        "ENDODAT": day(base, found.endoscopy_day), "MRIRESP": found.mri, "MRIDAT": day(base, found.mri_day),
        "MRTRG": found.mrtrg, "DWI": found.dwi, "YCT": found.yct, "YCN": found.ycn, "YCM": found.ycm,
        "YCMDAT": day(base, found.ct_day), "BX": found.biopsy, "RESP": found.response, "RESPWHY": found.why,
    }  # fmt: skip


def adverse_event(found: AdverseEvent, number: int, base: date, until: date) -> Items:
    """AE as known on `until`: what resolves later is not resolved yet."""
    open_still = found.end is None or base + timedelta(days=found.end) > until
    outcome = "NOTREC" if open_still and found.outcome in ("RECOVERED", "SEQUELAE", "FATAL") else found.outcome
    return {
        "AESPID": number, "AETERM": found.verbatim, "AECTCAE": found.term, "AESTDAT": day(base, found.start),
        "AEENDAT": None if open_still else day(base, found.end), "AETOXGR": found.grade,
        "AESER": "Y" if found.seriousness else "N",
        "AESCRIT": found.seriousness.criteria if found.seriousness else None, "AEREL": found.related,
        "AEIR": found.immune, "AEOUT": outcome, "AEACNRT": found.action_radiotherapy,
        "AEACNCH": found.action_chemotherapy, "AEACNIO": found.action_immunotherapy,
    }  # fmt: skip


def judged(event: AdverseEvent) -> Items:
    """What the safety officer adds: what therapy is known to do is expected, and the investigator's view of the cause is shared."""
    return {"SAEEXP": "EXPECTED", "SAECAUSS": _cause(event)}


def _cause(event: AdverseEvent) -> str:
    return "NOTREL" if event.related == ("NONE",) else "RELATED"


def serious(found: AdverseEvent, link: str, base: date) -> Items:
    """SAE, initial report of the site."""
    assert found.seriousness is not None
    drugs = tuple(d for part, d in (("CHEMO", "CAPECITABINE"), ("IO", "PD1")) if part in found.related)
    return {
        "SAEAENO": link, "SAEREP": "INITIAL", "SAEAWARE": f"{day(base, found.seriousness.aware)} 08:30",
        "SAENARR": found.seriousness.narrative, "SAECAUSI": _cause(found),
        "SAEDRUG": drugs or None,
    }  # fmt: skip


def visit(truth: Truth, course: Course, at: Visit, base: date, scheduled: tuple[str, ...], *, stoma: bool) -> Items:
    """FU at one visit of the course; only what the schedule asks for is answered."""
    if at.mode != "VISIT":
        return {
            "FUDAT": day(base, at.day),
            "FUMODE": at.mode,
            "ALIVE": "Y",
            **_nothing_done(scheduled),
            "STOMANOW": "Y" if stoma else "N",
            "SUSPECT": ("NONE",),
        }
    grown = (
        course.regrowth is not None
        and course.regrowth.visible <= at.day
        and (not course.operations or course.operations[0].day > at.day)
    )
    alarm = any(a.suspected == at.day for a in course.alarms)
    spread = course.metastasis is not None and course.metastasis.day <= at.day
    second = course.second is not None and course.second.kind == "CRC" and course.second.day <= at.day
    seen = {
        "DRE": "SUSP" if grown and course.regrowth and "DRE" in course.regrowth.found_by else "NORMAL",
        "ENDO": "SUSP" if grown or alarm else "NOTUM",
        "MRI": "SUSP" if grown and course.regrowth and "MRI" in course.regrowth.found_by else "NOTUM",
        "CHESTCT": "MET" if spread else "NOMET",
        "COLO": "SPC" if second else "NOTUM",
    }
    dates = {"ENDO": "ENDODAT", "MRI": "MRIDAT", "CHESTCT": "CHSTDAT", "COLO": "COLODAT"}
    asked = {name: code for name, code in seen.items() if f"FU.{name}" in scheduled}
    suspicion = tuple(
        c
        for c, present in (
            ("RGW", grown or alarm),
            ("MET", spread and "CHESTCT" in asked),
            ("SPC", second and "COLO" in asked),
        )
        if present
    )
    return {
        "FUDAT": day(base, at.day), "FUMODE": "VISIT", "ALIVE": "Y", **asked,
        **{dates[name]: day(base, at.day) for name in asked if name in dates},
        "STOMANOW": "Y" if stoma else "N", "SUSPECT": suspicion or ("NONE",),
    }  # fmt: skip


def _nothing_done(scheduled: tuple[str, ...]) -> Items:
    return {key.partition(".")[2]: "ND" for key in scheduled if key.startswith("FU.")}


def regrowth(found: Regrowth, base: date, *, outcome: str = "CONFIRMED", salvage: str | None = None) -> Items:
    """RGW, pending at first, then with its outcome and what was decided."""
    settled = outcome == "CONFIRMED"
    return {
        "RGWDAT": day(base, found.suspected), "RGWCONF": outcome,
        "RGWCDAT": day(base, found.confirmed) if settled else None, "RGWSITE": found.site,
        "RGWHOW": found.found_by, "RGWBX": found.histology if settled else "ND",
        "SALV": salvage if settled else None, "SALVDAT": day(base, found.salvage_day) if settled else None,
    }  # fmt: skip


def alarm(suspected: int, base: date) -> Items:
    """RGW of a suspicion that was not confirmed."""
    return {
        "RGWDAT": day(base, suspected), "RGWCONF": "NOTCONF", "RGWSITE": "WALL", "RGWHOW": ("ENDO",), "RGWBX": "NEG",
    }  # fmt: skip


def operation(found: Operation, base: date, number: int) -> Items:
    """SUR."""
    return {
        "SUROPNO": number, "SURDAT": day(base, found.day), "SURPROC": found.procedure,
        "SURAPP": found.approach, "SURREAS": found.reason, "BLOOD": found.blood,
    }  # fmt: skip


def specimen(found: Operation, base: date, link: str) -> Items:
    """YP."""
    s = found.specimen
    return {
        "YPSUR": link, "YPDAT": day(base, s.day), "YPT": s.ypt, "YPN": s.ypn, "NODES": s.nodes,
        "NODEPOS": s.positive, "TRG": s.trg, "CRM": None if s.crm is None else f"{s.crm:.1f}",
        "RSTAT": s.residual, "YPQC": s.quality, "TMEQ": s.mesorectum, "LVI": s.lvi, "PNI": s.pni,
    }  # fmt: skip


def stoma(found: Operation, base: date, *, closed: bool) -> Items:
    """STO."""
    assert found.stoma is not None
    return {
        "STODAT": day(base, found.stoma.day), "STOTYPE": found.stoma.kind, "STOINT": found.stoma.intended,
        "STOREV": day(base, found.stoma.closed) if closed else None,
    }  # fmt: skip


def complications(found: Operation, base: date, until: int) -> tuple[Items, list[Items]]:
    """POC and its rows, as known `until` days after consent."""
    known = [c for c in found.complications if c.day <= until]
    items = {
        "POCANY": "Y" if known else "N",
        "LEAK": found.leak if known else _no_leak(found),
        "READM": found.readmitted,
    }
    return items, [{"POCTERM": c.term, "POCDAT": day(base, c.day), "CLAVIEN": c.grade} for c in known]


def _no_leak(found: Operation) -> str:
    return "NOANAST" if found.leak == "NOANAST" else "NONE"


def metastasis(found: Metastasis, base: date) -> Items:
    """MET."""
    return {
        "METDAT": day(base, found.day), "METSITE": found.sites, "METTRT": found.treatment,
        "METCONF": found.confirmed_by,
    }  # fmt: skip


def recurrence(found: Recurrence, base: date) -> Items:
    """LR."""
    return {"LRDAT": day(base, found.day), "LRSITE": found.site, "LRCONF": found.confirmed_by}


def second_cancer(found: SecondCancer, base: date) -> Items:
    """SPC."""
    return {"SPCDAT": day(base, found.day), "SPCSITE": found.site, "SPCTYPE": found.kind}


def questionnaire(form: str, dice: Dice, on: str | None, *, stoma: bool, sex: str) -> Items:
    """QLQ30, QLQ29, LARS or WEX as filled in on paper, in Chinese."""
    items: Items = {"QSDAT": on, "QSMODE": "PAPER", "QSLANG": "zh"}
    if form == "QLQ30":
        items |= {f"Q{n}": dice.whole(3, 7) if n >= 29 else dice.pick({1: 6, 2: 3, 3: 1, 4: 0.3}) for n in range(1, 31)}
    elif form == "QLQ29":
        skipped = {55} if not stoma else set()
        skipped |= {58, 59} if sex == "M" else {56, 57}
        asked = [n for n in (*range(31, 48), *range(49, 60)) if n not in skipped]
        items |= {"Q48": "Y" if stoma else "N", **{f"Q{n}": dice.pick({1: 6, 2: 3, 3: 1, 4: 0.3}) for n in asked}}
    elif form == "LARS" and not stoma:
        items |= {f"L{n}": str(dice.whole(1, 4 if n == 3 else 3)) for n in range(1, 6)}
    elif form == "WEX" and not stoma:
        items |= {f"W{n}": dice.pick({0: 5, 1: 3, 2: 2, 3: 1, 4: 0.4}) for n in range(1, 6)}
    return items
