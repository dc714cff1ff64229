"""Restaging after neoadjuvant therapy, and the clinical response derived from it."""

from forms.codelists.response import (
    BIOPSY_RESULT,
    DWI_SIGNAL,
    MRI_RESPONSE,
    MRTRG,
    RESPONSE,
    RESTAGING_DRE,
    RESTAGING_ENDOSCOPY,
    YC_N,
    YC_T,
)
from forms.codelists.shared import M_CATEGORY
from forms.crfs.words import (
    LAST_DRUG,
    LAST_FRACTION,
    PROTOCOL,
    alive,
    cea_of_event,
    days_between,
    implies,
    not_withdrawn,
    ref,
)
from forms.language import TODAY, Calculated, Coded, Date, Form, Text, Upload, forms_of, soft
from forms.logic import call, first, if_, known, least

_FIRST = least(forms_of("RST"), ref("RST.RSTDAT"))
_RADIOTHERAPY_LAST = known(LAST_FRACTION) & (~known(LAST_DRUG) | (LAST_FRACTION >= LAST_DRUG))


class RST(
    Form,
    title="Restaging and clinical response",
    signed=True,
    source=f"{PROTOCOL}4; MSK regression schema, Smith 2015",
):
    RSTDAT = Date("Date of restaging", hard=(None, TODAY), section="Date", help="The last examination of the set.")
    DRE = Coded("Digital rectal examination", RESTAGING_DRE, section="Examination and endoscopy")
    ENDO = Coded("Endoscopy", RESTAGING_ENDOSCOPY, section="Examination and endoscopy")
    ENDODAT = Date("Endoscopy date", hard=(None, TODAY), ask_if=ENDO != "ND", section="Examination and endoscopy")
    ENDOIMG = Upload("Endoscopic photograph", "image", required=False, section="Examination and endoscopy")
    MRIRESP = Coded("MRI response", MRI_RESPONSE, section="MRI")
    MRIDAT = Date("MRI date", hard=(None, TODAY), ask_if=MRIRESP != "ND", section="MRI")
    MRTRG = Coded("mrTRG", MRTRG, ask_if=MRIRESP != "ND", source="mrTRG 1 to 5, Patel 2011", section="MRI")
    DWI = Coded("High DWI signal", DWI_SIGNAL, ask_if=MRIRESP != "ND", section="MRI")
    IMAGES = Upload(
        "De-identified image set",
        "dicom-zip",
        required=False,
        section="MRI",
        help="Names and other identifiers are stripped when the file is uploaded.",
    )
    YCT = Coded("ycT", YC_T, section="Stage")
    YCN = Coded("ycN", YC_N, section="Stage")
    YCM = Coded("ycM", M_CATEGORY, section="Stage", help="M1 opens the distant metastasis form.")
    YCMDAT = Date("Date of that CT", hard=(None, TODAY), ask_if=YCM != "MX", section="Stage")
    BX = Coded("Biopsy", BIOPSY_RESULT, section="Biopsy and CEA", help="A negative biopsy never improves the response.")
    CEA = Calculated("CEA", cea_of_event(), unit="ng/mL", section="Biopsy and CEA", help="From the laboratory form of this visit.")
    RESPDER = Calculated(
        "Derived clinical response",
        call("clinical_response", DRE.raw(), ENDO.raw(), MRIRESP.raw(), DWI.raw(), BX.raw(), YCN.raw()),
        codes=RESPONSE,
        section="Clinical response",
        help="The worst of the modalities.",
    )
    RESP = Coded("Clinical response, investigator", RESPONSE, section="Clinical response")
    RESPWHY = Text("Why it differs", ask_if=RESP != RESPDER, section="Clinical response")

    checks = (
        alive("RST-H1", RSTDAT, "RST.RSTDAT"),
        alive("RST-H2", ENDODAT, "RST.ENDODAT"),
        alive("RST-H3", MRIDAT, "RST.MRIDAT"),
        alive("RST-H4", YCMDAT, "RST.YCMDAT"),
        not_withdrawn("RST-H5", RSTDAT, "RST.RSTDAT", "VISITS"),
        soft(
            "RST-S1",
            implies(
                RSTDAT <= _FIRST,
                if_(
                    _RADIOTHERAPY_LAST,
                    days_between(RSTDAT, LAST_FRACTION, 56, 84),
                    days_between(RSTDAT, LAST_DRUG, 21, 35),
                ),
            ),
            "Restaging on {RST.RSTDAT} is outside its interval: 8 to 12 weeks after the last fraction ({RT.RTENDT}) when "
            "radiotherapy came last, 3 to 5 weeks after the last dose when a drug came last. Check the dates; if they are right, "
            "say why: it is a deviation.",
            on=RSTDAT,
            deviation=("ASSESSMENT", "MINOR"),
            source=f"{PROTOCOL}3",
        ),
        soft(
            "RST-S2",
            implies(RSTDAT > _FIRST, days_between(RSTDAT, _FIRST, 42, 84)),
            "Re-assessment on {RST.RSTDAT} is not 6 to 12 weeks after the first restaging. Check the dates; if they are right, say "
            "why: it is a deviation.",
            on=RSTDAT,
            deviation=("ASSESSMENT", "MINOR"),
            source=f"{PROTOCOL}3",
        ),
        soft(
            "RST-S3",
            implies(RSTDAT > _FIRST, first(forms_of("RST"), ref("RST.RESP")) == "NCR"),
            "A re-assessment is only planned after a near-complete response at the first restaging. Say why it was done.",
            on=RSTDAT,
            source=f"{PROTOCOL}3",
        ),
        soft(
            "RST-S4",
            ~((RESP == "CCR") & MRTRG.is_in("4", "5")),
            "Complete response recorded with mrTRG {RST.MRTRG}. Correct one of the two, or say why both are right.",
            on=(RESP, MRTRG),
        ),
        # As recorded: a signal that nobody could assess is not "none" either.
        soft(
            "RST-S5",
            implies(RESP == "CCR", DWI.raw() == "NONE"),
            "A complete response needs no high DWI signal, and the signal is {RST.DWI}. Correct one of the two, or say why both "
            "are right.",
            on=(RESP, DWI),
            source=f"{PROTOCOL}4",
        ),
        soft(
            "RST-S6",
            (ENDODAT <= RSTDAT) & (MRIDAT <= RSTDAT) & (YCMDAT <= RSTDAT),
            "The date of restaging, {RST.RSTDAT}, is the date of the last examination, and one examination is later (endoscopy "
            "{RST.ENDODAT}, MRI {RST.MRIDAT}, CT {RST.YCMDAT}). Correct the date, or say why.",
            on=(RSTDAT, ENDODAT, MRIDAT, YCMDAT),
        ),
    )
