"""Units, blocks and totals of rating."""

import django.db.models.deletion
from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

import jetbill.stages.realms.scope


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("realms", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="DayTotal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("unit_id", models.BigIntegerField()),
                ("customer_id", models.BigIntegerField()),
                ("service_id", models.BigIntegerField()),
                ("service_class", models.TextField()),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("octets_in", ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("octets_out", ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("seconds", ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("records", ArrayField(base_field=models.BigIntegerField(), size=None)),
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
                "db_table": "day_total",
                "indexes": [
                    models.Index(fields=["realm", "customer_id", "last_day"], name="day_total_customer"),
                    models.Index(fields=["unit_id"], name="day_total_unit"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PeriodTotal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("unit_id", models.BigIntegerField()),
                ("generation", models.IntegerField()),
                ("customer_id", models.BigIntegerField()),
                ("subscription_id", models.BigIntegerField()),
                ("service_id", models.BigIntegerField()),
                ("component", models.TextField()),
                ("plan", models.TextField()),
                ("version", models.IntegerField()),
                ("period_start", models.DateField()),
                ("period_end", models.DateField()),
                ("rate_class", models.TextField(default="")),
                ("quantity", models.DecimalField(decimal_places=0, max_digits=40)),
                ("records", models.BigIntegerField()),
                ("numerator", models.DecimalField(decimal_places=0, max_digits=60, null=True)),
                ("denominator", models.DecimalField(decimal_places=0, max_digits=40, null=True)),
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
                "db_table": "period_total",
                "indexes": [
                    models.Index(fields=["realm", "customer_id", "period_end"], name="period_total_customer"),
                    models.Index(fields=["unit_id"], name="period_total_unit"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RatedBlock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("unit_id", models.BigIntegerField()),
                ("generation", models.IntegerField()),
                ("ordinal", models.IntegerField()),
                ("rows", models.IntegerField()),
                ("first_service", models.BigIntegerField()),
                ("last_service", models.BigIntegerField()),
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
                "db_table": "rated_block",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("realm", "unit_id", "generation", "ordinal"), name="rated_block_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RatedUnit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("share", models.SmallIntegerField()),
                ("month", models.DateField()),
                ("generation", models.IntegerField(default=0)),
                ("billed_generation", models.IntegerField(default=0)),
                ("terms_version", models.BigIntegerField(default=0)),
                ("books_digest", models.TextField(default="")),
                ("rated_at", models.DateTimeField(null=True)),
                ("records", models.BigIntegerField(default=0)),
                ("octets", models.BigIntegerField(default=0)),
                ("seconds", models.BigIntegerField(default=0)),
                ("rated_records", models.BigIntegerField(default=0)),
                ("rated_octets", models.BigIntegerField(default=0)),
                ("rated_seconds", models.BigIntegerField(default=0)),
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
                "db_table": "rated_unit",
                "constraints": [
                    models.UniqueConstraint(fields=("realm", "share", "month"), name="rated_unit_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Unrated",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("unit_id", models.BigIntegerField()),
                ("status", models.SmallIntegerField()),
                ("records", models.BigIntegerField()),
                ("octets", models.BigIntegerField()),
                ("seconds", models.BigIntegerField()),
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
                "db_table": "unrated",
                "constraints": [
                    models.UniqueConstraint(fields=("realm", "unit_id", "status"), name="unrated_once")
                ],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE rated_block ALTER COLUMN body SET STORAGE EXTERNAL",  # compressed already
            migrations.RunSQL.noop,
        ),
    ]
