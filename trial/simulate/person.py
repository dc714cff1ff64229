"""Who comes: consent, person, history, biopsy, staging and plan of one simulated participant.

Days are offsets from consent; codes are those of `forms/codelists`. Shares follow Chinese series of locally advanced
rectal cancer at the order of magnitude only; each is a parameter of the simulation and of nothing else.
"""

from dataclasses import dataclass

from forms.dates import DAYS_PER_YEAR
from trial.simulate.chance import Dice


@dataclass(frozen=True)
class Consent:
    """Consent on day 0; `samples` and `future` are Y or N."""

    samples: str
    future: str


@dataclass(frozen=True)
class Person:
    """`age_days` on the day of consent; height in cm, weight in kg."""

    age_days: int
    sex: str
    ethnic: str
    height: float
    weight: float
    ecog: str
    smoking: str

    @property
    def age(self) -> float:
        """Age in years on the day of consent."""
        return self.age_days / DAYS_PER_YEAR

    @property
    def surface(self) -> float:
        """Body surface in m2 (Mosteller 1987)."""
        return float((self.height * self.weight / 3600) ** 0.5)


@dataclass(frozen=True)
class PriorCancer:
    """A prior malignancy, `days_before` consent."""

    kind: str
    site: str | None
    days_before: int
    cured: str


@dataclass(frozen=True)
class History:
    """Answers Y or N; `pregnancy_test` and `hbv` None where they are not asked."""

    prior: tuple[PriorCancer, ...]
    autoimmune: str
    diabetes: str
    cardiovascular: str
    antibiotics: str
    earlier_crc: str
    childbearing: str | None
    pregnancy_test: str | None
    hbv: str | None


@dataclass(frozen=True)
class Biopsy:
    """`endoscopic_cm`: distance from the anal verge by endoscopy; `cellularity` in per cent."""

    day: int
    report_day: int
    method: str
    histology: str
    histology_other: str | None
    grade: str
    synchronous: str
    endoscopic_cm: float
    slide_qc: str
    cellularity: int


@dataclass(frozen=True)
class Mri:
    """`distance` and `length` in mm, `volume` in cm3."""

    day: int
    field: str
    distance: int
    ct: str
    cn: str
    mrf: str
    emvi: str
    lateral_node: str
    length: int
    volume: float


@dataclass(frozen=True)
class Ct:
    """`sites` is empty unless M1."""

    day: int
    modality: str
    cm: str
    sites: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """`regimen` and `start_day` None where no neoadjuvant therapy is planned."""

    planned: str
    regimen: str | None
    start_day: int | None
    eligibility_day: int


FAILURES = {
    None: 0.835, "IN2": 0.008, "IN3-I": 0.025, "IN3-T4b": 0.02, "IN3-Tx": 0.004, "IN4": 0.03, "IN5": 0.028, "EX2": 0.008,
    "EX2-earlier": 0.004, "EX3": 0.02, "IN6": 0.018,
}  # fmt: skip
"""Why a screened participant is not eligible, and how often; None: eligible."""

REGIMENS = {
    "LCRT": 0.26, "LCRT_IO": 0.12, "SCRT_TNT": 0.12, "SCRT_TNT_IO": 0.18, "LCRT_TNT": 0.18, "LCRT_TNT_IO": 0.14,
}  # fmt: skip


def draw_consent(dice: Dice) -> Consent:
    """Nine in ten give samples."""
    return Consent("Y" if dice.chance(0.92) else "N", "Y" if dice.chance(0.95) else "N")


def draw_person(dice: Dice) -> Person:
    """Age 61 (SD 11), 62 % men."""
    sex = "M" if dice.chance(0.62) else "F"
    height = round(dice.normal(169 if sex == "M" else 158, 6, 140, 195), 1)
    bmi = dice.normal(23.6, 3.1, 16.5, 38)
    return Person(
        age_days=int(dice.normal(61, 11, 20, 87) * DAYS_PER_YEAR) + dice.whole(0, 364),
        sex=sex,
        ethnic=dice.pick({"HAN": 0.93, "OTHER": 0.06, "U": 0.01}),
        height=height,
        weight=round(bmi * (height / 100) ** 2, 1),
        ecog=dice.pick({"0": 0.68, "1": 0.31, "2": 0.01}),
        smoking=dice.pick({"NEVER": 0.55, "FORMER": 0.2, "CURRENT": 0.25}),
    )


def draw_history(dice: Dice, person: Person, plan: Plan, failure: str | None) -> History:
    """History; an eligible participant may have had a cured skin cancer or a cured cervix in situ."""
    fertile = None if person.sex == "M" else "Y" if person.age < 50 else "N"
    yes = {
        name: "Y" if dice.chance(p) else "N" for name, p in (("auto", 0.02), ("dm", 0.13), ("cvd", 0.2), ("abx", 0.09))
    }
    return History(
        prior=_prior(dice, person, failure),
        autoimmune=yes["auto"],
        diabetes=yes["dm"],
        cardiovascular=yes["cvd"],
        antibiotics=yes["abx"],
        earlier_crc="Y" if failure == "EX2-earlier" else "N",
        childbearing=fertile,
        pregnancy_test="NEG" if fertile == "Y" else None,
        hbv=dice.pick({"NEG": 0.93, "POS": 0.05, "ND": 0.02}) if (plan.regimen or "").endswith("IO") else None,
    )


