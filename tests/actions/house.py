"""A trial at work: two sites, a person in each role, and participants brought along through the real actions.

Time stands at one morning and moves a second with each action; what is entered happened in the months before, as late entry
would have it. Forms are typed as a page posts them: text.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select

from trial import rights, roles
from trial.actions import allocate, enter, people, predict, setup, sign
from trial.actions.access import Approval, Course, admit
from trial.actions.case import Case, load
from trial.actions.delegation import Tasks
from trial.actions.enter import Saved
from trial.actions.entry import Entry
from trial.actions.participants import add_participant
from trial.actions.signing_rights import certify, verify_identity
from trial.actor import SYSTEM, Actor
from trial.clock import FixedClock
from trial.frozen.answers import Answer, Checked
from trial.frozen.manifest import InputSpec
from trial.signing_rights import VERSION
from trial.store.engine import make_engine
from trial.store.files import Files
from trial.store.reading import Reading
from trial.store.tables_journal import journal
from trial.store.unit_of_work import UnitOfWork

MORNING = datetime(2026, 6, 1, 9, tzinfo=UTC)
TODAY = MORNING.date()
PASSWORD = "correct horse battery"
KEY = b"k" * 32
SEED = bytes(range(32))
CONSENT = date(2026, 1, 5)
STUDY = "VIGIL-1"
WIDE = (
    "data_manager",
    "safety_officer",
    "statistician",
    "unblinded_statistician",
    "auditor",
    "administrator",
    "dsmb_member",
)
"""Roles that are granted without a site here."""

Items = dict[str, Any]


def day(offset: int) -> str:
    """So many days after consent, as typed."""
    return (CONSENT + timedelta(days=offset)).isoformat()


SCREENING: dict[str, Items] = {
    "IC": {"ICTYPE": "INITIAL", "ICDAT": day(0), "ICSIGN": "Y", "ICVER": "1.0", "ICSAMP": "N", "ICFUT": "Y"},
    "DM": {"BRTHDAT": "1961-04-30", "SEX": "M", "HEIGHT": "172.0", "WEIGHT": "70.5", "ECOG": "0"},
    "PLAN": {"NATPLAN": "Y", "REGIMEN": "LCRT", "PLANSTDT": day(14)},
    "MH": {"PRIORMAL": "N", "METACRC": "N", "AUTOIMM": "N", "ANTIBIO": "N"},
    "PATH": {"BXDAT": day(-20), "BXMETH": "COLONOSCOPY", "RPTDAT": day(-16), "HISTO": "ADENO", "GRADE": "G2", "SYNCHCRC": "N",
             "QCSLIDE": "ND"},
    "MRI0": {"MRIDAT": day(-10), "FIELD": "3.0", "DISTAV": "60", "CTCAT": "cT3b", "CNCAT": "cN1", "MRF": "N", "EMVI": "N",
             "LPLN": "N", "LENGTH": "42"},
    "CT0": {"CTDAT": day(-9), "CTMOD": "CT", "CM": "M0"},
}  # fmt: skip
"""An eligible participant, form by form, at SCR."""
ELIGIBLE: Items = {"ELIGCONF": "Y", "ELIGDAT": day(10)}
CYCLE: Items = {
    "EXTRT": "CAPECITABINE",
    "EXCYC": "1",
    "EXSTDT": day(14),
    "EXENDT": day(35),
    "EXDOSE": "42000",
    "EXADJ": ["NONE"],
}
RADIOTHERAPY: Items = {
    "RTSTDT": day(14),
    "RTENDT": day(51),
    "RTFRAC": "28",
    "RTDPF": "1.8",
    "RTDOSE": "50.4",
    "RTCOMP": "Y",
}
RESTAGING: Items = {
    "RSTDAT": day(121), "DRE": "NORMAL", "ENDO": "SCAR", "ENDODAT": day(120), "MRIRESP": "CCR", "MRIDAT": day(119), "MRTRG": "1",
    "DWI": "NONE", "YCT": "ycT0", "YCN": "ycN0", "YCM": "M0", "YCMDAT": day(118), "BX": "ND", "RESP": "CCR",
}  # fmt: skip
LABORATORY = {"LBTEST": "CEA", "LBOPER": "=", "LBORRES": "2.1", "LBORRESU": "ug/L"}
ESTIMATE: Items = {"PREDAT": day(128), "PRECR": "70", "PRESTRAT": "WW"}
DECISION: Items = {"M1NOW": "N", "CONTRA": "N", "MDTDAT": day(130), "STRATEGY": "CAND", "PREFER": "NONE", "RANDCONS": "Y",
                   "RANDCDAT": day(133), "DECDAT": day(134)}  # fmt: skip


def typed(items: Items, **more: Any) -> dict[str, Any]:
    """The raw document of a form. Groups are given as lists of rows: `typed({}, groups={"R": [row]})`."""
    groups = {
        g: [{"id": "", "items": row} if "items" not in row else row for row in rows]
        for g, rows in more.pop("groups", {}).items()
    }
    return {"items": items, "groups": groups, **more}


@dataclass(frozen=True)
class SmallManifest:
    """As much of a manifest as the action reads: four inputs, two of which must be known."""

    name: str = "small"
    version: str = "1.0"
    sha256: str = "5" * 64
    threshold: float = 0.5
    onnxruntime: str = "none"
    minimum: Any = field(default_factory=lambda: {"clinical": 2})
    inputs: tuple[InputSpec, ...] = (
        InputSpec("distance", "clinical", "MRI0.DISTAV", "mm", 0, 120),
        InputSpec("length", "clinical", "MRI0.LENGTH", "mm", 5, 150),
        InputSpec("cea", "clinical", "LB.R:CEA@RESTAGING", "ug/L", 0, 200),
        InputSpec("response", "clinical", "RST.RESP", None, 0, 1, {"CCR": 1.0, "NCR": 1.0, "ICR": 0.0}),
    )


@dataclass
class Answering:
    """A frozen model that gives the probability it is told to, or the error; `asked` counts its calls.

    Without a modality it gives half of it: whoever reads a contribution can tell the two apart.
    """

    manifest: SmallManifest = field(default_factory=SmallManifest)
    answer: float | Exception = 0.7
    asked: int = 0
    manifest_digest: str = "7" * 64

    @property
    def model_digest(self) -> str:
        return self.manifest.sha256

    def predict(self, values: Any) -> float:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def call(self, values: Any) -> Answer:
        p = self.predict(values)
        of = {spec.name: spec.modality for spec in self.manifest.inputs}
        known = {of[name] for name, value in values.items() if value is not None}
        without = {name: p / 2 if name in known else None for name in dict.fromkeys(of.values())}
        return Answer(p, without, {"onnxruntime": "none", "numpy": "none"}, 0.0, 20)

    def check(self) -> Checked:
        if isinstance(self.answer, Exception):
            raise self.answer
        return Checked(self.manifest.name, self.manifest.version, 20, 0.0)

    def close(self) -> None:
        """There is no worker."""


@dataclass
class House:
    """The trial in one database. `people` holds an Actor for each role and site."""

    engine: Engine
    files: Files
    model: Answering = field(default_factory=Answering)
    clock: FixedClock = field(default_factory=lambda: FixedClock(MORNING))

    @property
    def reader(self) -> Reading:
        return Reading(self.engine)

    def actor(self, role: str = "coordinator", site: str = "01") -> Actor:
        name = role if role in WIDE else f"{role}{site}"
        row = self.reader.the("person", username=name)
        return people.person(self.reader, row["id"], on=self.clock.today()).actor(role)

    def work(self, who: str | Actor = "coordinator", site: str = "01") -> UnitOfWork:
        """A unit of work of somebody, a second later."""
        self.clock.advance(timedelta(seconds=1))
        return UnitOfWork(self.engine, self.clock, who if isinstance(who, Actor) else self.actor(who, site))

    def add(self, site: str = "01", **options: Any) -> str:
        return add_participant(site, uow=self.work(site=site), **options)

    def entry(
        self, participant: str, form: str, items: Items | None = None, event: str = "SCR", **options: Any
    ) -> Entry:
        """A form as typed; on top of what is stored unless `based_on` is given."""
        more = {k: options.pop(k) for k in ("groups", "missing", "not_done", "confirmed") if k in options}
        made = Entry(participant, event, form, raw=typed(items or {}, **more), **options)
        return made if "based_on" in options else replace(made, based_on=self.revision(made))

    def save(
        self, participant: str, form: str, items: Items | None = None, event: str = "SCR", **options: Any
    ) -> Saved:
        """Save a form; `by` whom it is usually entered unless said otherwise."""
        by = options.pop("by", "investigator" if form in roles.RESERVED_FORMS else "coordinator")
        return self.post(self.entry(participant, form, items, event, **options), by)

    def post(self, entry: Entry, by: str | Actor = "coordinator") -> Saved:
        return enter.save_crf(entry, uow=self.work(by, entry.participant[3:5]))

    def revision(self, entry: Entry) -> int | None:
        """Number of the stored revision at that address, None before the first."""
        key = {
            "participant": entry.participant,
            "event": entry.event,
            "form": entry.form,
            "occurrence": entry.occurrence,
        }
        row = self.reader.one("crf", **key)
        return row["revision"] if row else None

    def revisions(self, participant: str, form: str, event: str = "SCR", occurrence: int = 1) -> list[dict[str, Any]]:
        key = {"participant": participant, "event": event, "form": form, "occurrence": occurrence}
        return self.reader.all("crf_revision", order_by="number", **key)

    def stored(self, participant: str, form: str, event: str = "SCR", occurrence: int = 1) -> dict[str, Any]:
        """The JSON of the last revision."""
        return self.revisions(participant, form, event, occurrence)[-1]["answers"]

    def case(self, participant: str) -> Case:
        return load(self.reader, self.reader.the("participant", id=participant), self.clock)

    def sign(
        self, participant: str, form: str, event: str = "SCR", *, by: str | Actor = "investigator", **options: Any
    ) -> sign.Signed:
        seen = options.pop("seen", None) or sign.content(self.case(participant), event, form).digest
        password = options.pop("password", PASSWORD)
        return sign.sign_crf(
            participant, event, form, 1, seen=seen, password=password, uow=self.work(by, participant[3:5])
        )

    def estimate(self, participant: str, items: Items | None = None, **options: Any) -> tuple[Saved, sign.Signed]:
        password = options.pop("password", PASSWORD)
        entry = self.entry(participant, "PRE", items or ESTIMATE, "DEC", **options)
        return sign.save_and_sign(entry, password=password, uow=self.work("investigator", participant[3:5]))

    def ask(self, participant: str, **options: Any) -> predict.Prediction:
        uow = self.work("investigator", participant[3:5])
        return predict.call_model(participant, uow=uow, model=self.model, files=self.files, **options)

    def randomise(self, participant: str, **options: Any) -> allocate.Certificate:
        return allocate.request_randomisation(participant, uow=self.work(site=participant[3:5]), key=KEY, **options)

    def journal(self, tag: str, participant: str | None = None) -> list[dict[str, Any]]:
        where = {"participant": participant} if participant else {}
        return self.reader.all("journal", order_by="seq", tag=tag, **where)

    def state(self) -> dict[str, list[dict[str, Any]]]:
        """Everything of the record, to show that a refusal wrote nothing."""
        names = (
            "participant",
            "crf",
            "crf_revision",
            "signature",
            "prediction",
            "allocation",
            "journal",
            "due",
            "taken",
            "idempotency",
        )
        return {name: sorted(self.reader.all(name), key=repr) for name in names}

    # --- participants ---------------------------------------------------------------------------------------------

    def consented(self, site: str = "01") -> str:
        """Somebody with a consent form."""
        participant = self.add(site)
        self.save(participant, "IC", SCREENING["IC"])
        return participant

    def screened(self, site: str = "01", **changed: Items) -> str:
        """Every screening form entered; eligible unless something was changed."""
        participant = self.add(site)
        for form, items in SCREENING.items():
            self.save(participant, form, items | changed.get(form, {}))
        return participant

    def eligible(self, site: str = "01", **changed: Items) -> str:
        """Eligibility confirmed and signed."""
        participant = self.screened(site, **changed)
        self.save(participant, "ELIG", ELIGIBLE)
        self.sign(participant, "ELIG")
        return participant

    def restaged(self, site: str = "01", **changed: Items) -> str:
        """Treated and restaged with a complete response; the own estimate is due."""
        participant = self.eligible(site, **changed)
        self.save(participant, "EX", CYCLE, "NAT-1")
        self.save(participant, "RT", RADIOTHERAPY, "EOT")
        self.save(participant, "LB", {"LBDAT": day(119)}, "RST", groups={"R": [LABORATORY]})
        self.save(participant, "RAD", event="RST", not_done={"reason": "no extractor at this site", "on": ""})
        self.save(participant, "RST", RESTAGING | changed.get("RST", {}), "RST")
        return participant

    def predicted(self, site: str = "01", **changed: Items) -> str:
        """Own estimate locked, model called: the decision is due."""
        participant = self.restaged(site, **changed)
        self.estimate(participant)
        self.ask(participant)
        return participant

    def ready(self, site: str = "01", **changed: Items) -> str:
        """Decided, signed and willing: randomisation can be requested."""
        participant = self.predicted(site, **changed)
        self.save(participant, "DEC", DECISION | changed.get("DEC", {}), "DEC")
        self.sign(participant, "DEC", "DEC")
        return participant


def furnish(house: House, *, sites: tuple[str, ...] = ("01", "02")) -> House:
    """Form versions, sites, a person in every role at each site, the sealed seed."""
    setup.release_definitions(uow=house.work(SYSTEM))
    versions = ({"version": "1.0", "valid_from": "2025-01-01", "valid_to": None},)
    for code in sites:
        opened = {"opened_on": date(2025, 6, 1), "consent_versions": versions}
        setup.open_site(code, f"Site {code}", uow=house.work(SYSTEM), **opened)
    for role in roles.ROLES:
        for site in (None,) if role in WIDE else sites:
            name = role if site is None else f"{role}{site}"
            people.add_person(
                name, name.replace("_", " ").title(), uow=house.work(SYSTEM), password=PASSWORD, quick=True
            )
            employ(house, name, role, site)
    setup.open_randomisation(KEY, uow=house.work(SYSTEM), seed=SEED)
    return house


def employ(house: House, name: str, role: str, site: str | None) -> None:
    """Approve, train and delegate as an administrator would; who may sign is verified and certifies. Investigators are principal."""
    tasks = Tasks("All tasks of the role", TODAY, None, role == "investigator", TODAY)
    admit(
        name, role, site, uow=house.work(SYSTEM), approval=Approval("The sponsor", TODAY), course=Course("GCP", "R3", TODAY),
        tasks=tasks if rights.delegated(role) else None,
    )  # fmt: skip
    verify_identity(name, "in-person", "passport", TODAY, uow=house.work(SYSTEM))
    row = house.reader.the("person", username=name)
    certify(VERSION, PASSWORD, uow=house.work(Actor(row["id"], row["full_name"], role)))


def open_house(url: str, folder: Path, **options: Any) -> House:
    """The house in a database that has the schema already; its clock goes on where the last entry stopped."""
    house = House(make_engine(url, **options), Files(folder))
    last = house.reader.scalar(select(func.max(journal.c.at)))
    house.clock = FixedClock(max(MORNING, last) if last else MORNING)
    return house


CONSENTED, SCREENED, ENROLLED, RESTAGED, PREDICTED, READY = (f"VG-01-{n:04d}" for n in range(1, 7))
ELSEWHERE = "VG-02-0001"
"""One participant at each stage, and one of the other site, as `populate` makes them."""


def populate(house: House) -> House:
    """Furnish, and bring one participant to each stage."""
    furnish(house)
    stages = (house.consented, house.screened, house.eligible, house.restaged, house.predicted, house.ready)
    assert tuple(stage() for stage in stages) == (CONSENTED, SCREENED, ENROLLED, RESTAGED, PREDICTED, READY)
    assert house.eligible("02") == ELSEWHERE
    return house
