"""Whatever is uploaded, nothing that acts or reaches out is kept."""

import io
import os

import pytest
from PIL import Image

from jetbill.documents import assets, canonical, samples
from jetbill.documents.looks import looks
from jetbill.documents.render import Job, render
from jetbill.documents.view import Asset

BOX = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 10">'
)


def _svg(body: str) -> bytes:
    return f"{BOX}{body}</svg>".encode()


def _png(mode="RGB", size=(20, 10), form="PNG", **options) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size).save(written, form, **options)
    return written.getvalue()


HOSTILE = {
    "external picture": '<image href="file:///etc/passwd"/>',
    "remote picture": '<image xlink:href="http://127.0.0.1:9/a.png"/>',
    "use of a file": '<use href="other.svg#a"/>',
    "use by xlink": '<use xlink:href="http://127.0.0.1:9/#a"/>',
    "fill from outside": '<rect width="1" height="1" fill="url(http://127.0.0.1:9/#a)"/>',
    "style from outside": '<rect width="1" height="1" style="fill:url(file:///etc/passwd#a)"/>',
    "style sheet": "<style>@import url(http://127.0.0.1:9/)</style>",
    "foreign object": "<foreignObject><p>x</p></foreignObject>",
    "text": "<text>Hello</text>",
    "filter": '<filter id="a"><feImage href="file:///etc/passwd"/></filter>',
    "too many": "<g/>" * 6000,
    "too deep": "<g>" * 40 + "</g>" * 40,
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_svg_is_refused_in_a_sentence(body):
    with pytest.raises(ValueError, match="the SVG"):
        assets.sanitised(_svg(body))


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><svg viewBox="0 0 1 1">&b;</svg>',
        b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg viewBox="0 0 1 1">&x;</svg>',
        b"<html/>",
        b"<svg",
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<svg xmlns="http://www.w3.org/2000/svg" width="0" height="5"/>',
        b"<svg>" + b" " * 600_000 + b"</svg>",
    ],
)
def test_what_is_no_plain_svg_is_refused(data):
    with pytest.raises(ValueError, match="SVG"):
        assets.sanitised(data)


def test_active_parts_are_dropped_and_shapes_are_kept():
    body = (
        '<script>alert(1)</script><a href="javascript:x"><rect width="9" height="9"/></a>'
        '<circle cx="5" cy="5" r="4" onclick="x()" style="fill:#123456;behavior:url(#x)" data-a="1"/>'
        '<defs><linearGradient id="g"><stop offset="0" stop-color="#fff"/></linearGradient></defs>'
        '<path d="M0 0L5 5" fill="url(#g)"/>'
    )
    clean, suffix = assets.sanitised(_svg(body))
    assert suffix == "svg"
    for bad in (b"script", b"onclick", b"javascript", b"behavior", b"data-a", b"alert"):
        assert bad not in clean
    for good in (b'fill="#123456"', b"linearGradient", b'fill="url(#g)"', b'viewBox="0 0 10 10"'):
        assert good in clean
    assert assets.svg(clean) == clean


def test_size_comes_from_width_and_height_where_there_is_no_view_box():
    clean = assets.svg(b'<svg xmlns="http://www.w3.org/2000/svg" width="30px" height="10"><rect/></svg>')
    assert b'viewBox="0 0 30 10"' in clean


@pytest.mark.parametrize(
    "data, suffix",
    [
        (_png(), "jpg"),
        (_png("RGBA"), "png"),
        (_png("P"), "png"),
        (_png("CMYK", form="JPEG"), "jpg"),
        (_png(form="WEBP"), "jpg"),
        (_png("L", (3000, 10)), "jpg"),
    ],
)
def test_pictures_are_encoded_anew(data, suffix):
    clean, kind = assets.sanitised(data + b"<script>trailing</script>")
    assert kind == suffix and b"trailing" not in clean
    with Image.open(io.BytesIO(clean)) as image:
        assert max(image.size) <= 1600


@pytest.mark.parametrize(
    "data", [b"", b"MZ", b"%PDF-1.7", _png(size=(6000, 6000)), _png()[:40], _png(form="TIFF")]
)
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(ValueError, match=r"picture|no SVG"):
        assets.sanitised(data)


def test_a_stored_asset_is_named_by_its_digest_and_drawn(tmp_path):
    name = assets.store(tmp_path, _svg('<rect width="10" height="10"/>'))
    assert name == assets.store(tmp_path, _svg('<rect width="10" height="10"/>'))
    assert canonical.digest((tmp_path / name).read_bytes()) == name.partition(".")[0]
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert render(_job(tmp_path, name)).startswith(b"%PDF")


def _job(folder, name) -> Job:
    from dataclasses import replace

    view = samples.short(looks()["north"])
    return Job(canonical.encode(replace(view, brand=replace(view.brand, logo=Asset(name, "Logo")))), folder)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "a.svg", "0" * 64 + ".typ", "0" * 64 + ".svg"]
)
def test_a_name_that_is_no_stored_asset_is_refused(tmp_path, name):
    with pytest.raises(ValueError, match="asset"):
        render(_job(tmp_path, name))


def test_a_link_and_a_changed_file_are_refused(tmp_path):
    name = "1" * 64 + ".svg"
    os.symlink("/etc/passwd", tmp_path / name)
    with pytest.raises(ValueError, match="link"):
        render(_job(tmp_path, name))
    name = "2" * 64 + ".svg"
    (tmp_path / name).write_bytes(_svg("<g/>"))
    with pytest.raises(ValueError, match="not the file its name says"):
        render(_job(tmp_path, name))
