"""Every output that shows nothing by arm, in the order of a report: a subject adds itself here with one line."""

from __future__ import annotations

from analysis import (
    design_outputs,
    endpoint_outputs,
    flow_outputs,
    performance_outputs,
    pro_outputs,
    safety_outputs,
    status_outputs,
)
from analysis.output import Output

OPEN: tuple[Output, ...] = (
    *design_outputs.OUTPUTS,
    *flow_outputs.OUTPUTS,
    *status_outputs.OUTPUTS,
    *endpoint_outputs.OUTPUTS,
    *performance_outputs.OUTPUTS,
    *safety_outputs.OUTPUTS,
    *pro_outputs.OUTPUTS,
)
BY_ID = {output.id: output for output in OPEN}
