"""Who is invoiced, what he took, and which logins and numbers belong to it.

Dates are local days of the customer's zone; instants (`timestamptz`) bound who owned an identifier when.
"""

from django.db import models

from jetbill.stages.realms.fields import RealmForeignKey, RealmModel

SHARES = 64
"""How many shares the customers of a realm are dealt into; a share is rated and billed by one worker."""


class Delivery(models.TextChoices):
    """How a customer gets his documents."""

    EMAIL = "email"
    POST = "post"
    NONE = "none"


class Customer(RealmModel):
    """Who is invoiced. `bill_day` 1–31 is the intended day, 0 each subscription's own start day."""

    number = models.TextField()
    name = models.TextField()
    is_company = models.BooleanField(default=False)
    language = models.TextField(default="en")
    zone = models.TextField(default="", blank=True)
    currency = models.TextField()
    bill_day = models.SmallIntegerField(default=1)
    payment_days = models.SmallIntegerField(default=14)
    delivery = models.TextField(choices=Delivery.choices, default=Delivery.EMAIL)
    tax_id = models.TextField(default="", blank=True)
    country = models.TextField(default="", blank=True)
    tax_exempt = models.JSONField(default=list)
    parent = RealmForeignKey("customers.Customer", models.PROTECT, null=True, related_name="children")
    billed_through = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    share = models.SmallIntegerField()

    class Meta:
        db_table = "customer"
        constraints = [
            models.UniqueConstraint(fields=["realm", "number"], name="customer_number"),
            models.CheckConstraint(condition=models.Q(bill_day__range=(0, 31)), name="customer_bill_day"),
        ]
        indexes = [models.Index(fields=["realm", "share"], name="customer_share")]


class Contact(RealmModel):
    """A person or mailbox; documents go to those with `is_billing`. `bounced_at` stops mail until mended."""

    customer = RealmForeignKey(Customer, models.CASCADE, related_name="contacts")
    name = models.TextField(default="", blank=True)
    email = models.TextField(default="", blank=True)
    phone = models.TextField(default="", blank=True)
    is_billing = models.BooleanField(default=True)
    bounced_at = models.DateTimeField(null=True)
    bounce_reason = models.TextField(default="", blank=True)

    class Meta:
        db_table = "contact"
        indexes = [models.Index(fields=["customer"], name="contact_customer")]


class Address(RealmModel):
    """Where a customer sits; the one with kind `billing` stands on documents."""

    customer = RealmForeignKey(Customer, models.CASCADE, related_name="addresses")
    kind = models.TextField(default="billing")
    lines = models.JSONField(default=list)
    city = models.TextField(default="", blank=True)
    postcode = models.TextField(default="", blank=True)
    region = models.TextField(default="", blank=True)
    country = models.TextField(default="", blank=True)

    class Meta:
        db_table = "address"
        constraints = [
            models.UniqueConstraint(fields=["realm", "customer", "kind"], name="address_kind"),
        ]


class Subscription(RealmModel):
    """A customer's agreement to a bundle of a price book; what he took and when is in its happenings."""

    customer = RealmForeignKey(Customer, models.PROTECT, related_name="subscriptions")
    book = models.TextField()
    bundle = models.TextField()
    label = models.TextField(default="", blank=True)
    billed_through = models.DateField(null=True)
    started_on = models.DateField()
    ended_on = models.DateField(null=True)

    class Meta:
        db_table = "subscription"
        indexes = [models.Index(fields=["realm", "customer"], name="subscription_customer")]


class Happening(RealmModel):
    """A dated change of a subscription, as `kernel.terms.Happening`; several on a day: the last holds."""

    subscription = RealmForeignKey(Subscription, models.PROTECT, related_name="happenings")
    on = models.DateField(db_column="on_day")
    kind = models.TextField()
    slot = models.SmallIntegerField(default=0)
    choices = models.JSONField(default=list)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "happening"
        indexes = [models.Index(fields=["realm", "subscription", "on"], name="happening_subscription")]


class BillDayChange(RealmModel):
    """From day `on` the customer's intended bill day is `bill_day`."""

    customer = RealmForeignKey(Customer, models.PROTECT, related_name="bill_day_changes")
    on = models.DateField(db_column="on_day")
    bill_day = models.SmallIntegerField()

    class Meta:
        db_table = "bill_day_change"
        indexes = [models.Index(fields=["realm", "customer"], name="bill_day_change_customer")]


