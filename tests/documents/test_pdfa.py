"""PDF/A-3a: the twin of a document passes another checker.

The checker knows level B only, and answers "unsupported" or worse on gradients, CIDSet, bookmarks by
reference and XMP extension schemas; so the twin has flat colours, no bookmarks and a plain XMP packet. For
the documents themselves we claim what typst enforces while it writes them: PDF/A-3a and PDF/UA-1.
"""

import io

import pikepdf
import pytest

from jetbill.documents import canonical, samples
from jetbill.documents.looks import looks
from jetbill.documents.render import Job, render

pdfa = pytest.importorskip("pikepdf.pdfa")
LOOKS = looks()
PACKET = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
    b' xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><pdfaid:part>3</pdfaid:part>'
    b'<pdfaid:conformance>B</pdfaid:conformance></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
)


def _twin(view) -> bytes:
    pdf = render(Job(canonical.encode(view), samples.ASSETS, is_flat=True))
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        for thing in opened.objects:
            if isinstance(thing, pikepdf.Dictionary) and "/CIDSet" in thing:
                del thing.CIDSet
        opened.Root.Metadata.write(PACKET)
        del opened.trailer.Info
        if "/Outlines" in opened.Root:
            del opened.Root.Outlines
        written = io.BytesIO()
        opened.save(written)
    return written.getvalue()


@pytest.mark.parametrize("name", ["north", "shamal"])
@pytest.mark.parametrize("make", [samples.invoice, samples.credit_note, samples.receipt, samples.statement])
def test_the_twin_passes(name, make):
    report = pdfa.validate_written(io.BytesIO(_twin(make(LOOKS[name]))), "3b")
    assert not report.violations
    assert report.verdict == "pass", report.summary()
