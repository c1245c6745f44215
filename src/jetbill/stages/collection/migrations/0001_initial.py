"""Payments, and what each of them settles."""

import django.db.models.deletion
from django.db import migrations, models

import jetbill.stages.realms.keys
import jetbill.stages.realms.scope


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("billing", "0001_initial"),
        ("customers", "0001_initial"),
        ("realms", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.TextField()),
                ("source_id", models.TextField()),
                ("on", models.DateField(db_column="on_day")),
                ("amount", models.DecimalField(decimal_places=4, max_digits=24)),
                ("left", models.DecimalField(decimal_places=4, max_digits=24)),
                ("currency", models.TextField()),
                ("method", models.TextField(default="transfer")),
                ("reference", models.TextField(blank=True, default="")),
                ("recorded_at", models.DateTimeField()),
                ("taken_back_on", models.DateField(null=True)),
                ("taken_back_because", models.TextField(blank=True, default="")),
                (
                    "customer",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="customers.customer",
                    ),
                ),
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
                    "receipt",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.document",
                    ),
                ),
            ],
            options={
                "db_table": "payment",
            },
        ),
        migrations.CreateModel(
            name="Allocation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=4, max_digits=24)),
                ("on", models.DateField(db_column="on_day")),
                ("undone_on", models.DateField(null=True)),
                (
                    "credit",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.document",
                    ),
                ),
                (
                    "customer",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "document",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.document",
                    ),
                ),
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
                    "payment",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        to="collection.payment",
                    ),
                ),
            ],
            options={
                "db_table": "allocation",
            },
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["realm", "customer", "on"], name="payment_customer"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["receipt"], name="payment_receipt"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("left__gt", 0)), fields=["realm", "customer"], name="payment_left"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                fields=("realm", "source", "source_id"), name="payment_source"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0), ("left__gte", 0), ("left__lte", models.F("amount"))),
                name="payment_amounts",
            ),
        ),
        migrations.AddIndex(
            model_name="allocation",
            index=models.Index(fields=["document"], name="allocation_document"),
        ),
        migrations.AddIndex(
            model_name="allocation",
            index=models.Index(fields=["payment"], name="allocation_payment"),
        ),
        migrations.AddIndex(
            model_name="allocation",
            index=models.Index(fields=["credit"], name="allocation_credit"),
        ),
        migrations.AddIndex(
            model_name="allocation",
            index=models.Index(fields=["customer"], name="allocation_customer"),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="allocation_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(("payment", None), ("credit", None), _connector="XOR"),
                name="allocation_one_source",
            ),
        ),
    ]
