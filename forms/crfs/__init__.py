"""Every CRF, by clinical topic; `FORMS` holds their current versions in the order of the paper book."""

import forms.derivations
import forms.rules  # noqa: F401  the functions that conditions and checks name
from forms.crfs.baseline import MH, PLAN
from forms.crfs.consent import DM, ELIG, IC
from forms.crfs.decision import DEC, PRE
from forms.crfs.events import DTH, DV, EOS, LR, MET, RGW, SLV, SPC
from forms.crfs.followup import FU
from forms.crfs.imaging import CT0, MRI0
from forms.crfs.laboratory import LB
from forms.crfs.omics import LBX, MIC, MOL, RAD, SPEC
from forms.crfs.pathology import PATH
from forms.crfs.questionnaires import LARS, QLQ29, QLQ30, WEX
from forms.crfs.response import RST
from forms.crfs.safety import AE, CM, SAE
from forms.crfs.surgery import POC, STO, SUR, YP
from forms.crfs.treatment import EX, MGT, RT
from forms.language import Form

FORMS: tuple[type[Form], ...] = (
    *(IC, DM, MH, PATH, MRI0, CT0, LB, PLAN, ELIG),
    *(RT, EX, RAD, MIC, LBX, MOL, SPEC),
    *(RST, PRE, DEC, MGT),
    *(SUR, YP, STO, POC),
    *(FU, RGW, SLV, MET, LR, SPC),
    *(AE, SAE, CM),
    *(QLQ30, QLQ29, LARS, WEX),
    *(DV, DTH, EOS),
)
