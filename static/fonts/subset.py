"""How the two fonts here were made: Noto Sans CJK SC, cut to GB 2312, Latin, Greek and signs, outlines turned to TrueType.

reportlab embeds TrueType outlines only, and the original holds PostScript ones. Run from a folder that holds nothing
else, with fonts-noto-cjk of Debian 12 installed: `python subset.py`. Two runs give the same bytes (VERSIONS.json).
"""

from collections.abc import Iterator
from itertools import product

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

SOURCE = "/usr/share/fonts/opentype/noto/NotoSansCJK-{weight}.ttc"
SIMPLIFIED_CHINESE = 2  # the collection's faces: JP, KR, SC, TC, HK
ROWS_GB2312 = (*range(0xA1, 0xAA), *range(0xB0, 0xF8))
MARKS = (0x2713, 0x2717, 0x2610, 0x2611, 0x2612, 0x25A0, 0x25A1, 0x25CB, 0x25CF)
LATIN_GREEK_SIGNS = (
    *range(0x20, 0x180),
    *range(0x370, 0x400),
    *range(0x2010, 0x20A0),
    *range(0x2190, 0x2194),
    *range(0x2200, 0x2270),
)
DROPPED = ("CFF ", "VORG", "VVAR", "HVAR", "DSIG", "BASE", "GSUB", "GPOS", "GDEF", "vhea", "vmtx")
EMPTY_PROGRAM = (
    "maxTwilightPoints maxStorage maxFunctionDefs maxInstructionDefs maxStackElements maxSizeOfInstructions "
    "maxComponentElements maxPoints maxContours maxCompositePoints maxCompositeContours maxComponentDepth"
).split()


def gb2312() -> Iterator[int]:
    """The code points of GB 2312; its unassigned cells are passed over."""
    for row, cell in product(ROWS_GB2312, range(0xA1, 0xFF)):
        character = bytes([row, cell]).decode("gb2312", errors="ignore")
        if character:
            yield ord(character)


def cut(font: TTFont) -> None:
    """Keep the glyphs of the wanted code points, without hints and layout features."""
    options = subset.Options()
    options.hinting, options.layout_features, options.desubroutinize = False, [], True
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[*gb2312(), *LATIN_GREEK_SIGNS, *MARKS])
    cutter.subset(font)


def to_truetype(font: TTFont) -> None:
    """Redraw every outline with quadratic curves, to within one unit of the em (1000)."""
    outlines, order, glyphs = font.getGlyphSet(), font.getGlyphOrder(), {}
    for name in order:
        pen = TTGlyphPen(outlines)
        outlines[name].draw(Cu2QuPen(pen, 1.0, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = order, glyphs
    for name in order:
        glyphs[name].recalcBounds(font["glyf"])
        font["hmtx"][name] = (font["hmtx"][name][0], getattr(glyphs[name], "xMin", 0))


def relabel(font: TTFont) -> None:
    """Make the tables say what the font now is; the time stamp stays that of the original."""
    limits = font["maxp"]
    limits.tableVersion, limits.numGlyphs, limits.maxZones = 0x00010000, len(font.getGlyphOrder()), 1
    for name in EMPTY_PROGRAM:
        setattr(limits, name, 0)
    font["post"].formatType = 3.0
    for tag in (tag for tag in DROPPED if tag in font):
        del font[tag]
    font.sfntVersion, font.recalcTimestamp = "\0\1\0\0", False


if __name__ == "__main__":
    for weight in ("Regular", "Bold"):
        face = TTFont(SOURCE.format(weight=weight), fontNumber=SIMPLIFIED_CHINESE)
        cut(face)
        to_truetype(face)
        relabel(face)
        face.save(f"NotoSansSC-{weight}.ttf")
