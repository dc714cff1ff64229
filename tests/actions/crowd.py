"""Many participants ready to be randomised: copies of one who went through every step, each whole and verifiable."""

from __future__ import annotations

from forms.answers import to_json
from forms.catalogue import definitions
from tests.actions.house import READY, House
from tests.store.house import Happened
from trial.actor import SYSTEM
from trial.content import content_digest
from trial.store import crfs
from trial.store.tables import CRF_KEY

RESPONSES = ("CCR", "NCR")


def crowd(house: House, count: int, of: str = READY) -> list[str]:
    """`count` more participants with the same answers as `of`, written through the unit of work, with digests of their own."""
    case, names = house.case(of), []
    predictions = house.reader.all("prediction", participant=of)
    for n in range(count):
        name = f"VG-01-{1000 + n:04d}"
        with (uow := house.work(SYSTEM)):
            uow.insert("participant", id=name, site_code="01", number=1000 + n, created_at=house.clock.now())
            for crf in case.crfs:
                crfs.append_revision(uow, name, crf, based_on=None, reason="copy", source="test")
            for signature in case.signatures:
                _sign(uow, name, signature)
            for row in predictions:
                uow.insert("prediction", **(row | {"participant": name}))
            uow.record(Happened("copied", participant=name))
            uow.commit()
        names.append(name)
    return names


def _sign(uow, name: str, signature: dict) -> None:
    key = {n: signature[n] for n in CRF_KEY if n != "participant"}
    crf = crfs.as_crf(uow.the("crf_revision", participant=name, number=1, **key))
    answers = to_json(crf.answers, definitions()[crf.form, crf.version].kinds())
    digest = content_digest(name, crf.address, 1, crf.version, answers, signature["calculated"])
    uow.update("crf", {"participant": name, **key}, signed=True)
    uow.insert(
        "signature",
        **({k: v for k, v in signature.items() if k != "id"} | {"participant": name, "content_digest": digest}),
    )
