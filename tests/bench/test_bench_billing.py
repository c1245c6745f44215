"""The bench of billing seeds what the run then bills: everybody, the month after the seeded ones."""

from datetime import date
from decimal import Decimal

from jetbill.bench import billing
from jetbill.stages.billing.models import Document, Line
from jetbill.stages.customers.models import Customer
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import realm_scope


def test_a_run_after_seeded_months_bills_the_next_one(transactional_db: None, north: Realm) -> None:
    billing.seed(north, 7, 3)
    measured = billing.carried(north.pk, date(2026, 4, 1))
    assert measured.invoices == 7 and measured.peak > 10
    with realm_scope(north):
        assert Customer.objects.count() == 7
        assert Document.objects.count() == 7 * 4 and Line.objects.count() == 7 * 4 * 3
        new = Document.objects.filter(on=date(2026, 4, 1))
        assert {row.total for row in new} == {Decimal("63.00")}
        assert len({row.number for row in new}) == 7
