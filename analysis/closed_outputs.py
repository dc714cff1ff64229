"""Every output by arm, for the unblinded statistician and the board alone: no open module imports this one."""

from __future__ import annotations

from analysis import closed_flow_outputs
from analysis.output import Output

CLOSED: tuple[Output, ...] = (*closed_flow_outputs.OUTPUTS,)
BY_ID = {output.id: output for output in CLOSED}
