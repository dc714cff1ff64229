"""The dossier of the frozen model as a PDF: card, inputs, reference vectors run now, prospective performance, and three guidelines filled
as far as the system knows.

Sources: TRIPOD+AI (Collins 2024), CONSORT-AI (Liu 2020), DECIDE-AI (Vasey 2022), model cards (Mitchell 2019).
"""

import datetime
from collections.abc import Iterator

from reportlab.platypus import Flowable

from analysis.pdf import Furniture, build
from analysis.reports.blocks import figure_block, paragraph, section_heading, table_block, title_block
from analysis.reports.card_blocks import WIDTH, card_blocks
from analysis.reports.dossier_answers import answered
from analysis.reports.dossier_data import DossierData
from analysis.reports.dossier_sentences import Translate
from analysis.reports.guidelines import GUIDELINES
from analysis.table import Column, Table
from forms.text import _l


def dossier(
    data: DossierData, *, system: str, made_at: datetime.datetime, language: str = "en", tr: Translate = str
) -> bytes:
    """The finished PDF; `made_at` is an aware instant from the clock. Raises FontMissing."""
    furniture = Furniture(
        data.protocol.study_id,
        tr(_l("Dossier of the frozen model")),
        data.cut,
        system,
        made_at,
        tr(_l("Confidential. Pooled over all arms.")),
    )
    statement = tr(
        _l(
            "What the model is, that it is unchanged, how it did in the trial, and what a report of it must say. "
            "Sentences are filled from the system at the moment of making; what only the authors can say is marked."
        )
    )
    story = [
        *title_block(furniture, statement, tr),
        *_identity(data, tr),
        *_vectors(data, tr),
        *_performance(data, tr),
        *_guidelines(data, tr),
        *_card(data, tr),
    ]
    return build(furniture, story, language=language, tr=tr)


def _identity(data: DossierData, tr: Translate) -> list[Flowable]:
    m = data.manifest
    rows = (
        (tr(_l("Model")), f"{m.name} {m.version}"),
        (tr(_l("SHA-256 of the weights")), m.sha256),
        (tr(_l("SHA-256 of the manifest")), data.manifest_digest),
        (tr(_l("Decision rule")), m.rule or tr(_l("positive from {threshold} on")).format(threshold=m.threshold)),
        *((tr(_l("Approved by")), f"{each.name}, {each.role}, {each.date}") for each in m.approvals),
        (tr(_l("Two approvals of this content")), tr(_l("yes")) if data.approved else tr(_l("NO"))),
    )
    columns = (Column(tr(_l("What"))), Column(tr(_l("Value"))))
    table = Table("identity", "", columns, rows, "")
    return table_block(table, (45, 125), (tr(_l("1 The model")), "identity"))


def vectors_table(data: DossierData, tr: Translate = str) -> Table:
    """Each reference vector with the probability of the release and the one found now."""
    columns = (
        Column(tr(_l("Vector")), numeric=True),
        Column(tr(_l("What it tries"))),
        Column(tr(_l("Inputs known")), numeric=True),
        Column(tr(_l("Released")), numeric=True),
        Column(tr(_l("Now")), numeric=True),
        Column(tr(_l("Class")), numeric=False),
    )
    classes = {True: tr(_l("positive")), False: tr(_l("negative"))}
    rows = tuple(
        (
            str(v.number),
            v.note,
            f"{v.known} / {v.of}",
            f"{v.released:.6f}",
            f"{v.found:.6f}",
            classes[v.positive],
        )
        for v in data.vectors
    )
    text = _l("{n} vectors, run for this dossier; largest difference {worst}.")
    return Table("vectors", "", columns, rows, tr(text).format(n=len(rows), worst=f"{data.worst:.6f}"))


def _vectors(data: DossierData, tr: Translate) -> list[Flowable]:
    return table_block(vectors_table(data, tr), (14, 66, 24, 23, 23, 20), (tr(_l("2 Reference vectors")), "vectors"))


def _performance(data: DossierData, tr: Translate) -> Iterator[Flowable]:
    yield from section_heading(tr(_l("3 Prospective performance")), "performance")
    if not data.tables:
        yield paragraph(tr(_l("No call has an outcome yet: there is nothing to measure.")))
    for figure in data.figures:
        yield figure_block(figure.title, figure.id, figure, (figure.alt,))
    for table in data.tables:
        yield from table_block(table, _even(table))


def _even(table: Table) -> list[float]:
    """The first column twice as wide as each of the others."""
    share = WIDTH / (len(table.columns) + 1)
    return [2 * share, *([share] * (len(table.columns) - 1))]


def guideline_table(guideline: str, data: DossierData, tr: Translate = str) -> Table:
    """The items of a guideline with what the system says to each."""
    found = answered(guideline, data, tr)
    columns = (Column(tr(_l("Item"))), Column(tr(_l("Asks for"))), Column(tr(_l("Answer"))))
    rows = tuple((each.item.number, tr(each.item.asks), each.text) for each in found)
    text = _l("{n} of {of} items answered by the system; the others are for the authors.")
    denominator = tr(text).format(n=sum(each.by_system for each in found), of=len(found))
    return Table(guideline, "", columns, rows, denominator)


def _guidelines(data: DossierData, tr: Translate) -> Iterator[Flowable]:
    for number, guideline in enumerate(GUIDELINES, start=4):
        table = guideline_table(guideline, data, tr)
        yield from table_block(table, (19, 50, 101), (f"{number} {guideline}", guideline))


def _card(data: DossierData, tr: Translate) -> Iterator[Flowable]:
    number = 4 + len(GUIDELINES)
    yield from section_heading(f"{number} {tr(_l('Model card'))}", "card")
    yield from card_blocks(data.card)
