"""The efficacy of therapy in one participant as one printed page: what the page on the screen says, and nothing else (PROTOCOL 4 and 5)."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Image, KeepInFrame, Paragraph, Spacer, TableStyle
from reportlab.platypus import Table as Grid

from analysis.cut import DataCut
from analysis.pdf import FONT, FONT_BOLD, Furniture, build
from analysis.reports.blocks import CELL_HEAD, TEXT_WIDTH, TITLE, paragraph
from analysis.theme import FAINT, MUTED, RULE
from forms.text import _l
from trial.efficacy import HIDDEN, Added, Efficacy, Response
from trial.side_by_side import Change, Measure, Standing

Translate = Callable[[str], str]
_SMALL = ParagraphStyle("small", CELL_HEAD, fontName=FONT, fontSize=7.2, leading=8.8)
_NUMBER = ParagraphStyle("small-number", _SMALL, alignment=TA_RIGHT)
_QUIET = ParagraphStyle("small-quiet", _SMALL, textColor=HexColor(MUTED))
_BOLD = ParagraphStyle("small-bold", _SMALL, fontName=FONT_BOLD)
_BOLD_NUMBER = ParagraphStyle("small-bold-number", _BOLD, alignment=TA_RIGHT)
_HEAD = ParagraphStyle("small-head", _BOLD, fontSize=8.6, leading=11, spaceBefore=1.5 * mm, spaceAfter=0.6 * mm)
ROOM = 252 * mm
"""Height between the running heads; what is longer is printed smaller, never on a second page."""
PICTURE = (36 * mm, 26 * mm)
WIDTHS = {2: (56, 38, 38, 22, 16), 3: (38, 22, 27, 16, 12, 27, 16, 12)}
"""Widths of the columns in mm: with one restaging, and with two."""


@dataclass(frozen=True)
class Words:
    """How the page says things: events, responses and modalities by code; a measure's name and unit; a change as two texts."""

    event: Callable[[str], str]
    responses: Mapping[str, str]
    modalities: Mapping[str, str]
    label: Callable[[Measure], str]
    unit: Callable[[Measure], str]
    changed: Callable[[Change | None], tuple[str, str]]


@dataclass(frozen=True)
class Sheet:
    """What is printed. `pictures`: a caption and the bytes of a preview; `digest`: SHA-256 of the revisions it was read from."""

    participant: str
    study: str
    found: Efficacy
    pictures: tuple[tuple[str, bytes], ...]
    on: datetime.date
    digest: str


def efficacy_report(
    sheet: Sheet, words: Words, *, system: str, made_at: datetime.datetime, language: str = "en", tr: Translate = str
) -> bytes:
    """The finished PDF of one page; `made_at` is an aware instant from the clock. Raises FontMissing."""
    title = tr(_l("Efficacy of neoadjuvant therapy"))
    cut = DataCut(sheet.on.isoformat(), sheet.on, sheet.digest)
    furniture = Furniture(
        sheet.study, f"{title}, {sheet.participant}", cut, system, made_at, tr(_l("One participant. Confidential."))
    )
    content = [paragraph(f"{title} · {sheet.participant}", TITLE), *_story(sheet, words, tr)]
    return build(furniture, [KeepInFrame(TEXT_WIDTH, ROOM, content, mode="shrink")], language=language, tr=tr)


def _story(sheet: Sheet, words: Words, tr: Translate) -> list[Flowable]:
    found = sheet.found
    head = Grid(
        [[_responses(found.responses, words, tr), _model(found.added, words, tr)]],
        colWidths=[100 * mm, TEXT_WIDTH - 100 * mm],
        style=TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 0),
            ]
        ),
        hAlign="LEFT",
    )
    return [head, *_discordances(found, words, tr), *_pictures(sheet.pictures, tr), *_measures(found, words, tr)]


def _responses(responses: Sequence[Response], words: Words, tr: Translate) -> list[Flowable]:
    told = [r for r in responses if r.entered]
    title = _p(tr(_l("Response by modality")), _HEAD)
    if not told:
        why = next((r.not_done for r in responses if r.not_done), None)
        return [title, _p(f"{tr(_l('not done'))} ({why})" if why else tr(_l("No restaging yet.")), _QUIET)]
    rows = [[_p("", _BOLD), *(_p(words.event(r.event), _BOLD) for r in told)]]
    for n, (name, _said) in enumerate(told[0].modalities):
        rows.append([_p(name), *(_p(r.modalities[n][1] or "—") for r in told)])
    rows.append([_p(tr(_l("derived")), _BOLD), *(_p(words.responses.get(r.derived or "", "—"), _BOLD) for r in told)])
    rows.append([_p(tr(_l("investigator")), _BOLD), *(_p(_judged(r, words), _BOLD) for r in told)])
    return [title, Grid(rows, colWidths=[30 * mm, *[66 * mm / len(told)] * len(told)], style=_lines(), hAlign="LEFT")]


