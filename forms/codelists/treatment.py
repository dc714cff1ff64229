"""Codelists of radiotherapy, drugs, management and operations."""

from forms.codelist import Code, Codelist
from forms.codelists.shared import CRF, NONE, NOT_APPLICABLE, NOT_ASSESSABLE, OTHER, WATCH_AND_WAIT

RT_STOPPED = Codelist(
    "RT_STOPPED",
    (Code("TOXICITY", "toxicity"), Code("PATIENT", "patient"), Code("PROGRESSION", "progression"), OTHER),
    CRF,
)
DRUG = Codelist(
    "DRUG",
    (
        Code("CAPECITABINE", "capecitabine"),
        Code("OXALIPLATIN", "oxaliplatin"),
        Code("5FU", "5-FU"),
        Code("IRINOTECAN", "irinotecan"),
        Code("PD1", "PD-1 inhibitor"),
        Code("PDL1", "PD-L1 inhibitor"),
        Code("CTLA4", "CTLA-4 inhibitor"),
        OTHER,
    ),
    CRF,
)
IMMUNOTHERAPY = ("PD1", "PDL1", "CTLA4")
CHEMOTHERAPY = ("CAPECITABINE", "OXALIPLATIN", "5FU", "IRINOTECAN")
DOSE_CHANGE = Codelist(
    "DOSE_CHANGE",
    (
        NONE,
        Code("REDUCED", "reduced"),
        Code("DELAYED", "delayed"),
        Code("INTERRUPTED", "interrupted"),
        Code("OMITTED", "omitted"),
        Code("STOPPED", "stopped"),
    ),
    CRF,
)
DOSE_REASON = Codelist(
    "DOSE_REASON",
    (Code("HAEM", "haematological"), Code("NONHAEM", "non-haematological"), Code("IMMUNE", "immune-related"), OTHER),
    CRF,
)

STRATEGY_BEGUN = Codelist(
    "STRATEGY_BEGUN", (WATCH_AND_WAIT, Code("TME", "TME"), Code("LE", "local excision"), OTHER, NONE), CRF
)
STRATEGY_DIFFERS = Codelist(
    "STRATEGY_DIFFERS",
    (
        Code("REFUSED", "participant refused"),
        Code("UNFIT", "unfit"),
        Code("PROGRESSION", "progression"),
        Code("PHYSICIAN", "physician decision"),
        Code("LOST", "lost"),
        OTHER,
    ),
    CRF,
)

PROCEDURE = Codelist(
    "PROCEDURE",
    (
        Code("LAR", "LAR"),
        Code("ISR", "ultra-low AR / ISR"),
        Code("APR", "APR"),
        Code("HARTMANN", "Hartmann"),
        Code("LE", "local excision"),
        OTHER,
    ),
    CRF,
)
TME_PROCEDURES = ("LAR", "ISR", "APR", "HARTMANN")
APPROACH = Codelist(
    "APPROACH",
    (
        Code("OPEN", "open"),
        Code("LAPAROSCOPIC", "laparoscopic"),
        Code("ROBOTIC", "robotic"),
        Code("TRANSANAL", "transanal"),
    ),
    CRF,
)
OPERATION_REASON = Codelist(
    "OPERATION_REASON",
    (
        Code("ALLOCATED", "allocated"),
        Code("PREFERENCE", "preference"),
        Code("STANDARD", "standard"),
        Code("REGROWTH", "regrowth"),
        Code("CHANGED", "participant changed mind without regrowth"),
        Code("EMERGENCY", "progression or emergency"),
        OTHER,
    ),
    CRF,
)

AJCC = "AJCC Cancer Staging Manual, 8th edition"
PATHOLOGICAL_T = Codelist(
    "PATHOLOGICAL_T",
    (
        Code("ypT0", "ypT0"),
        Code("ypTis", "ypTis"),
        Code("ypT1", "ypT1"),
        Code("ypT2", "ypT2"),
        Code("ypT3", "ypT3"),
        Code("ypT4", "ypT4"),
        Code("ypTx", "ypTx", unknown=True),
    ),
    AJCC,
)
PATHOLOGICAL_N = Codelist(
    "PATHOLOGICAL_N",
    (
        Code("ypN0", "ypN0"),
        Code("ypN1a", "ypN1a"),
        Code("ypN1b", "ypN1b"),
        Code("ypN1c", "ypN1c"),
        Code("ypN2a", "ypN2a"),
        Code("ypN2b", "ypN2b"),
        Code("ypNx", "ypNx", unknown=True),
    ),
    AJCC,
)
REGRESSION_GRADE = Codelist(
    "REGRESSION_GRADE", (*(Code(c, c) for c in "0123"), NOT_ASSESSABLE), "CAP/AJCC tumour regression grade, Ryan 2005"
)
RESIDUAL_TUMOUR = Codelist("RESIDUAL_TUMOUR", (Code("R0", "R0"), Code("R1", "R1"), Code("R2", "R2")), AJCC)
MESORECTUM = Codelist(
    "MESORECTUM",
    (Code("COMPLETE", "complete"), Code("NEARLY", "nearly complete"), Code("INCOMPLETE", "incomplete"), NOT_APPLICABLE),
    "Quirke",
)
STOMA = Codelist("STOMA", (Code("ILEOSTOMY", "ileostomy"), Code("COLOSTOMY", "colostomy")), CRF)
STOMA_INTENT = Codelist("STOMA_INTENT", (Code("TEMPORARY", "temporary"), Code("PERMANENT", "permanent")), CRF)
LEAK = Codelist(
    "LEAK",
    (NONE, Code("A", "A"), Code("B", "B"), Code("C", "C"), Code("NOANAST", "no anastomosis")),
    "ISREC, Rahbari 2010",
)
CLAVIEN_DINDO = Codelist(
    "CLAVIEN_DINDO", tuple(Code(c, c) for c in ("I", "II", "IIIa", "IIIb", "IVa", "IVb", "V")), "Dindo 2004"
)
