"""Where the boxes of a flow stand on a portrait page, in points from the upper left corner, and which way the arrows go.

The trunk runs down the left, exits stand to the right of it, the ends of the branches side by side at the foot. Nothing is drawn here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from analysis.flow import COHORTS
from analysis.flow_boxes import Box, Flow
from forms.text import _l

Translate = Callable[[str], str]
Measure = Callable[[str, bool], float]
"""Width in points of a text, plain or bold."""

WIDTH = 560.0
PAD, LINE, GAP = 5.0, 10.5, 13.0
TRUNK = 232.0
EXIT_LEFT, LANE = 262.0, 28.0
"""Left edge of exits, and what is left free beside them for the line of those who are no candidates."""
COLUMN_GAP = 10.0
INSET = 6.0
JOINED, HANG = "\u00a0", "\u00a0\u00a0"
"""Blanks at which no line breaks."""
WITHHELD = _l("withheld")


@dataclass(frozen=True)
class Line:
    """One line of a box; `inset` stands under a heading that is `faint`."""

    text: str
    bold: bool = False
    faint: bool = False
    inset: bool = False


@dataclass(frozen=True)
class Placed:
    """A box where it stands: `x` left, `y` upper edge."""

    box: Box
    x: float
    y: float
    width: float
    lines: tuple[Line, ...]

    @property
    def height(self) -> float:
        return LINE * len(self.lines) + 2 * PAD

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


Arrow = tuple[tuple[float, float], ...]
"""The corners of a line; its head is at the last one."""


@dataclass(frozen=True)
class Layout:
    """Boxes, arrows, and the height of it all."""

    boxes: tuple[Placed, ...]
    arrows: tuple[Arrow, ...]
    height: float


def arranged(flow: Flow, measure: Measure, tr: Translate = str) -> Layout:
    """Place every box but exits that nobody took."""
    trunk = [box for box in flow.boxes if not box.exit and any(below.of == box.id for below in flow.boxes)]
    spine = _spine(flow, trunk)
    boxes: list[Placed] = []
    arrows: list[Arrow] = []
    y = 0.0
    for place, box in enumerate(spine):
        here = Placed(box, 0.0, y, TRUNK, _set(box, TRUNK, measure, tr))
        exits = list(_exits(flow, box, here.bottom + GAP, measure, tr))
        boxes += [here, *exits]
        arrows += [((here.middle, e.y + e.height / 2), (e.x, e.y + e.height / 2)) for e in exits]
        y = max([here.bottom, *(e.bottom for e in exits)]) + GAP
        if place + 1 < len(spine):
            arrows.append(((here.middle, here.bottom), (here.middle, y)))
    feet = _feet(flow, spine, {p.box.id: p for p in boxes}, y + GAP, measure, tr)
    placed = [*boxes, *feet[0]]
    arrows.extend(feet[1])
    for box in flow.boxes:
        if box.sums:
            foot = Placed(box, 0.0, max(p.bottom for p in placed) + 2 * GAP, WIDTH, _set(box, WIDTH, measure, tr))
            arrows += [((p.middle, p.bottom), (p.middle, foot.y)) for p in placed if p.box.id in box.sums]
            placed.append(foot)
    return Layout(tuple(placed), tuple(arrows), max(p.bottom for p in placed))


def _spine(flow: Flow, trunk: list[Box]) -> list[Box]:
    """The boxes of the left column: each the first below the one before, while there is one that leads on."""
    top = next(box for box in flow.boxes if box.of is None)
    found, inner = [top], {box.id for box in trunk}
    while on := [box for box in flow.below(found[-1].id) if box.id in inner]:
        if len(on) > 1 or not found:
            break
        found.append(on[0])
    return found


def _exits(flow: Flow, box: Box, y: float, measure: Measure, tr: Translate) -> Iterator[Placed]:
    beside = any(not below.exit and below.id in COHORTS for below in (*flow.below(box.id), *flow.below(box.of)))
    width = WIDTH - EXIT_LEFT - (LANE if beside else 0)
    for each in flow.below(box.id):
        if each.exit and each.n != 0:
            placed = Placed(each, EXIT_LEFT, y, width, _set(each, width, measure, tr))
            yield placed
            y = placed.bottom + PAD


def _feet(
    flow: Flow, spine: list[Box], placed: dict[str, Placed], y: float, measure: Measure, tr: Translate
) -> tuple[list[Placed], list[Arrow]]:
    """The branches: those below the last box of the spine, with a row of arms under them where there is one, and side branches last."""
    last, side = spine[-1], [b for box in spine[:-1] for b in flow.below(box.id) if not b.exit and b not in spine]
    groups = [b for b in flow.below(last.id) if not b.exit]
    ends = [(group, [b for b in flow.below(group.id) if not b.exit] or [group]) for group in groups]
    columns = sum(len(under) for _, under in ends) + len(side)
    width = (WIDTH - COLUMN_GAP * (columns - 1)) / columns
    boxes: list[Placed] = []
    arrows: list[Arrow] = []
    fork, at = placed[last.id].bottom, 0
    heads = []
    for group, under in ends:
        span = width * len(under) + COLUMN_GAP * (len(under) - 1)
        heads.append(Placed(group, at * (width + COLUMN_GAP), y, span, _set(group, span, measure, tr)))
        at += len(under)
    lower = max(h.bottom for h in heads) + 2 * GAP
    for head, (group, under) in zip(heads, ends, strict=True):
        boxes.append(head)
        arrows.append(_down(placed[last.id].middle, fork, head.middle, y))
        if under == [group]:
            continue
        for place, arm in enumerate(under):
            foot = Placed(arm, head.x + place * (width + COLUMN_GAP), lower, width, _set(arm, width, measure, tr))
            boxes.append(foot)
            arrows.append(_down(head.middle, head.bottom, foot.middle, lower))
    for place, box in enumerate(side, start=columns - len(side)):
        foot = Placed(box, place * (width + COLUMN_GAP), y, width, _set(box, width, measure, tr))
        above = placed[box.of or ""]
        lane = WIDTH - LANE / 2
        level = above.y + above.height / 2
        boxes.append(foot)
        arrows.append(((above.x + above.width, level), (lane, level), (lane, foot.y)))
    return boxes, arrows


def _down(x: float, top: float, to: float, bottom: float) -> Arrow:
    """From a box down, across where it has to, and down again; it turns a gap above the lower box."""
    turn = bottom - GAP
    return ((x, top), (x, turn), (to, turn), (to, bottom)) if abs(x - to) > 0.5 else ((x, top), (x, bottom))


def _set(box: Box, width: float, measure: Measure, tr: Translate) -> tuple[Line, ...]:
    """The words of a box, broken into lines: what it is with its number, then its parts; reasons of an exit run on."""
    room = width - 2 * PAD
    lines = [Line(text, bold=True) for text in _wrapped(f"{tr(box.text)} ({counted(box.n, tr)})", True, room, measure)]
    for split in box.splits:
        parts = [f"{part.words(tr)}:{JOINED}{tr(WITHHELD) if part.n is None else part.n}" for part in split.parts]
        if box.exit:
            lines += [Line(text) for text in _wrapped("; ".join(parts), False, room, measure) if box.n != 0 and parts]
            continue
        lines += [Line(text, faint=True) for text in _wrapped(tr(split.text), False, room, measure)]
        lines += [Line(text, inset=True) for part in parts for text in _hung(part, room - INSET, measure)]
    return tuple(lines)


def counted(n: int | None, tr: Translate = str) -> str:
    """A number as a flow writes it; the words for one that is withheld."""
    return f"n{JOINED}={JOINED}{n}" if n is not None else tr(WITHHELD)


def _hung(text: str, room: float, measure: Measure) -> Iterator[str]:
    """Broken, the lines after the first moved in."""
    for place, line in enumerate(_wrapped(text, False, room - INSET, measure)):
        yield line if place == 0 else HANG + line


def _wrapped(text: str, bold: bool, room: float, measure: Measure) -> Iterator[str]:
    """Broken between words, and within one only where it is wider than the room, as a sentence without blanks is."""
    line = ""
    for word in _pieces(text, bold, room, measure):
        longer = line + word
        if line and measure(longer.rstrip(" "), bold) > room:
            yield line.rstrip(" ")
            longer = word.lstrip(" ")
        line = longer
    yield line.rstrip(" ")


def _pieces(text: str, bold: bool, room: float, measure: Measure) -> Iterator[str]:
    for word in text.split(" "):
        if measure(word, bold) <= room:
            yield word + " "
        else:
            yield from word
            yield " "
