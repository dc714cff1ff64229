"""Colours, line styles and the shipped font of every figure and printed page.

Colours are Okabe and Ito's (2008), darkened until each has a contrast of 4.5:1 against white, since numbers under
the axis are printed in them (WCAG 2.2, 1.4.3); a curve is never told by colour alone. The font is embedded, so a report
looks the same on every machine.
"""

from dataclasses import replace
from functools import cache
from pathlib import Path

FONTS = Path(__file__).resolve().parents[1] / "static" / "fonts"
FIGURE_FONT = "Vigil Sans"
REGULAR, BOLD = "NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf"

INK = "#1a1a1a"
MUTED = "#4d4d4d"
RULE = "#767676"
FAINT = "#e3e3e3"
SERIES = (("#0072B2", "solid"), ("#B34700", "dashed"), ("#1a1a1a", "dashdot"), ("#007a59", "dotted"))


class FontMissing(FileNotFoundError):
    """A shipped font is not where it belongs; `path` says where it was looked for."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"the font {path.name} is missing from static/fonts: no report or figure can be made")
        self.path = path


def font_file(name: str, folder: Path = FONTS) -> Path:
    """The path of a shipped font. Raises FontMissing."""
    path = folder / name
    if not path.is_file():
        raise FontMissing(path)
    return path


@cache
def figure_font() -> str:
    """Make the shipped fonts known to matplotlib, once; gives the name to ask for. Raises FontMissing.

    The name is our own: a machine may hold another cut of the same family, and a figure must not depend on it.
    """
    from matplotlib import font_manager

    for name in (REGULAR, BOLD):
        font_manager.fontManager.addfont(font_file(name))
        fonts = font_manager.fontManager.ttflist
        fonts[-1] = replace(fonts[-1], name=FIGURE_FONT)
    return FIGURE_FONT


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two #rrggbb colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
