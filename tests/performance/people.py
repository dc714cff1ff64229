"""Made-up people of a validation: predictions that rank well and run too high, clinicians who rank less well. Seeded."""

import datetime
import functools

import numpy as np

from analysis.called import Call, Person
from analysis.cut import DataCut
from analysis.performance import Performance, performance
from analysis.training_reference import TrainingReference, reference
from trial.complete_response import CLEAR, DAYS, SPECIMEN, Response

DIGEST = "ab" * 32
CUT = DataCut("performance-test", datetime.date(2029, 6, 30), "0123456789abcdef" * 4)
MADE_AT = datetime.datetime(2029, 7, 1, 9, 30, tzinfo=datetime.UTC)
OPENED = datetime.date(2026, 9, 1)
THRESHOLD = 0.48
INPUTS = (
    ("distance", "clinical"),
    ("mrtrg", "clinical"),
    ("volume_restaging", "radiomics"),
    ("ctdna_restaging", "ctDNA"),
)


def call(probability, *, number=1, digest=DIGEST, refused=(), vector=None, missing=(), threshold=THRESHOLD, at=OPENED):
    """One stored call; refused where the probability is None."""
    return Call(
        number, "vigil-complete-response 1.0.1", digest, probability, threshold, refused, vector or {}, missing, at
    )


def person(k=0, *, calls=(), complete=None, decided=OPENED, mature=True, own=None, regrowth=None, **strata):
    """One participant; `complete` the outcome."""
    told = None if complete is None else SPECIMEN
    levels = {"site": "01", "sex": "M", "age": "YOUNGER", "ct": "T3", "regimen": "IO", "msi": "PMMR"} | strata
    return Person(
        f"VG-01-{k:04d}", levels["site"], decided, mature, calls, own, Response(complete, told), regrowth, levels
    )


def crowd(n=420, seed=11, shift=0.0):
    """Everybody with a call; a tenth with an unknown outcome, the last quarter too young. `shift` moves an input."""
    chance = np.random.default_rng(seed)
    return [_one(k, n, chance, shift) for k in range(n)]


def _one(k, n, chance, shift):
    truth = chance.normal(-0.3, 1.3)
    complete = bool(chance.random() < 1 / (1 + np.exp(-truth)))
    p = round(float(1 / (1 + np.exp(-(0.4 + 1.2 * truth + chance.normal(0, 0.5))))), 6)
    own = round(float(1 / (1 + np.exp(-(0.1 + 0.8 * truth + chance.normal(0, 1.1))))), 1)
    gone = ("ctDNA",) if chance.random() < 0.3 else ()
    vector = {
        "distance": float(chance.normal(55, 15) + shift), "mrtrg": float(chance.integers(1, 6)),
        "volume_restaging": float(np.exp(chance.normal(9, 0.6))),
        "ctdna_restaging": None if gone else float(chance.integers(0, 2)),
    }  # fmt: skip
    decided = OPENED + datetime.timedelta(days=int(k * 1000 / n))
    mature = decided + datetime.timedelta(days=DAYS) <= CUT.on
    known = complete if mature and chance.random() > 0.1 else None
    watched = p >= THRESHOLD and chance.random() < 0.6
    days = int(chance.exponential(2200 if complete else 420)) + 60
    end = min(days, (CUT.on - decided).days)
    regrowth = (end, 0 if days > end else int(chance.choice((1, 1, 1, 2)))) if watched else None
    level = chance.choice
    strata = {
        "site": str(level(["01", "02", "03"], p=[0.5, 0.46, 0.04])), "sex": str(level(["M", "F"])),
        "age": str(level(["YOUNGER", "OLDER"])), "ct": str(level(["T12", "T3", "T4"], p=[0.15, 0.7, 0.15])),
        "regimen": str(level(["IO", "NO_IO"])), "msi": str(level(["PMMR", "DMMR", "UNKNOWN"], p=[0.88, 0.05, 0.07])),
    }  # fmt: skip
    told = None if known is None else (CLEAR if watched else SPECIMEN)
    return Person(
        f"VG-{strata['site']}-{k:04d}", strata["site"], decided, mature,
        (call(p, vector=vector, missing=gone, at=decided),), own, Response(known, told), regrowth, strata,
    )  # fmt: skip


@functools.cache
def training() -> TrainingReference:
    """1,500 training people like these."""
    chance = np.random.default_rng(12)
    n = 1500
    x = np.column_stack((chance.normal(55, 15, n), chance.integers(1, 6, n), np.exp(chance.normal(9, 0.6, n)),
                         np.where(chance.random(n) < 0.3, np.nan, chance.integers(0, 2, n))))  # fmt: skip
    return reference(DIGEST, INPUTS, x)


@functools.cache
def found() -> Performance:
    """The whole validation of that crowd, a few people more who never got an answer."""
    refused = call(None, refused=("RAD.RADFILE:morph_volume@RESTAGING", "MRI0.MRF"))
    down = call(None, refused=("model-unavailable: ModelTimeout",))
    more = [person(9001), person(9002, calls=(refused,)), person(9003, calls=(refused,)), person(9004, calls=(down,))]
    return performance([*crowd(), *more], cut=CUT, study="VIGIL-1", reference=training())
