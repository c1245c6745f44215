"""The shipped fonts: which characters they have and how wide a text will be.

Lines are broken and pages counted before typesetting, so advance widths are read here from the TrueType
tables. Kerning is ignored and every digit counts as the widest; what is broken or cut keeps a little room
for it.
"""

import re
import struct
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "fonts"
FAMILIES = ("Inter", "IBM Plex Sans Arabic", "Noto Sans Symbols")
"""The fallback chain of the templates: Latin, Arabic, symbols."""

WEIGHTS = {"regular": "Regular", "semibold": "SemiBold", "bold": "Bold"}
MISSING = "□"
ROOM = 0.975
_INVISIBLE = range(0x2066, 0x206A), range(0x200B, 0x2010), range(0x202A, 0x202F), (0xAD, 0xFEFF)
_ESCAPED_CONTROL = re.compile(r"\\u00[01][0-9a-f]|\\[bf]")


def width(text: str, size: float, weight: str = "regular") -> float:
    """How wide `text` is in points at `size` points, within two per cent; Arabic is narrower than said."""
    table = _widths(weight)
    return size * sum([table.get(sign, 0.6) for sign in text])


def lines(text: str, size: float, room: float, weight: str = "regular") -> list[str]:
    """`text` broken at spaces into lines not wider than `room`; a word that is wider is cut."""
    made: list[str] = []
    room *= ROOM
    for word in text.split(" "):
        joined = f"{made[-1]} {word}" if made else word
        if made and width(joined, size, weight) <= room:
            made[-1] = joined
        else:
            made.extend(_cut(word, size, room, weight))
    return made or [""]


def fitted(text: str, size: float, room: float, weight: str = "regular") -> str:
    """`text` on one line: with an ellipsis where it does not fit."""
    room *= ROOM
    if width(text, size, weight) <= room:
        return text
    kept = text
    while kept and width(kept + "…", size, weight) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def replace_missing(text: str) -> tuple[str, str]:
    """The text with every character that no font has as □ (control characters vanish), and those
    characters.
    """
    text = _ESCAPED_CONTROL.sub("", text)
    absent = "".join(sorted(set(_uncovered().findall(text))))
    return (_uncovered().sub(MISSING, text), absent) if absent else (text, "")


def fingerprint() -> tuple[tuple[str, int], ...]:
    """Names and sizes of the font files: part of the render key."""
    return tuple(sorted((path.name, path.stat().st_size) for path in FOLDER.glob("*.ttf")))


def _cut(word: str, size: float, room: float, weight: str) -> list[str]:
    pieces = [""]
    for sign in word:
        if width(pieces[-1] + sign, size, weight) > room and pieces[-1]:
            pieces.append("")
        pieces[-1] += sign
    return pieces


@cache
def _widths(weight: str) -> dict[str, float]:
    """Character → advance in em; the first family of the chain that has it."""
    style = WEIGHTS[weight]
    found: dict[str, float] = {}
    for path in (f"Inter-{style}.ttf", f"IBMPlexSansArabic-{style}.ttf", "NotoSansSymbols-Regular.ttf"):
        for code, advance in _advances(FOLDER / path).items():
            found.setdefault(chr(code), advance)
    widest = max(found[digit] for digit in "0123456789")
    found.update(dict.fromkeys("0123456789", widest))
    found.update({chr(code): 0.0 for codes in _INVISIBLE for code in codes})
    return found


@cache
def _uncovered() -> re.Pattern[str]:
    """A class of everything that is neither covered nor harmless."""
    covered = {ord(sign) for sign in _widths("regular")} & {ord(sign) for sign in _widths("bold")}
    covered |= {0x0A, 0x0D, 0x09}
    ranges: list[list[int]] = []
    for code in sorted(covered):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return re.compile("[^" + "".join([f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges]) + "]")


def _advances(path: Path) -> dict[int, float]:
    """Code point → advance width in em, from cmap, hhea, hmtx and head."""
    data = path.read_bytes()
    tables = {}
    for at in range(struct.unpack_from(">H", data, 4)[0]):
        tag, _, offset, _ = struct.unpack_from(">4sIII", data, 12 + 16 * at)
        tables[tag] = offset
    units = struct.unpack_from(">H", data, tables[b"head"] + 18)[0]
    count = struct.unpack_from(">H", data, tables[b"hhea"] + 34)[0]
    advances = struct.unpack_from(f">{'Hh' * count}", data, tables[b"hmtx"])[::2]
    return {
        code: advances[min(glyph, count - 1)] / units
        for code, glyph in _characters(data, tables[b"cmap"]).items()
        if glyph
    }


def _characters(data: bytes, cmap: int) -> dict[int, int]:
    """Code point → glyph from the widest Unicode subtable: format 12, else 4."""
    forms = {}
    for at in range(struct.unpack_from(">H", data, cmap + 2)[0]):
        platform, _, offset = struct.unpack_from(">HHI", data, cmap + 4 + 8 * at)
        if platform in (0, 3):
            forms[struct.unpack_from(">H", data, cmap + offset)[0]] = cmap + offset
    return _format_12(data, forms[12]) if 12 in forms else _format_4(data, forms[4])


def _format_12(data: bytes, at: int) -> dict[int, int]:
    found = {}
    for group in range(struct.unpack_from(">I", data, at + 12)[0]):
        first, last, glyph = struct.unpack_from(">III", data, at + 16 + 12 * group)
        found.update({code: glyph + code - first for code in range(first, last + 1)})
    return found


def _format_4(data: bytes, at: int) -> dict[int, int]:
    found = {}
    count = struct.unpack_from(">H", data, at + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", data, at + 14)
    starts = struct.unpack_from(f">{count}H", data, at + 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}H", data, at + 16 + 4 * count)
    offsets_at = at + 16 + 6 * count
    offsets = struct.unpack_from(f">{count}H", data, offsets_at)
    for index, (start, end) in enumerate(zip(starts, ends, strict=True)):
        codes = range(start, min(end, 0xFFFE) + 1)
        glyphs = list(codes)
        if offsets[index]:
            place = offsets_at + 2 * index + offsets[index]
            glyphs = list(struct.unpack_from(f">{len(codes)}H", data, place))
        found.update(
            {
                code: (glyph + deltas[index]) % 0x10000
                for code, glyph in zip(codes, glyphs, strict=True)
                if glyph or not offsets[index]
            }
        )
    return found
