"""How far the machine's clock is from a time server's (EMA/INS/GCP/112288/2023, section 5; R21).

Nobody sets the clock in Vigil: instants come from the machine. That the machine keeps time is compared, said in the journal and shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import ntplib

TIMEOUT = 5
"""Seconds that a time server is waited for."""


@dataclass(frozen=True)
class Drift:
    """What one comparison found. `ahead`: seconds the machine is ahead of the server, negative behind; None: no answer."""

    server: str
    ahead: Decimal | None
    limit: Decimal

    @property
    def alarm(self) -> bool:
        """Whether somebody must look: further off than the limit, or not known."""
        return self.ahead is None or abs(self.ahead) > self.limit


def compare(server: str, limit: Decimal, *, ask: Callable[[str], float | None] | None = None) -> Drift:
    """Ask `server` ("host" or "host:port") once. `ask` replaces the network: seconds the server is ahead of us, None for no answer."""
    offset = (ask or _asked)(server)
    return Drift(server, None if offset is None else Decimal(f"{-offset:.3f}"), limit)


def _asked(server: str) -> float | None:
    """RFC 5905's offset, from its four time stamps; None where the server does not answer."""
    host, _colon, port = server.partition(":")
    try:
        return float(ntplib.NTPClient().request(host, version=4, port=int(port or 123), timeout=TIMEOUT).offset)
    except (ntplib.NTPException, OSError):  # no such host, no way there, no answer in time: all of them are told
        return None
