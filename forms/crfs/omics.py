"""What the model reads besides the clinic: radiomics, microbiota, ctDNA, molecular report; and the specimens they come from."""

from forms.codelists.omics import (
    CMS,
    CTDNA_ASSAY,
    CTDNA_RESULT,
    CTDNA_TIME,
    MISMATCH_REPAIR,
    MOLECULAR_METHOD,
    MUTATION,
    RADIOMICS_TIME,
    SEGMENTATION,
    SEQUENCING,
    SPECIMEN,
    SPECIMEN_QC,
    STORAGE,
)
from forms.codelists.shared import PASS_FAIL
from forms.crfs.facts import EVENT, TAXON_TABLES
from forms.crfs.words import PROTOCOL, after_consent, alive, not_withdrawn, ref, samples_allowed
from forms.language import (
    NOW,
    TODAY,
    Calculated,
    Coded,
    Date,
    DateTime,
    Decimal,
    Form,
    Integer,
    Multi,
    Text,
    Upload,
    YesNo,
    forms_of,
    soft,
)
from forms.logic import call, collect, if_

_SAMPLES = ref("IC.ICSAMP") == "Y"
# A mid-treatment sample belongs to a treatment visit; every other visit of the schedule lies after the decision.
_TIME_OF_EVENT = if_(
    EVENT == "SCR",
    "BASELINE",
    if_(EVENT.is_in("RST", "RST2"), "RESTAGING", if_(EVENT.is_in("NAT", "EOT"), "MID", "FU")),
)


class RAD(Form, title="Radiomics", repeats=True, source=f"{PROTOCOL}5; IBSI feature names"):
    RADTP = Coded("Time point", RADIOMICS_TIME)
    RADDAT = Date("Date of the images", hard=(None, TODAY))
    RADFILE = Upload("Feature table", "csv-features", help="Two columns, feature and value, with IBSI names.")
    RADSW = Text("Extractor and version")
    RADSEG = Coded("Segmentation", SEGMENTATION)
    RADQC = Coded("Image and segmentation quality", PASS_FAIL, help="Features of a failed image are missing for the model.")
    RADMASK = Upload("Segmentation mask", "mask", required=False)

    checks = (
        alive("RAD-H1", RADDAT, "RAD.RADDAT"),
        soft(
            "RAD-S1",
            if_(
                RADTP == "BASELINE",
                RADDAT == ref("MRI0.MRIDAT"),
                call("one_of", RADDAT, collect(forms_of("RST"), ref("RST.MRIDAT"))),
            ),
            "The images of {RAD.RADDAT} match no pelvic MRI of that time point (baseline {MRI0.MRIDAT}, restaging {RST.MRIDAT}). "
            "Correct the date or the time point, or say why they differ.",
            on=(RADDAT, RADTP),
        ),
    )


class MIC(Form, title="Gut microbiota", repeats=True, due_if=_SAMPLES, facts=("taxon_tables",), source=f"{PROTOCOL}5"):
    MICDAT = Date("Stool sample date", hard=(None, TODAY))
    MICMETH = Coded("Method", SEQUENCING)
    MICFILE = Upload("Relative abundance", "csv-taxa", help="Two columns, taxon and abundance; abundances sum to 1 within 0.001.")
    MICREADS = Integer(
        "Reads", hard=(0, 1_000_000_000), soft=(10_000, None), help="Below 10,000 the sample is missing for the model."
    )
    MICALPHA = Calculated(
        "Shannon index", call("shannon_index", call("abundances", TAXON_TABLES, MICFILE)), places=4, soft=(0, 8)
    )
    MICABX = YesNo("Systemic antibiotics in the 4 weeks before this sample")

    checks = (
        samples_allowed("MIC-H1", MICDAT),
        alive("MIC-H2", MICDAT, "MIC.MICDAT"),
        not_withdrawn("MIC-H3", MICDAT, "MIC.MICDAT", "SAMPLES"),
        after_consent("MIC-S1", MICDAT, "MIC.MICDAT"),
    )


class LBX(Form, title="Circulating tumour DNA", repeats=True, due_if=_SAMPLES, facts=("event",), source=f"{PROTOCOL}5"):
    CDNADAT = Date("Plasma date", hard=(None, TODAY))
    CDNATP = Coded("Time point", CTDNA_TIME)
    CDNAASY = Coded("Assay", CTDNA_ASSAY)
    CDNARES = Coded("ctDNA", CTDNA_RESULT, help="A failed assay is missing for the model.")
    CDNAVAF = Decimal(
        "Mean variant allele fraction", unit="%", places=4, hard=(0, 100), soft=(0, 20), ask_if=CDNARES.raw() == "DET"
    )

    checks = (
        samples_allowed("LBX-H1", CDNADAT),
        alive("LBX-H2", CDNADAT, "LBX.CDNADAT"),
        not_withdrawn("LBX-H3", CDNADAT, "LBX.CDNADAT", "SAMPLES"),
        after_consent("LBX-S1", CDNADAT, "LBX.CDNADAT"),
        soft(
            "LBX-S2",
            CDNATP == _TIME_OF_EVENT,
            "The time point {LBX.CDNATP} does not agree with the visit this form belongs to. Correct it, or say why it differs.",
            on=CDNATP,
        ),
    )


class MOL(Form, title="Molecular report", source=f"{PROTOCOL}5"):
    MOLDAT = Date("Date of report", hard=(None, TODAY))
    MOLMETH = Multi("Method", MOLECULAR_METHOD)
    MMR = Coded("Mismatch repair", MISMATCH_REPAIR)
    RAS = Coded("RAS", MUTATION)
    BRAF = Coded("BRAF V600E", MUTATION)
    CMS = Coded("Consensus molecular subtype", CMS, required=False)
    TMB = Decimal("Tumour mutational burden", unit="mut/Mb", places=2, hard=(0, 500), soft=(0, 100), required=False)


class SPEC(
    Form,
    title="Specimens: chain of custody",
    repeats=True,
    due_if=_SAMPLES,
    source=f"{PROTOCOL}2, IN1",
    instructions="One form a specimen.",
):
    SPTYPE = Coded("Specimen", SPECIMEN)
    SPID = Text("Specimen id", unique=True, help="As on the barcode or QR label; no two specimens share one.")
    SPCOLL = DateTime("Collected", hard=(None, NOW))
    SPRECV = DateTime("Received", hard=(SPCOLL, NOW), required=False)
    SPSTORE = Coded("Stored at", STORAGE, unit="degC", required=False)
    SPQC = Coded("Quality", SPECIMEN_QC)

    checks = (
        samples_allowed("SPEC-H1", SPCOLL),
        alive("SPEC-H2", SPCOLL, "SPEC.SPCOLL"),
        not_withdrawn("SPEC-H3", SPCOLL, "SPEC.SPCOLL", "SAMPLES"),
        after_consent("SPEC-S1", SPCOLL, "SPEC.SPCOLL"),
    )