def _judged(r: Response, words: Words) -> str:
    judged = words.responses.get(r.judged or "", "—")
    return f"{judged} ({r.why})" if r.why else judged


def _model(a: Added, words: Words, tr: Translate) -> list[Flowable]:
    title = _p(tr(_l("What the model adds")), _HEAD)
    if a.hidden or a.probability is None or a.threshold is None:
        return [title, _p(tr(HIDDEN[a.hidden or "not-called"]), _QUIET)]
    side = tr(_l("positive")) if a.positive else tr(_l("negative"))
    line = tr(_l("{p} %, class {side} (positive from {t} % on)")).format(
        p=f"{a.probability * 100:.1f}", t=f"{a.threshold * 100:.1f}", side=side
    )
    parts = [f"{tr(words.modalities.get(m, m))} {v:+.2f}" for m, v in a.contributions]
    told = [
        *a.beside,
        *([tr(_l("Contributions, log odds:")) + " " + "; ".join(parts)] if parts else []),
        f"{a.model}, #{a.number}",
    ]
    return [
        title,
        _p(tr(_l("Probability of a complete response by 12 months")), _QUIET),
        _p(line, _BOLD),
        *(_p(t) for t in told),
    ]


def _discordances(found: Efficacy, words: Words, tr: Translate) -> list[Flowable]:
    lines = [f"{words.event(r.event)} — {d}" for r in found.responses for d in r.discordances]
    title = _p(tr(_l("What does not agree")), _HEAD)
    if not any(r.entered for r in found.responses):
        return []
    return [title, *(_p(line) for line in lines or [tr(_l("Nothing: the modalities that can be judged agree."))])]


def _pictures(pictures: Sequence[tuple[str, bytes]], tr: Translate) -> list[Flowable]:
    if not pictures:
        return []
    cells = [[Image(BytesIO(png), *PICTURE, kind="proportional"), _p(caption, _QUIET)] for caption, png in pictures]
    grid = Grid([cells], colWidths=[42 * mm] * len(cells), hAlign="LEFT")
    return [_p(tr(_l("Endoscopy")), _HEAD), grid]


def _measures(found: Efficacy, words: Words, tr: Translate) -> list[Flowable]:
    heads = [_p(words.event(found.times[0]), _BOLD)]
    for event in found.times[1:]:
        heads += [_p(words.event(event), _BOLD), _p(tr(_l("Change")), _BOLD_NUMBER), _p("%", _BOLD_NUMBER)]
    rows, spans = [[_p(tr(_l("Measure")), _BOLD), *heads]], []
    for section in found.sections:
        spans.append(len(rows))
        rows.append([_p(section.heading, _BOLD), *[_p("")] * len(heads)])
        rows += [_line(m, words) for m in section.measures]
    style = TableStyle([("BACKGROUND", (0, n), (-1, n), HexColor("#eef3f5")) for n in spans], parent=_lines())
    grid = Grid(rows, colWidths=[w * mm for w in WIDTHS[len(found.times)]], style=style, hAlign="LEFT")
    note = tr(
        _l("Changes are against the baseline. An empty cell is not asked for then, or needs a consent to samples.")
    )
    return [_p(tr(_l("Before and after, side by side")), _HEAD), grid, Spacer(1, 1 * mm), _p(note, _QUIET)]


def _line(m: Measure, words: Words) -> list[Flowable]:
    unit = words.unit(m)
    first, *later = m.cells
    cells = [_p(f"{words.label(m)}, {unit}" if unit else words.label(m)), _p(first.text, _tone(first.standing))]
    for cell, change in zip(later, m.changes, strict=True):
        absolute, percent = words.changed(change)
        cells += [_p(cell.text, _tone(cell.standing)), _p(absolute, _NUMBER), _p(percent.removesuffix(" %"), _NUMBER)]
    return cells


def _tone(standing: Standing) -> ParagraphStyle:
    return _SMALL if standing is Standing.VALUE else _QUIET


def _p(text: str, style: ParagraphStyle = _SMALL) -> Paragraph:
    return paragraph(text, style)


def _lines() -> TableStyle:
    return TableStyle(
        [
            ("LINEABOVE", (0, 0), (-1, 0), 0.5, HexColor(RULE)),
            ("LINEBELOW", (0, 0), (-1, -1), 0.25, HexColor(FAINT)),
            ("LINEBELOW", (0, -1), (-1, -1), 0.5, HexColor(RULE)),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
            ("RIGHTPADDING", (0, 0), (-1, -1), 2),
            ("TOPPADDING", (0, 0), (-1, -1), 0.8),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 0.8),
        ]
    )
