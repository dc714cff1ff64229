"""Why a file cannot be read as one of REDCap's, and in which line."""

from __future__ import annotations

from forms.text import _l

WORDS = {
    "too_large": _l("The file is larger than %(detail)s bytes."),
    "not_utf8": _l("The file is not UTF-8 text, which is what REDCap writes: %(detail)s"),
    "empty": _l("The file is empty."),
    "delimiter": _l("The file must be separated by commas; its heading is %(detail)s"),
    "unreadable_line": _l("The line cannot be read: %(detail)s. Is a quotation mark not closed?"),
    "width": _l("The line has %(detail)s columns."),
    "too_wide": _l("The heading has more than %(detail)s columns."),
    "columns_missing": _l("The heading has no column “%(detail)s”."),
    "column_twice": _l("The heading names “%(detail)s” twice."),
    "field_name": _l("“%(detail)s” is no name of a field: small letters, digits and underscores, a letter first."),
    "form_name": _l("“%(detail)s” is no name of a form: letters, digits and underscores."),
    "field_twice": _l("The field “%(detail)s” stands twice."),
    "field_reserved": _l("“%(detail)s” is a name REDCap keeps for itself."),
    "record_field": _l("The first field names the record and must be a text: “%(detail)s”."),
    "form_apart": _l("The fields of the form “%(detail)s” do not stand together."),
    "no_record": _l("The line names no record."),
    "row_twice": _l("The same record, event and instance stand twice: %(detail)s"),
    "instance": _l("“%(detail)s” is no number of an instance."),
    "instrument": _l("The dictionary has no form “%(detail)s”."),
    "event": _l("The events file has no event “%(detail)s”."),
    "not_redcap": _l("The file is no REDCap project: %(detail)s"),
}


class RedcapProblem(ValueError):
    """A file that cannot be read. `code` is a key of WORDS, `detail` what was found, `line` where (from 1), 0 for the whole file."""

    def __init__(self, code: str, detail: object = "", line: int = 0) -> None:
        self.code, self.detail, self.line = code, str(detail)[:200], line
        super().__init__((f"line {line}: " if line else "") + self.words())

    def words(self) -> str:
        """In English; pages translate."""
        return WORDS[self.code] % {"detail": self.detail}
