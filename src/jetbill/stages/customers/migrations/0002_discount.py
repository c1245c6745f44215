"""Discounts of customers, the coupons they redeemed, and who brought whom."""

import django.db.models.deletion
from django.db import migrations, models

import jetbill.stages.realms.keys
import jetbill.stages.realms.scope


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0001_initial"),
        ("realms", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Discount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("start", models.DateField(db_column="start_day")),
                ("end", models.DateField(db_column="end_day", null=True)),
                ("percent", models.DecimalField(decimal_places=6, default=0, max_digits=9)),
                ("amount", models.DecimalField(decimal_places=9, default=0, max_digits=24)),
                ("text", models.TextField()),
                ("product", models.TextField(blank=True, default="")),
                ("plans", models.JSONField(default=list)),
                ("rank", models.SmallIntegerField(default=0)),
                ("source", models.TextField(blank=True, default="")),
                ("source_id", models.TextField(blank=True, default="")),
                (
                    "customer",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="discounts",
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
                    "subscription",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="discounts",
                        to="customers.subscription",
                    ),
                ),
            ],
            options={
                "db_table": "discount",
                "indexes": [models.Index(fields=["realm", "customer"], name="discount_customer")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount", 0), ("percent__gt", 0), ("percent__lte", 100)),
                            models.Q(("amount__gt", 0), ("percent", 0)),
                            _connector="OR",
                        ),
                        name="discount_percent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("end", None), ("end__gte", models.F("start")), _connector="OR"),
                        name="discount_days",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("source", ""), _negated=True),
                        fields=("realm", "source", "source_id"),
                        name="discount_source",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Redemption",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("book", models.TextField()),
                ("code", models.TextField()),
                ("number", models.IntegerField()),
                ("on", models.DateField(db_column="on_day")),
                (
                    "customer",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redemptions",
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
            ],
            options={
                "db_table": "redemption",
                "indexes": [models.Index(fields=["realm", "customer"], name="redemption_customer")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("realm", "book", "code", "number"), name="redemption_number"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Referral",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField(db_column="on_day")),
                (
                    "customer",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "referrer",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
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
            ],
            options={
                "db_table": "referral",
                "constraints": [
                    models.UniqueConstraint(fields=("realm", "customer"), name="referral_once"),
                    models.CheckConstraint(
                        condition=models.Q(("customer", models.F("referrer")), _negated=True),
                        name="referral_of_another",
                    ),
                ],
            },
        ),
    ]
