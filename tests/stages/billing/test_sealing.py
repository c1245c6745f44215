"""A view kept in two parts is the view, byte for byte, and nobody alters it unseen."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.documents import canonical, samples
from jetbill.documents.looks import looks
from jetbill.documents.view import View
from jetbill.stages.billing import sealing
from jetbill.stages.billing.sealing import NUMBER_TOKEN, Altered, Parts

LOOK = next(iter(looks().values()))
INVOICE = samples.invoice(LOOK)
SAMPLES: tuple[View, ...] = (
    INVOICE,
    samples.credit_note(LOOK),
    samples.receipt(LOOK),
    samples.statement(LOOK),
)
texts = st.text(max_size=20)


def stored(view: bytes, number: str) -> tuple[Parts, str, bytes]:
    frame, own = sealing.parted(view)
    parts = Parts(sealing.frame_digest(frame), own)
    return parts, frame, sealing.issued_digest(sealing.drafted_digest(parts), number)


def numbered(sample: View, number: str = NUMBER_TOKEN) -> bytes:
    return canonical.encode(replace(sample, number=number))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: type(sample).__name__)
def test_a_view_in_two_parts_is_the_view_with_its_number(sample: View) -> None:
    parts, frame, digest = stored(numbered(sample), "INV-1")
    assert sealing.opened(parts, frame, "INV-1", digest) == numbered(sample, "INV-1")


@given(texts.filter(bool), texts, st.decimals("0", "1e9", places=2))
def test_parting_and_joining_gives_the_same_bytes(name: str, city: str, amount: Decimal) -> None:
    buyer, totals = replace(INVOICE.buyer, name=name, city=city), replace(INVOICE.totals, amount_due=amount)
    view = canonical.encode(replace(INVOICE, buyer=buyer, totals=totals, date=date(2026, 2, 1)))
    assert sealing.joined(*sealing.parted(view)) == view


def test_what_was_altered_is_not_shown() -> None:
    parts, frame, digest = stored(numbered(INVOICE), "INV-1")
    altered = Parts(parts.frame, parts.own.replace('"', "'", 1))
    for stored_parts, body, number in (
        (altered, frame, "INV-1"),
        (parts, frame + " ", "INV-1"),
        (parts, frame, "INV-2"),
        (parts, frame, None),
    ):
        with pytest.raises(Altered):
            sealing.opened(stored_parts, body, number, digest)
