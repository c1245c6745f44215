"""Versions of price books in tables. The columns are the fields of `kernel.book`, in its order and its words.

Prices are `numeric` without a fixed scale: 31.00 comes back as 31.00, so a version keeps its digest.
"""

from typing import Any

from django.db import models

from jetbill.kernel.book import Alignment, Applies, MeterKind, Offer, Tempo, Timing
from jetbill.stages.realms.fields import RealmForeignKey, RealmModel, RealmRow


class PriceField(models.DecimalField):
    """`numeric` that keeps the digits as they were written."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "max_digits": None, "decimal_places": None})

    def check(self, **_: Any) -> list[Any]:
        return []  # the checks of a DecimalField want a fixed scale

    def db_type(self, connection: Any) -> str:
        return "numeric"


def _word(kind: Any) -> models.TextField:
    return models.TextField(choices=[(member.value, member.value) for member in kind])


class State(models.TextChoices):
    """A draft may be replaced; a published version never changes."""

    DRAFT = "draft"
    PUBLISHED = "published"


class PriceBook(RealmModel):
    """A price book through all its versions; subscriptions name it by its code."""

    code = models.TextField()
    is_active = models.BooleanField(default=True)

    class Meta:
        db_table = "price_book"
        constraints = [models.UniqueConstraint(fields=["realm", "code"], name="price_book_code")]


class BookVersion(RealmModel):
    """One version. `digest` is the SHA-256 of its canonical form, without number, day and reach."""

    book = RealmForeignKey(PriceBook, models.PROTECT, related_name="versions")
    number = models.IntegerField()
    state = models.TextField(choices=State.choices, default=State.DRAFT)
    effective = models.DateField(null=True)
    applies = models.TextField(choices=[(each.value, each.value) for each in Applies], default="everybody")
    digest = models.TextField()
    name = models.TextField()
    currency = models.TextField()
    prices_include_tax = models.BooleanField()
    referral = models.JSONField(null=True)
    drafted_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    published_by = models.TextField(default="", blank=True)

    class Meta:
        db_table = "book_version"
        constraints = [
            models.UniqueConstraint(fields=["realm", "book", "number"], name="book_version_number"),
            models.UniqueConstraint(
                fields=["realm", "book"], condition=models.Q(state="draft"), name="book_version_one_draft"
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft")
                | models.Q(state="published", effective__isnull=False, published_at__isnull=False),
                name="book_version_published",
            ),
        ]


class VersionPart(RealmModel):
    """A row of a version; `ordinal` keeps the order of the file."""

    version = RealmForeignKey(BookVersion, models.CASCADE, related_name="+")
    ordinal = models.IntegerField()

    class Meta:
        abstract = True


class Bundle(VersionPart):
    """What is sold together."""

    code = models.TextField()
    name = models.TextField()
    is_staff_only = models.BooleanField()
    is_active = models.BooleanField()

    class Meta:
        db_table = "bundle"
        constraints = [models.UniqueConstraint(fields=["realm", "version", "code"], name="bundle_code")]


class Plan(VersionPart):
    """What a subscriber takes."""

    code = models.TextField()
    name = models.TextField()
    is_active = models.BooleanField()

    class Meta:
        db_table = "plan"
        constraints = [models.UniqueConstraint(fields=["realm", "version", "code"], name="plan_code")]


class PlanOffer(VersionPart):
    """A plan inside a bundle."""

    bundle = RealmForeignKey(Bundle, models.CASCADE, related_name="offers")
    plan = RealmForeignKey(Plan, models.CASCADE, related_name="+")
    offer = _word(Offer)
    group = models.TextField(db_column="radio_group", blank=True)
    is_selected = models.BooleanField()
    max_instances = models.IntegerField()

    class Meta:
        db_table = "plan_offer"
        constraints = [
            models.UniqueConstraint(fields=["realm", "bundle", "plan"], name="plan_offer_once"),
            models.UniqueConstraint(
                fields=["realm", "version", "bundle", "ordinal"], name="plan_offer_order"
            ),
        ]


class Fee(VersionPart):
    """A recurring price; without a period a one-off one."""

    plan = RealmForeignKey(Plan, models.CASCADE, related_name="fees")
    code = models.TextField()
    name = models.TextField()
    price = PriceField()
    every_count = models.IntegerField(null=True)
    every_span = models.TextField(null=True)
    product = models.TextField(blank=True)
    tax_class = models.TextField()
    timing = _word(Timing)
    alignment = _word(Alignment)
    proration = models.JSONField()
    phases = models.JSONField()

    class Meta:
        db_table = "fee"
        constraints = [models.UniqueConstraint(fields=["realm", "version", "plan", "code"], name="fee_code")]


class UsageCharge(VersionPart):
    """Meter + selection + charge model; `params` is the plain form of the model's params, bands included."""

    plan = RealmForeignKey(Plan, models.CASCADE, related_name="charges")
    code = models.TextField()
    name = models.TextField()
    meter = _word(MeterKind)
    unit = models.TextField()
    model = models.TextField()
    params = models.JSONField(null=True)
    tempo = _word(Tempo)
    product = models.TextField(blank=True)
    tax_class = models.TextField()
    selection = models.JSONField()
    deck = models.TextField(null=True)
    calendar = models.TextField(null=True)
    split = models.BooleanField()
    per_service = models.BooleanField()
    rounding = models.JSONField()
    itemised = models.BooleanField()
    commitment = models.JSONField()

    class Meta:
        db_table = "usage_charge"
        constraints = [
            models.UniqueConstraint(fields=["realm", "version", "plan", "code"], name="usage_charge_code")
        ]


