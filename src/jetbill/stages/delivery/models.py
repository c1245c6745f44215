"""The bytes of documents, what becomes of each for each receiver, its log, and the printer's batches."""

from django.db import models

from jetbill.stages.billing.models import Document
from jetbill.stages.customers.models import Contact
from jetbill.stages.realms.fields import RealmForeignKey, RealmModel, RealmRow


class Rendering(RealmModel):
    """The bytes that were drawn from a document's view, once and for ever. The file lies under the home,
    named by `digest` (SHA-256); `key` is what the bytes depend on: view, annex, template, versions.
    """

    document = RealmForeignKey(Document, models.PROTECT, related_name="renderings")
    digest = models.BinaryField()
    size = models.BigIntegerField()
    key = models.TextField()
    rendered_at = models.DateTimeField()

    class Meta:
        db_table = "rendering"
        constraints = [models.UniqueConstraint(fields=["realm", "document"], name="rendering_document")]


class PrintBatch(RealmModel):
    """One PDF for the printer. Open until `closed_at`; from then on its bytes (by `digest`) never change."""

    number = models.IntegerField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    digest = models.BinaryField(default=b"")
    size = models.BigIntegerField(default=0)
    letters = models.IntegerField(default=0)
    pages = models.IntegerField(default=0)
    sheets = models.IntegerField(default=0)

    class Meta:
        db_table = "print_batch"
        constraints = [
            models.UniqueConstraint(fields=["realm", "number"], name="print_batch_number"),
            models.UniqueConstraint(
                fields=["realm"], condition=models.Q(closed_at=None), name="print_batch_open"
            ),
        ]


class State(models.TextChoices):
    """Where a delivery stands. `sending` is written before the network is touched: who finds it later knows
    that nobody knows. `failed`: the address does not exist or the mail came back. `parked`: a person must
    look.
    """

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    PARKED = "parked"
    TO_PRINT = "to_print"
    PRINTED = "printed"
    SWITCHED_OFF = "switched_off"


class Delivery(RealmModel):
    """One document on its way to one receiver for one purpose, exactly once.

    `receiver` is "contact:17", "post" or "nobody"; `purpose` is "issued", or "again:1" for a re-send.
    What the letter says is frozen here (`sender` to `text`), so that a second try is the same bytes;
    `digest` is the SHA-256 of what is attached or printed, empty where a mail only announces the document.
    """

    document = RealmForeignKey(Document, models.PROTECT, related_name="deliveries")
    contact = RealmForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    receiver = models.TextField()
    purpose = models.TextField(default="issued")
    state = models.TextField(choices=State.choices, default=State.DUE)
    message_id = models.TextField(default="", blank=True)
    sender = models.TextField(default="", blank=True, help_text="From, as it is written in the letter.")
    reply_to = models.TextField(default="", blank=True)
    bounces_to = models.TextField(default="", blank=True)
    address = models.TextField(default="", blank=True)
    subject = models.TextField(default="", blank=True)
    text = models.TextField(default="", blank=True)
    language = models.TextField(default="", blank=True)
    digest = models.BinaryField(default=b"")
    attempts = models.IntegerField(default=0)
    reply = models.TextField(default="", blank=True)
    sent_at = models.DateTimeField(null=True)
    batch = RealmForeignKey(PrintBatch, models.PROTECT, null=True, related_name="deliveries")

    class Meta:
        db_table = "delivery"
        constraints = [
            models.UniqueConstraint(fields=["realm", "document", "receiver", "purpose"], name="delivery_once")
        ]
        indexes = [
            models.Index(fields=["contact"], name="delivery_contact"),
            models.Index(fields=["batch"], name="delivery_batch"),
            models.Index(
                fields=["realm", "id"], name="delivery_to_print", condition=models.Q(state="to_print")
            ),
        ]


class DeliveryLog(RealmRow):
    """What happened to a delivery, in order; `what` is a word, `more` the other side's own words."""

    delivery = RealmForeignKey(Delivery, models.CASCADE, related_name="log", db_index=False)
    at = models.DateTimeField()
    what = models.TextField()
    more = models.TextField(default="", blank=True)

    class Meta:
        db_table = "delivery_log"
        indexes = [models.Index(fields=["delivery", "id"], name="delivery_log_delivery")]
