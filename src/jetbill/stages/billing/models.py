"""Bill runs, documents with lines, number series, and what keeps two runs from billing a thing twice."""

from functools import lru_cache

from django.contrib.postgres.fields import ArrayField
from django.db import models

from jetbill.stages.billing import sealing
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

    `ordinal` counts the runs of a day. Only one run of a realm is unfinished at any time. Once it is
    drafted, `first_numbers` are the first of the numbers set aside for it, by series: its chunks count on
    from there, in their order. With `rerate_since` it bills nothing new: it prices anew what was issued of
    the periods that reach beyond that day, and nobody counts as billed any further by it.
    """

    on = models.DateField(db_column="on_day")
    ordinal = models.IntegerField(default=1)
    state = models.TextField(choices=RunState.choices, default=RunState.DRAFTING)
    stamp = models.DateTimeField()
    customers = models.IntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    held_because = models.TextField(default="", blank=True)
    first_numbers = models.JSONField(null=True)
    rerate_since = models.DateField(null=True)

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
    """Some customers of a run, in id order, drafted in one transaction and issued in one.

    `drafts` are the ids of its documents by kind, in the order of their numbers, and `kinds` says how many.
    """

    run = RealmForeignKey(BillRun, models.CASCADE, related_name="chunks")
    ordinal = models.IntegerField()
    customers = ArrayField(models.BigIntegerField())
    state = models.TextField(choices=ChunkState.choices, default=ChunkState.WAITING)
    documents = models.IntegerField(default=0)
    drafts = models.JSONField(default=dict)
    kinds = models.JSONField(default=dict)
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


class ViewFrame(RealmRow):
    """What the views of many documents have in common, under its SHA-256; see `sealing`. Never changed."""

    digest = models.BinaryField()
    body = models.TextField()

    class Meta:
        db_table = "view_frame"
        constraints = [models.UniqueConstraint(fields=["realm", "digest"], name="view_frame_digest")]


class Document(RealmRow):
    """A draft until `number` is set; from then on immutable (the database refuses an update of what counts).

    `frame` (the digest of a ViewFrame, or empty) and `own` hold the view that the document is drawn from,
    frozen when it is drafted; `view_digest` ties them and the number together, see `sealing`. `source` names
    what asked for it (run, payment, person) so that the same cause makes one document. `accounts` with
    `amounts` are the posting that issuing books.
    """

    customer = RealmForeignKey(
        Customer, models.PROTECT, in_sets=True, related_name="documents", db_index=False
    )
    run = RealmForeignKey(
        BillRun, models.PROTECT, in_sets=True, null=True, related_name="documents", db_index=False
    )
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
    corrects = RealmForeignKey(
        "billing.Document", models.PROTECT, null=True, related_name="corrections", db_index=False
    )
    accounts = ArrayField(models.TextField(), default=list)
    amounts = ArrayField(models.DecimalField(max_digits=24, decimal_places=4), default=list)
    frame = models.BinaryField(default=b"")
    own = models.TextField()
    view_digest = models.BinaryField()
    issued_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "document"
        constraints = [
            models.UniqueConstraint(
                fields=["realm", "series", "number"],
                condition=models.Q(number__isnull=False),
                name="document_number",
            ),
            models.UniqueConstraint(
                fields=["realm", "run", "customer", "currency", "kind"],
                condition=models.Q(run__isnull=False),
                name="document_once_a_run",
            ),
        ]
        indexes = [
            models.Index(
                fields=["realm", "customer", "on"],
                include=["kind", "total"],
                condition=models.Q(number__isnull=False),
                name="document_customer",
            ),
            models.Index(
                fields=["realm", "corrects"],
                condition=models.Q(corrects__isnull=False),
                name="document_corrects",
            ),
        ]

    @property
    def view(self) -> bytes:
        """The canonical JSON it is drawn from, of a draft without a number; raises Altered if what is stored
        is not what was frozen."""
        parts = sealing.Parts(bytes(self.frame), self.own)
        return sealing.opened(parts, _frame(bytes(self.frame)), self.number, bytes(self.view_digest))

    @view.setter
    def view(self, whole: bytes) -> None:
        """Freeze a view that is like no other, with its number in it."""
        parts = sealing.Parts(b"", whole.decode())
        self.frame, self.own = parts.frame, parts.own
        self.view_digest = sealing.drafted_digest(parts)
        if self.number is not None:
            self.view_digest = sealing.issued_digest(self.view_digest, self.number)


@lru_cache(maxsize=64)
def _frame(digest: bytes) -> str:
    """The body of a frame, which is known by its digest whatever realm it is of."""
    return ViewFrame.objects.get(digest=digest).body if digest else ""


class Line(RealmRow):
    """One line of a document. Millions come at once, so there is no key to check per row: the database looks
    once per statement that every line belongs to a draft.

    Its key says what it charges; `revision` counts earlier lines of that key, so that two runs which found
    the same difference collide. `amount` is as the customer owes: net, or gross where prices include tax,
    negative on a credit note. `item` is the kernel's Item as canonical JSON: equal items are equal texts.
    `first_day` to `last_day` (exclusive) are the days to print; `days` of `whole_days` the share;
    `repairs_end` the period end of the issued line of the same key that this one adjusts; `used` the measured
    base units of a line that was priced on the total of its period.
    """

    pk = models.CompositePrimaryKey("realm", "document_id", "ordinal")
    document_id = models.BigIntegerField()
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


class Account(RealmRow):
    """How far a customer was billed. `considered_on`: the last run day that looked at him; `billed_to`: the
    last one that dealt with him, also by finding nothing due (a bill carried forward or parked is not dealt
    with). What they were before the last run is kept, for a run that is thrown away.
    """

    customer_id = models.BigIntegerField()
    considered_on = models.DateField()
    billed_to = models.DateField(null=True)
    considered_before = models.DateField(null=True)
    billed_before = models.DateField(null=True)

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
