"""The function every wall asks, realms and their staff."""

import django.db.models.deletion
from django.db import migrations, models

import jetbill.stages.realms.scope
from jetbill.stages.realms.backend import wall


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.RunSQL(wall.REALM_FUNCTION, "DROP FUNCTION realm()"),
        migrations.CreateModel(
            name="Realm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.TextField(unique=True)),
                (
                    "slug",
                    models.SlugField(
                        help_text="Short name for the command line.", max_length=40, unique=True
                    ),
                ),
                ("host_name", models.TextField(blank=True, default="", help_text="Where its pages answer.")),
                (
                    "time_zone",
                    models.TextField(default="UTC", help_text="IANA name; days begin at its midnight."),
                ),
                ("currency", models.CharField(default="EUR", max_length=3)),
                ("country", models.CharField(blank=True, default="", max_length=2)),
                (
                    "locale",
                    models.TextField(default="en", help_text="Language and number forms of its documents."),
                ),
                (
                    "brand",
                    models.JSONField(
                        blank=True, default=dict, help_text="Logo, colours, watermark, switches."
                    ),
                ),
                (
                    "mail",
                    models.JSONField(
                        blank=True, default=dict, help_text="SMTP settings; the password by reference."
                    ),
                ),
                (
                    "policies",
                    models.JSONField(
                        blank=True, default=dict, help_text="What billing may decide per realm."
                    ),
                ),
                ("is_default", models.BooleanField(default=False, help_text="The provider's own realm.")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="realms.realm",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Staff",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("login", models.TextField()),
                ("name", models.TextField(blank=True, default="")),
                ("email", models.TextField(blank=True, default="")),
                ("language", models.TextField(blank=True, default="", help_text="Empty: the realm's.")),
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
        ),
        migrations.AddConstraint(
            model_name="realm",
            constraint=models.UniqueConstraint(
                condition=models.Q(("host_name", ""), _negated=True),
                fields=("host_name",),
                name="realms_realm_host_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="realm",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_default", True)),
                fields=("is_default",),
                name="realms_realm_one_default",
            ),
        ),
        migrations.AddConstraint(
            model_name="staff",
            constraint=models.UniqueConstraint(fields=("realm", "login"), name="realms_staff_login"),
        ),
    ]
