"""Files, the usage they brought, the rows that are no usage, and what is known of sessions.

Records and reports are written by the million: no foreign keys, partitioned by month, time first in the key
so that new rows land side by side.
"""

from django.db import models

from jetbill.stages.realms.fields import RealmForeignKey, RealmModel, RealmRow


class UsageFile(RealmModel):
    """One file read by one version of a format, and what became of its rows.

    In every count read = taken + duplicates + quarantined. `line_done`: all rows up to it are stored.
    """

    name = models.TextField()
    digest = models.TextField()
    format = models.TextField()
    format_digest = models.TextField()
    header = models.JSONField(default=list)
    size = models.BigIntegerField()
    lines = models.BigIntegerField()
    line_done = models.BigIntegerField(default=0)
    begun_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    passed_over = models.BigIntegerField(default=0)
    read_records = models.BigIntegerField(default=0)
    read_octets = models.BigIntegerField(default=0)
    read_seconds = models.BigIntegerField(default=0)
    taken_records = models.BigIntegerField(default=0)
    taken_octets = models.BigIntegerField(default=0)
    taken_seconds = models.BigIntegerField(default=0)
    duplicates_records = models.BigIntegerField(default=0)
    duplicates_octets = models.BigIntegerField(default=0)
    duplicates_seconds = models.BigIntegerField(default=0)
    quarantined_records = models.BigIntegerField(default=0)
    quarantined_octets = models.BigIntegerField(default=0)
    quarantined_seconds = models.BigIntegerField(default=0)

    class Meta:
        db_table = "usage_file"
        constraints = [
            models.UniqueConstraint(
                fields=["realm", "digest", "format", "format_digest"], name="usage_file_once"
            )
        ]


class UsageRecord(RealmRow):
    """An immutable measured fact. `file` and `line` name the source row; nothing is ever edited.

    `direction` 0 out, 1 in; `service_class` counts kernel.book.ServiceClass; numbers are encoded as
    kernel.decks.encode_number does, 0 is none. A session report's record covers the time since the last one.
    """

    pk = models.CompositePrimaryKey("realm", "started", "key")
    started = models.DateTimeField()
    key = models.UUIDField()
    identifier = models.BigIntegerField(db_column="identifier_id")
    file = models.BigIntegerField(db_column="file_id")
    line = models.IntegerField()
    service_class = models.SmallIntegerField()
    direction = models.SmallIntegerField()
    duration_s = models.BigIntegerField()
    octets_in = models.BigIntegerField()
    octets_out = models.BigIntegerField()
    quantity = models.BigIntegerField()
    party = models.BigIntegerField()
    counterparty = models.BigIntegerField()

    class Meta:
        db_table = "usage_record"
        # The identifier alone: equal entries share one list, a quarter of the size.
        indexes = [models.Index(fields=["identifier"], name="usage_record_identifier")]


class UsageBlock(RealmRow):
    """Records of a month (UTC) once more, as columns: which is what rating reads; see `columnar`."""

    month = models.DateField()
    rows = models.IntegerField()
    body = models.BinaryField()

    class Meta:
        db_table = "usage_block"
        indexes = [models.Index(fields=["realm", "month"], name="usage_block_month")]


class State(models.TextChoices):
    """What became of a row in quarantine."""

    OPEN = "open"
    TAKEN = "taken"
    SET_ASIDE = "set_aside"


class QuarantinedRow(RealmModel):
    """A row that is no usage: as it came (or as a person mended it), with its reason."""

    file = RealmForeignKey(UsageFile, models.PROTECT, related_name="quarantine")
    line = models.BigIntegerField()
    key = models.UUIDField()
    raw = models.TextField()
    reason = models.TextField()
    state = models.TextField(choices=State.choices, default=State.OPEN)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(default="", blank=True)

    class Meta:
        db_table = "usage_quarantine"
        constraints = [
            models.UniqueConstraint(fields=["realm", "key"], name="usage_quarantine_once"),
        ]
        indexes = [
            models.Index(fields=["file", "line"], name="usage_quarantine_file"),
            models.Index(
                fields=["realm", "id"], name="usage_quarantine_open", condition=models.Q(state=State.OPEN)
            ),
        ]


class UsageSession(RealmModel):
    """What is known of a session id so far, as kernel.sessions.Known; instants in seconds since 1970.

    `began` null: locked by an import that has not told more yet. `closed_at`: its router restarted.
    """

    key = models.UUIDField()
    nas = models.TextField(default="", blank=True)
    began = models.BigIntegerField(null=True)
    at = models.BigIntegerField(default=0)
    stopped_at = models.BigIntegerField(null=True)
    closed_at = models.BigIntegerField(null=True)
    raw_seconds = models.BigIntegerField(default=0)
    raw_octets_in = models.BigIntegerField(default=0)
    raw_octets_out = models.BigIntegerField(default=0)
    total_seconds = models.BigIntegerField(default=0)
    total_octets_in = models.BigIntegerField(default=0)
    total_octets_out = models.BigIntegerField(default=0)
    told_seconds = models.BigIntegerField(default=0)
    told_octets_in = models.BigIntegerField(default=0)
    told_octets_out = models.BigIntegerField(default=0)

    class Meta:
        db_table = "usage_session"
        constraints = [models.UniqueConstraint(fields=["realm", "key"], name="usage_session_key")]
        indexes = [
            models.Index(
                fields=["realm", "nas"],
                name="usage_session_open",
                condition=models.Q(stopped_at=None, closed_at=None),
            )
        ]


class UsageReport(RealmRow):
    """A session report as it came; -1 is what it does not tell. Deltas can be made from these again."""

    pk = models.CompositePrimaryKey("realm", "reported", "key")
    reported = models.DateTimeField()
    key = models.UUIDField()
    session = models.UUIDField()
    kind = models.SmallIntegerField()
    seconds = models.BigIntegerField()
    octets_in = models.BigIntegerField()
    octets_out = models.BigIntegerField()
    file = models.BigIntegerField(db_column="file_id")
    line = models.IntegerField()

    class Meta:
        db_table = "usage_report"
        indexes = [models.Index(fields=["session"], name="usage_report_session")]
