"""What comes out of the printer: codes that scan, batches in order, archival twins."""

import io
import subprocess
from dataclasses import replace
from decimal import Decimal

import pikepdf
import pytest
import zxingcpp
from PIL import Image

from jetbill.documents import canonical, samples
from jetbill.documents.batch import Cover, Letter, merge
from jetbill.documents.looks import looks
from jetbill.documents.render import Job, render
from jetbill.documents.view import Slip
from jetbill.kernel.payment_slips import Address, Transfer, qrr_reference, swiss

pytestmark = pytest.mark.needs_package("poppler-utils")

LOOKS = looks()


def _pdf(view, **options) -> bytes:
    return render(Job(canonical.encode(view), samples.ASSETS, **options))


def _codes(pdf: bytes, dpi: int = 150) -> list[str]:
    """What a scanner reads from the first page."""
    page = ["pdftoppm", "-r", str(dpi), "-png", "-f", "1", "-l", "1", "-"]
    made = subprocess.run(page, input=pdf, capture_output=True, check=True)
    return [code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(made.stdout)))]


@pytest.mark.parametrize("name", ["north", "nord"])
@pytest.mark.parametrize("make", [samples.invoice, samples.short, samples.statement])
def test_the_code_on_the_page_says_what_the_slip_says(name, make):
    view = make(LOOKS[name])
    assert _codes(_pdf(view)) == [view.slip.payload]


def _swiss_view():
    reference = qrr_reference("2100000000031394714300090")
    home = Address("Nord Netze AG", "Hafenweg", "14", "8000", "Zürich", "CH")
    view = samples.short(LOOKS["nord"])
    transfer = Transfer(home.name, "CH4431999123000889012", view.totals.total, "CHF", "", reference, "", home)
    lines = ("Hafenweg 14", "8000 Zürich")
    payer = ("Zahnarztpraxis Ann", "Eschenweg 27", "8001 Zürich")
    slip = Slip(
        "swiss", swiss(transfer), home.name, transfer.iban, reference, transfer.amount, "", lines, payer
    )
    return replace(view, slip=slip, profile=None, currency="CHF", locale="de_CH")


def test_the_swiss_bill_scans_and_stands_at_the_foot():
    view = _swiss_view()
    pdf = _pdf(view)
    assert _codes(pdf) == [view.slip.payload]
    text = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    for words in ("Empfangsschein", "Zahlteil", "Annahmestelle", "CH44 3199 9123 0008 8901 2"):
        assert words in text


def _letters():
    made = [samples.invoice(LOOKS["north"], 0), samples.short(LOOKS["nord"]), samples.receipt(LOOKS["vera"])]
    return [Letter(view.number, _pdf(view)) for view in made]


def test_a_batch_keeps_the_order_and_starts_every_letter_on_a_fresh_sheet():
    letters = _letters()
    batch = merge(letters, Cover("Print batch", (("Realm", "North"), ("Closed", "2026-12-01"))))
    assert (batch.letters, batch.pages, batch.sheets) == (3, 4, 3)
    with pikepdf.open(io.BytesIO(batch.pdf)) as opened:
        assert opened.check_pdf_syntax() == []
        assert len(opened.pages) == 2 + 2 + 2 + 2
        assert [float(opened.pages[at].mediabox[3]) for at in (6, 7)] == [792, 792]
    text = subprocess.run(
        ["pdftotext", "-", "-"], input=batch.pdf, capture_output=True, check=True
    ).stdout.decode()
    pages = text.split("\f")
    assert "Print batch" in pages[0] and "Sheets" in pages[0]
    assert [
        number in page for number, page in zip([letters[0].name, letters[1].name], pages[2:5:2], strict=True)
    ]
    assert (
        merge(_letters(), Cover("Print batch", (("Realm", "North"), ("Closed", "2026-12-01")))).pdf
        == batch.pdf
    )


def test_a_batch_may_be_printed_on_one_side():
    batch = merge(_letters(), duplex=False)
    assert (batch.pages, batch.sheets) == (4, 4)
    with pikepdf.open(io.BytesIO(batch.pdf)) as opened:
        assert len(opened.pages) == 4


def test_a_letter_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(ValueError, match="INV-9"):
        merge([Letter("INV-9", b"no pdf")])
    with pytest.raises(ValueError, match="INV-8"):
        merge([Letter("INV-8", tmp_path / "gone.pdf")])


def test_no_slip_on_what_is_not_to_be_paid():
    view = samples.invoice(LOOKS["north"])
    assert _codes(_pdf(replace(view, slip=None))) == []
    assert _codes(_pdf(view, copy="copy")) == []
    paid = replace(view, totals=replace(view.totals, amount_due=Decimal(0)), slip=None)
    text = subprocess.run(
        ["pdftotext", "-", "-"], input=_pdf(paid), capture_output=True, check=True
    ).stdout.decode()
    assert "Nothing to pay" in text
