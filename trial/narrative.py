"""The narrative of one serious event, assembled from the data: sections of a heading and sentences (PROTOCOL 9; ICH E2A; CIOMS I).

What nobody answered is said to be not known, never left out. No name of anybody: the participant is a number. All instants are in UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forms.answers import Crf
from forms.decoded import in_units, shown
from forms.record import InstanceScope, Record
from forms.text import _l
from trial.safety import ClockState, adverse_event
from trial.safety_desk import Serious
from trial.screening_log import SEXES

Say = Callable[[str], str]
"""Translates a msgid."""
READ = ("DM", "MH", "EX", "RT", "SUR", "CM", "DTH")
"""Forms beside AE and SAE that a narrative is written from."""
TREATMENTS: Mapping[str, tuple[str, str, str, tuple[str, ...]]] = {
    "RT": (
        "RTSTDT",
        _l("Radiotherapy from %(RTSTDT)s to %(RTENDT)s: fractions given %(RTFRAC)s, total dose %(RTDOSE)s."),
        _l("No radiotherapy is on file."),
        ("RTENDT", "RTFRAC", "RTDOSE"),
    ),
    "EX": (
        "EXSTDT",
        _l("%(EXTRT)s, cycle %(EXCYC)s, from %(EXSTDT)s to %(EXENDT)s: %(EXDOSE)s."),
        _l("No drug treatment is on file."),
        ("EXTRT", "EXCYC", "EXENDT", "EXDOSE"),
    ),
    "SUR": ("SURDAT", _l("Operation on %(SURDAT)s: %(SURPROC)s."), _l("No operation is on file."), ("SURPROC",)),
}
"""Of each treatment form: its date, its sentence, what is said where there is none, and the other items of the sentence."""
HISTORY = ("PRIORMAL", "METACRC", "AUTOIMM", "DIABETES", "CVD", "ANTIBIO")
SUSAR = {
    True: _l("It is a SUSAR: serious, related in at least one view, and unexpected."),
    False: _l("It is not a SUSAR."),
    None: _l("Whether it is a SUSAR cannot be told yet; its clock runs until it can."),
}
CLOCKS = {
    ClockState.WAITING: _l("%(clock)s: the day on which it starts is not known."),
    ClockState.RUNNING: _l("%(clock)s: due by %(due)s, not yet done."),
    ClockState.OVERDUE: _l("%(clock)s: was due by %(due)s and is overdue."),
    ClockState.MET: _l("%(clock)s: done %(done)s, in time; due by %(due)s."),
    ClockState.LATE: _l("%(clock)s: done %(done)s, late; was due by %(due)s."),
}
"""A clock in a sentence, by its state."""


@dataclass(frozen=True)
class Section:
    """A heading and what is said under it, translated."""

    heading: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class _Teller:
    """One instance in words; a blank is "not known"."""

    scope: InstanceScope
    say: Say

    def __call__(self, key: str) -> str:
        value = self.scope.code(key)
        if value is None or value == ():
            return self.say(_l("not known"))
        return in_units(self.scope.definition_of(key), value, self.say)

    def fill(self, message: str, form: str, items: Iterable[str]) -> str:
        """The message with those items of a form in their places."""
        return self.say(message) % {item: self(f"{form}.{item}") for item in items}


def narrative(
    record: Record, line: Serious, judged: Mapping[str, Any] | None, hidden: frozenset[str], say: Say = str
) -> tuple[Section, ...]:
    """Everything said of one report. `judged`: the last row of its expectedness; `hidden`: forms withheld from who reads."""
    sae, event = line.sae, adverse_event(record, line.sae)
    report, person = _Teller(record.scope(sae), say), _person(record, hidden, say)
    told = _Teller(record.scope(event), say) if event else None
    parts = (
        (_l("Report"), (*person, *_report(report))),
        (_l("Event"), _event(told, record, hidden, say)),
        (_l("Study treatment"), _treatments(record, hidden, say)),
        (_l("Relevant history"), _history(record, hidden, say)),
        (_l("Concomitant medication"), _medication(record, hidden, say)),
        (_l("Assessment"), _assessment(report, told, line, judged, say)),
        (_l("Deadlines"), tuple(_clocks(line, say))),
        (_l("Narrative of the site"), (report("SAE.SAENARR"),)),
    )
    return tuple(Section(say(heading), tuple(sentences)) for heading, sentences in parts)


def _person(record: Record, hidden: frozenset[str], say: Say) -> tuple[str, ...]:
    if "DM" in hidden:
        return (_withheld("DM", record, say),)
    found = record.latest("DM")
    unknown = say(_l("not known"))
    if found is None:
        return (say(_l("Sex: %(sex)s. Year of birth: %(year)s.")) % {"sex": unknown, "year": unknown},)
    scope = record.scope(found)
    born = scope.code("DM.BRTHDAT")
    sex = scope.code("DM.SEX")
    words = {"sex": say(SEXES[sex]) if sex else unknown, "year": shown(born)[:4] if born else unknown}
    return (say(_l("Sex: %(sex)s. Year of birth: %(year)s.")) % words,)


def _report(report: _Teller) -> Iterator[str]:
    yield report.fill(_l("Kind of report: %(SAEREP)s."), "SAE", ("SAEREP",))
    yield report.fill(
        _l("The site became aware %(SAEAWARE)s; the sponsor became aware %(SAESPON)s."), "SAE", ("SAEAWARE", "SAESPON")
    )


def _event(told: _Teller | None, record: Record, hidden: frozenset[str], say: Say) -> Iterator[str]:
    if told is None:
        yield say(_l("The report is linked to no adverse event: what happened is not known."))
        return
    yield told.fill(
        _l("%(AETERM)s (CTCAE 5.0 term: %(AECTCAE)s), grade %(AETOXGR)s."), "AE", ("AETERM", "AECTCAE", "AETOXGR")
    )
    yield told.fill(_l("Serious: %(AESER)s; because: %(AESCRIT)s."), "AE", ("AESER", "AESCRIT"))
    yield told.fill(_l("Onset %(AESTDAT)s. Outcome: %(AEOUT)s."), "AE", ("AESTDAT", "AEOUT"))
    if told.scope.code("AE.AEENDAT") is not None:
        yield told.fill(_l("Resolved %(AEENDAT)s."), "AE", ("AEENDAT",))
    if "DTH" not in hidden and (death := record.latest("DTH")):
        one = _Teller(record.scope(death), say)
        yield one.fill(_l("The participant died on %(DTHDAT)s; cause: %(DTHCAUS)s."), "DTH", ("DTHDAT", "DTHCAUS"))


def _treatments(record: Record, hidden: frozenset[str], say: Say) -> Iterator[str]:
    for form, (day, message, none, items) in TREATMENTS.items():
        if form in hidden:
            yield _withheld(form, record, say)
            continue
        given = _by_day(record, record.all(form), f"{form}.{day}")
        yield from (_Teller(record.scope(c), say).fill(message, form, (day, *items)) for c in given)
        if not given:
            yield say(none)


def _history(record: Record, hidden: frozenset[str], say: Say) -> Iterator[str]:
    found = record.latest("MH")
    if "MH" in hidden:
        yield _withheld("MH", record, say)
    elif found is None:
        yield say(_l("The medical history is not known."))
    else:
        told = _Teller(record.scope(found), say)
        for item in HISTORY:
            yield f"{say(told.scope.definition_of(f'MH.{item}').label)}: {told(f'MH.{item}')}."


def _medication(record: Record, hidden: frozenset[str], say: Say) -> Iterator[str]:
    if "CM" in hidden:
        yield _withheld("CM", record, say)
        return
    found = _by_day(record, record.all("CM"), "CM.CMSTDAT")
    items = ("CMTRT", "CMCLAS", "CMSTDAT", "CMENDAT", "CMINDC")
    message = _l("%(CMTRT)s (%(CMCLAS)s) from %(CMSTDAT)s to %(CMENDAT)s, for: %(CMINDC)s.")
    yield from (_Teller(record.scope(c), say).fill(message, "CM", items) for c in found)
    if not found:
        yield say(_l("No concomitant medication is on file."))


def _assessment(
    report: _Teller, told: _Teller | None, line: Serious, judged: Mapping[str, Any] | None, say: Say
) -> Iterator[str]:
    yield say(_l("Related, as the site sees it, to: %(to)s.")) % {
        "to": told("AE.AEREL") if told else say(_l("not known"))
    }
    yield report.fill(_l("Suspect product: %(SAEDRUG)s."), "SAE", ("SAEDRUG",))
    yield report.fill(
        _l("Causality by the investigator: %(SAECAUSI)s; by the sponsor: %(SAECAUSS)s."),
        "SAE",
        ("SAECAUSI", "SAECAUSS"),
    )
    yield report.fill(_l("Expectedness: %(SAEEXP)s."), "SAE", ("SAEEXP",))
    if line.expected is not None and judged is not None:
        yield from _against(report, judged, say)
    yield say(SUSAR[line.susar])


def _against(report: _Teller, judged: Mapping[str, Any], say: Say) -> Iterator[str]:
    codes = report.scope.definition_of("SAE.SAEDRUG")
    for one in judged["against"]:
        words = {**one, "product": in_units(codes, one["product"], say), "at": shown(judged["at"])}
        yield (
            say(_l("Judged %(at)s against %(document)s, version %(version)s, valid from %(valid_from)s (%(product)s)."))
            % words
        )
    if not judged["against"]:
        yield say(_l("Judged %(at)s; no reference information was valid at onset.")) % {"at": shown(judged["at"])}


def _clocks(line: Serious, say: Say) -> Iterator[str]:
    for clock in line.clocks:
        words = {"clock": say(clock.label), "due": shown(clock.due), "done": shown(clock.done)}
        yield say(CLOCKS[clock.state]) % words


def _by_day(record: Record, crfs: Sequence[Crf], key: str) -> list[Crf]:
    """In the order of a date, those without one last; what has the same date stays in the order of the record."""
    return sorted(crfs, key=lambda c: shown(record.scope(c).code(key) or "9999"))


def _withheld(form: str, record: Record, say: Say) -> str:
    return say(_l("%(form)s: withheld from this role.")) % {"form": say(record.newest[form].title)}