def _prior(dice: Dice, person: Person, failure: str | None) -> tuple[PriorCancer, ...]:
    days = dice.whole(400, 5000)
    if failure == "EX2-earlier":
        return (PriorCancer("OTHER", "colon", days, "Y"),)
    if failure == "EX3":
        return (PriorCancer("OTHER", dice.pick({"thyroid": 2, "breast": 1, "stomach": 1}), days, "Y"),)
    if dice.chance(0.03):
        kind = dice.pick({"BCC": 2, "SCC": 1} if person.sex == "M" else {"BCC": 1, "CISCERVIX": 2})
        return (PriorCancer(kind, None, days, "Y"),)
    return ()


def draw_biopsy(dice: Dice, mri: Mri, failure: str | None) -> Biopsy:
    """Biopsy one to four weeks before consent, reported within a week."""
    day = -dice.whole(9, 28)
    other = failure == "IN2"
    return Biopsy(
        day=day,
        report_day=day + dice.whole(2, 7),
        method="COLONOSCOPY",
        histology="OTHER" if other else dice.pick({"ADENO": 0.93, "MUCINOUS": 0.05, "SIGNET": 0.02}),
        histology_other="neuroendocrine carcinoma" if other else None,
        grade=dice.pick({"G1": 0.14, "G2": 0.68, "G3": 0.14, "NASS": 0.04}),
        synchronous="Y" if failure == "EX2" else "N",
        endoscopic_cm=round(max(mri.distance / 10 + dice.normal(0, 0.6, -1.8, 1.8), 0.3), 1),
        slide_qc=dice.pick({"PASS": 0.86, "FAIL": 0.05, "ND": 0.09}),
        cellularity=dice.whole(15, 90),
    )


def draw_mri(dice: Dice, failure: str | None) -> Mri:
    """Baseline pelvic MRI; an eligible tumour is stage II or III, cT1-4a, its lower edge 100 mm or less from the verge."""
    ct, cn = _tumour(dice, failure)
    deep = ct in ("cT3c", "cT3d", "cT4a", "cT4b")
    length = int(dice.normal(48 if deep else 38, 13, 12, 115))
    return Mri(
        day=dice.whole(-14, 2),
        field=dice.pick({"1.5": 0.35, "3.0": 0.65}),
        distance=dice.whole(101, 140) if failure == "IN4" else int(dice.normal(56, 22, 8, 100)),
        ct=ct,
        cn=cn,
        mrf=dice.pick({"N": 0.5, "Y": 0.48, "NASS": 0.02} if deep else {"N": 0.92, "Y": 0.06, "NASS": 0.02}),
        emvi=dice.pick({"N": 0.58, "Y": 0.4, "NASS": 0.02} if deep else {"N": 0.83, "Y": 0.15, "NASS": 0.02}),
        lateral_node="Y" if dice.chance(0.12) else "N",
        length=length,
        volume=round(dice.lognormal(0.42 * length, 0.3, 1.5, 280), 1),
    )


def _tumour(dice: Dice, failure: str | None) -> tuple[str, str]:
    if failure == "IN3-I":
        return dice.pick({"cT1": 1, "cT2": 3}), "cN0"
    if failure == "IN3-T4b":
        return "cT4b", dice.pick({"cN0": 1, "cN1": 2, "cN2": 2})
    if failure == "IN3-Tx":
        return "cTx", "cN1"
    ct = dice.pick({"cT1": 0.01, "cT2": 0.08, "cT3a": 0.15, "cT3b": 0.28, "cT3c": 0.21, "cT3d": 0.13, "cT4a": 0.14})
    nodes = {"cN1": 0.44, "cN2": 0.34} if ct in ("cT1", "cT2") else {"cN0": 0.22, "cN1": 0.44, "cN2": 0.34}
    return ct, dice.pick(nodes)


def draw_ct(dice: Dice, failure: str | None) -> Ct:
    """Chest and abdomen within 42 days before consent or during screening."""
    spread = failure == "IN5"
    sites = (dice.pick({"LIVER": 5, "LUNG": 3, "NODE": 1}),) if spread else ()
    return Ct(dice.whole(-20, 3), dice.pick({"CT": 0.86, "PETCT": 0.1, "MRI": 0.04}), "M1" if spread else "M0", sites)


def draw_plan(dice: Dice, failure: str | None) -> Plan:
    """Eligibility is confirmed after the last screening result, therapy starts within 28 days of consent."""
    confirmed = dice.whole(6, 12)
    if failure == "IN6":
        return Plan("N", None, None, confirmed)
    return Plan("Y", dice.pick(REGIMENS), confirmed + dice.whole(2, 11), confirmed)