class Calendar(VersionPart):
    """Time classes with their windows, and holidays."""

    code = models.TextField()
    classes = models.JSONField()
    rest = models.TextField()
    zone = models.TextField(null=True)
    holidays = models.JSONField()

    class Meta:
        db_table = "calendar"
        constraints = [models.UniqueConstraint(fields=["realm", "version", "code"], name="calendar_code")]


class TaxRate(VersionPart):
    """A tax class from a day on."""

    tax_class = models.TextField()
    category = models.TextField()
    percent = PriceField()
    effective = models.DateField()
    name = models.TextField(blank=True)
    country = models.TextField(blank=True)

    class Meta:
        db_table = "tax_rate"
        constraints = [
            models.UniqueConstraint(
                fields=["realm", "version", "tax_class", "country", "effective"], name="tax_rate_day"
            )
        ]


class Promotion(VersionPart):
    """What is taken off; `body` is its plain form."""

    code = models.TextField()
    body = models.JSONField()

    class Meta:
        db_table = "promotion"
        constraints = [models.UniqueConstraint(fields=["realm", "version", "code"], name="promotion_code")]


class RateDeck(RealmModel):
    """The rates of a deck, kept once for all versions, known by their digest. Sealed, it never changes."""

    digest = models.TextField()
    is_sealed = models.BooleanField(default=False)

    class Meta:
        db_table = "rate_deck"
        constraints = [models.UniqueConstraint(fields=["realm", "digest"], name="rate_deck_digest")]


class BookDeck(VersionPart):
    """The deck of a version: its code there, and the rates."""

    code = models.TextField()
    name = models.TextField()
    deck = RealmForeignKey(RateDeck, models.PROTECT, related_name="+")

    class Meta:
        db_table = "book_deck"
        constraints = [models.UniqueConstraint(fields=["realm", "version", "code"], name="book_deck_code")]


class DeckRate(RealmRow):
    """One row of a rate deck. Two hundred thousand come at once, so there is no key to check per row."""

    pk = models.CompositePrimaryKey("realm", "deck", "ordinal")
    deck = models.BigIntegerField(db_column="deck_id")
    ordinal = models.IntegerField()
    prefix = models.TextField()
    destination = models.TextField()
    per_minute = PriceField()
    connect_fee = PriceField()
    minimum_s = models.IntegerField()
    first_s = models.IntegerField()
    next_s = models.IntegerField()
    effective = models.DateField()
    from_prefix = models.TextField(blank=True)
    is_blocked = models.BooleanField()

    class Meta:
        db_table = "deck_rate"
