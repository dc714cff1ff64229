"""The laboratory tests and their units as codelists; the data are in `forms/laboratory.py`."""

from forms.codelist import Code, Codelist
from forms.codelists.shared import CDISC
from forms.laboratory import TESTS

LAB_TEST = Codelist(
    "LAB_TEST", tuple(Code(each.code, each.code, ccode=each.ccode) for each in TESTS.values()), f"{CDISC}: LBTESTCD"
)
_UNITS = tuple(dict.fromkeys(unit for each in TESTS.values() for unit in each.units))
LAB_UNIT = Codelist("LAB_UNIT", tuple(Code(unit, unit) for unit in _UNITS), f"{CDISC}: UNIT, and the units kits print")
