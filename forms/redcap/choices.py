"""Choices of a REDCap field, "1, Yes | 0, No", as a codelist and back."""

from __future__ import annotations

from collections import Counter

from forms.codelist import Code, Codelist, CodelistError

STATUS = Codelist(
    "redcap_form_status",
    (Code("0", "Incomplete"), Code("1", "Unverified"), Code("2", "Complete")),
    "REDCap, form status",
)
TRUE_FALSE = Codelist("redcap_truefalse", (Code("1", "True"), Code("0", "False")), "REDCap, truefalse")


def read_choices(name: str, text: str) -> Codelist:
    """The codelist; a label that stands for two codes is told apart by the code. Raises ValueError for what is no list of choices."""
    pairs = [_pair(part) for part in text.split("|")]
    labels = Counter(label for _, label in pairs)
    codes = tuple(Code(code, label if labels[label] == 1 else f"{label} ({code})") for code, label in pairs)
    try:
        return Codelist(name, codes)
    except CodelistError as problem:
        raise ValueError(str(problem)) from problem


def write_choices(codes: Codelist) -> str:
    """As REDCap writes them. A bar would begin another choice, so it becomes a slash."""
    return " | ".join(f"{each.code}, {each.decode.replace('|', '/')}" for each in codes)


def checkbox_column(field: str, code: str) -> str:
    """The column of one box: the code in small letters, anything else an underscore ("-9" becomes "_9")."""
    return f"{field}___" + "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in code.lower())


def _pair(part: str) -> tuple[str, str]:
    code, comma, label = part.strip().partition(",")
    if not comma:
        raise ValueError(f"{part.strip()[:40]!r} has no code")
    return code.strip(), label.strip() or code.strip()
