"""A payment code as vector drawing: one SVG path of its dark modules, without quiet zone."""

from functools import lru_cache
from typing import Any

import zxingcpp


@lru_cache(maxsize=256)
def qr_svg(payload: str, cross: bool = False) -> str:
    """The QR code (level M) of a payload as SVG, one unit per module.

    `cross` puts the Swiss cross into its middle, 7 of 46 mm, as the QR-bill asks. Raises ValueError where
    the payload does not fit into a code.
    """
    code = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    rows = _rows(code)
    path = "".join(
        f"M{start} {y}h{length}v1h-{length}z" for y, row in enumerate(rows) for start, length in _runs(row)
    )
    size = len(rows)
    middle = _swiss_cross(size) if cross else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="{size}" height="{size}"'
        f' shape-rendering="crispEdges"><path d="{path}"/>{middle}</svg>'
    )


def _rows(code: zxingcpp.Barcode) -> list[list[bool]]:
    """Dark modules, row by row."""
    image: Any = code.to_image(scale=1, add_quiet_zones=False)  # a buffer, which its stub does not say
    height, width = image.shape[0], image.shape[1]
    pixels = bytes(image)
    return [[not pixels[y * width + x] for x in range(width)] for y in range(height)]


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    """(start, length) of every run of dark modules."""
    runs, start = [], None
    for x, dark in enumerate([*row, False]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            runs.append((start, x - start))
            start = None
    return runs


def _swiss_cross(size: int) -> str:
    side = size * 7 / 46
    unit, at = side / 7, (size - side) / 2
    bar, arm = 1.1 * unit, 3.6 * unit
    middle = size / 2
    return (
        f'<path fill="#fff" d="M{at - unit / 2:.3f} {at - unit / 2:.3f}h{side + unit:.3f}v{side + unit:.3f}'
        f'h-{side + unit:.3f}z"/>'
        f'<path d="M{at:.3f} {at:.3f}h{side:.3f}v{side:.3f}h-{side:.3f}z"/>'
        f'<path fill="#fff" d="M{middle - bar / 2:.3f} {middle - arm / 2:.3f}h{bar:.3f}v{arm:.3f}h-{bar:.3f}z'
        f'M{middle - arm / 2:.3f} {middle - bar / 2:.3f}h{arm:.3f}v{bar:.3f}h-{arm:.3f}z"/>'
    )
