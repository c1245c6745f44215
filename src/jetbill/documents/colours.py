"""Every colour of a document from two: the brand's own and its accent.

Tones that carry text reach a contrast of 4.5 : 1 (WCAG 2.2), lines and bars 3 : 1 on what lies behind them.
"""

import re
from functools import lru_cache

INK = "#101828"
GREY = "#596275"
HAIRLINE = "#e4e7ec"
AMBER = "#b45309"
WHITE = "#ffffff"
TEXT_CONTRAST = 4.5
SHAPE_CONTRAST = 3.0

Channels = tuple[int, int, int]


@lru_cache(maxsize=256)
def palette(primary: str, accent: str) -> dict[str, str]:
    """Named colours of the templates. Raises ValueError for anything but "#rrggbb"."""
    brand, light = _channels(primary), _channels(accent)
    text = _readable(brand)
    head_ink = WHITE if contrast(primary, WHITE) >= SHAPE_CONTRAST else INK
    if head_ink == WHITE:
        brand = _until(brand, (255, 255, 255), TEXT_CONTRAST)
    return {
        "ink": INK,
        "grey": GREY,
        "line": HAIRLINE,
        "brand": _hex(brand),
        "dark": _hex(_mix(brand, (0, 0, 0), 0.42 if head_ink == WHITE else 0.06)),
        "head": head_ink,
        "accent": accent,
        "accent_edge": _hex(_until(light, (255, 255, 255), SHAPE_CONTRAST)),
        "text": _hex(text),
        "tint": _hex(_mix(text, (255, 255, 255), 0.89)),
        "wash": _hex(_mix(text, (255, 255, 255), 0.95)),
        "pale": _hex(_mix(text, (255, 255, 255), 0.62)),
        "amber": AMBER,
        "over": "#f59e0b",
        "zebra": "#f8f9fb",
    }


def contrast(one: str, other: str) -> float:
    """The WCAG contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((_luminance(_channels(one)), _luminance(_channels(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _channels(colour: str) -> Channels:
    if not re.fullmatch("#[0-9a-fA-F]{6}", colour):
        raise ValueError(f"colour: {colour!r} is not of the form #rrggbb")
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(channels: Channels) -> str:
    return "#{:02x}{:02x}{:02x}".format(*channels)


def _mix(one: Channels, other: Channels, share: float) -> Channels:
    mixed = [int(a + (b - a) * share + 0.5) for a, b in zip(one, other, strict=True)]
    return mixed[0], mixed[1], mixed[2]


def _readable(brand: Channels) -> Channels:
    """The brand's colour, dark enough to be read on its own tint."""
    ratio = TEXT_CONTRAST
    while True:
        text = _until(brand, (255, 255, 255), ratio)
        if contrast(_hex(text), _hex(_mix(text, (255, 255, 255), 0.89))) >= TEXT_CONTRAST:
            return text
        ratio += 0.1


def _until(colour: Channels, behind: Channels, ratio: float) -> Channels:
    """The colour, darkened in small steps until it stands out enough."""
    for step in range(51):
        tried = _mix(colour, (0, 0, 0), step / 50)
        if contrast(_hex(tried), _hex(behind)) >= ratio:
            return tried
    return 0, 0, 0


def _luminance(channels: Channels) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in channels)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
