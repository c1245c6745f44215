"""The ledger: postings that balance and are never changed, and the balances they add up to."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import jetbill.stages.realms.scope


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("realms", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Balance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("owner", models.BigIntegerField()),
                ("currency", models.TextField()),
                ("amount", models.DecimalField(decimal_places=4, default=0, max_digits=24)),
                ("closed", models.DecimalField(decimal_places=4, max_digits=24, null=True)),
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
                "db_table": "balance",
                "constraints": [
                    models.UniqueConstraint(fields=("realm", "owner", "currency"), name="balance_owner")
                ],
            },
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.TextField()),
                ("source", models.BigIntegerField()),
                ("owner", models.BigIntegerField()),
                ("on", models.DateField(db_column="on_day")),
                ("currency", models.TextField()),
                (
                    "accounts",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
                (
                    "amounts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DecimalField(decimal_places=4, max_digits=24), size=None
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
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
                "db_table": "posting",
                "indexes": [models.Index(fields=["realm", "owner", "on"], name="posting_owner")],
                "constraints": [
                    models.UniqueConstraint(fields=("realm", "kind", "source"), name="posting_once")
                ],
            },
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION posting_balances() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF EXISTS (
                SELECT FROM (SELECT id, unnest(amounts) AS amount FROM added) AS leg
                GROUP BY id HAVING sum(amount) <> 0
              ) THEN
                RAISE EXCEPTION 'a posting does not balance' USING ERRCODE = 'check_violation',
                  CONSTRAINT = 'posting_balances';
              END IF;
              RETURN NULL;
            END $$;
            CREATE TRIGGER posting_balances AFTER INSERT ON posting REFERENCING NEW TABLE AS added
              FOR EACH STATEMENT EXECUTE FUNCTION posting_balances();
            ALTER TABLE posting
              ADD CONSTRAINT posting_legs CHECK (cardinality(accounts) = cardinality(amounts));
            ALTER TABLE balance SET (fillfactor = 60);
            REVOKE UPDATE, DELETE ON posting FROM jet_app;
            """,
            "DROP TRIGGER posting_balances ON posting; DROP FUNCTION posting_balances()",
        ),
    ]
