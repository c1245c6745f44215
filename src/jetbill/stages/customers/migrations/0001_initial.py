"""Customers, what they took, and which identifiers are theirs."""

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
            name="Customer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.TextField()),
                ("name", models.TextField()),
                ("is_company", models.BooleanField(default=False)),
                ("language", models.TextField(default="en")),
                ("zone", models.TextField(blank=True, default="")),
                ("currency", models.TextField()),
                ("bill_day", models.SmallIntegerField(default=1)),
                ("payment_days", models.SmallIntegerField(default=14)),
                (
                    "delivery",
                    models.TextField(
                        choices=[("email", "Email"), ("post", "Post"), ("none", "None")], default="email"
                    ),
                ),
                ("tax_id", models.TextField(blank=True, default="")),
                ("country", models.TextField(blank=True, default="")),
                ("tax_exempt", models.JSONField(default=list)),
                ("billed_through", models.DateField(null=True)),
                ("closed_on", models.DateField(null=True)),
                ("share", models.SmallIntegerField()),
                (
                    "parent",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
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
                "db_table": "customer",
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.TextField(blank=True, default="")),
                ("email", models.TextField(blank=True, default="")),
                ("phone", models.TextField(blank=True, default="")),
                ("is_billing", models.BooleanField(default=True)),
                ("bounced_at", models.DateTimeField(null=True)),
                ("bounce_reason", models.TextField(blank=True, default="")),
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
                    "customer",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contacts",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "db_table": "contact",
            },
        ),
        migrations.CreateModel(
            name="BillDayChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField(db_column="on_day")),
                ("bill_day", models.SmallIntegerField()),
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
                    "customer",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bill_day_changes",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "db_table": "bill_day_change",
            },
        ),
        migrations.CreateModel(
            name="Address",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.TextField(default="billing")),
                ("lines", models.JSONField(default=list)),
                ("city", models.TextField(blank=True, default="")),
                ("postcode", models.TextField(blank=True, default="")),
                ("region", models.TextField(blank=True, default="")),
                ("country", models.TextField(blank=True, default="")),
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
                    "customer",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="addresses",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "db_table": "address",
            },
        ),
        migrations.CreateModel(
            name="Identifier",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("value", models.TextField()),
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
                "db_table": "identifier",
            },
        ),
        migrations.CreateModel(
            name="Service",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.TextField()),
                ("service_class", models.TextField(default="data")),
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
                "db_table": "service",
            },
        ),
        migrations.CreateModel(
            name="ServiceIdentifier",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("start", models.DateTimeField(db_column="start_at")),
                ("end", models.DateTimeField(db_column="end_at", null=True)),
                (
                    "identifier",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="services",
                        to="customers.identifier",
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
                    "service",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="identifiers",
                        to="customers.service",
                    ),
                ),
            ],
            options={
                "db_table": "service_identifier",
            },
        ),
        migrations.CreateModel(
            name="ShareTerms",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("share", models.SmallIntegerField()),
                ("version", models.BigIntegerField(default=0)),
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
                "db_table": "share_terms",
            },
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("book", models.TextField()),
                ("bundle", models.TextField()),
                ("label", models.TextField(blank=True, default="")),
                ("billed_through", models.DateField(null=True)),
                ("started_on", models.DateField()),
                ("ended_on", models.DateField(null=True)),
                (
                    "customer",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subscriptions",
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
                "db_table": "subscription",
            },
        ),
        migrations.AddField(
            model_name="service",
            name="subscription",
            field=jetbill.stages.realms.keys.RealmForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="services",
                to="customers.subscription",
            ),
        ),
        migrations.CreateModel(
            name="OneOff",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField(db_column="on_day")),
                ("kind", models.TextField(default="charge")),
                ("text", models.TextField()),
                ("quantity", models.DecimalField(decimal_places=9, default=1, max_digits=24)),
                ("amount", models.DecimalField(decimal_places=9, max_digits=24)),
                ("product", models.TextField(blank=True, default="")),
                ("tax_class", models.TextField(default="standard")),
                ("source", models.TextField(blank=True, default="")),
                ("source_id", models.TextField(blank=True, default="")),
                (
                    "customer",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="one_offs",
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
                        related_name="one_offs",
                        to="customers.subscription",
                    ),
                ),
            ],
            options={
                "db_table": "one_off",
            },
        ),
        migrations.CreateModel(
            name="Happening",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField(db_column="on_day")),
                ("kind", models.TextField()),
                ("slot", models.SmallIntegerField(default=0)),
                ("choices", models.JSONField(default=list)),
                ("recorded_at", models.DateTimeField()),
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="happenings",
                        to="customers.subscription",
                    ),
                ),
            ],
            options={
                "db_table": "happening",
            },
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["realm", "share"], name="customer_share"),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.UniqueConstraint(fields=("realm", "number"), name="customer_number"),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.CheckConstraint(
                condition=models.Q(("bill_day__range", (0, 31))), name="customer_bill_day"
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["customer"], name="contact_customer"),
        ),
        migrations.AddIndex(
            model_name="billdaychange",
            index=models.Index(fields=["realm", "customer"], name="bill_day_change_customer"),
        ),
        migrations.AddConstraint(
            model_name="address",
            constraint=models.UniqueConstraint(fields=("realm", "customer", "kind"), name="address_kind"),
        ),
        migrations.AddConstraint(
            model_name="identifier",
            constraint=models.UniqueConstraint(fields=("realm", "value"), name="identifier_value"),
        ),
        migrations.AddIndex(
            model_name="serviceidentifier",
            index=models.Index(fields=["realm", "service"], name="service_identifier_service"),
        ),
        migrations.AddIndex(
            model_name="serviceidentifier",
            index=models.Index(fields=["realm", "identifier"], name="service_identifier_identifier"),
        ),
        migrations.AddConstraint(
            model_name="shareterms",
            constraint=models.UniqueConstraint(fields=("realm", "share"), name="share_terms_share"),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(fields=["realm", "customer"], name="subscription_customer"),
        ),
        migrations.AddIndex(
            model_name="service",
            index=models.Index(fields=["realm", "subscription"], name="service_subscription"),
        ),
        migrations.AddIndex(
            model_name="oneoff",
            index=models.Index(fields=["realm", "customer"], name="one_off_customer"),
        ),
        migrations.AddConstraint(
            model_name="oneoff",
            constraint=models.UniqueConstraint(
                condition=models.Q(("source", ""), _negated=True),
                fields=("realm", "source", "source_id"),
                name="one_off_source",
            ),
        ),
        migrations.AddIndex(
            model_name="happening",
            index=models.Index(fields=["realm", "subscription", "on"], name="happening_subscription"),
        ),
    ]
