"""Migrations keep the wall: whatever a later one changes, keys and policies are as they must be."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState
from django.db.utils import IntegrityError

from jetbill.running.address import ServerAddress
from jetbill.stages.realms import catalogue
from jetbill.stages.realms.keys import RealmForeignKey
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.operations import PartitionedCreateModel, RunInWalls, month_partitions
from jetbill.stages.realms.scope import current_realm_id
from jetbill.wiring.databases import as_owner


def _id() -> tuple[str, Any]:
    return ("id", models.BigAutoField(primary_key=True))


def _realm(**options: Any) -> tuple[str, Any]:
    key = models.ForeignKey(
        "realms.Realm", models.PROTECT, default=current_realm_id, db_index=False, related_name="+", **options
    )
    return ("realm", key)


LAKE = migrations.CreateModel("Lake", [_id(), _realm(), ("name", models.TextField(null=True))])
BOAT = migrations.CreateModel("Boat", [_id(), _realm(), ("lake", RealmForeignKey("water.Lake"))])


class Migrator:
    """Runs operations one migration after the other, as the owner, and keeps the state of the models."""

    def __init__(self) -> None:
        self.state = ProjectState.from_apps(_apps())
        self.history: list[tuple[list[Any], ProjectState]] = []

    def run(self, *operations: Any) -> None:
        migration = migrations.Migration("0001", "water")
        migration.operations = list(operations)
        before = self.state.clone()
        with connection.schema_editor() as editor:
            after = migration.apply(before.clone(), editor)
        self.state = after
        self.history.append((list(operations), before))

    def back(self) -> None:
        operations, before = self.history.pop()
        migration = migrations.Migration("0001", "water")
        migration.operations = operations
        with connection.schema_editor() as editor:
            self.state = migration.unapply(before, editor)

    def model(self, name: str) -> Any:
        return self.state.apps.get_model("water", name)


def _apps() -> Any:
    from django.apps import apps

    return apps


@pytest.fixture
def migrator(
    transactional_db: None, database_server: ServerAddress, north: Realm, south: Realm
) -> Iterator[Migrator]:
    with as_owner(database_server, connection.settings_dict["NAME"]):
        yield Migrator()


def _sql(statement: str, realm: Realm | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        if realm is not None:
            cursor.execute(f"SELECT set_config('jet.realm', '{realm.pk}', false)")
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def _application(server: ServerAddress) -> Iterator[Callable[[str], list[tuple[Any, ...]]]]:
    """Ask as the application in a session of its own: an owner who is no superuser may not take its role."""
    dsn = server.app.dsn(connection.settings_dict["NAME"])
    with psycopg.connect(dsn, autocommit=True) as session:
        session.execute("SET ROLE jet_app")  # the login may be a superuser
        yield lambda query: session.execute(query.encode()).fetchall()


def _keys(table: str) -> list[str]:
    found = _sql(
        f"SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = '{table}'::regclass"
        " AND contype = 'f' AND cardinality(conkey) = 2 ORDER BY 1"
    )
    return [text.removesuffix(" DEFERRABLE") for (text,) in found]


def _key(column: str, target: str) -> str:
    return f"FOREIGN KEY (realm_id, {column}) REFERENCES {target}(realm_id, id)"


def _whole() -> bool:
    return catalogue.faults() == []


def test_two_tables_get_walls_and_a_key_over_both_columns(
    migrator: Migrator, north: Realm, south: Realm
) -> None:
    migrator.run(LAKE, BOAT)
    assert _whole()
    assert _keys("water_boat") == [_key("lake_id", "water_lake")]
    _sql(f"INSERT INTO water_lake (id, realm_id) VALUES (7, {north.pk})", north)
    with pytest.raises(IntegrityError):
        _sql(f"INSERT INTO water_boat (realm_id, lake_id) VALUES ({south.pk}, 7)", south)
    migrator.back()
    assert _sql("SELECT to_regclass('water_lake'), to_regclass('water_boat')") == [(None, None)]


def test_a_key_in_sets_keeps_what_a_constraint_keeps(migrator: Migrator, north: Realm, south: Realm) -> None:
    key = RealmForeignKey("water.Lake", null=True, in_sets=True)
    migrator.run(LAKE, migrations.CreateModel("Boat", [_id(), _realm(), ("lake", key)]))
    assert _whole() and _keys("water_boat") == []
    _sql(f"INSERT INTO water_lake (id, realm_id) VALUES (7, {north.pk}), (8, {north.pk})", north)
    _sql(f"INSERT INTO water_boat (realm_id, lake_id) VALUES ({north.pk}, 7), ({north.pk}, NULL)", north)
    forbidden = (
        (south, f"INSERT INTO water_boat (realm_id, lake_id) VALUES ({south.pk}, NULL), ({south.pk}, 7)"),
        (north, f"INSERT INTO water_boat (realm_id, lake_id) VALUES ({north.pk}, 9)"),
        (north, "UPDATE water_boat SET lake_id = 8 WHERE lake_id = 7"),
        (north, "UPDATE water_lake SET id = 9 WHERE id = 7"),
        (north, "DELETE FROM water_lake"),
    )
    for realm, statement in forbidden:
        with pytest.raises(IntegrityError):
            _sql(statement, realm)
    _sql("DELETE FROM water_lake WHERE id = 8", north)
    _sql("DELETE FROM water_boat", north)
    _sql("DELETE FROM water_lake", north)
    assert _whole()


def test_a_key_added_later_is_checked_over_all_realms(migrator: Migrator, north: Realm, south: Realm) -> None:
    plain = migrations.CreateModel("Boat", [_id(), _realm(), ("lake", models.BigIntegerField(null=True))])
    migrator.run(LAKE, plain)
    _sql(f"INSERT INTO water_lake (id, realm_id) VALUES (7, {north.pk})", north)
    _sql(f"INSERT INTO water_boat (realm_id, lake) VALUES ({south.pk}, 7)", south)
    rename = migrations.RenameField("Boat", "lake", "lake_number")
    crossing = migrations.AlterField("Boat", "lake_number", RealmForeignKey("water.Lake", null=True))
    with pytest.raises(IntegrityError):
        migrator.run(rename, crossing)
    assert _whole()
    _sql("UPDATE water_boat SET lake = NULL", south)
    migrator.run(rename, crossing)
    assert _whole()
    assert _keys("water_boat") == [_key("lake_number_id", "water_lake")]


def test_a_field_added_and_removed_brings_and_takes_its_key(migrator: Migrator) -> None:
    migrator.run(LAKE)
    migrator.run(migrations.CreateModel("Boat", [_id(), _realm()]))
    migrator.run(migrations.AddField("Boat", "lake", RealmForeignKey("water.Lake", null=True)))
    assert _keys("water_boat") == [_key("lake_id", "water_lake")] and _whole()
    migrator.back()
    assert _keys("water_boat") == [] and _whole()


def test_the_realm_may_come_in_a_later_operation(migrator: Migrator) -> None:
    # makemigrations splits like this when models point at each other.
    migrator.run(
        migrations.CreateModel("Lake", [_id(), ("name", models.TextField(null=True))]),
        migrations.CreateModel("Boat", [_id()]),
        migrations.AddField("Lake", "realm", _realm()[1]),
        migrations.AddField("Boat", "realm", _realm()[1]),
        migrations.AddField("Boat", "lake", RealmForeignKey("water.Lake")),
    )
    assert _whole() and _keys("water_boat") == [_key("lake_id", "water_lake")]


def test_renaming_a_column_or_a_table_keeps_the_key(migrator: Migrator) -> None:
    migrator.run(LAKE, BOAT)
    migrator.run(migrations.RenameField("Boat", "lake", "home"))
    assert _keys("water_boat") == [_key("home_id", "water_lake")] and _whole()
    migrator.run(migrations.RenameModel("Lake", "Pond"))
    assert _keys("water_boat") == [_key("home_id", "water_pond")] and _whole()


def test_a_new_target_drops_the_old_key(migrator: Migrator) -> None:
    migrator.run(LAKE, BOAT, migrations.CreateModel("Port", [_id(), _realm()]))
    migrator.run(migrations.RenameField("Boat", "lake", "home"))
    migrator.run(migrations.AlterField("Boat", "home", RealmForeignKey("water.Port")))
    assert _keys("water_boat") == [_key("home_id", "water_port")] and _whole()
    migrator.back()
    assert _keys("water_boat") == [_key("home_id", "water_lake")] and _whole()


def test_a_table_renamed_and_deleted_in_one_migration(migrator: Migrator) -> None:
    migrator.run(LAKE, BOAT, migrations.RenameModel("Boat", "Ship"), migrations.DeleteModel("Ship"))
    assert _whole()


def test_a_default_and_not_null_reach_the_rows_of_all_realms(
    migrator: Migrator, north: Realm, south: Realm
) -> None:
    migrator.run(LAKE)
    for realm in (north, south):
        _sql(f"INSERT INTO water_lake (realm_id) VALUES ({realm.pk})", realm)
    migrator.run(migrations.AlterField("Lake", "name", models.TextField(default="unnamed")))
    for realm in (north, south):
        assert _sql("SELECT name FROM water_lake", realm) == [("unnamed",)]
    assert _whole()


def test_a_data_migration_sees_all_realms_only_when_it_says_so(
    migrator: Migrator, north: Realm, south: Realm
) -> None:
    migrator.run(LAKE)
    for realm in (north, south):
        _sql(f"INSERT INTO water_lake (realm_id) VALUES ({realm.pk})", realm)

    def name_all(apps: Any, editor: Any) -> None:
        assert apps.get_model("water", "Lake").objects.update(name="Long lake") == 2

    migrator.run(
        RunInWalls(name_all, "water.Lake"),
        migrations.AlterField("Lake", "name", models.TextField()),
    )
    assert _whole()


def test_a_partitioned_table_and_its_months_are_walled(
    migrator: Migrator,
    database_server: ServerAddress,
    north: Realm,
    south: Realm,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(catalogue.DEFINER_FUNCTIONS, "drop_month", "made in this test")
    fields = [
        _realm(),
        ("key", models.UUIDField()),
        ("started", models.DateTimeField()),
        ("pk", models.CompositePrimaryKey("realm", "key", "started")),
    ]
    migrator.run(
        PartitionedCreateModel("Drop", fields, partition_by="RANGE (started)"),
        month_partitions("water_drop", "drop_month"),
    )
    assert _whole()
    with _application(database_server) as ask:
        assert ask(f"SELECT set_config('jet.realm', '{north.pk}', false)")
        assert ask("SELECT drop_month('2026-02-17')") == [(True,)]
        assert ask("SELECT drop_month('2026-02-01')") == [(False,)]
        row = f"({north.pk}, gen_random_uuid(), '2026-02-28 23:59:59.9+00')"
        ask(f"INSERT INTO water_drop (realm_id, key, started) VALUES {row} RETURNING key")
        assert ask("SELECT count(*) FROM water_drop") == [(1,)]
        assert ask(f"SELECT set_config('jet.realm', '{south.pk}', false)")
        assert ask("SELECT count(*) FROM water_drop") == [(0,)]
        assert ask("SELECT has_table_privilege('water_drop_2026_02', 'SELECT')") == [(False,)]
    assert _whole()
    migrator.back()
    assert _sql("SELECT to_regclass('water_drop_2026_02')") == [(None,)]


def test_operations_can_be_written_out_again() -> None:
    operation = PartitionedCreateModel("Drop", [_id()], partition_by="RANGE (id)")
    name, arguments, options = operation.deconstruct()
    again = PartitionedCreateModel(*arguments, **options)
    assert (name, again.partition_by) == ("PartitionedCreateModel", "RANGE (id)")
