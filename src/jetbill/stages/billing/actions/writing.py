"""Writes bills as draft documents with their lines, thousands in two COPYs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from jetbill.kernel.money import rounded
from jetbill.kernel.proposal import Bill, Outcome, postings
from jetbill.kernel.proposal.lines import NewLine
from jetbill.stages.billing import items
from jetbill.stages.billing.look import Look
from jetbill.stages.billing.models import Kind
from jetbill.stages.billing.surroundings import settings_for
from jetbill.stages.billing.views import Setting, credit_note_view, invoice_view
from jetbill.stages.realms.copying import copy_rows

DOCUMENT_COLUMNS = (
    *("customer_id", "run_id", "chunk", "source", "kind", "series", "on_day", "due_on", "currency"),
    *("net", "tax", "total", "accounts", "amounts", "view", "view_digest"),
)
LINE_COLUMNS = (
    *("document_id", "customer_id", "ordinal"),
    *("subscription_id", "component", "period_start", "period_end", "rate_class", "revision", "item"),
    *("quantity", "amount", "net", "first_day", "last_day", "days", "whole_days", "repairs_end"),
    *("records", "used", "generation"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Which run and chunk the drafts belong to (None: made by hand), and the date they will bear."""

    run: int | None
    chunk: int | None
    on: date
    source: str = ""


def write_documents(bills: Sequence[Bill], place: Place, look: Look) -> list[int]:
    """Store bills as drafts; returns the ids of the documents in the order of `bills`."""
    if not bills:
        return []
    settings = settings_for(bills, place.on, look)
    rows = (_document(each, setting, place, look) for each, setting in zip(bills, settings, strict=True))
    back = copy_rows("document", DOCUMENT_COLUMNS, rows, returning="id")
    assert isinstance(back, list)
    ids = [int(str(key)) for (key,) in back]
    copy_rows("line", LINE_COLUMNS, _lines(bills, ids))
    return ids


def _document(each: Bill, setting: Setting, place: Place, look: Look) -> tuple[object, ...]:
    is_invoice = each.outcome is Outcome.INVOICE
    build = invoice_view if is_invoice else credit_note_view
    sign = 1 if is_invoice else -1
    entry = postings(each)
    return (
        each.customer,
        place.run,
        place.chunk,
        place.source,
        (Kind.INVOICE if is_invoice else Kind.CREDIT_NOTE).value,
        "",
        place.on,
        setting.due_on,
        each.currency,
        sign * each.tax.net,
        sign * each.tax.tax,
        sign * each.tax.payable,
        [leg.account for leg in entry],
        [leg.amount for leg in entry],
        build(each.lines, each.tax, setting, look),
        b"",
    )


def _lines(bills: Sequence[Bill], ids: Sequence[int]) -> Iterator[tuple[object, ...]]:
    for each, document in zip(bills, ids, strict=True):
        for ordinal, (line, net) in enumerate(zip(each.lines, each.tax.nets, strict=True), 1):
            yield (document, each.customer, ordinal, *_line(line, net))


def _line(line: NewLine, net: Decimal) -> tuple[object, ...]:
    key, share, measured = line.key, line.share, line.measured
    return (
        key.subscription,
        key.component,
        key.period_start,
        key.period_end,
        key.rate_class,
        line.revision,
        items.written(line.item),
        line.quantity if isinstance(line.quantity, Decimal) else rounded(Fraction(line.quantity), 18),
        line.amount,
        net,
        line.start,
        line.end,
        share.days if share else None,
        share.whole if share else None,
        line.repairs.period_end if line.repairs else None,
        measured.records if measured else 0,
        int(measured.used) if measured and measured.used is not None else None,
        measured.generation if measured else 0,
    )
