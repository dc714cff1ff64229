"""Every output by arm, for the unblinded statistician and the board alone: no open module imports this one."""

from __future__ import annotations

from analysis import (
    closed_endpoint_outputs,
    closed_flow_outputs,
    closed_pro_outputs,
    closed_regrowth_outputs,
    closed_safety_outputs,
    closed_sensitivity,
    closed_watching_outputs,
    interim_outputs,
)
from analysis.output import Output

CLOSED: tuple[Output, ...] = (
    *closed_flow_outputs.OUTPUTS,
    *closed_endpoint_outputs.OUTPUTS,
    *closed_sensitivity.OUTPUTS,
    *closed_watching_outputs.OUTPUTS,
    *closed_regrowth_outputs.OUTPUTS,
    *interim_outputs.OUTPUTS,
    *closed_safety_outputs.OUTPUTS,
    *closed_pro_outputs.OUTPUTS,
)
BY_ID = {output.id: output for output in CLOSED}
