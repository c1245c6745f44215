"""A view is drawn the same everywhere, says what it says, and keeps inside its page."""

import hashlib
import io
import json
import subprocess
import sys
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from pathlib import Path

import pikepdf
import pytest

import jetbill
from jetbill.documents import canonical, samples
from jetbill.documents.looks import looks
from jetbill.documents.render import Job, render, render_key
from jetbill.documents.view import Asset, Brand, Group, Itemised, Line, Phrase, Slip, State, TaxId

pytestmark = pytest.mark.needs_package("poppler-utils")

LOOKS = looks()
MAKERS = (samples.invoice, samples.short, samples.credit_note, samples.receipt, samples.statement)


def _job(view, **options) -> Job:
    return Job(canonical.encode(view), samples.ASSETS, **options)


def _text(pdf: bytes, order: str = "-layout") -> str:
    made = subprocess.run(["pdftotext", order, "-", "-"], input=pdf, capture_output=True, check=True)
    return made.stdout.decode()


@pytest.mark.parametrize("name", LOOKS)
@pytest.mark.parametrize("make", MAKERS)
def test_every_document_of_every_brand_is_a_pdf(name, make):
    pdf = render(_job(make(LOOKS[name])))
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert opened.check_pdf_syntax() == []
        assert opened.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in opened.Root


def test_the_same_view_is_the_same_bytes_in_another_process():
    view = samples.invoice(LOOKS["north"], 4)
    code = (
        "import hashlib; from jetbill.documents import canonical, samples, render;"
        " from jetbill.documents.looks import looks; view = samples.invoice(looks()['north'], 4);"
        " job = render.Job(canonical.encode(view), samples.ASSETS);"
        " print(hashlib.sha256(render.render(job)).hexdigest(), render.render_key(job))"
    )
    source = str(Path(jetbill.__file__).parents[1])
    made = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": source}
    )
    there = made.stdout.split()
    render(_job(samples.receipt(LOOKS["shamal"])))
    assert there == [hashlib.sha256(render(_job(view))).hexdigest(), render_key(_job(view))]


def test_the_key_changes_with_view_copy_and_annex():
    view = samples.invoice(LOOKS["north"])
    apart = canonical.encode(view.annex)
    jobs = [_job(view), _job(view, copy="paid"), _job(view, annex=apart), _job(replace(view, number="INV-2"))]
    assert len({render_key(job) for job in jobs}) == len(jobs)


def test_an_annex_beside_the_view_is_drawn_like_one_inside():
    view = samples.invoice(LOOKS["north"])
    bare = replace(view, annex=None)
    assert _text(render(_job(bare, annex=canonical.encode(view.annex)))) == _text(render(_job(view)))


@pytest.mark.parametrize(
    "state, word", [(State.DRAFT, "DRAFT"), (State.PREVIEW, "PREVIEW"), (State.SAMPLE, "SAMPLE")]
)
def test_what_is_not_issued_says_so_and_has_no_xml(state, word):
    view = replace(samples.short(LOOKS["north"]), state=state)
    pdf = render(_job(view))
    assert word in _text(pdf, "-raw").replace(" ", "").replace("\n", "")
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert not opened.attachments


@pytest.mark.parametrize("copy", ["paid", "void", "copy"])
def test_a_copy_says_so_and_has_neither_xml_nor_slip(copy):
    view = samples.short(LOOKS["north"])
    pdf = render(_job(view, copy=copy))
    text = _text(pdf, "-raw")
    assert copy.upper() in text.replace(" ", "").replace("\n", "")
    assert "amount due" not in text.lower() and "IBAN" not in text
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert not opened.attachments


def _long(lines: int):
    """An invoice with that many summary lines in five groups."""
    view = samples.invoice(LOOKS["north"])
    line = Line(
        "Line with some words", Decimal("1.00"), "std", "", view.period, Decimal(1), "", Decimal("1.00")
    )
    sizes = [lines // 5 + (at < lines % 5) for at in range(5)]
    groups = tuple(
        Group(f"Group {at}", Decimal(size), tuple([line] * size)) for at, size in enumerate(sizes) if size
    )
    return replace(view, groups=groups, annex=None, profile=None)


def _inside(view) -> int:
    """Asserts that no word of the body touches head or foot; returns the number of pages."""
    pdf = render(_job(view))
    made = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True)
    pages = made.stdout.decode().split("<page ")[1:]
    for page in pages:
        height = float(page.split('height="')[1].split('"')[0])
        tops = []
        for word in page.split("<word ")[1:]:
            value = {
                key: float(word.split(f'{key}="')[1].split('"')[0])
                for key in ("yMin", "yMax", "xMin", "xMax")
            }
            assert value["xMin"] >= 43 and value["xMax"] <= float(page.split('width="')[1].split('"')[0]) - 43
            tops.append(value["yMin"])
            assert value["yMax"] <= height - 34 or value["yMin"] >= height - 28
        assert min(tops) >= 38
    return len(pages)


