"""Restaging and the decision: what each examination finds, what the clinician expects, what the participant wants."""

from dataclasses import dataclass, replace
from math import log

from forms.derivations.staging import clinical_response
from trial.simulate.biology import Biology
from trial.simulate.chance import Dice, logistic
from trial.simulate.therapy import Therapy


@dataclass(frozen=True)
class Restaging:
    """One restaging (RST, or RST2 after a near-complete response). Dates None where the examination was not done."""

    event: str
    day: int
    dre: str
    endoscopy: str
    endoscopy_day: int | None
    mri: str
    mri_day: int | None
    mrtrg: str | None
    dwi: str | None
    ycn: str
    yct: str
    ycm: str
    ct_day: int | None
    biopsy: str
    response: str
    why: str | None

    @property
    def derived(self) -> str | None:
        """The derived response (PROTOCOL 4)."""
        found: str | None = clinical_response(self.dre, self.endoscopy, self.mri, self.dwi, self.biopsy, self.ycn)
        return found


@dataclass(frozen=True)
class Choice:
    """The decision point: `estimate` in per cent, days as offsets, wishes of the participant asked before any offer.

    `accepts` Y or N is the answer to randomisation, `chosen` the strategy of someone who declines it; `refuses` whoever
    will not begin what was allocated or chosen; `declines_operation` a participant with standing advice to operate.
    """

    estimate_day: int
    estimate: int
    intended: str
    mdt_day: int
    day: int
    contraindication: str | None
    preference: str
    accepts: str
    accepted_day: int
    chosen: str
    refuses: bool
    declines_operation: bool


def draw_restagings(dice: Dice, biology: Biology, therapy: Therapy) -> tuple[Restaging, ...]:
    """The first restaging, and one re-assessment eight weeks later where it was near-complete."""
    first = _restaging(dice, "RST", _first_day(dice, therapy), biology, softened=0.0)
    if first.response != "NCR":
        return (first,)
    second = _restaging(dice, "RST2", first.day + dice.whole(46, 70), biology, softened=1.0)
    # A metastasis that was seen does not go away.
    return first, replace(second, ycm="M1") if first.ycm == "M1" else second


def _first_day(dice: Dice, therapy: Therapy) -> int:
    """8 to 12 weeks after a last fraction, 3 to 5 after a last dose; one in forty a week late."""
    low, high = (57, 82) if therapy.radiotherapy_last else (22, 34)
    return therapy.last_day + (high + dice.whole(4, 10) if dice.chance(0.025) else dice.whole(low, high))


def _restaging(dice: Dice, event: str, day: int, biology: Biology, softened: float) -> Restaging:
    """`softened`: with time a sterile scar heals and what lives grows, so the second look tells more."""
    signal = (
        log(1 + 3 * biology.burden) * (1 + 0.2 * softened)
        - (0.2 * softened if biology.sterile else 0.0)
        + dice.normal(0.18, 0.3)
    )
    dre = _category(dice, signal, {"NORMAL": 0.55, "SMOOTH": 1.75}, "TUMOUR", 0.012)
    endoscopy = _category(dice, signal, {"SCAR": 0.45, "IRREGULAR": 1.35}, "TUMOUR", 0.012)
    mri = _category(dice, signal, {"CCR": 0.5, "NCR": 1.5}, "ICR", 0.01)
    node = not biology.sterile and dice.chance(0.12)
    taken = endoscopy == "IRREGULAR" and dice.chance(0.25)
    biopsy = "ND" if not taken else "POS" if not biology.sterile and dice.chance(0.3) else "NEG"
    spread = dice.chance(0.006 if biology.sterile else 0.035)
    ycn = "ycN+" if node else "ycNx" if mri == "ND" else "ycN0"
    dwi = _dwi(dice, mri)
    derived = clinical_response(dre, endoscopy, mri, dwi, biopsy, ycn)
    response, why = _judged(dice, derived)
    return Restaging(
        event, day, dre, endoscopy, None if endoscopy == "ND" else day - dice.whole(0, 4), mri,
        None if mri == "ND" else day - dice.whole(0, 6), _mrtrg(dice, mri), dwi, ycn, _yct(dice, response),
        "M1" if spread else "M0", day - dice.whole(0, 7), biopsy, response, why,
    )  # fmt: skip


