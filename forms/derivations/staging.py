"""Clinical stage and clinical response: what the tumour letters and the restaging examinations add up to.

Codes are taken as recorded: "not done" and "ycNx" are answers with consequences here, a blank is not yet an answer.
"""

from collections.abc import Mapping

from forms.logic import derivation

NEAR, COMPLETE, INCOMPLETE, NOT_EVALUABLE = "NCR", "CCR", "ICR", "NE"


@derivation("clinical_stage", version=1, takes_unknown=True)
def clinical_stage(ct: str | None, cn: str | None, cm: str | None) -> str | None:
    """AJCC 8 stage I, II, III or IV, from codes as recorded ("cT3b", "cN1", "M0"); None: unknown.

    M1: IV. With M0: N1-2 is III, T1-2 N0 is I, T3-4 N0 is II; cTx or cNx leave it unknown, as does Mx.
    Source: AJCC Cancer Staging Manual, 8th ed., colon and rectum; PROTOCOL 2, IN3.
    """
    if cm == "M1":
        return "IV"
    if cm != "M0" or ct is None or ct == "cTx" or cn is None or cn == "cNx":
        return None
    return "III" if cn in ("cN1", "cN2") else "I" if ct in ("cT1", "cT2") else "II"


_DRE = {"NORMAL": COMPLETE, "SMOOTH": NEAR, "TUMOUR": INCOMPLETE, "ND": NOT_EVALUABLE}
_ENDOSCOPY = {"SCAR": COMPLETE, "IRREGULAR": NEAR, "TUMOUR": INCOMPLETE, "ND": NOT_EVALUABLE}
_MRI = {"CCR": COMPLETE, "NCR": NEAR, "ICR": INCOMPLETE, "ND": NOT_EVALUABLE}
# High signal left over is at most near-complete; a signal nobody could assess cannot carry a complete response.
_COMPLETE_WITH_SIGNAL: Mapping[str, str] = {"NONE": COMPLETE, "SMALL": NEAR, "MARKED": NEAR, "NASS": NOT_EVALUABLE}


@derivation("clinical_response", version=1, takes_unknown=True)
def clinical_response(
    dre: str | None, endoscopy: str | None, mri: str | None, dwi: str | None, biopsy: str | None, ycn: str | None
) -> str | None:
    """Derived response: CCR, NCR, ICR, NE, or None while an answer that could change it is blank.

    Incomplete in any modality, a positive biopsy or ycN+: ICR. Else a modality not done: NE. Else the worst of
    DRE, endoscopy and MRI, where a complete MRI needs DWI "none" (small or marked signal: NCR; not assessable:
    NE unless another modality already is near-complete). A negative biopsy, no biopsy and ycNx change nothing.
    mrTRG is compared by a soft check, not here. Source: PROTOCOL 4; MSK schema, Smith 2015 (BMC Cancer 15:767).
    """
    modalities = [_DRE.get(dre or ""), _ENDOSCOPY.get(endoscopy or ""), _MRI.get(mri or "")]
    if INCOMPLETE in modalities or biopsy == "POS" or ycn == "ycN+":
        return INCOMPLETE
    if None in modalities or biopsy is None or ycn is None:
        return None
    if NOT_EVALUABLE in modalities:
        return NOT_EVALUABLE
    return NEAR if NEAR in modalities else _COMPLETE_WITH_SIGNAL.get(dwi or "")


def response_by_modality(
    dre: str | None, endoscopy: str | None, mri: str | None, dwi: str | None, biopsy: str | None, ycn: str | None
) -> Mapping[str, str | None]:
    """What each examination says by itself, from the tables of `clinical_response`: DRE, ENDO, MRI, BX, YCN to CCR, NCR, ICR, NE or None.

    A complete MRI is as complete as its DWI lets it be. A biopsy and the nodes can only speak against a response: POS and ycN+ are
    ICR, every other answer is None, as is a blank. Source: PROTOCOL 4.
    """
    seen = _MRI.get(mri or "")
    return {
        "DRE": _DRE.get(dre or ""),
        "ENDO": _ENDOSCOPY.get(endoscopy or ""),
        "MRI": _COMPLETE_WITH_SIGNAL.get(dwi or "") if seen == COMPLETE else seen,
        "BX": INCOMPLETE if biopsy == "POS" else None,
        "YCN": INCOMPLETE if ycn == "ycN+" else None,
    }


@derivation("candidacy", version=1, takes_unknown=True)
def candidacy(response: str | None, model_class: str | None, m1_now: str | None, contraindication: str | None) -> str:
    """CAND, NOTCAND or CT (cannot tell): a good response *and* a positive model class *and* nothing against it.

    `response`: the investigator's code; `model_class`: "POSITIVE", "NEGATIVE", or None where the call was refused
    or not made; the others "Y" or "N". One certain "no" decides, whatever else is unknown; a response that is not
    evaluable is unknown. Always a code, so that a strategy can differ from it. Source: PROTOCOL 5, step 5.
    """
    wanted = (
        {COMPLETE: True, NEAR: True, INCOMPLETE: False}.get(response or ""),
        {"POSITIVE": True, "NEGATIVE": False}.get(model_class or ""),
        {"N": True, "Y": False}.get(m1_now or ""),
        {"N": True, "Y": False}.get(contraindication or ""),
    )
    return "NOTCAND" if False in wanted else "CT" if None in wanted else "CAND"