@pytest.mark.parametrize("lines", [1, 5, 12, 13, 14, 15, 16, 17, 18, 19, 20, 24, 30, 31, 32, 33, 60, 99, 200])
def test_summary_lines_never_run_over_head_or_foot(lines):
    pages = _inside(_long(lines))
    assert pages >= 1 + lines // 60


@pytest.mark.slow
@pytest.mark.parametrize("start", range(1, 201, 20))
def test_no_number_of_summary_lines_runs_over(start):
    for lines in range(start, start + 20):
        _inside(_long(lines))


@pytest.mark.parametrize("calls", [1, 2, 58, 59, 60, 61, 62, 63, 64, 65, 124, 200, 400])
def test_itemised_lines_never_run_over_and_pages_are_counted(calls):
    view = samples.invoice(LOOKS["north"], 1, calls)
    pages = _inside(view)
    text = _text(render(_job(view)))
    assert f"Page 1 / {pages}" in text and f"Page {pages} / {pages}" in text
    if calls > 130:
        assert "(continued)" in text


def test_a_group_that_goes_on_says_so_on_the_next_page():
    text = _text(render(_job(_long(80))))
    assert "Group 2 (continued)" in text or "Group 1 (continued)" in text


def test_long_names_are_wrapped_not_cut():
    view = samples.short(LOOKS["north"])
    name = "A very long name of a service that nobody would choose but somebody has chosen, twice over"
    line = replace(view.groups[0].lines[0], text=name)
    group = replace(view.groups[0], lines=(line, *view.groups[0].lines[1:]))
    text = " ".join(_text(render(_job(replace(view, groups=(group, *view.groups[1:]))))).split())
    assert "twice over" in text and "A very long name" in text


def test_a_character_no_font_has_is_replaced_and_reported(caplog):
    view = samples.short(LOOKS["north"])
    odd = replace(view, buyer=replace(view.buyer, name="漢字 Ltd \x07"))
    assert "□□ Ltd" in _text(render(_job(odd)))
    assert "no font has" in caplog.text


@pytest.mark.parametrize(
    "field, value, message",
    [
        ("paper", "a3", "paper"),
        ("primary", "red", "colour"),
    ],
)
def test_a_brand_that_cannot_be_is_named(field, value, message):
    view = samples.short(LOOKS["north"])
    with pytest.raises(ValueError, match=message):
        render(_job(replace(view, brand=replace(view.brand, **{field: value}))))


def test_text_is_data_and_never_code():
    view = samples.short(LOOKS["north"])
    hostile = '#read("/etc/passwd") $x$ #panic("no") \\ *bold* @ref <label>'
    odd = replace(view, buyer=replace(view.buyer, name=hostile))
    text = " ".join(_text(render(_job(odd))).split())
    assert '#read("/etc/passwd")' in text and "$x$" in text and "root:" not in text


def test_unknown_documents_are_refused():
    with pytest.raises(ValueError, match="kind"):
        render(Job(json.dumps({"kind": "letter"}).encode(), samples.ASSETS))


def _stretched(value, text: str):
    """The value with every literal text in it replaced by a very long one."""
    if isinstance(value, tuple):
        return tuple(_stretched(part, text) for part in value)
    if not is_dataclass(value) or isinstance(value, Asset | Brand | Slip | Phrase | TaxId | Itemised):
        return value
    kept = {
        "country",
        "tax",
        "unit",
        "locale",
        "currency",
        "code",
        "category",
        "reason",
        "customer",
        "endpoint",
    }
    changed = {}
    for field in fields(value):
        part = getattr(value, field.name)
        if field.name not in kept and type(part) is str:
            changed[field.name] = text if part else part
        elif not isinstance(part, str):
            changed[field.name] = _stretched(part, text)
    return replace(value, **changed)


@pytest.mark.parametrize("text", ["word " * 60, "W" * 300, "كلمة " * 60], ids=["words", "one word", "arabic"])
@pytest.mark.parametrize("name", ["north", "shamal", "vera"])
@pytest.mark.parametrize("make", [samples.invoice, samples.credit_note, samples.receipt, samples.statement])
def test_texts_of_any_length_keep_inside_the_page(name, make, text):
    view = make(LOOKS[name])
    brand = replace(view.brand, name=text, contact=(text,) * 6, footer=text, logo=None)
    long = replace(_stretched(view, text), brand=brand, number=text[:40], customer=text[:60], note=text)
    if getattr(view, "profile", None):
        long = replace(long, profile=None)
    _inside(long)
