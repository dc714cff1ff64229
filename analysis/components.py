"""The events an endpoint is made of: a code, the words printed under the curve, and the rule that finds the dates."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from analysis import rules
from analysis.course_row import CourseRow
from forms.text import _l


@dataclass(frozen=True)
class Component:
    """One sort of event. `finds` takes a course that has been cut and yields its findings.

    `kind` is the wider word of blinded reports: a regrowth beyond salvage can only happen under watch-and-wait and
    a resection that left tumour mostly under surgery, so their separate counts would tell outcomes by arm.
    """

    id: str
    kind: str
    text: str
    finds: Callable[[CourseRow], Iterator[rules.Finding]]


KIND_DEATH = _l("death")
KIND_METASTASIS = _l("distant metastasis")
KIND_PELVIC = _l("local or pelvic failure")
KIND_SECOND = _l("second primary colorectal cancer")
KIND_OPERATION = _l("operation")
KIND_STOMA = _l("permanent stoma")

DEATH = Component("DEATH", KIND_DEATH, _l("death of any cause"), rules.death_of_any_cause)
METASTASIS = Component(
    "METASTASIS", KIND_METASTASIS, _l("distant metastasis, also when found at an operation"), rules.metastasis
)
TUMOUR_LEFT = Component(
    "TUMOUR_LEFT",
    KIND_PELVIC,
    _l("pelvic tumour not resectable or left behind (R2) at resection, on the day of the operation"),
    rules.r2_left,
)
MARGIN_INVOLVED = Component(
    "MARGIN_INVOLVED",
    KIND_PELVIC,
    _l("R1 or R2 at the primary resection, on the day of the operation"),
    rules.r1_or_r2_left,
)
UNSALVAGEABLE = Component(
    "UNSALVAGEABLE",
    KIND_PELVIC,
    _l("confirmed regrowth not resectable, unfit for or refusing salvage, on the day of that decision"),
    rules.unsalvageable,
)
UNSALVAGEABLE_BUT_REFUSAL = Component(
    "UNSALVAGEABLE_BUT_REFUSAL",
    KIND_PELVIC,
    _l("confirmed regrowth not resectable or unfit for salvage (refusal is no event), on the day of that decision"),
    rules.unsalvageable_but_refusal,
)
SALVAGE_NOT_R0 = Component(
    "SALVAGE_NOT_R0", KIND_PELVIC, _l("regrowth salvaged R1 or R2, on the day of that operation"), rules.salvage_not_r0
)
LOCAL_RECURRENCE = Component(
    "LOCAL_RECURRENCE",
    KIND_PELVIC,
    _l("local recurrence after any resection, salvage included"),
    rules.local_recurrence,
)
SECOND_COLORECTAL = Component(
    "SECOND_COLORECTAL", KIND_SECOND, _l("second primary colorectal cancer"), rules.second_colorectal
)
REGROWTH = Component(
    "REGROWTH",
    KIND_PELVIC,
    _l("local regrowth, on the day of the first suspicious examination later confirmed"),
    rules.regrowth,
)
REGROWTH_AT_CONFIRMATION = Component(
    "REGROWTH_AT_CONFIRMATION",
    KIND_PELVIC,
    _l("local regrowth, on the day of its confirmation"),
    rules.regrowth_at_confirmation,
)
OPERATION_WITHOUT_REGROWTH = Component(
    "OPERATION_WITHOUT_REGROWTH",
    KIND_OPERATION,
    _l("TME or local excision without confirmed regrowth"),
    rules.operation_without_regrowth,
)
TME_DONE = Component("TME_DONE", KIND_OPERATION, _l("total mesorectal excision"), rules.tme)
EXCISION_NOT_R0 = Component(
    "EXCISION_NOT_R0", KIND_OPERATION, _l("local excision other than R0"), rules.excision_not_r0
)
PERMANENT_STOMA = Component(
    "PERMANENT_STOMA", KIND_STOMA, _l("permanent stoma, on the day it was formed"), rules.permanent_stoma
)
