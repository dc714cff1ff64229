"""A codelist: the closed set of answers a coded item offers. Values only; the lists themselves are in `forms/codelists/`.

A decode is text a person reads: it is written as the second argument of `Code` and extracted for translation by the
gettext keyword `Code:2`. A code is stored, exported and named in logic, so it never changes once it is released.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property


class CodelistError(ValueError):
    """A codelist that contradicts itself, or a code it does not hold."""


@dataclass(frozen=True)
class Code:
    """One answer: stored `code`, shown `decode`, NCI C-code where CDISC has one.

    `unknown` codes ("unknown", "not done", "failed", "Tx" ...) complete the form, and are None to logic (PROTOCOL, head).
    `retired` codes were offered by an earlier version: they keep their meaning where they stand, and are not offered any more.
    """

    code: str
    decode: str
    unknown: bool = False
    ccode: str | None = None
    retired: bool = False


@dataclass(frozen=True)
class Codelist:
    """Codes in the order the form shows them, under a name that is also its OID in ODM; `source` says whose terms they are.

    Raises CodelistError where two codes or two decodes are the same, a code is not plain ASCII, or the list is empty.
    """

    name: str
    codes: tuple[Code, ...]
    source: str = ""

    def __post_init__(self) -> None:
        _refuse_repeats(self.name, "code", [each.code for each in self.codes])
        _refuse_repeats(self.name, "decode", [each.decode for each in self.codes])
        _refuse_bad_codes(self.name, self.values)

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The codes as text, in order."""
        return tuple(each.code for each in self.codes)

    @cached_property
    def unknown_codes(self) -> frozenset[str]:
        """The codes that are answers for the form and None to logic."""
        return frozenset(each.code for each in self.codes if each.unknown)

    @cached_property
    def retired_codes(self) -> frozenset[str]:
        """The codes that are kept for what was answered under an earlier version, and are not offered any more."""
        return frozenset(each.code for each in self.codes if each.retired)

    def code(self, value: str) -> Code:
        """The entry of one code; raises CodelistError for one it does not hold."""
        for each in self.codes:
            if each.code == value:
                return each
        raise CodelistError(f"{value!r} is not a code of {self.name}")

    def decode(self, value: str) -> str:
        """What a person reads for one code; raises CodelistError for one it does not hold."""
        return self.code(value).decode

    def position(self, value: str) -> int:
        """Where a code stands in the list; raises CodelistError for one it does not hold."""
        return self.codes.index(self.code(value))

    def __contains__(self, value: object) -> bool:
        return value in self.values

    def __iter__(self) -> Iterator[Code]:
        return iter(self.codes)

    def __len__(self) -> int:
        return len(self.codes)


def _refuse_repeats(name: str, what: str, values: list[str]) -> None:
    repeated = sorted({value for value in values if values.count(value) > 1})
    if repeated:
        raise CodelistError(f"{name} holds the same {what} twice: {', '.join(repeated)}")


def _refuse_bad_codes(name: str, values: tuple[str, ...]) -> None:
    if not values:
        raise CodelistError(f"{name} is empty")
    # Any other alphabet, a control character or a blank at either end would not survive ODM, XPT and a coordinator's spreadsheet alike.
    bad = [
        value for value in values if not (value.isascii() and value.isprintable() and value == value.strip() and value)
    ]
    if bad:
        raise CodelistError(f"{name} holds codes that are not plain ASCII: {bad}")
