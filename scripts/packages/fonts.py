"""Lays the fonts of the packages into a folder: `fonts.py <folder with Debian's fonts unpacked> <target folder>`.

Bold alone: an ad's headlines are bold and its labels semi-bold, and a second weight would double the size. Of the Han characters,
those of the national standards: JIS X 0208, GB 2312, the first level of Big5, and the Korean syllables of KS X 1001. Their four
national forms share one file, each as a face of its own, as the compositor asks for them.
"""

import io
import shutil
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


def letters() -> set[int]:
    korean = standard("euc_kr", range(0xA1, 0xFF))
    found = standard("euc_jp", range(0xA1, 0xFF)) | standard("gb2312", range(0xA1, 0xFF)) | standard("big5", range(0xA1, 0xC7))
    found |= {letter for letter in korean if "\uac00" <= letter <= "\ud7a3"}
    blocks = [range(0x20, 0x7F), range(0xA0, 0x100), range(0x1100, 0x1200), range(0x2010, 0x2040), range(0x3000, 0x3130), range(0xFF00, 0xFFF0)]
    return {ord(letter) for letter in found}.union(*blocks)


def subset(font: TTFont, wanted: set[int], glyphs: set[str]) -> set[str]:
    """Keeps these letters and glyphs; gives all that is kept."""
    options = Options(layout_features=["ccmp", "liga", "mark", "mkmk", "ljmo", "vjmo", "tjmo"], hinting=False, desubroutinize=True,
                      name_IDs=["*"], name_languages=[0x409], notdef_outline=True, recalc_timestamp=False, drop_tables=["DSIG", "BASE", "vhea", "vmtx", "VORG"])
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted, glyphs=glyphs)
    subsetter.subset(font)
    return set(font.getGlyphOrder())


def cjk(source: Path, target: Path) -> None:
    wanted = letters()
    # Twice: the glyphs of all forms go into each face, so that the faces share one table of outlines.
    glyphs = set().union(*(subset(TTFont(source, fontNumber=form, recalcTimestamp=False), wanted, set()) for form in FORMS))
    collection = TTCollection()
    for form in FORMS:
        font = TTFont(source, fontNumber=form, recalcTimestamp=False)
        subset(font, wanted, glyphs)
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
        shutil.copyfile(fonts / "truetype/noto" / name, target / name)
    cjk(fonts / "opentype/noto/NotoSansCJK-Bold.ttc", target / "NotoSansCJK-Bold.ttc")


main()
