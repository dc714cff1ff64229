"""A whole project, from its dictionary and its data."""

from __future__ import annotations

from collections.abc import Sequence

from forms.foreign import ForeignStudy, Loss
from forms.redcap.data import data_of, setup_from
from forms.redcap.definitions import dictionary_of, forms_of
from forms.redcap.fields import Field, read_fields
from forms.redcap.rows import Writer
from forms.redcap.setup import Setup, asides_of
from forms.redcap.sheet import Sheet, read_sheet

SYSTEM = "redcap"


def read_project(name: str, dictionary: bytes, data: bytes | None = None, setup: Setup | None = None) -> ForeignStudy:
    """The study a dictionary and a raw data export make. Raises RedcapProblem with the line."""
    return study_of(name, read_fields(dictionary), read_sheet(data) if data is not None else None, setup or Setup())


def study_of(
    name: str, fields: Sequence[Field], sheet: Sheet | None, setup: Setup, losses: Sequence[Loss] = ()
) -> ForeignStudy:
    """The study of fields and lines, whatever file they came from."""
    forms = forms_of(fields)
    if sheet is not None:
        setup = setup_from(sheet, setup, fields[0].name, forms)
    known = dictionary_of(fields, setup)
    asides = (*asides_of(setup, forms), *known.asides)
    study = ForeignStudy(SYSTEM, name, known.definitions, (), asides, (*known.losses, *losses))
    if sheet is None:
        return study
    data = data_of(sheet, Writer.of(study))
    return ForeignStudy(
        SYSTEM, name, known.definitions, data.subjects, (*asides, *data.asides), (*study.losses, *data.losses)
    )
