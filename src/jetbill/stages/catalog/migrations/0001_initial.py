"""Price books, their versions and all that a version holds."""

import django.db.models.deletion
from django.db import migrations, models

import jetbill.stages.catalog.models
import jetbill.stages.realms.keys
import jetbill.stages.realms.scope


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("realms", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="BookVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField()),
                (
                    "state",
                    models.TextField(
                        choices=[("draft", "Draft"), ("published", "Published")], default="draft"
                    ),
                ),
                ("effective", models.DateField(null=True)),
                (
                    "applies",
                    models.TextField(
                        choices=[("new", "new"), ("everybody", "everybody"), ("next_period", "next_period")],
                        default="everybody",
                    ),
                ),
                ("digest", models.TextField()),
                ("name", models.TextField()),
                ("currency", models.TextField()),
                ("prices_include_tax", models.BooleanField()),
                ("referral", models.JSONField(null=True)),
                ("drafted_at", models.DateTimeField()),
                ("published_at", models.DateTimeField(null=True)),
                ("published_by", models.TextField(blank=True, default="")),
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
                "db_table": "book_version",
            },
        ),
        migrations.CreateModel(
            name="Bundle",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ordinal", models.IntegerField()),
                ("code", models.TextField()),
                ("name", models.TextField()),
                ("is_staff_only", models.BooleanField()),
                ("is_active", models.BooleanField()),
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
                    "version",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.bookversion",
                    ),
                ),
            ],
            options={
                "db_table": "bundle",
            },
        ),
        migrations.CreateModel(
            name="Calendar",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ordinal", models.IntegerField()),
                ("code", models.TextField()),
                ("classes", models.JSONField()),
                ("rest", models.TextField()),
                ("zone", models.TextField(null=True)),
                ("holidays", models.JSONField()),
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
                    "version",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.bookversion",
                    ),
                ),
            ],
            options={
                "db_table": "calendar",
            },
        ),
        migrations.CreateModel(
            name="DeckRate",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "realm",
                        "deck",
                        "ordinal",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("deck", models.BigIntegerField(db_column="deck_id")),
                ("ordinal", models.IntegerField()),
                ("prefix", models.TextField()),
                ("destination", models.TextField()),
                ("per_minute", jetbill.stages.catalog.models.PriceField()),
                ("connect_fee", jetbill.stages.catalog.models.PriceField()),
                ("minimum_s", models.IntegerField()),
                ("first_s", models.IntegerField()),
                ("next_s", models.IntegerField()),
                ("effective", models.DateField()),
                ("from_prefix", models.TextField(blank=True)),
                ("is_blocked", models.BooleanField()),
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
                "db_table": "deck_rate",
            },
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ordinal", models.IntegerField()),
                ("code", models.TextField()),
                ("name", models.TextField()),
                ("is_active", models.BooleanField()),
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
                    "version",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.bookversion",
                    ),
                ),
            ],
            options={
                "db_table": "plan",
            },
        ),
        migrations.CreateModel(
            name="Fee",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ordinal", models.IntegerField()),
                ("code", models.TextField()),
                ("name", models.TextField()),
                ("price", jetbill.stages.catalog.models.PriceField()),
                ("every_count", models.IntegerField(null=True)),
                ("every_span", models.TextField(null=True)),
                ("product", models.TextField(blank=True)),
                ("tax_class", models.TextField()),
                ("timing", models.TextField(choices=[("advance", "advance"), ("arrears", "arrears")])),
                (
                    "alignment",
                    models.TextField(
                        choices=[
                            ("bill_day", "bill_day"),
                            ("anniversary", "anniversary"),
                            ("calendar", "calendar"),
                        ]
                    ),
                ),
                ("proration", models.JSONField()),
                ("phases", models.JSONField()),
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
                    "version",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.bookversion",
                    ),
                ),
                (
                    "plan",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="fees", to="catalog.plan"
                    ),
                ),
            ],
            options={
                "db_table": "fee",
            },
        ),
        migrations.CreateModel(
            name="PlanOffer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ordinal", models.IntegerField()),
                (
                    "offer",
                    models.TextField(
                        choices=[("locked", "locked"), ("radio", "radio"), ("checkbox", "checkbox")]
                    ),
                ),
                ("group", models.TextField(blank=True, db_column="radio_group")),
                ("is_selected", models.BooleanField()),
                ("max_instances", models.IntegerField()),
                (
                    "bundle",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="offers",
                        to="catalog.bundle",
                    ),
                ),
                (
                    "plan",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="catalog.plan"
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
                    "version",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.bookversion",
                    ),
                ),
            ],
            options={
                "db_table": "plan_offer",
            },
        ),
        migrations.CreateModel(
            name="PriceBook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.TextField()),
                ("is_active", models.BooleanField(default=True)),
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
                "db_table": "price_book",
            },
        ),
        migrations.AddField(
            model_name="bookversion",
            name="book",
            field=jetbill.stages.realms.keys.RealmForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="catalog.pricebook"
            ),
        ),
        migrations.CreateModel(
            name="RateDeck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.TextField()),
                ("is_sealed", models.BooleanField(default=False)),
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
                "db_table": "rate_deck",
            },
        ),
        migrations.CreateModel(
            name="BookDeck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ordinal", models.IntegerField()),
                ("code", models.TextField()),
                ("name", models.TextField()),
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
                    "version",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.bookversion",
                    ),
                ),
                (
                    "deck",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.ratedeck"
                    ),
                ),
            ],
            options={
                "db_table": "book_deck",
            },
        ),
        migrations.CreateModel(
            name="Promotion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ordinal", models.IntegerField()),
                ("code", models.TextField()),
                ("body", models.JSONField()),
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
                    "version",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.bookversion",
                    ),
                ),
            ],
            options={
                "db_table": "promotion",
            },
        ),
        migrations.CreateModel(
            name="TaxRate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ordinal", models.IntegerField()),
                ("tax_class", models.TextField()),
                ("category", models.TextField()),
                ("percent", jetbill.stages.catalog.models.PriceField()),
                ("effective", models.DateField()),
                ("name", models.TextField(blank=True)),
                ("country", models.TextField(blank=True)),
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
                    "version",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.bookversion",
                    ),
                ),
            ],
            options={
                "db_table": "tax_rate",
            },
        ),
        migrations.CreateModel(
            name="UsageCharge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ordinal", models.IntegerField()),
                ("code", models.TextField()),
                ("name", models.TextField()),
                (
                    "meter",
                    models.TextField(
                        choices=[
                            ("octets_in", "octets_in"),
                            ("octets_out", "octets_out"),
                            ("octets", "octets"),
                            ("seconds", "seconds"),
                            ("records", "records"),
                            ("quantity", "quantity"),
                        ]
                    ),
                ),
                ("unit", models.TextField()),
                ("model", models.TextField()),
                ("params", models.JSONField(null=True)),
                ("tempo", models.TextField(choices=[("record", "record"), ("period", "period")])),
                ("product", models.TextField(blank=True)),
                ("tax_class", models.TextField()),
                ("selection", models.JSONField()),
                ("deck", models.TextField(null=True)),
                ("calendar", models.TextField(null=True)),
                ("split", models.BooleanField()),
                ("per_service", models.BooleanField()),
                ("rounding", models.JSONField()),
                ("itemised", models.BooleanField()),
                ("commitment", models.JSONField()),
                (
                    "plan",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="charges", to="catalog.plan"
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
                    "version",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.bookversion",
                    ),
                ),
            ],
            options={
                "db_table": "usage_charge",
            },
        ),
        migrations.AddConstraint(
            model_name="bundle",
            constraint=models.UniqueConstraint(fields=("realm", "version", "code"), name="bundle_code"),
        ),
        migrations.AddConstraint(
            model_name="calendar",
            constraint=models.UniqueConstraint(fields=("realm", "version", "code"), name="calendar_code"),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.UniqueConstraint(fields=("realm", "version", "code"), name="plan_code"),
        ),
        migrations.AddConstraint(
            model_name="fee",
            constraint=models.UniqueConstraint(fields=("realm", "version", "plan", "code"), name="fee_code"),
        ),
        migrations.AddConstraint(
            model_name="planoffer",
            constraint=models.UniqueConstraint(fields=("realm", "bundle", "plan"), name="plan_offer_once"),
        ),
        migrations.AddConstraint(
            model_name="planoffer",
            constraint=models.UniqueConstraint(
                fields=("realm", "version", "bundle", "ordinal"), name="plan_offer_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="pricebook",
            constraint=models.UniqueConstraint(fields=("realm", "code"), name="price_book_code"),
        ),
        migrations.AddConstraint(
            model_name="bookversion",
            constraint=models.UniqueConstraint(
                fields=("realm", "book", "number"), name="book_version_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="bookversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "draft")),
                fields=("realm", "book"),
                name="book_version_one_draft",
            ),
        ),
        migrations.AddConstraint(
            model_name="bookversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "draft"),
                    models.Q(
                        ("effective__isnull", False), ("published_at__isnull", False), ("state", "published")
                    ),
                    _connector="OR",
                ),
                name="book_version_published",
            ),
        ),
        migrations.AddConstraint(
            model_name="ratedeck",
            constraint=models.UniqueConstraint(fields=("realm", "digest"), name="rate_deck_digest"),
        ),
        migrations.AddConstraint(
            model_name="bookdeck",
            constraint=models.UniqueConstraint(fields=("realm", "version", "code"), name="book_deck_code"),
        ),
        migrations.AddConstraint(
            model_name="promotion",
            constraint=models.UniqueConstraint(fields=("realm", "version", "code"), name="promotion_code"),
        ),
        migrations.AddConstraint(
            model_name="taxrate",
            constraint=models.UniqueConstraint(
                fields=("realm", "version", "tax_class", "country", "effective"), name="tax_rate_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="usagecharge",
            constraint=models.UniqueConstraint(
                fields=("realm", "version", "plan", "code"), name="usage_charge_code"
            ),
        ),
    ]
