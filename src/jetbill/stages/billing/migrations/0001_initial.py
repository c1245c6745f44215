"""Documents, lines, runs and series; an issued document and its lines are never changed."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import jetbill.stages.realms.keys
import jetbill.stages.realms.scope


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("customers", "0001_initial"),
        ("realms", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="BillRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField(db_column="on_day")),
                ("ordinal", models.IntegerField(default=1)),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("drafting", "Drafting"),
                            ("held", "Held"),
                            ("issuing", "Issuing"),
                            ("done", "Done"),
                        ],
                        default="drafting",
                    ),
                ),
                ("stamp", models.DateTimeField()),
                ("customers", models.IntegerField(default=0)),
                ("finished_at", models.DateTimeField(null=True)),
                ("held_because", models.TextField(blank=True, default="")),
                ("first_numbers", models.JSONField(null=True)),
                ("rerate_since", models.DateField(null=True)),
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
                "db_table": "bill_run",
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.TextField(default="")),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("invoice", "Invoice"),
                            ("credit_note", "Credit Note"),
                            ("receipt", "Receipt"),
                            ("statement", "Statement"),
                        ]
                    ),
                ),
                ("series", models.TextField(blank=True, default="")),
                ("number", models.TextField(null=True)),
                ("on", models.DateField(db_column="on_day")),
                ("due_on", models.DateField(null=True)),
                ("currency", models.TextField()),
                ("net", models.DecimalField(decimal_places=4, max_digits=24)),
                ("tax", models.DecimalField(decimal_places=4, max_digits=24)),
                ("total", models.DecimalField(decimal_places=4, max_digits=24)),
                (
                    "accounts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                (
                    "amounts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DecimalField(decimal_places=4, max_digits=24),
                        default=list,
                        size=None,
                    ),
                ),
                ("frame", models.BinaryField(default=b"")),
                ("own", models.TextField()),
                ("view_digest", models.BinaryField()),
                ("issued_at", models.DateTimeField(null=True)),
                (
                    "corrects",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="billing.document",
                    ),
                ),
                (
                    "customer",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        db_index=False,
                        in_sets=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="customers.customer",
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
                (
                    "run",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        db_index=False,
                        in_sets=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="billing.billrun",
                    ),
                ),
            ],
            options={
                "db_table": "document",
            },
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "realm",
                        "document_id",
                        "ordinal",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("document_id", models.BigIntegerField()),
                ("customer_id", models.BigIntegerField()),
                ("ordinal", models.IntegerField()),
                ("subscription_id", models.BigIntegerField(default=0)),
                ("component", models.TextField()),
                ("period_start", models.DateField()),
                ("period_end", models.DateField()),
                ("rate_class", models.TextField(default="")),
                ("revision", models.SmallIntegerField(default=0)),
                ("item", models.TextField()),
                ("quantity", models.DecimalField(decimal_places=18, max_digits=40)),
                ("amount", models.DecimalField(decimal_places=4, max_digits=24)),
                ("net", models.DecimalField(decimal_places=4, max_digits=24)),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("days", models.SmallIntegerField(null=True)),
                ("whole_days", models.SmallIntegerField(null=True)),
                ("repairs_end", models.DateField(null=True)),
                ("records", models.BigIntegerField(default=0)),
                ("used", models.DecimalField(decimal_places=0, max_digits=40, null=True)),
                ("generation", models.IntegerField(default=0)),
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
                "db_table": "line",
            },
        ),
        migrations.CreateModel(
            name="ViewFrame",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.BinaryField()),
                ("body", models.TextField()),
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
                "db_table": "view_frame",
                "constraints": [
                    models.UniqueConstraint(fields=("realm", "digest"), name="view_frame_digest")
                ],
            },
        ),
        migrations.CreateModel(
            name="NumberSeries",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.TextField()),
                ("pattern", models.TextField()),
                ("next", models.BigIntegerField(default=1)),
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
                "db_table": "number_series",
            },
        ),
        migrations.CreateModel(
            name="ParkedAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.TextField()),
                (
                    "customer",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="customers.customer"
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
                    "run",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parked",
                        to="billing.billrun",
                    ),
                ),
            ],
            options={
                "db_table": "parked_account",
            },
        ),
        migrations.CreateModel(
            name="RunChunk",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ordinal", models.IntegerField()),
                (
                    "customers",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                (
                    "state",
                    models.TextField(
                        choices=[("waiting", "Waiting"), ("drafted", "Drafted"), ("issued", "Issued")],
                        default="waiting",
                    ),
                ),
                ("documents", models.IntegerField(default=0)),
                ("drafts", models.JSONField(default=dict)),
                ("kinds", models.JSONField(default=dict)),
                ("parked", models.IntegerField(default=0)),
                ("amount", models.DecimalField(decimal_places=4, default=0, max_digits=24)),
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
                    "run",
                    jetbill.stages.realms.keys.RealmForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="chunks",
                        to="billing.billrun",
                    ),
                ),
            ],
            options={
                "db_table": "run_chunk",
            },
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("customer_id", models.BigIntegerField()),
                ("considered_on", models.DateField()),
                ("billed_to", models.DateField(null=True)),
                ("considered_before", models.DateField(null=True)),
                ("billed_before", models.DateField(null=True)),
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
                "db_table": "account",
                "constraints": [
                    models.UniqueConstraint(fields=("realm", "customer_id"), name="account_customer")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="billrun",
            constraint=models.UniqueConstraint(fields=("realm", "on", "ordinal"), name="bill_run_day"),
        ),
        migrations.AddConstraint(
            model_name="billrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "done"), _negated=True),
                fields=("realm",),
                name="bill_run_unfinished",
            ),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(
                condition=models.Q(("number__isnull", False)),
                fields=["realm", "customer", "on"],
                include=["kind", "total"],
                name="document_customer",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                condition=models.Q(("number__isnull", False)),
                fields=("realm", "series", "number"),
                name="document_number",
            ),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(
                condition=models.Q(("corrects__isnull", False)),
                fields=["realm", "corrects"],
                name="document_corrects",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                condition=models.Q(("run__isnull", False)),
                fields=("realm", "run", "customer", "currency", "kind"),
                name="document_once_a_run",
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.UniqueConstraint(
                fields=(
                    "realm",
                    "customer_id",
                    "period_end",
                    "subscription_id",
                    "component",
                    "period_start",
                    "rate_class",
                    "revision",
                ),
                name="line_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="numberseries",
            constraint=models.UniqueConstraint(fields=("realm", "code"), name="number_series_code"),
        ),
        migrations.AddIndex(
            model_name="parkedaccount",
            index=models.Index(fields=["customer"], name="parked_account_customer"),
        ),
        migrations.AddConstraint(
            model_name="parkedaccount",
            constraint=models.UniqueConstraint(
                fields=("realm", "run", "customer"), name="parked_account_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="runchunk",
            constraint=models.UniqueConstraint(fields=("realm", "run", "ordinal"), name="run_chunk_ordinal"),
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION issued_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              RAISE EXCEPTION 'document % is issued and never changed: another one answers it',
                OLD.number USING ERRCODE = 'integrity_constraint_violation';
            END $$;
            CREATE TRIGGER issued_is_final BEFORE UPDATE OR DELETE ON document
              FOR EACH ROW WHEN (OLD.number IS NOT NULL) EXECUTE FUNCTION issued_is_final();
            CREATE FUNCTION issued_lines_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE its_number text;
            BEGIN
              SELECT number INTO its_number FROM document
              WHERE id = OLD.document_id AND realm_id = OLD.realm_id;
              IF its_number IS NOT NULL THEN
                RAISE EXCEPTION 'document % is issued: its lines are never changed', its_number
                  USING ERRCODE = 'integrity_constraint_violation';
              END IF;
              RETURN OLD;
            END $$;
            CREATE TRIGGER issued_lines_are_final BEFORE DELETE ON line
              FOR EACH ROW EXECUTE FUNCTION issued_lines_are_final();
            CREATE FUNCTION line_of_a_draft() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF EXISTS (
                SELECT FROM (SELECT DISTINCT realm_id, document_id FROM added) AS a
                LEFT JOIN document d ON d.realm_id = a.realm_id AND d.id = a.document_id
                WHERE d.id IS NULL OR d.number IS NOT NULL
              ) THEN
                RAISE EXCEPTION 'a line belongs to no draft' USING ERRCODE = 'integrity_constraint_violation';
              END IF;
              RETURN NULL;
            END $$;
            CREATE TRIGGER line_of_a_draft AFTER INSERT ON line REFERENCING NEW TABLE AS added
              FOR EACH STATEMENT EXECUTE FUNCTION line_of_a_draft();
            REVOKE UPDATE ON line FROM jet_app;
            REVOKE UPDATE, DELETE ON view_frame FROM jet_app;
            ALTER TABLE document ALTER COLUMN own SET STORAGE EXTERNAL;
            ALTER TABLE account SET (fillfactor = 60);
            """,
            "DROP TRIGGER issued_is_final ON document; DROP FUNCTION issued_is_final();"
            " DROP TRIGGER issued_lines_are_final ON line; DROP FUNCTION issued_lines_are_final();"
            " DROP TRIGGER line_of_a_draft ON line; DROP FUNCTION line_of_a_draft()",
        ),
    ]
