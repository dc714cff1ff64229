"""Six people with questionnaires at five visits, two of them to be allocated either way; one dies, one has a stoma, one never answers."""

import numpy as np

from tests.pro.house import c30, cr29, crf, death, extract, lars, life, not_done, person, visit_day, wexner
from trial.store.extract import Extract, Extracted

VISITS = ("SCR", "DEC", "FU06", "FU12", "FU24")
ARMS = ("WW", "TME", "WW", "TME", "WW", "TME")


def answered(number: int, answers: str, *, bowel: str = "1", arm: str | None = None, sex: str = "F", more=()):
    """A participant whose QLQ-C30 and QLQ-CR29 at each visit carry one answer throughout; "-": nothing was handed in."""
    forms = [*life(sex=sex, arm=arm), *more]
    for event, answer in zip(VISITS, answers, strict=False):
        if answer != "-":
            sums = lars(event, "33433" if bowel == "3" else "11311"), wexner(event, int(bowel))
            forms += [c30(event, int(answer)), cr29(event, int(answer)), *sums]
    return person(f"VG-0{1 + number % 2}-000{number}", *forms, arm=arm)


def people(arms: tuple[str | None, ...] = ARMS, bowel: str = "131311") -> tuple[Extracted, ...]:
    """The six; `bowel`: which answers the hidden forms of each carry."""
    stoma = crf("FU", "FU12", FUDAT=visit_day("FU12"), FUMODE="VISIT", ALIVE="Y", STOMANOW="Y")
    return (
        answered(1, "12221", bowel=bowel[0], arm=arms[0]),
        answered(2, "12221", bowel=bowel[1], arm=arms[1]),
        answered(3, "2113-", bowel=bowel[2], arm=arms[2], sex="M", more=(not_done("QLQ30", "FU24", "Too ill."),)),
        answered(4, "3221", bowel=bowel[3], arm=arms[3], sex="M", more=(stoma,)),
        answered(5, "211", bowel=bowel[4], arm=arms[4], more=(death("2027-12-01"),)),
        answered(6, "", bowel=bowel[5], arm=arms[5]),
    )


def made(arms: tuple[str | None, ...] = ARMS, bowel: str = "131311") -> Extract:
    """The extract of the six."""
    return extract(*people(arms, bowel))


def larger(number: int = 44) -> Extract:
    """So many randomised by turns, answers drawn from a seed; WW answers better after the decision, and those who feel bad stay away."""
    draw = np.random.default_rng(number)
    return extract(*(_one(place, draw) for place in range(1, number + 1)))


def _one(place: int, draw: np.random.Generator) -> Extracted:
    arm, own = ARMS[place % 2], draw.normal(2.2, 0.7)
    answers, gone = "", False
    for event in VISITS:
        felt = own + draw.normal(0, 0.5) - 0.7 * (arm == "WW" and event not in ("SCR", "DEC"))
        gone = gone or (event in ("FU12", "FU24") and felt > 2.6)
        answers += "-" if gone else str(int(np.clip(round(felt), 1, 4)))
    items = {f"Q{n}": int(draw.integers(1, 5)) for n in (1, 2, 3, 4, 5)}
    forms = [*life(sex="F" if place % 3 else "M", arm=arm)]
    for event, answer in zip(VISITS, answers, strict=True):
        if answer != "-":
            forms.append(
                c30(
                    event, int(answer), **{q: min(4, max(1, int(answer) + (v > 3) - (v < 2))) for q, v in items.items()}
                )
            )
    return person(f"VG-0{1 + place % 2}-{place:04d}", *forms, arm=arm)
