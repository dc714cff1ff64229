"""The numbers of the flow as a table, and in a sentence for who cannot see the figure."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.flow_boxes import Box, Flow, Part
from analysis.flow_layout import WITHHELD
from analysis.table import Column, Table, Translate
from forms.text import _l

Cells = tuple[str, str, str]


def flow_table(flow: Flow, *, identity: str, title: str, tr: Translate = str) -> Table:
    """Every box with its share of the box it comes from, and what it is told apart by."""
    rows: list[Cells] = []
    inner: set[int] = set()
    for box in flow.boxes:
        rows.append((tr(box.text), _number(box.n, tr), _share(box.n, _above(flow, box), tr)))
        for line in _parts(box, tr):
            inner.add(len(rows))
            rows.append(line)
    return Table(
        identity,
        title,
        (Column(tr(_l("Step"))), Column(tr(_l("Participants")), numeric=True), Column(tr(_l("Share")), numeric=True)),
        tuple(rows),
        tr(_l("Share: of the box a step comes from; of reasons and parts, of their own step.")),
        tuple(_notes(flow, tr)),
        frozenset(inner),
    )


def _above(flow: Flow, box: Box) -> Box | None:
    return None if box.of is None else flow[box.of]  # what is brought together again is a share of nothing


def _parts(box: Box, tr: Translate) -> Iterator[Cells]:
    for split in box.splits:
        for part in split.parts:
            words = part.words(tr) if box.exit else f"{tr(split.text)}: {part.words(tr)}"
            yield words, _number(part.n, tr), _share(part.n, box, tr)


def _number(n: int | None, tr: Translate) -> str:
    return tr(WITHHELD) if n is None else str(n)


def _share(n: int | None, of: Box | Part | None, tr: Translate) -> str:
    return f"{100 * n / of.n:.1f} %" if of is not None and of.n and n is not None else ""


def _notes(flow: Flow, tr: Translate) -> Iterator[str]:
    yield tr(
        _l(
            "Every participant goes down one path, with one main reason: of eligibility criteria, the first that fails in the "
            "order of the protocol. Every enrolled participant stays in the denominator."
        )
    )
    if flow.gaps:
        yield tr(_l("Counted in a step without its date, because a later one is dated: {n}.")).format(n=flow.gaps)
    if not flow.logged:
        yield tr(_l("The pre-consent log was not taken with these data: the flow begins with consent."))
    elif any(box.n is None or any(p.n is None for s in box.splits for p in s.parts) for box in flow.boxes):
        yield tr(_l("Withheld: small counts of the pre-consent log, and others that would tell them."))


def in_words(flow: Flow, tr: Translate = str) -> str:
    """The boxes in a sentence."""
    return "; ".join(f"{tr(box.text)}: {_number(box.n, tr)}" for box in flow.boxes) + "."
