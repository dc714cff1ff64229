"""Items that the trial's conclusions rest on: what is verified first, and what may not be missing (ICH E6(R3) 3.16, critical to quality).

Eligibility is read from the criteria themselves. The rest is declared here, with the section of the protocol that uses it.
"""

from __future__ import annotations

from collections.abc import Mapping

from forms.catalogue import definitions, kept
from trial.amendments import releases

USED_BY: Mapping[str, tuple[str, ...]] = {
    "Protocol 5, 6: decision and strata": (
        "RST.RESP", "RST.ENDO", "RST.MRIRESP", "RST.DRE", "RST.YCN", "RST.YCM", "PRE.PRECR", "PRE.PRESTRAT", "DEC.STRATEGY",
        "DEC.RANDCONS", "DEC.RANDCDAT", "DEC.DECDAT", "MRI0.CTCAT", "MRI0.CNCAT", "PLAN.REGIMEN", "EX.EXTRT", "EX.EXSTDT",
        "EX.EXENDT", "RT.RTSTDT", "RT.RTENDT",
    ),
    "Protocol 7: endpoints": (
        "FU.FUDAT", "FU.ALIVE", "FU.ENDO", "FU.MRI", "RGW.RGWDAT", "RGW.RGWCDAT", "RGW.SALV", "RGW.SALVDAT", "MET.METDAT",
        "LR.LRDAT", "SPC.SPCDAT", "DTH.DTHDAT", "DTH.DTHCAUS", "SUR.SURDAT", "SUR.SURPROC", "YP.YPT", "YP.YPN", "YP.RSTAT",
        "EOS.EOSDAT", "EOS.EOSREAS",
    ),
    "Protocol 9: safety": (
        "AE.AETERM", "AE.AESTDAT", "AE.AETOXGR", "AE.AESER", "AE.AEOUT", "SAE.SAEAWARE", "SAE.SAECAUSI", "IC.ICWDAT",
        "POC.CLAVIEN",
    ),
}  # fmt: skip
"""FORM.ITEM by what uses it."""


@kept
def critical_items() -> frozenset[str]:
    """FORM.ITEM of every critical item."""
    judged = frozenset[str]().union(*(c.rule.keys() for r in releases() for c in r.protocol.criteria))
    known = {item.key for form in definitions().values() for item in form.every_item() if item.stored}
    return (judged & known).union(*USED_BY.values())
