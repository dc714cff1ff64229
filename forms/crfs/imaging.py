"""Imaging at baseline: pelvic MRI and the staging of chest and abdomen."""

from forms.codelists.baseline import CLINICAL_N, CLINICAL_STAGE, CLINICAL_T, CT_MODALITY, FIELD_STRENGTH
from forms.codelists.shared import M_CATEGORY, METASTATIC_SITE_0, NO_YES_NASS
from forms.crfs.words import PROTOCOL, THERAPY_START, alive, days_between, recorded, ref, size_of
from forms.language import TODAY, Calculated, Coded, Date, Decimal, Form, Multi, Upload, YesNo, soft
from forms.logic import call


class MRI0(Form, title="Pelvic MRI at baseline", source=f"{PROTOCOL}2, IN3 and IN4"):
    MRIDAT = Date("Date of pelvic MRI", hard=(None, TODAY), section="Examination")
    FIELD = Coded("Field strength", FIELD_STRENGTH, unit="T", section="Examination")
    DISTAV = Decimal(
        "Distance, anal verge to distal tumour edge",
        unit="mm",
        places=1,
        hard=(0, 250),
        soft=(20, 150),
        section="Position and stage",
        help="In millimetres, on MRI. 100 mm is eligible, 101 mm is not.",
    )
    CTCAT = Coded("Clinical T", CLINICAL_T, section="Position and stage")
    CNCAT = Coded("Clinical N", CLINICAL_N, section="Position and stage")
    STAGE = Calculated(
        "Clinical stage (AJCC 8)",
        call("clinical_stage", CTCAT.raw(), CNCAT.raw(), recorded("CT0.CM")),
        codes=CLINICAL_STAGE,
        section="Position and stage",
        help="M is read from the staging of chest and abdomen.",
    )
    MRF = Coded("Mesorectal fascia involved (<= 1 mm)", NO_YES_NASS, section="Tumour")
    EMVI = Coded("Extramural venous invasion", NO_YES_NASS, section="Tumour")
    LPLN = YesNo("Lateral pelvic lymph node >= 7 mm", section="Tumour")
    LENGTH = Decimal("Craniocaudal length", unit="mm", places=1, hard=(1, 250), soft=(10, 120), section="Tumour")
    VOLUME = Decimal("Tumour volume", unit="cm3", places=2, hard=(0, 1000), soft=(1, 300), required=False, section="Tumour")
    IMAGES = Upload(
        "De-identified image set",
        "dicom-zip",
        required=False,
        section="Images",
        help="Names and other identifiers are stripped when the file is uploaded.",
    )

    checks = (
        alive("MRI0-H1", MRIDAT, "MRI0.MRIDAT"),
        soft(
            "MRI0-S1",
            days_between(THERAPY_START, MRIDAT, 0, 42),
            "The MRI of {MRI0.MRIDAT} does not lie within the 42 days before therapy began. Check the dates; if they are right, say why.",
            on=MRIDAT,
        ),
        soft(
            "MRI0-S2",
            size_of(DISTAV - ref("PATH.ENDODIST") * 10) <= 20,
            "The MRI distance, {MRI0.DISTAV} mm, and the endoscopic distance, {PATH.ENDODIST} cm, are more than 2 cm apart. "
            "Check both, and the units; if both are right, say so.",
            on=DISTAV,
        ),
    )


class CT0(Form, title="Staging of chest and abdomen", source=f"{PROTOCOL}2, IN5 and EX1"):
    CTDAT = Date("Date of chest and abdomen staging", hard=(None, TODAY))
    CTMOD = Coded("Modality", CT_MODALITY)
    CM = Coded("Clinical M", M_CATEGORY)
    METSITE = Multi("Metastatic site", METASTATIC_SITE_0, ask_if=CM.raw() == "M1")

    checks = (alive("CT0-H1", CTDAT, "CT0.CTDAT"),)
