"""The bytes of documents, their deliveries with the log, and batches for the printer."""

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
            name="PrintBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField()),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("digest", models.BinaryField(default=b"")),
                ("size", models.BigIntegerField(default=0)),
                ("letters", models.IntegerField(default=0)),
                ("pages", models.IntegerField(default=0)),
                ("sheets", models.IntegerField(default=0)),
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
                "db_table": "print_batch",
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("receiver", models.TextField()),
                ("purpose", models.TextField(default="issued")),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("due", "Due"),
                            ("sending", "Sending"),
                            ("sent", "Sent"),
                            ("failed", "Failed"),
                            ("parked", "Parked"),
                            ("to_print", "To Print"),
                            ("printed", "Printed"),
                            ("switched_off", "Switched Off"),
                        ],
                        default="due",
                    ),
                ),
                ("message_id", models.TextField(blank=True, default="")),
                (
                    "sender",
                    models.TextField(
                        blank=True, default="", help_text="From, as it is written in the letter."
                    ),
                ),
                ("reply_to", models.TextField(blank=True, default="")),
                ("bounces_to", models.TextField(blank=True, default="")),
                ("address", models.TextField(blank=True, default="")),
                ("subject", models.TextField(blank=True, default="")),
                ("text", models.TextField(blank=True, default="")),
                ("language", models.TextField(blank=True, default="")),
                ("digest", models.BinaryField(default=b"")),
                ("attempts", models.IntegerField(default=0)),
                ("reply", models.TextField(blank=True, default="")),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "contact",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="customers.contact",
                    ),
                ),
                (
                    "document",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
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
                    "batch",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="delivery.printbatch",
                    ),
                ),
            ],
            options={
                "db_table": "delivery",
            },
        ),
        migrations.CreateModel(
            name="Rendering",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.BinaryField()),
                ("size", models.BigIntegerField()),
                ("key", models.TextField()),
                ("rendered_at", models.DateTimeField()),
                (
                    "document",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renderings",
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
            ],
            options={
                "db_table": "rendering",
            },
        ),
        migrations.CreateModel(
            name="DeliveryLog",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("what", models.TextField()),
                ("more", models.TextField(blank=True, default="")),
                (
                    "delivery",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="log",
                        to="delivery.delivery",
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
                "db_table": "delivery_log",
                "indexes": [models.Index(fields=["delivery", "id"], name="delivery_log_delivery")],
            },
        ),
        migrations.AddConstraint(
            model_name="printbatch",
            constraint=models.UniqueConstraint(fields=("realm", "number"), name="print_batch_number"),
        ),
        migrations.AddConstraint(
            model_name="printbatch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at", None)), fields=("realm",), name="print_batch_open"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["contact"], name="delivery_contact"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["batch"], name="delivery_batch"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "to_print")), fields=["realm", "id"], name="delivery_to_print"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                fields=("realm", "document", "receiver", "purpose"), name="delivery_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="rendering",
            constraint=models.UniqueConstraint(fields=("realm", "document"), name="rendering_document"),
        ),
        migrations.RunSQL(
            "REVOKE UPDATE ON rendering, delivery_log FROM jet_app",
            "GRANT UPDATE ON rendering, delivery_log TO jet_app",
        ),
    ]
