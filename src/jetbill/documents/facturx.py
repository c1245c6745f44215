"""EN 16931 inside a PDF: the XMP words that make a PDF/A-3 a Factur-X document (the XML itself is in
`einvoice`).
"""

import re

NAME = "factur-x.xml"

_SCHEMA = (
    '<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>'
    "<pdfaSchema:namespaceURI>urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#</pdfaSchema:namespaceURI>"
    "<pdfaSchema:prefix>fx</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>"
    + "".join(
        '<rdf:li rdf:parseType="Resource"><pdfaProperty:category>external</pdfaProperty:category>'
        f"<pdfaProperty:description>{description}</pdfaProperty:description>"
        f"<pdfaProperty:name>{name}</pdfaProperty:name>"
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType></rdf:li>"
        for name, description in (
            ("DocumentFileName", "The name of the embedded XML document"),
            ("DocumentType", "The type of the hybrid document in capital letters"),
            ("Version", "The actual version of the standard applying to the embedded XML document"),
            ("ConformanceLevel", "The conformance level of the embedded XML document"),
        )
    )
    + "</rdf:Seq></pdfaSchema:property></rdf:li>"
)
_WORDS = (
    '<rdf:Description rdf:about="" xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#">'
    "<fx:DocumentType>INVOICE</fx:DocumentType><fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>"
    "<fx:Version>1.0</fx:Version><fx:ConformanceLevel>EN 16931</fx:ConformanceLevel></rdf:Description>"
)
_METADATA = re.compile(rb"<</Length (\d+)/Type/Metadata/Subtype/XML>>\nstream\n")
_TAIL = re.compile(
    rb"xref\n0 (\d+)\n((?:\d{10} \d{5} [nf]\r?\n| \d{9} \d{5} [nf]\r?\n)+)(trailer.*startxref\n)(\d+)", re.S
)


def describe(pdf: bytes) -> bytes:
    """The PDF with the fx schema and its four words in the XMP packet that typst wrote.

    The packet is plain text and stands before the table of offsets, so it is spliced in and the offsets
    behind it are moved: a twentieth of the time of reading and saving the file. RuntimeError where typst
    writes differently.
    """
    found = _METADATA.search(pdf)
    tail = _TAIL.search(pdf, pdf.rfind(b"\nxref\n"))
    if found is None or tail is None:
        raise RuntimeError("the renderer writes its metadata in another way than it did")
    end = found.end() + int(found[1])
    packet = pdf[found.end() : end]
    grown = _spliced(packet, b"</rdf:Bag></pdfaExtension:schemas>", _SCHEMA.encode(), is_before=True)
    grown = _spliced(grown, b"</rdf:RDF>", _WORDS.encode(), is_before=True)
    head = found[0].replace(found[1], str(len(grown)).encode(), 1)
    moved_by = len(grown) - len(packet) + len(head) - len(found[0])
    body = pdf[: found.start()] + head + grown + pdf[end : tail.start()]
    entries = _moved(tail[2], found.start(), moved_by)
    table = b"xref\n0 " + tail[1] + b"\n" + entries + tail[3] + str(int(tail[4]) + moved_by).encode()
    return body + table + pdf[tail.end() :]


def _spliced(text: bytes, mark: bytes, more: bytes, *, is_before: bool) -> bytes:
    at = text.rfind(mark)
    if at < 0:
        raise RuntimeError(f"the renderer's metadata have no {mark.decode()}")
    at += 0 if is_before else len(mark)
    return text[:at] + more + text[at:]


def _moved(entries: bytes, after: int, by: int) -> bytes:
    """The offsets of all objects that begin behind `after`, moved."""

    def move(entry: bytes) -> bytes:
        offset = int(entry[:10])
        return b"%010d" % (offset + by) + entry[10:] if offset > after and entry[17:18] == b"n" else entry

    return b"".join([move(entry) for entry in entries.splitlines(keepends=True)])
