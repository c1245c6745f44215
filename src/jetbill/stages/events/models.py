"""Events of a realm, and the queue: streams of jobs over all realms, which hold ids and times only."""

from django.db import models

from jetbill.stages.realms.fields import RealmForeignKey, RealmRow


class Event(RealmRow):
    """A fact, stored in the transaction of the change it tells about. Never edited."""

    kind = models.TextField()
    subject = models.TextField(help_text="Whom it is about: invoice:17.")
    at = models.DateTimeField()
    by = models.TextField(help_text="Who did it: staff:7, jet.")
    payload = models.JSONField()
    caused_by = RealmForeignKey("self", models.PROTECT, null=True, db_index=False, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["realm", "subject"], name="events_event_subject"),
            models.Index(
                fields=["caused_by"],
                name="events_event_caused_by",
                condition=models.Q(caused_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Stream(models.Model):
    """Jobs that must be done one after the other; the row holds the head, its due time and the lease.

    Open table, claimed over all realms: `realm` is a plain number, `key` holds words and ids, no content.
    """

    realm = models.BigIntegerField()
    key = models.TextField()
    kind = models.TextField(help_text="Of the head.")
    position_last = models.BigIntegerField(help_text="Given in the enqueuing transaction.")
    position_head = models.BigIntegerField(null=True, help_text="Null: nothing to do.")
    due = models.DateTimeField(null=True, help_text="When the head may be tried; null: parked or empty.")
    leased_until = models.DateTimeField(null=True, help_text="By the database's clock, not by ours.")
    lease = models.BigIntegerField(default=0, help_text="Counts claims: only the last one may finish.")
    attempts = models.IntegerField(default=0)
    parked = models.TextField(default="", help_text="Why a person must look, as a code.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["realm", "key"], name="events_stream_key")]
        indexes = [
            models.Index(fields=["due"], name="events_stream_due", condition=models.Q(due__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.realm}/{self.key}"


class Job(models.Model):
    """One thing to do; the row goes when it is done, what came of it is kept by the stage that did it."""

    pk = models.CompositePrimaryKey("stream_id", "position")
    stream = models.ForeignKey(Stream, models.CASCADE, db_constraint=False, db_index=False)
    position = models.BigIntegerField()
    kind = models.TextField()
    subject_id = models.BigIntegerField()
    due = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"
