"""The diagnostic biopsy."""

from forms.codelists.baseline import BIOPSY_BY, DIFFERENTIATION, HISTOLOGY, SLIDE_QC
from forms.crfs.words import PROTOCOL, alive, ref, size_of
from forms.language import TODAY, Coded, Date, Decimal, Form, Integer, Text, Upload, YesNo, soft


class PATH(Form, title="Biopsy and pathology", source=f"{PROTOCOL}2, IN2 and EX2"):
    BXDAT = Date("Date of biopsy", hard=(None, TODAY), section="Biopsy")
    BXMETH = Coded("Biopsy by", BIOPSY_BY, section="Biopsy")
    RPTDAT = Date("Date of pathology report", hard=(BXDAT, TODAY), section="Biopsy")
    HISTO = Coded("Histology", HISTOLOGY, section="Tumour")
    HISTOOTH = Text("Other histology", ask_if=HISTO == "OTHER", section="Tumour")
    GRADE = Coded("Differentiation", DIFFERENTIATION, section="Tumour")
    SYNCHCRC = YesNo("Synchronous second primary colorectal cancer", section="Tumour")
    ENDODIST = Decimal(
        "Distance from anal verge, endoscopic",
        unit="cm",
        places=1,
        hard=(0, 40),
        soft=(0, 15),
        required=False,
        section="Tumour",
        help="Shown beside the MRI distance. Eligibility reads the MRI distance only.",
    )
    QCSLIDE = Coded("Slide quality control", SLIDE_QC, section="Digital slide")
    TUMCELL = Integer("Tumour cellularity", unit="%", hard=(0, 100), soft=(10, 100), required=False, section="Digital slide")
    SLIDFEAT = Upload(
        "Slide feature table", "csv-features", required=False, ask_if=QCSLIDE.raw() == "PASS", section="Digital slide"
    )
    SLIDSW = Text("Scanner and extractor version", ask_if=SLIDFEAT.present(), section="Digital slide")

    checks = (
        alive("PATH-H1", BXDAT, "PATH.BXDAT"),
        soft(
            "PATH-S1",
            size_of(ENDODIST * 10 - ref("MRI0.DISTAV")) <= 20,
            "The endoscopic distance, {PATH.ENDODIST} cm, and the MRI distance, {MRI0.DISTAV} mm, are more than 2 cm apart. "
            "Check both, and the units; if both are right, say so.",
            on=ENDODIST,
        ),
    )