def _category(dice: Dice, signal: float, cuts: dict[str, float], worst: str, missed: float) -> str:
    """The first category whose cut the noisy signal stays below, the worst, or ND."""
    if dice.chance(missed):
        return "ND"
    seen = signal + dice.normal(0.0, 0.3)
    return next((code for code, cut in cuts.items() if seen < cut), worst)


def _dwi(dice: Dice, mri: str) -> str | None:
    shares = {
        "CCR": {"NONE": 0.95, "SMALL": 0.05},
        "NCR": {"NONE": 0.4, "SMALL": 0.6},
        "ICR": {"SMALL": 0.3, "MARKED": 0.7},
    }
    return None if mri == "ND" else dice.pick(shares[mri])


def _mrtrg(dice: Dice, mri: str) -> str | None:
    shares = {"CCR": {"1": 0.6, "2": 0.4}, "NCR": {"2": 0.6, "3": 0.4}, "ICR": {"3": 0.4, "4": 0.5, "5": 0.1}}
    return None if mri == "ND" else dice.pick(shares[mri])


def _yct(dice: Dice, response: str) -> str:
    shares = {"CCR": {"ycT0": 1}, "NCR": {"ycT0": 3, "ycT1": 3, "ycT2": 2}, "ICR": {"ycT2": 5, "ycT3": 6, "ycT4": 1}}
    return dice.pick(shares[response]) if response in shares else "ycTx"


def _judged(dice: Dice, derived: str | None) -> tuple[str, str | None]:
    """The investigator's category: one step better or worse now and then, with a reason."""
    if derived is None:
        raise ValueError("a restaging with a blank cannot be judged")
    if derived == "NCR" and dice.chance(0.03):
        return "CCR", "Induration judged to be scar after joint review of the images."
    if derived == "CCR" and dice.chance(0.02):
        return "NCR", "Small mucosal irregularity discussed at the MDT."
    return derived, None


def draw_choice(dice: Dice, last: Restaging, biology: Biology) -> Choice:
    """Decision within two weeks of the last restaging, one in fifty later."""
    good = last.response in ("CCR", "NCR")
    guess = (1.1 if last.response == "CCR" else 0.1 if good else -2.0) + 0.5 * biology.sensitivity + dice.normal(0, 0.7)
    estimate = round(100 * logistic(guess))
    estimate_day = last.day + dice.whole(1, 3)
    mdt_day = estimate_day + dice.whole(0, 4)
    day = last.day + dice.whole(15, 20) if dice.chance(0.02) else mdt_day + dice.whole(0, 4)
    preference = dice.pick({"WW": 0.5, "SURGERY": 0.15, "NONE": 0.35})
    chosen = preference if preference != "NONE" and dice.chance(0.95) else dice.pick({"WW": 0.8, "SURGERY": 0.2})
    return Choice(
        estimate_day=estimate_day,
        estimate=estimate,
        intended="WW" if good and estimate >= 50 else "SURGERY" if not good else "UNDECIDED",
        mdt_day=mdt_day,
        day=day,
        contraindication="Severe heart failure, unfit for anaesthesia" if dice.chance(0.01) else None,
        preference=preference,
        accepts="Y" if dice.chance({"NONE": 0.8, "WW": 0.35, "SURGERY": 0.3}[preference]) else "N",
        accepted_day=day + dice.whole(0, 4),
        chosen=chosen,
        refuses=dice.chance(0.03),
        declines_operation=dice.chance(0.05),
    )
