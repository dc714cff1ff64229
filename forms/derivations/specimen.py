"""What the operation specimen adds up to: pathological complete response and the neoadjuvant rectal score."""

from decimal import ROUND_HALF_UP, Decimal

from forms.codelists.treatment import TME_PROCEDURES
from forms.logic import derivation

_RESIDUAL_T = ("ypTis", "ypT1", "ypT2", "ypT3", "ypT4")
_RESIDUAL_N = ("ypN1a", "ypN1b", "ypN1c", "ypN2a", "ypN2b")


@derivation("pcr", version=1, takes_unknown=True)
def pathological_complete_response(ypt: str | None, ypn: str | None) -> str | None:
    """Y for ypT0 N0; N for any residual tumour (ypTis too) or node; None where ypTx, ypNx or a blank leaves it open.

    Source: PROTOCOL 7; crf.csv YP.PCR.
    """
    if ypt in _RESIDUAL_T or ypn in _RESIDUAL_N:
        return "N"
    return "Y" if (ypt, ypn) == ("ypT0", "ypN0") else None


@derivation("nar_score", version=1)
def nar_score(ct: str, ypt: str, ypn: str, procedure: str) -> Decimal | None:
    """Neoadjuvant rectal score, 0 to 100, two places: [5 pN - 3 (cT - pT) + 12]^2 / 9.61. Low is good.

    cT 1 to 4, pT 0 to 4 (ypTis counts 0), pN 0 to 2; substages count as their category. None for cTx, ypTx, ypNx,
    or an operation other than TME. Source: George, Allegra, Yothers 2015 (Curr Colorectal Cancer Rep 11:275).
    """
    clinical, pathological, nodes = _category(ct, "cT"), _category(ypt, "ypT"), _category(ypn, "ypN")
    if procedure not in TME_PROCEDURES or clinical is None or pathological is None or nodes is None:
        return None
    raw = 5 * nodes - 3 * (clinical - pathological) + 12
    return (Decimal(raw * raw) / Decimal("9.61")).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _category(code: str, prefix: str) -> int | None:
    letter = code.removeprefix(prefix)[:1]
    return 0 if code == "ypTis" else int(letter) if letter.isdigit() else None
