"""Lays the fonts of the packages into a folder: `fonts.py <folder with Debian's fonts unpacked> <target folder>`.

Bold alone: an ad's headlines are bold and its labels semi-bold, and a second weight would double the size; without hints, for nothing
is drawn that small. Of the Han characters, the common ones of each national standard in that nation's form: the first levels of
JIS X 0208, GB 2312 and Big5, and the syllables of KS X 1001. All forms with all characters of these standards would be 2 MB more.
Their faces share one file, each under the name by which the compositor asks for it.
"""

import io
import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

# Latin, Greek and Cyrillic beyond Inter's, and the living scripts with many readers.
SCRIPTS = ["", "Arabic", "Armenian", "Bengali", "Devanagari", "Ethiopic", "Georgian", "Gujarati", "Gurmukhi", "Hebrew", "Kannada",
           "Khmer", "Lao", "Malayalam", "Myanmar", "Oriya", "Sinhala", "Symbols", "Tamil", "Telugu", "Thai"]
# Faces 0 to 3 of the collection: Japanese, Korean, Simplified and Traditional Chinese.
FORMS = range(4)


def standard(codec: str, lead: range) -> set[str]:
    """The characters that a double-byte codec has between these lead bytes."""
    found = set()
    for first in lead:
        for second in range(0x40, 0xFF):
            try:
                text = bytes([first, second]).decode(codec)
            except UnicodeDecodeError:
                continue
            found.update(text)
    return found


def letters() -> list[set[int]]:
    """What each face has."""
    korean = {letter for letter in standard("euc_kr", range(0xA1, 0xFF)) if not "\u4e00" <= letter <= "\u9fff"}
    # The lead bytes of signs, kana and the first level.
    japanese, simplified, traditional = standard("euc_jp", range(0xA1, 0xD0)), standard("gb2312", range(0xA1, 0xD8)), standard("big5", range(0xA1, 0xC7))
    blocks = [range(0x20, 0x7F), range(0xA0, 0x100), range(0x1100, 0x1200), range(0x2010, 0x2040), range(0x3000, 0x3130), range(0xFF00, 0xFFF0)]
    return [{ord(letter) for letter in own}.union(*blocks) for own in [japanese, korean, simplified, traditional]]


def subset(font: TTFont, wanted: set[int], glyphs: set[str], **others: object) -> set[str]:
    """Keeps these letters and glyphs; gives all that is kept."""
    chosen = {"layout_features": ["ccmp", "liga", "mark", "mkmk", "ljmo", "vjmo", "tjmo"], **others}
    options = Options(hinting=False, desubroutinize=True, name_IDs=["*"], name_languages=[0x409], notdef_outline=True,
                      recalc_timestamp=False, drop_tables=["DSIG", "BASE", "vhea", "vmtx", "VORG"], **chosen)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted, glyphs=glyphs)
    subsetter.subset(font)
    return set(font.getGlyphOrder())


def cjk(source: Path, target: Path) -> None:
    wanted = letters()
    # Twice: the glyphs of all forms go into each face, so that the faces share one table of outlines.
    glyphs = set().union(*(subset(TTFont(source, fontNumber=form, recalcTimestamp=False), wanted[form], set()) for form in FORMS))
    collection = TTCollection()
    for form in FORMS:
        font = TTFont(source, fontNumber=form, recalcTimestamp=False)
        subset(font, wanted[form], glyphs)
        # Written and read again: tables are shared where their bytes are the same.
        written = io.BytesIO()
        font.save(written)
        written.seek(0)
        collection.fonts.append(TTFont(written, lazy=False, recalcTimestamp=False))
    collection.save(target, shareTables=True)


def main() -> None:
    fonts, target = Path(sys.argv[1]), Path(sys.argv[2])
    for script in SCRIPTS:
        name = f"NotoSans{script}-Bold.ttf"
        font = TTFont(fonts / "truetype/noto" / name, recalcTimestamp=False)
        # All of it but the hints.
        subset(font, set(font.getBestCmap()), set(font.getGlyphOrder()), layout_features=["*"], notdef_glyph=True, glyph_names=False)
        font.save(target / name)
    cjk(fonts / "opentype/noto/NotoSansCJK-Bold.ttc", target / "NotoSansCJK-Bold.ttc")


main()
