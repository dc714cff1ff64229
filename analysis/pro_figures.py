"""Quality of life drawn: mean scores over the visits with limits, and what came of what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.figure import INCHES, Figure, saved, style
from analysis.pro_completion import VISITS, Completion
from analysis.pro_profile import AtVisit
from analysis.pro_scores import FORMS
from analysis.table import Translate
from analysis.theme import FAINT, INK, MUTED, SERIES
from forms.text import _l

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NOBODY = _l("Nobody is expected yet")
MARKS = "osD^"
_ASIDE = 0.055  # of a visit, so that limits of two lines do not lie on one another


@dataclass(frozen=True)
class Course:
    """One line of a profile: its name, and the score at each visit."""

    label: str
    visits: tuple[AtVisit, ...]


def profile_figure(
    courses: Sequence[Course], *, identity: str, title: str, y_label: str, high: int, tr: Translate = str
) -> Figure:
    """Means with 95 % limits over the visits, and under the axis how many answered at each."""
    from matplotlib.figure import Figure as Drawing

    events = [v.event for v in courses[0].visits]
    with style():
        beneath, above = 50 + 13.7 * len(courses), 34
        height = 190 + beneath + above
        drawing = Drawing(figsize=(INCHES[0], height / 72), layout=None)
        axes = drawing.add_axes((0.24, beneath / height, 0.74, 1 - (beneath + above) / height))
        for place, (course, (colour, dash)) in enumerate(zip(courses, SERIES, strict=False)):
            _line(axes, course, place - (len(courses) - 1) / 2, colour, dash, MARKS[place])
        axes.set(
            xlim=(-0.4, len(events) - 0.6), ylim=(-0.03 * high, 1.03 * high), ylabel=y_label, xlabel=tr(_l("Visit"))
        )
        axes.set_xticks(range(len(events)), events)
        axes.grid(axis="y", color=FAINT, linewidth=0.7)
        axes.set_axisbelow(True)
        if any(v.n for c in courses for v in c.visits):
            axes.legend(
                loc="lower left",
                bbox_to_anchor=(0, 1),
                ncols=len(courses),
                borderaxespad=0.6,
                handlelength=2.4,
                columnspacing=1.2,
            )
        else:
            axes.text(0.5, 0.5, tr(_l("No score yet")), transform=axes.transAxes, ha="center", color=MUTED)
        _answered(axes, courses, 190, tr)
        return saved(drawing, identity=identity, title=title, alt=_spoken(courses, tr))


def _line(axes: Axes, course: Course, shift: float, colour: str, dash: str, mark: str) -> None:
    seen = [(i + shift * _ASIDE * 2, v.mean) for i, v in enumerate(course.visits) if v.mean.value is not None]
    if not seen:
        return
    x, y = [at for at, _ in seen], [m.value for _, m in seen]
    axes.plot(x, y, color=colour, linestyle=dash, marker=mark, markersize=5, linewidth=1.6, label=course.label)  # type: ignore[arg-type]
    for at, m in seen:
        if m.lower is not None and m.upper is not None:
            axes.plot([at, at], [m.lower, m.upper], color=colour, linewidth=1.2, marker="_", markersize=6)


def _answered(axes: Axes, courses: Sequence[Course], height: float, tr: Translate) -> None:
    for place, (course, (colour, _)) in enumerate(zip(courses, SERIES, strict=False)):
        y = -(50 + 13.7 * place) / height
        across = axes.get_xaxis_transform()
        for i, visit in enumerate(course.visits):
            axes.text(i, y, str(visit.n), ha="center", va="center", fontsize=8.5, color=colour, transform=across)
        label = tr(_l("{group}: n")).format(group=course.label)
        axes.annotate(
            label, (0, y), xycoords=axes.transAxes, xytext=(-8, 0), textcoords="offset points", ha="right", va="center",
            fontsize=8.5, color=colour, annotation_clip=False,
        )  # fmt: skip


def _spoken(courses: Sequence[Course], tr: Translate) -> str:
    """The first and the last mean of each line, which a reader of the curve sees first; the table has the others."""
    parts = [part for course in courses if (part := _ends(course))]
    if not parts:
        return tr(_l("No score yet"))
    return tr(_l("Mean score (participants), first and last visit: {courses}.")).format(courses="; ".join(parts))


def _ends(course: Course) -> str:
    seen = [f"{v.event} {v.mean.value:z.1f} ({v.n})" for v in course.visits if v.mean.value is not None]
    return f"{course.label}: {', '.join(dict.fromkeys((seen[0], seen[-1])))}" if seen else ""


def completion_figure(
    groups: dict[str, Sequence[Completion]], *, identity: str, title: str, tr: Translate = str
) -> Figure:
    """Bars of received in per cent of expected, a panel a questionnaire, a bar a visit and group."""
    from matplotlib.figure import Figure as Drawing

    with style():
        drawing = Drawing(figsize=(INCHES[0], 4.4), layout="constrained")
        panels = drawing.subplots(2, 2, sharex=True, sharey=True).ravel()
        for axes, (form, name) in zip(panels, FORMS.items(), strict=True):
            _bars(axes, form, groups)
            if not any(c.expected for found in groups.values() for c in found if c.form == form):
                axes.text(0.5, 0.5, tr(NOBODY), transform=axes.transAxes, ha="center", color=MUTED)
            axes.set_title(tr(name), fontsize=10, loc="left")
        for axes in panels[::2]:
            axes.set_ylabel(tr(_l("Received, %")))
        if len(groups) > 1 and any(c.expected for found in groups.values() for c in found):
            drawing.legend(*panels[0].get_legend_handles_labels(), loc="outside upper right", ncols=len(groups))
        return saved(drawing, identity=identity, title=title, alt=_told(groups, tr))


def _bars(axes: Axes, form: str, groups: dict[str, Sequence[Completion]]) -> None:
    width = 0.8 / len(groups)
    for place, ((group, found), (colour, dash)) in enumerate(zip(groups.items(), SERIES, strict=False)):
        here = {c.event: c for c in found if c.form == form and c.expected}
        at = [VISITS.index(e) + (place - (len(groups) - 1) / 2) * width for e in here]
        heights = [100 * c.received / c.expected for c in here.values()]
        hatch = None if dash == "solid" else "////"
        axes.bar(at, heights, width * 0.92, color=colour, label=group, hatch=hatch, edgecolor="white", linewidth=0.4)
        for x, height, c in zip(at, heights, here.values(), strict=True):
            axes.text(
                x,
                height + 2,
                f"{c.received}/{c.expected}",
                ha="center",
                fontsize=6.8 if len(groups) > 1 else 7.6,
                color=INK,
            )
    axes.set(xlim=(-0.6, len(VISITS) - 0.4), ylim=(0, 118), yticks=range(0, 101, 25))
    axes.set_xticks(range(len(VISITS)), VISITS)
    axes.grid(axis="y", color=FAINT, linewidth=0.7)
    axes.set_axisbelow(True)


def _told(groups: dict[str, Sequence[Completion]], tr: Translate) -> str:
    """The lowest and the highest bar of each panel; the table has them all."""
    parts = [part for form in FORMS for group, found in groups.items() if (part := _range(form, group, found, tr))]
    if not parts:
        return tr(NOBODY)
    return tr(_l("Received of expected, lowest and highest visit: {panels}.")).format(panels="; ".join(parts))


def _range(form: str, group: str, found: Sequence[Completion], tr: Translate) -> str:
    here = sorted((c for c in found if c.form == form and c.expected), key=lambda c: c.received / c.expected)
    if not here:
        return ""
    name = " ".join(word for word in (tr(FORMS[form]), group) if word)
    return f"{name} {', '.join(dict.fromkeys(f'{c.event} {c.received}/{c.expected}' for c in (here[0], here[-1])))}"
