"""Every output that shows nothing by arm, in the order of a report: a subject adds itself here with one line."""

from __future__ import annotations

from analysis import design_outputs
from analysis.output import Output

OPEN: tuple[Output, ...] = (*design_outputs.OUTPUTS,)
BY_ID = {output.id: output for output in OPEN}
