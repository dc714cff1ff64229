"""Participants: a number within a site."""

from sqlalchemy import func, select

from trial.store.cohort import participant
from trial.store.reading import Reader, Row
from trial.store.unit_of_work import UnitOfWork


def next_number(uow: UnitOfWork, site: str) -> int:
    """The site's next number. Its row is held until the end, so that two who ask at once get two numbers. Raises NotFound."""
    uow.lock("site", {"code": site})
    # By id: who was transferred kept the number of the site that gave it.
    given = participant.c.id.startswith(f"VG-{site}-", autoescape=True)
    highest = uow.scalar(select(func.max(participant.c.number)).where(given))
    return 1 + (highest or 0)


def at_sites(reader: Reader, sites: frozenset[str] | None) -> list[Row]:
    """Participants of these sites in order of their ids; None means every site."""
    query = select(participant).order_by(participant.c.id)
    return reader.all(query if sites is None else query.where(participant.c.site_code.in_(sorted(sites))))
