"""The 22 laboratory tests of LB.R as data: units that may be chosen, conversion to SI, plausible and reference ranges.

Every range is in the SI unit of the test. A site's own reference ranges come as facts and go before these, which are the
fall-back: WS/T 404 and 405 (China, adults) where they define the test, otherwise the range most kits print.
Conversion factors: IFCC/IUPAC molar masses as in the AMA Manual of Style, 11th edition, section 17.5.
"""

from dataclasses import dataclass
from decimal import Decimal

Limits = tuple[Decimal | None, Decimal | None]  # lower and upper, both included; None is no limit on that side


@dataclass(frozen=True)
class LabTest:
    """One test: CDISC code, name, C-code, SI unit, `units` (unit -> factor to SI), plausible range, reference range by sex."""

    code: str
    name: str
    ccode: str | None
    si: str
    units: dict[str, Decimal]
    plausible: tuple[Decimal, Decimal]
    reference: dict[str, Limits]

    def __hash__(self) -> int:
        return hash(self.code)


def units_of(test: str | None) -> tuple[str, ...] | None:
    """The units a test may be reported in, SI first; None (cannot tell) for a test not chosen or not known."""
    found = TESTS.get(test) if test is not None else None
    return tuple(found.units) if found else None


def to_si(test: str | None, value: Decimal | None, unit: str | None) -> Decimal | None:
    """The value in the SI unit of its test; None where any part is missing or the unit does not belong to the test."""
    found = TESTS.get(test) if test is not None else None
    if found is None or value is None or unit not in found.units:
        return None
    return value * found.units[unit]


def reference_limits(test: str | None, sex: str | None) -> Limits | None:
    """The fall-back reference range in SI units; None for an unknown test, or where the range differs by sex and sex is missing."""
    found = TESTS.get(test) if test is not None else None
    if found is None:
        return None
    if found.reference["M"] == found.reference["F"]:
        return found.reference["M"]
    return found.reference.get(sex) if sex is not None else None


def plausible_limits(test: str | None) -> tuple[Decimal, Decimal] | None:
    """The range in SI units outside which a value is asked about; None for an unknown test."""
    found = TESTS.get(test) if test is not None else None
    return found.plausible if found else None


def _limits(text: str) -> Limits:
    lower, upper = (Decimal(part) if part else None for part in text.split(".."))
    return lower, upper


def _test(
    code: str,
    name: str,
    ccode: str | None,
    units: dict[str, str],
    plausible: str,
    both: str = "",
    *,
    men: str = "",
    women: str = "",
) -> LabTest:
    factors = {unit: Decimal(factor) for unit, factor in units.items()}
    low, high = plausible.split("..")
    return LabTest(
        code,
        name,
        ccode,
        next(iter(units)),
        factors,
        (Decimal(low), Decimal(high)),
        {"M": _limits(men or both), "F": _limits(women or both)},
    )


TESTS: dict[str, LabTest] = {
    each.code: each
    for each in (
        _test("CEA", "Carcinoembryonic antigen", "C81983", {"ug/L": "1", "ng/mL": "1"}, "0..500", "..5"),
        _test("CA19_9AG", "Cancer antigen 19-9", "C81982", {"kU/L": "1", "U/mL": "1"}, "0..10000", "..37"),
        _test(
            "HGB",
            "Haemoglobin",
            "C64848",
            {"g/L": "1", "g/dL": "10", "mmol/L": "16.114"},
            "50..200",
            men="130..175",
            women="115..150",
        ),
        _test("WBC", "Leukocytes", "C51948", {"10^9/L": "1", "10^3/uL": "1"}, "0.5..40", "3.5..9.5"),
        _test("NEUT", "Neutrophils", "C63321", {"10^9/L": "1", "10^3/uL": "1"}, "0.2..30", "1.8..6.3"),
        _test("LYM", "Lymphocytes", "C51949", {"10^9/L": "1", "10^3/uL": "1"}, "0.1..10", "1.1..3.2"),
        _test("PLAT", "Platelets", "C51951", {"10^9/L": "1", "10^3/uL": "1"}, "10..1000", "125..350"),
        _test("ALT", "Alanine aminotransferase", "C64433", {"U/L": "1"}, "2..1000", men="9..50", women="7..40"),
        _test("AST", "Aspartate aminotransferase", "C64467", {"U/L": "1"}, "2..1000", men="15..40", women="13..35"),
        _test("ALP", "Alkaline phosphatase", "C64432", {"U/L": "1"}, "10..1500", men="45..125", women="35..135"),
        _test(
            "BILI", "Bilirubin, total", "C38037", {"umol/L": "1", "mg/dL": "17.104"}, "1..300", men="..26", women="..21"
        ),
        _test(
            "CREAT", "Creatinine", "C64547", {"umol/L": "1", "mg/dL": "88.42"}, "20..600", men="57..111", women="41..81"
        ),
        _test("ALB", "Albumin", "C64431", {"g/L": "1", "g/dL": "10"}, "15..60", "40..55"),
        _test("LDH", "Lactate dehydrogenase", "C64855", {"U/L": "1"}, "50..3000", "120..250"),
        _test("CK", "Creatine kinase", "C64489", {"U/L": "1"}, "10..10000", men="50..310", women="40..200"),
        _test(
            "TROPONI",
            "Troponin I",
            "C74749",
            {"ng/L": "1", "ug/L": "1000", "ng/mL": "1000"},
            "0..10000",
            men="..34",
            women="..16",
        ),
        _test("LIPASE", "Triacylglycerol lipase", None, {"U/L": "1"}, "2..2000", "13..60"),
        _test("CORTISOL", "Cortisol, morning", "C74781", {"nmol/L": "1", "ug/dL": "27.59"}, "10..1500", "138..690"),
        _test("TSH", "Thyrotropin", "C64813", {"mIU/L": "1", "uIU/mL": "1"}, "0.01..100", "0.27..4.2"),
        _test("T4FR", "Thyroxine, free", "C74786", {"pmol/L": "1", "ng/dL": "12.87"}, "2..100", "12..22"),
        _test("GLUC", "Glucose, fasting", "C105585", {"mmol/L": "1", "mg/dL": "0.0555"}, "2..30", "3.9..6.1"),
        _test("HCG", "Choriogonadotropin", "C64851", {"IU/L": "1", "mIU/mL": "1"}, "0..300000", "..5"),
    )
}
