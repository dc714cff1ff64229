"""The laboratory form: one row a test and date."""

from forms.codelists.laboratory import LAB_TEST, LAB_UNIT
from forms.codelists.omics import REFERENCE_INDICATOR, RESULT_OPERATOR
from forms.crfs.facts import LABORATORY_RANGES
from forms.crfs.words import PROTOCOL, THERAPY_START, alive, among, not_withdrawn, ref, together
from forms.language import TODAY, Calculated, Coded, Date, Decimal, Form, Group, forms_of, hard, rows_of, soft
from forms.logic import call, collect, if_

_EVERY_ROW = rows_of("LB.R", forms_of("LB"))
_RESULTS = collect(_EVERY_ROW, together(ref("LB.LBDAT"), ref("LB.LBTEST"), ref("LB.LBORRES"), ref("LB.LBORRESU")))
_SEX = ref("DM.SEX")


class LB(
    Form,
    title="Laboratory",
    repeats=True,
    facts=("laboratory_ranges",),
    source=f"{PROTOCOL}3; CTCAE 5.0",
    instructions="CEA is entered here and nowhere else; the restaging and follow-up forms read it.",
):
    LBDAT = Date("Date of sample", hard=(None, TODAY))

    class R(Group):
        label = "Results"
        at_least = 1
        LBTEST = Coded("Laboratory test", LAB_TEST)
        LBOPER = Coded("Result is", RESULT_OPERATOR, help="“<” and “>” for a result beyond the limit of detection; the limit is the result.")
        LBORRES = Decimal("Result", places=4, hard=(0, None))
        LBORRESU = Coded("Unit", LAB_UNIT, help="Converted to SI beside the original.")
        _si = call("laboratory_si", LBTEST, LBORRES, LBORRESU)
        _low = call("reference_low", LBTEST, _SEX, LABORATORY_RANGES)
        _high = call("reference_high", LBTEST, _SEX, LABORATORY_RANGES)
        # A sample from before therapy is judged against the reference range: it cannot be its own baseline.
        _baseline = if_(ref("LB.LBDAT") > THERAPY_START, call("baseline_result", LBTEST, THERAPY_START, _RESULTS), None)
        LBNRIND = Calculated(
            "Against the reference range",
            call("reference_indicator", LBOPER, _si, _low, _high),
            codes=REFERENCE_INDICATOR,
        )
        LBTOXGR = Calculated(
            "CTCAE grade",
            call("ctcae_grade", LBTEST, LBOPER, _si, _low, _high, _baseline),
            hard=(0, 4),
            source="CTCAE 5.0, NCI CTEP",
        )

    checks = (
        hard(
            "LB-H1",
            among(R.LBORRESU, call("laboratory_units", R.LBTEST)),
            "{LB.LBTEST} is not reported in {LB.LBORRESU}. Choose the unit printed on the laboratory's report.",
            on=R.LBORRESU,
            group=R,
        ),
        hard(
            "LB-H2",
            call("all_different", collect(_EVERY_ROW, together(ref("LB.LBDAT"), ref("LB.LBTEST")))),
            "A test stands twice with the same sample date, on this form or on another laboratory form. Keep one of the two rows.",
            on=LBDAT,
        ),
        alive("LB-H3", LBDAT, "LB.LBDAT"),
        not_withdrawn("LB-H4", LBDAT, "LB.LBDAT", "VISITS"),
        soft(
            "LB-S1",
            call("laboratory_plausible", R.LBTEST, R.LBORRES, R.LBORRESU),
            "{LB.LBTEST} of {LB.LBORRES} {LB.LBORRESU} is unusual. Check the number and the unit; if it is right, say so.",
            on=R.LBORRES,
            group=R,
        ),
    )
