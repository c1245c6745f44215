"""Migrations that build the wall: a table with a column `realm_id` gets its policy in the same transaction.

A key added under FORCE would be checked through the policy and raise (or, worse, pass over orphans), so
every change first opens the table for its owner and the end of the migration closes it again.
"""

import sys
from typing import Any

from django.db.backends.postgresql.schema import DatabaseSchemaEditor
from django.db.backends.utils import names_digest

from jetbill.stages.realms.backend import wall
from jetbill.stages.realms.keys import RealmForeignKey


def walled(model: Any) -> bool:
    """Whether rows of this model belong to a realm."""
    return any(field.column == wall.REALM_COLUMN for field in model._meta.local_concrete_fields)


class WallEditor(DatabaseSchemaEditor):
    """Django's schema editor, with walls, composite keys and partitioned tables."""

    def __enter__(self) -> "WallEditor":
        super().__enter__()
        self.opened: set[str] = set()
        self.keys: list[tuple[str, str, str]] = []  # table, column, target: made at the end
        self.in_sets: list[tuple[str, str, str]] = []  # the same, for those checked once a statement
        self.partition_by: dict[str, str] = {}  # table → how, told by PartitionedCreateModel
        if not self.collect_sql:
            # Else rows written by a migration leave "pending trigger events" that forbid altering.
            self.execute("SET CONSTRAINTS ALL IMMEDIATE", None)
        return self

    def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None:
        if exc_type is None:
            self.deferred_sql += [self._key_sql(*key) for key in self.keys]
            self.deferred_sql += [
                wall.key_in_sets(set_key_name(table, column), table, column, target)
                for table, column, target in self.in_sets
            ]
            self.deferred_sql += [wall.force(table) for table in sorted(self.opened)]
            try:
                self._run_deferred()
            except BaseException:
                super().__exit__(*sys.exc_info())  # Django would leave the transaction open
                raise
        super().__exit__(exc_type, exc_value, traceback)

    def _run_deferred(self) -> None:
        for statement in self.deferred_sql:
            self.execute(statement, None)
        self.deferred_sql = []

    def open_wall(self, model: Any) -> None:
        """Let the owner see all realms of this table until the end of the migration."""
        table = model._meta.db_table
        if walled(model) and table not in self.opened:
            self.execute(wall.no_force(table), None)
            self.opened.add(table)

    def create_model(self, model: Any) -> None:
        super().create_model(model)
        if not walled(model):
            return
        self._build_wall(model)
        for field in model._meta.local_concrete_fields:
            if isinstance(field, RealmForeignKey):
                self._add_key(model, field)

    def delete_model(self, model: Any) -> None:
        super().delete_model(model)
        table = model._meta.db_table
        self.opened.discard(table)
        self.keys = [key for key in self.keys if table not in (key[0], key[2])]

    def alter_db_table(self, model: Any, old_db_table: str, new_db_table: str) -> None:
        super().alter_db_table(model, old_db_table, new_db_table)

        def renamed(table: str) -> str:
            return new_db_table if table == old_db_table else table

        self.opened = {renamed(table) for table in self.opened}
        self.keys = [(renamed(table), column, renamed(target)) for table, column, target in self.keys]

    def add_field(self, model: Any, field: Any) -> None:
        self.open_wall(model)
        super().add_field(model, field)
        if field.column == wall.REALM_COLUMN:
            self._build_wall(field.model)  # `model` is as it was before this field
        if isinstance(field, RealmForeignKey):
            self._add_key(field.model, field)

    def remove_field(self, model: Any, field: Any) -> None:
        self.open_wall(model)
        super().remove_field(model, field)
        if field.column == wall.REALM_COLUMN:  # its policy and keys went with the column
            self.execute(f'ALTER TABLE "{model._meta.db_table}" DISABLE ROW LEVEL SECURITY', None)
            self._set_primary_key(model, f'"{model._meta.pk.column}"')
            self.opened.discard(model._meta.db_table)
        self.keys = [key for key in self.keys if key[:2] != (model._meta.db_table, field.column)]

    def alter_field(self, model: Any, old_field: Any, new_field: Any, strict: bool = False) -> None:
        self.open_wall(model)
        moves = _target(old_field) != _target(new_field)
        if moves and _target(old_field):
            self._drop_key(model, old_field)
        super().alter_field(model, old_field, new_field, strict)
        table = model._meta.db_table
        if old_field.column != new_field.column:  # the constraint follows by itself
            self.keys = [
                (known, new_field.column if (known, column) == (table, old_field.column) else column, target)
                for known, column, target in self.keys
            ]
        if moves and _target(new_field):
            self._add_key(model, new_field)

    def table_sql(self, model: Any) -> tuple[str, Any]:
        statement, values = super().table_sql(model)
        if how := self.partition_by.get(model._meta.db_table):
            statement = f"{statement} PARTITION BY {how}"
        return statement, values

    def _build_wall(self, model: Any) -> None:
        table = model._meta.db_table
        self.execute(wall.enable(table), None)
        self.execute(wall.policy(table), None)
        self.opened.add(table)  # forced at the end, after the keys
        key = model._meta.pk
        if key is not None and key.column:  # else it has a composite key already, and nothing points to it
            self._set_primary_key(model, f'"{wall.REALM_COLUMN}", "{key.column}"')

    def _set_primary_key(self, model: Any, columns: str) -> None:
        """One key for both: what points to a row from its realm, and what finds it by its number. A second
        one would cost every row that is written."""
        table = model._meta.db_table
        for name in self._constraint_names(model, primary_key=True):  # type: ignore[attr-defined]
            self.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT {self.quote_name(name)}', None)
        self.execute(f'ALTER TABLE "{table}" ADD PRIMARY KEY ({columns})', None)

    def _add_key(self, model: Any, field: Any) -> None:
        target = field.remote_field.model
        self.open_wall(model)
        self.open_wall(target)
        kept = self.in_sets if field.in_sets else self.keys
        kept.append((model._meta.db_table, field.column, target._meta.db_table))

    def _drop_key(self, model: Any, field: Any) -> None:
        table = model._meta.db_table
        pending = [key for key in self.keys if key[:2] == (table, field.column)]
        self.keys = [key for key in self.keys if key not in pending]
        columns = [wall.REALM_COLUMN, field.column]  # by columns: a renamed column keeps the name of its key
        for name in self._constraint_names(model, columns, foreign_key=True):  # type: ignore[attr-defined]
            self.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT {self.quote_name(name)}', None)

    def _key_sql(self, table: str, column: str, target: str) -> str:
        name = self.quote_name(_name(table, column, target, "wall_fk"))
        ours = f'"{wall.REALM_COLUMN}", "{column}"'
        return (
            f'ALTER TABLE "{table}" ADD CONSTRAINT {name} FOREIGN KEY ({ours}) '
            f'REFERENCES "{target}" ("{wall.REALM_COLUMN}", "id") DEFERRABLE INITIALLY IMMEDIATE'
        )


def set_key_name(table: str, column: str) -> str:
    """What the names of the triggers begin with that check a key in sets."""
    return _name(table, column, "", "set")


def _target(field: Any) -> str:
    return field.remote_field.model._meta.db_table if isinstance(field, RealmForeignKey) else ""


def _name(table: str, *parts: str) -> str:
    """A constraint's name within PostgreSQL's 63 bytes."""
    digest = names_digest(table, *parts[:-1], length=8)
    return f"{table[:25]}_{parts[0][:18]}_{digest}_{parts[-1]}"
