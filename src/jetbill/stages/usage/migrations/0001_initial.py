"""Files, records by month, reports by month, sessions and quarantine."""

import django.db.models.deletion
from django.db import migrations, models

import jetbill.stages.realms.keys
import jetbill.stages.realms.scope
from jetbill.stages.realms.operations import PartitionedCreateModel, month_partitions


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("realms", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="UsageFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.TextField()),
                ("digest", models.TextField()),
                ("format", models.TextField()),
                ("format_digest", models.TextField()),
                ("header", models.JSONField(default=list)),
                ("size", models.BigIntegerField()),
                ("lines", models.BigIntegerField()),
                ("line_done", models.BigIntegerField(default=0)),
                ("begun_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("passed_over", models.BigIntegerField(default=0)),
                ("read_records", models.BigIntegerField(default=0)),
                ("read_octets", models.BigIntegerField(default=0)),
                ("read_seconds", models.BigIntegerField(default=0)),
                ("taken_records", models.BigIntegerField(default=0)),
                ("taken_octets", models.BigIntegerField(default=0)),
                ("taken_seconds", models.BigIntegerField(default=0)),
                ("duplicates_records", models.BigIntegerField(default=0)),
                ("duplicates_octets", models.BigIntegerField(default=0)),
                ("duplicates_seconds", models.BigIntegerField(default=0)),
                ("quarantined_records", models.BigIntegerField(default=0)),
                ("quarantined_octets", models.BigIntegerField(default=0)),
                ("quarantined_seconds", models.BigIntegerField(default=0)),
                (
                    "realm",
                    models.ForeignKey(
                        db_index=False,
                        default=jetbill.stages.realms.scope.current_realm_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="realms.realm",
                    ),
                ),
            ],
            options={
                "db_table": "usage_file",
            },
        ),
        migrations.CreateModel(
            name="QuarantinedRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.BigIntegerField()),
                ("key", models.UUIDField()),
                ("raw", models.TextField()),
                ("reason", models.TextField()),
                (
                    "state",
                    models.TextField(
                        choices=[("open", "Open"), ("taken", "Taken"), ("set_aside", "Set Aside")],
                        default="open",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.TextField(blank=True, default="")),
                (
                    "realm",
                    models.ForeignKey(
                        db_index=False,
                        default=jetbill.stages.realms.scope.current_realm_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="realms.realm",
                    ),
                ),
                (
                    "file",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quarantine",
                        to="usage.usagefile",
                    ),
                ),
            ],
            options={
                "db_table": "usage_quarantine",
            },
        ),
        migrations.CreateModel(
            name="UsageBlock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField()),
                ("rows", models.IntegerField()),
                ("body", models.BinaryField()),
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
                "db_table": "usage_block",
                "indexes": [models.Index(fields=["realm", "month"], name="usage_block_month")],
            },
        ),
        PartitionedCreateModel(
            name="UsageRecord",
            partition_by="RANGE (started)",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "realm",
                        "started",
                        "key",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("started", models.DateTimeField()),
                ("key", models.UUIDField()),
                ("identifier", models.BigIntegerField(db_column="identifier_id")),
                ("file", models.BigIntegerField(db_column="file_id")),
                ("line", models.IntegerField()),
                ("service_class", models.SmallIntegerField()),
                ("direction", models.SmallIntegerField()),
                ("duration_s", models.BigIntegerField()),
                ("octets_in", models.BigIntegerField()),
                ("octets_out", models.BigIntegerField()),
                ("quantity", models.BigIntegerField()),
                ("party", models.BigIntegerField()),
                ("counterparty", models.BigIntegerField()),
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
                "db_table": "usage_record",
            },
        ),
        PartitionedCreateModel(
            name="UsageReport",
            partition_by="RANGE (reported)",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "realm",
                        "reported",
                        "key",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("reported", models.DateTimeField()),
                ("key", models.UUIDField()),
                ("session", models.UUIDField()),
                ("kind", models.SmallIntegerField()),
                ("seconds", models.BigIntegerField()),
                ("octets_in", models.BigIntegerField()),
                ("octets_out", models.BigIntegerField()),
                ("file", models.BigIntegerField(db_column="file_id")),
                ("line", models.IntegerField()),
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
                "db_table": "usage_report",
            },
        ),
        migrations.CreateModel(
            name="UsageSession",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField()),
                ("nas", models.TextField(blank=True, default="")),
                ("began", models.BigIntegerField(null=True)),
                ("at", models.BigIntegerField(default=0)),
                ("stopped_at", models.BigIntegerField(null=True)),
                ("closed_at", models.BigIntegerField(null=True)),
                ("raw_seconds", models.BigIntegerField(default=0)),
                ("raw_octets_in", models.BigIntegerField(default=0)),
                ("raw_octets_out", models.BigIntegerField(default=0)),
                ("total_seconds", models.BigIntegerField(default=0)),
                ("total_octets_in", models.BigIntegerField(default=0)),
                ("total_octets_out", models.BigIntegerField(default=0)),
                ("told_seconds", models.BigIntegerField(default=0)),
                ("told_octets_in", models.BigIntegerField(default=0)),
                ("told_octets_out", models.BigIntegerField(default=0)),
                (
                    "realm",
                    models.ForeignKey(
                        db_index=False,
                        default=jetbill.stages.realms.scope.current_realm_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="realms.realm",
                    ),
                ),
            ],
            options={
                "db_table": "usage_session",
            },
        ),
        migrations.AddConstraint(
            model_name="usagefile",
            constraint=models.UniqueConstraint(
                fields=("realm", "digest", "format", "format_digest"), name="usage_file_once"
            ),
        ),
        migrations.AddIndex(
            model_name="quarantinedrow",
            index=models.Index(fields=["file", "line"], name="usage_quarantine_file"),
        ),
        migrations.AddIndex(
            model_name="quarantinedrow",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["realm", "id"], name="usage_quarantine_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="quarantinedrow",
            constraint=models.UniqueConstraint(fields=("realm", "key"), name="usage_quarantine_once"),
        ),
        migrations.AddIndex(
            model_name="usagerecord",
            index=models.Index(fields=["identifier"], name="usage_record_identifier"),
        ),
        migrations.AddIndex(
            model_name="usagereport",
            index=models.Index(fields=["session"], name="usage_report_session"),
        ),
        migrations.AddIndex(
            model_name="usagesession",
            index=models.Index(
                condition=models.Q(("closed_at", None), ("stopped_at", None)),
                fields=["realm", "nas"],
                name="usage_session_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="usagesession",
            constraint=models.UniqueConstraint(fields=("realm", "key"), name="usage_session_key"),
        ),
        migrations.RunSQL(
            "ALTER TABLE usage_block ALTER COLUMN body SET STORAGE EXTERNAL",  # compressed already
            migrations.RunSQL.noop,
        ),
        month_partitions("usage_record", "usage_month"),
        month_partitions("usage_report", "usage_report_month"),
    ]
