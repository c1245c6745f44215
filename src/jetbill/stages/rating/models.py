"""Rated records as compressed blocks, and beside them the sums that billing and charts read.

The unit of work is a share of the customers and a month (UTC) of usage: rated whole, each time a generation.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from jetbill.stages.realms.fields import RealmModel, RealmRow


class RatedUnit(RealmModel):
    """What the newest rating of a share and month found. `share` -1 holds usage whose identifier is nobody's.

    `billed_generation`: the newest one that a bill was drafted from; its blocks are kept. `terms_version` and
    `books_digest` say by what it was rated: a unit that was rated by older ones is stale.
    """

    share = models.SmallIntegerField()
    month = models.DateField()
    generation = models.IntegerField(default=0)
    billed_generation = models.IntegerField(default=0)
    terms_version = models.BigIntegerField(default=0)
    books_digest = models.TextField(default="")
    rated_at = models.DateTimeField(null=True)
    records = models.BigIntegerField(default=0)
    octets = models.BigIntegerField(default=0)
    seconds = models.BigIntegerField(default=0)
    rated_records = models.BigIntegerField(default=0)
    rated_octets = models.BigIntegerField(default=0)
    rated_seconds = models.BigIntegerField(default=0)

    class Meta:
        db_table = "rated_unit"
        constraints = [models.UniqueConstraint(fields=["realm", "share", "month"], name="rated_unit_once")]


class Unrated(RealmRow):
    """How many records of a unit are unrated for one reason (`status` of kernel.rating.layout.Status)."""

    unit_id = models.BigIntegerField()
    status = models.SmallIntegerField()
    records = models.BigIntegerField()
    octets = models.BigIntegerField()
    seconds = models.BigIntegerField()

    class Meta:
        db_table = "unrated"
        constraints = [models.UniqueConstraint(fields=["realm", "unit_id", "status"], name="unrated_once")]


class RatedBlock(RealmRow):
    """Up to 65,536 rated rows of a unit as columns, by service; see `blocks`. Unrated ones have service 0."""

    unit_id = models.BigIntegerField()
    generation = models.IntegerField()
    ordinal = models.IntegerField()
    rows = models.IntegerField()
    first_service = models.BigIntegerField()
    last_service = models.BigIntegerField()
    body = models.BinaryField()

    class Meta:
        db_table = "rated_block"
        constraints = [
            models.UniqueConstraint(
                fields=["realm", "unit_id", "generation", "ordinal"], name="rated_block_once"
            )
        ]


class PeriodTotal(RealmRow):
    """The use of one service in one usage period, as far as it happened in the unit's month.

    Billing adds up the units of a period. The amount of a charge priced record by record is exactly
    `numerator` / `denominator`; of one priced on the total both are null.
    """

    unit_id = models.BigIntegerField()
    generation = models.IntegerField()
    customer_id = models.BigIntegerField()
    subscription_id = models.BigIntegerField()
    service_id = models.BigIntegerField()
    component = models.TextField()
    plan = models.TextField()
    version = models.IntegerField()
    period_start = models.DateField()
    period_end = models.DateField()
    rate_class = models.TextField(default="")
    quantity = models.DecimalField(max_digits=40, decimal_places=0)
    records = models.BigIntegerField()
    numerator = models.DecimalField(max_digits=60, decimal_places=0, null=True)
    denominator = models.DecimalField(max_digits=40, decimal_places=0, null=True)

    class Meta:
        db_table = "period_total"
        indexes = [
            models.Index(fields=["realm", "customer_id", "period_end"], name="period_total_customer"),
            models.Index(fields=["unit_id"], name="period_total_unit"),
        ]


class DayTotal(RealmRow):
    """What a service used per local day, as far as it happened in the unit's month; for charts.

    Element n of an array is the day n days after `first_day`.
    """

    unit_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    service_id = models.BigIntegerField()
    service_class = models.TextField()
    first_day = models.DateField()
    last_day = models.DateField()
    octets_in = ArrayField(models.BigIntegerField())
    octets_out = ArrayField(models.BigIntegerField())
    seconds = ArrayField(models.BigIntegerField())
    records = ArrayField(models.BigIntegerField())

    class Meta:
        db_table = "day_total"
        indexes = [
            models.Index(fields=["realm", "customer_id", "last_day"], name="day_total_customer"),
            models.Index(fields=["unit_id"], name="day_total_unit"),
        ]
