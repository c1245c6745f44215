"""EN 16931: the official schema and rules find nothing, and they do find a wrong amount."""

import io
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import facturx as library
import pikepdf
import pytest
import saxonche
from lxml import etree

from jetbill.documents import canonical, einvoice, samples
from jetbill.documents.looks import looks
from jetbill.documents.render import Job, render
from jetbill.documents.view import TaxRow
from jetbill.documents.writer import writer

LOOKS = looks()
RULES = Path(library.__file__).parent / "xsd_and_schematron" / "facturx-en16931"
SVRL = "{http://purl.oclc.org/dsdl/svrl}"


@cache
def _rules():
    processor = saxonche.PySaxonProcessor(license=False)
    stylesheet = str(RULES / "FACTUR-X_EN16931.xslt")
    return processor, processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=stylesheet)


@cache
def _schema():
    return etree.XMLSchema(etree.parse(str(RULES / "Factur-X_EN16931.xsd")))


def _judged(xml: str) -> tuple[int, set[str]]:
    """(rules fired, ids of findings)"""
    processor, rules = _rules()
    report = etree.fromstring(rules.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml)).encode())
    findings = {found.get("id") or found.get("test") for found in report.iter(f"{SVRL}failed-assert")}
    return len(report.findall(f".//{SVRL}fired-rule")), findings


def _xml(view) -> str:
    return einvoice.xml(view, view.profile, writer(view))


def _views():
    for name in ("north", "nord"):
        yield from (
            samples.invoice(LOOKS[name], 3),
            samples.short(LOOKS[name]),
            samples.credit_note(LOOKS[name]),
        )


@pytest.mark.parametrize("view", list(_views()), ids=lambda view: f"{view.locale}-{view.number}")
def test_schema_and_rules_find_nothing(view):
    xml = _xml(view)
    _schema().assertValid(etree.fromstring(xml.encode()))
    fired, findings = _judged(xml)
    assert fired > 100
    assert findings == set()


def test_a_wrong_payable_amount_is_found():
    view = samples.short(LOOKS["north"])
    wrong = replace(view, totals=replace(view.totals, prepaid=Decimal("0.01")))
    xml = _xml(wrong).replace("<ram:TotalPrepaidAmount>0.01</ram:TotalPrepaidAmount>", "")
    assert "BR-CO-16" in _judged(xml)[1]


def test_prepaid_money_is_taken_off():
    view = samples.short(LOOKS["north"])
    paid = replace(view, totals=replace(view.totals, prepaid=Decimal("10.00")))
    assert _judged(_xml(paid))[1] == set()
    assert f"<ram:DuePayableAmount>{view.totals.total - 10}<" in _xml(paid)


@pytest.mark.parametrize("category", ["AE", "E", "G", "K", "Z"])
def test_exempt_invoices_say_why(category):
    view = samples.short(LOOKS["north"])
    row = TaxRow("std", category, Decimal(0), view.totals.net, Decimal(0), "VAT", "Reason of the exemption")
    net = view.totals.net
    free = replace(view, taxes=(row,), totals=replace(view.totals, tax=Decimal(0), total=net, amount_due=net))
    findings = _judged(_xml(free))[1]
    assert not {found for found in findings if not found.startswith(("BR-IC", "BR-G", "BR-Z-10"))}


@pytest.mark.parametrize(
    "spoil, message",
    [
        (lambda view: replace(view, number=""), "number"),
        (lambda view: replace(view, taxes=()), "line.tax"),
        (lambda view: replace(view, taxes=(replace(view.taxes[0], category="E"),)), "taxes.reason"),
    ],
)
def test_what_the_standard_needs_is_named(spoil, message):
    with pytest.raises(ValueError, match=message):
        _xml(spoil(samples.short(LOOKS["north"])))


def test_the_pdf_carries_the_same_xml_as_factur_x():
    view = samples.invoice(LOOKS["north"], 5)
    pdf = render(Job(canonical.encode(view), samples.ASSETS))
    name, xml = library.get_facturx_xml_from_pdf(pdf, check_xsd=True)
    assert name == "factur-x.xml" and xml.decode() == _xml(view)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert opened.check_pdf_syntax() == []
        assert [file.AFRelationship for file in opened.Root.AF] == [pikepdf.Name.Alternative]
        with opened.open_metadata() as words:
            space = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"
            assert words[f"{space}DocumentFileName"] == "factur-x.xml"
            assert words[f"{space}ConformanceLevel"] == "EN 16931"
            assert words["pdfaid:part"] == "3" and words["pdfaid:conformance"] == "A"
            assert words["pdfuaid:part"] == "1"


def test_lines_totals_xml_and_slip_say_one_thing():
    view = samples.invoice(LOOKS["north"], 8)
    root = etree.fromstring(_xml(view).encode())
    found = {
        tag: [Decimal(node.text) for node in root.iter(f"{{*}}{tag}")]
        for tag in ("LineTotalAmount", "GrandTotalAmount", "DuePayableAmount")
    }
    *lines, net = found["LineTotalAmount"]
    assert lines == [line.amount for group in view.groups for line in group.lines]
    assert sum(lines) == net == view.totals.net
    assert found["GrandTotalAmount"] == [view.totals.total]
    assert found["DuePayableAmount"] == [view.slip.amount]
    assert f"EUR{view.slip.amount}" in view.slip.payload
