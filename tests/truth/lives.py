"""Lives that several chapters look at, and a competing-risk estimator of a dozen lines to judge them by."""

from tests.model.released import FOLDER, MANIFEST
from trial.frozen.cohort import as_matrix, inputs_of
from trial.frozen.train import run
from trial.simulate.truth import draw

FEW = 400
SEED = 2026


_drawn = []


def lives(count=FEW):
    """The first lives of the seed, each drawn once however many chapters look at it."""
    _drawn.extend(draw(SEED, i) for i in range(len(_drawn), count))
    return tuple(_drawn[:count])


def enrolled(count=FEW):
    return tuple(t for t in lives(count) if t.eligible)


def decided(count=FEW):
    return tuple(t for t in lives(count) if t.choice is not None)


def courses(count=FEW):
    """Every course of every life that reached a decision, with its life."""
    return tuple((t, course) for t in decided(count) for course in (t.watched, t.operated))


def good(truths):
    return tuple(t for t in truths if t.response in ("CCR", "NCR"))


def positive(truths):
    """Those the released model calls positive."""
    p = run((FOLDER / "model.onnx").read_bytes(), as_matrix([inputs_of(t) for t in truths]))
    return tuple(t for t, each in zip(truths, p, strict=True) if each >= MANIFEST.threshold)


def candidates(truths):
    """Good response, model positive, nothing against organ preservation (PROTOCOL 5)."""
    return tuple(t for t in positive(good(truths)) if not t.progressed and t.choice.contraindication is None)


def incidence(rows, until):
    """Aalen-Johansen cumulative incidence of cause 1 by `until`; rows of (time, cause), 0 censored, ties in one step."""
    free, found = 1.0, 0.0
    for time in sorted({t for t, cause in rows if cause and t <= until}):
        at_risk = sum(t >= time for t, _ in rows)
        ones = sum(t == time and cause == 1 for t, cause in rows)
        every = sum(t == time and cause > 0 for t, cause in rows)
        found += free * ones / at_risk
        free *= 1 - every / at_risk
    return found


def regrowth_rows(truths):
    """Days from the decision under watch and wait to regrowth (1), a competing event (2: death, operation without it), or the end."""
    rows = []
    for t in truths:
        course = t.watched
        competing = [e.day for e in (*course.operations[:1], *([course.death] if course.death else []))]
        end = (course.last_known, 0)
        events = [(day, 2) for day in competing] + ([(course.regrowth.suspected, 1)] if course.regrowth else [])
        day, cause = min([*events, end], key=lambda each: (each[0], each[1] == 0))
        rows.append((day - t.choice.day, cause))
    return rows


def first_of(day_of, truths, management="watched"):
    """Days from the decision to the first of what `day_of(course)` lists (1), or the end (0)."""
    rows = []
    for t in truths:
        course = getattr(t, management)
        days = day_of(course)
        rows.append((min(days) - t.choice.day, 1) if days else (course.last_known - t.choice.day, 0))
    return rows
