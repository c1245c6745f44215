"""Payments, and which invoice each of them settles."""

from django.db import models

from jetbill.stages.billing.models import Document
from jetbill.stages.customers.models import Customer
from jetbill.stages.realms.fields import RealmForeignKey, RealmModel


class Payment(RealmModel):
    """Money that came in on local day `on`; `source` and `source_id` make it count once.

    `left` is what settles nothing yet and is the customer's credit. A payment that was returned or entered by
    mistake is taken back, never deleted.
    """

    customer = RealmForeignKey(Customer, models.PROTECT, related_name="payments")
    source = models.TextField()
    source_id = models.TextField()
    on = models.DateField(db_column="on_day")
    amount = models.DecimalField(max_digits=24, decimal_places=4)
    left = models.DecimalField(max_digits=24, decimal_places=4)
    currency = models.TextField()
    method = models.TextField(default="transfer")
    reference = models.TextField(default="", blank=True)
    receipt = RealmForeignKey(Document, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()
    taken_back_on = models.DateField(null=True)
    taken_back_because = models.TextField(default="", blank=True)

    class Meta:
        db_table = "payment"
        constraints = [
            models.UniqueConstraint(fields=["realm", "source", "source_id"], name="payment_source"),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0, left__gte=0, left__lte=models.F("amount")),
                name="payment_amounts",
            ),
        ]
        indexes = [
            models.Index(fields=["realm", "customer", "on"], name="payment_customer"),
            models.Index(fields=["receipt"], name="payment_receipt"),
            models.Index(fields=["realm", "customer"], name="payment_left", condition=models.Q(left__gt=0)),
        ]


class Allocation(RealmModel):
    """`amount` settles `document` (null: the balance the customer moved in with) from local day `on` until it
    was undone. It comes from a payment, or from a credit note (`credit`).
    """

    payment = RealmForeignKey(Payment, models.PROTECT, null=True, related_name="allocations")
    credit = RealmForeignKey(Document, models.PROTECT, null=True, related_name="+")
    customer = RealmForeignKey(Customer, models.PROTECT, related_name="+")
    document = RealmForeignKey(Document, models.PROTECT, null=True, related_name="+")
    amount = models.DecimalField(max_digits=24, decimal_places=4)
    on = models.DateField(db_column="on_day")
    undone_on = models.DateField(null=True)

    class Meta:
        db_table = "allocation"
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="allocation_amount"),
            models.CheckConstraint(
                condition=models.Q(payment=None) ^ models.Q(credit=None), name="allocation_one_source"
            ),
        ]
        indexes = [
            models.Index(fields=["document"], name="allocation_document"),
            models.Index(fields=["payment"], name="allocation_payment"),
            models.Index(fields=["credit"], name="allocation_credit"),
            models.Index(fields=["customer"], name="allocation_customer"),
        ]
