"""Logos and advert pictures made harmless before they are kept: SVG written anew from an allowlist,
pictures re-encoded.

What is kept is named by its digest, so a view names exactly one file for ever. Active content is dropped or
refused; nothing inside can name another file.
"""

import io
import os
import re
import tempfile
import warnings
from pathlib import Path
from xml.etree import ElementTree

from PIL import Image, ImageOps, UnidentifiedImageError

from jetbill.documents.canonical import digest

NAME = re.compile(r"[0-9a-f]{64}\.(svg|png|jpg)")
"""What a kept file is called."""
MOST_BYTES = 4 * 2**20
MOST_SVG_BYTES = 512 * 2**10
MOST_PIXELS = 24_000_000
MOST_ELEMENTS = 5000
DEEPEST = 30
LONGEST_SIDE = 1600

_SVG = "{http://www.w3.org/2000/svg}"
_HREFS = ("href", "{http://www.w3.org/1999/xlink}href")
_SHAPES = {"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"}
_ELEMENTS = _SHAPES | {
    "svg",
    "g",
    "defs",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
    "use",
    "title",
}
_DROPPED = {"script", "metadata", "desc", "sodipodi", "namedview", "switch", "a", "animate", "set"}
_GEOMETRY = {
    *("id", "d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy", "points"),
    *(
        "width",
        "height",
        "viewBox",
        "transform",
        "gradientTransform",
        "gradientUnits",
        "spreadMethod",
        "offset",
    ),
    *("clipPathUnits", "preserveAspectRatio", "pathLength"),
}
_PRESENTATION = {
    *("fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity", "stroke-linecap"),
    *("stroke-linejoin", "stroke-miterlimit", "stroke-dasharray", "stroke-dashoffset", "opacity", "color"),
    *("stop-color", "stop-opacity", "clip-path", "clip-rule", "display", "visibility"),
}
_VALUE = re.compile(r"[\w\s.,#%()+\-:;eE]*")
_LOCAL = re.compile(r"url\(\s*['\"]?#[\w\-.]+['\"]?\s*\)")


def store(folder: Path, data: bytes) -> str:
    """Sanitises an uploaded file and keeps it; returns its name. ValueError says in a sentence why it
    cannot be.
    """
    name, clean = named(data)
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as new:
            new.write(clean)
        os.replace(new.name, path)
    return name


def named(data: bytes) -> tuple[str, bytes]:
    """Under which name an uploaded file is kept, and what is kept of it. ValueError as of `store`."""
    clean, suffix = sanitised(data)
    return f"{digest(clean)}.{suffix}", clean


def sanitised(data: bytes) -> tuple[bytes, str]:
    """(harmless bytes, svg, png or jpg) of an uploaded file."""
    if len(data) > MOST_BYTES:
        raise ValueError(f"the file has {len(data)} bytes, at most {MOST_BYTES} are taken")
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<"):
        return svg(data), "svg"
    return _raster(data)


def svg(data: bytes) -> bytes:
    """The SVG written anew with known elements and attributes only."""
    if len(data) > MOST_SVG_BYTES:
        raise ValueError(f"the SVG has {len(data)} bytes, at most {MOST_SVG_BYTES} are taken")
    if b"<!ENTITY" in data or (
        b"<!DOCTYPE" in data and b"[" in data.split(b"<!DOCTYPE", 1)[1].split(b">", 1)[0]
    ):
        raise ValueError("the SVG declares entities")
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError) as trouble:
        raise ValueError(f"the SVG cannot be read ({trouble})") from None
    if root.tag not in ("svg", f"{_SVG}svg"):
        raise ValueError(f"<{_local(root.tag)}> is no SVG")
    if sum(1 for _ in root.iter()) > MOST_ELEMENTS:
        raise ValueError(f"the SVG has more than {MOST_ELEMENTS} elements")
    clean = _element(root, 0)
    if clean is None:
        raise ValueError("the SVG is empty")
    clean.set("viewBox", _view_box(clean))
    clean.attrib.pop("width", None)
    clean.attrib.pop("height", None)
    clean.set("xmlns", "http://www.w3.org/2000/svg")
    written: bytes = ElementTree.tostring(clean, encoding="utf-8")
    return written


def _element(source: ElementTree.Element, depth: int) -> ElementTree.Element | None:
    """A copy of what is known in an element; None for what is dropped."""
    name = _local(source.tag)
    if name in _DROPPED or not isinstance(source.tag, str) or _is_foreign(source.tag):
        return None
    if name not in _ELEMENTS:
        raise ValueError(f"the SVG uses <{name}>: turn texts and styles into plain paths before export")
    if depth > DEEPEST:
        raise ValueError(f"the SVG is nested deeper than {DEEPEST}")
    made = ElementTree.Element(name)
    for attribute, value in source.attrib.items():
        _attribute(made, attribute, value)
    for style in source.get("style", "").split(";"):
        prop, _, value = style.partition(":")
        if prop.strip() in _PRESENTATION:
            _attribute(made, prop.strip(), value.strip())
    for child in source:
        copied = _element(child, depth + 1)
        if copied is not None:
            made.append(copied)
    if name == "title":
        made.text = source.text
    return made


def _attribute(made: ElementTree.Element, name: str, value: str) -> None:
    if name in _HREFS:
        if made.tag == "use" or made.tag.endswith("Gradient"):
            if not re.fullmatch(r"#[\w\-.]+", value):
                raise ValueError(f"the SVG points to {value[:40]!r} outside itself")
            made.set("href", value)
        return
    if name not in _GEOMETRY and name not in _PRESENTATION:
        return
    if "url" in value.lower():
        if not _LOCAL.fullmatch(value.strip()):
            raise ValueError(f"the SVG points to {value[:40]!r} outside itself")
    elif not _VALUE.fullmatch(value):
        return
    made.set(name, value)


def _view_box(root: ElementTree.Element) -> str:
    given = root.get("viewBox", "").replace(",", " ").split()
    if len(given) != 4:
        sides = [re.fullmatch(r"\s*([\d.]+)(px|pt)?\s*", root.get(side, "")) for side in ("width", "height")]
        given = ["0", "0", *[side[1] for side in sides if side]]
    try:
        numbers = [float(number) for number in given]
    except ValueError:
        numbers = []
    if len(numbers) != 4 or not (0 < numbers[2] < 1e6 and 0 < numbers[3] < 1e6):
        raise ValueError("the SVG says no size: it needs a viewBox, or width and height in pixels")
    return " ".join(f"{number:g}" for number in numbers)


def _raster(data: bytes) -> tuple[bytes, str]:
    """Decoded within a pixel limit, turned upright, without metadata, not larger than print needs."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image: Image.Image = Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP", "GIF"))
            if image.width * image.height > MOST_PIXELS:
                raise ValueError(f"the picture has {image.width} × {image.height} pixels, too many")
            image.load()
            image = ImageOps.exif_transpose(image)
    except ValueError:
        raise
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombWarning) as trouble:
        raise ValueError(f"the file is no SVG, PNG, JPEG, WebP or GIF that can be read ({trouble})") from None
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    written = io.BytesIO()
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image.convert("RGBA").save(written, "PNG", optimize=True)
        return written.getvalue(), "png"
    if image.mode == "P":
        image.convert("RGB").save(written, "PNG", optimize=True)
        return written.getvalue(), "png"
    image.convert("RGB").save(written, "JPEG", quality=85, optimize=True)
    return written.getvalue(), "jpg"


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def _is_foreign(tag: str) -> bool:
    return tag.startswith("{") and not tag.startswith(_SVG)
