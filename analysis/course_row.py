"""One participant's course as an analysis needs it: dates and codes, nothing derived.

`CourseRow` is what leaves the database for the endpoints. Unknown is None, and a list that is empty
means that nothing of the kind is recorded. Codes are those of `forms.codelists`. Sources:
PROTOCOL 7 and the forms RGW, SLV, MET, LR, SPC, SUR, YP, STO, DTH, EOS of `crf.csv`.
"""

import datetime
from dataclasses import dataclass

from forms.codelists.treatment import TME_PROCEDURES
from forms.dates import PartialDate

Day = datetime.date

RANDOMISED, PREFERENCE, STANDARD = "RANDOMISED", "PREFERENCE", "STANDARD"
WW, TME = "WW", "TME"

LOCAL_EXCISION = "LE"
OTHER = "OTHER"
FOR_REGROWTH = "REGROWTH"

R0, R1, R2 = "R0", "R1", "R2"

PENDING, CONFIRMED, NOT_CONFIRMED = "PENDING", "CONFIRMED", "NOTCONF"
PLANNED, DONE, REFUSED = "PLANNED", "DONE", "REFUSED"
NOT_RESECTABLE, UNFIT = "NOTRES", "UNFIT"

COLORECTAL = "CRC"
TEMPORARY, PERMANENT = "TEMPORARY", "PERMANENT"


@dataclass(frozen=True)
class Operation:
    """A SUR form and its YP. `salvage`: an SLV form points at it. `residual`, `ypt`, `ypn`, `trg`, `nar`: None until reported.

    `trg`: CAP/AJCC tumour regression grade, 0 to 3. `nar`: neoadjuvant rectal score, 0 to 100, as the form derives it.
    """

    on: Day
    procedure: str | None
    reason: str | None = None
    residual: str | None = None
    ypt: str | None = None
    ypn: str | None = None
    salvage: bool = False
    number: int | None = None
    trg: int | None = None
    nar: float | None = None

    @property
    def is_salvage(self) -> bool:
        return self.salvage or self.reason == FOR_REGROWTH

    @property
    def is_tme(self) -> bool:
        return self.procedure in TME_PROCEDURES


@dataclass(frozen=True)
class Regrowth:
    """An RGW form: first suspicion, outcome of the work-up, and what was decided about salvage."""

    suspected_on: Day
    outcome: str | None = PENDING
    confirmed_on: Day | None = None
    salvage: str | None = None
    salvage_decided_on: Day | None = None


@dataclass(frozen=True)
class SecondPrimary:
    """An SPC form; `kind` is COLORECTAL, OTHER or None."""

    on: Day
    kind: str | None


@dataclass(frozen=True)
class Stoma:
    """An STO form; `intended` is TEMPORARY, PERMANENT or None, `closed_on` None while open."""

    formed_on: Day
    intended: str | None = None
    closed_on: Day | None = None


@dataclass(frozen=True)
class CourseRow:
    """One participant up to a data cut.

    `cohort`: RANDOMISED, PREFERENCE, STANDARD, or None before the decision (or when blinded).
    `arm`: WW or TME as allocated or chosen, None where blinded or not applicable.
    `strategy`: WW, TME, LE, OTHER or NONE as begun (MGT.MGTSTRT).
    `assessed_on`: every date with a disease assessment, never a telephone contact (FU.FUMODE).
    `pelvis_clear_on`: every date on which endoscopy and MRI were both clear.
    `died_on` may lack day or month; see `analysis.death`.
    """

    participant: str
    site: str
    cut_on: Day
    cohort: str | None = None
    arm: str | None = None
    strategy: str | None = None
    consent_on: Day | None = None
    eligible_on: Day | None = None
    screen_failed_on: Day | None = None
    therapy_start_on: Day | None = None
    last_dose_on: Day | None = None
    restaged_on: Day | None = None
    decision_on: Day | None = None
    candidate: bool | None = None
    randomised_on: Day | None = None
    operations: tuple[Operation, ...] = ()
    regrowths: tuple[Regrowth, ...] = ()
    metastases_on: tuple[Day, ...] = ()
    local_recurrences_on: tuple[Day, ...] = ()
    second_primaries: tuple[SecondPrimary, ...] = ()
    stomas: tuple[Stoma, ...] = ()
    died_on: PartialDate | None = None
    last_known_alive_on: Day | None = None
    assessed_on: tuple[Day, ...] = ()
    pelvis_clear_on: tuple[Day, ...] = ()
    withdrawn_on: Day | None = None
    ended_on: Day | None = None
    end_reason: str | None = None
    last_fraction_on: Day | None = None
