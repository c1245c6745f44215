"""Bill runs, documents with lines, number series, and what keeps two runs from billing a thing twice."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from jetbill.stages.customers.models import Customer
from jetbill.stages.realms.fields import RealmForeignKey, RealmModel, RealmRow


class RunState(models.TextChoices):
    """A run goes down this list; `held` waits for a person, because a safety bound was crossed."""

    DRAFTING = "drafting"
    HELD = "held"
    ISSUING = "issuing"
    DONE = "done"


class BillRun(RealmModel):
    """One pass over the due customers of a realm as of local day `on`; `stamp` is the time on its documents.

    `ordinal` counts the runs of a day. Only one run of a realm is unfinished at any time.
    """

    on = models.DateField(db_column="on_day")
    ordinal = models.IntegerField(default=1)
    state = models.TextField(choices=RunState.choices, default=RunState.DRAFTING)
    stamp = models.DateTimeField()
    customers = models.IntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    held_because = models.TextField(default="", blank=True)

    class Meta:
        db_table = "bill_run"
        constraints = [
            models.UniqueConstraint(fields=["realm", "on", "ordinal"], name="bill_run_day"),
            models.UniqueConstraint(
                fields=["realm"], condition=~models.Q(state="done"), name="bill_run_unfinished"
            ),
        ]


class ChunkState(models.TextChoices):
    """What has been done with a chunk of a run."""

    WAITING = "waiting"
    DRAFTED = "drafted"
    ISSUED = "issued"


class RunChunk(RealmModel):
    """Some customers of a run, in id order, drafted in one transaction and issued in one."""

    run = RealmForeignKey(BillRun, models.CASCADE, related_name="chunks")
    ordinal = models.IntegerField()
    customers = ArrayField(models.BigIntegerField())
    state = models.TextField(choices=ChunkState.choices, default=ChunkState.WAITING)
    documents = models.IntegerField(default=0)
    parked = models.IntegerField(default=0)
    amount = models.DecimalField(max_digits=24, decimal_places=4, default=0)

    class Meta:
        db_table = "run_chunk"
        constraints = [models.UniqueConstraint(fields=["realm", "run", "ordinal"], name="run_chunk_ordinal")]


class ParkedAccount(RealmModel):
    """A customer whom a run could not bill, with the reason; the next run tries again."""

    run = RealmForeignKey(BillRun, models.CASCADE, related_name="parked")
    customer = RealmForeignKey(Customer, models.CASCADE)
    reason = models.TextField()

    class Meta:
        db_table = "parked_account"
        constraints = [
            models.UniqueConstraint(fields=["realm", "run", "customer"], name="parked_account_once")
        ]
        indexes = [models.Index(fields=["customer"], name="parked_account_customer")]


class Kind(models.TextChoices):
    """The documents Jet draws."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    RECEIPT = "receipt"
    STATEMENT = "statement"


class Document(RealmModel):
    """A draft until `number` is set; from then on immutable (the database refuses an update of what counts).

    `view` is the frozen canonical JSON the document is drawn from, `view_digest` its SHA-256. `source` names
    what asked for it (run, payment, person) so that the same cause makes one document. `accounts` with
    `amounts` are the posting that issuing books.
    """

    customer = RealmForeignKey(Customer, models.PROTECT, related_name="documents")
    run = RealmForeignKey(BillRun, models.PROTECT, null=True, related_name="documents")
    chunk = models.IntegerField(null=True)
    source = models.TextField(default="")
    kind = models.TextField(choices=Kind.choices)
    series = models.TextField(default="", blank=True)
    number = models.TextField(null=True)
    on = models.DateField(db_column="on_day")
    due_on = models.DateField(null=True)
    currency = models.TextField()
    net = models.DecimalField(max_digits=24, decimal_places=4)
    tax = models.DecimalField(max_digits=24, decimal_places=4)
    total = models.DecimalField(max_digits=24, decimal_places=4)
    corrects = RealmForeignKey("billing.Document", models.PROTECT, null=True, related_name="corrections")
    accounts = ArrayField(models.TextField(), default=list)
    amounts = ArrayField(models.DecimalField(max_digits=24, decimal_places=4), default=list)
    view = models.BinaryField()
    view_digest = models.BinaryField(default=b"")
    issued_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "document"
        constraints = [
            models.UniqueConstraint(fields=["realm", "series", "number"], name="document_number"),
            models.UniqueConstraint(
                fields=["realm", "run", "customer", "currency", "kind"],
                condition=models.Q(run__isnull=False),
                name="document_once_a_run",
            ),
        ]
        indexes = [
            models.Index(fields=["realm", "customer", "on"], name="document_customer"),
            models.Index(fields=["realm", "run", "chunk"], name="document_chunk"),
        ]


class Line(RealmRow):
    """One line of a document. Its key says what it charges; `revision` counts earlier lines of that key, so
    that two runs which found the same difference collide. `amount` is as the customer owes: net, or gross
    where prices include tax, negative on a credit note. `item` is the kernel's Item as canonical JSON: equal
    items are equal texts. `first_day` to `last_day` (exclusive) are the days to print; `days` of `whole_days`
    the share; `repairs_end` the period end of the issued line of the same key that this one adjusts; `used`
    the measured base units of a line that was priced on the total of its period.
    """

    document = RealmForeignKey(Document, models.CASCADE, related_name="lines", db_index=False)
    customer_id = models.BigIntegerField()
    ordinal = models.IntegerField()
    subscription_id = models.BigIntegerField(default=0)
    component = models.TextField()
    period_start = models.DateField()
    period_end = models.DateField()
    rate_class = models.TextField(default="")
    revision = models.SmallIntegerField(default=0)
    item = models.TextField()
    quantity = models.DecimalField(max_digits=40, decimal_places=18)
    amount = models.DecimalField(max_digits=24, decimal_places=4)
    net = models.DecimalField(max_digits=24, decimal_places=4)
    first_day = models.DateField()
    last_day = models.DateField()
    days = models.SmallIntegerField(null=True)
    whole_days = models.SmallIntegerField(null=True)
    repairs_end = models.DateField(null=True)
    records = models.BigIntegerField(default=0)
    used = models.DecimalField(max_digits=40, decimal_places=0, null=True)
    generation = models.IntegerField(default=0)

    class Meta:
        db_table = "line"
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "realm",
                    "customer_id",
                    "period_end",
                    "subscription_id",
                    "component",
                    "period_start",
                    "rate_class",
                    "revision",
                ],
                name="line_key",
            )
        ]
        indexes = [models.Index(fields=["document"], name="line_document")]


class Account(RealmRow):
    """How far a customer was billed. `considered_on`: the last run day that looked at him; `billed_to`: the
    last one that dealt with him, also by finding nothing due (a bill carried forward or parked is not dealt
    with); `last_balance`: what he owed once his last document was issued, null before the first.
    """

    customer_id = models.BigIntegerField()
    considered_on = models.DateField()
    billed_to = models.DateField(null=True)
    last_balance = models.DecimalField(max_digits=24, decimal_places=4, null=True)

    class Meta:
        db_table = "account"
        constraints = [models.UniqueConstraint(fields=["realm", "customer_id"], name="account_customer")]


class NumberSeries(RealmModel):
    """The next number of a series; dealt inside the issuing transaction, so that a rollback leaves no hole.

    `pattern` is a format with {year} and {n}, for example "INV-{year}-{n:06d}".
    """

    code = models.TextField()
    pattern = models.TextField()
    next = models.BigIntegerField(default=1)

    class Meta:
        db_table = "number_series"
        constraints = [models.UniqueConstraint(fields=["realm", "code"], name="number_series_code")]
