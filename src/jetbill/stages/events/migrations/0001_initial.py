"""Events and the queue."""

import django.db.models.deletion
from django.db import migrations, models

import jetbill.stages.realms.keys
import jetbill.stages.realms.scope


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("realms", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Stream",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("realm", models.BigIntegerField()),
                ("key", models.TextField()),
                ("kind", models.TextField(help_text="Of the head.")),
                ("position_last", models.BigIntegerField(help_text="Given in the enqueuing transaction.")),
                ("position_head", models.BigIntegerField(help_text="Null: nothing to do.", null=True)),
                (
                    "due",
                    models.DateTimeField(
                        help_text="When the head may be tried; null: parked or empty.", null=True
                    ),
                ),
                (
                    "leased_until",
                    models.DateTimeField(help_text="By the database's clock, not by ours.", null=True),
                ),
                (
                    "lease",
                    models.BigIntegerField(
                        default=0, help_text="Counts claims: only the last one may finish."
                    ),
                ),
                ("attempts", models.IntegerField(default=0)),
                ("parked", models.TextField(default="", help_text="Why a person must look, as a code.")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("due__isnull", False)), fields=["due"], name="events_stream_due"
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("realm", "key"), name="events_stream_key")],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.TextField()),
                ("subject", models.TextField(help_text="Whom it is about: invoice:17.")),
                ("at", models.DateTimeField()),
                ("by", models.TextField(help_text="Who did it: staff:7, jet.")),
                ("payload", models.JSONField()),
                (
                    "caused_by",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "realm",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        default=jetbill.stages.realms.scope.current_realm_id,
                        editable=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="realms.realm",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["realm", "subject"], name="events_event_subject"),
                    models.Index(
                        condition=models.Q(("caused_by__isnull", False)),
                        fields=["caused_by"],
                        name="events_event_caused_by",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "stream_id",
                        "position",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("position", models.BigIntegerField()),
                ("kind", models.TextField()),
                ("subject_id", models.BigIntegerField()),
                ("due", models.DateTimeField()),
                (
                    "stream",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="events.stream",
                    ),
                ),
            ],
        ),
        # Streams are updated all the time: leave room in each page, clean early.
        migrations.RunSQL(
            "ALTER TABLE events_stream SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);"
            "ALTER TABLE events_job SET (autovacuum_vacuum_scale_factor = 0.02)",
            migrations.RunSQL.noop,
        ),
    ]
