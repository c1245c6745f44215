"""Who agreed to the same is billed the same, and nobody notices that it was worked out once."""

from dataclasses import fields
from datetime import date
from decimal import Decimal

import pytest

from jetbill.kernel.terms import CustomerTerms, Happening, HappeningKind, PlanChoice, SubscriptionTerms
from jetbill.stages.billing import actions, jobs
from jetbill.stages.billing.models import Document, Line, ViewFrame
from jetbill.stages.customers import actions as customers
from jetbill.stages.customers.models import Customer, Discount, OneOff, Subscription
from jetbill.stages.customers.queries import Agreement
from jetbill.stages.customers.signatures import signatures
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import realm_scope
from tests.stages.billing.test_bill_run import NOW, carry, sell_home, sign_up

MONTHS = [date(2026, month, 1) for month in (2, 3, 4, 5)]
JUNE = date(2026, 6, 1)


@pytest.fixture
def years(north: Realm) -> Realm:
    """Eight and eight who began on two days of January and nothing else, and some who are all different."""
    sell_home(north)
    with realm_scope(north):
        for day in (1, 2):
            sign_up(*(f"C-{day}{number}" for number in range(8)), on=date(2026, 1, day))
        sign_up("exempt", "abroad", "wishes", "discount", "changed", on=date(2026, 1, 5))
        Customer.objects.filter(number="exempt").update(tax_exempt=[["standard", "diplomat"]])
        Customer.objects.filter(number="abroad").update(language="de", country="AT")
    for month in MONTHS:
        carry(north, month)
    with realm_scope(north):
        sign_up("late", on=date(2026, 5, 10))
        ids = dict(Customer.objects.values_list("number", "pk"))
        OneOff.objects.create(customer_id=ids["wishes"], on=JUNE, text="Box", amount=Decimal(5))
        Discount.objects.create(customer_id=ids["discount"], start=JUNE, percent=Decimal(10), text="Ten off")
        subscription = Subscription.objects.get(customer_id=ids["changed"])
        twice = (PlanChoice("fiber", "fee", 2),)
        customers.change(
            subscription.pk, Happening(date(2026, 5, 20), HappeningKind.QUANTITY, twice), by="test", now=NOW
        )
    return north


@pytest.mark.django_db
def test_documents_of_those_who_are_alike_are_those_of_everybody_by_himself(years: Realm) -> None:
    with realm_scope(years):
        run = actions.open_run(JUNE, now=NOW)
        assert run is not None
        alone = {
            customer: actions.preview(customer, jobs.press_for(run)).view
            for customer in Customer.objects.values_list("pk", flat=True)
        }
        frames = ViewFrame.objects.count()
        press = jobs.press_for(run)
        assert actions.draft_next(run, press, now=NOW)
        assert any(press.known.values()), "nobody was alike"
        drafts = list(Document.objects.filter(run=run))
        assert len(drafts) == len(alone) == 22
        for draft in drafts:
            told = draft.view.replace(b'"state":"draft"', b'"state":"preview"')
            assert told == alone[draft.customer_id]
            for line in Line.objects.filter(document_id=draft.pk, subscription_id__gt=0):
                assert Subscription.objects.get(pk=line.subscription_id).customer_id == draft.customer_id
        # one of the run in either language, and one each for the eights, whose first months differ
        assert ViewFrame.objects.count() - frames == 4
        assert len({draft.frame for draft in drafts if '"groups"' not in draft.own}) == 2


@pytest.mark.django_db
def test_whoever_has_more_than_what_he_began_with_has_no_signature(years: Realm) -> None:
    with realm_scope(years):
        names = dict(Customer.objects.values_list("pk", "number"))
        signed = {names[each.customer]: each for each in signatures(list(names))}
        assert names.values() - signed.keys() == {"wishes", "discount", "changed"}
        same = {each.terms for name, each in signed.items() if name.startswith("C-") or name == "late"}
        assert len(same) == 1
        assert len(same | {signed["exempt"].terms, signed["abroad"].terms}) == 3
        assert (signed["C-23"].first, signed["C-23"].last) == (date(2026, 1, 2), date(2026, 1, 2))


def test_a_signature_holds_all_that_a_bill_may_depend_on() -> None:
    """Whoever adds to the terms says here where two customers differ by it: in the text of the signature, by
    having none, or not at all in what they are billed."""
    told = {
        CustomerTerms: "zone currency bill_day country tax_exempt billed_through",
        SubscriptionTerms: "book bundle happenings billed_through",
        Happening: "on kind choices slot",
        Agreement: "customer subscriptions bill_day_changes one_offs discounts",
    }
    no_matter = {"id", "number", "payment_days", "customer", "label", "sequence"}
    for kind, names in told.items():
        assert {each.name for each in fields(kind)} - no_matter == set(names.split()) - no_matter, kind
