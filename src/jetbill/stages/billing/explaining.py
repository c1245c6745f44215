"""From a line of an issued document to its price, and to every record that it charges."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from jetbill.kernel.proposal.explained import Issued, Words, explained
from jetbill.kernel.proposal.lines import Share
from jetbill.kernel.trouble import Refused
from jetbill.stages.billing import items
from jetbill.stages.billing.creditable import key_of
from jetbill.stages.billing.jobs import kernel_policy
from jetbill.stages.billing.line_records import Around, LineRecord, records_of
from jetbill.stages.billing.look import look_of
from jetbill.stages.billing.models import Document, Line
from jetbill.stages.billing.queries import document_called
from jetbill.stages.catalog.queries import published
from jetbill.stages.customers.queries import services_of, zones_and_shares
from jetbill.stages.realms.queries import current_realm

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class LineStory:
    """A line of `document` explained; `records` are all that it charges, in order of time."""

    document: Document
    line: Line
    words: Words
    records: tuple[LineRecord, ...]
    zone: str
    share: int


def story_of(number: str, ordinal: int) -> LineStory:
    """Line `ordinal` (from 1) of the document called `number`. Raises Refused if there is none."""
    document = document_called(number)
    if document is None:
        raise Refused("document.unknown", document=number)
    line = Line.objects.filter(document_id=document.pk, ordinal=ordinal).first()
    if line is None:
        raise Refused("document.line_unknown", document=number, line=ordinal)
    zone, share = zones_and_shares([document.customer_id])[document.customer_id]
    records = _records(line, zone, share)
    item = items.read(line.item)
    book = next(each for each in published({item.book})[item.book] if each.version == item.version)
    told = explained(_issued(line, records), book, kernel_policy(look_of(current_realm())).rounding)
    return LineStory(document, line, told, records, zone, share)


def _records(line: Line, zone: str, share: int) -> tuple[LineRecord, ...]:
    if not line.records:
        return ()
    around = Around(services_of([line.subscription_id]), {line.customer_id: (zone, share)})
    ((_, records),) = records_of([line], around)
    return tuple(sorted(records, key=lambda each: (each.started_s, each.source)))


def _issued(line: Line, records: tuple[LineRecord, ...]) -> Issued:
    amounts = [each.amount for each in records]
    exact = sum((each for each in amounts if each is not None), Fraction(0)) if None not in amounts else None
    return Issued(
        key_of(line),
        items.read(line.item),
        line.amount,
        line.quantity,
        Share(line.days, line.whole_days) if line.days and line.whole_days else None,
        _before(line),
        line.repairs_end is not None,
        None if line.used is None else Fraction(line.used),
        len(records) or line.records,  # one that two lines charge is counted on the first of them
        exact if records else None,
    )


def _before(line: Line) -> Decimal:
    """What documents before the line's own charged for the same, without what a person gave back."""
    earlier = Line.objects.filter(
        customer_id=line.customer_id,
        subscription_id=line.subscription_id,
        component=line.component,
        period_start=line.period_start,
        rate_class=line.rate_class,
        document_id__lt=line.document_id,
    )
    return sum((each.amount for each in earlier), NOTHING)