class OneOff(RealmModel):
    """A single line that is in no price book; `source` and `source_id` make lines from outside count once."""

    customer = RealmForeignKey(Customer, models.PROTECT, related_name="one_offs")
    subscription = RealmForeignKey(Subscription, models.PROTECT, null=True, related_name="one_offs")
    on = models.DateField(db_column="on_day")
    kind = models.TextField(default="charge")
    text = models.TextField()
    quantity = models.DecimalField(max_digits=24, decimal_places=9, default=1)
    amount = models.DecimalField(max_digits=24, decimal_places=9)
    product = models.TextField(default="", blank=True)
    tax_class = models.TextField(default="standard")
    source = models.TextField(default="", blank=True)
    source_id = models.TextField(default="", blank=True)

    class Meta:
        db_table = "one_off"
        constraints = [
            models.UniqueConstraint(
                fields=["realm", "source", "source_id"],
                name="one_off_source",
                condition=~models.Q(source=""),
            )
        ]
        indexes = [models.Index(fields=["realm", "customer"], name="one_off_customer")]


class Discount(RealmModel):
    """`percent` off the lines whose period begins in [start, end), or `amount` off the recurring fees among
    them; as `kernel.terms.Discount`. `source` and `source_id` make one from outside count once.
    """

    customer = RealmForeignKey(Customer, models.PROTECT, related_name="discounts")
    subscription = RealmForeignKey(Subscription, models.PROTECT, null=True, related_name="discounts")
    start = models.DateField(db_column="start_day")
    end = models.DateField(db_column="end_day", null=True)
    percent = models.DecimalField(max_digits=9, decimal_places=6, default=0)
    amount = models.DecimalField(max_digits=24, decimal_places=9, default=0)
    text = models.TextField()
    product = models.TextField(default="", blank=True)
    plans = models.JSONField(default=list)
    rank = models.SmallIntegerField(default=0)
    source = models.TextField(default="", blank=True)
    source_id = models.TextField(default="", blank=True)

    class Meta:
        db_table = "discount"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(percent__gt=0, percent__lte=100, amount=0)
                | models.Q(percent=0, amount__gt=0),
                name="discount_percent",
            ),
            models.CheckConstraint(
                condition=models.Q(end=None) | models.Q(end__gte=models.F("start")), name="discount_days"
            ),
            models.UniqueConstraint(
                fields=["realm", "source", "source_id"],
                name="discount_source",
                condition=~models.Q(source=""),
            ),
        ]
        indexes = [models.Index(fields=["realm", "customer"], name="discount_customer")]


class Redemption(RealmModel):
    """`customer` redeemed the coupon `code` of price book `book`, as number `number` of all who did."""

    customer = RealmForeignKey(Customer, models.PROTECT, related_name="redemptions")
    book = models.TextField()
    code = models.TextField()
    number = models.IntegerField()
    on = models.DateField(db_column="on_day")

    class Meta:
        db_table = "redemption"
        constraints = [
            models.UniqueConstraint(fields=["realm", "book", "code", "number"], name="redemption_number")
        ]
        indexes = [models.Index(fields=["realm", "customer"], name="redemption_customer")]


class Referral(RealmModel):
    """`customer` was brought by `referrer`, which happens once."""

    customer = RealmForeignKey(Customer, models.PROTECT, related_name="+")
    referrer = RealmForeignKey(Customer, models.PROTECT, related_name="referrals")
    on = models.DateField(db_column="on_day")

    class Meta:
        db_table = "referral"
        constraints = [
            models.UniqueConstraint(fields=["realm", "customer"], name="referral_once"),
            models.CheckConstraint(
                condition=~models.Q(customer=models.F("referrer")), name="referral_of_another"
            ),
        ]


class Service(RealmModel):
    """One provisioned thing under a subscription: a login, a line, a number, a SIM."""

    subscription = RealmForeignKey(Subscription, models.PROTECT, related_name="services")
    name = models.TextField()
    service_class = models.TextField(default="data")

    class Meta:
        db_table = "service"
        indexes = [models.Index(fields=["realm", "subscription"], name="service_subscription")]


class Identifier(RealmModel):
    """A login, number or SIM as usage names it; known from the first record that names it on."""

    value = models.TextField()

    class Meta:
        db_table = "identifier"
        constraints = [models.UniqueConstraint(fields=["realm", "value"], name="identifier_value")]


class ServiceIdentifier(RealmModel):
    """`identifier` belongs to `service` from `start` until `end` (open: null); spans never overlap."""

    service = RealmForeignKey(Service, models.PROTECT, related_name="identifiers")
    identifier = RealmForeignKey(Identifier, models.PROTECT, related_name="services")
    start = models.DateTimeField(db_column="start_at")
    end = models.DateTimeField(db_column="end_at", null=True)

    class Meta:
        db_table = "service_identifier"
        indexes = [
            models.Index(fields=["realm", "service"], name="service_identifier_service"),
            models.Index(fields=["realm", "identifier"], name="service_identifier_identifier"),
        ]


class ShareTerms(RealmModel):
    """How often the terms of a share changed; rating remembers which version it used."""

    share = models.SmallIntegerField()
    version = models.BigIntegerField(default=0)

    class Meta:
        db_table = "share_terms"
        constraints = [models.UniqueConstraint(fields=["realm", "share"], name="share_terms_share")]
