"""The realm's ledger: one row per posting, append-only; the database refuses one that does not balance."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from jetbill.kernel.posting import CUSTOMER_CREDIT, RECEIVABLE
from jetbill.stages.realms.fields import RealmRow

OPEN_ACCOUNTS = (RECEIVABLE, CUSTOMER_CREDIT)
"""What an owner owes is the sum of these."""


class Posting(RealmRow):
    """One balanced booking. `accounts[i]` is moved by `amounts[i]`: a debit is positive, a credit negative.

    `kind` and `source` name what made it (`invoice.issued`, the document's id): each thing is booked once.
    `owner` is the customer it concerns. No foreign keys: the ledger stands upstream of all that it records.
    """

    kind = models.TextField()
    source = models.BigIntegerField()
    owner = models.BigIntegerField()
    on = models.DateField(db_column="on_day")
    currency = models.TextField()
    accounts = ArrayField(models.TextField())
    amounts = ArrayField(models.DecimalField(max_digits=24, decimal_places=4))
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "posting"
        constraints = [models.UniqueConstraint(fields=["realm", "kind", "source"], name="posting_once")]
        indexes = [models.Index(fields=["realm", "owner", "on"], name="posting_owner")]


class Balance(RealmRow):
    """What an owner owes in a currency (negative: is in credit): the sum of his postings on open accounts.
    `closed` is what it was after the last booking that closed it, as that of each document does; null before
    the first."""

    owner = models.BigIntegerField()
    currency = models.TextField()
    amount = models.DecimalField(max_digits=24, decimal_places=4, default=0)
    closed = models.DecimalField(max_digits=24, decimal_places=4, null=True)

    class Meta:
        db_table = "balance"
        constraints = [models.UniqueConstraint(fields=["realm", "owner", "currency"], name="balance_owner")]
