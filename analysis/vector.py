"""A figure's PDF page placed on a report's page, as vectors: nothing is turned into dots."""

import warnings

from reportlab.platypus import Flowable

# pdfrw 0.4 (2017) holds "\\(" in a docstring; compiling it the first time warns, and a warning may be an error.
with warnings.catch_warnings():
    warnings.simplefilter("ignore", category=DeprecationWarning)
    warnings.simplefilter("ignore", category=SyntaxWarning)
    from pdfrw import PdfReader
    from pdfrw.buildxobj import pagexobj
    from pdfrw.toreportlab import makerl


class Vector(Flowable):
    """One page of a PDF as a drawing, scaled down to the width there is."""

    def __init__(self, pdf: bytes, width: float, height: float) -> None:
        super().__init__()
        self._page = pagexobj(PdfReader(fdata=pdf).pages[0])
        self._natural = (width, height)
        self.hAlign = "LEFT"

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        self._scale = min(1.0, available_width / self._natural[0])
        self.width, self.height = (side * self._scale for side in self._natural)
        return self.width, self.height

    def draw(self) -> None:
        self.canv.saveState()
        self.canv.scale(self._scale, self._scale)
        self.canv.doForm(makerl(self.canv, self._page))
        self.canv.restoreState()
